import assert from 'node:assert/strict';
import { checkFlow, checkFlows } from '../../../src/core/checks/check';
import type { CheckedFlow } from '../../../src/core/checks/context';
import type { Finding } from '../../../src/core/checks/finding';
import { lockedKeystore, type KeystoreView, type KeystoreViewEntry } from '../../../src/core/checks/keystoreView';
import { ruleIds } from '../../../src/core/checks/ruleCatalog';
import { editDistance } from '../../../src/core/checks/rules/editDistance';
import { applyEdits } from '../../../src/core/flow/edit';
import { readParameters } from '../../../src/core/flow/parameters';
import { readFlow } from '../../../src/core/flow/read';
import { helpOf, messageOf } from '../../../src/core/report/findingText';
import { flowText, httpReceiver, type ChannelText } from '../flow/flowText';
import { certificate, keyPair, keystore, options } from './views';

function source(channels: readonly ChannelText[], parameters?: string): CheckedFlow {
  return {
    file: 'Orders.iflw',
    flow: readFlow(flowText(...channels), 'Orders'),
    ...(parameters === undefined
      ? {}
      : { parametersFile: { file: 'parameters.prop', parameters: readParameters(parameters) } }),
  };
}

function check(channel: ChannelText, keystores: readonly KeystoreView[], parameters?: string): Finding[] {
  return checkFlow(source([channel], parameters), keystores, options);
}

const codes = (findings: readonly Finding[]): string[] => findings.map(({ code, severity }) => `${code} ${severity}`);
const withAlias = (privateKeyAlias: string, more: Record<string, string> = {}): ChannelText =>
  httpReceiver({ privateKeyAlias, ...more });

describe('checking aliases', () => {
  const store = keystore(keyPair('partner_a'), keyPair('Partner_B', 12), keyPair('old', -3), certificate('root'));

  it('says nothing of a key pair that is there and valid', () => {
    assert.deepEqual(check(withAlias('partner_a'), [store]), []);
  });

  it('says nothing where there is no keystore to look in', () => {
    assert.deepEqual(check(withAlias('anything'), []), []);
  });

  it('finds an alias that is in no keystore, and proposes what is near', () => {
    const [finding, ...others] = check(withAlias('partner_x'), [store]);
    assert.deepEqual(others, []);
    assert.deepEqual([finding?.code, finding?.severity], ['alias-missing', 'error']);
    assert.ok(finding);
    const text = flowText(withAlias('partner_x'));
    const { file, span, line, column } = finding.place;
    assert.equal(file, 'Orders.iflw');
    assert.equal(text.slice(span.offset, span.offset + span.length), 'partner_x');
    const before = text.slice(0, span.offset).split('\n');
    assert.deepEqual([line, column], [before.length, (before.at(-1)?.length ?? 0) + 1]);
    assert.deepEqual(
      (finding.fixes ?? []).map(({ value }) => value),
      ['partner_a', 'Partner_B'],
    );
    assert.equal(applyEdits(text, finding.fixes?.[0]?.edits ?? []), flowText(withAlias('partner_a')));
    assert.equal(messageOf(finding), 'There is no entry "partner_x" in partner.p12.');
    assert.equal(helpOf(finding), 'Did you mean "partner_a" or "Partner_B"?');
    assert.deepEqual(finding.channel, { id: 'MessageFlow_1', name: 'To Partner', adapter: 'HTTP' });
  });

  it('does not call it an error while a keystore is locked', () => {
    const [finding] = check(withAlias('partner_x'), [store, lockedKeystore('tenant.p12')]);
    assert.ok(finding);
    assert.deepEqual(codes([finding]), ['alias-missing information']);
    assert.match(messageOf(finding), /locked, it may be in: tenant\.p12\.$/);
  });

  it('tells a difference in case apart, with the stored alias as the fix', () => {
    const [finding] = check(withAlias('partner_b'), [store]);
    assert.ok(finding);
    assert.deepEqual(codes([finding]), ['alias-case warning']);
    assert.equal(
      applyEdits(flowText(withAlias('partner_b')), finding.fixes?.[0]?.edits ?? []),
      flowText(withAlias('Partner_B')),
    );
  });

  it('does not take a certificate of another case for the key pair meant', () => {
    assert.deepEqual(codes(check(withAlias('ROOT'), [store])), ['alias-missing error']);
  });

  it('finds an alias that is no key pair, and a key without a certificate', () => {
    const [finding] = check(withAlias('root'), [store]);
    assert.ok(finding);
    assert.deepEqual(codes([finding]), ['alias-not-a-key-pair error']);
    assert.match(messageOf(finding), /"root" of partner\.p12 is a certificate, not a key pair/);
    const bare = keystore({ alias: 'bare', kind: 'keyPair' });
    assert.deepEqual(codes(check(withAlias('bare'), [bare])), ['alias-without-certificate error']);
  });

  it('prefers the key pair where another keystore has a certificate of that name, and the valid one of two', () => {
    assert.deepEqual(check(withAlias('root'), [store, keystore(keyPair('root'))]), []);
    assert.deepEqual(check(withAlias('old'), [store, keystore(keyPair('old'))]), []);
  });

  it('finds certificates that have expired, are about to, or are not valid yet', () => {
    const judge = (alias: string, ...entries: readonly KeystoreViewEntry[]): [string, string | undefined][] =>
      check(withAlias(alias), [keystore(...entries)]).map((finding) => [
        `${finding.code} ${finding.severity}`,
        messageOf(finding),
      ]);
    assert.deepEqual(judge('a', keyPair('a', -3)), [
      ['certificate-expired error', 'The certificate of "a" in partner.p12 expired on 2026-05-29, 2 days ago.'],
    ]);
    assert.deepEqual(judge('a', keyPair('a', 29.5)), [
      ['certificate-expiring warning', 'The certificate of "a" in partner.p12 expires on 2026-07-01, in 29 days.'],
    ]);
    assert.deepEqual(judge('a', keyPair('a', 31)), []);
    assert.deepEqual(judge('a', keyPair('a', 400, { notBefore: new Date('2026-07-01') })), [
      ['certificate-not-yet-valid warning', 'The certificate of "a" in partner.p12 is not valid before 2026-07-01.'],
    ]);
  });

  it('judges the alias only where the authentication uses it, or may', () => {
    for (const authenticationMethod of ['None', 'Basic', 'OAuth2 Client Credentials']) {
      assert.deepEqual(codes(check(withAlias('nope', { authenticationMethod }), [store])), [
        'alias-left-over information',
      ]);
    }
    for (const authenticationMethod of ['${header.auth}', 'Unheard Of', '{{Auth}}']) {
      const finding = check(withAlias('nope', { authenticationMethod }), [store]).find(
        ({ parameters }) => parameters.alias === 'nope',
      );
      assert.ok(finding, authenticationMethod);
      assert.deepEqual(codes([finding]), ['alias-missing warning']);
      assert.match(messageOf(finding), /may not be used/);
    }
    assert.deepEqual(
      codes(check(withAlias('nope', { authenticationMethod: '{{Auth}}' }), [store], 'Auth=Client Certificate')),
      ['externalization-incomplete information', 'alias-missing error'],
    );
    const left = codes(check(withAlias('nope', { authenticationMethod: '{{Auth}}' }), [store], 'Auth=Basic'));
    assert.ok(!left.some((code) => code.startsWith('alias-missing')), left.join());
  });

  it('does not judge what is set at run time or not resolved', () => {
    for (const value of ['${header.alias}', 'x_${property.y}', 'pd:Partner:Alias', '{{Alias}}']) {
      assert.deepEqual(check(withAlias(value), [store]), [], value);
    }
    assert.deepEqual(check(withAlias('{{Alias}}'), [store], 'Alias=${header.alias}'), []);
  });

  it('places a finding in parameters.prop where the value is a whole parameter, once for all channels', () => {
    const parameters = 'Alias=nope\nOther=1\n';
    const channel = withAlias('{{Alias}}');
    const findings = checkFlow(source([channel, channel, withAlias('nope')], parameters), [store], options);
    assert.deepEqual(
      findings.map(({ code, place, related, channel: at, alsoIn }) => [
        code,
        place.file,
        place.line,
        place.column,
        related?.file,
        at?.id,
        alsoIn,
      ]),
      [
        [
          'alias-missing',
          'Orders.iflw',
          findings[0]?.place.line,
          findings[0]?.place.column,
          undefined,
          'MessageFlow_3',
          undefined,
        ],
        ['alias-missing', 'parameters.prop', 1, 7, 'Orders.iflw', 'MessageFlow_1', ['MessageFlow_2']],
      ],
    );
    const shared = findings[1];
    assert.ok(shared);
    assert.deepEqual(shared.place.span, { offset: 6, length: 4 });
    assert.match(messageOf(shared), / One more channel or step uses the same value\.$/);
    // The same project reached by two flows is told once.
    const twice = checkFlows([source([channel], parameters), source([channel], parameters)], [store], options);
    assert.equal(twice.length, 1);
  });

  it('places it in the flow where the parameter is only a part of the value', () => {
    const [finding] = check(withAlias('{{Prefix}}_x'), [store], 'Prefix=partner\n');
    assert.deepEqual([finding?.place.file, finding?.parameters.alias], ['Orders.iflw', 'partner_x']);
  });

  it('leaves aliases of SAP to the tenant', () => {
    assert.deepEqual(codes(check(withAlias('sap_cloudintegrationcertificate'), [store])), [
      'alias-sap-owned information',
    ]);
  });

  it('tells of an empty alias, and of one the adapter does not support', () => {
    assert.deepEqual(codes(check(withAlias(''), [keystore(keyPair('only'), keyPair('old', -3))])), [
      'alias-empty information',
    ]);
    const [several] = check(withAlias(''), [store]);
    assert.ok(several);
    assert.deepEqual(codes([several]), ['alias-empty warning']);
    assert.match(messageOf(several), /2 key pairs could be sent/);
    assert.deepEqual(codes(check(withAlias('true'), [store])), ['alias-not-supported error']);
    assert.deepEqual(
      codes(
        check(
          {
            adapter: 'IDOC',
            messageProtocol: 'IDoc SOAP',
            properties: { authentication: 'Client Certificate', privateKeyAlias: 'true' },
          },
          [store],
        ),
      ),
      ['alias-missing error'],
    );
  });

  it('looks at the key alone for SSH', () => {
    const sftp = (privateKeyAlias: string, authentication = 'public_key'): ChannelText => ({
      adapter: 'SFTP',
      messageProtocol: 'File',
      properties: { host: 'x:22', authentication, privateKeyAlias },
    });
    assert.deepEqual(codes(check(sftp('old'), [store])), []);
    assert.deepEqual(codes(check(sftp('nope'), [store])), ['alias-missing error']);
    assert.deepEqual(codes(check(sftp('nope', 'user_password'), [store])), ['alias-left-over information']);
    assert.deepEqual(codes(check(sftp(''), [store])), []);
  });

  it('reads the alias of OData from its own key, not from the credential called alias', () => {
    const odata: ChannelText = {
      adapter: 'HCIOData',
      messageProtocol: 'OData V2',
      properties: {
        authenticationMethod: 'Client Certificate',
        alias: '',
        odataCertAuthPrivateKeyAlias: 'partner_a',
      },
    };
    assert.deepEqual(check(odata, [store]), []);
  });
});

describe('checking what the files say by themselves', () => {
  it('finds a client certificate over plain HTTP, but not behind the Cloud Connector', () => {
    const channel = (more: Record<string, string>): ChannelText =>
      httpReceiver({ httpAddressWithoutQuery: 'http://x/y', ...more });
    assert.deepEqual(codes(check(channel({}), [])), ['client-certificate-over-http warning']);
    for (const more of [
      { authenticationMethod: 'None', privateKeyAlias: '' },
      { httpAddressWithoutQuery: 'https://x/y' },
      { httpAddressWithoutQuery: '${header.url}' },
      { httpAddressWithoutQuery: 'http://{{Host}}/y' },
      { httpAddressWithoutQuery: 'http://${header.host}/y' },
      { proxyType: '{{Proxy}}' },
    ]) {
      assert.deepEqual(check(channel(more), []), [], JSON.stringify(more));
    }
  });

  it('finds a client certificate with proxy type On-Premise where SAP refuses it', () => {
    const channel = httpReceiver({ proxyType: 'sapcc', httpAddressWithoutQuery: 'http://x' });
    assert.deepEqual(codes(check(channel, [])), ['client-certificate-on-premise error']);
    const byParameter = httpReceiver({ proxyType: '{{Proxy}}', httpAddressWithoutQuery: 'http://x' });
    const [finding] = check(byParameter, [], 'Proxy=sapcc');
    assert.deepEqual([finding?.severity, finding?.place.file], ['warning', 'parameters.prop']);
    const behind = { proxyType: 'sapcc', httpAddressWithoutQuery: 'http://x', privateKeyAlias: '' };
    assert.deepEqual(check(httpReceiver({ ...behind, authenticationMethod: 'Basic' }), []), []);
    const odata: ChannelText = {
      adapter: 'HCIOData',
      messageProtocol: 'OData V2',
      properties: { authenticationMethod: 'Client Certificate', odataCertAuthPrivateKeyAlias: 'a', proxyType: 'sapcc' },
    };
    assert.deepEqual(check(odata, []), []);
  });

  it('finds parameters that parameters.prop does not have, where there is one', () => {
    const channel = httpReceiver({ httpAddressWithoutQuery: 'https://{{Host}}:{{Port}}/{{Host}}' });
    const findings = check(channel, [], 'Port=1');
    assert.deepEqual(
      findings.map(({ code, severity, parameters }) => [code, severity, parameters.parameter, parameters.key]),
      [['parameter-undefined', 'warning', 'Host', 'httpAddressWithoutQuery']],
    );
    assert.deepEqual(check(channel, []), []);
  });

  it('says a sentence for every code', () => {
    const every = ruleIds;
    const place = { file: 'f', line: 1, column: 1, span: { offset: 0, length: 1 } };
    const parameters = { alias: 'x', keystores: ['k'], field: 'Alias', address: 'https://x' };
    for (const code of every) {
      const message = messageOf({ code, severity: 'error', place, parameters });
      assert.match(message, /^([A-Z]|https:).*[.:"]/, code);
      assert.doesNotMatch(message, /undefined|null/, code);
    }
  });
});

describe('the distance of two aliases', () => {
  it('counts changed, added and dropped characters', () => {
    assert.deepEqual(
      [
        editDistance('abc', 'abc', 3),
        editDistance('abc', 'abd', 3),
        editDistance('abc', 'ab', 3),
        editDistance('kitten', 'sitting', 9),
      ],
      [0, 1, 1, 3],
    );
    assert.ok(editDistance('a', 'abcdefgh', 2) > 2);
  });
});
