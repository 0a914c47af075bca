import { createCipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { concat, integer, nullValue, octetString, oid, readNode, sequence } from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import {
  modernScheme,
  pbes2Ciphers,
  pbes2Oid,
  pbkdf2Oid,
  pkcs12Schemes,
  prfHashes,
  type EncryptionScheme,
  type KeyDerivation,
  type PrfHash,
} from './encryptionSchemes';
import type { CbcInput } from './oldCiphers.late';
import { checkIterations, pkcs12SchemeKey } from './passwordEncryption';
import { scryptKey, scryptOid } from './scrypt';

/** Encryption under a password: by today's methods, or as a file has it already (`EncryptionScheme`). */

const pbkdf2Async = promisify(pbkdf2);

/** Octets, as Java writes them. */
const saltLength = 20;

export interface Encrypted {
  /** The AlgorithmIdentifier, DER. */
  readonly algorithm: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * Salt and initialisation vector are new each time.
 * @throws FlowKeystoreError `password-not-allowed`, `limit-exceeded` for more rounds than are read
 */
export async function encryptWithPassword(
  plain: Uint8Array,
  password: string,
  scheme: EncryptionScheme = modernScheme,
  signal?: AbortSignal,
): Promise<Encrypted> {
  checkWritablePassword(password);
  return scheme.kind === 'pbes2'
    ? encryptPbes2(plain, password, scheme, signal)
    : encryptPkcs12Scheme(plain, password, scheme, signal);
}

async function encryptPbes2(
  plain: Uint8Array,
  password: string,
  scheme: EncryptionScheme & { readonly kind: 'pbes2' },
  signal?: AbortSignal,
): Promise<Encrypted> {
  const cipher = pbes2Ciphers[scheme.cipher];
  if (!cipher) throw notWritten(scheme.cipher);
  const { name, keyLength, blockLength } = cipher;
  const { kdf, key } = await deriveKey(scheme.derivation, password, keyLength);
  const iv = randomBytes(blockLength);
  try {
    const data =
      name === 'des-ede3-cbc'
        ? await encryptOldCipher({ cipher: '3des', key, iv, data: plain }, signal)
        : encryptAes(name, key, iv, plain);
    const algorithm = sequence(oid(pbes2Oid), sequence(kdf, sequence(oid(scheme.cipher), octetString(iv))));
    return { algorithm, data };
  } finally {
    key.fill(0);
  }
}

function encryptAes(name: string, key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv(name, key, iv);
  return concat([cipher.update(plain), cipher.final()]);
}

/** @returns the AlgorithmIdentifier of the key derivation, and what comes out of it */
async function deriveKey(
  derivation: KeyDerivation,
  password: string,
  keyLength: number,
): Promise<{ kdf: Uint8Array; key: Buffer }> {
  const secret = Buffer.from(password, 'utf8');
  const salt = randomBytes(saltLength);
  if (derivation.kind === 'scrypt') {
    const { cost, blockSize, lanes } = derivation;
    const parameters = sequence(octetString(salt), ...[cost, blockSize, lanes, keyLength].map((each) => integer(each)));
    return {
      kdf: sequence(oid(scryptOid), parameters),
      key: await scryptKey(readNode(parameters), secret, keyLength),
    };
  }
  const { hash, rounds } = derivation;
  return {
    kdf: sequence(oid(pbkdf2Oid), pbkdf2Parameters({ salt, rounds, keyLength, hash })),
    key: await pbkdf2Async(secret, salt, checkIterations(rounds), keyLength, hash),
  };
}

/** PBKDF2-params (RFC 8018 appendix A.2). @param keyLength octets */
export function pbkdf2Parameters({
  salt,
  rounds,
  keyLength,
  hash,
}: {
  readonly salt: Uint8Array;
  readonly rounds: number;
  readonly keyLength: number;
  readonly hash: PrfHash;
}): Uint8Array {
  // In DER what is the default is left out.
  const prf = hash === 'sha1' ? [] : [hmacAlgorithm(hash)];
  return sequence(octetString(salt), integer(rounds), integer(keyLength), ...prf);
}

/** The AlgorithmIdentifier of an HMAC. */
export function hmacAlgorithm(hash: PrfHash): Uint8Array {
  const [hashOid] = Object.entries(prfHashes).find(([, name]) => name === hash) ?? [];
  if (hashOid === undefined) throw notWritten(hash);
  return sequence(oid(hashOid), nullValue());
}

async function encryptPkcs12Scheme(
  plain: Uint8Array,
  password: string,
  scheme: EncryptionScheme & { readonly kind: 'pkcs12' },
  signal?: AbortSignal,
): Promise<Encrypted> {
  const known = pkcs12Schemes[scheme.oid];
  if (!known) throw notWritten(scheme.oid);
  const rounds = checkIterations(scheme.rounds);
  const salt = randomBytes(saltLength);
  const { key, iv } = await pkcs12SchemeKey(scheme.oid, password, { salt, rounds }, signal);
  const data = await encryptOldCipher({ cipher: known.cipher, key, iv, data: plain }, signal);
  return { algorithm: sequence(oid(scheme.oid), sequence(octetString(salt), integer(rounds))), data };
}

/** Loaded when the first old file is written. */
async function encryptOldCipher(input: CbcInput, signal?: AbortSignal): Promise<Uint8Array> {
  const { encryptCbc } = await import('./oldCiphers.late');
  return encryptCbc(input, signal);
}

function notWritten(what: string): FlowKeystoreError {
  return new FlowKeystoreError('unsupported', `This version does not encrypt by ${what}.`);
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
export async function sealPrivateKeyInfo(
  privateKeyInfo: Uint8Array,
  password: string,
  scheme: EncryptionScheme = modernScheme,
): Promise<Uint8Array> {
  const { algorithm, data } = await encryptWithPassword(privateKeyInfo, password, scheme);
  return sequence(algorithm, octetString(data));
}
