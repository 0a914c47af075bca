import { createHash } from 'node:crypto';
import { bmpOctets, concat } from '../asn1/der';
import { hashOnto } from './hashOnto';
import { Pace } from './slices';

export interface Pkcs12KdfInput {
  readonly password: string;
  readonly salt: Uint8Array;
  /** 1: key, 2: initialisation vector, 3: MAC key (RFC 7292 appendix B.3). */
  readonly purpose: 1 | 2 | 3;
  readonly iterations: number;
  /** Octets wanted. */
  readonly length: number;
  readonly hash: string;
  readonly signal?: AbortSignal;
  /** The password as no octets at all: some writers take an empty password so. */
  readonly noPassword?: boolean;
}

/** Octets that a hash takes at a time (FIPS 180-4 section 1). */
const blockLength = (hash: string): number => (/^sha(384|512)/.test(hash) ? 128 : 64);
const roundsPerLook = 500;

/** Key derivation of PKCS#12 (RFC 7292 appendix B.2), in slices that leave the thread free in between. */
export async function pkcs12Kdf(input: Pkcs12KdfInput): Promise<Uint8Array> {
  const { salt, purpose, iterations, length, hash, signal } = input;
  const v = blockLength(hash);
  const diversifier = new Uint8Array(v).fill(purpose);
  const state = concat([
    repeatTo(salt, v),
    repeatTo(input.noPassword ? new Uint8Array() : pkcs12PasswordOctets(input.password), v),
  ]);
  const pace = new Pace(signal);
  const made: Uint8Array[] = [];
  let have = 0;
  for (;;) {
    const block = createHash(hash).update(diversifier).update(state).digest();
    for (let round = 1; round < iterations; round++) {
      hashOnto(block, hash, block);
      if (round % roundsPerLook === 0 && pace.over) await pace.rest();
    }
    made.push(block);
    have += block.length;
    if (have >= length) return concat(made).subarray(0, length);
    // Every v-octet block of the state becomes (block + B + 1) mod 2^(8v), B being the hash repeated.
    for (let at = 0; at < state.length; at += v) {
      let carry = 1;
      for (let i = v - 1; i >= 0; i--) {
        carry += (state[at + i] ?? 0) + (block[i % block.length] ?? 0);
        state[at + i] = carry & 0xff;
        carry >>= 8;
      }
    }
  }
}

/** BMPString with the two zero octets at its end, as the PKCS#12 key derivation and MAC take a password. */
function pkcs12PasswordOctets(password: string): Uint8Array {
  return concat([bmpOctets(password), Uint8Array.of(0, 0)]);
}

function repeatTo(octets: Uint8Array, block: number): Uint8Array {
  const made = new Uint8Array(Math.ceil(octets.length / block) * block);
  for (let i = 0; i < made.length; i++) made[i] = octets[i % octets.length] ?? 0;
  return made;
}
