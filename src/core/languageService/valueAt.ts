import type { CheckedFlow } from '../checks/context';
import type { Flow, PartField, Property, Span } from '../flow/model';
import type { Parameters, ParameterEntry } from '../flow/parameters';
import { partFields, partsOf, type Part } from '../flow/partFields';
import { rawSpanOf } from '../flow/tables';

/** The field that an offset is in. */
export interface ValueAt {
  readonly part: Part;
  readonly field: PartField & { readonly property: Property };
  /** What is between the tags, or the cell's text; of `<value/>` the whole element. */
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
      const at = spanOf(flow, { ...field, property });
      if (at && isInside(at, offset, property.form === 'selfClosing')) {
        return { part, field: { ...field, property }, span: at };
      }
    }
  }
  return undefined;
}

function spanOf(flow: Flow, { property, cell }: ValueAt['field']): Span | undefined {
  if (cell) {
    return cell.tableIn === 'flow' && cell.form === 'text' ? rawSpanOf(flow, property, cell.span) : undefined;
  }
  if (property.form === 'selfClosing') return property.valueElement;
  if (property.form === 'cdata') return property.pieces[0];
  return property.form === 'mixed' ? undefined : property.valueSpan;
}

/** Of `<value/>` what is between its angle brackets. */
function isInside({ offset, length }: Span, at: number, isTag: boolean): boolean {
  const edge = isTag ? 1 : 0;
  return offset + edge <= at && at <= offset + length - edge;
}

/** The parameter whose value an offset is in, its ends included. */
export function parameterAt(parameters: Parameters, offset: number): ParameterEntry | undefined {
  return parameters.entries.find(
    ({ nameSpan, valueSpan, separated }) =>
      separated &&
      nameSpan.offset + nameSpan.length < offset &&
      offset >= valueSpan.offset &&
      offset <= valueSpan.offset + valueSpan.length,
  );
}

/** The fields whose whole value is a parameter, of several flows. */
export function fieldsOfParameter(
  sources: readonly CheckedFlow[],
  name: string,
): readonly { readonly source: CheckedFlow; readonly part: Part; readonly field: PartField }[] {
  return sources.flatMap((source) =>
    partsOf(source.flow).flatMap((part) =>
      partFields(part, source.parametersFile?.parameters)
        .filter(({ parameter }) => parameter === name)
        .map((field) => ({ source, part, field })),
    ),
  );
}
