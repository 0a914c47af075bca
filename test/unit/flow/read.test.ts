import assert from 'node:assert/strict';
import { propertyOf } from '../../../src/core/flow/adapters';
import { LineMap } from '../../../src/core/flow/lines';
import { readFlow } from '../../../src/core/flow/read';
import { flowText, httpReceiver } from './flowText';

describe('reading a flow', () => {
  it('lists senders and receivers by their direction property, with adapter, protocol and version', () => {
    const text = flowText(
      { id: 'A', name: 'In', direction: 'Sender', adapter: 'HTTPS', version: '1.5.2' },
      { id: 'B', name: 'Out & on', adapter: 'SOAP', messageProtocol: 'SOAP 1.x', version: '1.12.2' },
      { id: 'C', adapter: 'Kafka', vendor: 'ApacheCamel', messageProtocol: 'kafka', version: '' },
    ).replace('name="Out & on"', 'name="Out &amp; on"');
    const flow = readFlow(text, 'Orders');
    assert.equal(flow.name, 'Orders');
    assert.deepEqual(flow.problems, []);
    assert.deepEqual(
      flow.channels.map((c) => [c.id, c.name, c.direction, c.adapter, c.vendor, c.messageProtocol, c.version]),
      [
        ['A', 'In', 'Sender', 'HTTPS', undefined, 'None', '1.5.2'],
        ['B', 'Out & on', 'Receiver', 'SOAP', undefined, 'SOAP 1.x', '1.12.2'],
        ['C', 'To Partner', 'Receiver', 'Kafka', 'ApacheCamel', 'kafka', ''],
      ],
    );
  });

  it('points at the source of every value', () => {
    const text = flowText(
      httpReceiver({
        httpAddressWithoutQuery: 'https://x/?a=1&amp;b=&lt;2&gt;',
        privateKeyAlias: '<value/>',
        credentialName: '<value />',
        proxyType: '<value></value>',
        note: '<value><![CDATA[a<b]]></value>',
        both: '<value>a<!-- ignore -->b</value>',
        astral: 'k\u{1F511}y',
      }),
    );
    const flow = readFlow(text);
    const [channel] = flow.channels;
    assert.ok(channel);
    const seen = (key: string): unknown[] => {
      const property = propertyOf(channel, key);
      assert.ok(property, key);
      const cut = ({ offset, length }: { offset: number; length: number }): string =>
        text.slice(offset, offset + length);
      return [
        property.value,
        property.form,
        cut(property.valueSpan),
        cut(property.valueElement),
        property.pieces.map(cut),
      ];
    };
    const address = 'https://x/?a=1&amp;b=&lt;2&gt;';
    assert.deepEqual(seen('httpAddressWithoutQuery'), [
      'https://x/?a=1&b=<2>',
      'text',
      address,
      `<value>${address}</value>`,
      [address],
    ]);
    assert.deepEqual(seen('privateKeyAlias'), ['', 'selfClosing', '<value/>', '<value/>', []]);
    assert.deepEqual(seen('credentialName'), ['', 'selfClosing', '<value />', '<value />', []]);
    assert.deepEqual(seen('proxyType'), ['', 'text', '', '<value></value>', []]);
    assert.deepEqual(seen('note'), ['a<b', 'cdata', '<![CDATA[a<b]]>', '<value><![CDATA[a<b]]></value>', ['a<b']]);
    assert.deepEqual(seen('both'), [
      'ab',
      'mixed',
      'a<!-- ignore -->b',
      '<value>a<!-- ignore -->b</value>',
      ['a', 'b'],
    ]);
    assert.deepEqual(seen('astral'), [
      'k\u{1F511}y',
      'text',
      'k\u{1F511}y',
      '<value>k\u{1F511}y</value>',
      ['k\u{1F511}y'],
    ]);
  });

  it('reads LF, CRLF and a byte order mark alike, with offsets into the text given', () => {
    const text = flowText(httpReceiver({ payload: 'one\ntwo&#13;\nthree' }));
    for (const variant of [
      text,
      text.replaceAll('\n', '\r\n'),
      `\uFEFF${text}`,
      `\uFEFF${text.replaceAll('\n', '\r\n')}`,
    ]) {
      const flow = readFlow(variant);
      assert.deepEqual(flow.problems, []);
      const property = flow.channels[0] && propertyOf(flow.channels[0], 'payload');
      assert.ok(property);
      assert.equal(property.value, 'one\ntwo\r\nthree');
      assert.match(
        variant.slice(property.valueSpan.offset, property.valueSpan.offset + property.valueSpan.length),
        /^one\r?\ntwo&#13;\r?\nthree$/,
      );
    }
  });

  it('does not take commented-out or quoted properties for real ones', () => {
    const fake = '<ifl:property><key>privateKeyAlias</key><value>fake</value></ifl:property>';
    const text = flowText(httpReceiver({ note: `<value><![CDATA[${fake}]]></value>` })).replace(
      '</bpmn2:extensionElements>',
      `<!-- ${fake} --></bpmn2:extensionElements>`,
    );
    const [channel] = readFlow(text).channels;
    assert.ok(channel);
    assert.deepEqual(
      channel.properties.filter(({ key }) => key === 'privateKeyAlias').map(({ value }) => value),
      ['partner_a'],
    );
  });

  it('accepts other prefixes, the two-slash namespace and properties with a namespace of their own', () => {
    const text = flowText(httpReceiver())
      .replaceAll('bpmn2:', 'b:')
      .replace('xmlns:bpmn2', 'xmlns:b')
      .replaceAll('ifl:property', 'i:property')
      .replace('xmlns:ifl="http:///com', 'xmlns:i="http://com')
      .replace('<i:property>', '<i:property xmlns:ns="urn:x">');
    const flow = readFlow(text);
    assert.deepEqual(flow.problems, []);
    assert.equal(flow.channels[0]?.adapter, 'HTTP');
  });

  it('takes the last of two equal keys', () => {
    const text = flowText(httpReceiver()).replace(
      '</bpmn2:extensionElements>',
      '<ifl:property><key>privateKeyAlias</key><value>second</value></ifl:property></bpmn2:extensionElements>',
    );
    const [channel] = readFlow(text).channels;
    assert.equal(channel && propertyOf(channel, 'privateKeyAlias')?.value, 'second');
  });

  it('leaves drawn arrows without an adapter out, and says when a channel has no direction', () => {
    const text = flowText(httpReceiver({}, { id: 'Good' })).replace(
      '    </bpmn2:collaboration>',
      '<bpmn2:messageFlow id="Arrow"/><bpmn2:messageFlow id="Odd"><bpmn2:extensionElements><ifl:property><key>ComponentType</key><value>HTTP</value></ifl:property></bpmn2:extensionElements></bpmn2:messageFlow></bpmn2:collaboration>',
    );
    const flow = readFlow(text);
    assert.deepEqual(
      flow.channels.map(({ id }) => id),
      ['Good'],
    );
    assert.deepEqual(
      flow.problems.map(({ code, message }) => [code, message.includes('Odd')]),
      [['channel-incomplete', true]],
    );
  });

  describe('of broken XML', () => {
    const text = flowText(httpReceiver({}, { id: 'First' }), httpReceiver({}, { id: 'Second' }));

    it('names line and column, and still lists the channels around the damage', () => {
      const broken = text.replace('<value>partner_a</value>', '<value>partner_a<value>');
      const flow = readFlow(broken);
      const [problem] = flow.problems;
      assert.equal(problem?.code, 'xml-broken');
      const at = new LineMap(broken).positionAt(broken.indexOf('partner_a<value>'));
      assert.ok(problem.line >= at.line && problem.line <= at.line + 2, `${problem.line} near ${at.line}`);
      assert.deepEqual(
        flow.channels.map(({ id }) => id),
        ['First', 'Second'],
      );
    });

    it('says so for every truncation, and never throws', () => {
      for (let length = 0; length < text.length; length += 97) {
        const flow = readFlow(text.slice(0, length));
        assert.ok(flow.problems.length > 0, `cut at ${length}`);
        assert.ok(flow.problems.length <= 21);
        for (const { offset, line, column } of flow.problems) assert.ok(offset >= 0 && line >= 1 && column >= 1);
      }
    });

    it('says when the file is something else', () => {
      assert.deepEqual(
        readFlow('<html/>').problems.map(({ code }) => code),
        ['not-a-flow'],
      );
      assert.equal(readFlow('PK\u0003\u0004').problems[0]?.code, 'xml-broken');
    });

    it('caps the problems of rubbish', () => {
      assert.ok(readFlow('<a>'.repeat(3) + '&x;'.repeat(1000)).problems.length <= 21);
    });

    it('stops where elements are nested far deeper than in any flow, and keeps the channels before', () => {
      const nested = (depth: number): string => {
        const inside = '<bpmn2:x>'.repeat(depth) + '</bpmn2:x>'.repeat(depth);
        return text.replace('</bpmn2:definitions>', `${inside}</bpmn2:definitions>`);
      };
      assert.deepEqual(readFlow(nested(200)).problems, []);
      // Half a megabyte: took a quarter of a minute where every element looked its namespace up through all those around it.
      const deep = nested(30_000);
      const { problems, channels } = readFlow(deep);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ['xml-broken'],
      );
      const [problem] = problems;
      assert.ok(problem && deep.startsWith('<bpmn2:x>', problem.offset) && problem.column > 200 * '<bpmn2:x>'.length);
      assert.match(problem.message, /256/);
      assert.deepEqual(
        channels.map(({ id }) => id),
        ['First', 'Second'],
      );
    });

    it('reads no document type and expands no entity of its own', () => {
      const bomb = text
        .replace('?>', '?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>')
        .replace('>partner_a<', '>&b;<');
      const flow = readFlow(bomb);
      assert.equal(flow.problems[0]?.code, 'xml-broken');
      assert.ok(flow.channels[0]);
      assert.equal(propertyOf(flow.channels[0], 'privateKeyAlias')?.value, '&b;');
    });
  });

  it('refuses what is far larger than any flow', () => {
    const flow = readFlow('x'.repeat(33 * 1024 * 1024));
    assert.deepEqual(
      flow.problems.map(({ code }) => code),
      ['too-large'],
    );
  });
});

describe('a line map', () => {
  it('counts LF, CRLF and CR as VS Code does', () => {
    const lines = new LineMap('a\r\nbc\nd\re');
    const at = (offset: number): string => Object.values(lines.positionAt(offset)).join(':');
    assert.deepEqual([0, 1, 3, 4, 6, 8].map(at), ['1:1', '1:2', '2:1', '2:2', '3:1', '4:1']);
  });

  it('gives a byte order mark no column', () => {
    assert.deepEqual(new LineMap('\uFEFFab\nc').positionAt(2), { line: 1, column: 2 });
    assert.deepEqual(new LineMap('\uFEFFab\nc').positionAt(4), { line: 2, column: 1 });
  });
});
