import { fieldsOf } from '../flow/fields';
import type { Channel, Field, Property } from '../flow/model';
import { placeOf, shownSpan, type CheckedFlow } from './context';
import type { Place } from './finding';

/** A channel that names an alias in its private key field. */
export interface AliasUse {
  readonly alias: string;
  readonly channel: { readonly id: string; readonly name: string; readonly adapter: string };
  /** Name of the flow. */
  readonly flow: string;
  /** The value in the flow, also where it is a parameter. */
  readonly place: Place;
  /** `no`: left over, the channel's present authentication does not read it. */
  readonly used: 'yes' | 'no' | 'unknown';
}

/** A private key field that names an alias. */
export interface AliasField {
  readonly channel: Channel;
  readonly field: Field & { readonly property: Property };
}

/** The fields of a flow that name an alias. Values set at run time, unresolved and empty ones are left out. */
export function* aliasFieldsOf({ flow, parametersFile }: CheckedFlow): Generator<AliasField> {
  for (const channel of flow.channels) {
    const field = fieldsOf(channel, parametersFile?.parameters).privateKeyAlias;
    const property = field?.property;
    if (!property || field.dynamic || field.unresolved || field.resolved === '') continue;
    yield { channel, field: { ...field, property } };
  }
}

export function useOf({ file, flow }: CheckedFlow, channel: Channel, field: AliasField['field']): AliasUse {
  const { id, name, adapter } = channel;
  return {
    alias: field.resolved,
    channel: { id, name, adapter },
    flow: flow.name,
    place: placeOf(file, flow, shownSpan(field.property)),
    used: field.used,
  };
}

/** Where aliases are used, by alias. */
export function whereUsed(sources: readonly CheckedFlow[]): ReadonlyMap<string, readonly AliasUse[]> {
  const uses = new Map<string, AliasUse[]>();
  for (const source of sources) {
    for (const { channel, field } of aliasFieldsOf(source)) {
      const use = useOf(source, channel, field);
      const known = uses.get(use.alias);
      if (known) known.push(use);
      else uses.set(use.alias, [use]);
    }
  }
  return uses;
}
