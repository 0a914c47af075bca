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
  readNode,
  sequence,
  smallIntegerOf,
  Tag,
  type Node,
} from '../../asn1/der';
import { FlowKeystoreError } from '../../errors';
import { hmacAlgorithm, pbkdf2Parameters } from '../../keys/encrypt';
import { pbkdf2Oid, prfHashes, readPbkdf2, writtenIterations, type PrfHash } from '../../keys/encryptionSchemes';
import { checkIterations, pbkdf2Key } from '../../keys/passwordEncryption';
import { pkcs12Kdf } from '../../keys/pkcs12Kdf';
import type { Protection } from '../model';
import { macHashes, pbmac1Oid, sha256Oid } from './oids';

const macLengths: Readonly<Record<PrfHash, number>> = {
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
  if (name === pbmac1Oid && parameters) return same(await pbmac1Of(parameters, content, password), expected);
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

async function pbmac1Of(parameters: Node, content: Uint8Array, password: string): Promise<Uint8Array> {
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

/** What a MAC is made by, as far as a save keeps to it. Never an error: a file may be listed without its password whatever its MAC is. */
export function readMac(mac: Node): Pick<Protection, 'mac' | 'macRounds' | 'pbmac1'> {
  try {
    const [digestInfo, , count] = children(mac);
    const [algorithm] = digestInfo ? children(digestInfo) : [];
    const [algorithmOid, parameters] = algorithm ? children(algorithm) : [];
    const name = algorithmOid && oidOf(algorithmOid);
    if (name === undefined) return { mac: 'unknown' };
    if (name === pbmac1Oid) return (parameters && readPbmac1(parameters)) ?? { mac: 'unknown' };
    const rounds = count ? smallIntegerOf(count) : 1;
    return { mac: macHashes[name] ?? 'unknown', macRounds: rounds };
  } catch {
    return { mac: 'unknown' };
  }
}

function readPbmac1(parameters: Node): Pick<Protection, 'mac' | 'macRounds' | 'pbmac1'> | undefined {
  const [kdf, scheme] = children(parameters);
  const [, kdfParameters] = kdf ? children(kdf) : [];
  const derivation = kdfParameters && readPbkdf2(kdfParameters);
  const [schemeOid] = scheme ? children(scheme) : [];
  const hash = schemeOid && prfHashes[oidOf(schemeOid)];
  if (!derivation?.keyLength || !hash) return undefined;
  const pbmac1 = { prf: derivation.hash, keyLength: smallIntegerOf(derivation.keyLength) };
  return { mac: hash, macRounds: smallIntegerOf(derivation.count), pbmac1 };
}

/** HMAC with SHA-256 and 10,000 rounds, as Java 17 writes it. */
export const modernMac = { mac: 'sha256', macRounds: writtenIterations } as const;

/** MacData of the kind that a file has already, or `modernMac`. */
export async function makeMac(
  content: Uint8Array,
  password: string,
  { mac, macRounds = writtenIterations, pbmac1 }: Pick<Protection, 'mac' | 'macRounds' | 'pbmac1'> = modernMac,
): Promise<Uint8Array> {
  const hash = mac === 'none' || mac === 'unknown' ? modernMac.mac : mac;
  const rounds = checkIterations(macRounds);
  if (pbmac1) return makePbmac1(content, password, hash, { rounds, ...pbmac1 });
  const salt = randomBytes(20);
  const length = macLengths[hash];
  const key = await pkcs12Kdf({ password, salt, purpose: 3, iterations: rounds, length, hash });
  const digest = createHmac(hash, key).update(content).digest();
  const [hashOid = sha256Oid] = Object.entries(macHashes).find(([, name]) => name === hash) ?? [];
  return sequence(
    sequence(sequence(oid(hashOid), nullValue()), octetString(digest)),
    octetString(salt),
    // In DER what is the default is left out.
    ...(rounds === 1 ? [] : [integer(rounds)]),
  );
}

async function makePbmac1(
  content: Uint8Array,
  password: string,
  hash: PrfHash,
  { rounds, prf, keyLength }: { readonly rounds: number; readonly prf: PrfHash; readonly keyLength: number },
): Promise<Uint8Array> {
  const parameters = pbkdf2Parameters({ salt: randomBytes(20), rounds, keyLength, hash: prf });
  const scheme = sequence(sequence(oid(pbkdf2Oid), parameters), hmacAlgorithm(hash));
  const digest = await pbmac1Of(readNode(scheme), content, password);
  // Salt and rounds of the MAC itself mean nothing then (RFC 9579 section 3).
  return sequence(
    sequence(sequence(oid(pbmac1Oid), scheme), octetString(digest)),
    octetString(Buffer.from('NOT USED')),
    integer(1),
  );
}
