import { createPrivateKey, createPublicKey } from 'node:crypto';
import {
  children,
  contentsOf,
  element,
  expectNode,
  octetsOf,
  oidOf,
  rawOf,
  readNode,
  sequence,
  Tag,
} from '../asn1/der';

/**
 * The public key of a private one, as SubjectPublicKeyInfo (DER): what tells which certificate belongs to it. RSA, EC (where the key carries its
 * point, as nearly all do) and DSA are worked out here; for others the platform is asked.
 * @param privateKeyInfo PKCS#8, DER
 * @returns undefined where neither knows
 */
export function publicKeyOf(privateKeyInfo: Uint8Array): Uint8Array | undefined {
  try {
    return workedOut(privateKeyInfo) ?? asked(privateKeyInfo);
  } catch {
    return undefined;
  }
}

function workedOut(privateKeyInfo: Uint8Array): Uint8Array | undefined {
  const [, algorithm, key] = children(expectNode(readNode(privateKeyInfo), Tag.sequence, 'a private key'));
  const [oidNode, parameters] = children(expectNode(algorithm, Tag.sequence, 'a key algorithm'));
  if (!algorithm || !oidNode || !key) return undefined;
  const inner = octetsOf(expectNode(key, Tag.octetString, 'a private key'));
  const spki = (bits: Uint8Array): Uint8Array =>
    sequence(rawOf(algorithm), element(Tag.bitString, Uint8Array.of(0), bits));
  switch (oidOf(oidNode)) {
    case '1.2.840.113549.1.1.1':
    case '1.2.840.113549.1.1.10': {
      const [, modulus, exponent] = children(readNode(inner));
      return modulus && exponent && spki(sequence(rawOf(modulus), rawOf(exponent)));
    }
    case '1.2.840.10045.2.1': {
      const tagged = children(readNode(inner)).find(({ tag }) => tag === 0xa1);
      const [bits] = tagged ? children(tagged) : [];
      return bits && sequence(rawOf(algorithm), rawOf(bits));
    }
    case '1.2.840.10040.4.1': {
      const [p, , g] = parameters?.tag === Tag.sequence ? children(parameters) : [];
      if (!p || !g) return undefined;
      const y = modularPower(bigOf(contentsOf(g)), bigOf(contentsOf(readNode(inner))), bigOf(contentsOf(p)));
      return y === undefined ? undefined : spki(element(Tag.integer, octetsOfBig(y)));
    }
    default:
      return undefined;
  }
}

function asked(privateKeyInfo: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.from(privateKeyInfo), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

const bigOf = (octets: Uint8Array): bigint => BigInt(`0x${Buffer.from(octets).toString('hex') || '0'}`);

/** Big-endian, with a leading zero where the number would look negative. */
function octetsOfBig(value: bigint): Uint8Array {
  const digits = value.toString(16);
  const even = digits.length % 2 ? `0${digits}` : digits;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

/** Longest modulus and exponent that are worked with, in bits: a hostile key must not keep the thread. */
const mostBits = 16_384;

function modularPower(base: bigint, exponent: bigint, modulus: bigint): bigint | undefined {
  if (modulus < 2n || modulus >> BigInt(mostBits) || exponent >> 512n) return undefined;
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
