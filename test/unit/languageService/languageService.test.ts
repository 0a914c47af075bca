import assert from 'node:assert/strict';
import type { CheckedFlow } from '../../../src/core/checks/context';
import { lockedKeystore, type KeystoreView } from '../../../src/core/checks/keystoreView';
import { applyEdits } from '../../../src/core/flow/edit';
import { readParameters } from '../../../src/core/flow/parameters';
import { readFlow } from '../../../src/core/flow/read';
import {
  completionsInFlow,
  completionsInParameters,
  valuesSeen,
  type AliasFacts,
  type Completion,
} from '../../../src/core/languageService/completions';
import { foldingOf } from '../../../src/core/languageService/folding';
import { channelLenses, useLenses, type ChannelLens } from '../../../src/core/languageService/lenses';
import { ParseCache } from '../../../src/core/languageService/parseCache';
import { symbolsOf, type FlowSymbol } from '../../../src/core/languageService/symbols';
import { certificate, keyPair, keystore, options } from '../checks/views';
import { flowText, flowWithSteps, httpReceiver, type ChannelText } from '../flow/flowText';

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
    const { adapter, authentication, alias, testable } = lens(httpReceiver({ privateKeyAlias: 'zeta' }));
    assert.equal(adapter, 'HTTP');
    assert.deepEqual(authentication, {
      value: 'Client Certificate',
      label: 'Client Certificate',
      kind: 'client-certificate',
    });
    assert.ok(alias?.state === 'valid');
    assert.deepEqual([alias.alias, alias.keystore, alias.days], ['zeta', 'partner.p12', 400]);
    assert.equal(testable, true);
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

  it('offer no test for adapters that speak something that a test does not', () => {
    const { adapter, authentication, testable } = lens({
      adapter: 'Kafka',
      vendor: 'ApacheCamel',
      messageProtocol: 'kafka',
    });
    assert.deepEqual([adapter, authentication, testable], ['Kafka', undefined, false]);
  });
});

describe('completing an alias in a flow', () => {
  const complete = (
    text: string,
    at: string,
    shift = 0,
    keystores: readonly KeystoreView[] = [store],
  ): (Completion & AliasFacts)[] =>
    completionsInFlow({ file: 'x.iflw', flow: readFlow(text) }, text.indexOf(at) + shift, {
      keystores,
      options,
    }).filter((each) => each.kind === 'alias');

  it('offers key pairs, expired ones and those without a certificate last', () => {
    const text = flowText(httpReceiver({ privateKeyAlias: 'al' }));
    const offered = complete(text, '>al<', 3);
    assert.deepEqual(
      offered.map(({ value, state, days, keystore: name, entry }) => [value, state, days, name, entry.key]),
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
      const zeta = complete(text, value, shift).find(({ value: alias }) => alias === 'zeta');
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
    for (const at of ['https://partner', '<key>privateKeyAlias', 'privateKeyAlias<', '<?xml', 'a<!-- c']) {
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
  const flows = [source([httpReceiver({ privateKeyAlias: '{{Key Alias}}', credentialName: '{{User}}' })])];
  const text = '#x\nKey\\ Alias=al\nUser=al\nlone';
  const complete = (content: string, offset: number, keystores = [store]): Completion[] =>
    completionsInParameters(readParameters(content), offset, flows, { keystores, options });

  it('offers key pairs in their values, escaped as the file needs', () => {
    const [first] = complete(text, text.indexOf('=al') + 2);
    assert.ok(first);
    assert.equal(applyEdits(text, [{ ...first.span, text: first.text }]), text.replace('=al', '=alpha & co'));
    const empty = 'Key\\ Alias=';
    assert.equal(complete(empty, empty.length).length, 4);
    const colon = keystore(keyPair('a:b'));
    const [escaped] = complete(empty, empty.length, [colon]);
    assert.equal(escaped?.text, 'a\\:b');
  });

  it('offers nothing in names, in other parameters, in comments', () => {
    for (const at of ['Key', 'Alias', 'User', 'ser=al', '#x', 'lone']) {
      const offset = at === 'ser=al' ? text.indexOf(at) + 5 : text.indexOf(at) + 1;
      assert.deepEqual(complete(text, offset), [], at);
    }
  });
});

describe('completing other values', () => {
  const valuesAt = (text: string, at: string, shift: number, seen?: ReturnType<typeof valuesSeen>): string[] =>
    completionsInFlow({ file: 'x.iflw', flow: readFlow(text) }, text.indexOf(at) + shift, {
      keystores: [store],
      options,
      ...(seen ? { seen } : {}),
    }).map(({ kind, value }) => `${kind} ${value}`);

  it('offers what the adapter knows for authentication and proxy', () => {
    const text = flowText(httpReceiver({ authenticationMethod: 'Ba', proxyType: 'x' }));
    assert.deepEqual(valuesAt(text, '>Ba<', 2), [
      'option None',
      'option Basic',
      'option OAuth2 Client Credentials',
      'option Client Certificate',
      'option OAuth2 SAML Bearer Assertion',
      'option Principal Propagation',
    ]);
    assert.deepEqual(valuesAt(text, '>x<', 1), ['option default', 'option sapcc', 'option Internet']);
  });

  it('offers credentials seen elsewhere for a credential, and never an alias', () => {
    const seen = valuesSeen([
      source([httpReceiver({ credentialName: 'often' }), httpReceiver({ credentialName: 'often' })]),
      source([httpReceiver({ credentialName: '{{C}}', locationID: 'loc' })], 'C=once'),
      source([httpReceiver({ credentialName: '${header.x}' })]),
    ]);
    const text = flowText(httpReceiver({ credentialName: 'o' }));
    assert.deepEqual(valuesAt(text, '>o<', 2, seen), ['seen often', 'seen once']);
    assert.deepEqual(valuesAt(text, '>o<', 2), []);
  });

  it('offers certificates first for the cell of a table, escaped twice', () => {
    const table = "&lt;row&gt;&lt;cell id='Public Key Alias'&gt;here&lt;/cell&gt;&lt;/row&gt;";
    const text = flowWithSteps([], [{ activity: 'Encrypt', properties: { headers: table } }]);
    const flow = readFlow(text);
    const found = completionsInFlow({ file: 'x', flow }, text.indexOf('here') + 2, { keystores: [store], options });
    assert.deepEqual(
      found.map(({ value }) => value),
      ['root', 'alpha & co', 'zeta', 'gone'],
    );
    const alpha = found[1];
    assert.ok(alpha);
    const changed = applyEdits(text, [{ ...alpha.span, text: alpha.text }]);
    assert.equal(changed, text.replace('here', 'alpha &amp;amp; co'));
  });
});

describe('the outline of a flow', () => {
  const text = flowWithSteps(
    [httpReceiver({}, { id: 'A', name: 'To A' })],
    [
      { id: 'S', name: 'Sign', activity: 'SimpleSignMessage', properties: { privateKeyAlias: 'signer' } },
      { id: 'E', name: 'Set', activity: 'Enricher' },
    ],
  );
  const flow = readFlow(text);

  it('lists channels with their values, and steps inside their process', () => {
    const brief = ({ kind, name, detail, children }: FlowSymbol): unknown => [
      `${kind} ${name}: ${detail}`,
      ...children.map(brief),
    ];
    assert.deepEqual(symbolsOf(flow).map(brief), [
      [
        'channel To A: Receiver · HTTP',
        ['value Address: https://partner.example/orders'],
        ['value Authentication: Client Certificate'],
        ['value Private Key Alias: partner_a'],
        ['value Proxy Type: default'],
      ],
      [
        'process Integration Process: process',
        ['step Sign: Simple Signer', ['value Private Key Alias: signer']],
        ['step Set: Enricher'],
      ],
    ]);
  });

  it('keeps what is selected inside what it belongs to', () => {
    const check = (symbol: FlowSymbol): void => {
      const { span, selection } = symbol;
      assert.ok(selection.offset >= span.offset);
      assert.ok(selection.offset + selection.length <= span.offset + span.length);
      for (const child of symbol.children) {
        assert.ok(child.span.offset >= span.offset);
        check(child);
      }
    };
    symbolsOf(flow).forEach(check);
  });

  it('folds each element up to the line of its end tag', () => {
    const lines = text.split('\n');
    const folds = foldingOf(flow);
    const starting = (start: string): string | undefined => {
      const line = lines.findIndex((each) => each.trim().startsWith(start));
      const fold = folds.find((each) => each.start === line);
      return fold && lines[fold.end + 1]?.trim();
    };
    assert.equal(starting('<bpmn2:messageFlow'), '</bpmn2:messageFlow>');
    assert.equal(starting('<bpmn2:callActivity'), '</bpmn2:callActivity>');
    assert.equal(starting('<ifl:property>'), '</ifl:property>');
    assert.equal(starting('<bpmn2:process'), '</bpmn2:process>');
    assert.ok(!folds.some(({ start, end }) => end <= start));
  });

  it('has a line over each sender and step that names an alias', () => {
    const sender = {
      id: 'I',
      direction: 'Sender',
      adapter: 'AS2',
      properties: { privateKeyAliasForDecryption: 'gone' },
    };
    const both = flowWithSteps(
      [{ ...sender, direction: 'Sender' }, { id: 'N', direction: 'Sender', adapter: 'HTTPS' }, httpReceiver()],
      [{ id: 'S', name: 'Sign', activity: 'SimpleSignMessage', properties: { privateKeyAlias: 'signer' } }],
    );
    const lenses = useLenses({ file: 'x', flow: readFlow(both) }, [keystore(keyPair('signer'))], options);
    assert.deepEqual(
      lenses.map(({ part, label, aliases }) => [part.id, label, aliases.map(({ state }) => state)]),
      [
        ['I', 'AS2', ['missing']],
        ['S', 'Simple Signer', ['valid']],
      ],
    );
    assert.equal(lenses[1] && both.startsWith('<bpmn2:callActivity', lenses[1].offset), true);
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
