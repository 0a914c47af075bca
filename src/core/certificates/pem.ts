import { FlowKeystoreError } from '../errors';

export interface PemBlock {
  /** What stands between BEGIN and the dashes: `CERTIFICATE`, `PKCS7` ... */
  readonly label: string;
  readonly der: Uint8Array;
  /** 1-based line of its BEGIN. */
  readonly line: number;
}

const begin = /^-----BEGIN ([A-Z0-9 ]+)-----\s*$/;

/**
 * The blocks of a PEM text (RFC 7468), read leniently: text around and between them, CRLF, a byte order mark, indentation and headers are
 * passed over.
 * @throws FlowKeystoreError `damaged`, with the line, for a block without an end or with other than base64 in it
 */
export function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  for (let i = 0; i < lines.length; i++) {
    const label = begin.exec(lines[i]?.trim() ?? '')?.[1];
    if (label === undefined) continue;
    const line = i + 1;
    const end = `-----END ${label}-----`;
    const body: string[] = [];
    for (i++; i < lines.length && (lines[i]?.trim() ?? '') !== end; i++) {
      const content = lines[i]?.trim() ?? '';
      if (content.startsWith('-----')) break;
      if (!content.includes(':')) body.push(content);
    }
    if ((lines[i]?.trim() ?? '') !== end) throw broken(`The ${label} block has no end line.`, line);
    const base64 = body.join('');
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64 === '') {
      throw broken(`The ${label} block is not base64.`, line);
    }
    blocks.push({ label, der: Buffer.from(base64, 'base64'), line });
  }
  return blocks;
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
