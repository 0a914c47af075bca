import type { CheckedFlow } from '../checks/context';
import { allEntries, type KeystoreView, type LocatedEntry } from '../checks/keystoreView';
import { aliasFieldsOf, useOf, type AliasField, type AliasUse } from '../checks/whereUsed';
import type { FieldRole, Span } from '../flow/model';
import { parameterOf, rawSpanInValue, wholeParameter, type Parameters } from '../flow/parameters';
import { parameterFieldsAt, valueAt } from './valueAt';

/** An alias of the keystore in the text of a flow or of parameters.prop. */
export interface AliasAt {
  readonly alias: string;
  readonly role: 'keyPair' | 'certificate';
  /** Where it is written in the file that was asked about; of a whole parameter the placeholder. */
  readonly span: Span;
  /** The parameter that has it, where it is not written here. */
  readonly parameter?: string;
  /** Put together from text and parameters: it cannot be renamed in one place. */
  readonly composed: boolean;
}

/** The alias that a field of the flow at an offset names; undefined for other values, empty ones and what is set at run time. */
export function aliasInFlow(source: CheckedFlow, offset: number): AliasAt | undefined {
  const at = valueAt(source, offset);
  if (!at) return undefined;
  const { role, resolved, dynamic, unresolved, parameter, parameters } = at.field;
  if (!isAliasRole(role) || resolved === '' || dynamic || unresolved) return undefined;
  return {
    alias: resolved,
    role,
    span: at.span,
    ...(parameter === undefined ? {} : { parameter }),
    composed: parameter === undefined && parameters.length > 0,
  };
}

/** The same in parameters.prop, where the parameter is the whole alias of some field, or the table that has it. @param flows those of the project */
export function aliasInParameters(
  parameters: Parameters,
  offset: number,
  flows: readonly CheckedFlow[],
): AliasAt | undefined {
  for (const { entry, field, cell, span } of parameterFieldsAt(parameters, offset, flows)) {
    const { role } = field;
    if (!isAliasRole(role)) continue;
    const alias = cell ? cell.value : entry.value;
    if (field.dynamic || alias === '' || parameterOf(parameters, entry.name) !== entry) return undefined;
    return { alias, role, span, composed: false };
  }
  return undefined;
}

const isAliasRole = (role: FieldRole): role is 'keyPair' | 'certificate' =>
  role === 'keyPair' || role === 'certificate';

/** The entries of an alias, without regard to case, as Java finds them. */
export function entriesOf(alias: string, keystores: readonly KeystoreView[]): LocatedEntry[] {
  const wanted = alias.toLowerCase();
  return allEntries(keystores).filter(({ entry }) => entry.alias.toLowerCase() === wanted);
}

export interface AliasReference {
  readonly use: AliasUse;
  /** Where the alias itself stands: in the flow, or in parameters.prop. */
  readonly written: { readonly file: string; readonly span: Span };
}

/** Where an alias stands in parameters.prop: it is a parameter, or a cell of the table that one is. */
function writtenIn(
  { parametersFile }: CheckedFlow,
  { parameter, cell, property }: AliasField['field'],
): AliasReference['written'] | undefined {
  if (!parametersFile) return undefined;
  const { file, parameters } = parametersFile;
  const table = cell?.tableIn === 'parameter' ? wholeParameter(property.value) : undefined;
  const name = table ?? parameter;
  const entry = name === undefined ? undefined : parameterOf(parameters, name);
  if (!entry) return undefined;
  const span = cell && table !== undefined ? rawSpanInValue(parameters, entry, cell.span) : entry.valueSpan;
  return { file, span };
}

/** Everywhere an alias is named, left-over values too; a parameter that several fields share is there once for each. */
export function referencesOf(alias: string, sources: readonly CheckedFlow[]): AliasReference[] {
  const wanted = alias.toLowerCase();
  return sources.flatMap((source) =>
    [...aliasFieldsOf(source)]
      .filter(({ field }) => field.resolved.toLowerCase() === wanted)
      .map(({ part, field }) => {
        const use = useOf(source, part, field);
        return { use, written: writtenIn(source, field) ?? { file: use.place.file, span: use.place.span } };
      }),
  );
}
