import { FlowKeystoreError } from '../errors';
import { propertyOf } from './adapters';
import { setProperty, type FieldEdit } from './edit';
import type { Flow, FlowPart, PartField } from './model';
import { parameterOf, setParameter, wholeParameter, type Parameters } from './parameters';
import { addRow, readTable, removeRow } from './tables';

/** A channel or step with its flow and the parameters of its project. */
export interface TableSource {
  readonly flow: Flow;
  readonly part: FlowPart;
  readonly parameters?: Parameters | undefined;
}

/**
 * Adds a row to a table, laid out as its first one.
 * @throws FlowKeystoreError `value-invalid` where nothing tells how a row of it looks; others as `setProperty`
 */
export function addTableRow(source: TableSource, { key, table }: PartField, value: string): FieldEdit {
  const text = tableText(source, key);
  const column = readTable(text)[0]?.column ?? table?.column;
  if (column !== undefined && !/[\r\n]/.test(value)) return tableEdit(source, key, addRow(text, column, value));
  throw new FlowKeystoreError(
    'value-invalid',
    column === undefined ? `How a row of ${key} is written is not known here.` : 'The value has more than one line.',
    { detail: source.part.id },
    column === undefined ? 'Add the first row in the integration flow editor of SAP.' : 'Give it as one line.',
  );
}

/** Removes a row, counted from 0. @throws FlowKeystoreError as `setProperty` */
export function removeTableRow(source: TableSource, { key }: PartField, row: number): FieldEdit {
  return tableEdit(source, key, removeRow(tableText(source, key), row));
}

function tableText({ part, parameters }: TableSource, key: string): string {
  const written = propertyOf(part, key)?.value ?? '';
  const name = wholeParameter(written);
  return name === undefined ? written : ((parameters && parameterOf(parameters, name)?.value) ?? '');
}

function tableEdit({ flow, part, parameters }: TableSource, key: string, after: string): FieldEdit {
  const written = propertyOf(part, key)?.value ?? '';
  const name = wholeParameter(written);
  if (name === undefined || !parameters) {
    return { place: 'flow', edits: setProperty(flow, part, key, after), key, before: written, after };
  }
  const before = parameterOf(parameters, name)?.value;
  const edits = setParameter(parameters, name, after);
  return { place: 'parameters', edits, key: name, ...(before === undefined ? {} : { before }), after };
}
