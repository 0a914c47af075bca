import type { FurtherField, When } from './adapterDescription';
import { describeAdapter, describeStep, keyIn, propertyOf } from './adapters';
import { fieldsOf } from './fields';
import { factsOf, readValue } from './fieldValue';
import type { Cell, Channel, Flow, FlowPart, PartField, Property, Step } from './model';
import { hasPlaceholder, isDynamic, parameterOf, resolveValue, type Parameters } from './parameters';
import { guessField } from './guess';
import { isTable, readTable } from './tables';

/** A channel or a step, told apart. */
export type Part =
  { readonly kind: 'channel'; readonly part: Channel } | { readonly kind: 'step'; readonly part: Step };

/** The channels of a flow and the steps that use keys, in file order each. */
export function partsOf(flow: Flow): readonly Part[] {
  return [
    ...flow.channels.map((part) => ({ kind: 'channel', part }) as const),
    ...flow.steps.filter(describeStep).map((part) => ({ kind: 'step', part }) as const),
  ];
}

/**
 * All fields of a part that are known by meaning: of a channel the five main ones, then those that not every adapter has, then what the names of other properties
 * speak of (`source` is `unverified` then). Cells of a table are fields of their own. A key that the part does not have is listed, with `missing`, only
 * where flows prove that other versions have it.
 */
export function partFields({ kind, part }: Part, parameters?: Parameters): readonly PartField[] {
  const row = kind === 'channel' ? describeAdapter(part) : describeStep(part);
  const main: PartField[] = kind === 'channel' ? Object.values(fieldsOf(part, parameters)) : [];
  const further = (row?.further ?? []).flatMap((field) =>
    fieldsFor(part, field, field.source ?? row?.source ?? 'unverified', parameters),
  );
  const known = new Set([...main, ...further].map(({ key }) => key));
  const guessed =
    kind === 'channel'
      ? part.properties
          .filter(({ key }) => !known.has(key))
          .flatMap((property) => guessedOf(part, property, parameters))
      : [];
  return [...main, ...further, ...guessed];
}

/** All channels and steps of a flow, those that use no keys too. */
export const allParts = ({ channels, steps }: Pick<Flow, 'channels' | 'steps'>): readonly FlowPart[] => [
  ...channels,
  ...steps,
];

/** What is known of a part beside the five main fields. */
export function otherFields(part: Part, parameters?: Parameters): readonly PartField[] {
  const main = part.kind === 'channel' ? Object.values(fieldsOf(part.part, parameters)).map(({ key }) => key) : [];
  return partFields(part, parameters).filter(({ key }) => !main.includes(key));
}

/** A field of a part by its id; of a channel the five main ones also by their names. */
export function fieldById(part: Part, id: string, parameters?: Parameters): PartField | undefined {
  const main = part.kind === 'channel' ? fieldsOf(part.part, parameters) : {};
  return (
    Object.values(main).find(({ name }) => name === id) ?? partFields(part, parameters).find((each) => each.id === id)
  );
}

/** A channel or step of a flow, by its id. */
export function partById(flow: Flow, id: string): Part | undefined {
  return partsOf(flow).find(({ part }) => part.id === id);
}

function guessedOf(part: FlowPart, property: Property, parameters: Parameters | undefined): PartField[] {
  const role = guessField(property.key);
  if (!role || property !== propertyOf(part, property.key)) return [];
  const { key } = property;
  return [{ id: key, label: key, role, source: 'unverified', ...readValue(part, key, parameters), used: 'unknown' }];
}

function fieldsFor(
  part: FlowPart,
  field: FurtherField,
  source: PartField['source'],
  parameters: Parameters | undefined,
): PartField[] {
  const value = readValue(part, keyIn(part, field), parameters);
  if (value.missing && source !== 'flows') return [];
  const { label, role, options } = field;
  const used = value.missing ? 'unknown' : usedWhen(part, field.when, parameters);
  const newColumn = field.table?.column ?? field.table?.newColumn;
  const common = {
    label,
    role,
    source,
    used,
    ...(options ? { options } : {}),
    ...(field.table ? { table: newColumn === undefined ? {} : { column: newColumn } } : {}),
  } as const;
  if (!field.table || value.missing) return [{ id: value.key, ...common, ...value }];
  const table = tableOf(value.property, value.value, parameters);
  const cells = table?.cells.filter(({ column }) => field.table?.column === undefined || column === field.table.column);
  // A table of another layout is no alias, and its value is not to be taken for one.
  if (table && !cells?.length) return [{ id: value.key, label, role: 'text', source, used, ...value }];
  if (!table || !cells) return [{ id: value.key, ...common, ...value }];
  const { property, key } = value;
  return cells.map((cell) => ({
    id: `${key}/${cell.row}${field.table?.column === undefined && cell.column !== '0' ? `/${cell.column}` : ''}`,
    key,
    ...common,
    ...(property ? { property } : {}),
    cell: { ...cell, tableIn: table.tableIn },
    ...factsOf(cell.value, parameters),
  }));
}

interface Table {
  readonly tableIn: 'flow' | 'parameter';
  readonly cells: readonly Cell[];
}

/** The table that a value is, in the flow or as the whole value of a parameter. */
function tableOf(property: Property | undefined, value: string, parameters: Parameters | undefined): Table | undefined {
  if (!property) return undefined;
  if (isTable(value)) return { tableIn: 'flow', cells: readTable(value) };
  const { whole, text } = resolveValue(value, parameters);
  return whole !== undefined && parameters && parameterOf(parameters, whole) && isTable(text)
    ? { tableIn: 'parameter', cells: readTable(text) }
    : undefined;
}

/** Whether all conditions hold: `unknown` where a value they speak of is not there, is set at run time or has no value yet. */
export function usedWhen(
  part: FlowPart,
  when: readonly When[] | undefined,
  parameters: Parameters | undefined,
): PartField['used'] {
  let used: PartField['used'] = 'yes';
  for (const { key, is, not } of when ?? []) {
    const property = propertyOf(part, key);
    const text = resolveValue(property?.value ?? '', parameters).text;
    if (!property || text === '' || isDynamic(text) || hasPlaceholder(text)) {
      used = 'unknown';
      continue;
    }
    if ((is && !is.includes(text)) || not?.includes(text)) return 'no';
  }
  return used;
}
