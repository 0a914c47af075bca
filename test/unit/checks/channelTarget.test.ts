import assert from 'node:assert/strict';
import {
  askOfChannel,
  canBeTested,
  cloudConnectorOf,
  isTestable,
  targetOfChannel,
} from '../../../src/core/checks/channelTarget';
import type { FlowKeystoreError } from '../../../src/core/errors';
import { readParameters } from '../../../src/core/flow/parameters';
import { readFlow } from '../../../src/core/flow/read';
import type { Channel } from '../../../src/core/flow/model';
import { flowText, httpReceiver, type ChannelText } from '../flow/flowText';

const channelOf = (text: ChannelText): Channel => {
  const [channel] = readFlow(flowText(text)).channels;
  assert.ok(channel);
  return channel;
};
const mail = (properties: Readonly<Record<string, string>>): Channel =>
  channelOf({ adapter: 'Mail', messageProtocol: 'None', properties: { server: 'mail.example:587', ...properties } });
const amqp = (properties: Readonly<Record<string, string>>): Channel =>
  channelOf({ adapter: 'AMQP', messageProtocol: 'AMQP1.0', properties: { host: 'bus.example', ...properties } });

describe('where a channel connects to', () => {
  it('is an address of HTTPS', () => {
    const channel = channelOf(httpReceiver({ httpAddressWithoutQuery: 'https://{{Host}}:8443/x' }));
    const target = targetOfChannel(channel, readParameters('Host=partner.example'));
    assert.deepEqual(
      [target.host, target.port, target.protocol, target.protection],
      ['partner.example', 8443, 'tls', 'tls'],
    );
    assert.equal(isTestable(channel, readParameters('Host=partner.example')), true);
    assert.equal(isTestable(channel, undefined), false);
    assert.throws(() => targetOfChannel(channel, undefined), /depends on the parameter \{\{Host\}\}/);
  });

  it('is a mail server, protected as the channel says', () => {
    for (const [ssl, protection, port] of [
      ['smtps', 'tls', 587],
      ['starttls_mandatory', 'starttls', 587],
      ['starttls_optional', 'starttls-optional', 587],
      ['off', 'off', 587],
    ] as const) {
      const { host, ...target } = targetOfChannel(mail({ ssl }), undefined);
      assert.deepEqual(
        [host, target.port, target.protocol, target.protection],
        ['mail.example', port, 'smtp', protection],
      );
    }
    assert.equal(
      targetOfChannel(mail({ server: 'mail.example', ssl: '{{Ssl}}' }), readParameters('Ssl=smtps')).port,
      465,
    );
    assert.throws(
      () => targetOfChannel(mail({ ssl: '{{Ssl}}' }), undefined),
      /protection of the connection is not in the files/,
    );
    assert.throws(() => targetOfChannel(mail({ ssl: 'new' }), undefined), /"new" is not known/);
    assert.throws(() => targetOfChannel(mail({ server: '${header.x}' }), undefined), /set at run time/);
    assert.throws(() => targetOfChannel(mail({ server: '{{Server}}' }), undefined), /parameter \{\{Server\}\}/);
  });

  it('is an SSH server, with the key that the channel logs in by', () => {
    const sftp = (properties: Readonly<Record<string, string>>): Channel =>
      channelOf({ adapter: 'SFTP', messageProtocol: 'File', properties: { host: 'files.example', ...properties } });
    const byKey = sftp({ authentication: 'public_key', username: '{{User}}', privateKeyAlias: 'ssh' });
    const { host, port, protocol } = targetOfChannel(byKey, undefined);
    assert.deepEqual([host, port, protocol], ['files.example', 22, 'ssh']);
    assert.equal(targetOfChannel(sftp({ host: 'files.example:2222' }), undefined).port, 2222);
    assert.deepEqual(askOfChannel(byKey, readParameters('User=me')), {
      login: { user: 'me', password: '', way: 'key' },
    });
    // What is not in the files cannot be logged in with.
    assert.equal(askOfChannel(byKey, undefined), undefined);
    assert.equal(askOfChannel(sftp({ authentication: 'user_password', username: 'me' }), undefined), undefined);
    assert.equal(
      askOfChannel(mail({ ssl: 'off', username: 'me', authentication: 'public_key' }), undefined),
      undefined,
    );
  });

  it('is behind the Cloud Connector, where only the tenant gets', () => {
    const properties = {
      httpAddressWithoutQuery: 'http://erp.virtual:8000/x',
      proxyType: 'sapcc',
      locationID: '{{Loc}}',
    };
    const channel = channelOf(httpReceiver(properties));
    const parameters = readParameters('Loc=FRA');
    assert.deepEqual(cloudConnectorOf(channel, parameters), {
      locationId: 'FRA',
      address: 'http://erp.virtual:8000/x',
    });
    assert.equal(isTestable(channel, parameters), false);
    assert.throws(
      () => targetOfChannel(channel, parameters),
      (error: FlowKeystoreError) =>
        error.message.includes('only the tenant') && (error.next ?? '').includes('location ID FRA.'),
    );
    assert.equal(cloudConnectorOf(channelOf(httpReceiver()), undefined), undefined);
  });

  it('is a broker', () => {
    const tcp = targetOfChannel(amqp({ TransportProtocol: 'TCP', port: '5671' }), undefined);
    assert.deepEqual([tcp.host, tcp.port, tcp.protocol], ['bus.example', 5671, 'amqp']);
    const ws = targetOfChannel(amqp({ TransportProtocol: 'WS', port: '443', path: '/ws' }), undefined);
    assert.deepEqual([ws.port, ws.protocol, ws.path], [443, 'amqp-ws', '/ws']);
    const kafka = channelOf({
      adapter: 'Kafka',
      messageProtocol: 'Kafka',
      properties: { hosts: 'k1.example:9096,k2.example:9096' },
    });
    assert.deepEqual(
      [targetOfChannel(kafka, undefined).host, targetOfChannel(kafka, undefined).port],
      ['k1.example', 9096],
    );
  });

  it('is not for a test where the adapter speaks something else', () => {
    const files = channelOf({
      adapter: 'JMS',
      messageProtocol: 'Not Applicable',
      properties: { QueueName_outbound: 'q' },
    });
    assert.equal(canBeTested(files), false);
    // Another maker's of the same name.
    const other = { adapter: 'Kafka', vendor: 'ApacheCamel', messageProtocol: 'kafka', properties: { hosts: 'x:1' } };
    assert.equal(canBeTested(channelOf(other)), false);
    assert.throws(() => targetOfChannel(files, undefined), { code: 'address-invalid' });
    assert.equal(canBeTested(channelOf({ direction: 'Sender', adapter: 'HTTPS' })), false);
  });
});
