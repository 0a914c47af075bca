import { createDecipheriv, type CipherGCMTypes } from 'node:crypto';
import { concat, context, element, integer, nullValue, octetString, oid, sequence, Tag } from '../../asn1/der';
import { FlowKeystoreError } from '../../errors';
import { wrongPassword } from '../passwordEncryption';
import { bcryptKdf } from './bcryptKdf';
import { sshCurves } from './publicKey';
import { damagedSsh, WireReader } from './wire';

const magic = 'openssh-key-v1\0';

/** By OpenSSH's names: Node's, length of the key, of the initialisation vector, and of the tag. */
const ciphers: Readonly<Record<string, readonly [cipher: string, key: number, iv: number, tag: number]>> = {
  'aes128-ctr': ['aes-128-ctr', 16, 16, 0],
  'aes192-ctr': ['aes-192-ctr', 24, 16, 0],
  'aes256-ctr': ['aes-256-ctr', 32, 16, 0],
  'aes128-cbc': ['aes-128-cbc', 16, 16, 0],
  'aes192-cbc': ['aes-192-cbc', 24, 16, 0],
  'aes256-cbc': ['aes-256-cbc', 32, 16, 0],
  'aes128-gcm@openssh.com': ['aes-128-gcm', 16, 12, 16],
  'aes256-gcm@openssh.com': ['aes-256-gcm', 32, 12, 16],
};

export interface SshPrivateKey {
  /** PKCS#8, DER. */
  readonly privateKeyInfo: Uint8Array;
  readonly comment: string;
}

/** What can be told of a private key file of OpenSSH without its passphrase. */
export interface SealedSshKey {
  readonly cipher: string;
  readonly encrypted: boolean;
  readonly kdf: string;
  readonly kdfOptions: Uint8Array;
  readonly data: Uint8Array;
  /** What stands after the encrypted part: the tag of an authenticated cipher. */
  readonly rest: Uint8Array;
}

/**
 * The outside of a PEM block `OPENSSH PRIVATE KEY` (OpenSSH's PROTOCOL.key).
 * @throws FlowKeystoreError `damaged`, `unsupported` for more than one key
 */
export function readSealedSshKey(der: Uint8Array): SealedSshKey {
  if (Buffer.from(der.subarray(0, magic.length)).toString('latin1') !== magic) throw damagedSsh();
  const reader = new WireReader(der.subarray(magic.length));
  const cipher = reader.text();
  const kdf = reader.text();
  const kdfOptions = reader.bytes();
  if (reader.uint32() !== 1) {
    throw new FlowKeystoreError('unsupported', 'The file holds more than one SSH key; only one is read.');
  }
  reader.bytes();
  const data = reader.bytes();
  return { cipher, encrypted: cipher !== 'none', kdf, kdfOptions, data, rest: reader.left };
}

/**
 * @param passphrase left alone where the key is not encrypted
 * @throws FlowKeystoreError `wrong-password`, `unsupported`, `damaged`, `limit-exceeded`
 */
export async function openSshKey(
  sealed: SealedSshKey,
  passphrase: string,
  signal?: AbortSignal,
): Promise<SshPrivateKey> {
  const plain = sealed.encrypted ? await decrypt(sealed, passphrase, signal) : sealed.data;
  const reader = new WireReader(plain);
  const check = reader.uint32();
  if (check !== reader.uint32()) throw sealed.encrypted ? wrongPassword() : damagedSsh();
  const privateKeyInfo = readKey(reader);
  const comment = Buffer.from(reader.bytes()).toString('utf8');
  if (!reader.left.every((octet, i) => octet === i + 1)) throw damagedSsh();
  return { privateKeyInfo, comment };
}

async function decrypt(sealed: SealedSshKey, passphrase: string, signal?: AbortSignal): Promise<Uint8Array> {
  const [cipher, keyLength, ivLength, tagLength] = ciphers[sealed.cipher] ?? [];
  if (cipher === undefined || keyLength === undefined || ivLength === undefined || sealed.kdf !== 'bcrypt') {
    throw new FlowKeystoreError(
      'unsupported',
      `This version cannot read an SSH key encrypted by ${sealed.cipher} and ${sealed.kdf}.`,
      {},
      'Encrypt it with the default first: ssh-keygen -p -Z aes256-ctr -f FILE',
    );
  }
  const options = new WireReader(sealed.kdfOptions);
  const salt = options.bytes();
  const rounds = options.uint32();
  const length = keyLength + ivLength;
  const derived = await bcryptKdf({ password: passphrase, salt, rounds, length, ...(signal && { signal }) });
  try {
    const key = derived.subarray(0, keyLength);
    const iv = derived.subarray(keyLength);
    if (tagLength) {
      const decipher = createDecipheriv(cipher as CipherGCMTypes, key, iv, { authTagLength: tagLength });
      decipher.setAuthTag(sealed.rest.subarray(0, tagLength));
      return concat([decipher.update(sealed.data), decipher.final()]);
    }
    const decipher = createDecipheriv(cipher, key, iv).setAutoPadding(false);
    return concat([decipher.update(sealed.data), decipher.final()]);
  } catch (cause) {
    throw wrongPassword(cause);
  } finally {
    derived.fill(0);
  }
}

const rsaOid = '1.2.840.113549.1.1.1';
const dsaOid = '1.2.840.10040.4.1';
const ecOid = '1.2.840.10045.2.1';
const ed25519Oid = '1.3.101.112';

function readKey(reader: WireReader): Uint8Array {
  const type = reader.text();
  const info = (algorithm: Uint8Array, key: Uint8Array): Uint8Array =>
    sequence(integer(0), algorithm, octetString(key));
  const number = (octets: Uint8Array): Uint8Array => element(Tag.integer, octets.length ? octets : Uint8Array.of(0));
  switch (type) {
    case 'ssh-rsa': {
      const [n, e, d, iqmp, p, q] = [1, 2, 3, 4, 5, 6].map(() => reader.bytes());
      if (!n || !e || !d || !iqmp || !p || !q) break;
      const key = sequence(
        integer(0),
        ...[n, e, d, p, q, remainder(d, p), remainder(d, q), iqmp].map((each) => number(each)),
      );
      return info(sequence(oid(rsaOid), nullValue()), key);
    }
    case 'ssh-dss': {
      const [p, q, g, , x] = [1, 2, 3, 4, 5].map(() => number(reader.bytes()));
      if (p && q && g && x) return info(sequence(oid(dsaOid), sequence(p, q, g)), x);
      break;
    }
    case 'ssh-ed25519': {
      reader.bytes();
      // The private key, and the public one again after it.
      return info(sequence(oid(ed25519Oid)), octetString(reader.bytes().subarray(0, 32)));
    }
    default: {
      const found = Object.entries(sshCurves).find(([, name]) => type === `ecdsa-sha2-${name}`);
      if (!found) break;
      reader.bytes();
      const point = reader.bytes();
      const size = Math.ceil(Number(found[1].slice(5)) / 8);
      const scalar = Buffer.from(reader.bytes())
        .toString('hex')
        .replace(/^(00)+/, '')
        .padStart(size * 2, '0');
      const bits = context(1, element(Tag.bitString, Uint8Array.of(0), point));
      const key = sequence(integer(1), octetString(Buffer.from(scalar, 'hex')), bits);
      return info(sequence(oid(ecOid), oid(found[0])), key);
    }
  }
  throw new FlowKeystoreError(
    'unsupported',
    `SSH keys of the kind ${type} cannot be kept in a keystore.`,
    {},
    'Use RSA, EC on P-256, P-384 or P-521, or Ed25519.',
  );
}

/** d mod (prime - 1), which OpenSSH leaves out and PKCS#1 asks for. */
function remainder(d: Uint8Array, prime: Uint8Array): Uint8Array {
  const value = (octets: Uint8Array): bigint => BigInt(`0x${Buffer.from(octets).toString('hex') || '0'}`);
  const modulus = value(prime) - 1n;
  if (modulus < 1n) throw damagedSsh();
  const digits = (value(d) % modulus).toString(16);
  const even = digits.length % 2 ? `0${digits}` : digits;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}
