import assert from 'node:assert/strict';
import { adapters } from '../../../src/core/flow/adapterTable';
import { addressOf, fieldsOf } from '../../../src/core/flow/fields';
import type { Channel, ChannelFields } from '../../../src/core/flow/model';
import { readParameters, type Parameters } from '../../../src/core/flow/parameters';
import { readFlow } from '../../../src/core/flow/read';
import { flowText, httpReceiver, type ChannelText } from './flowText';

function channelOf(channel: ChannelText): Channel {
  const [read] = readFlow(flowText(channel)).channels;
  assert.ok(read);
  return read;
}

const fields = (channel: ChannelText, parameters?: Parameters): ChannelFields =>
  fieldsOf(channelOf(channel), parameters);

describe('the fields of a channel', () => {
  it('are found by meaning, whatever the adapter calls them', () => {
    const keys = (adapter: string, messageProtocol: string, properties: Record<string, string>): unknown => {
      const found = fields({ adapter, messageProtocol, properties });
      return [
        found.address?.key,
        found.authentication?.key,
        found.privateKeyAlias?.key,
        found.credential?.key,
        found.proxyType?.key,
      ];
    };
    assert.deepEqual(keys('HTTP', 'None', {}), [
      'httpAddressWithoutQuery',
      'authenticationMethod',
      'privateKeyAlias',
      'credentialName',
      'proxyType',
    ]);
    for (const protocol of ['SOAP 1.x', 'Plain SOAP']) {
      assert.deepEqual(keys('SOAP', protocol, {}), [
        'address',
        'authentication',
        'privateKeyAlias',
        'credentialName',
        'proxyType',
      ]);
    }
    assert.deepEqual(keys('IDOC', 'IDoc SOAP', {}), [
      'address',
      'authentication',
      'privateKeyAlias',
      'credentialName',
      'proxyType',
    ]);
    for (const protocol of ['OData V2', 'OData V4']) {
      assert.deepEqual(keys('HCIOData', protocol, {}), [
        'address',
        'authenticationMethod',
        'odataCertAuthPrivateKeyAlias',
        'alias',
        'proxyType',
      ]);
    }
    assert.deepEqual(keys('XI', 'XI', {}), [
      'Address',
      'AuthenticationType',
      'ClientCertificateAlias',
      'BasicAuthCredentialName',
      'proxyType',
    ]);
  });

  it('are none for adapters of others and unknown ones', () => {
    assert.deepEqual(fields({ adapter: 'Kafka', vendor: 'ApacheCamel', messageProtocol: 'kafka' }), {});
    assert.deepEqual(fields({ adapter: 'HTTP', vendor: 'Somebody' }), {});
    assert.deepEqual(fields({ adapter: 'HTTP', direction: 'Sender' }), {});
    assert.ok(fields({ adapter: 'HTTP', vendor: 'SAP' }).address);
  });

  it('are marked missing where this version does not have the key', () => {
    const { privateKeyAlias, address } = fields({
      adapter: 'HCIOData',
      messageProtocol: 'OData V4',
      properties: { address: 'x' },
    });
    assert.equal(privateKeyAlias?.missing, true);
    assert.equal(address?.missing, undefined);
  });

  it('say whether the authentication reads them', () => {
    const used = (authenticationMethod: string, parameters?: Parameters): unknown => {
      const found = fields(httpReceiver({ authenticationMethod }), parameters);
      return [found.privateKeyAlias?.used, found.credential?.used, found.address?.used];
    };
    assert.deepEqual(used('Client Certificate'), ['yes', 'no', 'yes']);
    assert.deepEqual(used('Basic'), ['no', 'yes', 'yes']);
    assert.deepEqual(used('None'), ['no', 'no', 'yes']);
    assert.deepEqual(used('{{Auth}}'), ['unknown', 'unknown', 'yes']);
    assert.deepEqual(used('{{Auth}}', readParameters('Auth=Basic')), ['no', 'yes', 'yes']);
    assert.deepEqual(used('${header.auth}'), ['unknown', 'unknown', 'yes']);
    assert.deepEqual(used('Something New'), ['unknown', 'unknown', 'yes']);
    const sftp = fields({
      adapter: 'SFTP',
      messageProtocol: 'File',
      properties: { authentication: 'dynamic', privateKeyAlias: 'a', credential_name: 'b' },
    });
    assert.deepEqual([sftp.privateKeyAlias?.used, sftp.credential?.used], ['unknown', 'unknown']);
    const xi = fields({
      adapter: 'XI',
      messageProtocol: 'XI',
      properties: { AuthenticationType: 'Certificate-Based', ClientCertificateAlias: 'a' },
    });
    assert.equal(xi.privateKeyAlias?.used, 'yes');
  });

  it('carry parameters, and what is set at run time', () => {
    const { privateKeyAlias, address, credential } = fields(
      httpReceiver({
        privateKeyAlias: '{{Alias}}',
        httpAddressWithoutQuery: 'https://{{Host}}/x',
        credentialName: '{{Expr}}',
      }),
      readParameters('Alias=partner_a\nExpr=${header.user}'),
    );
    assert.deepEqual(
      [privateKeyAlias?.value, privateKeyAlias?.resolved, privateKeyAlias?.parameter, privateKeyAlias?.dynamic],
      ['{{Alias}}', 'partner_a', 'Alias', undefined],
    );
    assert.deepEqual(
      [address?.resolved, address?.parameter, address?.unresolved, address?.parameters],
      ['https://{{Host}}/x', undefined, true, [{ name: 'Host', defined: false }]],
    );
    assert.deepEqual(
      [credential?.resolved, credential?.dynamic, credential?.unresolved],
      ['${header.user}', true, undefined],
    );
  });

  it('offer the values of authentication and proxy type, the proven ones marked', () => {
    const { authentication, proxyType } = fields(httpReceiver());
    assert.deepEqual(
      authentication?.options?.map(({ value, proven }) => [value, proven]),
      [
        ['None', true],
        ['Basic', true],
        ['OAuth2 Client Credentials', true],
        ['Client Certificate', true],
        ['OAuth2 SAML Bearer Assertion', true],
        ['Principal Propagation', false],
      ],
    );
    assert.ok(proxyType?.options?.some(({ value, label }) => value === 'sapcc' && label === 'On-Premise'));
  });

  it('join the address of HTTP with its query', () => {
    const address = (more: Record<string, string>, parameters?: Parameters): unknown =>
      addressOf(channelOf(httpReceiver(more)), parameters);
    assert.deepEqual(address({ httpAddressQuery: 'a=1' }), {
      resolved: 'https://partner.example/orders?a=1',
      open: false,
    });
    assert.deepEqual(address({ httpAddressQuery: '?a=1' }), {
      resolved: 'https://partner.example/orders?a=1',
      open: false,
    });
    assert.deepEqual(address({ httpAddressWithoutQuery: '${header.url}' }), { resolved: '${header.url}', open: true });
    assert.deepEqual(address({ httpAddressWithoutQuery: 'https://{{H}}' }, readParameters('H=x')), {
      resolved: 'https://x',
      open: false,
    });
    assert.equal(address({ httpAddressWithoutQuery: '' }), undefined);
  });
});

describe('the table of adapters', () => {
  it('has one row per adapter, vendor, protocol and direction', () => {
    const keys = adapters.map(({ adapter, vendor, messageProtocol, direction }) =>
      [adapter, vendor, messageProtocol, direction].join('|'),
    );
    assert.equal(new Set(keys).size, keys.length);
  });

  it('names for every authentication that uses a key the field to put it in', () => {
    for (const row of adapters) {
      for (const method of row.authentication) {
        for (const use of method.uses) assert.ok(row.fields[use], `${row.label}: ${method.value} uses ${use}`);
        assert.equal(
          ['client-certificate', 'ssh-key', 'signed-token'].includes(method.kind),
          method.uses.includes('privateKeyAlias') && method.kind !== 'dynamic',
        );
      }
    }
  });
});
