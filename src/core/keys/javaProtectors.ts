import { createHash, randomBytes } from 'node:crypto';
import {
  bmpOctets,
  children,
  concat,
  integer,
  nullValue,
  octetsOf,
  octetString,
  oid,
  sameOctets,
  sequence,
  smallIntegerOf,
  Tag,
  type Node,
} from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import { hashOnto } from './hashOnto';
import { Pace } from './slices';

/**
 * How Java's own keystores protect private keys. JKS: a key stream of keyed SHA-1 digest (sun.security.provider.KeyProtector). JCEKS:
 * PBEWithMD5AndTripleDES (com.sun.crypto.provider.KeyProtector). Both are weak by today's measure; what reads them knows no better.
 */
export const jksProtectorOid = '1.3.6.1.4.1.42.2.17.1.1';
export const jceksProtectorOid = '1.3.6.1.4.1.42.2.19.1';

const digestLength = 20;

/** @returns undefined where the password is wrong */
export function openJksKey(data: Uint8Array, password: string): Uint8Array | undefined {
  if (data.length < 2 * digestLength) {
    throw new FlowKeystoreError('damaged', 'The encrypted private key is too short.');
  }
  const salt = data.subarray(0, digestLength);
  const plain = jksStream(data.subarray(digestLength, -digestLength), salt, password);
  return sameOctets(sha1(bmpOctets(password), plain), data.subarray(-digestLength)) ? plain : undefined;
}

/** EncryptedPrivateKeyInfo as JKS has it. Any characters are allowed in the password. */
export function sealJksKey(privateKeyInfo: Uint8Array, password: string): Uint8Array {
  const salt = randomBytes(digestLength);
  const check = sha1(bmpOctets(password), privateKeyInfo);
  const data = concat([salt, jksStream(privateKeyInfo, salt, password), check]);
  return sequence(sequence(oid(jksProtectorOid), nullValue()), octetString(data));
}

/** Each block of the stream is the SHA-1 of the password and the block before; the first follows the salt. */
function jksStream(data: Uint8Array, salt: Uint8Array, password: string): Uint8Array {
  const secret = bmpOctets(password);
  const made = new Uint8Array(data.length);
  let block = salt;
  for (let at = 0; at < data.length; at += digestLength) {
    block = sha1(secret, block);
    for (let i = 0; i < digestLength && at + i < data.length; i++) made[at + i] = (data[at + i] ?? 0) ^ (block[i] ?? 0);
  }
  return made;
}

function sha1(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** As the JDK writes them since 8u171 (`jdk.jceks.iterationCount`). */
const jceksRounds = 200_000;
const roundsPerLook = 1_000;
const md5Length = 16;

/** @returns undefined where the password is wrong */
export async function openJceksKey(
  parameters: Node,
  data: Uint8Array,
  password: string,
  checkIterations: (count: number) => number,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const [salt, count] = parameters.tag === Tag.sequence ? children(parameters) : [];
  if (!salt || !count) throw new FlowKeystoreError('damaged', 'The parameters of the encryption are incomplete.');
  // Java takes no other characters there, so that no file can have been written with them.
  if (!isAscii(password)) return undefined;
  const { key, iv } = await jceksKey(octetsOf(salt), password, checkIterations(smallIntegerOf(count)), signal);
  const { decryptCbc } = await import('./oldCiphers.late');
  return decryptCbc({ cipher: '3des', key, iv, data }, signal);
}

/**
 * EncryptedPrivateKeyInfo as JCEKS has it.
 * @throws FlowKeystoreError `password-not-allowed` for other than printable ASCII, as Java does
 */
export async function sealJceksKey(privateKeyInfo: Uint8Array, password: string): Promise<Uint8Array> {
  if (!isAscii(password)) {
    throw new FlowKeystoreError(
      'password-not-allowed',
      'The password has characters outside ASCII, with which JCEKS cannot protect a key.',
      {},
      'Use letters, digits and punctuation of the English keyboard.',
    );
  }
  const salt = randomBytes(8);
  const { key, iv } = await jceksKey(salt, password, jceksRounds);
  const { encryptCbc } = await import('./oldCiphers.late');
  const data = await encryptCbc({ cipher: '3des', key, iv, data: privateKeyInfo });
  const parameters = sequence(octetString(salt), integer(jceksRounds));
  return sequence(sequence(oid(jceksProtectorOid), parameters), octetString(data));
}

/** Each half of the salt is hashed with the password, over and over; equal halves are told apart by turning the first one round. */
async function jceksKey(
  salt: Uint8Array,
  password: string,
  rounds: number,
  signal?: AbortSignal,
): Promise<{ key: Uint8Array; iv: Uint8Array }> {
  if (salt.length !== 8) throw new FlowKeystoreError('damaged', 'The salt of the encryption is not of eight octets.');
  const first = salt.slice(0, 4);
  const second = salt.slice(4);
  if (sameOctets(first, second)) first.reverse();
  const secret = Buffer.from(password, 'latin1');
  const pace = new Pace(signal);
  const halves: Uint8Array[] = [];
  for (const half of [first, second]) {
    const block = Buffer.concat([new Uint8Array(md5Length), secret]);
    // The hash of the first round is longer than the salt before it.
    hashOnto(block, 'md5', Buffer.concat([half, secret]));
    for (let round = 1; round < rounds; round++) {
      hashOnto(block, 'md5', block);
      if (round % roundsPerLook === 0 && pace.over) await pace.rest();
    }
    halves.push(block.subarray(0, md5Length));
  }
  const all = concat(halves);
  return { key: all.subarray(0, 24), iv: all.subarray(24) };
}

const isAscii = (password: string): boolean => /^[\x20-\x7e]*$/.test(password);
