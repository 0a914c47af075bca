import { fieldsOf } from '../flow/fields';
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

/** Where aliases are used, by alias. Values set at run time, unresolved and empty ones are left out. */
export function whereUsed(sources: readonly CheckedFlow[]): ReadonlyMap<string, readonly AliasUse[]> {
  const uses = new Map<string, AliasUse[]>();
  for (const { file, flow, parametersFile } of sources) {
    for (const channel of flow.channels) {
      const field = fieldsOf(channel, parametersFile?.parameters).privateKeyAlias;
      if (!field?.property || field.dynamic || field.unresolved || field.resolved === '') continue;
      const { id, name, adapter } = channel;
      const place = placeOf(file, flow, shownSpan(field.property));
      const use: AliasUse = {
        alias: field.resolved,
        channel: { id, name, adapter },
        flow: flow.name,
        place,
        used: field.used,
      };
      const known = uses.get(use.alias);
      if (known) known.push(use);
      else uses.set(use.alias, [use]);
    }
  }
  return uses;
}
