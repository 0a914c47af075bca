import { propertyOf } from './adapters';
import type { FlowPart, PartField } from './model';
import { hasPlaceholder, isDynamic, resolveValue, type Parameters } from './parameters';

/** What a field knows of its value. */
export type FieldValue = Pick<
  PartField,
  'value' | 'resolved' | 'parameter' | 'parameters' | 'dynamic' | 'unresolved' | 'missing' | 'property' | 'key'
>;

/** The value of a key. `missing` where the part does not have it. */
export function readValue(part: FlowPart, key: string, parameters: Parameters | undefined): FieldValue {
  const property = propertyOf(part, key);
  return { key, ...(property ? { property } : { missing: true }), ...factsOf(property?.value ?? '', parameters) };
}

/** A value as it is written and as it is resolved. */
export function factsOf(
  value: string,
  parameters: Parameters | undefined,
): Omit<FieldValue, 'key' | 'property' | 'missing'> {
  const resolved = resolveValue(value, parameters);
  return {
    value,
    resolved: resolved.text,
    ...(resolved.whole === undefined ? {} : { parameter: resolved.whole }),
    parameters: resolved.parameters,
    ...(isDynamic(resolved.text) ? { dynamic: true } : {}),
    ...(hasPlaceholder(resolved.text) ? { unresolved: true } : {}),
  };
}
