import type { AdapterDescription } from '../flow/adapterDescription';
import { setProperty } from '../flow/edit';
import type { AuthenticationState } from '../flow/fields';
import { linesOf } from '../flow/lines';
import type { Channel, ChannelFields, Field, Flow, Property, Span } from '../flow/model';
import { parameterOf, setParameter, type Parameters } from '../flow/parameters';
import type { WarnFrom } from '../keystore/expiry';
import type { Finding, Fix, Place } from './finding';
import type { KeystoreView } from './keystoreView';

/** A flow to be checked, with its parameters.prop where there is one. A `FlowFile` of `flow/project` is one. */
export interface CheckedFlow {
  readonly file: string;
  readonly flow: Flow;
  readonly parametersFile?: { readonly file: string; readonly parameters: Parameters } | undefined;
}

export interface CheckOptions {
  readonly now: Date;
  /** From when on a certificate counts as expiring. */
  readonly days: WarnFrom;
}

/** What a rule sees: one channel, what is known of it, and the keystores. */
export interface ChannelContext {
  readonly source: CheckedFlow;
  readonly channel: Channel;
  /** Undefined for an adapter that is not in the table. */
  readonly row: AdapterDescription | undefined;
  readonly fields: ChannelFields;
  readonly authentication: AuthenticationState;
  readonly keystores: readonly KeystoreView[];
  readonly options: CheckOptions;
}

export type Rule = (context: ChannelContext) => Iterable<Finding>;

/** A finding at a value of the channel: in parameters.prop where the value is a whole parameter that is defined there. */
export function findingAt(
  context: ChannelContext,
  field: Field & { readonly property: Property },
  rest: Pick<Finding, 'code' | 'severity' | 'parameters'> & { readonly useAliases?: readonly string[] },
): Finding {
  const { source, channel } = context;
  const { useAliases, ...facts } = rest;
  const inFlow = placeOf(source.file, source.flow, shownSpan(field.property));
  const parametersFile = source.parametersFile;
  const entry =
    field.parameter === undefined
      ? undefined
      : parametersFile && parameterOf(parametersFile.parameters, field.parameter);
  const base = { ...facts, channel: { id: channel.id, name: channel.name, adapter: channel.adapter } };
  const fixes = useAliases?.flatMap((alias) => fixOf(context, field, alias) ?? []) ?? [];
  const withFixes = fixes.length ? { fixes } : {};
  if (!entry || !parametersFile) return { ...base, place: inFlow, ...withFixes };
  const span = entry.valueSpan.length ? entry.valueSpan : entry.nameSpan;
  return {
    ...base,
    place: placeOf(parametersFile.file, parametersFile.parameters, span),
    related: inFlow,
    ...withFixes,
  };
}

/** The value, or the whole element where it is empty and there is nothing to underline. */
export function shownSpan(property: Property): Span {
  return property.valueSpan.length ? property.valueSpan : property.valueElement;
}

export function placeOf(file: string, owner: { readonly text: string }, span: Span): Place {
  return { file, ...linesOf(owner).positionAt(span.offset), span };
}

function fixOf({ source, channel }: ChannelContext, field: Field, alias: string): Fix | undefined {
  const { flow, file, parametersFile } = source;
  try {
    if (field.parameter !== undefined && parametersFile) {
      const edits = setParameter(parametersFile.parameters, field.parameter, alias);
      return { code: 'use-alias', value: alias, file: parametersFile.file, edits };
    }
    return { code: 'use-alias', value: alias, file, edits: setProperty(flow, channel, field.key, alias) };
  } catch {
    // A value that cannot be edited (broken file, elements inside) has no fix.
    return undefined;
  }
}

export function hasProperty(field: Field | undefined): field is Field & { readonly property: Property } {
  return field?.property !== undefined && field.property.form !== 'foreign';
}
