import { createDecipheriv, createHash } from 'node:crypto';
import {
  children,
  concat,
  contentsOf,
  expectNode,
  integer,
  nullValue,
  octetString,
  oid,
  rawOf,
  readNode,
  sequence,
  Tag,
} from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import { wrongPassword } from './passwordEncryption';

/** What OpenSSL wrote before PKCS#8: the bare key of one algorithm, encrypted, if at all, by the PEM headers (RFC 1421's, as OpenSSL uses them). */
export interface LegacyPemKey {
  readonly label: string;
  readonly der: Uint8Array;
  readonly dekInfo: string;
}

/** PEM labels of such keys. */
export function isLegacyKeyLabel(label: string): boolean {
  return /^(RSA|EC|DSA) PRIVATE KEY$/.test(label);
}

const ciphers: Readonly<Record<string, readonly [cipher: string, keyLength: number, blockLength: number]>> = {
  'AES-128-CBC': ['aes-128-cbc', 16, 16],
  'AES-192-CBC': ['aes-192-cbc', 24, 16],
  'AES-256-CBC': ['aes-256-cbc', 32, 16],
  'DES-EDE3-CBC': ['3des', 24, 8],
};

/**
 * @returns PrivateKeyInfo (PKCS#8, DER)
 * @throws FlowKeystoreError `wrong-password`, `unsupported`
 */
export async function openLegacyPem({ label, der, dekInfo }: LegacyPemKey, password: string): Promise<Uint8Array> {
  const [name = '', ivText = ''] = dekInfo.split(',').map((part) => part.trim());
  const [cipher, keyLength, blockLength] = ciphers[name.toUpperCase()] ?? [];
  const iv = Buffer.from(ivText, 'hex');
  if (cipher === undefined || keyLength === undefined) {
    throw new FlowKeystoreError(
      'unsupported',
      `This version cannot read a key encrypted by ${name || 'nothing named'}.`,
      {},
      'Convert it: openssl pkcs8 -topk8 -in FILE -out NEW.pem',
    );
  }
  if (iv.length !== blockLength) throw new FlowKeystoreError('damaged', 'The DEK-Info header is damaged.');
  const key = bytesToKey(password, iv.subarray(0, 8), keyLength);
  const plain = await decrypt(cipher, key, iv, der);
  try {
    return legacyToPkcs8(label, plain);
  } catch (cause) {
    throw wrongPassword(cause);
  }
}

async function decrypt(cipher: string, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
  if (cipher === '3des') {
    const { decryptCbc } = await import('./oldCiphers.late');
    const plain = await decryptCbc({ cipher, key, iv, data });
    if (!plain) throw wrongPassword();
    return plain;
  }
  try {
    const decipher = createDecipheriv(cipher, key, iv);
    return concat([decipher.update(data), decipher.final()]);
  } catch (cause) {
    throw wrongPassword(cause);
  }
}

/** OpenSSL's EVP_BytesToKey with MD5 and one round. */
function bytesToKey(password: string, salt: Uint8Array, length: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let last: Uint8Array = new Uint8Array();
  for (let have = 0; have < length; have += last.length) {
    last = createHash('md5').update(last).update(password, 'utf8').update(salt).digest();
    parts.push(last);
  }
  return concat(parts).subarray(0, length);
}

/**
 * The bare key of RFC 8017 (RSA), RFC 5915 (EC) or OpenSSL's form for DSA as PrivateKeyInfo.
 * @throws FlowKeystoreError `damaged`, `unsupported` for another label
 */
export function legacyToPkcs8(label: string, der: Uint8Array): Uint8Array {
  const whole = expectNode(readNode(der), Tag.sequence, 'a private key');
  const fields = children(whole);
  const info = (algorithm: Uint8Array, key: Uint8Array): Uint8Array =>
    sequence(integer(0), algorithm, octetString(key));
  expectNode(fields[0], Tag.integer, 'the version of a private key');
  switch (label) {
    case 'RSA PRIVATE KEY':
      if (fields.length < 9) throw new FlowKeystoreError('damaged', 'The RSA key is incomplete.');
      return info(sequence(oid('1.2.840.113549.1.1.1'), nullValue()), rawOf(whole));
    case 'EC PRIVATE KEY': {
      const tagged = fields.find(({ tag }) => tag === 0xa0);
      const [parameters] = tagged ? children(tagged) : [];
      if (!parameters) throw new FlowKeystoreError('unsupported', 'The EC key does not name its curve.');
      return info(sequence(oid('1.2.840.10045.2.1'), rawOf(parameters)), rawOf(whole));
    }
    case 'DSA PRIVATE KEY': {
      const [, p, q, g, , x] = fields.map((field) => expectNode(field, Tag.integer, 'a number of a DSA key'));
      if (!p || !q || !g || !x || contentsOf(x).length === 0) {
        throw new FlowKeystoreError('damaged', 'The DSA key is incomplete.');
      }
      return info(sequence(oid('1.2.840.10040.4.1'), sequence(rawOf(p), rawOf(q), rawOf(g))), rawOf(x));
    }
    default:
      throw new FlowKeystoreError('unsupported', `A key of the kind ${label} is not known here.`);
  }
}
