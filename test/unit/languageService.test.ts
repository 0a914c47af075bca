import assert from 'node:assert/strict';
import type { CheckedFlow } from '../../src/core/checks/context';
import { lockedKeystore, type KeystoreView } from '../../src/core/checks/keystoreView';
import { applyEdits } from '../../src/core/flow/edit';
import { readParameters } from '../../src/core/flow/parameters';
import { readFlow } from '../../src/core/flow/read';
import {
  aliasCompletionsInFlow,
  aliasCompletionsInParameters,
  aliasParametersOf,
  channelLenses,
  diagnosticsOf,
  ParseCache,
  type ChannelLens,
} from '../../src/core/languageService';
import { certificate, keyPair, keystore, options } from './checks/views';
import { flowText, httpReceiver, type ChannelText } from './flow/flowText';

const store = keystore(
  keyPair('zeta'),
  keyPair('alpha & co', 12),
  keyPair('gone', -3),
  { alias: 'bare', kind: 'keyPair' },
  certificate('root'),
);

function source(channels: readonly ChannelText[], parameters?: string): CheckedFlow {
  return {
    file: 'Orders.iflw',
    flow: readFlow(flowText(...channels)),
    ...(parameters === undefined
      ? {}
      : { parametersFile: { file: 'parameters.prop', parameters: readParameters(parameters) } }),
  };
}

describe('lenses over channels', () => {
  const lens = (
    channel: ChannelText,
    keystores: readonly KeystoreView[] = [store],
    parameters?: string,
  ): ChannelLens => {
    const [first] = channelLenses(source([channel], parameters), keystores, options);
    assert.ok(first);
    return first;
  };

  it('stand over each receiver, and no sender', () => {
    const all = source([
      httpReceiver({}, { id: 'A' }),
      { direction: 'Sender', adapter: 'HTTPS' },
      httpReceiver({}, { id: 'C' }),
    ]);
    const lenses = channelLenses(all, [store], options);
    assert.deepEqual(
      lenses.map(({ channel }) => channel.id),
      ['A', 'C'],
    );
    for (const { offset, channel } of lenses) {
      assert.ok(all.flow.text.startsWith(`<bpmn2:messageFlow id="${channel.id}"`, offset));
    }
  });

  it('tell the adapter, the authentication, the alias and how it stands', () => {
    const { adapter, authentication, alias, commands } = lens(httpReceiver({ privateKeyAlias: 'zeta' }));
    assert.equal(adapter, 'HTTP');
    assert.deepEqual(authentication, {
      value: 'Client Certificate',
      label: 'Client Certificate',
      kind: 'client-certificate',
    });
    assert.ok(alias?.state === 'valid');
    assert.deepEqual([alias.alias, alias.keystore, alias.days], ['zeta', 'partner.p12', 400]);
    assert.deepEqual(commands, ['edit', 'test']);
  });

  it('tell every state of an alias', () => {
    const state = (
      privateKeyAlias: string,
      keystores: readonly KeystoreView[] = [store],
      parameters?: string,
    ): string | undefined => lens(httpReceiver({ privateKeyAlias }), keystores, parameters).alias?.state;
    assert.equal(state('alpha &amp; co'), 'expiring');
    assert.equal(state('gone'), 'expired');
    assert.equal(state('root'), 'not-a-key-pair');
    assert.equal(state('bare'), 'not-a-key-pair');
    assert.equal(state('nope'), 'missing');
    assert.equal(state('nope', []), 'unverified');
    assert.equal(state('nope', [store, lockedKeystore('x')]), 'unverified');
    assert.equal(state(''), 'empty');
    assert.equal(state('${header.x}'), 'dynamic');
    assert.equal(state('{{Alias}}'), 'unresolved');
    assert.equal(state('{{Alias}}', [store], 'Alias=zeta'), 'valid');
  });

  it('leave the alias out where the authentication does not use it', () => {
    const { alias, authentication } = lens(httpReceiver({ authenticationMethod: 'Basic', privateKeyAlias: 'stale' }));
    assert.equal(alias, undefined);
    assert.equal(authentication?.kind, 'password');
  });

  it('offer no commands for adapters that the editor does not know', () => {
    const { adapter, authentication, commands } = lens({
      adapter: 'Kafka',
      vendor: 'ApacheCamel',
      messageProtocol: 'kafka',
    });
    assert.deepEqual([adapter, authentication, commands], ['Kafka', undefined, []]);
  });
});

describe('completing an alias in a flow', () => {
  const complete = (
    text: string,
    at: string,
    shift = 0,
    keystores: readonly KeystoreView[] = [store],
  ): ReturnType<typeof aliasCompletionsInFlow> =>
    aliasCompletionsInFlow(readFlow(text), text.indexOf(at) + shift, keystores, options);

  it('offers key pairs, expired ones and those without a certificate last', () => {
    const text = flowText(httpReceiver({ privateKeyAlias: 'al' }));
    const offered = complete(text, '>al<', 3);
    assert.deepEqual(
      offered.map(({ alias, state, days, keystore: name, entry }) => [alias, state, days, name, entry.key]),
      [
        ['alpha & co', 'expiring', 12, 'partner.p12', 'RSA 3072'],
        ['zeta', 'valid', 400, 'partner.p12', 'RSA 3072'],
        ['gone', 'expired', -3, 'partner.p12', 'RSA 3072'],
        ['bare', undefined, undefined, 'partner.p12', undefined],
      ],
    );
    const [first] = offered;
    assert.ok(first);
    assert.equal(
      applyEdits(text, [{ ...first.span, text: first.text }]),
      flowText(httpReceiver({ privateKeyAlias: 'alpha &amp; co' })),
    );
  });

  it('works in every form of an empty value', () => {
    const filled = flowText(httpReceiver({ privateKeyAlias: 'zeta' }));
    for (const [value, shift] of [
      ['<value/>', 3],
      ['<value />', 8],
      ['<value></value>', 7],
    ] as const) {
      const text = flowText(httpReceiver({ privateKeyAlias: value, httpAddressQuery: 'x', credentialName: 'y' }));
      const zeta = complete(text, value, shift).find(({ alias }) => alias === 'zeta');
      assert.ok(zeta, value);
      assert.equal(
        applyEdits(text, [{ ...zeta.span, text: zeta.text }]).replace(/>[xy]</g, '><'),
        filled.replaceAll('<value/>', '<value></value>'),
      );
      assert.equal(zeta.filter, value.includes('/>') ? value : undefined);
    }
  });

  it('works in a CDATA section, and in a file that is broken elsewhere', () => {
    const cdata = flowText(httpReceiver({ privateKeyAlias: '<value><![CDATA[x]]></value>' }));
    const alpha = complete(cdata, '[x]', 1)[0];
    assert.ok(alpha);
    assert.ok(applyEdits(cdata, [{ ...alpha.span, text: alpha.text }]).includes('<![CDATA[alpha & co]]>'));
    const broken = flowText(httpReceiver({ privateKeyAlias: 'xyz' })).replace('</bpmn2:definitions>', '<');
    assert.equal(complete(broken, 'xyz').length, 4);
  });

  it('offers nothing anywhere else', () => {
    const text = flowText(httpReceiver({ privateKeyAlias: 'xyz', note: '<value>a<!-- c --></value>' }));
    for (const at of [
      'https://partner',
      'Client Certificate',
      '<key>privateKeyAlias',
      'privateKeyAlias<',
      '<?xml',
      'a<!-- c',
    ]) {
      assert.deepEqual(complete(text, at, 1), [], at);
    }
    assert.deepEqual(complete(text, '>xyz<', 0), []);
    assert.deepEqual(complete(text, '>xyz<', 5), []);
    assert.equal(complete(text, '>xyz<', 1).length, 4);
    assert.equal(complete(text, '>xyz<', 4).length, 4);
    assert.deepEqual(complete(text, '>xyz<', 1, []), []);
    const empty = flowText(httpReceiver({ privateKeyAlias: '<value/>', credentialName: 'c', httpAddressQuery: 'q' }));
    assert.deepEqual(complete(empty, '<value/>', 0), []);
    assert.deepEqual(complete(empty, '<value/>', 8), []);
    assert.equal(complete(empty, '<value/>', 7).length, 4);
  });

  it('takes the alias of OData for a credential', () => {
    const text = flowText({
      adapter: 'HCIOData',
      messageProtocol: 'OData V2',
      properties: { alias: 'user', odataCertAuthPrivateKeyAlias: 'key' },
    });
    assert.deepEqual(complete(text, '>user<', 2), []);
    assert.equal(complete(text, '>key<', 2).length, 4);
  });
});

describe('completing an alias in parameters.prop', () => {
  const flows = [readFlow(flowText(httpReceiver({ privateKeyAlias: '{{Key Alias}}', credentialName: '{{User}}' })))];
  const text = '#x\nKey\\ Alias=al\nUser=al\nlone';
  const complete = (content: string, offset: number): ReturnType<typeof aliasCompletionsInParameters> =>
    aliasCompletionsInParameters(readParameters(content), offset, aliasParametersOf(flows), [store], options);

  it('knows which parameters feed an alias', () => {
    assert.deepEqual([...aliasParametersOf(flows)], ['Key Alias']);
  });

  it('offers key pairs in their values, escaped as the file needs', () => {
    const [first] = complete(text, text.indexOf('=al') + 2);
    assert.ok(first);
    assert.equal(applyEdits(text, [{ ...first.span, text: first.text }]), text.replace('=al', '=alpha & co'));
    const empty = 'Key\\ Alias=';
    assert.equal(complete(empty, empty.length).length, 4);
    const colon = keystore(keyPair('a:b'));
    const [escaped] = aliasCompletionsInParameters(
      readParameters(empty),
      empty.length,
      aliasParametersOf(flows),
      [colon],
      options,
    );
    assert.equal(escaped?.text, 'a\\:b');
  });

  it('offers nothing in names, in other parameters, in comments', () => {
    for (const at of ['Key', 'Alias', 'User', 'ser=al', '#x', 'lone']) {
      const offset = at === 'ser=al' ? text.indexOf(at) + 5 : text.indexOf(at) + 1;
      assert.deepEqual(complete(text, offset), [], at);
    }
  });
});

describe('diagnostics', () => {
  it('come by file, with files without any', () => {
    const parameters = source([httpReceiver({ privateKeyAlias: '{{A}}' })], 'A=nope');
    assert.deepEqual(
      [...diagnosticsOf(parameters, [store], options)].map(([file, findings]) => [
        file,
        findings.map(({ code }) => code),
      ]),
      [
        ['Orders.iflw', []],
        ['parameters.prop', ['alias-missing']],
      ],
    );
  });
});

describe('the cache of parsed texts', () => {
  it('reads each version once', () => {
    const cache = new ParseCache();
    let reads = 0;
    const text = (): string => (reads++, flowText(httpReceiver()));
    const first = cache.flow('a', 1, text, 'a');
    assert.equal(cache.flow('a', 1, text, 'a'), first);
    assert.equal(reads, 1);
    assert.notEqual(cache.flow('a', 2, text, 'a'), first);
    cache.flow('b', 1, text, 'b');
    cache.forget('a');
    cache.flow('a', 2, text, 'a');
    assert.equal(reads, 4);
    const parameters = cache.parameters('p', 1, () => 'a=1');
    assert.equal(
      cache.parameters('p', 1, () => 'a=2'),
      parameters,
    );
  });
});
