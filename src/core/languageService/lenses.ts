import { canBeTested } from '../checks/channelTarget';
import type { CheckedFlow, CheckOptions } from '../checks/context';
import type { KeystoreView } from '../checks/keystoreView';
import { adapterLabel, describeAdapter, stepLabel } from '../flow/adapters';
import type { AuthenticationKind } from '../flow/adapterDescription';
import { authenticationState, fieldsOf } from '../flow/fields';
import type { Channel, Step } from '../flow/model';
import type { Parameters } from '../flow/parameters';
import { partFields, partsOf } from '../flow/partFields';
import { aliasStatus, type AliasStatus } from './aliasStatus';

export interface ChannelLens {
  readonly channel: Channel;
  /** The start tag's `<`: where the lens stands. */
  readonly offset: number;
  /** The adapter as people call it. */
  readonly adapter: string;
  /** Absent where the adapter has none or is not known; `value` as resolved, `label` where the value is known. */
  readonly authentication?: { readonly value: string; readonly label?: string; readonly kind?: AuthenticationKind };
  /** Absent where the channel's authentication does not use a key pair. */
  readonly alias?: AliasStatus;
  /** With TLS. */
  readonly testable: boolean;
}

/** One lens per receiver channel, in file order. */
export function channelLenses(
  { flow, parametersFile }: CheckedFlow,
  keystores: readonly KeystoreView[],
  options: CheckOptions,
): ChannelLens[] {
  return flow.channels
    .filter((channel) => channel.direction === 'Receiver')
    .map((channel) => lensOf(channel, parametersFile?.parameters, keystores, options));
}

function lensOf(
  channel: Channel,
  parameters: Parameters | undefined,
  keystores: readonly KeystoreView[],
  options: CheckOptions,
): ChannelLens {
  const row = describeAdapter(channel);
  const fields = fieldsOf(channel, parameters);
  const written = fields.authentication?.property ? fields.authentication.resolved : undefined;
  const state = row && authenticationState(channel, row, parameters);
  const method = state?.state === 'known' ? state.method : undefined;
  const alias = fields.privateKeyAlias;
  return {
    channel,
    offset: channel.span.offset,
    adapter: adapterLabel(channel),
    ...(written === undefined
      ? {}
      : { authentication: { value: written, ...(method ? { label: method.label, kind: method.kind } : {}) } }),
    ...(alias?.property && (alias.used === 'yes' || (alias.used === 'unknown' && alias.value !== ''))
      ? { alias: aliasStatus(alias, keystores, options) }
      : {}),
    testable: canBeTested(channel),
  };
}

/** A line over a sender, or over a step that signs, verifies, encrypts or decrypts with keys of the keystore. */
export interface UseLens {
  readonly part: Channel | Step;
  readonly offset: number;
  /** As SAP's editor calls the adapter or the step. */
  readonly label: string;
  /** Each alias that it names, and how it stands; a certificate's too. */
  readonly aliases: readonly AliasStatus[];
}

/** One for each sender and step that names an alias, in file order. */
export function useLenses(
  { flow, parametersFile }: CheckedFlow,
  keystores: readonly KeystoreView[],
  options: CheckOptions,
): UseLens[] {
  return partsOf(flow).flatMap((each) => {
    if (each.kind === 'channel' && each.part.direction === 'Receiver') return [];
    const aliases = partFields(each, parametersFile?.parameters)
      .filter(({ role, used, value }) => isAliasRole(role) && used !== 'no' && value !== '')
      .map((field) => aliasStatus(field, keystores, options));
    const label = each.kind === 'step' ? stepLabel(each.part) : adapterLabel(each.part);
    return aliases.length ? [{ part: each.part, offset: each.part.span.offset, label, aliases }] : [];
  });
}

const isAliasRole = (role: string): boolean => role === 'keyPair' || role === 'certificate';
