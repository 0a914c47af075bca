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
  const lines = linesOf(text);
  for (let i = 0; i < lines.length; i++) {
    const first = lines[i];
    const label = first && begin.exec(first.text)?.[1];
    if (!first || label === undefined) continue;
    const line = i + 1;
    const end = `-----END ${label}-----`;
    const body: string[] = [];
    const headers: Record<string, string> = {};
    for (i++; i < lines.length && lines[i]?.text !== end; i++) {
      const content = lines[i]?.text ?? '';
      if (content.startsWith('-----')) break;
      const colon = content.indexOf(':');
      if (colon < 0) body.push(content);
      else headers[content.slice(0, colon)] = content.slice(colon + 1).trim();
    }
    const last = lines[i];
    if (last?.text !== end) throw broken(`The ${label} block has no end line.`, line);
    const base64 = body.join('');
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64 === '') {
      throw broken(`The ${label} block is not base64.`, line);
    }
    blocks.push({ label, der: Buffer.from(base64, 'base64'), line, headers, start: first.start, end: last.end });
  }
  return blocks;
}

/** Without the white space around; with where they lie. */
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  const ends = /\r\n|\n|\r|$/g;
  for (let start = text.startsWith('\ufeff') ? 1 : 0; start <= text.length;) {
    ends.lastIndex = start;
    const at = ends.exec(text);
    const stop = at?.index ?? text.length;
    const end = stop + (at?.[0].length ?? 0);
    lines.push({ text: text.slice(start, stop).trim(), start, end });
    if (end === stop) break;
    start = end;
  }
  return lines;
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
