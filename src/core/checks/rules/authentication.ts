import { isDynamic } from '../../flow/parameters';
import { proxyTypeState } from '../../flow/fields';
import { findingAt, hasProperty, type ChannelContext, type Rule } from '../context';
import type { Severity } from '../finding';
import type { Field } from '../../flow/model';

/** A client certificate is part of TLS: over `http://` none is ever sent. Through the Cloud Connector `http://` is the rule, so that is left out. */
export const clientCertificateOverHttp: Rule = function* (context) {
  const { address, proxyType } = context.fields;
  if (!usesClientCertificate(context) || !hasProperty(address) || address.unresolved) return;
  if (!/^http:\/\//i.test(address.resolved) || isDynamic(address.resolved.split('/')[2] ?? '')) return;
  if (hasProperty(proxyType) && proxyOf(context)?.kind !== 'internet') return;
  yield findingAt(context, address, {
    code: 'client-certificate-over-http',
    severity: 'warning',
    parameters: { address: address.resolved, key: address.key },
  });
};

/** SAP documents for some adapters that a client certificate with proxy type On-Premise fails the consistency check or the deployment. */
export const clientCertificateOnPremise: Rule = function* (context) {
  const { proxyType } = context.fields;
  if (!context.row?.noClientCertificateOnPremise || !usesClientCertificate(context) || !hasProperty(proxyType)) return;
  if (proxyOf(context)?.kind !== 'on-premise') return;
  yield findingAt(context, proxyType, {
    code: 'client-certificate-on-premise',
    severity: severityOf(proxyType, context.fields.authentication),
    parameters: { adapter: context.row.label, key: proxyType.key },
  });
};

/** Parameters are configured anew in each tenant: a pair of defaults that do not fit is not yet an error. */
function severityOf(...fields: (Field | undefined)[]): Severity {
  return fields.some((field) => field && field.parameters.length > 0) ? 'warning' : 'error';
}

function usesClientCertificate({ authentication }: ChannelContext): boolean {
  return authentication.state === 'known' && authentication.method.kind === 'client-certificate';
}

function proxyOf({ channel, row, source }: ChannelContext): ReturnType<typeof proxyTypeState> {
  return row && proxyTypeState(channel, row, source.parametersFile?.parameters);
}
