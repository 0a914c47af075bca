import { trafficKeys, type CipherSuite, cipherSuites, type RecordKeys } from './tls13';

/** What a server says in the handshake, read passively from what it sends. Unknown stays unknown: nothing is guessed. */
export interface ServerMessages {
  /** 0x0301 TLS 1.0 ... 0x0304 TLS 1.3; from ServerHello. */
  version?: number;
  /** IANA number of the cipher suite. */
  suite?: number;
  /** As sent, DER. Undefined where the Certificate message was not seen. */
  chain?: readonly Uint8Array[];
  certificateRequested: boolean;
  /** After the handshake the server began another one (TLS 1.2), as it does to ask for a client certificate only then. */
  renegotiated: boolean;
  /** DER of the names in the CertificateRequest. */
  acceptableIssuers: readonly Uint8Array[];
  /** Alerts by the server, in order: codes of RFC 8446 section 6. */
  alerts: readonly number[];
  /** The server's part of the handshake was seen to its end (TLS 1.2: ServerHelloDone, TLS 1.3: Finished). */
  complete: boolean;
  /** The first octets are no TLS record. */
  notTls?: Uint8Array;
}

const recordType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;
const message = {
  serverHello: 2,
  certificate: 11,
  certificateRequest: 13,
  serverHelloDone: 14,
  finished: 20,
  keyUpdate: 24,
} as const;
const extension = { supportedVersions: 43, certificateAuthorities: 47 } as const;

/** Longer messages are not read: 400 names of issuers are about 40 kB. */
const maxMessage = 1 << 20;

/**
 * Reads the server's side of a TLS connection: TLS 1.2 and below in clear, TLS 1.3 with the traffic secrets that the client's own TLS stack
 * reports (RFC 8446; `keylog`). Whatever goes wrong here ends the reading, never the connection.
 */
export class HandshakeReader {
  readonly seen: ServerMessages = {
    certificateRequested: false,
    renegotiated: false,
    acceptableIssuers: [],
    alerts: [],
    complete: false,
  };
  private input: Buffer = Buffer.alloc(0);
  private handshake: Buffer = Buffer.alloc(0);
  private sealed: Buffer[] = [];
  private handshakeSecret: Buffer | undefined;
  private applicationSecret: Buffer | undefined;
  private keys: RecordKeys | undefined;
  private stopped = false;
  private started = false;
  private encryptedBefore13 = false;
  private finishedBefore13 = false;

  /** Octets from the server, in order. */
  receive(chunk: Uint8Array): void {
    if (this.stopped) return;
    try {
      this.input = this.input.length ? Buffer.concat([this.input, chunk]) : Buffer.from(chunk);
      this.readRecords();
    } catch {
      this.stopped = true;
    }
  }

  /** A line of the client's key log (NSS format), as Node's `keylog` event gives it. */
  keylog(line: Uint8Array): void {
    const [label, , secret] = Buffer.from(line).toString('latin1').trim().split(' ');
    if (secret === undefined || this.stopped) return;
    if (label === 'SERVER_HANDSHAKE_TRAFFIC_SECRET') this.handshakeSecret = Buffer.from(secret, 'hex');
    else if (label === 'SERVER_TRAFFIC_SECRET_0') this.applicationSecret = Buffer.from(secret, 'hex');
    else return;
    try {
      this.openSealed();
    } catch {
      this.stopped = true;
    }
  }

  private readRecords(): void {
    if (!this.started && this.input.length) {
      this.started = true;
      const first = this.input[0] ?? 0;
      if (
        first < recordType.changeCipherSpec ||
        first > recordType.applicationData ||
        (this.input.length > 1 && this.input[1] !== 3)
      ) {
        this.seen.notTls = Buffer.from(this.input.subarray(0, 64));
        this.stopped = true;
        return;
      }
    }
    let at = 0;
    while (!this.stopped && this.input.length - at >= 5) {
      const length = this.input.readUInt16BE(at + 3);
      if (this.input.length - at < 5 + length) break;
      this.readRecord(this.input.subarray(at, at + 5 + length));
      at += 5 + length;
    }
    this.input = this.input.subarray(at);
  }

  private readRecord(record: Buffer): void {
    const type = record[0];
    const body = record.subarray(5);
    const tls13 = this.seen.version === 0x0304;
    if (type === recordType.changeCipherSpec) this.encryptedBefore13 = !tls13 && this.seen.version !== undefined;
    else if (type === recordType.applicationData && tls13) {
      this.sealed.push(Buffer.from(record));
      this.openSealed();
    } else if (this.encryptedBefore13) {
      if (type !== recordType.handshake) return;
      // The first one is Finished; what follows begins a new handshake.
      this.seen.renegotiated = this.finishedBefore13;
      this.finishedBefore13 = true;
    } else if (type === recordType.handshake) this.readHandshake(body);
    else if (type === recordType.alert) this.readAlert(body);
  }

  private readAlert(body: Buffer): void {
    const [level, code] = body;
    // A warning (level 1) such as unrecognized_name of TLS 1.2 ends nothing; close_notify (0) is one too, and does.
    if (body.length === 2 && code !== undefined && (level === 2 || code === 0)) {
      this.seen.alerts = [...this.seen.alerts, code];
    }
  }

  private openSealed(): void {
    const suite: CipherSuite | undefined = cipherSuites[this.seen.suite ?? 0];
    while (this.sealed.length && !this.stopped) {
      if (!this.keys) {
        const secret = this.seen.complete ? this.applicationSecret : this.handshakeSecret;
        if (!secret || !suite) return;
        this.keys = trafficKeys(suite, secret);
      }
      const record = this.sealed.shift();
      if (!record) return;
      const opened = this.keys.open(record);
      if (!opened) {
        this.stopped = true;
        return;
      }
      if (opened.type === recordType.handshake) this.readHandshake(opened.content);
      else if (opened.type === recordType.alert) this.readAlert(opened.content);
    }
  }

  private readHandshake(body: Buffer): void {
    this.handshake = this.handshake.length ? Buffer.concat([this.handshake, body]) : body;
    while (this.handshake.length >= 4) {
      const length = this.handshake.readUIntBE(1, 3);
      if (length > maxMessage) {
        this.stopped = true;
        return;
      }
      if (this.handshake.length < 4 + length) return;
      const type = this.handshake[0] ?? 0;
      const content = this.handshake.subarray(4, 4 + length);
      this.handshake = this.handshake.subarray(4 + length);
      this.readMessage(type, content);
    }
  }

  private readMessage(type: number, content: Buffer): void {
    const tls13 = this.seen.version === 0x0304;
    switch (type) {
      case message.serverHello:
        this.readServerHello(content);
        break;
      case message.certificate:
        this.seen.chain = tls13 ? certificates13(content) : certificates12(content);
        break;
      case message.certificateRequest:
        this.seen.certificateRequested = true;
        this.seen.acceptableIssuers = tls13
          ? issuers13(content)
          : issuers12(content, (this.seen.version ?? 0) >= 0x0303);
        break;
      case message.serverHelloDone:
        this.seen.complete = true;
        break;
      case message.finished:
        if (!tls13) break;
        this.seen.complete = true;
        this.keys = undefined;
        break;
      case message.keyUpdate:
        // From here on other keys hold; what follows is application data, which is not of interest.
        this.stopped = true;
        break;
    }
  }

  private readServerHello(content: Buffer): void {
    this.seen.version = content.readUInt16BE(0);
    const sessionLength = content[34] ?? 0;
    this.seen.suite = content.readUInt16BE(35 + sessionLength);
    let at = 38 + sessionLength;
    if (at + 2 > content.length) return;
    const end = at + 2 + content.readUInt16BE(at);
    at += 2;
    while (at + 4 <= Math.min(end, content.length)) {
      const length = content.readUInt16BE(at + 2);
      if (content.readUInt16BE(at) === extension.supportedVersions && length === 2) {
        this.seen.version = content.readUInt16BE(at + 4);
      }
      at += 4 + length;
    }
  }
}

/** certificate_list of RFC 5246 section 7.4.2. */
function certificates12(content: Buffer): Uint8Array[] {
  return vectors(content, 0, { list: 3, entry: 3, after: 0 });
}

/** certificate_list of RFC 8446 section 4.4.2: each entry is followed by extensions. */
function certificates13(content: Buffer): Uint8Array[] {
  return vectors(content, 1 + (content[0] ?? 0), { list: 3, entry: 3, after: 2 });
}

/** CertificateRequest of RFC 5246 section 7.4.4; before TLS 1.2 without signature algorithms. */
function issuers12(content: Buffer, withAlgorithms: boolean): Uint8Array[] {
  let at = 1 + (content[0] ?? 0);
  if (withAlgorithms) at += 2 + content.readUInt16BE(at);
  return at + 2 <= content.length ? vectors(content, at, { list: 2, entry: 2, after: 0 }) : [];
}

/** CertificateRequest of RFC 8446 section 4.3.2: names are in the extension certificate_authorities. */
function issuers13(content: Buffer): Uint8Array[] {
  let at = 1 + (content[0] ?? 0);
  const end = at + 2 + content.readUInt16BE(at);
  at += 2;
  while (at + 4 <= Math.min(end, content.length)) {
    const length = content.readUInt16BE(at + 2);
    if (content.readUInt16BE(at) === extension.certificateAuthorities) {
      return vectors(content.subarray(0, at + 4 + length), at + 4, { list: 2, entry: 2, after: 0 });
    }
    at += 4 + length;
  }
  return [];
}

/** Octets of lengths: of the whole list, of each entry, and of what follows each entry and is skipped (0: nothing does). */
interface VectorForm {
  readonly list: number;
  readonly entry: number;
  readonly after: number;
}

/** The entries of a vector of variable-length entries; a length that reaches beyond the vector throws. */
function vectors(content: Buffer, start: number, form: VectorForm): Uint8Array[] {
  const end = start + form.list + content.readUIntBE(start, form.list);
  if (end > content.length) throw new RangeError('vector beyond its message');
  const found: Uint8Array[] = [];
  for (let at = start + form.list; at < end;) {
    const length = content.readUIntBE(at, form.entry);
    if (at + form.entry + length > end) throw new RangeError('entry beyond its vector');
    found.push(Buffer.from(content.subarray(at + form.entry, at + form.entry + length)));
    at += form.entry + length;
    if (form.after) at += form.after + content.readUIntBE(at, form.after);
  }
  return found;
}
