import assert from 'node:assert/strict';
import type { CheckedFlow } from '../../../src/core/checks/context';
import { applyEdits, editField } from '../../../src/core/flow/edit';
import { parameterOf, rawSpanInValue, readParameters } from '../../../src/core/flow/parameters';
import { partFields, partsOf } from '../../../src/core/flow/partFields';
import { readFlow } from '../../../src/core/flow/read';
import { readTable } from '../../../src/core/flow/tables';
import { aliasInFlow, aliasInParameters, referencesOf } from '../../../src/core/languageService/aliasAt';
import {
  completionsInFlow,
  completionsInParameters,
  type Completion,
} from '../../../src/core/languageService/completions';
import { certificate, keyPair, keystore, options } from '../checks/views';
import { flowWithSteps } from '../flow/flowText';

const store = keystore(keyPair('a:b & co'), certificate('root'));
const sources = { keystores: [store], options };

/** A flow whose encryptor has the table, escaped where it is not CDATA already. */
function flowWithTable(table: string): CheckedFlow {
  const text = flowWithSteps([], [{ activity: 'Encrypt', properties: { headers: table } }]);
  return { file: 'Orders.iflw', flow: readFlow(text) };
}

function withParameters(text: string): CheckedFlow {
  const source = flowWithTable('{{Recipients}}');
  return { ...source, parametersFile: { file: 'parameters.prop', parameters: readParameters(text) } };
}

const named = (found: readonly Completion[], alias: string): Completion => {
  const one = found.find(({ value }) => value === alias);
  assert.ok(one, `${alias} of ${found.map(({ value }) => value).join(', ')}`);
  return one;
};

const cellsIn = (text: string): string[] =>
  readTable(
    readFlow(text)
      .steps.flatMap(({ properties }) => properties)
      .find(({ key }) => key === 'headers')?.value ?? '',
  ).map(({ column, value }) => `${column}=${value}`);

describe('an empty cell of a table in a flow', () => {
  for (const [how, open, close] of [
    ['escaped', '&lt;', '&gt;'],
    ['in CDATA', '<', '>'],
  ] as const) {
    it(`is filled where it is ${how}, and nothing else`, () => {
      const row = `${open}row${close}${open}cell id='Public Key Alias'/${close}${open}/row${close}`;
      const source = flowWithTable(how === 'escaped' ? row : `<value><![CDATA[${row}]]></value>`);
      const { text } = source.flow;
      const start = text.indexOf(`${open}cell id`);
      const end = text.indexOf(`${open}/row`);
      assert.deepEqual(completionsInFlow(source, start, sources), []);
      assert.deepEqual(completionsInFlow(source, end, sources), []);
      const chosen = named(completionsInFlow(source, end - close.length - 1, sources), 'a:b & co');
      assert.equal(chosen.filter, text.slice(start, end));
      const after = applyEdits(text, [{ ...chosen.span, text: chosen.text }]);
      assert.deepEqual(cellsIn(after), ['Public Key Alias=a:b & co']);
      assert.equal(after.slice(0, start), text.slice(0, start));
      assert.ok(after.endsWith(text.slice(end)));
      assert.equal(aliasInFlow(source, end - close.length - 1), undefined);
    });
  }
});

describe('a table that has no row yet', () => {
  it('gets one', () => {
    const source = flowWithTable('<value/>');
    const { text } = source.flow;
    const at = text.indexOf('<value/>', text.indexOf('>headers<')) + 2;
    const made = named(completionsInFlow(source, at, sources), 'root');
    assert.deepEqual(cellsIn(applyEdits(text, [{ ...made.span, text: made.text }])), ['Public Key Alias=root']);
    const [part] = partsOf(source.flow);
    const field = part && partFields(part).find(({ key }) => key === 'headers');
    assert.ok(part && field);
    const { edits } = editField({ flow: source.flow, part: part.part }, field, 'a<b');
    assert.deepEqual(cellsIn(applyEdits(text, edits)), ['Public Key Alias=a<b']);
    const parameter = editField({ flow: source.flow, part: part.part }, field, '{{p}}');
    assert.ok(applyEdits(text, parameter.edits).includes('<value>{{p}}</value>'));
  });
});

describe('a table that is a parameter', () => {
  const row = (cell: string): string => `<row>${cell}</row>`;
  const full = `Other=x\nRecipients=${row("<cell id\\='Public Key Alias'>ro\\\n  ot</cell>")}${row("<cell id\\='Public Key Alias' />")}\nLast=y\n`;

  it('completes the cell that the cursor is in', () => {
    const source = withParameters(full);
    const parameters = readParameters(full);
    const [flows, at] = [[source], full.indexOf('ro\\') + 1];
    const filled = named(completionsInParameters(parameters, at, flows, sources), 'a:b & co');
    assert.equal(filled.text, 'a\\:b &amp; co');
    assert.equal(
      applyEdits(full, [{ ...filled.span, text: filled.text }]),
      full.replace('ro\\\n  ot', 'a\\:b &amp; co'),
    );
    const empty = full.indexOf(' />') + 1;
    const made = named(completionsInParameters(parameters, empty, flows, sources), 'a:b & co');
    assert.equal(made.filter, "<cell id\\='Public Key Alias' />");
    const after = applyEdits(full, [{ ...made.span, text: made.text }]);
    assert.deepEqual(
      readTable(parameterOf(readParameters(after), 'Recipients')?.value ?? '').map(({ value }) => value),
      ['root', 'a:b & co'],
    );
    assert.equal(after, full.replace(' />', '>a\\:b &amp; co</cell>'));
  });

  it('offers nothing between its cells, nor in an entry that another of its name hides', () => {
    const parameters = readParameters(full);
    for (const at of [full.indexOf('<row>'), full.indexOf('</row>') + 2, full.indexOf('id\\=')]) {
      assert.deepEqual(completionsInParameters(parameters, at, [withParameters(full)], sources), []);
    }
    const cell = (alias: string): string => row(`<cell id\\='Public Key Alias'>${alias}</cell>`);
    const twice = `Recipients=${cell('hidden')}\nRecipients=${cell('root')}`;
    const source = withParameters(twice);
    const there = readParameters(twice);
    assert.deepEqual(completionsInParameters(there, twice.indexOf('hidden') + 1, [source], sources), []);
    assert.equal(aliasInParameters(there, twice.indexOf('hidden') + 1, [source]), undefined);
    assert.equal(aliasInParameters(there, twice.lastIndexOf('root') + 1, [source])?.alias, 'root');
  });

  it('of another layout is left alone', () => {
    const other = `Recipients=${row('<cell>root</cell>')}`;
    const source = withParameters(other);
    const at = other.indexOf('root') + 1;
    assert.deepEqual(completionsInParameters(readParameters(other), at, [source], sources), []);
    assert.equal(aliasInParameters(readParameters(other), at, [source]), undefined);
    assert.deepEqual(referencesOf(row('<cell>root</cell>'), [source]), []);
  });

  it('is made where there is none yet', () => {
    const none = 'Recipients=';
    const made = named(
      completionsInParameters(readParameters(none), none.length, [withParameters(none)], sources),
      'root',
    );
    assert.equal(none + made.text, "Recipients=<row><cell id\\='Public Key Alias'>root</cell></row>");
  });

  it('knows the alias of a cell, and where it stands', () => {
    const source = withParameters(full);
    const found = aliasInParameters(readParameters(full), full.indexOf('ro\\') + 1, [source]);
    const span = { offset: full.indexOf('ro\\'), length: 'ro\\\n  ot'.length };
    assert.deepEqual(found, { alias: 'root', role: 'certificate', span, composed: false });
    const [reference] = referencesOf('root', [source]);
    assert.deepEqual(reference?.written, { file: 'parameters.prop', span });
  });
});

describe('a piece of a value in parameters.prop', () => {
  it('is found among escapes and continued lines', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const ways: ((character: string) => string)[] = [
      (character) => (character === '\\' || character === ' ' ? `\\${character}` : character),
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      (character) => (/[a-z]/.test(character) ? character : `\\${character}`),
      (character) => `\\\n \t${character === ' ' || character === '\\' ? `\\${character}` : character}`,
    ];
    for (let round = 0; round < 2000; round++) {
      const value = Array.from({ length: 1 + random(8) }, () => 'ace <>=:\\\u00e4'.charAt(random(10))).join('');
      const raw = Array.from(value, (character) => ways[random(ways.length)]?.(character) ?? '').join('');
      const text = `# c\nname = ${raw}${['', '\n', '\r\nnext=1'][random(3)] ?? ''}`;
      const parameters = readParameters(text);
      const entry = parameterOf(parameters, 'name');
      assert.ok(entry);
      assert.equal(entry.value, value, JSON.stringify(text));
      const offset = random(value.length + 1);
      const length = random(value.length - offset + 1);
      const span = rawSpanInValue(parameters, entry, { offset, length });
      const after = parameterOf(readParameters(applyEdits(text, [{ ...span, text: 'XY' }])), 'name')?.value;
      assert.equal(
        after,
        `${value.slice(0, offset)}XY${value.slice(offset + length)}`,
        JSON.stringify([text, offset, length]),
      );
    }
  });
});
