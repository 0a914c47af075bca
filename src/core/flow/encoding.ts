import { isAscii } from 'node:buffer';

/** How a text file was read, and must be written. */
export type TextEncoding = 'utf-8' | 'iso-8859-1';

/** The text of UTF-8 bytes, a byte order mark kept; undefined where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  // Most files: many times as fast.
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The text of a properties file. Java reads it as ISO-8859-1, editors save it as UTF-8; exported ones are ASCII. Taken for UTF-8 where it is
 * valid UTF-8, so that what is shown is what an editor shows.
 */
export function decodeParameters(bytes: Uint8Array): { readonly text: string; readonly encoding: TextEncoding } {
  const text = decodeUtf8(bytes);
  return text === undefined
    ? { text: Buffer.from(bytes).toString('latin1'), encoding: 'iso-8859-1' }
    : { text, encoding: 'utf-8' };
}

/** Bytes to write: the inverse of reading with the same encoding. Our own edits of a properties file are ASCII in either. */
export function encodeText(text: string, encoding: TextEncoding): Uint8Array {
  return Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'latin1');
}

/** Whether lines end in more than one way (CR LF, LF, CR), or in the way of old Macs: what an editor makes alike when it reads the file. */
export function hasMixedLineEnds(bytes: Uint8Array): boolean {
  const [cr, lf] = [0x0d, 0x0a];
  let pairs = 0;
  let feeds = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === lf) feeds++;
    else if (bytes[at] === cr) {
      if (bytes[at + 1] !== lf) return true;
      pairs++;
      at++;
    }
  }
  return pairs > 0 && feeds > 0;
}
