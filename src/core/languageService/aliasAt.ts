import type { CheckedFlow } from '../checks/context';
import { allEntries, type KeystoreView, type LocatedEntry } from '../checks/keystoreView';
import { aliasFieldsOf, useOf, type AliasUse } from '../checks/whereUsed';
import type { FieldRole, Span } from '../flow/model';
import { parameterOf, type Parameters } from '../flow/parameters';
import { fieldsOfParameter, parameterAt, valueAt } from './valueAt';

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

/** The same in parameters.prop, where the parameter is the whole alias of some field. @param flows those of the project */
export function aliasInParameters(
  parameters: Parameters,
  offset: number,
  flows: readonly CheckedFlow[],
): AliasAt | undefined {
  const entry = parameterAt(parameters, offset);
  if (!entry || entry.value === '' || parameterOf(parameters, entry.name) !== entry) return undefined;
  const field = fieldsOfParameter(flows, entry.name)
    .map((each) => each.field)
    .find(({ role }) => isAliasRole(role));
  if (!field || !isAliasRole(field.role) || field.dynamic) return undefined;
  return { alias: entry.value, role: field.role, span: entry.valueSpan, composed: false };
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

/** Everywhere an alias is named, left-over values too; a parameter that several fields share is there once for each. */
export function referencesOf(alias: string, sources: readonly CheckedFlow[]): AliasReference[] {
  const wanted = alias.toLowerCase();
  return sources.flatMap((source) =>
    [...aliasFieldsOf(source)]
      .filter(({ field }) => field.resolved.toLowerCase() === wanted)
      .map(({ part, field }) => {
        const use = useOf(source, part, field);
        const { parametersFile } = source;
        const entry =
          field.parameter === undefined || !parametersFile
            ? undefined
            : parameterOf(parametersFile.parameters, field.parameter);
        const written =
          entry && parametersFile
            ? { file: parametersFile.file, span: entry.valueSpan }
            : { file: use.place.file, span: use.place.span };
        return { use, written };
      }),
  );
}
