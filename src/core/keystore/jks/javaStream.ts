import { FlowKeystoreError } from '../../errors';

/** Reads and writes what Java's DataInputStream and DataOutputStream do: big-endian numbers, strings in modified UTF-8. */
export class JavaReader {
  private readonly view: DataView;

  constructor(
    readonly source: Uint8Array,
    public at = 0,
    readonly limit = source.length,
  ) {
    this.view = new DataView(source.buffer, source.byteOffset, source.length);
  }

  byte(): number {
    return this.view.getUint8(this.advance(1));
  }

  short(): number {
    return this.view.getUint16(this.advance(2));
  }

  int(): number {
    return this.view.getInt32(this.advance(4));
  }

  long(): bigint {
    return this.view.getBigInt64(this.advance(8));
  }

  /** A view into the source. */
  octets(length: number): Uint8Array {
    const start = this.advance(length);
    return this.source.subarray(start, start + length);
  }

  /** Octets after their length. */
  blob(): Uint8Array {
    return this.octets(this.int());
  }

  utf(): string {
    return modifiedUtf8Of(this.octets(this.short()));
  }

  skip(length: number): void {
    this.advance(length);
  }

  private advance(length: number): number {
    const start = this.at;
    if (length < 0 || start + length > this.limit) throw damagedAt(start);
    this.at = start + length;
    return start;
  }
}

export function damagedAt(offset: number, what = 'it ends too early, or a length is wrong'): FlowKeystoreError {
  return new FlowKeystoreError('damaged', `The structure breaks: ${what} at byte ${offset}.`);
}

/**
 * Java's modified UTF-8 (java.io.DataInput): U+0000 in two octets, characters beyond the BMP as two surrogates of three octets each.
 * What is no such text comes out as Latin-1 would read it: an alias must not be lost over it.
 */
export function modifiedUtf8Of(octets: Uint8Array): string {
  let text = '';
  for (let i = 0; i < octets.length; i++) {
    const a = octets[i] ?? 0;
    const b = octets[i + 1] ?? 0;
    const c = octets[i + 2] ?? 0;
    if ((a & 0xe0) === 0xc0 && (b & 0xc0) === 0x80) {
      text += String.fromCharCode(((a & 0x1f) << 6) | (b & 0x3f));
      i++;
    } else if ((a & 0xf0) === 0xe0 && (b & 0xc0) === 0x80 && (c & 0xc0) === 0x80) {
      text += String.fromCharCode(((a & 0x0f) << 12) | ((b & 0x3f) << 6) | (c & 0x3f));
      i += 2;
    } else text += String.fromCharCode(a);
  }
  return text;
}

export function modifiedUtf8(text: string): Uint8Array {
  const octets: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 1 && unit <= 0x7f) octets.push(unit);
    else if (unit <= 0x7ff) octets.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else octets.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Uint8Array.from(octets);
}

export function int(value: number): Uint8Array {
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(value);
  return octets;
}

export function long(value: number): Uint8Array {
  const octets = Buffer.alloc(8);
  octets.writeBigInt64BE(BigInt(value));
  return octets;
}

/** @throws FlowKeystoreError `alias-invalid` for more than 65,535 octets */
export function utf(text: string): Uint8Array {
  const octets = modifiedUtf8(text);
  if (octets.length > 0xffff) throw new FlowKeystoreError('alias-invalid', 'The alias is too long for the file.');
  return Buffer.concat([Uint8Array.of(octets.length >> 8, octets.length & 0xff), octets]);
}

export function blob(octets: Uint8Array): Uint8Array {
  return Buffer.concat([int(octets.length), octets]);
}
