import { FlowKeystoreError } from '../../errors';

/** The binary form of SSH (RFC 4251 section 5): lengths of four octets, big-endian. */
export class WireReader {
  private at = 0;
  private readonly view: DataView;

  constructor(readonly octets: Uint8Array) {
    this.view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  }

  get left(): Uint8Array {
    return this.octets.subarray(this.at);
  }

  uint32(): number {
    if (this.at + 4 > this.octets.length) throw damagedSsh();
    const value = this.view.getUint32(this.at);
    this.at += 4;
    return value;
  }

  bytes(): Uint8Array {
    const length = this.uint32();
    if (this.at + length > this.octets.length) throw damagedSsh();
    this.at += length;
    return this.octets.subarray(this.at - length, this.at);
  }

  text(): string {
    return Buffer.from(this.bytes()).toString('latin1');
  }

  skip(length: number): Uint8Array {
    if (this.at + length > this.octets.length) throw damagedSsh();
    this.at += length;
    return this.octets.subarray(this.at - length, this.at);
  }
}

export function wireString(value: string | Uint8Array): Uint8Array {
  const octets = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const made = Buffer.alloc(4 + octets.length);
  made.writeUInt32BE(octets.length);
  made.set(octets, 4);
  return made;
}

export function damagedSsh(cause?: unknown): FlowKeystoreError {
  return new FlowKeystoreError(
    'damaged',
    'The SSH key is damaged.',
    {},
    'Copy the file again, whole.',
    cause === undefined ? undefined : { cause },
  );
}
