import { FlowKeystoreError } from '../errors';
import { propertyOf } from './adapters';
import { otherReferences, ownReferences, referencesFor, stillReferenced } from './definitionReferences';
import {
  addDefinition,
  addReference,
  emptyDefinitions,
  readDefinitions,
  removeDefinition,
  removeReference,
  renameDefinition,
  type Definitions,
} from './definitions';
import { applyEdits, byOffset, setProperty } from './edit';
import { linesOf } from './lines';
import type { Flow, FlowPart, PartField, Property, Span, TextEdit } from './model';
import { refusedInParameterName } from './parameterNames';
import {
  escapeParameterName,
  parameterOf,
  placeholder,
  readParameters,
  removeParameter,
  resolveValue,
  setParameter,
  type Parameters,
} from './parameters';
import { isOf, placeholdersOf, writtenAs } from './placeholders';
import { rawSpanOf, replaceCell } from './tables';
import { escapeXmlText, lineEndOf } from './xml';

/** All that a parameter of a flow project is in. */
export interface ParameterProject {
  /** All flows of the project. */
  readonly flows: readonly { readonly file: string; readonly flow: Flow }[];
  /** Undefined where there is no parameters.prop yet. */
  readonly parameters?: Parameters | undefined;
  /** Undefined where there is no parameters.propdef yet. */
  readonly definitions?: Definitions | undefined;
}

/** Edits of a project's files; of one that is not there yet, of an empty text. */
export interface ProjectEdits {
  readonly flows: readonly { readonly file: string; readonly edits: readonly TextEdit[] }[];
  readonly parameters: readonly TextEdit[];
  readonly definitions: readonly TextEdit[];
}

/** A value of a channel or step. */
export interface Target {
  /** The flow's, as the project has it. */
  readonly file: string;
  readonly part: FlowPart;
  readonly key: string;
  /** Of a cell of a table. */
  readonly cell?: PartField['cell'];
}

export interface ExternalizeOptions {
  /** The piece of the value that becomes the parameter, in characters; absent: all of it. */
  readonly piece?: Span;
  /** Take the value that a parameter of that name has already, where it is another one. */
  readonly takeValue?: boolean;
}

/** What says what a channel or step is: SAP's editor makes no parameters of these. */
export const structuralKeys: ReadonlySet<string> = new Set([
  ...['ComponentType', 'ComponentNS', 'componentVersion', 'ComponentSWCVId', 'ComponentSWCVName', 'cmdVariantUri'],
  ...['activityType', 'direction', 'MessageProtocol', 'MessageProtocolVersion', 'Name', 'system', 'Vendor'],
  ...['TransportProtocol', 'TransportProtocolVersion'],
]);

/**
 * Makes a parameter of a value, or of a piece of one: `{{name}}` in the flow, the value in parameters.prop, the parameter and what it is of in
 * parameters.propdef, as SAP's editor does it. A parameter that has this value already is shared.
 * @throws FlowKeystoreError `value-invalid` for a name that SAP refuses, a parameter that has another value, a value that holds parameters already; `flow-broken`,
 * `property-unknown` as `setProperty`; `damaged` for a parameters.propdef that is no whole XML
 */
export function externalize(
  project: ParameterProject,
  target: Target,
  name: string,
  { piece, takeValue }: ExternalizeOptions = {},
): ProjectEdits & { readonly value: string } {
  const flow = flowOf(project, target.file);
  const property = requireProperty(flow, target);
  if (structuralKeys.has(target.key)) {
    throw new FlowKeystoreError(
      'value-invalid',
      `${target.key} says what the channel or step is: it cannot be a parameter.`,
      { detail: target.part.id },
    );
  }
  const whole = target.cell ? target.cell.value : property.value;
  const at = piece ?? { offset: 0, length: whole.length };
  const value = whole.slice(at.offset, at.offset + at.length);
  if (target.cell?.tableIn === 'parameter' || /\{\{|\}\}/.test(value)) {
    throw new FlowKeystoreError(
      'value-invalid',
      `${target.key} is a parameter already, or holds one.`,
      { detail: target.part.id },
      'Choose the piece of the value that is no parameter, or internalize it first.',
    );
  }
  const parameters = project.parameters ?? readParameters('');
  const known = parameterOf(parameters, name);
  if (!known) requireName(name);
  if (known && known.value !== value && !takeValue) {
    throw new FlowKeystoreError(
      'value-invalid',
      `There is a parameter "${name}" already, and its value is another one: "${known.value}".`,
      { detail: target.part.id },
      'Take another name.',
    );
  }
  const definitions = requireDefinitions(project);
  return {
    flows: [{ file: target.file, edits: setPiece(flow, target, property, at, `{{${name}}}`) }],
    parameters: known ? [] : setParameter(parameters, name, value),
    definitions: fromFile(project, [
      ...addDefinition(definitions, name),
      ...referencesFor(target, name).flatMap((reference) => addReference(definitions, reference)),
    ]),
    value: known?.value ?? value,
  };
}

/**
 * Puts the value of a parameter, or of all parameters of a value, into the flow. A parameter that nothing else uses goes from parameters.prop and parameters.propdef.
 * @param name undefined: all parameters of the value
 * @throws FlowKeystoreError `value-invalid` where the value has no (such) parameter, or it has no value; others as `externalize`
 */
export function internalize(
  project: ParameterProject,
  target: Target,
  name?: string,
): ProjectEdits & { readonly value: string; readonly removed: readonly string[] } {
  const flow = flowOf(project, target.file);
  const property = requireProperty(flow, target);
  const before = target.cell ? target.cell.value : property.value;
  const { parameters = readParameters('') } = project;
  const names = resolveValue(before, undefined)
    .parameters.map((each) => each.name)
    .filter((each) => name === undefined || each === name);
  if (!names.length) {
    throw new FlowKeystoreError(
      'value-invalid',
      name === undefined
        ? `The value of ${target.key} has no parameter.`
        : `The value of ${target.key} has no parameter "${name}".`,
      { detail: target.part.id },
    );
  }
  for (const each of names) {
    if (parameterOf(parameters, each)) continue;
    throw new FlowKeystoreError(
      'value-invalid',
      `The parameter "${each}" has no value in parameters.prop.`,
      { detail: target.part.id },
      'Give it one first.',
    );
  }
  const value = before.replace(placeholder, (written, each: string) =>
    names.includes(each) ? (parameterOf(parameters, each)?.value ?? written) : written,
  );
  const edits = setPiece(flow, target, property, { offset: 0, length: before.length }, value);
  const after = {
    ...project,
    flows: project.flows.map((each) =>
      each.file === target.file ? { ...each, flow: { ...flow, text: applyEdits(flow.text, edits) } } : each,
    ),
  };
  const definitions = requireDefinitions(project);
  const removed = names.filter((each) => !isUsed(after, each) && !otherReferences(definitions, target, each).length);
  const orphaned = names
    .filter((each) => !removed.includes(each) && !stillReferenced(after, target, each))
    .flatMap((each) => ownReferences(definitions, target, each));
  return {
    flows: [{ file: target.file, edits }],
    parameters: removed.flatMap((each) => removeParameter(parameters, each)).sort(byOffset),
    definitions: project.definitions
      ? [
          ...removed.flatMap((each) => removeDefinition(definitions, each)),
          ...orphaned.flatMap((each) => removeReference(definitions, each)),
        ].sort(byOffset)
      : [],
    value,
    removed,
  };
}

/**
 * Gives a parameter another name: in parameters.prop, parameters.propdef and wherever flows of the project name it.
 * @throws FlowKeystoreError `value-invalid` for a name that SAP refuses or that is taken; `damaged` for a parameters.propdef that is no whole XML
 */
export function renameParameter(project: ParameterProject, from: string, to: string): ProjectEdits {
  const { parameters = readParameters('') } = project;
  requireName(to);
  const isTaken = parameterOf(parameters, to) ?? project.definitions?.parameters.find(({ name }) => name === to);
  if (isTaken && to !== from) {
    throw new FlowKeystoreError('value-invalid', `There is a parameter "${to}" already.`, {}, 'Take another name.');
  }
  const definitions = requireDefinitions(project);
  return {
    flows: project.flows.flatMap(({ file, flow }) => {
      const edits = placeholdersOf(flow)
        .filter((each) => isOf(each, from))
        .map((each) => {
          const { offset, length } = each.span;
          return { offset: offset + 2, length: length - 4, text: writtenAs(each, from, to) };
        });
      return edits.length ? [{ file, edits }] : [];
    }),
    parameters: parameters.entries
      .filter(({ name }) => name === from)
      .map(({ nameSpan }) => ({ ...nameSpan, text: escapeParameterName(to) })),
    definitions: project.definitions ? renameDefinition(definitions, from, to) : [],
  };
}

/** @throws FlowKeystoreError `value-invalid` */
export function requireName(name: string): void {
  const refused = refusedInParameterName(name);
  if (name.trim() === name && name !== '' && !/[{}\r\n\t]/.test(name) && refused === undefined) return;
  throw new FlowKeystoreError(
    'value-invalid',
    refused === undefined
      ? 'The name of a parameter is not empty, has no braces, and neither begins nor ends with a space.'
      : `SAP's editor refuses these characters in the name of a parameter: ${refused}`,
    { detail: name },
    'Take letters, digits, spaces, dots, underscores and hyphens.',
  );
}

function flowOf({ flows }: ParameterProject, file: string): Flow {
  const found = flows.find((each) => each.file === file)?.flow;
  if (!found) throw new FlowKeystoreError('not-found', 'The project has no such flow.', { file });
  return found;
}

function requireProperty(flow: Flow, { part, key }: Target): Property {
  const property = propertyOf(part, key);
  const problem = flow.problems.find(
    ({ code }) => code === 'xml-broken' || code === 'not-a-flow' || code === 'too-large',
  );
  if (problem) {
    const { line, column, message } = problem;
    throw new FlowKeystoreError('flow-broken', message, { line, column }, 'Mend it as text first.');
  }
  if (!property || property.form === 'missing' || property.form === 'foreign') {
    throw new FlowKeystoreError('property-unknown', `There is no value of ${key} to make a parameter of.`, {
      ...(property ? linesOf(flow).positionAt(property.span.offset) : {}),
      detail: part.id,
    });
  }
  return property;
}

function requireDefinitions({ definitions }: ParameterProject): Definitions {
  if (definitions?.problem !== undefined) {
    throw new FlowKeystoreError(
      'damaged',
      `parameters.propdef cannot be edited: ${definitions.problem}.`,
      {},
      'Mend it as text first, or export the project again.',
    );
  }
  return definitions ?? readDefinitions(emptyDefinitions);
}

/** Edits of the file as it is: the whole text where there is none. */
function fromFile({ definitions }: ParameterProject, edits: readonly TextEdit[]): TextEdit[] {
  const sorted = [...edits].sort(byOffset);
  return definitions ? sorted : [{ offset: 0, length: 0, text: applyEdits(emptyDefinitions, sorted) }];
}

/** Nothing but the piece changes, where it lies in one run of text. */
function setPiece(flow: Flow, { part, key, cell }: Target, property: Property, at: Span, text: string): TextEdit[] {
  const before = cell ? cell.value : property.value;
  const after = before.slice(0, at.offset) + text + before.slice(at.offset + at.length);
  if (cell) return setProperty(flow, part, key, replaceCell(property.value, cell, after));
  const raw = property.form === 'text' && at.length < before.length ? rawSpanOf(flow, property, at) : undefined;
  return raw ? [{ ...raw, text: escapeXmlText(text, lineEndOf(flow.text)) }] : setProperty(flow, part, key, after);
}

const isUsed = ({ flows }: ParameterProject, name: string): boolean =>
  flows.some(({ flow }) => placeholdersOf(flow).some((each) => isOf(each, name)));
