import { createHash } from 'node:crypto';
import { FlowKeystoreError } from '../../errors';
import { Pace } from '../slices';
import { Blowfish } from './blowfish';

export interface BcryptKdfInput {
  readonly password: string;
  readonly salt: Uint8Array;
  readonly rounds: number;
  /** Octets wanted. */
  readonly length: number;
  readonly signal?: AbortSignal;
}

/** ssh-keygen writes 16 or 24; a file may claim four billion. */
const mostRounds = 1000;
const hashLength = 32;
const magic = Buffer.from('OxychromaticBlowfishSwatDynamite', 'latin1');

/**
 * bcrypt_pbkdf, as OpenBSD defines it: PBKDF2 with a hash made of bcrypt and SHA-512, its output spread over the blocks.
 * In slices that leave the thread free in between; some 5 ms a round.
 * @throws FlowKeystoreError `limit-exceeded`, `damaged`; the signal's reason
 */
export async function bcryptKdf({ password, salt, rounds, length, signal }: BcryptKdfInput): Promise<Uint8Array> {
  if (rounds > mostRounds) {
    throw new FlowKeystoreError(
      'limit-exceeded',
      `The key asks for ${rounds} rounds of its key derivation; more than ${mostRounds} are not done.`,
      {},
      'Change its passphrase with fewer rounds: ssh-keygen -p -a 16 -f FILE',
    );
  }
  if (rounds < 1 || !salt.length || length < 1 || length > 256) {
    throw new FlowKeystoreError('damaged', 'The parameters of the encryption are damaged.');
  }
  const pace = new Pace(signal);
  const hashedPassword = sha512(Buffer.from(password, 'utf8'));
  const key = new Uint8Array(length);
  const stride = Math.ceil(length / hashLength);
  const perBlock = Math.ceil(length / stride);
  for (let count = 1; count <= stride; count++) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(count);
    let round = await bcryptHash(hashedPassword, sha512(Buffer.concat([salt, number])), pace);
    const block = Uint8Array.from(round);
    for (let i = 1; i < rounds; i++) {
      round = await bcryptHash(hashedPassword, sha512(round), pace);
      for (let j = 0; j < block.length; j++) block[j] = (block[j] ?? 0) ^ (round[j] ?? 0);
    }
    for (let i = 0; i < perBlock; i++) {
      const at = i * stride + count - 1;
      if (at < length) key[at] = block[i] ?? 0;
    }
  }
  hashedPassword.fill(0);
  return key;
}

async function bcryptHash(password: Uint8Array, salt: Uint8Array, pace: Pace): Promise<Uint8Array> {
  const cipher = await Blowfish.create(pace);
  cipher.expand(password, salt);
  for (let i = 0; i < 64; i++) {
    cipher.expand(salt);
    cipher.expand(password);
    if (pace.over) await pace.rest();
  }
  const block = Uint32Array.from({ length: 8 }, (_, i) => magic.readUInt32BE(i * 4));
  for (let i = 0; i < 64; i++) cipher.encryptWords(block);
  const made = Buffer.alloc(hashLength);
  block.forEach((word, i) => made.writeUInt32LE(word, i * 4));
  return made;
}

const sha512 = (octets: Uint8Array): Buffer => createHash('sha512').update(octets).digest();
