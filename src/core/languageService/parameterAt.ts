import type { Definitions } from '../flow/definitions';
import type { ParameterProject, Target } from '../flow/externalize';
import type { Flow, FlowPart, Property, Span } from '../flow/model';
import { parameterOf, type Parameters } from '../flow/parameters';
import { allParts } from '../flow/partFields';
import { hasParameter, isOf, placeholdersOf } from '../flow/placeholders';
import { escapeXmlText, lineEndOf } from '../flow/xml';
import { valueAt } from './valueAt';

/** The name of an externalized parameter in a file of a project. */
export interface ParameterAt {
  readonly name: string;
  /** The name as it is written there. */
  readonly span: Span;
}

/** The placeholder at an offset into a flow, its braces included. @param parameters tell which of two readings of an escaped name is meant */
export function parameterInFlow(flow: Flow, offset: number, parameters?: Parameters): ParameterAt | undefined {
  const found = placeholdersOf(flow).find(({ span }) => span.offset <= offset && offset <= span.offset + span.length);
  if (!found) return undefined;
  const { name, cellName, written, span } = found;
  const known = [name, cellName, written].find((each) => parameters && parameterOf(parameters, each));
  return { name: known ?? name, span: { offset: span.offset + 2, length: span.length - 4 } };
}

/** The name that an offset into parameters.prop is in. */
export function parameterNameAt({ entries }: Parameters, offset: number): ParameterAt | undefined {
  const found = entries.find(({ nameSpan }) => isIn(nameSpan, offset));
  return found && { name: found.name, span: found.nameSpan };
}

/** The same for parameters.propdef. */
export function parameterInDefinitions(definitions: Definitions, offset: number): ParameterAt | undefined {
  const named = definitions.parameters.find(({ nameSpan }) => isIn(nameSpan, offset));
  if (named) return { name: named.name, span: named.nameSpan };
  const reference = definitions.references.find(({ parameterSpan }) => isIn(parameterSpan, offset));
  return reference && { name: reference.parameter, span: reference.parameterSpan };
}

const isIn = ({ offset, length }: Span, at: number): boolean => offset <= at && at <= offset + length;

/** Where a project names a parameter. */
export interface ParameterPlaces {
  /** Where its value is: the entry that counts. */
  readonly defined: readonly Span[];
  /** In parameters.propdef. */
  readonly described: readonly Span[];
  readonly used: readonly { readonly file: string; readonly span: Span }[];
}

export function placesOf({ flows, parameters, definitions }: ParameterProject, name: string): ParameterPlaces {
  return {
    defined: parameters?.entries.filter((entry) => entry.name === name).map(({ nameSpan }) => nameSpan) ?? [],
    described: [
      ...(definitions?.parameters.filter((each) => each.name === name).map(({ nameSpan }) => nameSpan) ?? []),
      ...(definitions?.references.filter((each) => each.parameter === name).map((each) => each.parameterSpan) ?? []),
    ],
    used: flows.flatMap(({ file, flow }) =>
      placeholdersOf(flow)
        .filter((placeholder) => isOf(placeholder, name))
        .map(({ span }) => ({ file, span })),
    ),
  };
}

/** Channels and steps that use a parameter, in words a reader knows: `Orders \u00b7 To Partner: privateKeyAlias`. */
export function usersOf({ flows }: ParameterProject, name: string): string[] {
  return flows.flatMap(({ flow }) =>
    allParts(flow).flatMap((part) =>
      part.properties
        .filter(({ value }) => hasParameter(value, name))
        .map(({ key }) => `${flow.name} \u00b7 ${part.name || part.id}: ${key}`),
    ),
  );
}

/** A value of a channel or step, of any key. */
export interface AnyValueAt {
  readonly part: FlowPart;
  readonly property: Property;
  readonly cell?: Target['cell'];
  /** What is between the tags, or the cell's text; of `<value/>` the whole element. */
  readonly span: Span;
}

/** The value at an offset into a flow; its ends count as inside. */
export function anyValueAt(flow: Flow, offset: number, parameters?: Parameters): AnyValueAt | undefined {
  const known = valueAt(
    { file: '', flow, ...(parameters ? { parametersFile: { file: '', parameters } } : {}) },
    offset,
  );
  if (known) {
    const { part, field, span } = known;
    return { part: part.part, property: field.property, span, ...(field.cell ? { cell: field.cell } : {}) };
  }
  for (const part of allParts(flow)) {
    if (!isIn(part.span, offset)) continue;
    const property = part.properties.find(
      ({ form, valueSpan }) => form !== 'missing' && form !== 'foreign' && isIn(valueSpan, offset),
    );
    if (property) return { part, property, span: property.valueSpan };
  }
  return undefined;
}

export interface ParameterCompletion {
  readonly name: string;
  readonly value: string;
  readonly description: string;
  readonly span: Span;
  /** Escaped, with the closing braces where they are not there yet. */
  readonly text: string;
}

/** The parameters that may stand behind `{{` at an offset into the value of a channel or step. */
export function parameterCompletions(project: ParameterProject, flow: Flow, offset: number): ParameterCompletion[] {
  const { text } = flow;
  const [open] = /\{\{[^{}<>\r\n]*$/.exec(text.slice(Math.max(0, offset - 300), offset)) ?? [];
  if (open === undefined || !anyValueAt(flow, offset, project.parameters)) return [];
  const start = offset - open.length + 2;
  const [rest = ''] = /^[^{}<>\r\n]*(?=\}\})/.exec(text.slice(offset, offset + 300)) ?? [];
  const closed = text.startsWith('}}', offset + rest.length);
  const names = new Map(project.parameters?.entries.map(({ name, value }) => [name, value]));
  for (const { name } of project.definitions?.parameters ?? []) if (!names.has(name)) names.set(name, '');
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({
      name,
      value,
      description: project.definitions?.parameters.find((each) => each.name === name)?.description ?? '',
      span: { offset: start, length: offset - start + rest.length },
      text: escapeXmlText(name, lineEndOf(text)) + (closed ? '' : '}}'),
    }));
}
