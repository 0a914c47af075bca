import type { Certificate } from '../certificates/certificate';
import type { Name } from '../certificates/name';
import { certificateOf } from './chain';
import { daysLeft, expiryState, type ExpiryState } from './expiry';
import type { Judging } from './filter';
import type { Entry, EntryKind } from './model';

export const groupings = ['none', 'kind', 'issuer', 'expiry', 'prefix', 'use'] as const;
export type Grouping = (typeof groupings)[number];

export const sortOrders = ['file', 'alias', 'expiry', 'subject', 'issuer', 'serial'] as const;
export type SortOrder = (typeof sortOrders)[number];

/** When the certificate of an entry ends: `within-90-days` and so on leave out what is said by a state before. */
export type ExpirySpan =
  'expired' | 'expiring' | 'within-90-days' | 'within-a-year' | 'later' | 'not-yet-valid' | 'none';

/** What the entries of a group have in common. */
export type GroupTitle =
  | { readonly by: 'kind'; readonly kind: EntryKind }
  /** `issuer` is absent for what has no certificate. */
  | { readonly by: 'issuer'; readonly issuer?: Name; readonly selfSigned?: true }
  | { readonly by: 'expiry'; readonly span: ExpirySpan }
  /** `prefix` is absent for entries that share their prefix with no other. */
  | { readonly by: 'prefix'; readonly prefix?: string }
  | { readonly by: 'use'; readonly use: 'used' | 'unused' | 'unknown' | 'not-a-key-pair' };

export interface EntryGroup {
  /** Tells it from the other groups of the same grouping; the same from one version of the keystore to the next. */
  readonly key: string;
  readonly title: GroupTitle;
  /** In the order they came in. */
  readonly entries: readonly Entry[];
  /** The worst of its certificates. */
  readonly worst: ExpiryState;
}

/** Entries in groups; a group for each thing they have in common, none of them empty. */
export function groupEntries(
  entries: readonly Entry[],
  grouping: Exclude<Grouping, 'none'>,
  judging: Judging,
): EntryGroup[] {
  const groups = new Map<string, Titled & { readonly members: Entry[] }>();
  const titleOf = titles(entries, grouping, judging);
  for (const entry of entries) {
    const titled = titleOf(entry);
    const group = groups.get(titled.key);
    if (group) group.members.push(entry);
    else groups.set(titled.key, { ...titled, members: [entry] });
  }
  return sortedBy([...groups.values()], ({ rank = 0, name = '' }) => `${rank} ${sortKey(name)}`).map(
    ({ key, title, members }) => ({ key, title, entries: members, worst: worstOf(members, judging) }),
  );
}

/** A copy, sorted; what has no certificate comes last where the order is by something of it. `expiry`: what ends first comes first. */
export function sortEntries(entries: readonly Entry[], order: SortOrder): readonly Entry[] {
  switch (order) {
    case 'file':
      return entries;
    case 'alias':
      return sortedBy(entries, ({ alias }) => sortKey(alias));
    case 'expiry':
      return [...entries].sort((a, b) => endOf(a) - endOf(b));
    case 'subject':
      return sortedBy(
        entries,
        byCertificate(({ subject }) => nameKey(subject)),
      );
    case 'issuer':
      return sortedBy(
        entries,
        byCertificate(({ issuer, subject }) => `${nameKey(issuer)} ${nameKey(subject)}`),
      );
    case 'serial':
      return sortedBy(
        entries,
        byCertificate(({ serialNumber }) => serialKey(serialNumber)),
      );
  }
}

/** Up to the first separator, lower case as Java compares aliases: `partner` of `Partner_A`. Undefined where there is none. */
export function prefixOf(alias: string): string | undefined {
  return /^(.+?)[_\-. ]/.exec(alias)?.[1]?.toLowerCase();
}

interface Titled {
  readonly key: string;
  /** One digit; groups are sorted by it, then by name. */
  readonly rank?: number;
  readonly name?: string;
  readonly title: GroupTitle;
}

const kindOrder: readonly EntryKind[] = ['keyPair', 'certificate', 'secretKey', 'unknown'];
const spanOrder: readonly ExpirySpan[] = [
  ...(['expired', 'expiring', 'within-90-days', 'within-a-year', 'later', 'not-yet-valid', 'none'] as const),
];
const useOrder = ['used', 'unused', 'unknown', 'not-a-key-pair'] as const;

function titles(
  entries: readonly Entry[],
  grouping: Exclude<Grouping, 'none'>,
  judging: Judging,
): (entry: Entry) => Titled {
  switch (grouping) {
    case 'kind':
      return ({ kind }) => ({ key: kind, rank: kindOrder.indexOf(kind), title: { by: 'kind', kind } });
    case 'issuer':
      return issuerTitle;
    case 'expiry':
      return (entry) => {
        const span = spanOf(entry, judging);
        return { key: span, rank: spanOrder.indexOf(span), title: { by: 'expiry', span } };
      };
    case 'prefix':
      return prefixTitle(entries);
    case 'use':
      return ({ kind, alias }) => {
        const uses = judging.usesOf?.(alias);
        const use =
          kind !== 'keyPair' ? 'not-a-key-pair' : uses === undefined ? 'unknown' : uses > 0 ? 'used' : 'unused';
        return { key: use, rank: useOrder.indexOf(use), title: { by: 'use', use } };
      };
  }
}

function issuerTitle(entry: Entry): Titled {
  const certificate = certificateOf(entry);
  if (!certificate) return { key: '', rank: 2, title: { by: 'issuer' } };
  const { issuer, selfIssued } = certificate;
  // Each root is its own issuer: a group for every one of them would group nothing.
  if (selfIssued) return { key: 'self', rank: 1, title: { by: 'issuer', selfSigned: true } };
  return { key: issuer.comparisonKey, name: issuer.short, title: { by: 'issuer', issuer } };
}

/** A prefix that only one entry has is no group. */
function prefixTitle(entries: readonly Entry[]): (entry: Entry) => Titled {
  const counts = new Map<string, number>();
  for (const { alias } of entries) {
    const prefix = prefixOf(alias);
    if (prefix !== undefined) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  return ({ alias }) => {
    const prefix = prefixOf(alias);
    return prefix !== undefined && (counts.get(prefix) ?? 0) > 1
      ? { key: `=${prefix}`, name: prefix, title: { by: 'prefix', prefix } }
      : { key: '', rank: 1, title: { by: 'prefix' } };
  };
}

function spanOf(entry: Entry, { now, warnFrom }: Judging): ExpirySpan {
  const certificate = certificateOf(entry);
  if (!certificate) return 'none';
  const state = expiryState(certificate, now, warnFrom);
  if (state !== 'valid') return state;
  const days = daysLeft(certificate, now);
  return days < 90 ? 'within-90-days' : days < 365 ? 'within-a-year' : 'later';
}

const badness: readonly ExpiryState[] = ['valid', 'not-yet-valid', 'expiring', 'expired'];

function worstOf(entries: readonly Entry[], { now, warnFrom }: Judging): ExpiryState {
  let worst = 0;
  for (const entry of entries) {
    const certificate = certificateOf(entry);
    if (certificate) worst = Math.max(worst, badness.indexOf(expiryState(certificate, now, warnFrom)));
  }
  return badness[worst] ?? 'valid';
}

function endOf(entry: Entry): number {
  return certificateOf(entry)?.notAfter.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function byCertificate(keyOf: (certificate: Certificate) => string): (entry: Entry) => string {
  return (entry) => {
    const certificate = certificateOf(entry);
    return certificate ? `0${keyOf(certificate)}` : '1';
  };
}

/** By the values, the most specific one first, whatever its label. Each name is read once: there may be thousands. */
const nameKey = (name: Name): string => sortKey(name.toString().replace(/^[^=,+]*=/, ''));

/** By their value. A negative one, which no authority should give, stands before the others. */
function serialKey(hexText: string): string {
  return hexText.startsWith('-') ? `-${hexText}` : hexText.padStart(128, '0');
}

/** Without regard to case, numbers by their value: `partner_9` before `Partner_10`. Thirty times as fast as a collator. */
function sortKey(text: string): string {
  return text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(20, '0'));
}

function sortedBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}
