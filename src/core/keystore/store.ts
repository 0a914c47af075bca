import { FlowKeystoreError } from '../errors';
import { sealJceksKey, sealJksKey } from '../keys/javaProtectors';
import { sealKey, type SealedKey } from '../keys/sealedKey';
import { certificateOf } from './chain';
import { detectStoreType, notAKeystore } from './detect';
import { readJks } from './jks/read';
import { writeJks } from './jks/write';
import type { Keystore, StoreType } from './model';
import { readPemBundle } from './pem/read';
import { writePemBundle } from './pem/write';
import { readPkcs12, type ReadOptions } from './pkcs12/read';
import { writePkcs12 } from './pkcs12/write';

/** Larger files are refused before they are read: SAP's limit for a whole keystore is 6 MB, and 60,000 certificates have about 60. */
export const maxKeystoreBytes = 128 * 1024 * 1024;

/**
 * Reads a keystore, its type found by content.
 * @param password not needed for PEM, and for a PKCS#12 file in which nothing is protected
 * @throws FlowKeystoreError `password-required`, `wrong-password`, `not-a-keystore`, `too-large`, `damaged`, `unsupported`, `limit-exceeded`
 */
export async function readKeystore(
  bytes: Uint8Array,
  password: string | undefined,
  options: ReadOptions = {},
): Promise<Keystore> {
  const keystore = await read(bytes, password, options);
  if (password === undefined && isPartial(keystore)) {
    throw new FlowKeystoreError(
      'password-required',
      'The keystore needs its password.',
      {},
      'Give the password of the keystore.',
    );
  }
  return keystore;
}

/**
 * What anybody can see of a keystore without its password: certificates of JKS and JCEKS files, and of PKCS#12 files that have them in the
 * open. It is not to be written back.
 * @returns undefined where nothing can be seen
 */
export async function readWithoutPassword(bytes: Uint8Array, options: ReadOptions = {}): Promise<Keystore | undefined> {
  const keystore = await read(bytes, undefined, options);
  const seen = keystore.entries.some((entry) =>
    entry.kind === 'keyPair' ? entry.chain.length : entry.kind === 'certificate',
  );
  return seen || !isPartial(keystore) ? keystore : undefined;
}

/** Whether a keystore was read without the password that it has. */
export function isPartial(keystore: Keystore): boolean {
  return keystore.notes.some(({ code }) => code === 'read-without-password');
}

async function read(bytes: Uint8Array, password: string | undefined, options: ReadOptions): Promise<Keystore> {
  checkSize(bytes.length);
  const type = detectStoreType(bytes);
  return inPlainWords(() => readAs(type, bytes, password, options));
}

function readAs(
  type: StoreType | undefined,
  bytes: Uint8Array,
  password: string | undefined,
  options: ReadOptions,
): Promise<Keystore> | Keystore {
  switch (type) {
    case 'PKCS12':
      return readPkcs12(bytes, password, options);
    case 'PEM':
      return readPemBundle(bytes);
    case 'JKS':
    case 'JCEKS':
      return readJks(bytes, password, options);
    case undefined:
      throw notAKeystore(bytes);
  }
}

/** The parsers know where a file is damaged, not that it is a keystore nor what helps. */
async function inPlainWords(reading: () => Promise<Keystore> | Keystore): Promise<Keystore> {
  try {
    return await reading();
  } catch (error) {
    if (!(error instanceof FlowKeystoreError) || error.code !== 'damaged' || error.next !== undefined) throw error;
    throw new FlowKeystoreError(
      'damaged',
      `The keystore is damaged, or a part of it is missing. ${error.message}`,
      error.place,
      'Get the file once more from where it came, or take a backup: a copy beside it whose name ends in .bak.',
      { cause: error },
    );
  }
}

/**
 * Writes a keystore in the format of its type.
 * @param password undefined for a PEM bundle, and for a PKCS#12 file without a password
 * @throws FlowKeystoreError `password-required`, `password-not-allowed`, `unsupported`, and what the formats throw
 */
export async function writeKeystore(keystore: Keystore, password: string | undefined): Promise<Uint8Array> {
  if (isPartial(keystore)) {
    throw new FlowKeystoreError('password-required', 'The keystore was read without its password.');
  }
  switch (keystore.type) {
    case 'PKCS12':
      return writePkcs12(keystore, password);
    case 'PEM':
      return writePemBundle(keystore);
    case 'JKS':
    case 'JCEKS':
      return writeJks({ ...keystore, type: keystore.type }, password ?? '');
  }
}

/**
 * As `writeKeystore`; what was written is read back and compared before it is given out, so that a file that cannot be opened never replaces one
 * that can.
 * @returns the octets, and the keystore as it reads back
 * @throws FlowKeystoreError `unwritable` where it would not read back as it was meant
 */
export async function writeChecked(
  keystore: Keystore,
  password: string | undefined,
): Promise<{ bytes: Uint8Array; keystore: Keystore }> {
  const bytes = await writeKeystore(keystore, password);
  const readBack = keystore.type === 'PEM' && !keystore.entries.length ? keystore : await readKeystore(bytes, password);
  if (contentsOf(readBack) !== contentsOf(keystore)) {
    throw new FlowKeystoreError(
      'unwritable',
      'The keystore would not read back as it was to be written; nothing was saved.',
      {},
      'Please report this, with the kind of program that made the file.',
    );
  }
  return { bytes, keystore: readBack };
}

/** Aliases, kinds and certificates, told apart without hashing thousands. Chains are left out: a certificate that was added may lengthen one. */
function contentsOf(keystore: Keystore): string {
  const rows = keystore.entries.map((entry) => {
    const certificate = certificateOf(entry);
    return JSON.stringify([
      entry.alias,
      entry.kind,
      ...(certificate ? [certificate.serialNumber, certificate.der.length] : []),
    ]);
  });
  return rows.sort().join('\n');
}

/** Seals a private key (PrivateKeyInfo, DER) as keystores of that type hold it. */
export async function sealFor(type: StoreType, privateKeyInfo: Uint8Array, password: string): Promise<SealedKey> {
  switch (type) {
    case 'JKS':
      return { form: 'encrypted', der: sealJksKey(privateKeyInfo, password) };
    case 'JCEKS':
      return { form: 'encrypted', der: await sealJceksKey(privateKeyInfo, password) };
    default:
      return sealKey(privateKeyInfo, password);
  }
}

export function emptyKeystore(type: StoreType = 'PKCS12'): Keystore {
  return { type, entries: [], notes: [], carried: [] };
}

export function checkSize(bytes: number): void {
  if (bytes > maxKeystoreBytes) {
    throw new FlowKeystoreError(
      'too-large',
      `The file is ${Math.round(bytes / 1024 / 1024)} MB; keystores above ${maxKeystoreBytes / 1024 / 1024} MB are not opened.`,
      {},
      'SAP takes keystores of up to 6 MB: check that this is the right file.',
    );
  }
}
