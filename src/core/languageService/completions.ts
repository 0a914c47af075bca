import type { CheckedFlow, CheckOptions } from '../checks/context';
import {
  allEntries,
  byUse,
  hasCertificate,
  useRank,
  type KeystoreView,
  type KeystoreViewEntry,
  type LocatedEntry,
} from '../checks/keystoreView';
import type { FieldRole, Flow, PartField, Span } from '../flow/model';
import { escapeParameterValue, isDynamic, type Parameters } from '../flow/parameters';
import { partFields, partsOf } from '../flow/partFields';
import { asTable, cellText } from '../flow/tables';
import { escapeCdata, escapeXmlText, lineEndOf } from '../flow/xml';
import { daysLeft, expiryState, type ExpiryState } from '../keystore/expiry';
import { parameterFieldsAt, valueAt, type ValueAt } from './valueAt';

/** What may stand at a place, and what writing it means. */
export type Completion = {
  /** Plain. */
  readonly value: string;
  /** What `text` replaces. */
  readonly span: Span;
  /** The value escaped for the file; a whole element where the value was `<value/>` or the cell `<cell/>`. */
  readonly text: string;
  /** What an editor matches the typed text with, where that is not the value (`<value/>`, `<cell/>`). */
  readonly filter?: string;
} & (
  | ({ readonly kind: 'alias' } & AliasFacts)
  /** One of the values that an adapter knows. */
  | { readonly kind: 'option'; readonly label: string; readonly proven: boolean }
  /** Seen elsewhere in the workspace, in so many fields of the same meaning. */
  | { readonly kind: 'seen'; readonly role: FieldRole; readonly count: number }
);

export interface AliasFacts {
  readonly entry: KeystoreViewEntry;
  readonly keystore: string;
  /** Absent for a key pair without a certificate. */
  readonly state?: ExpiryState;
  readonly days?: number;
}

/** What completions are made of beside the text. */
export interface CompletionSources {
  readonly keystores: readonly KeystoreView[];
  readonly options: CheckOptions;
  /** Values of fields by their meaning, in the workspace: see `valuesSeen`. */
  readonly seen?: ValuesSeen;
}

/** Values and how often they were seen, by the meaning of their fields. */
export type ValuesSeen = ReadonlyMap<FieldRole, ReadonlyMap<string, number>>;

const seenRoles: ReadonlySet<FieldRole> = new Set(['credential', 'secureParameter', 'location', 'user', 'pgpUser']);

/** Names of what is in no keystore, as the flows have them: credentials, secure parameters, locations. Values set at run time are left out. */
export function valuesSeen(sources: readonly CheckedFlow[]): ValuesSeen {
  const seen = new Map<FieldRole, Map<string, number>>();
  for (const { flow, parametersFile } of sources) {
    for (const part of partsOf(flow)) {
      for (const { role, resolved, dynamic, unresolved } of partFields(part, parametersFile?.parameters)) {
        if (!seenRoles.has(role) || resolved === '' || dynamic || unresolved) continue;
        const values = seen.get(role) ?? new Map<string, number>();
        seen.set(role, values.set(resolved, (values.get(resolved) ?? 0) + 1));
      }
    }
  }
  return seen;
}

/** Whether names seen elsewhere may stand at an offset into a flow: only then is the workspace worth a look. */
export const wantsSeen = (source: CheckedFlow, offset: number): boolean =>
  seenRoles.has(valueAt(source, offset)?.field.role ?? 'address');

/** The same for the value of a parameter. */
export function wantsSeenAsParameter(parameters: Parameters, offset: number, flows: readonly CheckedFlow[]): boolean {
  return parameterFieldsAt(parameters, offset, flows).some(({ field }) => seenRoles.has(field.role));
}

/** What may stand as the value at an offset into a flow; none where no field of a known meaning is. */
export function completionsInFlow(source: CheckedFlow, offset: number, sources: CompletionSources): Completion[] {
  const at = valueAt(source, offset);
  if (!at) return [];
  return candidatesFor(at.field, sources).map((candidate) => ({
    ...candidate,
    ...written(source.flow, at, candidate.value),
  }));
}

function written(
  flow: Flow,
  { field, span }: ValueAt,
  value: string,
): { readonly span: Span; readonly text: string; readonly filter?: string } {
  const { property, cell } = field;
  const eol = lineEndOf(flow.text);
  const tag = flow.text.slice(span.offset, span.offset + span.length);
  const there = property.value.slice(cell?.span.offset, cell && cell.span.offset + cell.span.length);
  const plain = cell ? cellText(cell.form, there, value) : asTable(field, value);
  const filter = cell?.form === 'selfClosing' ? { filter: tag } : {};
  if (property.form === 'cdata') return { span, text: escapeCdata(plain, eol), ...filter };
  const text = escapeXmlText(plain, eol);
  if (property.form !== 'selfClosing') return { span, text, ...filter };
  const [, name = 'value'] = /^<([^\s/>]+)/.exec(tag) ?? [];
  return { span, text: `<${name}>${text}</${name}>`, filter: tag };
}

/** The same for the value of a parameter that is the whole value of a field. @param flows those of the project */
export function completionsInParameters(
  parameters: Parameters,
  offset: number,
  flows: readonly CheckedFlow[],
  sources: CompletionSources,
): Completion[] {
  const found = new Map<string, Completion>();
  for (const { entry, field, cell, span } of parameterFieldsAt(parameters, offset, flows)) {
    const there = entry.value.slice(cell?.span.offset, cell && cell.span.offset + cell.span.length);
    const tag = parameters.text.slice(span.offset, span.offset + span.length);
    const filter = cell?.form === 'selfClosing' ? { filter: tag } : {};
    for (const candidate of candidatesFor(field, sources)) {
      const key = `${candidate.kind} ${candidate.value} ${candidate.kind === 'alias' ? candidate.keystore : ''}`;
      const text = escapeParameterValue(
        cell ? cellText(cell.form, there, candidate.value) : asTable(field, candidate.value),
      );
      if (!found.has(key)) found.set(key, { ...candidate, span, text, ...filter });
    }
  }
  return [...found.values()];
}

type Unplaced<T> = T extends unknown ? Omit<T, 'span' | 'text' | 'filter'> : never;

/** What fits a field by its meaning: never an alias of the wrong kind, never a credential for an alias. */
export function candidatesFor(field: PartField, sources: CompletionSources): Unplaced<Completion>[] {
  const { keystores, options, seen } = sources;
  switch (field.role) {
    case 'keyPair':
      return keyPairs(keystores, options.now).map((each) => aliasCandidate(each, options));
    case 'certificate':
      return withCertificates(keystores, options.now).map((each) => aliasCandidate(each, options));
    case 'authentication':
    case 'proxyType':
    case 'choice':
      return (field.options ?? []).map(({ value, label, proven }) => ({ kind: 'option', value, label, proven }));
    default: {
      const values = [...(seen?.get(field.role) ?? [])].filter(([value]) => !isDynamic(value));
      return values
        .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
        .map(([value, count]) => ({ kind: 'seen', value, role: field.role, count }));
    }
  }
}

function aliasCandidate({ entry, keystore }: LocatedEntry, options: CheckOptions): Unplaced<Completion> {
  return { kind: 'alias', value: entry.alias, entry, keystore: keystore.name, ...validityOf(entry, options) };
}

/** All key pairs, what can be used now first, then by alias; expired ones and those without a certificate last. */
export function keyPairs(keystores: readonly KeystoreView[], now: Date): LocatedEntry[] {
  return allEntries(keystores)
    .filter(({ entry }) => entry.kind === 'keyPair')
    .sort(inOrder(now));
}

/** All entries whose certificate can be used: certificates first, then key pairs. */
export function withCertificates(keystores: readonly KeystoreView[], now: Date): LocatedEntry[] {
  const isPair = ({ entry }: LocatedEntry): number => Number(entry.kind === 'keyPair');
  const order = inOrder(now);
  return allEntries(keystores)
    .filter(hasCertificate)
    .sort((a, b) => useRank(a.entry, now) - useRank(b.entry, now) || isPair(a) - isPair(b) || order(a, b));
}

function inOrder(now: Date): (a: LocatedEntry, b: LocatedEntry) => number {
  return (a, b) =>
    useRank(a.entry, now) - useRank(b.entry, now) ||
    (a.entry.alias === b.entry.alias ? byUse(a.entry, b.entry, now) : a.entry.alias < b.entry.alias ? -1 : 1);
}

function validityOf(
  { notBefore, notAfter }: KeystoreViewEntry,
  { now, days }: CheckOptions,
): Pick<AliasFacts, 'state' | 'days'> {
  if (!notBefore || !notAfter) return {};
  return { state: expiryState({ notBefore, notAfter }, now, days), days: daysLeft({ notAfter }, now) };
}
