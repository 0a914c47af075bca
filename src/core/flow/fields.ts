import type { AdapterDescription, Authentication, FieldDescription, ProxyType } from './adapterDescription';
import { authenticationOf, describeAdapter, keyIn, propertyOf, proxyTypeOf } from './adapters';
import { readValue } from './fieldValue';
import type { Channel, ChannelFields, Field, FieldName, FieldOption, FieldRole, Property } from './model';
import { hasPlaceholder, isDynamic, resolveValue, type Parameters } from './parameters';

export const fieldNames: readonly FieldName[] = [
  'address',
  'authentication',
  'privateKeyAlias',
  'credential',
  'proxyType',
];

const roles: Readonly<Record<FieldName, FieldRole>> = {
  address: 'address',
  authentication: 'authentication',
  privateKeyAlias: 'keyPair',
  credential: 'credential',
  proxyType: 'proxyType',
};

/**
 * The fields of a channel by meaning, with parameters put in. Empty for adapters that are not in the table. A field whose key this version of the
 * adapter does not have is there with `missing` set: a form may offer to add it, a listing leaves it out. Where not even the spelling of the key is
 * known, it is left out.
 * @param parameters of the project; undefined where there is no parameters.prop: nothing is resolved then.
 */
export function fieldsOf(channel: Channel, parameters?: Parameters): ChannelFields {
  const row = describeAdapter(channel);
  if (!row) return {};
  const fields: Partial<Record<FieldName, Field>> = {};
  const method = authenticationState(channel, row, parameters);
  for (const name of fieldNames) {
    const description = row.fields[name];
    if (!description) continue;
    const value = readValue(channel, keyIn(channel, description), parameters);
    const source = description.source ?? row.source;
    if (value.missing && source !== 'flows') continue;
    const options = optionsOf(row, name);
    fields[name] = {
      name,
      id: value.key,
      label: description.label,
      role: roles[name],
      source,
      ...value,
      used: usedBy(name, method),
      ...(options ? { options } : {}),
    };
  }
  return fields;
}

/** What is known of a channel's authentication: `open` where it is set at run time or by a parameter without a value, or spelt in an unknown way. */
export type AuthenticationState =
  | { readonly state: 'known'; readonly method: Authentication }
  | { readonly state: 'open' }
  | { readonly state: 'none' };

/** `none`: the adapter (or this version of it) has no such key. */
export function authenticationState(
  channel: Channel,
  row: AdapterDescription,
  parameters: Parameters | undefined,
): AuthenticationState {
  const description = row.fields.authentication;
  const property = description && valueOf(channel, description);
  if (!property) return { state: 'none' };
  const { text } = resolveValue(property.value, parameters);
  const method = authenticationOf(row, text);
  return method && method.kind !== 'dynamic' ? { state: 'known', method } : { state: 'open' };
}

/** The proxy type of a channel, where the files say which. */
export function proxyTypeState(
  channel: Channel,
  row: AdapterDescription,
  parameters: Parameters | undefined,
): ProxyType | undefined {
  const property = row.fields.proxyType && valueOf(channel, row.fields.proxyType);
  return property && proxyTypeOf(row, resolveValue(property.value, parameters).text);
}

const valueOf = (channel: Channel, description: FieldDescription): Property | undefined =>
  propertyOf(channel, keyIn(channel, description));

function usedBy(name: FieldName, authentication: AuthenticationState): Field['used'] {
  if (name !== 'privateKeyAlias' && name !== 'credential') return 'yes';
  if (authentication.state !== 'known') return 'unknown';
  return authentication.method.uses.includes(name) ? 'yes' : 'no';
}

function optionsOf(row: AdapterDescription, name: FieldName): readonly FieldOption[] | undefined {
  const values = name === 'authentication' ? row.authentication : name === 'proxyType' ? row.proxyTypes : undefined;
  return values?.map(({ value, label, proven }) => ({ value, label, proven }));
}

/** How a channel authenticates with a key pair: `used` where it does or may, `alias` where the files say which. */
export function keyPairUse(
  channel: Channel,
  parameters?: Parameters,
): { readonly used: boolean; readonly alias?: string } {
  const { privateKeyAlias: field } = fieldsOf(channel, parameters);
  if (!field || field.missing || field.used === 'no') return { used: false };
  const known = !field.dynamic && !field.unresolved && field.resolved !== '';
  return { used: true, ...(known && { alias: field.resolved }) };
}

/**
 * The whole address a channel calls, as far as the files say: HTTP keeps its query apart. Undefined where the adapter is not known or the
 * address is empty.
 */
export function addressOf(
  channel: Channel,
  parameters?: Parameters,
): { readonly resolved: string; readonly open: boolean } | undefined {
  const row = describeAdapter(channel);
  const description = row?.fields.address;
  if (!row || !description) return undefined;
  const key = keyIn(channel, description);
  const base = resolveValue(propertyOf(channel, key)?.value ?? '', parameters).text;
  if (!base) return undefined;
  const parts = (row.addressParts ?? []).map(
    (part) => resolveValue(propertyOf(channel, part)?.value ?? '', parameters).text,
  );
  const query = parts.filter((part) => part !== '').join('&');
  const resolved = query ? `${base}${query.startsWith('?') || base.includes('?') ? '' : '?'}${query}` : base;
  return { resolved, open: isDynamic(base) || hasPlaceholder(base) };
}
