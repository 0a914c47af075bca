import { readCertificates } from '../certificates/import';
import { FlowKeystoreError } from '../errors';
import { aliasProposer } from './alias';
import { detectStoreType, notAKeystore } from './detect';
import type { CertificateEntry, Keystore } from './model';
import { readPkcs12, type ReadOptions } from './pkcs12/read';
import { writePkcs12 } from './pkcs12/write';

/** Larger files are refused before they are read: SAP's limit for a whole keystore is 6 MB. */
export const maxKeystoreBytes = 32 * 1024 * 1024;

/**
 * Reads a keystore, its type found by content.
 * @param password not needed for PEM
 * @throws FlowKeystoreError `password-required`, `wrong-password`, `not-a-keystore`, `too-large`, `damaged`, `unsupported`, `limit-exceeded`
 */
export async function readKeystore(
  bytes: Uint8Array,
  password: string | undefined,
  options: ReadOptions = {},
): Promise<Keystore> {
  checkSize(bytes.length);
  const type = detectStoreType(bytes);
  switch (type) {
    case 'PKCS12':
      if (password === undefined) {
        throw new FlowKeystoreError(
          'password-required',
          'The keystore needs its password.',
          {},
          'Give the password of the keystore.',
        );
      }
      return readPkcs12(bytes, password, options);
    case 'PEM':
      return readPemBundle(bytes);
    case 'JKS':
    case 'JCEKS':
      throw new FlowKeystoreError(
        'unsupported',
        `This is a ${type} keystore, which this version cannot read.`,
        {},
        'Convert it: keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12',
      );
    case undefined:
      throw notAKeystore(bytes);
  }
}

/** @throws FlowKeystoreError `unsupported` for another type than PKCS#12 */
export async function writeKeystore(keystore: Keystore, password: string): Promise<Uint8Array> {
  if (keystore.type !== 'PKCS12') {
    throw new FlowKeystoreError(
      'unsupported',
      `This version does not write ${keystore.type} files.`,
      {},
      'Create a PKCS#12 keystore and import the certificates there.',
    );
  }
  return writePkcs12(keystore, password);
}

export function emptyKeystore(): Keystore {
  return { type: 'PKCS12', entries: [], notes: [], carried: [] };
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

/** The certificates of a PEM bundle, each an anchor, named after their subjects. */
function readPemBundle(bytes: Uint8Array): Keystore {
  const { certificates } = readCertificates(bytes);
  const propose = aliasProposer();
  const entries = certificates.map((certificate): CertificateEntry => ({
    kind: 'certificate',
    alias: propose(certificate),
    certificate,
  }));
  return { type: 'PEM', entries, notes: [], carried: [] };
}
