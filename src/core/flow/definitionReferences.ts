import { describeAdapter, isChannel, propertyOf } from './adapters';
import type { DefinitionReference, Definitions } from './definitions';
import type { ParameterProject, Target } from './externalize';
import type { Channel } from './model';
import { hasParameter } from './placeholders';

/** The groups of SAP's forms that keys were seen in, by adapter (`cname`). */
const groups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  HTTP: { authenticationMethod: '.Receiver.Auth', credentialName: '.Receiver.Auth', privateKeyAlias: '.Receiver.Auth' },
  HCIOData: {
    address: '.Receiver.System',
    alias: '.Receiver.Auth',
    authenticationMethod: '.Receiver.Auth',
    odataCertAuthPrivateKeyAlias: '.Receiver.Auth',
  },
  SuccessFactors: { address: '.Receiver.System', alias: '.Receiver.Auth', authenticationMethod: '.Receiver.Auth' },
  SFTP: { privateKeyAlias: '.Receiver.Auth' },
  SOAP: { address: '.Receiver.System' },
};

/** What parameters.propdef says of a new parameter, as exported projects have it: of channels alone, the system as category, the variant without `sap:` and the key as attribute. */
export function referencesFor(
  { part, key }: Target,
  parameter: string,
): Omit<DefinitionReference, 'span' | 'parameterSpan'>[] {
  if (!isChannel(part)) return [];
  const variant = (propertyOf(part, 'cmdVariantUri')?.value ?? '').replace('cname::sap:', 'cname::');
  if (!variant) return [];
  const [, adapter = ''] = /cname::([^/]+)/.exec(variant) ?? [];
  const group = part.direction === 'Receiver' ? (groups[adapter]?.[key] ?? '') : '';
  return [
    { category: part.system + group, attribute: `${variant}/attrId::${key}`, label: labelOf(part, key), parameter },
  ];
}

function labelOf(channel: Channel, key: string): string {
  const row = describeAdapter(channel);
  const all = [...Object.values(row?.fields ?? {}), ...(row?.further ?? [])];
  return all.find((field) => field.key === key || field.or?.includes(key))?.label ?? '';
}

/** The references that speak of this value: the version of an adapter may have moved on since. */
export function ownReferences(definitions: Definitions, { part, key }: Target, name: string): DefinitionReference[] {
  if (!isChannel(part)) return [];
  return definitions.references.filter(
    ({ category, attribute, parameter }) =>
      parameter === name &&
      attribute.endsWith(`/attrId::${key}`) &&
      (category === part.system || category.startsWith(`${part.system}.`)),
  );
}

export function otherReferences(definitions: Definitions, target: Target, name: string): DefinitionReference[] {
  const own = new Set(ownReferences(definitions, target, name));
  return definitions.references.filter((reference) => reference.parameter === name && !own.has(reference));
}

/** Whether another channel to the same system has the parameter under the same key. */
export function stillReferenced({ flows }: ParameterProject, { part, key }: Target, name: string): boolean {
  return flows.some(({ flow }) =>
    flow.channels.some(
      (channel) =>
        channel.id !== part.id &&
        channel.system === (isChannel(part) ? part.system : '') &&
        hasParameter(propertyOf(channel, key)?.value ?? '', name),
    ),
  );
}
