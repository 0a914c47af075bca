import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  children,
  expectNode,
  integer,
  nullValue,
  octetsOf,
  octetString,
  oid,
  oidOf,
  sequence,
  smallIntegerOf,
  Tag,
  type Node,
} from '../../asn1/der';
import { FlowKeystoreError } from '../../errors';
import { checkIterations, pbkdf2Key, pbkdf2Oid, prfHashes, readPbkdf2 } from '../../keys/passwordEncryption';
import { pkcs12Kdf } from '../../keys/pkcs12Kdf';
import type { Protection } from '../model';
import { macHashes, pbmac1Oid, sha256Oid } from './oids';

const macIterations = 10_000;
const macLengths: Readonly<Record<MacHash, number>> = {
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  'sha512-224': 28,
  'sha512-256': 32,
};

/**
 * Checks the MacData of a PFX (RFC 7292 section 4 and appendix A; PBMAC1 by RFC 9579).
 * @param content the octets of the authenticated safe
 * @returns whether the password makes the MAC come out right
 */
export async function checkMac(
  mac: Node,
  content: Uint8Array,
  password: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const [digestInfo, salt, count] = children(expectNode(mac, Tag.sequence, 'a MAC'));
  const [algorithm, digestNode] = children(expectNode(digestInfo, Tag.sequence, 'a MAC value'));
  const [algorithmOid, parameters] = children(expectNode(algorithm, Tag.sequence, 'a MAC algorithm'));
  const expected = octetsOf(expectNode(digestNode, Tag.octetString, 'a MAC value'));
  const name = oidOf(expectNode(algorithmOid, Tag.oid, 'a MAC algorithm'));
  if (name === pbmac1Oid && parameters) return same(await pbmac1(parameters, content, password), expected);
  const hash = macHashes[name];
  if (!hash || !salt) {
    throw new FlowKeystoreError('unsupported', `This version cannot check a MAC of the kind ${name}.`);
  }
  const iterations = checkIterations(count ? smallIntegerOf(count) : 1);
  const compute = async (noPassword: boolean): Promise<Uint8Array> => {
    const length = macLengths[hash];
    const input = { password, salt: octetsOf(salt), purpose: 3, iterations, length, hash, noPassword } as const;
    const key = await pkcs12Kdf(signal ? { ...input, signal } : input);
    return createHmac(hash, key).update(content).digest();
  };
  if (same(await compute(false), expected)) return true;
  // An empty password is taken by some writers as two zero octets, by others as none at all.
  return password === '' && same(await compute(true), expected);
}

async function pbmac1(parameters: Node, content: Uint8Array, password: string): Promise<Uint8Array> {
  const [kdf, scheme] = children(parameters);
  const [kdfOid, kdfParameters] = children(expectNode(kdf, Tag.sequence, 'a key derivation'));
  const derivation = readPbkdf2(expectNode(kdfParameters, Tag.sequence, 'the parameters of a key derivation'));
  const [schemeOid] = scheme ? children(scheme) : [];
  const hash = schemeOid && prfHashes[oidOf(schemeOid)];
  if (!kdfOid || oidOf(kdfOid) !== pbkdf2Oid || !derivation?.keyLength || !hash) {
    throw new FlowKeystoreError('unsupported', 'This version cannot check this kind of PBMAC1.');
  }
  const length = smallIntegerOf(derivation.keyLength);
  if (length > 1024) throw new FlowKeystoreError('limit-exceeded', 'The MAC asks for an impossible key length.');
  const key = await pbkdf2Key(derivation, Buffer.from(password, 'utf8'), length);
  return createHmac(hash, key).update(content).digest();
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

export type MacHash = Exclude<Protection['mac'], 'none'>;

/** The hash of the MAC; PBMAC1, and what is unknown, counts as SHA-256. */
export function macHashOf(mac: Node): MacHash {
  const [digestInfo] = children(mac);
  const [algorithm] = digestInfo ? children(digestInfo) : [];
  const [algorithmOid] = algorithm ? children(algorithm) : [];
  return (algorithmOid && macHashes[oidOf(algorithmOid)]) ?? 'sha256';
}

/** The rounds of the derivation of the MAC's key; undefined where they are not where RFC 7292 has them (PBMAC1). */
export function macRoundsOf(mac: Node): number | undefined {
  const [digestInfo, , count] = children(mac);
  const [algorithm] = digestInfo ? children(digestInfo) : [];
  const [algorithmOid] = algorithm ? children(algorithm) : [];
  if (!algorithmOid || oidOf(algorithmOid) === pbmac1Oid) return undefined;
  return count ? smallIntegerOf(count) : 1;
}

/** MacData with HMAC and 10,000 rounds, as Java 17 writes it (with SHA-256). */
export async function makeMac(content: Uint8Array, password: string, hash: MacHash = 'sha256'): Promise<Uint8Array> {
  const salt = randomBytes(20);
  const length = macLengths[hash];
  const key = await pkcs12Kdf({ password, salt, purpose: 3, iterations: macIterations, length, hash });
  const digest = createHmac(hash, key).update(content).digest();
  const [hashOid = sha256Oid] = Object.entries(macHashes).find(([, name]) => name === hash) ?? [];
  const digestInfo = sequence(sequence(oid(hashOid), nullValue()), octetString(digest));
  return sequence(digestInfo, octetString(salt), integer(macIterations));
}
