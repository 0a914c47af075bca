import { adapterLabel, stepLabel } from '../flow/adapters';
import type { PartField, Property } from '../flow/model';
import { partFields, partsOf, type Part } from '../flow/partFields';
import { placeOf, spanInFlow, type CheckedFlow } from './context';
import type { Place } from './finding';

/** A channel or step that names an alias of the keystore. */
export interface AliasUse {
  readonly alias: string;
  readonly part: {
    readonly kind: 'channel' | 'step';
    readonly id: string;
    readonly name: string;
    /** The adapter or the step, as SAP's editor calls it. */
    readonly label: string;
  };
  /** The key in the flow. */
  readonly key: string;
  /** What the alias is used as. */
  readonly role: 'keyPair' | 'certificate';
  /** Name of the flow. */
  readonly flow: string;
  /** The value in the flow, also where it is a parameter. */
  readonly place: Place;
  /** `no`: left over, the present settings do not read it. */
  readonly used: PartField['used'];
}

/** A field that names an alias of the keystore. */
export interface AliasField {
  readonly part: Part;
  readonly field: PartField & { readonly property: Property; readonly role: 'keyPair' | 'certificate' };
}

/** The fields of a flow that name an alias, in channels and steps. Values set at run time, unresolved and empty ones are left out. */
export function* aliasFieldsOf({ flow, parametersFile }: CheckedFlow): Generator<AliasField> {
  for (const part of partsOf(flow)) {
    for (const field of partFields(part, parametersFile?.parameters)) {
      const { property, role } = field;
      if (role !== 'keyPair' && role !== 'certificate') continue;
      if (!property || field.dynamic || field.unresolved || field.resolved === '') continue;
      yield { part, field: { ...field, property, role } };
    }
  }
}

export function useOf({ file, flow }: CheckedFlow, { kind, part }: Part, field: AliasField['field']): AliasUse {
  const { id, name } = part;
  return {
    alias: field.resolved,
    part: { kind, id, name, label: kind === 'channel' ? adapterLabel(part) : stepLabel(part) },
    key: field.key,
    role: field.role,
    flow: flow.name,
    place: placeOf(file, flow, spanInFlow(flow, field)),
    used: field.used,
  };
}

/** Where aliases are used, by alias. */
export function whereUsed(sources: readonly CheckedFlow[]): ReadonlyMap<string, readonly AliasUse[]> {
  const uses = new Map<string, AliasUse[]>();
  for (const source of sources) {
    for (const { part, field } of aliasFieldsOf(source)) {
      const use = useOf(source, part, field);
      const known = uses.get(use.alias);
      if (known) known.push(use);
      else uses.set(use.alias, [use]);
    }
  }
  return uses;
}
