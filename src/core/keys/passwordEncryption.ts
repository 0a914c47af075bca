import { createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { children, concat, expectNode, octetsOf, oidOf, readNode, smallIntegerOf, Tag, type Node } from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import { pbes2Ciphers, pbes2Oid, pbkdf2Oid, pkcs12Schemes, readPbkdf2, type Pbkdf2 } from './encryptionSchemes';
import { jceksProtectorOid, jksProtectorOid, openJceksKey, openJksKey } from './javaProtectors';
import type { CbcInput } from './oldCiphers.late';
import { pkcs12Kdf } from './pkcs12Kdf';
import { scryptKey, scryptOid } from './scrypt';

/**
 * Decryption under a password as PKCS#8 and keystores ask for it: PBES2 (RFC 8018), the PKCS#12 schemes of RFC 7292 appendix C (3DES, RC2) and
 * Java's own (`javaProtectors`). `encrypt` is the other way.
 */

const pbkdf2Async = promisify(pbkdf2);

/** Above this an iteration count is hostile or a mistake: 5 million rounds are seconds of work, two billion would be hours. */
export const maxIterations = 5_000_000;

export function checkIterations(count: number): number {
  if (count > maxIterations) {
    throw new FlowKeystoreError(
      'limit-exceeded',
      `The file asks for ${count.toLocaleString('en')} rounds of key derivation; more than ${maxIterations.toLocaleString('en')} are refused.`,
      {},
      'Have the file written anew with an ordinary count (Java and OpenSSL use 2,048 to 1,000,000).',
    );
  }
  if (count < 1) throw new FlowKeystoreError('damaged', 'The file asks for no key derivation at all.');
  return count;
}

/**
 * Decrypts what was encrypted under a password.
 * @param algorithm the AlgorithmIdentifier
 * @throws FlowKeystoreError `wrong-password` when the padding comes out wrong, `unsupported` for an unknown scheme
 */
export async function decryptWithPassword(
  algorithm: Node,
  data: Uint8Array,
  password: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const [oidNode, parameters] = children(expectNode(algorithm, Tag.sequence, 'an encryption algorithm'));
  const scheme = oidOf(expectNode(oidNode, Tag.oid, 'an encryption algorithm'));
  if (scheme === jksProtectorOid) return rightOrWrong(openJksKey(data, password));
  if (!parameters) throw new FlowKeystoreError('damaged', 'The parameters of the encryption are missing.');
  if (scheme === jceksProtectorOid) {
    return rightOrWrong(await openJceksKey(parameters, data, password, checkIterations, signal));
  }
  return scheme === pbes2Oid
    ? decryptPbes2(parameters, data, password, signal)
    : decryptPkcs12Scheme(scheme, parameters, data, password, signal);
}

/** @throws FlowKeystoreError `wrong-password` where nothing came out */
function rightOrWrong(plain: Uint8Array | undefined): Uint8Array {
  if (plain) return plain;
  throw wrongPassword();
}

async function decryptPbes2(
  parameters: Node,
  data: Uint8Array,
  password: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const [kdf, cipherNode] = children(parameters);
  const [cipherOid, iv] = children(expectNode(cipherNode, Tag.sequence, 'a cipher'));
  const cipher = cipherOid && pbes2Ciphers[oidOf(cipherOid)];
  if (!cipher || iv?.tag !== Tag.octetString) throw unsupported(`cipher ${cipherOid ? oidOf(cipherOid) : '?'}`);
  const { name, keyLength } = cipher;
  const key = await derivePbes2Key(expectNode(kdf, Tag.sequence, 'a key derivation'), password, keyLength);
  if (name === 'des-ede3-cbc') return decryptOldCipher({ cipher: '3des', key, iv: octetsOf(iv), data }, signal);
  try {
    const decipher = createDecipheriv(name, key, octetsOf(iv));
    return concat([decipher.update(data), decipher.final()]);
  } catch (cause) {
    throw wrongPassword(cause);
  } finally {
    key.fill(0);
  }
}

/** By PBKDF2, or by scrypt (RFC 7914), which OpenSSL writes where it is asked to. @param keyLength octets */
async function derivePbes2Key(kdf: Node, password: string, keyLength: number): Promise<Buffer> {
  const [kdfOid, parameters] = children(kdf);
  const scheme = kdfOid && oidOf(kdfOid);
  const secret = Buffer.from(password, 'utf8');
  if (scheme === scryptOid && parameters) return scryptKey(parameters, secret, keyLength);
  if (scheme !== pbkdf2Oid || !parameters) throw unsupported(`key derivation ${scheme ?? '?'}`);
  const found = readPbkdf2(parameters);
  if (!found) throw unsupported('pseudo-random function of the key derivation');
  return pbkdf2Key(found, secret, keyLength);
}

/** @throws FlowKeystoreError `limit-exceeded` for too many rounds */
export function pbkdf2Key({ salt, count, hash }: Pbkdf2, password: Uint8Array, keyLength: number): Promise<Buffer> {
  return pbkdf2Async(password, octetsOf(salt), checkIterations(smallIntegerOf(count)), keyLength, hash);
}

async function decryptPkcs12Scheme(
  oidText: string,
  parameters: Node,
  data: Uint8Array,
  password: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const scheme = pkcs12Schemes[oidText];
  if (!scheme) throw unsupported(`encryption ${oidText}`);
  const [salt, count] = children(parameters);
  if (!salt || !count) throw new FlowKeystoreError('damaged', 'The parameters of the encryption are incomplete.');
  const how = { salt: octetsOf(salt), rounds: checkIterations(smallIntegerOf(count)) };
  const { key, iv } = await pkcs12SchemeKey(oidText, password, how, signal);
  return decryptOldCipher({ cipher: scheme.cipher, key, iv, data }, signal);
}

/** What a scheme of PKCS#12 makes of a password. @param oidText one of `pkcs12Schemes` */
export async function pkcs12SchemeKey(
  oidText: string,
  password: string,
  { salt, rounds }: { readonly salt: Uint8Array; readonly rounds: number },
  signal?: AbortSignal,
): Promise<{ key: Uint8Array; iv: Uint8Array }> {
  const scheme = pkcs12Schemes[oidText];
  if (!scheme) throw unsupported(`encryption ${oidText}`);
  const derive = (purpose: 1 | 2, length: number): Promise<Uint8Array> =>
    pkcs12Kdf({ password, salt, purpose, iterations: rounds, length, hash: 'sha1', ...(signal && { signal }) });
  const key = await derive(1, scheme.keyLength);
  const iv = await derive(2, 8);
  return { key: scheme.cipher === '3des' && key.length === 16 ? concat([key, key.subarray(0, 8)]) : key, iv };
}

/** The library's ciphers, never the platform's; loaded when the first old file is met. */
async function decryptOldCipher(input: CbcInput, signal?: AbortSignal): Promise<Uint8Array> {
  const { decryptCbc } = await import('./oldCiphers.late');
  return rightOrWrong(await decryptCbc(input, signal));
}

/** The PrivateKeyInfo (PKCS#8, DER) inside an EncryptedPrivateKeyInfo. */
export async function openPrivateKeyInfo(
  encrypted: Uint8Array,
  password: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const [algorithm, data] = children(expectNode(readNode(encrypted), Tag.sequence, 'an encrypted private key'));
  if (!algorithm || !data) throw new FlowKeystoreError('damaged', 'The encrypted private key is incomplete.');
  const plain = await decryptWithPassword(algorithm, octetsOf(data), password, signal);
  try {
    // A wrong password now and then leaves a valid padding: what comes out must be a whole PrivateKeyInfo.
    const node = expectNode(readNode(plain), Tag.sequence, 'a private key');
    expectNode(children(node)[0], Tag.integer, 'the version of a private key');
    return plain.subarray(0, node.end);
  } catch (cause) {
    throw wrongPassword(cause);
  }
}

function unsupported(what: string): FlowKeystoreError {
  return new FlowKeystoreError(
    'unsupported',
    `This version cannot read the ${what}.`,
    {},
    'Convert the file with keytool or openssl first.',
  );
}

export function wrongPassword(cause?: unknown): FlowKeystoreError {
  return new FlowKeystoreError(
    'wrong-password',
    'The password is wrong, or the file is damaged.',
    {},
    'Check the password (case counts).',
    cause === undefined ? undefined : { cause },
  );
}
