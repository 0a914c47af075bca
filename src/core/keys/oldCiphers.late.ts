import forge from 'node-forge/lib/forge';
import 'node-forge/lib/des';
import 'node-forge/lib/rc2';
import { concat } from '../asn1/der';
import { Pace } from './slices';

export interface CbcInput {
  readonly cipher: '3des' | 'rc2';
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * The ciphers of old PKCS#12 files in CBC mode, in JavaScript: OpenSSL 3 no longer offers RC2, BoringSSL neither RC2 nor all of DES. RC2's effective key length is that of the key.
 * @returns undefined when the padding is wrong, as it is after a wrong password
 */
export async function decryptCbc(input: CbcInput, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  const { data } = input;
  if (data.length === 0 || data.length % blockLength !== 0) return undefined;
  const pace = new Pace(signal);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += pieceLength) {
    if (pace.over) await pace.rest();
    // In CBC mode the last block before a piece is the piece's initialisation vector.
    const iv = at ? data.subarray(at - blockLength, at) : input.iv;
    parts.push(decryptPiece({ ...input, iv, data: data.subarray(at, at + pieceLength) }));
  }
  return withoutPadding(concat(parts));
}

/** Of RC2's and DES's blocks. Octets. */
const blockLength = 8;
/** The library's time for one piece grows with the square of its length. Octets. */
const pieceLength = 8_192;

/** The plain blocks, padding and all: the library's `finish`, which takes padding away, is left out. */
function decryptPiece({ cipher, key, iv, data }: CbcInput): Uint8Array {
  const input = forge.util.createBuffer(binary(data));
  if (cipher === '3des') {
    const decipher = forge.cipher.createDecipher('3DES-CBC', binary(key));
    decipher.start({ iv: binary(iv) });
    decipher.update(input);
    return octets(decipher.output.getBytes());
  }
  const decipher = forge.rc2.createDecryptionCipher(binary(key), key.length * 8);
  decipher.start(binary(iv));
  decipher.update(input);
  return octets(decipher.output.getBytes());
}

/** The other way round: what Java's JCEKS asks for, and old PKCS#12 files that stay as they are. */
export async function encryptCbc(input: CbcInput, signal?: AbortSignal): Promise<Uint8Array> {
  const data = withPadding(input.data);
  const pace = new Pace(signal);
  const parts: Uint8Array[] = [];
  let { iv } = input;
  for (let at = 0; at < data.length; at += pieceLength) {
    if (pace.over) await pace.rest();
    const part = encryptPiece({ ...input, iv, data: data.subarray(at, at + pieceLength) });
    parts.push(part);
    iv = part.subarray(-blockLength);
  }
  return concat(parts);
}

/** Whole blocks: the padding of the library's `finish` is left out. */
function encryptPiece({ cipher, key, iv, data }: CbcInput): Uint8Array {
  const input = forge.util.createBuffer(binary(data));
  if (cipher === '3des') {
    const made = forge.cipher.createCipher('3DES-CBC', binary(key));
    made.start({ iv: binary(iv) });
    made.update(input);
    return octets(made.output.getBytes());
  }
  const made = forge.rc2.createEncryptionCipher(binary(key), key.length * 8);
  made.start(binary(iv));
  made.update(input);
  return octets(made.output.getBytes());
}

/** RFC 5652 section 6.3. */
function withPadding(plain: Uint8Array): Uint8Array {
  const count = blockLength - (plain.length % blockLength);
  return concat([plain, new Uint8Array(count).fill(count)]);
}

/** RFC 5652 section 6.3. */
function withoutPadding(plain: Uint8Array): Uint8Array | undefined {
  const count = plain.at(-1) ?? 0;
  if (count < 1 || count > blockLength) return undefined;
  const end = plain.length - count;
  return plain.subarray(end).every((octet) => octet === count) ? plain.subarray(0, end) : undefined;
}

const binary = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');
