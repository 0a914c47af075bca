import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import {
  children,
  concat,
  expectNode,
  integer,
  nullValue,
  octetsOf,
  octetString,
  oid,
  oidOf,
  readNode,
  sequence,
  smallIntegerOf,
  Tag,
  type Node,
} from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import { jceksProtectorOid, jksProtectorOid, openJceksKey, openJksKey } from './javaProtectors';
import type { CbcInput } from './oldCiphers.late';
import { pkcs12Kdf } from './pkcs12Kdf';
import { scryptKey, scryptOid } from './scrypt';

/**
 * Encryption under a password as PKCS#8 and keystores use it: PBES2 (RFC 8018) read and written, the PKCS#12 schemes of RFC 7292
 * appendix C (3DES, RC2) and Java's own (`javaProtectors`) read.
 */

const pbkdf2Async = promisify(pbkdf2);

export const pbes2Oid = '1.2.840.113549.1.5.13';
export const pbkdf2Oid = '1.2.840.113549.1.5.12';
const hmacSha256Oid = '1.2.840.113549.2.9';
const aes256CbcOid = '2.16.840.1.101.3.4.1.42';

/** Above this an iteration count is hostile or a mistake: 5 million rounds are seconds of work, two billion would be hours. */
export const maxIterations = 5_000_000;

/** As Java 17 writes them. */
export const writtenIterations = 10_000;

export const prfHashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  [hmacSha256Oid]: 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
  '1.2.840.113549.2.12': 'sha512-224',
  '1.2.840.113549.2.13': 'sha512-256',
};

const ciphers: Readonly<Record<string, readonly [name: string, keyLength: number]>> = {
  '2.16.840.1.101.3.4.1.2': ['aes-128-cbc', 16],
  '2.16.840.1.101.3.4.1.22': ['aes-192-cbc', 24],
  [aes256CbcOid]: ['aes-256-cbc', 32],
  '1.2.840.113549.3.7': ['des-ede3-cbc', 24],
};

const pkcs12Schemes: Readonly<Record<string, { name: string; cipher: '3des' | 'rc2'; keyLength: number }>> = {
  '1.2.840.113549.1.12.1.3': { name: 'PBEWithSHA1And3-KeyTripleDES', cipher: '3des', keyLength: 24 },
  '1.2.840.113549.1.12.1.4': { name: 'PBEWithSHA1And2-KeyTripleDES', cipher: '3des', keyLength: 16 },
  '1.2.840.113549.1.12.1.5': { name: 'PBEWithSHA1And128BitRC2', cipher: 'rc2', keyLength: 16 },
  '1.2.840.113549.1.12.1.6': { name: 'PBEWithSHA1And40BitRC2', cipher: 'rc2', keyLength: 5 },
};

const javaProtectors: Readonly<Record<string, string>> = {
  [jksProtectorOid]: 'JKS key protection',
  [jceksProtectorOid]: 'PBEWithMD5AndTripleDES',
};

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

/** Java's name of the scheme, or the parts of PBES2 (`PBES2 aes-256-cbc`); the dotted form where it is unknown. */
export function encryptionName(algorithm: Node): string {
  const [oidNode, parameters] = children(algorithm);
  const scheme = oidOf(expectNode(oidNode, Tag.oid, 'an encryption algorithm'));
  if (scheme !== pbes2Oid) return pkcs12Schemes[scheme]?.name ?? javaProtectors[scheme] ?? scheme;
  const [, cipher] = parameters ? children(parameters) : [];
  const [cipherOid] = cipher ? children(cipher) : [];
  const name = cipherOid && oidOf(cipherOid);
  return `PBES2 ${name === undefined ? '?' : (ciphers[name]?.[0] ?? name)}`;
}

/** The rounds of the key derivation; undefined where the scheme has none, or is not known. */
export function encryptionRounds(algorithm: Node): number | undefined {
  try {
    const [oidNode, parameters] = children(algorithm);
    if (!oidNode || !parameters) return undefined;
    const [kdf] = oidOf(oidNode) === pbes2Oid ? children(parameters) : [];
    const list = kdf ? children(kdf)[1] : parameters;
    const count = list && children(list)[1];
    return count?.tag === Tag.integer ? smallIntegerOf(count) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the scheme is one that is no longer written today (RC2, 3DES, SHA-1 derivation). */
export function isOldEncryption(algorithm: Node): boolean {
  return isOldMethod(encryptionName(algorithm));
}

/** The same, by the name that `encryptionName` gives. */
export function isOldMethod(name: string): boolean {
  return !name.startsWith('PBES2 aes-');
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
  const cipher = cipherOid && ciphers[oidOf(cipherOid)];
  if (!cipher || iv?.tag !== Tag.octetString) throw unsupported(`cipher ${cipherOid ? oidOf(cipherOid) : '?'}`);
  const [name, keyLength] = cipher;
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

/** PBKDF2-params (RFC 8018 appendix A.2). */
export interface Pbkdf2 {
  readonly salt: Node;
  readonly count: Node;
  /** Of the pseudo-random function, as Node names it. */
  readonly hash: string;
  /** Octets of the key; where absent the cipher says. */
  readonly keyLength?: Node;
}

/** Undefined where something is missing, or the pseudo-random function is not known. */
export function readPbkdf2(parameters: Node): Pbkdf2 | undefined {
  const [salt, count, ...rest] = children(parameters);
  const keyLength = rest.find((node) => node.tag === Tag.integer);
  const hash = hashOfPrf(rest.find((node) => node.tag === Tag.sequence));
  return salt && count && hash !== undefined ? { salt, count, hash, ...(keyLength && { keyLength }) } : undefined;
}

/** HMAC with SHA-1 where none is named (RFC 8018 appendix A.2). */
function hashOfPrf(prf: Node | undefined): string | undefined {
  if (!prf) return 'sha1';
  const [oidNode] = children(prf);
  return oidNode && prfHashes[oidOf(oidNode)];
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
  const derive = (purpose: 1 | 2, length: number): Promise<Uint8Array> =>
    pkcs12Kdf({
      password,
      salt: octetsOf(salt),
      purpose,
      iterations: checkIterations(smallIntegerOf(count)),
      length,
      hash: 'sha1',
      ...(signal && { signal }),
    });
  const key = await derive(1, scheme.keyLength);
  const iv = await derive(2, 8);
  const wholeKey = scheme.cipher === '3des' && key.length === 16 ? concat([key, key.subarray(0, 8)]) : key;
  return decryptOldCipher({ cipher: scheme.cipher, key: wholeKey, iv, data }, signal);
}

/** The library's ciphers, never the platform's; loaded when the first old file is met. */
async function decryptOldCipher(input: CbcInput, signal?: AbortSignal): Promise<Uint8Array> {
  const { decryptCbc } = await import('./oldCiphers.late');
  return rightOrWrong(await decryptCbc(input, signal));
}

/** PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC, 10,000 rounds: what Java 17 and OpenSSL 3 write and read. */
export async function encryptWithPassword(
  plain: Uint8Array,
  password: string,
): Promise<{ algorithm: Uint8Array; data: Uint8Array }> {
  checkWritablePassword(password);
  const salt = randomBytes(20);
  const iv = randomBytes(16);
  const key = await pbkdf2Async(Buffer.from(password, 'utf8'), salt, writtenIterations, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const data = concat([cipher.update(plain), cipher.final()]);
  key.fill(0);
  const kdf = sequence(
    oid(pbkdf2Oid),
    sequence(octetString(salt), integer(writtenIterations), integer(32), sequence(oid(hmacSha256Oid), nullValue())),
  );
  const algorithm = sequence(oid(pbes2Oid), sequence(kdf, sequence(oid(aes256CbcOid), octetString(iv))));
  return { algorithm, data };
}

/** Java refuses other than printable ASCII in the password of a PBES2 PKCS#12; SAP's password rule does so too. */
export function checkWritablePassword(password: string): void {
  if (password.length === 0) {
    throw new FlowKeystoreError(
      'password-not-allowed',
      'The password is empty.',
      {},
      'Choose one of at least 6 characters (SAP asks for 8).',
    );
  }
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new FlowKeystoreError(
      'password-not-allowed',
      'The password has characters outside ASCII, which Java and SAP cannot read back.',
      {},
      'Use letters, digits and punctuation of the English keyboard.',
    );
  }
}

/** EncryptedPrivateKeyInfo (RFC 5958) around a PrivateKeyInfo. */
export async function sealPrivateKeyInfo(privateKeyInfo: Uint8Array, password: string): Promise<Uint8Array> {
  const { algorithm, data } = await encryptWithPassword(privateKeyInfo, password);
  return sequence(algorithm, octetString(data));
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
