import { FlowKeystoreError } from '../../errors';
import { openSealedKey, type SealedKey } from '../../keys/sealedKey';
import { Pace } from '../../keys/slices';
import { aliasIn, describeAliasProblem } from '../alias';
import type { Change } from '../changes';
import { carriedOver } from '../convert';
import { getEntry, withoutCertificate, type Edited } from '../edit';
import type { Entry, Keystore, SecretKeyEntry, StoreType, UnknownEntry } from '../model';
import { sealFor } from '../store';
import type { AskPassword, ImportItem } from './items';
import { ImportPasswords } from './passwords';
import { chosenRows, type MergePlan, type MergeRow } from './plan';

/** What the keystore that is imported into asks of private keys. */
export interface MergeTarget {
  readonly type: StoreType;
  /** That of the keystore; of a PEM file without one, what its new keys are to be sealed with. Undefined where there is none. */
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

function passwordFor({ password }: MergeTarget, alias: string): string {
  if (password !== undefined && password !== '') return password;
  throw new FlowKeystoreError(
    'password-required',
    `The keystore has no password, and "${alias}" needs one.`,
    {},
    'Set a password for the keystore first, or import into another keystore.',
    { remedy: 'set-password' },
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
  const entries = [...keystore.entries];
  const changes: Change[] = [];
  const places = new Places(entries);
  let { carried } = keystore;
  for (const row of chosenRows(plan)) {
    if (row.problem) throw unusable(row);
    const alias = aliasIn(keystore.type, row.alias);
    const place = places.of(alias);
    if (row.action === 'overwrite') {
      const before = place === undefined ? undefined : entries[place];
      // With the keystore's own word for what is not there.
      const own = before?.alias ?? getEntry(keystore, alias).alias;
      if (place !== undefined) entries[place] = entryOf(row, own, sealed, now);
      changes.push({ kind: 'replaced', alias: own });
      continue;
    }
    if (place !== undefined) throw unusable({ ...row, problem: { code: 'taken', severity: 'error', by: alias } });
    places.note(alias, entries.length);
    entries.push(entryOf(row, alias, sealed, row.item.kind === 'certificate' ? undefined : now));
    changes.push({ kind: 'added', alias });
    if (row.item.kind === 'certificate') carried = withoutCertificate(carried, row.item.certificate);
  }
  return { keystore: { ...keystore, entries, carried }, changes };
}

function entryOf({ item }: MergeRow, alias: string, sealed: SealedItems, created: Date | undefined): Entry {
  const when = created ? { created } : {};
  switch (item.kind) {
    case 'certificate':
      return { kind: 'certificate', alias, certificate: item.certificate, ...when };
    case 'keyPair':
      return { kind: 'keyPair', alias, key: keyOf(sealed, item), chain: item.chain, ...when };
    case 'other':
      return { ...(sealed.others.get(item) ?? item.entry), alias };
  }
}

/** Where the entries are, by alias: with a search for each of thousands an import would take seconds. */
class Places {
  private readonly exact = new Map<string, number>();
  private readonly folded = new Map<string, number>();

  constructor(entries: readonly Entry[]) {
    entries.forEach(({ alias }, place) => this.note(alias, place));
  }

  of(alias: string): number | undefined {
    return this.exact.get(alias) ?? this.folded.get(alias.toLowerCase());
  }

  note(alias: string, place: number): void {
    if (!this.exact.has(alias)) this.exact.set(alias, place);
    const folded = alias.toLowerCase();
    if (!this.folded.has(folded)) this.folded.set(folded, place);
  }
}

function unusable({ alias, problem }: MergeRow): FlowKeystoreError {
  return new FlowKeystoreError(
    problem?.code === 'taken' ? 'alias-exists' : 'alias-invalid',
    `"${alias}" cannot be the alias of an entry${problem ? `: ${describeAliasProblem(problem)}` : '.'}`,
    {},
    'Choose another alias.',
  );
}

function keyOf(sealed: SealedItems, item: ImportItem): SealedKey {
  const key = sealed.keys.get(item);
  if (key) return key;
  throw new FlowKeystoreError('unsupported', 'The private key was not sealed for the keystore.');
}
