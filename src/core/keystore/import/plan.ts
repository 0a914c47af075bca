import { sealedOctets } from '../../keys/sealedKey';
import type { Certificate } from '../../certificates/certificate';
import { sameOctets } from '../../asn1/der';
import { aliasIn, aliasProposer, checkAlias, type AliasProblem } from '../alias';
import { standaloneRole } from '../chain';
import type { Entry, Keystore } from '../model';
import { certificateOfItem, isIgnored, type ImportItem } from './items';
import { withoutDuplicates } from './unique';

/** `skip` leaves the keystore's own entry, if there is one, as it is. */
export type MergeAction = 'add' | 'overwrite' | 'skip';

/** What the keystore has to say about an item. */
export type MergeState =
  | { readonly kind: 'new' }
  /** The very same is there, under this alias. */
  | { readonly kind: 'same'; readonly alias: string }
  /** Another entry has the alias that the item comes with. */
  | { readonly kind: 'conflict'; readonly entry: Entry }
  /** The format cannot take it. */
  | { readonly kind: 'impossible' };

/** SAP's limits (managing-keystore-entries, uploading-*) in octets. */
export const sapLimits = { certificate: 10_240, keyPair: 30_720 } as const;

export type MergeWarning =
  | { readonly code: 'alias'; readonly problem: AliasProblem }
  | { readonly code: 'too-large-for-sap'; readonly octets: number; readonly most: number }
  /** The private key of the entry that is overwritten would be gone. */
  | { readonly code: 'private-key-lost'; readonly alias: string }
  /** It is issued for the private key of this key pair, and would only be trusted beside it. */
  | { readonly code: 'signing-response'; readonly alias: string }
  /** Java did not trust it where it was. */
  | { readonly code: 'was-ignored' };

export interface MergeRow {
  readonly item: ImportItem;
  readonly state: MergeState;
  readonly action: MergeAction;
  /** What may be chosen instead; the first is what is proposed. */
  readonly actions: readonly MergeAction[];
  /** The alias it gets; of an entry that is overwritten, its own. */
  readonly alias: string;
  readonly warnings: readonly MergeWarning[];
  /** The key pair that has the public key of this certificate, and not the certificate itself. */
  readonly answers?: string;
  /** Why the alias cannot be used as long as the row is to be added. */
  readonly problem?: AliasProblem;
}

export interface MergePlan {
  readonly rows: readonly MergeRow[];
}

/** What is proposed where an alias is taken by something else. */
export type ConflictPolicy = 'rename' | 'overwrite' | 'skip';

export interface PlanOptions {
  readonly onConflict?: ConflictPolicy;
}

/**
 * What an import would do to a keystore, row by row. Nothing is changed, and no private key is opened.
 * @param items of any number of sources; what is equal among them is one row
 */
export function planMerge(
  keystore: Keystore,
  items: readonly ImportItem[],
  { onConflict = 'rename' }: PlanOptions = {},
): MergePlan {
  const present = new Present(keystore);
  const unique = withoutDuplicates(items);
  const taken = new Set(keystore.entries.map(({ alias }) => alias.toLowerCase()));
  // Wishes come first: a name that is made up must not take what another item is called.
  const wishes = unique.flatMap(({ alias }) => (alias === undefined ? [] : [alias]));
  const propose = aliasProposer([...keystore.entries.map(({ alias }) => alias), ...wishes]);
  const rows = unique.map((item): MergeRow => {
    const state = present.stateOf(item);
    const wish = aliasIn(keystore.type, item.alias ?? nameFor(item, propose));
    if (state.kind === 'same' || state.kind === 'impossible') {
      const alias = state.kind === 'same' ? state.alias : wish;
      return judged({ item, state, action: 'skip', actions: ['skip'], alias, warnings: [] }, new Set());
    }
    const actions = actionsFor(state, item, onConflict);
    const [action = 'skip'] = actions;
    const alias = aliasFor(action, state, wish, taken);
    if (action === 'add') taken.add(alias.toLowerCase());
    const answers = present.keyPairAnsweredBy(item);
    const row = { item, state, action, actions, alias, warnings: [], ...(answers !== undefined && { answers }) };
    return judged(row, new Set());
  });
  return { rows };
}

/** Whether another entry has the alias that may not be overwritten with this: a private key gives way to a key pair alone. */
export function isKeptFromOverwriting({ state, actions }: MergeRow): boolean {
  return state.kind === 'conflict' && !actions.includes('overwrite');
}

/** The plan with another action for a row. What cannot be done is not planned: the plan is given back as it was. */
export function withAction(keystore: Keystore, plan: MergePlan, index: number, action: MergeAction): MergePlan {
  const row = plan.rows[index];
  if (!row?.actions.includes(action)) return plan;
  const wish = aliasIn(keystore.type, row.item.alias ?? row.alias);
  return replaceRow(keystore, plan, index, {
    ...row,
    action,
    alias: aliasFor(action, row.state, wish, takenBesides(keystore, plan, index)),
  });
}

/**
 * The plan with another action for every row that `wish` names one for. Done at once: row by row it would take minutes for thousands.
 * @param wish undefined, or what cannot be done: the row stays as it is
 */
export function withActions(
  keystore: Keystore,
  plan: MergePlan,
  wish: (row: MergeRow, index: number) => MergeAction | undefined,
): MergePlan {
  const actions = plan.rows.map((row, i) => {
    const wanted = wish(row, i);
    return wanted !== undefined && row.actions.includes(wanted) ? wanted : row.action;
  });
  const taken = new Set(keystore.entries.map(({ alias }) => alias.toLowerCase()));
  // Who keeps an alias keeps it from all others.
  plan.rows.forEach(({ action, alias }, i) => {
    if (action === 'add' && actions[i] === 'add') taken.add(alias.toLowerCase());
  });
  const rows = plan.rows.map((row, i): MergeRow => {
    const action = actions[i] ?? row.action;
    if (action === row.action) return row;
    const alias = aliasFor(action, row.state, aliasIn(keystore.type, row.item.alias ?? row.alias), taken);
    if (action === 'add') taken.add(alias.toLowerCase());
    return judged({ ...row, action, alias }, new Set());
  });
  return { rows };
}

/**
 * The plan for certificates that a server sent: those of authorities, for whom they vouch is trusted then, and not that of the server itself, which
 * is renewed every few months. That one is left out, unless it is all there is.
 */
export function proposeAuthorities(keystore: Keystore, plan: MergePlan): MergePlan {
  const isLeaf = ({ item }: MergeRow): boolean =>
    item.kind === 'certificate' && standaloneRole(item.certificate) === 'certificate';
  if (plan.rows.every(isLeaf)) return plan;
  return withActions(keystore, plan, (row) => (isLeaf(row) ? 'skip' : undefined));
}

/** The plan with another alias for a row, which is added then. An alias that cannot be used is the row's `problem`. */
export function withAlias(keystore: Keystore, plan: MergePlan, index: number, alias: string): MergePlan {
  const row = plan.rows[index];
  if (!row?.actions.includes('add')) return plan;
  return replaceRow(keystore, plan, index, { ...row, action: 'add', alias: aliasIn(keystore.type, alias) });
}

/** Aliases that a row may not have: of the keystore, and of what else is added. */
export function aliasesBesides(keystore: Keystore, plan: MergePlan, index: number): string[] {
  return [
    ...keystore.entries.map(({ alias }) => alias),
    ...plan.rows.flatMap((row, at) => (at !== index && row.action === 'add' ? [row.alias] : [])),
  ];
}

/** The rows that something is done for. */
export function chosenRows({ rows }: MergePlan): MergeRow[] {
  return rows.filter(({ action }) => action !== 'skip');
}

/** The certificates that the keystore will trust afterwards and did not before: a person compares their fingerprints. */
export function newlyTrusted(plan: MergePlan): { readonly alias: string; readonly certificate: Certificate }[] {
  return chosenRows(plan).flatMap(({ item, alias }) =>
    item.kind === 'certificate' ? [{ alias, certificate: item.certificate }] : [],
  );
}

function replaceRow(keystore: Keystore, plan: MergePlan, index: number, row: MergeRow): MergePlan {
  const next = judged(row, takenBesides(keystore, plan, index));
  return { rows: plan.rows.map((other, at) => (at === index ? next : other)) };
}

function takenBesides(keystore: Keystore, plan: MergePlan, index: number): Set<string> {
  return new Set(aliasesBesides(keystore, plan, index).map((alias) => alias.toLowerCase()));
}

function actionsFor(state: MergeState, item: ImportItem, onConflict: ConflictPolicy): MergeAction[] {
  const isStray = isIgnored(item);
  if (state.kind !== 'conflict') return isStray ? ['skip', 'add'] : ['add', 'skip'];
  const all: MergeAction[] = mayOverwrite(state.entry, item) ? ['add', 'overwrite', 'skip'] : ['add', 'skip'];
  const wanted = isStray || onConflict === 'skip' ? 'skip' : onConflict === 'overwrite' ? 'overwrite' : 'add';
  // What may not be overwritten is left alone, for to add it beside was not asked for.
  const first = all.includes(wanted) ? wanted : 'skip';
  return [first, ...all.filter((action) => action !== first)];
}

/** As SAP has it: a key pair is not overwritten by less than a key pair. */
function mayOverwrite(entry: Entry, item: ImportItem): boolean {
  return item.kind === 'keyPair' || (item.kind === 'certificate' && entry.kind === 'certificate');
}

function aliasFor(action: MergeAction, state: MergeState, wish: string, taken: ReadonlySet<string>): string {
  if (state.kind === 'conflict' && action !== 'add') return state.entry.alias;
  return action === 'add' ? firstFree(wish, taken) : wish;
}

function firstFree(alias: string, taken: ReadonlySet<string>): string {
  if (!taken.has(alias.toLowerCase())) return alias;
  for (let n = 2; ; n++) {
    const numbered = `${alias.slice(0, 242)} ${n}`;
    if (!taken.has(numbered.toLowerCase())) return numbered;
  }
}

function nameFor(item: ImportItem, propose: (certificate: Certificate) => string): string {
  const certificate = certificateOfItem(item);
  return certificate ? propose(certificate) : 'entry';
}

function judged(row: MergeRow, taken: ReadonlySet<string>): MergeRow {
  const warnings: MergeWarning[] = [];
  const { item, alias, action, state } = row;
  const problems = action === 'add' ? checkAlias(alias, taken.has(alias.toLowerCase()) ? [alias] : []) : [];
  for (const problem of problems) if (problem.severity === 'warning') warnings.push({ code: 'alias', problem });
  const error = problems.find(({ severity }) => severity === 'error');
  if (action !== 'skip') {
    const octets = sizeOf(item);
    const most = item.kind === 'keyPair' ? sapLimits.keyPair : sapLimits.certificate;
    if (octets > most) warnings.push({ code: 'too-large-for-sap', octets, most });
    if (action === 'overwrite' && state.kind === 'conflict' && losesKey(state.entry, item)) {
      warnings.push({ code: 'private-key-lost', alias });
    }
  }
  if (isIgnored(item)) warnings.push({ code: 'was-ignored' });
  if (row.answers !== undefined) warnings.push({ code: 'signing-response', alias: row.answers });
  return {
    ...{ item, state, action, actions: row.actions, alias, warnings },
    ...(row.answers !== undefined && { answers: row.answers }),
    ...(error && { problem: error }),
  };
}

/** A key pair with a renewed certificate or a longer chain, for the same key, loses nothing. */
function losesKey(entry: Entry, item: ImportItem): boolean {
  if (entry.kind !== 'keyPair') return false;
  const [before] = entry.chain;
  const after = item.kind === 'keyPair' ? item.chain[0] : undefined;
  return !before || !after || !sameOctets(before.spki, after.spki);
}

function sizeOf(item: ImportItem): number {
  switch (item.kind) {
    case 'certificate':
      return item.certificate.der.length;
    case 'keyPair':
      return sealedOctets(item.key).length + item.chain.reduce((sum, { der }) => sum + der.length, 0);
    case 'other':
      return 0;
  }
}

/** The keystore's entries, found without a search for each item. */
class Present {
  private readonly byAlias = new Map<string, Entry>();
  private readonly certificates = new Map<string, string>();
  private readonly keyPairs = new Map<string, string>();
  private readonly byPublicKey = new Map<string, string>();
  private readonly leaves = new Set<string>();

  constructor(private readonly keystore: Keystore) {
    for (const entry of keystore.entries) {
      this.byAlias.set(entry.alias.toLowerCase(), entry);
      if (entry.kind === 'certificate') this.note(this.certificates, entry.certificate.sha256, entry.alias);
      if (entry.kind === 'keyPair') {
        this.note(this.keyPairs, chainKey(entry.chain), entry.alias);
        const [leaf] = entry.chain;
        if (leaf) {
          this.note(this.byPublicKey, leaf.keyDigest, entry.alias);
          this.leaves.add(leaf.sha256);
        }
      }
    }
  }

  stateOf(item: ImportItem): MergeState {
    if (item.kind === 'other' && item.type !== this.keystore.type) return { kind: 'impossible' };
    const there = item.alias === undefined ? undefined : this.byAlias.get(item.alias.toLowerCase());
    const same = this.sameAs(item, there);
    if (same !== undefined) return { kind: 'same', alias: same };
    return there ? { kind: 'conflict', entry: there } : { kind: 'new' };
  }

  keyPairAnsweredBy(item: ImportItem): string | undefined {
    if (item.kind !== 'certificate' || this.leaves.has(item.certificate.sha256)) return undefined;
    return this.byPublicKey.get(item.certificate.keyDigest);
  }

  private sameAs(item: ImportItem, there: Entry | undefined): string | undefined {
    switch (item.kind) {
      case 'certificate': {
        const isThere = there?.kind === 'certificate' && there.certificate.sha256 === item.certificate.sha256;
        return isThere ? there.alias : this.certificates.get(item.certificate.sha256);
      }
      case 'keyPair': {
        // Its certificate is as old as the import: the key alone says that it is the same.
        if (item.certified) return item.chain[0] && this.byPublicKey.get(item.chain[0].keyDigest);
        const key = chainKey(item.chain);
        const isThere = there?.kind === 'keyPair' && chainKey(there.chain) === key;
        return isThere ? there.alias : this.keyPairs.get(key);
      }
      case 'other': {
        const before = there?.source?.raw;
        const raw = item.entry.source?.raw;
        return there && before && raw && sameOctets(before, raw) ? there.alias : undefined;
      }
    }
  }

  private note(map: Map<string, string>, key: string, alias: string): void {
    if (!map.has(key)) map.set(key, alias);
  }
}

const chainKey = (chain: readonly Certificate[]): string => chain.map(({ sha256 }) => sha256).join(' ');
