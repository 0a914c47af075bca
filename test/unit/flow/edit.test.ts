import assert from 'node:assert/strict';
import {
  applyEdits,
  difference,
  editField,
  invertEdits,
  requireChannel,
  setField,
  setProperty,
} from '../../../src/core/flow/edit';
import { fieldsOf } from '../../../src/core/flow/fields';
import { propertyOf } from '../../../src/core/flow/adapters';
import type { Channel, Flow } from '../../../src/core/flow/model';
import { readParameters } from '../../../src/core/flow/parameters';
import { readFlow } from '../../../src/core/flow/read';
import { flowText, httpReceiver } from './flowText';

function open(text: string): { flow: Flow; channel: Channel } {
  const flow = readFlow(text);
  const [channel] = flow.channels;
  assert.ok(channel);
  return { flow, channel };
}

/** Sets a key and says which part of the text became which. */
function change(text: string, key: string, value: string): { before: string; after: string; text: string } {
  const { flow, channel } = open(text);
  const edits = setProperty(flow, channel, key, value);
  const changed = applyEdits(text, edits);
  assert.equal(applyEdits(changed, invertEdits(text, edits)), text, 'undone');
  const again = open(changed);
  assert.equal(propertyOf(again.channel, key)?.value, value, 'read back');
  for (const property of again.channel.properties) {
    if (property.key !== key) assert.equal(property.value, propertyOf(channel, property.key)?.value, property.key);
  }
  let start = 0;
  while (start < Math.min(text.length, changed.length) && text[start] === changed[start]) start++;
  let end = 0;
  while (end < Math.min(text.length, changed.length) - start && text.at(-1 - end) === changed.at(-1 - end)) end++;
  return {
    before: text.slice(start, text.length - end),
    after: changed.slice(start, changed.length - end),
    text: changed,
  };
}

const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected;

describe('editing a value of a flow', () => {
  const text = flowText(httpReceiver());

  for (const [name, variant] of [
    ['LF', text],
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${text}`],
  ] as const) {
    it(`changes the bytes of the value alone (${name})`, () => {
      const changed = change(variant, 'privateKeyAlias', 'zzz');
      assert.deepEqual([changed.before, changed.after], ['partner_a', 'zzz']);
      assert.equal(changed.text, variant.replace('partner_a', 'zzz'));
    });
  }

  it('escapes as exported flows do', () => {
    const changed = change(text, 'privateKeyAlias', `a&b<c>"d'\te`);
    assert.ok(changed.text.includes(`<value>a&amp;b&lt;c&gt;"d'\te</value>`));
    const lines = change(text.replaceAll('\n', '\r\n'), 'privateKeyAlias', 'x\ny\r\nz');
    assert.ok(lines.text.includes('<value>x\r\ny&#13;\r\nz</value>'));
  });

  it('writes characters outside the basic plane as they are, and counts them rightly', () => {
    const emoji = flowText(httpReceiver({ httpAddressWithoutQuery: '\u{1F511}\u{1F511}' }));
    assert.deepEqual(change(emoji, 'privateKeyAlias', 'k\u{1F511}').text, emoji.replace('partner_a', 'k\u{1F511}'));
  });

  it('fills and empties <value/> in the form the file uses', () => {
    for (const empty of ['<value/>', '<value />', '<value></value>']) {
      const variant = flowText(
        httpReceiver({ privateKeyAlias: empty, credentialName: empty, httpAddressQuery: empty }),
      );
      const filled = change(variant, 'privateKeyAlias', 'new');
      assert.ok(filled.text.includes('<value>new</value>'), empty);
      assert.equal(change(filled.text, 'privateKeyAlias', '').text, variant, empty);
    }
  });

  it('keeps attributes of the value element', () => {
    const variant = flowText(httpReceiver({ privateKeyAlias: '<value xml:lang="en"/>' }));
    const filled = change(variant, 'privateKeyAlias', 'new');
    assert.ok(filled.text.includes('<value xml:lang="en">new</value>'));
    assert.equal(change(filled.text, 'privateKeyAlias', '').text, variant);
  });

  it('keeps a CDATA section a CDATA section', () => {
    const variant = flowText(httpReceiver({ privateKeyAlias: '<value><![CDATA[a&b]]></value>' }));
    assert.ok(change(variant, 'privateKeyAlias', 'c<d>').text.includes('<value><![CDATA[c<d>]]></value>'));
    assert.ok(change(variant, 'privateKeyAlias', '').text.includes('<value><![CDATA[]]></value>'));
    change(variant, 'privateKeyAlias', 'x]]>y\rz');
    // What opens a section means nothing inside one.
    const nested = flowText(
      httpReceiver({ privateKeyAlias: '<value> <!-- <![CDATA[ --><![CDATA[a<![CDATA[b]]></value>' }),
    );
    assert.ok(
      change(nested, 'privateKeyAlias', 'new').text.includes('<value>new<!-- <![CDATA[ --><![CDATA[]]></value>'),
    );
    const alone = flowText(httpReceiver({ privateKeyAlias: '<value><![CDATA[a<![CDATA[b]]></value>' }));
    assert.ok(change(alone, 'privateKeyAlias', 'new').text.includes('<value><![CDATA[new]]></value>'));
  });

  it('keeps comments inside a value', () => {
    const variant = flowText(httpReceiver({ privateKeyAlias: '<value>a<!-- keep -->b<![CDATA[c]]></value>' }));
    assert.ok(change(variant, 'privateKeyAlias', 'new').text.includes('<value>new<!-- keep --><![CDATA[]]></value>'));
    const lone = flowText(httpReceiver({ privateKeyAlias: '<value><!-- keep --></value>' }));
    assert.ok(change(lone, 'privateKeyAlias', 'new').text.includes('<value>new<!-- keep --></value>'));
  });

  it('makes no edit where nothing changes, whatever the spelling', () => {
    const { flow, channel } = open(
      flowText(httpReceiver({ privateKeyAlias: '&quot;a&#x41;', credentialName: '<value />' })),
    );
    assert.deepEqual(setField(flow, channel, 'privateKeyAlias', '"aA'), []);
    assert.deepEqual(setField(flow, channel, 'credential', ''), []);
  });

  it('refuses characters that XML cannot hold', () => {
    const { flow, channel } = open(text);
    for (const value of ['a\u0000', 'a\u0008', '\uD800x', 'x\uDC00', '\uFFFE']) {
      assert.throws(() => setField(flow, channel, 'credential', value), code('value-invalid'), JSON.stringify(value));
    }
  });

  it('refuses an alias of 300 characters and one of two lines, but not a long expression', () => {
    const { flow, channel } = open(text);
    assert.throws(() => setField(flow, channel, 'privateKeyAlias', 'a'.repeat(300)), code('value-invalid'));
    assert.throws(() => setField(flow, channel, 'privateKeyAlias', 'a\nb'), code('value-invalid'));
    assert.equal(setField(flow, channel, 'privateKeyAlias', 'a'.repeat(250)).length, 1);
    assert.equal(setField(flow, channel, 'privateKeyAlias', `\${header.${'a'.repeat(300)}}`).length, 1);
  });

  it('still reads and mends a file that has an alias of 300 characters', () => {
    const variant = flowText(httpReceiver({ privateKeyAlias: 'a'.repeat(300) }));
    assert.equal(change(variant, 'privateKeyAlias', 'short').text, variant.replace('a'.repeat(300), 'short'));
  });

  it('refuses a broken file, with the place', () => {
    const { flow, channel } = open(text.replace('</bpmn2:definitions>', ''));
    assert.throws(
      () => setField(flow, channel, 'privateKeyAlias', 'x'),
      (error: unknown) =>
        code('flow-broken')(error) && (error as { place: { line?: number } }).place.line !== undefined,
    );
  });

  it('refuses a value with elements inside', () => {
    const { flow, channel } = open(flowText(httpReceiver({ privateKeyAlias: '<value><x>1</x></value>' })));
    assert.throws(() => setField(flow, channel, 'privateKeyAlias', 'x'), code('property-unknown'));
  });

  it('refuses a key the channel does not have, unless it is to be added, as its neighbours are written', () => {
    for (const eol of ['\n', '\r\n'] as const) {
      const old = flowText({
        adapter: 'HCIOData',
        messageProtocol: 'OData V4',
        version: '1.8.0',
        properties: { authenticationMethod: 'Client Certificate' },
      }).replaceAll('\n', eol);
      const { flow, channel } = open(old);
      assert.throws(() => setField(flow, channel, 'privateKeyAlias', 'x'), code('property-unknown'));
      const edits = setField(flow, channel, 'privateKeyAlias', 'x&y', { add: true });
      const changed = applyEdits(old, edits);
      const pad = ' '.repeat(16);
      const expected = `${pad}<ifl:property>\n${pad}    <key>odataCertAuthPrivateKeyAlias</key>\n${pad}    <value>x&amp;y</value>\n${pad}</ifl:property>\n`;
      assert.equal(changed, old.replace(/( {12}<\/bpmn2:extensionElements>)/, `${expected.replaceAll('\n', eol)}$1`));
      const again = open(changed);
      assert.equal(fieldsOf(again.channel).privateKeyAlias?.value, 'x&y');
      assert.equal(applyEdits(changed, invertEdits(old, edits)), old);
    }
  });

  it('names the channels there are when asked for another', () => {
    const flow = readFlow(text);
    assert.equal(requireChannel(flow, 'MessageFlow_1').id, 'MessageFlow_1');
    assert.throws(
      () => requireChannel(flow, 'Nope'),
      (error: unknown) =>
        code('channel-unknown')(error) && String((error as { next?: string }).next).includes('MessageFlow_1'),
    );
  });
});

describe('editing a field where it lives', () => {
  const text = flowText(httpReceiver({ privateKeyAlias: '{{Partner &lt;Alias&gt;}}', credentialName: '{{Missing}}' }));
  const parameters = readParameters('#Mon Jan 01\nPartner\\ <Alias>=old\nOther=1\n');
  const { flow, channel } = open(text);
  const fields = fieldsOf(channel, parameters);
  const source = { flow, part: channel, parameters };
  assert.ok(fields.privateKeyAlias && fields.credential && fields.authentication);
  const { privateKeyAlias, credential, authentication } = fields;

  it('changes a whole parameter in parameters.prop', () => {
    const edit = editField(source, privateKeyAlias, 'new alias');
    assert.deepEqual(
      { ...edit, edits: applyEdits(parameters.text, edit.edits) },
      {
        place: 'parameters',
        key: 'Partner <Alias>',
        before: 'old',
        after: 'new alias',
        edits: '#Mon Jan 01\nPartner\\ <Alias>=new alias\nOther=1\n',
      },
    );
  });

  it('changes it in the flow when asked to', () => {
    const edit = editField(source, privateKeyAlias, 'literal', 'flow');
    assert.equal(edit.place, 'flow');
    assert.equal(edit.before, '{{Partner <Alias>}}');
    assert.equal(applyEdits(text, edit.edits), text.replace('{{Partner &lt;Alias&gt;}}', 'literal'));
  });

  it('adds a parameter that the file does not have', () => {
    const edit = editField(source, credential, 'USER');
    assert.equal(edit.before, undefined);
    assert.ok(applyEdits(parameters.text, edit.edits).endsWith('Other=1\nMissing=USER\n'));
  });

  it('refuses parameters.prop for a value that is not a parameter, and a parameter without a file', () => {
    assert.throws(() => editField(source, authentication, 'None', 'parameters'), code('arguments'));
    assert.throws(() => editField({ flow, part: channel }, privateKeyAlias, 'x'), code('not-found'));
    assert.throws(() => editField(source, privateKeyAlias, 'x'.repeat(300)), code('value-invalid'));
  });
});

describe('the difference of two texts', () => {
  it('is the one edit between them, of whole characters', () => {
    const letters = ['a', 'b', '\u{1F511}', '\u{1F512}', '\u{10511}', 'aa'];
    let seed = 3;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const made = (): string => Array.from({ length: random(6) }, () => letters[random(letters.length)]).join('');
    for (let round = 0; round < 5000; round++) {
      const [before, after] = [made(), made()];
      const edit = difference(before, after);
      assert.equal(applyEdits(before, [edit]), after);
      for (const each of [before.slice(0, edit.offset), edit.text, before.slice(edit.offset + edit.length)]) {
        assert.ok(each.isWellFormed(), JSON.stringify([before, after]));
      }
    }
    assert.deepEqual(difference('partner_a', 'partner_b'), { offset: 8, length: 1, text: 'b' });
  });
});
