import { proxyTypeState } from '../../flow/fields';
import { isDynamic } from '../../flow/parameters';
import {
  findingAt,
  hasProperty,
  severityOf,
  type ChannelContext,
  type PresentField,
  type Remedy,
  type Rule,
} from '../context';
import { usesCertificate } from './aliasFacts';

/** A client certificate is part of TLS: over `http://` none is ever sent. Through the Cloud Connector `http://` is the rule, so that is left out. */
export const clientCertificateOverHttp: Rule = function* (context) {
  const address = usesCertificate(context) ? plainHttpToInternet(context) : undefined;
  if (!address) return;
  yield findingAt(context, address, {
    code: 'client-certificate-over-http',
    severity: 'warning',
    parameters: { address: address.resolved, key: address.key },
    remedies: withScheme(address, 'https'),
  });
};

/** A password that is sent over plain HTTP can be read by everyone on the way. */
export const passwordOverHttp: Rule = function* (context) {
  const { authentication } = context;
  const sends = authentication.state === 'known' && authentication.method.kind === 'password';
  const address = sends && context.row?.http ? plainHttpToInternet(context) : undefined;
  if (!address) return;
  yield findingAt(context, address, {
    code: 'password-over-http',
    severity: 'warning',
    parameters: { address: address.resolved, key: address.key },
    remedies: withScheme(address, 'https'),
  });
};

function plainHttpToInternet(context: ChannelContext): PresentField | undefined {
  const { address, proxyType } = context.fields;
  if (!hasProperty(address) || address.unresolved) return undefined;
  if (!/^http:\/\//i.test(address.resolved) || isDynamic(address.resolved.split('/')[2] ?? '')) return undefined;
  if (hasProperty(proxyType) && proxyOf(context)?.kind !== 'internet') return undefined;
  return address;
}

/** The address with another scheme, where the scheme lies in one piece: in the flow, or in the whole parameter. */
function withScheme(address: PresentField, scheme: 'http' | 'https'): Remedy[] {
  const value = address.parameter === undefined ? address.value : address.resolved;
  const changed = value.replace(/^https?:\/\//i, `${scheme}://`);
  return changed === value ? [] : [{ code: `use-${scheme}`, value: changed }];
}

/** SAP documents for some adapters that a client certificate with proxy type On-Premise fails the consistency check or the deployment. */
export const clientCertificateOnPremise: Rule = function* (context) {
  const { proxyType } = context.fields;
  if (!context.row?.noClientCertificateOnPremise || !usesCertificate(context) || !hasProperty(proxyType)) return;
  if (proxyOf(context)?.kind !== 'on-premise') return;
  yield findingAt(context, proxyType, {
    code: 'client-certificate-on-premise',
    severity: severityOf(proxyType, context.fields.authentication),
    parameters: { adapter: context.row.label, key: proxyType.key },
    remedies: internetRemedy(context),
  });
};

/** The virtual host of a Cloud Connector is called over HTTP: the connector itself encrypts (SAP Help, proxy type of the HTTP and IDoc receivers). */
export const httpsOnPremise: Rule = function* (context) {
  const { address } = context.fields;
  if (!context.row?.http || !hasProperty(address) || address.unresolved) return;
  if (proxyOf(context)?.kind !== 'on-premise' || !/^https:\/\//i.test(address.resolved)) return;
  yield findingAt(context, address, {
    code: 'https-on-premise',
    severity: 'warning',
    parameters: { address: address.resolved, key: address.key },
    remedies: withScheme(address, 'http'),
  });
};

/** The token service is called over the Internet: HTTP offers OAuth2 client credentials with the proxy type Internet alone (SAP Help). */
export const oauthOnPremise: Rule = function* (context) {
  const { proxyType } = context.fields;
  const { authentication, channel, row } = context;
  if (channel.adapter !== 'HTTP' || !row || !hasProperty(proxyType)) return;
  if (authentication.state !== 'known' || authentication.method.kind !== 'oauth') return;
  if (proxyOf(context)?.kind !== 'on-premise') return;
  yield findingAt(context, proxyType, {
    code: 'oauth-on-premise',
    severity: 'warning',
    parameters: { adapter: row.label, key: proxyType.key },
    remedies: internetRemedy(context),
  });
};

/** Principal propagation goes through a Cloud Connector (SAP Help, "Principal Propagation"). */
export const principalPropagationOnInternet: Rule = function* (context) {
  const { proxyType } = context.fields;
  const { authentication, row } = context;
  if (!row || !hasProperty(proxyType) || proxyOf(context)?.kind !== 'internet') return;
  if (authentication.state !== 'known' || authentication.method.kind !== 'principal-propagation') return;
  yield findingAt(context, proxyType, {
    code: 'principal-propagation-on-internet',
    severity: 'warning',
    parameters: { adapter: row.label, key: proxyType.key },
  });
};

/** Server certificates rarely name IP addresses: the host name in the certificate is compared with the address. */
export const addressIsIp: Rule = function* (context) {
  const { address } = context.fields;
  if (!context.row?.http || !hasProperty(address) || proxyOf(context)?.kind === 'on-premise') return;
  if (!/^https:\/\/(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])(?=[:/?]|$)/i.test(address.resolved)) return;
  yield findingAt(context, address, {
    code: 'address-is-ip',
    severity: 'information',
    parameters: { address: address.resolved, key: address.key },
  });
};

function internetRemedy({ row }: ChannelContext): Remedy[] {
  const internet = row?.proxyTypes.find(({ kind, proven }) => kind === 'internet' && proven);
  return internet ? [{ code: 'use-internet', value: internet.value }] : [];
}

function proxyOf({ channel, row, source }: ChannelContext): ReturnType<typeof proxyTypeState> {
  return row && proxyTypeState(channel, row, source.parametersFile?.parameters);
}
