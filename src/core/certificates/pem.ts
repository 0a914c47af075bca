import { FlowKeystoreError } from '../errors';

export interface PemBlock {
  /** What stands between BEGIN and the dashes: `CERTIFICATE`, `PKCS7` ... */
  readonly label: string;
  readonly der: Uint8Array;
  /** 1-based line of its BEGIN. */
  readonly line: number;
  /** `Proc-Type`, `DEK-Info` and their like (RFC 1421), by their names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where it lies in the text, in UTF-16 code units: from the BEGIN line to the END line, the line end after it included. */
  readonly start: number;
  readonly end: number;
}

export function isCertificateLabel(label: string): boolean {
  return /^(X509 |TRUSTED )?CERTIFICATE$/.test(label);
}

export function isPkcs7Label(label: string): boolean {
  return /^(PKCS7|CMS|PKCS #7 SIGNED DATA)$/.test(label);
}

/** OpenSSH's own form of a private key. */
export const sshKeyLabel = 'OPENSSH PRIVATE KEY';

/** Also as the octets of UTF-8, where a text is read octet by octet. */
const byteOrderMark = /^(?:\ufeff|\u00ef\u00bb\u00bf)/;

const begin = /^-----BEGIN ([A-Z0-9 ]+)-----\s*$/;

interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The blocks of a PEM text (RFC 7468), read leniently: text around and between them, CRLF, a byte order mark, indentation and headers are
 * passed over.
 * @throws FlowKeystoreError `damaged`, with the line, for a block without an end or with other than base64 in it
 */
export function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const lines = new Lines(text);
  for (let first = lines.next(); first; first = lines.next()) {
    const label = begin.exec(first.text)?.[1];
    if (label === undefined) continue;
    const line = lines.number;
    const end = `-----END ${label}-----`;
    const body: string[] = [];
    const headers: Record<string, string> = {};
    let last = lines.next();
    for (; last && !last.text.startsWith('-----'); last = lines.next()) {
      const colon = last.text.indexOf(':');
      if (colon < 0) body.push(last.text);
      else headers[last.text.slice(0, colon)] = last.text.slice(colon + 1).trim();
    }
    if (last?.text !== end) throw broken(`The ${label} block has no end line.`, line);
    const base64 = body.join('');
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64 === '') {
      throw broken(`The ${label} block is not base64.`, line);
    }
    blocks.push({ label, der: Buffer.from(base64, 'base64'), line, headers, start: first.start, end: last.end });
  }
  return blocks;
}

/** One line after the other: a bundle of 60,000 certificates has more than a million. */
class Lines {
  /** Of the line that came last, from 1. */
  number = 0;
  private readonly ends = /\r\n|\n|\r|$/g;
  private at: number | undefined;

  constructor(private readonly text: string) {
    this.at = byteOrderMark.exec(text)?.[0].length ?? 0;
  }

  /** Without the white space around; with where it lies. */
  next(): Line | undefined {
    const { text, ends, at: start } = this;
    if (start === undefined) return undefined;
    ends.lastIndex = start;
    const found = ends.exec(text);
    const stop = found?.index ?? text.length;
    const end = stop + (found?.[0].length ?? 0);
    this.at = end === stop ? undefined : end;
    this.number++;
    return { text: text.slice(start, stop).trim(), start, end };
  }
}

function broken(message: string, line: number): FlowKeystoreError {
  return new FlowKeystoreError('damaged', message, { line }, 'Copy it again, from the BEGIN line to the END line.');
}

/** A PEM block of 64 columns, ending in a line feed. */
export function writePem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der).toString('base64');
  return `-----BEGIN ${label}-----\n${base64.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END ${label}-----\n`;
}

/** Certificates one after the other, leaf first if they come so. */
export function certificatesPem(certificates: readonly { readonly der: Uint8Array }[]): string {
  return certificates.map(({ der }) => writePem('CERTIFICATE', der)).join('');
}
