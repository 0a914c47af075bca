import { FlowKeystoreError } from '../../errors';
import { openSealedKey, type SealedKey } from '../../keys/sealedKey';
import { Pace } from '../../keys/slices';
import type { Change } from '../changes';
import { carriedOver } from '../convert';
import { addCertificates, addEntry, addKeyPair, getEntry, type Edited } from '../edit';
import type { Entry, Keystore, SecretKeyEntry, StoreType, UnknownEntry } from '../model';
import { sealFor } from '../store';
import type { AskPassword, ImportItem } from './items';
import { ImportPasswords } from './passwords';
import { chosenRows, type MergePlan, type MergeRow } from './plan';

/** What the keystore that is imported into asks of private keys. */
export interface MergeTarget {
  readonly type: StoreType;
  /** Undefined for one without a password. */
  readonly password: string | undefined;
}

/** What was opened and sealed for the keystore, by item. */
export interface SealedItems {
  readonly target: MergeTarget;
  readonly keys: ReadonlyMap<ImportItem, SealedKey>;
  readonly others: ReadonlyMap<ImportItem, SecretKeyEntry | UnknownEntry>;
}

export interface SealOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Opens the private keys that a plan takes over, and seals each as the keystore has it. It is done before the keystore is changed: passwords may
 * have to be asked for, and thousands of keys take their time.
 * @throws FlowKeystoreError `password-required` for a keystore without a password, `wrong-password` and `unsupported` for what cannot be opened;
 * what `ask` throws
 */
export async function sealItems(
  plan: MergePlan,
  target: MergeTarget,
  ask: AskPassword,
  { signal, onProgress }: SealOptions = {},
): Promise<SealedItems> {
  const passwords = new ImportPasswords(ask);
  const pace = new Pace(signal);
  const rows = chosenRows(plan).filter(({ item }) => item.kind !== 'certificate');
  const keys = new Map<ImportItem, SealedKey>();
  const others = new Map<ImportItem, SecretKeyEntry | UnknownEntry>();
  for (const [done, { item, alias }] of rows.entries()) {
    if (pace.over) await pace.rest();
    onProgress?.(done, rows.length);
    if (item.kind === 'keyPair') {
      const question = { of: 'key', from: item.from, alias: item.alias ?? alias } as const;
      const { value: plain } = await passwords.fitting(question, [item.password], (password) =>
        openSealedKey(item.key, password ?? '', signal),
      );
      try {
        keys.set(item, await sealFor(target.type, plain, passwordFor(target, alias)));
      } finally {
        if (item.key.form !== 'plain') plain.fill(0);
      }
    } else if (item.kind === 'other') {
      const to = { type: target.type, password: passwordFor(target, alias) };
      const kept = await carriedOver(item.entry, { store: item.password }, to, signal);
      if (typeof kept === 'string') throw otherPassword(item.from, item.entry.alias);
      others.set(item, kept);
    }
  }
  return { target, keys, others };
}

function passwordFor({ type, password }: MergeTarget, alias: string): string {
  if (password !== undefined && password !== '') return password;
  throw new FlowKeystoreError(
    'password-required',
    type === 'PEM'
      ? `The PEM file has no password that the private key "${alias}" could be encrypted with.`
      : `The keystore has no password, and "${alias}" needs one.`,
    {},
    'Set a password for the keystore first (Change Password), or import into another keystore.',
  );
}

function otherPassword(file: string, alias: string): FlowKeystoreError {
  return new FlowKeystoreError(
    'wrong-password',
    `The secret key "${alias}" is sealed under another password than the keystore has, and cannot be sealed anew.`,
    { file, detail: alias },
    'Leave it out, or give both keystores the same password first.',
  );
}

/**
 * Does what a plan says. Overwritten entries keep their place and their alias.
 * @param sealed from `sealItems`, for this keystore's type
 * @throws FlowKeystoreError `alias-exists` and `alias-unknown` where the keystore is no longer the one that was planned for; `alias-invalid`
 */
export function applyMerge(keystore: Keystore, plan: MergePlan, sealed: SealedItems, now: Date): Edited {
  let edited: Edited = { keystore, changes: [] };
  for (const row of chosenRows(plan)) {
    if (row.problem) {
      throw new FlowKeystoreError(
        row.problem.code === 'taken' ? 'alias-exists' : 'alias-invalid',
        `"${row.alias}" cannot be the alias of an entry.`,
        {},
        'Choose another alias.',
      );
    }
    const next =
      row.action === 'overwrite'
        ? overwritten(edited.keystore, row, sealed, now)
        : added(edited.keystore, row, sealed, now);
    edited = { keystore: next.keystore, changes: [...edited.changes, ...next.changes] };
  }
  return edited;
}

function added(keystore: Keystore, { item, alias }: MergeRow, sealed: SealedItems, created: Date): Edited {
  switch (item.kind) {
    case 'certificate':
      return addCertificates(keystore, [{ alias, certificate: item.certificate }]);
    case 'keyPair':
      return addKeyPair(keystore, { alias, key: keyOf(sealed, item), chain: item.chain, created });
    case 'other':
      return addEntry(keystore, { ...(sealed.others.get(item) ?? item.entry), alias });
  }
}

function overwritten(
  keystore: Keystore,
  { item, alias: wanted }: MergeRow,
  sealed: SealedItems,
  created: Date,
): Edited {
  const before = getEntry(keystore, wanted);
  const { alias } = before;
  const entry: Entry =
    item.kind === 'certificate'
      ? { kind: 'certificate', alias, certificate: item.certificate, created }
      : item.kind === 'keyPair'
        ? { kind: 'keyPair', alias, key: keyOf(sealed, item), chain: item.chain, created }
        : { ...(sealed.others.get(item) ?? item.entry), alias };
  const entries = keystore.entries.map((other) => (other === before ? entry : other));
  const change: Change = { kind: 'replaced', alias };
  return { keystore: { ...keystore, entries }, changes: [change] };
}

function keyOf(sealed: SealedItems, item: ImportItem): SealedKey {
  const key = sealed.keys.get(item);
  if (key) return key;
  throw new FlowKeystoreError('unsupported', 'The private key was not sealed for the keystore.');
}
