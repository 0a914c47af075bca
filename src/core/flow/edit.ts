import { FlowKeystoreError } from '../errors';
import { describeAdapter, isChannel, keyIn, propertyOf } from './adapters';
import { linesOf } from './lines';
import type { Channel, FieldName, Flow, FlowPart, PartField, Property, Span, TextEdit } from './model';
import { isDynamic, parameterOf, setParameter, wholeParameter, type Parameters } from './parameters';
import { asTable, rawSpanOf, replaceCell } from './tables';
import { escapeCdata, escapeXmlText, lineEndOf } from './xml';

export const byOffset = (a: Span, b: Span): number => a.offset - b.offset;

export interface SetOptions {
  /** Add the key where the channel does not have it. Without it such a key is refused: keys depend on the adapter's version. */
  readonly add?: boolean;
}

/**
 * Edits that give a field of a channel a value, in the flow: nothing but the value's own text changes. None where it has the value already.
 * @param value plain text; escaped as the file needs.
 * @throws FlowKeystoreError `flow-broken` where the XML is broken; `property-unknown` where the channel has no such key and `add` is not set;
 * `value-invalid` where the value cannot be.
 */
export function setField(
  flow: Flow,
  channel: Channel,
  field: FieldName,
  value: string,
  options: SetOptions = {},
): TextEdit[] {
  requireFieldValue(field === 'privateKeyAlias' ? 'keyPair' : 'text', value);
  return setProperty(flow, channel, keyOf(channel, field), value, options);
}

/** As `setField`, for any key of a channel or step. */
export function setProperty(
  flow: Flow,
  part: FlowPart,
  key: string,
  value: string,
  options: SetOptions = {},
): TextEdit[] {
  requireWhole(flow);
  const property = propertyOf(part, key);
  if (!property) {
    if (options.add) return [addProperty(flow, part, key, value)];
    const what = isChannel(part) ? `the ${part.adapter} adapter` : 'the step';
    throw new FlowKeystoreError(
      'property-unknown',
      `${isChannel(part) ? 'The channel' : 'The step'} has no ${key}: version ${part.version || 'unknown'} of ${what} may not know it.`,
      { detail: part.id },
      'Migrate the adapter in the integration flow editor of SAP, or add the key on purpose.',
    );
  }
  return property.value === value && property.form !== 'missing' ? [] : replaceValue(flow, property, value);
}

function replaceValue(flow: Flow, property: Property, value: string): TextEdit[] {
  const eol = lineEndOf(flow.text);
  const { form, valueSpan, valueElement, pieces } = property;
  switch (form) {
    case 'text':
      return [value === '' ? emptied(flow, property) : { ...valueSpan, text: escapeXmlText(value, eol) }];
    case 'selfClosing': {
      const tag = flow.text.slice(valueElement.offset, valueElement.offset + valueElement.length);
      const [open = ''] = /\s*\/>$/.exec(tag) ?? [];
      const [, name = 'value'] = /^<([^\s/>]+)/.exec(tag) ?? [];
      const offset = valueElement.offset + tag.length - open.length;
      return [{ offset, length: open.length, text: `>${escapeXmlText(value, eol)}</${name}>` }];
    }
    // A CDATA section stays one, comments stay where they are: the first piece takes the text, the others give theirs up.
    case 'cdata':
    case 'mixed': {
      const [first, ...others] = pieces;
      if (!first) return [{ offset: valueSpan.offset, length: 0, text: escapeXmlText(value, eol) }];
      const text = first.kind === 'cdata' ? escapeCdata(value, eol) : escapeXmlText(value, eol);
      return [
        { offset: first.offset, length: first.length, text },
        ...others.filter((piece) => piece.length > 0).map(({ offset, length }) => ({ offset, length, text: '' })),
      ];
    }
    case 'missing':
    case 'foreign':
      throw new FlowKeystoreError(
        'property-unknown',
        form === 'missing'
          ? `${property.key} has no value element.`
          : `The value of ${property.key} has elements inside.`,
        linesOf(flow).positionAt(property.span.offset),
        'Mend it as text.',
      );
  }
}

/** `<value>x</value>` becomes the empty form this file uses elsewhere. */
function emptied(flow: Flow, { valueSpan, valueElement }: Property): TextEdit {
  if (flow.emptyValue === '<value></value>') return { ...valueSpan, text: '' };
  const offset = valueSpan.offset - 1;
  const end = valueElement.offset + valueElement.length;
  return { offset, length: end - offset, text: flow.emptyValue === '<value />' ? ' />' : '/>' };
}

function addProperty(flow: Flow, part: FlowPart, key: string, value: string): TextEdit {
  const at = part.insertAt;
  if (!at) {
    throw new FlowKeystoreError(
      'property-unknown',
      `${part.id} has no extension elements to put ${key} into.`,
      { detail: part.id },
      'Open the flow in the integration flow editor of SAP and save it.',
    );
  }
  const { lead, indent, eol, tags } = at;
  const text = escapeXmlText(value, eol);
  const empty = flow.emptyValue.replace(/value/g, tags.value);
  return {
    offset: at.offset,
    length: 0,
    text:
      `${lead}<${tags.property}>` +
      `${lead}${indent}<${tags.key}>${escapeXmlText(key, eol)}</${tags.key}>` +
      `${lead}${indent}${text === '' ? empty : `<${tags.value}>${text}</${tags.value}>`}` +
      `${lead}</${tags.property}>`,
  };
}

/** Which file an edit goes to. */
export type EditPlace = 'flow' | 'parameters';

export interface FieldEdit {
  readonly place: EditPlace;
  /** Sorted; empty where nothing changes. Offsets into the flow's text or the parameters' text. */
  readonly edits: readonly TextEdit[];
  /** The key in the flow or the name of the parameter. */
  readonly key: string;
  /** Plain, before and after. `before` is absent where the key or parameter is new. */
  readonly before?: string;
  readonly after: string;
}

/**
 * Plans the edit of a field where it belongs: a value that is a whole `{{parameter}}` changes in parameters.prop unless `place` says `flow`,
 * every other in the flow. Of a table one cell changes.
 * @param place undefined: where the value lives.
 * @throws FlowKeystoreError as `setField`; `arguments` where `place` is `parameters` and the value is no whole parameter; `not-found` where
 * the value lives in a parameter and there is no parameters.prop.
 */
export function editField(
  source: { readonly flow: Flow; readonly part: FlowPart; readonly parameters?: Parameters | undefined },
  field: PartField,
  value: string,
  place?: EditPlace,
  options: SetOptions = {},
): FieldEdit {
  const { flow, part } = source;
  const { key, role, cell, parameter, property } = field;
  requireFieldValue(role, value);
  const whole = asTable(field, value);
  const before = property ? { before: cell ? cell.value : property.value } : {};
  if (cell?.tableIn === 'parameter') return editTableInParameter(source, field, value);
  if ((place ?? (parameter === undefined ? 'flow' : 'parameters')) === 'flow') {
    const edits = cell ? setCell(flow, field, value) : setProperty(flow, part, key, whole, options);
    return { place: 'flow', edits, key, ...before, after: whole };
  }
  if (parameter === undefined) {
    throw new FlowKeystoreError(
      'arguments',
      `${key} is not a whole parameter: its value lies in the flow.`,
      { detail: part.id },
      'Change it in the flow.',
    );
  }
  const there = requireParameters(source, key, parameter);
  const known = parameterOf(there, parameter)?.value;
  const edits = setParameter(there, parameter, whole);
  return {
    place: 'parameters',
    edits,
    key: parameter,
    ...(known === undefined ? {} : { before: known }),
    after: whole,
  };
}

function requireParameters(
  { part, parameters }: { readonly part: FlowPart; readonly parameters?: Parameters | undefined },
  key: string,
  parameter: string,
): Parameters {
  if (parameters) return parameters;
  throw new FlowKeystoreError(
    'not-found',
    `${key} is the parameter {{${parameter}}}, and the flow has no parameters.prop beside it.`,
    { detail: part.id },
    'Open the whole project, or replace the parameter in the flow.',
  );
}

/** The cell's text alone changes, where it lies in one piece; else the value. */
function setCell(flow: Flow, { property, cell }: PartField, value: string): TextEdit[] {
  requireWhole(flow);
  if (!property || !cell) return [];
  if (cell.value === value) return [];
  const table = replaceCell(property.value, cell, value);
  const span = rawSpanOf(flow, property, cell.span);
  const [piece] = property.pieces;
  if (!span || piece?.kind !== 'text') return replaceValue(flow, property, table);
  const changed = table.slice(
    cell.span.offset,
    table.length - (property.value.length - cell.span.offset - cell.span.length),
  );
  return [{ ...span, text: escapeXmlText(changed, lineEndOf(flow.text)) }];
}

function editTableInParameter(
  source: { readonly part: FlowPart; readonly parameters?: Parameters | undefined },
  { key, property, cell }: PartField,
  value: string,
): FieldEdit {
  const name = wholeParameter(property?.value ?? '') ?? '';
  const parameters = requireParameters(source, key, name);
  const table = parameterOf(parameters, name)?.value ?? '';
  if (!cell) return { place: 'parameters', edits: [], key: name, before: table, after: table };
  const edits = setParameter(parameters, name, replaceCell(table, cell, value));
  return { place: 'parameters', edits, key: name, before: cell.value, after: value };
}

/** SAP's limit for an alias (documented for the keystore). In characters. */
const longestAlias = 250;

function requireFieldValue(role: PartField['role'], value: string): void {
  if (/[\r\n]/.test(value)) {
    throw new FlowKeystoreError('value-invalid', 'The value has more than one line.', {}, 'Give it as one line.');
  }
  if (
    (role === 'keyPair' || role === 'certificate') &&
    value.length > longestAlias &&
    !isDynamic(value) &&
    !value.includes('{{')
  ) {
    throw new FlowKeystoreError(
      'value-invalid',
      `The alias has ${value.length} characters; an alias has at most ${longestAlias}.`,
      {},
      'Use a shorter alias.',
    );
  }
}

function keyOf(channel: Channel, field: FieldName): string {
  const row = describeAdapter(channel);
  const description = row?.fields[field];
  if (description) return keyIn(channel, description);
  throw new FlowKeystoreError(
    'property-unknown',
    row
      ? `The ${row.label} adapter has no ${field}.`
      : `The adapter ${channel.adapter || '(unknown)'} is not known here.`,
    { detail: channel.id },
    'Change the key as text.',
  );
}

/** A value of a broken file may not lie where it seems to. */
function requireWhole(flow: Flow): void {
  const problem = flow.problems.find(
    ({ code }) => code === 'xml-broken' || code === 'not-a-flow' || code === 'too-large',
  );
  if (!problem) return;
  const { line, column, message } = problem;
  throw new FlowKeystoreError('flow-broken', message, { line, column }, 'Mend it as text first.');
}

/** The channel of an id. @throws FlowKeystoreError `channel-unknown`, with the channels there are. */
export function requireChannel(flow: Flow, id: string): Channel {
  const channel = flow.channels.find((candidate) => candidate.id === id);
  if (channel) return channel;
  throw new FlowKeystoreError('channel-unknown', 'The flow has no such channel.', { detail: id }, channelList(flow));
}

/** The channels of a flow in one sentence, for an error that asks for one. */
export function channelList({ channels }: Flow): string {
  if (!channels.length) return 'It has no channels.';
  return `Its channels are: ${channels.map(({ id, name }) => (name ? `${id} (${name})` : id)).join(', ')}.`;
}

/** The text with the edits made. Edits are sorted, do not overlap, and speak of the text before any of them. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let at = 0;
  for (const edit of edits) {
    out += text.slice(at, edit.offset) + edit.text;
    at = edit.offset + edit.length;
  }
  return out + text.slice(at);
}

/** The edits that take `edits` back, for the text after them. */
export function invertEdits(text: string, edits: readonly TextEdit[]): TextEdit[] {
  let shift = 0;
  return edits.map((edit) => {
    const inverse = {
      offset: edit.offset + shift,
      length: edit.text.length,
      text: text.slice(edit.offset, edit.offset + edit.length),
    };
    shift += edit.text.length - edit.length;
    return inverse;
  });
}

/** The one edit that makes `after` of `before`, without what both have at their ends; whole characters, not halves of surrogate pairs. */
export function difference(before: string, after: string): TextEdit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  if (/[\uD800-\uDBFF]/.test(before.charAt(start - 1))) start--;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  if (end && /[\uDC00-\uDFFF]/.test(before.charAt(before.length - end))) end--;
  return { offset: start, length: before.length - start - end, text: after.slice(start, after.length - end) };
}
