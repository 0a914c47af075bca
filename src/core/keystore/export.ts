import { certificatesOf } from './chain';
import type { Certificate } from '../certificates/certificate';
import { certificatesPem, writePem } from '../certificates/pem';
import { pkcs7Of } from '../certificates/pkcs7';
import { FlowKeystoreError } from '../errors';
import { checkWritablePassword } from '../keys/encrypt';
import { keptKey, sealKey } from '../keys/sealedKey';
import { trustAnchors } from './anchors';
import type { Entry, Keystore, KeyPairEntry } from './model';
import { emptyKeystore, writeChecked } from './store';

export type ExportedPart = 'certificate' | 'chain' | 'root';
export type CertificateForm = 'pem' | 'der' | 'p7b';
export type KeyPairForm = 'p12' | 'pkcs8';

/** @throws FlowKeystoreError `not-a-certificate` for an entry without one */
export function chainOfEntry(entry: Entry): readonly Certificate[] {
  const chain = certificatesOf(entry);
  if (chain.length) return chain;
  throw new FlowKeystoreError('not-a-certificate', `The entry "${entry.alias}" has no certificate.`, {
    detail: entry.alias,
  });
}

/**
 * The root above a chain: its own last certificate, else a self-signed one of the keystore that its last certificate names as issuer.
 * @throws FlowKeystoreError `not-found` where neither is there
 */
export function rootAbove(chain: readonly Certificate[], keystore: Pick<Keystore, 'entries'>): Certificate {
  const last = chain.at(-1);
  if (last?.selfIssued) return last;
  const found =
    last && trustAnchors(keystore).find(({ certificate }) => certificate.selfIssued && last.mayBeIssuedBy(certificate));
  if (found) return found.certificate;
  throw new FlowKeystoreError(
    'not-found',
    `The root is not in the chain and not in the keystore: "${last?.issuer.toString() ?? ''}" is missing.`,
    {},
    'Import it first, or export the chain.',
  );
}

/** The certificates that are meant of some entries, in their order, none twice. @throws as `chainOfEntry` and `rootAbove` do */
export function certificatesToExport(
  keystore: Pick<Keystore, 'entries'>,
  entries: readonly Entry[],
  part: ExportedPart,
): Certificate[] {
  const found = new Map<string, Certificate>();
  for (const entry of entries) {
    const chain = chainOfEntry(entry);
    const wanted = part === 'chain' ? chain : part === 'root' ? [rootAbove(chain, keystore)] : chain.slice(0, 1);
    for (const certificate of wanted) found.set(certificate.sha256, certificate);
  }
  return [...found.values()];
}

/** One certificate of a key pair's chain. */
export interface ChainMember {
  readonly alias: string;
  /** 0 is the leaf. */
  readonly chainIndex: number;
}

/** What is selected in a keystore. */
export interface CertificateSelection {
  readonly aliases: readonly string[];
  readonly members?: readonly ChainMember[];
}

/**
 * The certificates that a selection stands for, none twice: of each entry the part that is meant, and single ones of chains. Entries without a
 * certificate say nothing, as long as others have one.
 * @throws FlowKeystoreError `not-a-certificate` where none has one, `alias-unknown`, `not-found` for a chain that is shorter now
 */
export function selectedCertificates(
  keystore: Pick<Keystore, 'entries'>,
  { aliases, members = [] }: CertificateSelection,
  part: ExportedPart,
): Certificate[] {
  const byAlias = new Map(keystore.entries.map((entry) => [entry.alias, entry]));
  const named = (alias: string): Entry => {
    const entry = byAlias.get(alias);
    if (entry) return entry;
    throw new FlowKeystoreError('alias-unknown', `There is no entry "${alias}".`, { detail: alias });
  };
  const entries = aliases.map(named);
  const fitting = entries.filter((entry) => certificatesOf(entry).length);
  const [first] = entries;
  if (first && !fitting.length && !members.length) chainOfEntry(first);
  const found = new Map(certificatesToExport(keystore, fitting, part).map((each) => [each.sha256, each]));
  for (const { alias, chainIndex } of members) {
    const certificate = certificatesOf(named(alias))[chainIndex];
    if (!certificate) {
      throw new FlowKeystoreError('not-found', `The chain of "${alias}" is shorter now.`, { detail: alias });
    }
    found.set(certificate.sha256, certificate);
  }
  if (found.size) return [...found.values()];
  throw new FlowKeystoreError('not-a-certificate', 'None of the entries has a certificate.');
}

/** @throws FlowKeystoreError `value-invalid` for several in DER, which holds one */
export function writeCertificates(certificates: readonly Certificate[], form: CertificateForm): Uint8Array {
  if (form === 'pem') return Buffer.from(certificatesPem(certificates), 'ascii');
  if (form === 'p7b') return pkcs7Of(certificates);
  const [only] = certificates;
  if (only && certificates.length === 1) return only.der;
  throw new FlowKeystoreError(
    'value-invalid',
    `DER holds one certificate, not ${certificates.length}.`,
    {},
    'Export them as PEM or PKCS#7.',
  );
}

export interface KeyPairExport {
  readonly form: KeyPairForm;
  /** Of the new file; never the keystore's own by itself. */
  readonly password: string;
  readonly created: Date;
}

/**
 * Key pairs for another program, encrypted under a password of their own: a PKCS#12 file, or PKCS#8 with the chain after it (PEM). There is no way to
 * have them unencrypted.
 * @param open gives the PrivateKeyInfo of an entry; what it gives is wiped
 * @throws FlowKeystoreError `password-not-allowed`, `value-invalid` for several keys in PKCS#8, and what `open` throws
 */
export async function writeKeyPairs(
  pairs: readonly KeyPairEntry[],
  open: (pair: KeyPairEntry) => Promise<Uint8Array>,
  { form, password, created }: KeyPairExport,
): Promise<Uint8Array> {
  checkWritablePassword(password);
  const [only] = pairs;
  if (form === 'pkcs8' && (pairs.length !== 1 || !only)) {
    throw new FlowKeystoreError(
      'value-invalid',
      `A PKCS#8 file holds one private key, not ${pairs.length}.`,
      {},
      'Export them as PKCS#12.',
    );
  }
  const entries: KeyPairEntry[] = [];
  for (const pair of pairs) {
    const plain = await open(pair);
    try {
      const key = await sealKey(plain, password);
      entries.push({ kind: 'keyPair', alias: pair.alias, chain: pair.chain, key, created: pair.created ?? created });
    } finally {
      // A key that lies open in its keystore is part of the keystore in memory.
      if (pair.key.form !== 'plain') plain.fill(0);
    }
  }
  const [entry] = entries;
  if (form === 'pkcs8' && entry) {
    return Buffer.from(
      writePem('ENCRYPTED PRIVATE KEY', keptKey(entry.key).der) + certificatesPem(entry.chain),
      'ascii',
    );
  }
  return (await writeChecked({ ...emptyKeystore('PKCS12'), entries }, password)).bytes;
}

/** A name for a file, after an alias: without what file systems refuse. */
export function fileNameFor(alias: string, ending: string): string {
  return `${alias.replace(/[^\p{L}\p{N}_ .-]+/gu, '_').replace(/^[. ]+|[. ]+$/g, '') || 'entry'}${ending}`;
}
