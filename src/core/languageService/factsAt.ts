import type { CheckedFlow } from '../checks/context';
import { adapterLabel, describeAdapter, describeStep, stepLabel } from '../flow/adapters';
import type { FieldOption, PartField, Source, Span } from '../flow/model';
import { partsOf } from '../flow/partFields';
import { valueAt } from './valueAt';

/** What is known of the value at an offset, beside an alias of the keystore. */
export type FactsAt =
  /** The adapter or the step itself, at the values that say which it is. */
  | {
      readonly kind: 'part';
      readonly label: string;
      readonly version: string;
      readonly source: Source;
      readonly proof: string;
      readonly span: Span;
    }
  | { readonly kind: 'value'; readonly field: PartField; readonly option?: FieldOption; readonly span: Span };

const identity: ReadonlySet<string> = new Set(['ComponentType', 'cmdVariantUri', 'MessageProtocol', 'activityType']);

export function factsAt(source: CheckedFlow, offset: number): FactsAt | undefined {
  const at = valueAt(source, offset);
  if (at) {
    const option = at.field.options?.find(({ value }) => value === at.field.resolved);
    return { kind: 'value', field: at.field, span: at.span, ...(option ? { option } : {}) };
  }
  for (const { kind, part } of partsOf(source.flow)) {
    const property = part.properties.find(
      ({ key, valueElement: { offset: start, length } }) =>
        identity.has(key) && start <= offset && offset <= start + length,
    );
    if (!property) continue;
    const row = kind === 'channel' ? describeAdapter(part) : describeStep(part);
    return {
      kind: 'part',
      label: kind === 'channel' ? adapterLabel(part) : stepLabel(part),
      version: part.version,
      source: row?.source ?? 'unverified',
      proof: row?.proof ?? '',
      span: property.valueSpan,
    };
  }
  return undefined;
}
