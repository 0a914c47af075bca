import type { AdapterDescription } from '../flow/adapterDescription';
import { editField } from '../flow/edit';
import type { AuthenticationState } from '../flow/fields';
import { linesOf } from '../flow/lines';
import type { Channel, ChannelFields, Flow, PartField, Property, Span } from '../flow/model';
import { parameterOf, wholeParameter, type Parameters } from '../flow/parameters';
import type { Part } from '../flow/partFields';
import { rawSpanOf } from '../flow/tables';
import type { WarnFrom } from '../keystore/expiry';
import type { Finding, FindingCode, Fix, Place, Severity } from './finding';
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
  /** Another severity for a rule, or none of its findings. */
  readonly severities?: Readonly<Partial<Record<FindingCode, Severity | 'off'>>>;
  /** Whether the last connectivity test of a channel, as it is set now, trusted the receiver; undefined where there is none. */
  readonly trustedByTest?: (file: string, channel: Channel, fields: ChannelFields) => boolean | undefined;
}

/** What a rule sees of a channel or step, and the keystores. */
export interface PartContext {
  readonly source: CheckedFlow;
  readonly part: Part;
  readonly all: readonly PartField[];
  readonly keystores: readonly KeystoreView[];
  readonly options: CheckOptions;
}

/** What a rule sees of a channel. */
export interface ChannelContext extends PartContext {
  readonly channel: Channel;
  /** Undefined for an adapter that is not in the table. */
  readonly row: AdapterDescription | undefined;
  /** The five main ones. */
  readonly fields: ChannelFields;
  readonly authentication: AuthenticationState;
}

/** What is not about one channel or step alone. */
export type FlowRule = (source: CheckedFlow) => Iterable<Finding>;
export type PartRule = (context: PartContext | ChannelContext) => Iterable<Finding>;
export type Rule = (context: ChannelContext) => Iterable<Finding>;

/** A field whose value is in the flow. */
export type PresentField = PartField & { readonly property: Property };

/** A value that would mend a finding. */
export interface Remedy {
  readonly code: Fix['code'];
  readonly value: string;
}

type FindingFacts = Pick<Finding, 'code' | 'severity' | 'parameters'> & { readonly remedies?: readonly Remedy[] };

/** A finding at a value: in parameters.prop where the value is a whole parameter that is defined there. */
export function findingAt(context: PartContext, field: PresentField, rest: FindingFacts): Finding {
  const found = findingInFlow(context, field, rest);
  const { parametersFile } = context.source;
  const name = parameterFor(field);
  const entry = name === undefined ? undefined : parametersFile && parameterOf(parametersFile.parameters, name);
  if (!entry || !parametersFile) return found;
  const span = entry.valueSpan.length ? entry.valueSpan : entry.nameSpan;
  return { ...found, place: placeOf(parametersFile.file, parametersFile.parameters, span), related: found.place };
}

/** A finding at what the flow has, be it a parameter or not. */
export function findingInFlow(
  context: PartContext,
  field: PresentField,
  { remedies = [], ...facts }: FindingFacts,
): Finding {
  const { file, flow } = context.source;
  const fixes = remedies.flatMap((remedy) => fixOf(context, field, remedy) ?? []);
  return {
    ...facts,
    place: placeOf(file, flow, spanInFlow(flow, field)),
    ...subjectOf(context.part),
    ...(fixes.length ? { fixes } : {}),
  };
}

/** Whose value it is. */
export function subjectOf({ kind, part }: Part): Pick<Finding, 'channel' | 'step'> {
  const { id, name } = part;
  return kind === 'channel'
    ? { channel: { id, name, adapter: part.adapter } }
    : { step: { id, name, activity: part.activity } };
}

/** The parameter that a value is the whole of, or that holds the table it is a cell of. */
function parameterFor({ parameter, cell, property }: PresentField): string | undefined {
  return parameter ?? (cell?.tableIn === 'parameter' ? wholeParameter(property.value) : undefined);
}

/** The value, or the whole element where it is empty and there is nothing to underline. */
export function shownSpan(property: Property): Span {
  return property.valueSpan.length ? property.valueSpan : property.valueElement;
}

/** Where a field's value lies in the flow: of a table the cell. */
export function spanInFlow(flow: Flow, { property, cell }: PresentField): Span {
  const inCell = cell?.tableIn === 'flow' ? rawSpanOf(flow, property, cell.span) : undefined;
  return inCell?.length ? inCell : shownSpan(property);
}

export function placeOf(file: string, owner: { readonly text: string }, span: Span): Place {
  return { file, ...linesOf(owner).positionAt(span.offset), span };
}

function fixOf({ source, part }: PartContext, field: PresentField, { code, value }: Remedy): Fix | undefined {
  const { flow, file, parametersFile } = source;
  try {
    // A parameter that has no line yet gets one.
    const place = field.parameter !== undefined && !parametersFile ? 'flow' : undefined;
    const edit = editField({ flow, part: part.part, parameters: parametersFile?.parameters }, field, value, place);
    const inParameters = edit.place === 'parameters' && parametersFile;
    return { code, value, file: inParameters ? parametersFile.file : file, edits: edit.edits };
  } catch {
    // A value that cannot be edited (broken file, elements inside) has no fix.
    return undefined;
  }
}

export function hasProperty<T extends PartField>(field: T | undefined): field is T & { readonly property: Property } {
  return field?.property !== undefined && field.property.form !== 'foreign';
}

/** Parameters are configured anew in each tenant: a pair of defaults that do not fit is not yet an error. */
export function severityOf(...fields: (PartField | undefined)[]): Severity {
  return fields.some((field) => field && field.parameters.length > 0) ? 'warning' : 'error';
}
