import type { CheckedFlow } from '../checks/context';
import type { Cell, Flow, PartField, Property, Span } from '../flow/model';
import { parameterOf, rawSpanInValue, wholeParameter, type Parameters, type ParameterEntry } from '../flow/parameters';
import { partFields, partsOf, type Part } from '../flow/partFields';
import { rawSpanOf } from '../flow/tables';

/** The field that an offset is in. */
export interface ValueAt {
  readonly part: Part;
  readonly field: PartField & { readonly property: Property };
  /** What is between the tags, or the cell's text; of `<value/>` and `<cell/>` the whole element. */
  readonly span: Span;
}

/** The value of a field that is known by meaning, at an offset into the flow; its ends count as inside. */
export function valueAt({ flow, parametersFile }: CheckedFlow, offset: number): ValueAt | undefined {
  for (const part of partsOf(flow)) {
    const { span } = part.part;
    if (offset <= span.offset || offset >= span.offset + span.length) continue;
    for (const field of partFields(part, parametersFile?.parameters)) {
      const { property } = field;
      if (!property || property.form === 'foreign' || property.form === 'missing') continue;
      const at = placeOf(flow, { ...field, property });
      if (at && isIn(at.inside, offset)) return { part, field: { ...field, property }, span: at.span };
    }
  }
  return undefined;
}

interface ValuePlace {
  readonly span: Span;
  /** Where the cursor is in it: of an element between its angle brackets. */
  readonly inside: Span;
}

function placeOf(flow: Flow, { property, cell }: ValueAt['field']): ValuePlace | undefined {
  if (cell) {
    if (cell.tableIn !== 'flow') return undefined;
    return cellPlace(cell, (piece) => rawSpanOf(flow, property, piece));
  }
  if (property.form === 'selfClosing') return { span: property.valueElement, inside: within(property.valueElement) };
  const span = property.form === 'cdata' ? property.pieces[0] : property.valueSpan;
  return property.form === 'mixed' || !span ? undefined : { span, inside: span };
}

/** @param rawSpan where a piece of the table lies in the file */
function cellPlace({ form, span: piece }: Cell, rawSpan: (piece: Span) => Span | undefined): ValuePlace | undefined {
  const span = rawSpan(piece);
  const inside = form === 'text' ? span : rawSpan(within(piece));
  return span && inside ? { span, inside } : undefined;
}

const within = ({ offset, length }: Span): Span => ({ offset: offset + 1, length: length - 2 });

const isIn = ({ offset, length }: Span, at: number): boolean => offset <= at && at <= offset + length;

/** A field that lives in parameters.prop: all of a parameter's value, or a cell of the table that it is. */
export interface ParameterFieldAt {
  readonly entry: ParameterEntry;
  readonly field: PartField;
  /** The cell that the offset is in, where the parameter is a table. */
  readonly cell?: Cell;
  readonly span: Span;
}

/**
 * The fields whose value an offset into parameters.prop is in, its ends included; several where they share a parameter. @param flows those of the project
 */
export function parameterFieldsAt(
  parameters: Parameters,
  offset: number,
  flows: readonly CheckedFlow[],
): ParameterFieldAt[] {
  const entry = parameters.entries.find(
    ({ nameSpan, valueSpan, separated }) =>
      separated && nameSpan.offset + nameSpan.length < offset && isIn(valueSpan, offset),
  );
  if (!entry) return [];
  const counts = parameterOf(parameters, entry.name) === entry;
  return fieldsOfParameter(flows, entry.name).flatMap((field) => {
    if (!isInTableOf(field, entry.name)) return [{ entry, field, span: entry.valueSpan }];
    const { cell } = field;
    // Its cells are those of the entry that counts.
    const place = counts && cell ? cellPlace(cell, (piece) => rawSpanInValue(parameters, entry, piece)) : undefined;
    return place && cell && isIn(place.inside, offset) ? [{ entry, field, cell, span: place.span }] : [];
  });
}

/** The fields whose whole value a parameter is, and the cells of those whose table it is. */
function fieldsOfParameter(sources: readonly CheckedFlow[], name: string): PartField[] {
  return sources.flatMap(({ flow, parametersFile }) =>
    partsOf(flow).flatMap((part) =>
      partFields(part, parametersFile?.parameters).filter(
        (field) => field.parameter === name || isInTableOf(field, name),
      ),
    ),
  );
}

const isInTableOf = ({ cell, property }: PartField, name: string): boolean =>
  cell?.tableIn === 'parameter' && wholeParameter(property?.value ?? '') === name;
