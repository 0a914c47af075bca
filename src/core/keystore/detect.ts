import { children, oidOf, readNode, Tag } from '../asn1/der';
import { FlowKeystoreError, type Remedy } from '../errors';
import type { StoreType } from './model';
import { emptyBundle } from './pem/pieces';
import { contentOid } from './pkcs12/oids';

/** What a file is, by its content; the name is not asked. `undefined` for what is no keystore. */
export function detectStoreType(bytes: Uint8Array): StoreType | undefined {
  if (bytes.length >= 4) {
    const magic = Buffer.from(bytes.buffer, bytes.byteOffset, 4).readUInt32BE();
    if (magic === 0xfeedfeed) return 'JKS';
    if (magic === 0xcececece) return 'JCEKS';
  }
  if (startsLikePkcs12(bytes)) return 'PKCS12';
  const octets = bufferOf(bytes);
  const isPem =
    octets.includes('-----BEGIN ', 0, isUtf16(bytes) ? 'utf16le' : 'latin1') ||
    octets.subarray(0, emptyBundle.length).toString() === emptyBundle;
  if (looksLikeText(bytes) && isPem) return 'PEM';
  return undefined;
}

/** SEQUENCE { INTEGER 3, SEQUENCE { OBJECT IDENTIFIER data or signedData ...: also of a file that was cut off. */
function startsLikePkcs12(bytes: Uint8Array): boolean {
  if (bytes[0] !== Tag.sequence) return false;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 48)).toString('hex');
  return /^30(?:80|8[1-4](?:..){1,4}|[0-7].)02010330/.test(start) && start.includes('06092a864886f70d0107');
}

function looksLikeText(bytes: Uint8Array): boolean {
  return isUtf16(bytes) || !bytes.subarray(0, 1024).includes(0);
}

/** As Windows' Notepad has written it, with its mark. */
function isUtf16(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xfe;
}

/** A copy of a text to be read as Latin-1, so that a character is an octet and nothing is lost; UTF-16 becomes UTF-8. */
export function octetsOfText(bytes: Uint8Array): Buffer {
  return isUtf16(bytes) ? Buffer.from(Buffer.from(bytes.subarray(2)).toString('utf16le'), 'utf8') : Buffer.from(bytes);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The error for a file that is no keystore, saying what it looks like and what to do with it. */
export function notAKeystore(bytes: Uint8Array): FlowKeystoreError {
  const { what, next = anotherFile, remedy } = guess(bytes);
  return looksLike(what, next, remedy);
}

/** @param what it is, with its article */
export function looksLike(what: string, next: string, remedy?: Remedy): FlowKeystoreError {
  return new FlowKeystoreError('not-a-keystore', `This is not a keystore; it looks like ${what}.`, {}, next, {
    ...(remedy && { remedy }),
  });
}

const anotherFile = 'Give a PKCS#12, JKS or JCEKS file, or PEM with certificates or private keys.';
const importIt = 'Import it into a keystore.';

function guess(bytes: Uint8Array): { what: string; next?: string; remedy?: Remedy } {
  if (bytes.length === 0) return { what: 'an empty file' };
  const head = Buffer.from(bytes.subarray(0, 512)).toString('latin1').trimStart();
  if (/^<(!doctype html|html)/i.test(head)) return { what: 'a web page', next: 'Download the file itself.' };
  if (head.startsWith('<?xml')) return { what: 'XML' };
  if (head.startsWith('PK\u0003\u0004')) return { what: 'a zip archive', next: 'Unpack it first.' };
  if (/^(ssh-|ecdsa-|---- BEGIN SSH2 PUBLIC)/.test(head)) {
    return { what: 'a public key for SSH', next: 'Import the private key, the file without .pub, into a keystore.' };
  }
  if (head.startsWith('---- BEGIN SSH2 ENCRYPTED')) {
    return { what: 'a private key of SSH2', next: 'Convert it first: ssh-keygen -i -f FILE > id_rsa' };
  }
  if (head.startsWith('PuTTY-User-Key-File-')) {
    return { what: 'a key of PuTTY', next: 'Convert it first: puttygen KEY.ppk -O private-openssh -o id_rsa' };
  }
  if (bytes[0] === Tag.sequence) {
    try {
      const [first] = children(readNode(bytes));
      if (first?.tag === Tag.oid && oidOf(first) === contentOid.signedData) {
        return { what: 'a PKCS#7 certificate bundle', next: importIt, remedy: 'import' };
      }
      if (first?.tag === Tag.sequence) {
        return { what: 'a certificate or request', next: importIt, remedy: 'import' };
      }
      if (first?.tag === Tag.integer) {
        return { what: 'a private key', next: 'Import it into a keystore, with its certificate.', remedy: 'import' };
      }
    } catch {
      return { what: 'a damaged or truncated file', next: 'Get it once more from where it came.' };
    }
  }
  return { what: 'something else' };
}
