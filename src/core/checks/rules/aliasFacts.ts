import type { ChannelContext, PartContext, PresentField } from '../context';
import type { Finding, FindingParameters, Severity } from '../finding';

/** Makes a finding of one alias. */
export type Tell = (
  code: Finding['code'],
  severity: Severity,
  parameters: FindingParameters,
  useAliases?: readonly string[],
) => Finding;

/** Whether a field is the alias that the channel authenticates with, not one that signs or encrypts messages. */
export function isOfAuthentication(context: PartContext | ChannelContext, { id }: PresentField): boolean {
  return 'fields' in context && context.fields.privateKeyAlias?.id === id;
}

export function usesCertificate(context: PartContext | ChannelContext): boolean {
  return (
    'authentication' in context &&
    context.authentication.state === 'known' &&
    context.authentication.method.kind === 'client-certificate'
  );
}

export function usesSshKey(context: PartContext | ChannelContext): boolean {
  if (!('authentication' in context)) return false;
  const { authentication, channel } = context;
  return authentication.state === 'known' ? authentication.method.kind === 'ssh-key' : channel.adapter.endsWith('SFTP');
}
