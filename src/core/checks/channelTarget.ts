import { FlowKeystoreError } from '../errors';
import { describeAdapter, propertyOf } from '../flow/adapters';
import { addressOf, proxyTypeState } from '../flow/fields';
import type { Channel } from '../flow/model';
import { hasPlaceholder, isDynamic, resolveValue, type Parameters } from '../flow/parameters';
import type { ServiceAsk } from '../connectivity/protocols/ask';
import type { ProtocolName, Protection } from '../connectivity/protocols/protocols';
import { parseTarget, requireWritten, targetOfAddress, type Target } from '../connectivity/target';

/** What a receiver channel speaks that a test can speak too. */
function protocolOf(channel: Channel, parameters: Parameters | undefined): ProtocolName | undefined {
  if (channel.direction !== 'Receiver') return undefined;
  const row = describeAdapter(channel);
  if (row?.http === true) return 'tls';
  // An adapter of another maker may have the same name and other fields.
  switch (row?.adapter) {
    case 'Mail':
      return 'smtp';
    case 'FTP':
      return 'ftp';
    case 'SFTP':
      return 'ssh';
    case 'Kafka':
      return 'kafka';
    case 'AMQP':
      return valueOf(channel, 'TransportProtocol', parameters) === 'WS' ? 'amqp-ws' : 'amqp';
    default:
      return undefined;
  }
}

/** Whether a channel speaks what a test speaks. */
export const canBeTested = (channel: Channel): boolean => protocolOf(channel, undefined) !== undefined;

/** What leads to a receiver in a company's network. */
export interface CloudConnector {
  /** Empty: the connector that has none. */
  readonly locationId: string;
  /** The virtual address that the connector knows. */
  readonly address: string;
}

/** Of a channel of proxy type On-Premise: only the tenant gets there. @see SAP Help, "Cloud Connector Connectivity Tests" */
export function cloudConnectorOf(channel: Channel, parameters: Parameters | undefined): CloudConnector | undefined {
  const row = describeAdapter(channel);
  if (!row || proxyTypeState(channel, row, parameters)?.kind !== 'on-premise') return undefined;
  const key = row.further?.find(({ role }) => role === 'location')?.key;
  return {
    locationId: key === undefined ? '' : valueOf(channel, key, parameters),
    address: addressOf(channel, parameters)?.resolved ?? '',
  };
}

/** What a person does instead of the test here. English, two sentences. */
export const cloudConnectorText = ({ locationId }: CloudConnector): string =>
  `In SAP Cloud Integration choose Monitor, Manage Security, Connectivity Tests, Cloud Connector, with ${
    locationId === '' ? 'an empty location ID' : `the location ID ${locationId}`
  }. Whether the connector reaches the host behind it, it says itself.`;

/** The same, the address is in the files, and it can be reached from here. */
export const isTestable = (channel: Channel, parameters: Parameters | undefined): boolean =>
  canBeTested(channel) &&
  addressOf(channel, parameters)?.open === false &&
  cloudConnectorOf(channel, parameters) === undefined;

/** SMTP's by the values of exported flows. */
const mailProtections: Readonly<Record<string, Protection>> = {
  off: 'off',
  starttls_mandatory: 'starttls',
  starttls_optional: 'starttls-optional',
  smtps: 'tls',
};

/**
 * Where a receiver channel connects to, and how.
 * @throws FlowKeystoreError `address-invalid` for adapters that speak something else, for what is set at run time and for parameters without a value
 */
export function targetOfChannel(channel: Channel, parameters: Parameters | undefined, serverName?: string): Target {
  const protocol = protocolOf(channel, parameters);
  const address = addressOf(channel, parameters);
  if (!protocol) {
    throw new FlowKeystoreError(
      'address-invalid',
      `The ${channel.adapter || 'unknown'} adapter speaks something that cannot be tested here.`,
      {},
      'Test its host by hand, where that makes sense.',
    );
  }
  const connector = cloudConnectorOf(channel, parameters);
  if (connector) {
    throw new FlowKeystoreError(
      'address-invalid',
      'The channel goes through the Cloud Connector: only the tenant can test that.',
      {},
      cloudConnectorText(connector),
    );
  }
  if (protocol === 'tls' || !address) return targetOfAddress(address?.resolved ?? '', serverName);
  // Kafka has several brokers, any of which leads to the others.
  const [first = ''] = address.resolved.split(',');
  const port = valueOf(channel, 'port', parameters);
  const path = valueOf(channel, 'path', parameters);
  const host = requireWritten(port === '' || /:\d+$/.test(first) ? first : `${first}:${port}`);
  const written = protocol === 'smtp' ? valueOf(channel, 'ssl', parameters) : '';
  const protection = mailProtections[written];
  if (written !== '' && protection === undefined) {
    throw new FlowKeystoreError(
      'address-invalid',
      isDynamic(written) || hasPlaceholder(written)
        ? 'The protection of the connection is not in the files.'
        : `The protection "${written}" is not known here.`,
      {},
      'Test the host by hand.',
    );
  }
  return parseTarget(host, serverName, {
    protocol,
    ...(protection === undefined ? {} : { protection }),
    ...(protocol === 'amqp-ws' ? { path } : {}),
  });
}

/**
 * What a channel logs in with, as far as the files have it: the key of an SFTP channel and its user. Passwords are on the tenant alone.
 */
export function askOfChannel(channel: Channel, parameters: Parameters | undefined): ServiceAsk | undefined {
  if (protocolOf(channel, parameters) !== 'ssh') return undefined;
  const user = valueOf(channel, 'username', parameters);
  if (valueOf(channel, 'authentication', parameters) !== 'public_key') return undefined;
  if (user === '' || isDynamic(user) || hasPlaceholder(user)) return undefined;
  return { login: { user, password: '', way: 'key' } };
}

const valueOf = (channel: Channel, key: string, parameters: Parameters | undefined): string =>
  resolveValue(propertyOf(channel, key)?.value ?? '', parameters).text;
