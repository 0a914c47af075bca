import { checkFlow } from './checks/check';
import type { CheckedFlow, CheckOptions } from './checks/context';
import type { Finding } from './checks/finding';
import {
  allEntries,
  byUse,
  lookUpAlias,
  useRank,
  type KeystoreView,
  type KeystoreViewEntry,
  type LocatedEntry,
} from './checks/keystoreView';
import { adapterLabel, describeAdapter } from './flow/adapters';
import type { AuthenticationKind } from './flow/adapterDescription';
import { authenticationState, fieldsOf } from './flow/fields';
import type { Channel, Field, Flow, Property, Span } from './flow/model';
import { escapeParameterValue, readParameters, type Parameters } from './flow/parameters';
import { readFlow } from './flow/read';
import { escapeCdata, escapeXmlText, lineEndOf } from './flow/xml';
import { daysLeft, expiryState, type ExpiryState } from './keystore/expiry';

/**
 * What an editor shows in the text of flows and of parameters.prop: lenses, completions, diagnostics. Pure over text, parameters, keystores and
 * the time; knows no editor. All offsets are UTF-16 code units. Sentences are made by the caller.
 */

/** The alias of a channel, and how it stands. */
export type AliasStatus =
  /** Set at run time. */
  | { readonly state: 'dynamic'; readonly alias: string }
  /** A parameter without a value at hand. */
  | { readonly state: 'unresolved'; readonly alias: string }
  | { readonly state: 'empty' }
  /** No keystore is open to look into, or a locked one may have it. */
  | { readonly state: 'unverified'; readonly alias: string }
  | { readonly state: 'missing'; readonly alias: string }
  | { readonly state: 'not-a-key-pair'; readonly alias: string; readonly keystore: string }
  | {
      readonly state: ExpiryState;
      readonly alias: string;
      readonly keystore: string;
      /** Whole days; negative when expired. */
      readonly days: number;
      readonly notAfter: Date;
    };

export interface ChannelLens {
  readonly channel: Channel;
  /** The start tag's `<`: where the lens stands. */
  readonly offset: number;
  /** The adapter as people call it. */
  readonly adapter: string;
  /** Absent where the adapter has none or is not known; `value` as resolved, `label` where the value is known. */
  readonly authentication?: { readonly value: string; readonly label?: string; readonly kind?: AuthenticationKind };
  /** Absent where the channel's authentication does not use a key pair. */
  readonly alias?: AliasStatus;
  /** `edit`: the adapter editor knows this adapter. `test`: its address can be tested with TLS. */
  readonly commands: readonly ('edit' | 'test')[];
}

/** One lens per receiver channel, in file order. */
export function channelLenses(
  { flow, parametersFile }: CheckedFlow,
  keystores: readonly KeystoreView[],
  options: CheckOptions,
): ChannelLens[] {
  return flow.channels
    .filter((channel) => channel.direction === 'Receiver')
    .map((channel) => lensOf(channel, parametersFile?.parameters, keystores, options));
}

function lensOf(
  channel: Channel,
  parameters: Parameters | undefined,
  keystores: readonly KeystoreView[],
  options: CheckOptions,
): ChannelLens {
  const row = describeAdapter(channel);
  const fields = fieldsOf(channel, parameters);
  const written = fields.authentication?.property ? fields.authentication.resolved : undefined;
  const state = row && authenticationState(channel, row, parameters);
  const method = state?.state === 'known' ? state.method : undefined;
  const alias = fields.privateKeyAlias;
  return {
    channel,
    offset: channel.span.offset,
    adapter: adapterLabel(channel),
    ...(written === undefined
      ? {}
      : { authentication: { value: written, ...(method ? { label: method.label, kind: method.kind } : {}) } }),
    ...(alias?.property && (alias.used === 'yes' || (alias.used === 'unknown' && alias.value !== ''))
      ? { alias: aliasStatus(alias, keystores, options) }
      : {}),
    commands: row?.http ? ['edit', 'test'] : row ? ['edit'] : [],
  };
}

/** How the alias of a field stands in the keystores. */
export function aliasStatus(
  field: Field,
  keystores: readonly KeystoreView[],
  { now, days }: CheckOptions,
): AliasStatus {
  const alias = field.resolved;
  if (field.dynamic) return { state: 'dynamic', alias };
  if (field.unresolved) return { state: 'unresolved', alias };
  if (alias === '') return { state: 'empty' };
  const found = lookUpAlias(alias, keystores, now);
  switch (found.state) {
    case 'no-keystore':
      return { state: 'unverified', alias };
    case 'missing':
      return { state: found.certain ? 'missing' : 'unverified', alias };
    case 'case':
      return { state: 'missing', alias };
    case 'not-a-key-pair':
    case 'key-without-certificate':
      return { state: 'not-a-key-pair', alias, keystore: found.keystore.name };
    case 'key-pair': {
      const { notBefore, notAfter } = found.entry;
      if (!notBefore || !notAfter) return { state: 'unverified', alias };
      const validity = { notBefore, notAfter };
      return {
        state: expiryState(validity, now, days),
        alias,
        keystore: found.keystore.name,
        days: daysLeft(validity, now),
        notAfter,
      };
    }
  }
}

export interface AliasCompletion {
  /** The alias, plain. */
  readonly alias: string;
  /** What `text` replaces. */
  readonly span: Span;
  /** The alias escaped for the file; a whole `<value>` element where the value was `<value/>`. */
  readonly text: string;
  /** What an editor matches the typed text with, where that is not the alias (`<value/>`). */
  readonly filter?: string;
  readonly entry: KeystoreViewEntry;
  readonly keystore: string;
  /** Absent for a key pair without a certificate. */
  readonly state?: ExpiryState;
  readonly days?: number;
}

/** Key pairs for the alias value at `offset`, what can be used first and expired ones last; none anywhere else. */
export function aliasCompletionsInFlow(
  flow: Flow,
  offset: number,
  keystores: readonly KeystoreView[],
  options: CheckOptions,
): AliasCompletion[] {
  const property = aliasPropertyAt(flow, offset);
  if (!property) return [];
  const { form, valueSpan, valueElement } = property;
  const eol = lineEndOf(flow.text);
  const written = flow.text.slice(valueElement.offset, valueElement.offset + valueElement.length);
  const [, name = 'value'] = /^<([^\s/>]+)/.exec(written) ?? [];
  return candidates(keystores, options).map((candidate) => {
    const text = escapeXmlText(candidate.alias, eol);
    if (form !== 'selfClosing') {
      const [piece] = form === 'cdata' ? property.pieces : [];
      return piece
        ? {
            ...candidate,
            span: { offset: piece.offset, length: piece.length },
            text: escapeCdata(candidate.alias, eol),
          }
        : { ...candidate, span: valueSpan, text };
    }
    return { ...candidate, span: valueElement, text: `<${name}>${text}</${name}>`, filter: written };
  });
}

function aliasPropertyAt(flow: Flow, offset: number): Property | undefined {
  const channel = flow.channels.find(({ span }) => span.offset < offset && offset < span.offset + span.length);
  const property = channel && fieldsOf(channel).privateKeyAlias?.property;
  if (!property || property.form === 'foreign' || property.form === 'mixed') return undefined;
  const { offset: start, length } = property.form === 'selfClosing' ? property.valueElement : property.valueSpan;
  const edge = property.form === 'selfClosing' ? 1 : 0;
  return start + edge <= offset && offset <= start + length - edge ? property : undefined;
}

/** Key pairs for the value of a parameter that feeds an alias field of a flow. @param aliases see `aliasParametersOf` */
export function aliasCompletionsInParameters(
  parameters: Parameters,
  offset: number,
  aliases: ReadonlySet<string>,
  keystores: readonly KeystoreView[],
  options: CheckOptions,
): AliasCompletion[] {
  const entry = parameters.entries.find(
    ({ nameSpan, valueSpan, separated }) =>
      separated &&
      nameSpan.offset + nameSpan.length < offset &&
      offset <= valueSpan.offset + valueSpan.length &&
      offset >= valueSpan.offset,
  );
  if (!entry || !aliases.has(entry.name)) return [];
  return candidates(keystores, options).map((candidate) => ({
    ...candidate,
    span: entry.valueSpan,
    text: escapeParameterValue(candidate.alias),
  }));
}

/** Names of the parameters that are the whole alias of some channel. */
export function aliasParametersOf(flows: readonly Flow[]): Set<string> {
  const names = new Set<string>();
  for (const flow of flows) {
    for (const channel of flow.channels) {
      const name = fieldsOf(channel).privateKeyAlias?.parameter;
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

function candidates(
  keystores: readonly KeystoreView[],
  options: CheckOptions,
): Omit<AliasCompletion, 'span' | 'text'>[] {
  return keyPairs(keystores, options.now).map(({ entry, keystore }) => ({
    alias: entry.alias,
    entry,
    keystore: keystore.name,
    ...validityOf(entry, options),
  }));
}

/** All key pairs, what can be used now first, then by alias; expired ones and those without a certificate last. */
export function keyPairs(keystores: readonly KeystoreView[], now: Date): LocatedEntry[] {
  return allEntries(keystores)
    .filter(({ entry }) => entry.kind === 'keyPair')
    .sort(
      (a, b) =>
        useRank(a.entry, now) - useRank(b.entry, now) ||
        (a.entry.alias === b.entry.alias ? byUse(a.entry, b.entry, now) : a.entry.alias < b.entry.alias ? -1 : 1),
    );
}

function validityOf(
  { notBefore, notAfter }: KeystoreViewEntry,
  { now, days }: CheckOptions,
): Pick<AliasCompletion, 'state' | 'days'> {
  if (!notBefore || !notAfter) return {};
  return { state: expiryState({ notBefore, notAfter }, now, days), days: daysLeft({ notAfter }, now) };
}

/** The findings of a flow by the file they stand in; both files are there, with an empty list where they have none. */
export function diagnosticsOf(
  source: CheckedFlow,
  keystores: readonly KeystoreView[],
  options: CheckOptions,
): ReadonlyMap<string, readonly Finding[]> {
  const byFile = new Map<string, Finding[]>([[source.file, []]]);
  if (source.parametersFile) byFile.set(source.parametersFile.file, []);
  for (const finding of checkFlow(source, keystores, options)) byFile.get(finding.place.file)?.push(finding);
  return byFile;
}

/** Reads each version of a text once. Holds the latest of each file; `forget` when it is closed. */
export class ParseCache {
  private readonly flows = new Map<string, { readonly version: number | string; readonly flow: Flow }>();
  private readonly files = new Map<string, { readonly version: number | string; readonly parameters: Parameters }>();

  /** @param version changes with every change of the text: a document's version, or a file's time and size. */
  flow(file: string, version: number | string, text: () => string, name: string): Flow {
    const known = this.flows.get(file);
    if (known?.version === version) return known.flow;
    const flow = readFlow(text(), name);
    this.flows.set(file, { version, flow });
    return flow;
  }

  parameters(file: string, version: number | string, text: () => string): Parameters {
    const known = this.files.get(file);
    if (known?.version === version) return known.parameters;
    const parameters = readParameters(text());
    this.files.set(file, { version, parameters });
    return parameters;
  }

  forget(file: string): void {
    this.flows.delete(file);
    this.files.delete(file);
  }
}
