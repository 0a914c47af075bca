import { children, expectNode, oidOf, smallIntegerOf, Tag, type Node } from '../asn1/der';
import { jceksProtectorOid, jksProtectorOid } from './javaProtectors';
import { scryptOid } from './scrypt';

/** The ways of encrypting under a password that PKCS#8 and keystores know: their names, and what is told of each to write it anew. */

export const pbes2Oid = '1.2.840.113549.1.5.13';
export const pbkdf2Oid = '1.2.840.113549.1.5.12';

/** As Java 17 writes them. */
export const writtenIterations = 10_000;

/** Hash functions of HMACs by their object identifiers. */
export const prfHashes: Readonly<Record<string, PrfHash>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
  '1.2.840.113549.2.12': 'sha512-224',
  '1.2.840.113549.2.13': 'sha512-256',
};

export type PrfHash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512' | 'sha512-224' | 'sha512-256';

interface Pbes2Cipher {
  readonly name: string;
  /** Octets. */
  readonly keyLength: number;
  readonly blockLength: number;
}

export const pbes2Ciphers: Readonly<Record<string, Pbes2Cipher>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyLength: 16, blockLength: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyLength: 24, blockLength: 16 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyLength: 32, blockLength: 16 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyLength: 24, blockLength: 8 },
};

/** RFC 7292 appendix C. Lengths in octets. */
export const pkcs12Schemes: Readonly<Record<string, { name: string; cipher: '3des' | 'rc2'; keyLength: number }>> = {
  '1.2.840.113549.1.12.1.3': { name: 'PBEWithSHA1And3-KeyTripleDES', cipher: '3des', keyLength: 24 },
  '1.2.840.113549.1.12.1.4': { name: 'PBEWithSHA1And2-KeyTripleDES', cipher: '3des', keyLength: 16 },
  '1.2.840.113549.1.12.1.5': { name: 'PBEWithSHA1And128BitRC2', cipher: 'rc2', keyLength: 16 },
  '1.2.840.113549.1.12.1.6': { name: 'PBEWithSHA1And40BitRC2', cipher: 'rc2', keyLength: 5 },
};

const javaProtectors: Readonly<Record<string, string>> = {
  [jksProtectorOid]: 'JKS key protection',
  [jceksProtectorOid]: 'PBEWithMD5AndTripleDES',
};

/** How something is encrypted, salt and initialisation vector left out: enough to encrypt something else the same way. */
export type EncryptionScheme =
  /** `oid`: one of `pkcs12Schemes`. */
  | { readonly kind: 'pkcs12'; readonly oid: string; readonly rounds: number }
  /** PBES2 (RFC 8018). `cipher`: one of `pbes2Ciphers`. */
  | { readonly kind: 'pbes2'; readonly cipher: string; readonly derivation: KeyDerivation };

export type KeyDerivation =
  | { readonly kind: 'pbkdf2'; readonly hash: PrfHash; readonly rounds: number }
  | { readonly kind: 'scrypt'; readonly cost: number; readonly blockSize: number; readonly lanes: number };

/** PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC, 10,000 rounds: what Java 17 and OpenSSL 3 write and read. */
export const modernScheme: EncryptionScheme = {
  kind: 'pbes2',
  cipher: '2.16.840.1.101.3.4.1.42',
  derivation: { kind: 'pbkdf2', hash: 'sha256', rounds: writtenIterations },
};

/** @returns undefined for one that is not written here: Java's own, what is unknown or broken */
export function schemeOf(algorithm: Node): EncryptionScheme | undefined {
  try {
    const [oidNode, parameters] = children(algorithm);
    if (!oidNode || !parameters) return undefined;
    const scheme = oidOf(oidNode);
    if (scheme !== pbes2Oid) {
      const [, count] = children(parameters);
      return pkcs12Schemes[scheme] && count
        ? { kind: 'pkcs12', oid: scheme, rounds: smallIntegerOf(count) }
        : undefined;
    }
    const [kdf, cipherNode] = children(parameters);
    const [cipherOid] = cipherNode ? children(cipherNode) : [];
    const derivation = kdf && derivationOf(kdf);
    const cipher = cipherOid && oidOf(cipherOid);
    return cipher !== undefined && pbes2Ciphers[cipher] && derivation
      ? { kind: 'pbes2', cipher, derivation }
      : undefined;
  } catch {
    return undefined;
  }
}

function derivationOf(kdf: Node): KeyDerivation | undefined {
  const [oidNode, parameters] = children(kdf);
  if (!oidNode || !parameters) return undefined;
  if (oidOf(oidNode) === scryptOid) {
    const [, cost, block, lanes] = children(parameters);
    if (!cost || !block || !lanes) return undefined;
    const [n, r, p] = [smallIntegerOf(cost), smallIntegerOf(block), smallIntegerOf(lanes)];
    return { kind: 'scrypt', cost: n, blockSize: r, lanes: p };
  }
  const found = oidOf(oidNode) === pbkdf2Oid ? readPbkdf2(parameters) : undefined;
  return found && { kind: 'pbkdf2', hash: found.hash, rounds: smallIntegerOf(found.count) };
}

/** Java's name of the scheme, or the parts of PBES2 (`PBES2 aes-256-cbc`); the dotted form where it is unknown. */
export function encryptionName(algorithm: Node): string {
  const [oidNode, parameters] = children(algorithm);
  const scheme = oidOf(expectNode(oidNode, Tag.oid, 'an encryption algorithm'));
  if (scheme !== pbes2Oid) return pkcs12Schemes[scheme]?.name ?? javaProtectors[scheme] ?? scheme;
  const [kdf, cipher] = parameters ? children(parameters) : [];
  const [kdfOid] = kdf ? children(kdf) : [];
  const [cipherOid] = cipher ? children(cipher) : [];
  const name = cipherOid && oidOf(cipherOid);
  const by = kdfOid && oidOf(kdfOid) === scryptOid ? ', scrypt' : '';
  return `PBES2 ${name === undefined ? '?' : (pbes2Ciphers[name]?.name ?? name)}${by}`;
}

/** The rounds of the key derivation; undefined where the scheme has none, or is not known. */
export function encryptionRounds(algorithm: Node): number | undefined {
  try {
    const [oidNode, parameters] = children(algorithm);
    if (!oidNode || !parameters) return undefined;
    const [kdf] = oidOf(oidNode) === pbes2Oid ? children(parameters) : [];
    const [kdfOid, kdfParameters] = kdf ? children(kdf) : [];
    if (kdfOid && oidOf(kdfOid) === scryptOid) return undefined;
    const list = kdf ? kdfParameters : parameters;
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

/** The same, by the name that `encryptionName` gives, or by that of a MAC: `HMAC-SHA1` is old, and all that is no AES. */
export function isOldMethod(name: string): boolean {
  if (/^(HMAC|PBMAC1|of a kind)/.test(name)) return name === 'HMAC-SHA1';
  return !name.startsWith('PBES2 aes-');
}

/** PBKDF2-params (RFC 8018 appendix A.2). */
export interface Pbkdf2 {
  readonly salt: Node;
  readonly count: Node;
  /** Of the pseudo-random function, as Node names it. */
  readonly hash: PrfHash;
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
function hashOfPrf(prf: Node | undefined): PrfHash | undefined {
  if (!prf) return 'sha1';
  const [oidNode] = children(prf);
  return oidNode && prfHashes[oidOf(oidNode)];
}
