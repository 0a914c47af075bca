import assert from 'node:assert/strict';
import { applyEdits, setProperty } from '../../../src/core/flow/edit';
import { readFlow } from '../../../src/core/flow/read';
import { addRow, rawSpanOf, readTable, removeRow, replaceCell } from '../../../src/core/flow/tables';
import { escapeXmlText } from '../../../src/core/flow/xml';
import { flowWithSteps } from './flowText';

const two =
  "<row><cell id='Public Key Alias'>a &amp; b</cell></row><row><cell id='Public Key Alias'>{{Alias}}</cell></row>";

describe('a table in a value', () => {
  it('is read cell by cell, with ids or without', () => {
    assert.deepEqual(
      readTable(two).map(({ row, column, value }) => [row, column, value]),
      [
        [0, 'Public Key Alias', 'a & b'],
        [1, 'Public Key Alias', '{{Alias}}'],
      ],
    );
    const [a, b, c] = readTable('<row><cell>x</cell><cell/></row><row><cell id="k" /></row>');
    assert.deepEqual([a?.column, a?.value, b?.column, b?.value, c?.row, c?.column], ['0', 'x', '1', '', 1, 'k']);
    for (const text of ['', 'partner', 'a <row><cell>x</cell></row>', '<rows>']) assert.deepEqual(readTable(text), []);
    assert.deepEqual(readTable('<row><cell>x'), []);
  });

  it('changes in one cell alone', () => {
    const [first, second] = readTable(two);
    assert.ok(first && second);
    assert.equal(replaceCell(two, second, "o'<k>"), two.replace('{{Alias}}', 'o&apos;&lt;k&gt;'));
    assert.equal(replaceCell(two, first, ''), two.replace('a &amp; b', ''));
    const [open] = readTable("<row><cell id='k'/></row>");
    assert.ok(open);
    assert.equal(replaceCell("<row><cell id='k'/></row>", open, 'x'), "<row><cell id='k'>x</cell></row>");
  });

  it('gets a row more as it has them, and loses one', () => {
    assert.equal(addRow('', 'publicKey', 'x'), "<row><cell id='publicKey'>x</cell></row>");
    assert.equal(addRow(two, 'Public Key Alias', 'c'), `${two}<row><cell id='Public Key Alias'>c</cell></row>`);
    const pair = "<row><cell id='s'>1</cell><cell id='i'>2</cell></row>";
    assert.equal(addRow(pair, 's', 'x'), `${pair}<row><cell id='s'>x</cell><cell id='i'></cell></row>`);
    assert.equal(removeRow(two, 0), "<row><cell id='Public Key Alias'>{{Alias}}</cell></row>");
    assert.equal(removeRow(pair, 0), '');
  });

  it('lies in the flow where it says, whatever is escaped before it', () => {
    const values = ['\u{1F511}<&>"\r\n\tz', two, '&#x1F511;x', 'a]]>b'];
    for (const eol of ['\n', '\r\n'] as const) {
      for (const value of values) {
        const text = flowWithSteps(
          [],
          [{ activity: 'Encrypt', properties: { headers: escapeXmlText(value.replace('\r\n', '\n'), '\n') } }],
        ).replaceAll('\n', eol);
        const flow = readFlow(text);
        const property = flow.steps.at(-1)?.properties.find(({ key }) => key === 'headers');
        assert.ok(property);
        for (let from = 0; from < property.value.length; from++) {
          const span = rawSpanOf(flow, property, { offset: from, length: property.value.length - from });
          assert.ok(span, `${from} of ${JSON.stringify(value)}`);
          assert.equal(span.offset + span.length, property.valueSpan.offset + property.valueSpan.length);
          const raw = flow.text.slice(property.valueSpan.offset, span.offset);
          const before = readFlow(applyEdits(flow.text, [{ ...property.valueSpan, text: `${raw}|` }])).steps.at(-1);
          assert.equal(
            before?.properties.find(({ key }) => key === 'headers')?.value,
            `${property.value.slice(0, from)}|`,
          );
          // Not between the halves of a surrogate pair: both stand in one character reference.
          if ((property.value.codePointAt(from) ?? 0) > 0xffff) from++;
        }
      }
    }
  });

  it('is found in a CDATA section too', () => {
    const text = flowWithSteps(
      [],
      [{ activity: 'Encrypt', properties: { headers: `<value><![CDATA[${two}]]></value>` } }],
    );
    const flow = readFlow(text);
    const step = flow.steps.at(-1);
    const property = step?.properties.find(({ key }) => key === 'headers');
    const cell = readTable(property?.value ?? '')[1];
    assert.ok(step && property && cell);
    const span = rawSpanOf(flow, property, cell.span);
    assert.ok(span);
    assert.equal(text.slice(span.offset, span.offset + span.length), '{{Alias}}');
    const edits = setProperty(flow, step, 'headers', replaceCell(property.value, cell, 'x'));
    assert.equal(applyEdits(text, edits), text.replace('{{Alias}}', 'x'));
  });
});
