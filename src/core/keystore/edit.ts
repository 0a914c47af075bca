import type { Certificate } from '../certificates/certificate';
import { FlowKeystoreError } from '../errors';
import { aliasIn } from './alias';
import type { SealedKey } from '../keys/sealedKey';
import type { Change } from './changes';
import type { CarriedBag, CertificateEntry, Entry, Keystore, KeyPairEntry } from './model';

/** An edit never changes the keystore it is given. */
export interface Edited {
  readonly keystore: Keystore;
  readonly changes: readonly Change[];
}

/** Java folds case: `Partner_A` and `partner_a` are one entry. */
export function sameAlias(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function findEntry(keystore: Keystore, alias: string): Entry | undefined {
  return (
    keystore.entries.find((entry) => entry.alias === alias) ??
    keystore.entries.find((entry) => sameAlias(entry.alias, alias))
  );
}

/** @throws FlowKeystoreError `alias-unknown` */
export function getEntry(keystore: Keystore, alias: string): Entry {
  const entry = findEntry(keystore, alias);
  if (entry) return entry;
  throw new FlowKeystoreError(
    'alias-unknown',
    `There is no entry "${alias}" in the keystore.`,
    {},
    'List the entries to see their aliases.',
  );
}

/** @throws FlowKeystoreError `alias-unknown`, `not-a-key-pair` */
export function getKeyPair(keystore: Keystore, alias: string): KeyPairEntry {
  const entry = getEntry(keystore, alias);
  if (entry.kind === 'keyPair') return entry;
  throw new FlowKeystoreError(
    'not-a-key-pair',
    `The entry "${alias}" has no private key.`,
    {},
    'Choose the alias of a key pair.',
  );
}

export interface NewKeyPair {
  readonly alias: string;
  /** Sealed with the keystore's password, as its type asks for (`sealFor`). */
  readonly key: SealedKey;
  /** Leaf first. */
  readonly chain: readonly Certificate[];
  readonly created: Date;
}

/** @throws FlowKeystoreError `alias-exists` */
export function addKeyPair(keystore: Keystore, pair: NewKeyPair): Edited {
  const alias = aliasIn(keystore.type, pair.alias);
  refuseTaken(keystore, alias);
  return appended(keystore, [{ kind: 'keyPair', ...pair, alias }]);
}

/** @throws FlowKeystoreError `alias-exists` */
export function addCertificates(
  keystore: Keystore,
  certificates: readonly { readonly alias: string; readonly certificate: Certificate }[],
): Edited {
  let edited: Edited = { keystore, changes: [] };
  for (const { alias: wanted, certificate } of certificates) {
    const alias = aliasIn(keystore.type, wanted);
    refuseTaken(edited.keystore, alias);
    const carried = withoutCertificate(edited.keystore.carried, certificate);
    const next = appended({ ...edited.keystore, carried }, [{ kind: 'certificate', alias, certificate }]);
    edited = { keystore: next.keystore, changes: [...edited.changes, ...next.changes] };
  }
  return edited;
}

/** For what is taken over as it is from a keystore of the same format. @throws FlowKeystoreError `alias-exists` */
export function addEntry(keystore: Keystore, entry: Entry): Edited {
  const alias = aliasIn(keystore.type, entry.alias);
  refuseTaken(keystore, alias);
  return appended(keystore, [{ ...entry, alias }]);
}

/** @throws FlowKeystoreError `alias-unknown`, `alias-exists` */
export function renameEntry(keystore: Keystore, from: string, newAlias: string): Edited {
  const to = aliasIn(keystore.type, newAlias);
  const entry = getEntry(keystore, from);
  if (!sameAlias(entry.alias, to)) refuseTaken(keystore, to);
  if (entry.alias === to) return { keystore, changes: [] };
  const entries = keystore.entries.map((other) => (other === entry ? { ...entry, alias: to } : other));
  return { keystore: { ...keystore, entries }, changes: [{ kind: 'renamed', from: entry.alias, to }] };
}

/** @throws FlowKeystoreError `alias-unknown` */
export function removeEntries(keystore: Keystore, aliases: readonly string[]): Edited {
  const doomed = new Set(aliases.map((alias) => getEntry(keystore, alias)));
  return {
    keystore: { ...keystore, entries: keystore.entries.filter((entry) => !doomed.has(entry)) },
    changes: [...doomed].map(({ alias }) => ({ kind: 'removed', alias })),
  };
}

/** Entries that hold this very certificate: as an entry of its own, or as the leaf of a key pair. */
export function entriesWith(keystore: Keystore, certificate: Certificate): (CertificateEntry | KeyPairEntry)[] {
  return keystore.entries.filter((entry): entry is CertificateEntry | KeyPairEntry => {
    if (entry.kind === 'certificate') return entry.certificate.equals(certificate);
    return entry.kind === 'keyPair' && (entry.chain[0]?.equals(certificate) ?? false);
  });
}

function refuseTaken(keystore: Keystore, alias: string): void {
  const taken = keystore.entries.find((entry) => sameAlias(entry.alias, alias));
  if (!taken) return;
  const differs = taken.alias === alias ? '' : ` (as "${taken.alias}"; Java does not tell upper from lower case)`;
  throw new FlowKeystoreError(
    'alias-exists',
    `There is an entry "${alias}" already${differs}.`,
    {},
    'Choose another alias.',
  );
}

function appended(keystore: Keystore, entries: readonly Entry[]): Edited {
  return {
    keystore: { ...keystore, entries: [...keystore.entries, ...entries] },
    changes: entries.map(({ alias }) => ({ kind: 'added', alias })),
  };
}

/** A certificate that lay in the file unseen by Java is an entry now: its stray bag need not be carried any longer. */
export function withoutCertificate(carried: readonly CarriedBag[], certificate: Certificate): readonly CarriedBag[] {
  const holdsIt = (bag: CarriedBag): boolean =>
    bag.level === 'bag' && Buffer.from(bag.raw).includes(Buffer.from(certificate.der));
  return carried.some(holdsIt) ? carried.filter((bag) => !holdsIt(bag)) : carried;
}
