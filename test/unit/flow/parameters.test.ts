import assert from 'node:assert/strict';
import { applyEdits, invertEdits } from '../../../src/core/flow/edit';
import { decodeParameters, encodeText } from '../../../src/core/flow/encoding';
import {
  escapeParameterName,
  escapeParameterValue,
  isDynamic,
  parameterOf,
  readParameters,
  resolveValue,
  setParameter,
} from '../../../src/core/flow/parameters';

const pairs = (text: string): [string, string][] =>
  readParameters(text).entries.map(({ name, value }) => [name, value]);

/** Sets a parameter; the new text, read back and taken back. */
function change(text: string, name: string, value: string): string {
  const parameters = readParameters(text);
  const edits = setParameter(parameters, name, value);
  const changed = applyEdits(text, edits);
  assert.equal(applyEdits(changed, invertEdits(text, edits)), text, 'undone');
  assert.equal(parameterOf(readParameters(changed), name)?.value, value, 'read back');
  const others = (all: [string, string][]): [string, string][] => all.filter(([key]) => key !== name);
  assert.deepEqual(others(pairs(changed)), others(pairs(text)), 'the others');
  return changed;
}

describe('reading parameters.prop', () => {
  it('knows the separators of java.util.Properties', () => {
    assert.deepEqual(pairs('a=1\nb:2\nc 3\nd\t=\t4\ne   :   5\nf==6\ng=:7\nh\n=i\nj='), [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
      ['d', '4'],
      ['e', '5'],
      ['f', '=6'],
      ['g', ':7'],
      ['h', ''],
      ['', 'i'],
      ['j', ''],
    ]);
  });

  it('skips comments and blank lines, which cannot be continued', () => {
    assert.deepEqual(pairs('#a=1\\\n  !b=2\n \t\f\n\r\n  c=3\r#'), [['c', '3']]);
  });

  it('resolves escapes and keeps the rest', () => {
    assert.deepEqual(
      pairs('Partner\\ Alias=a\\:b\\=c\\#d\\!e\\\\f\nx\\:y\\=z=1\nu=\\u00e4\\u00E4\\uD83D\\uDD11\nt=\\t\\n\\r\\f\\q'),
      [
        ['Partner Alias', 'a:b=c#d!e\\f'],
        ['x:y=z', '1'],
        ['u', 'ää\u{1F511}'],
        ['t', '\t\n\r\fq'],
      ],
    );
  });

  it('joins continued lines', () => {
    assert.deepEqual(pairs('a=1\\\n   2\\\r\n\t3\nb\\\n=4\nc=\\\n5\nd=6\\\\\ne=7\\'), [
      ['a', '123'],
      ['b', '4'],
      ['c', '5'],
      ['d', '6\\'],
      ['e', '7'],
    ]);
  });

  it('begins anew after a line of a lone backslash', () => {
    assert.deepEqual(pairs('\\\n#a=1\n \\\r\n\n\\\nb=2'), [['b', '2']]);
  });

  it('takes a lone backslash at the end of the file for a parameter without a name, as Java does', () => {
    for (const text of ['\\', '\\\n', '\\\r', ' \\', '\\\n\\']) {
      assert.deepEqual(pairs(text), [['', '']], JSON.stringify(text));
    }
    for (const text of ['\\\r\n', '\\\n\n', '\\\n#', '#\\']) assert.deepEqual(pairs(text), [], JSON.stringify(text));
  });

  it('finds an escape, a separator and the end of a name over continued lines', () => {
    const text = 'a\\\n  b \\\n = \\u0\\\n0e\\\n4x';
    const { entries, problems } = readParameters(text);
    assert.deepEqual(problems, []);
    const [entry] = entries;
    assert.ok(entry);
    const { name, value, nameSpan, valueSpan, separated } = entry;
    assert.deepEqual([name, value, separated], ['ab', '\u00e4x', true]);
    const cut = ({ offset, length }: { offset: number; length: number }): string => text.slice(offset, offset + length);
    assert.deepEqual([cut(nameSpan), cut(valueSpan)], ['a\\\n  b', '\\u0\\\n0e\\\n4x']);
  });

  it('keeps trailing white space of a value, as Java does', () => {
    assert.deepEqual(pairs('a=1  \nb=  2\t'), [
      ['a', '1  '],
      ['b', '2\t'],
    ]);
  });

  it('lists broken unicode escapes and reads on', () => {
    const { entries, problems } = readParameters('a=\\u12\nb=\\uXYZW!\nc=1');
    assert.deepEqual(
      problems.map(({ offset }) => offset),
      [2, 9],
    );
    assert.equal(entries.at(-1)?.value, '1');
  });

  it('takes the last of two equal names', () => {
    const text = 'a=1\nb=2\na=3\n';
    assert.equal(parameterOf(readParameters(text), 'a')?.value, '3');
    assert.equal(change(text, 'b', 'x'), 'a=1\nb=x\na=3\n');
    assert.equal(applyEdits(text, setParameter(readParameters(text), 'a', '4')), 'a=1\nb=2\na=4\n');
  });

  it('falls back to ISO-8859-1 for what is not UTF-8, and writes it back byte for byte', () => {
    const bytes = Buffer.from('a=M\xfcller\nb=1\n', 'latin1');
    const { text, encoding } = decodeParameters(bytes);
    assert.equal(encoding, 'iso-8859-1');
    assert.deepEqual(pairs(text)[0], ['a', 'Müller']);
    const changed = encodeText(change(text, 'b', 'Mäx'), encoding);
    assert.equal(Buffer.from(changed).toString('latin1'), 'a=M\xfcller\nb=M\\u00E4x\n');
    assert.equal(decodeParameters(Buffer.from('a=Müller', 'utf8')).encoding, 'utf-8');
  });
});

describe('editing parameters.prop', () => {
  const text = '#Tue May 04 10:00:00 UTC 2021\nPartner\\ Host=https\\://x.example\nalias=old\nempty=\nlast=9\n';

  it('changes the value alone, in LF and CRLF', () => {
    for (const variant of [text, text.replaceAll('\n', '\r\n'), `\uFEFF${text}`]) {
      assert.equal(change(variant, 'alias', 'new'), variant.replace('old', 'new'));
      assert.equal(change(variant, 'empty', 'x'), variant.replace('empty=', 'empty=x'));
      assert.equal(change(variant, 'alias', ''), variant.replace('old', ''));
      assert.equal(
        change(variant, 'Partner Host', 'http://y:1'),
        variant.replace('https\\://x.example', 'http\\://y\\:1'),
      );
    }
  });

  it('escapes as java.util.Properties.store does', () => {
    assert.equal(
      escapeParameterValue(' a b=c:d#e!f\\g\th\ni\rj\fk\u00e4\u{1F511}\u007f~'),
      '\\ a b\\=c\\:d\\#e\\!f\\\\g\\th\\ni\\rj\\fk\\u00E4\\uD83D\\uDD11\\u007F~',
    );
    assert.equal(escapeParameterName(' a b=c'), '\\ a\\ b\\=c');
  });

  it('makes no edit where nothing changes', () => {
    assert.deepEqual(setParameter(readParameters('a=\\u0041\\\n  b'), 'a', 'Ab'), []);
  });

  it('replaces a continued value as a whole', () => {
    assert.equal(change('a=1\\\n   2\nb=3\n', 'a', 'x'), 'a=x\nb=3\n');
  });

  it('takes a backslash that continues nothing away with the value it ends', () => {
    assert.equal(change('a\\', 'a', ' lead'), 'a=\\ lead');
    assert.equal(change('b=1\na\\\n', 'a', 'x'), 'b=1\na=x\n');
    assert.equal(change('a\\\n\nb=1\n', 'a', 'x'), 'a=x\nb=1\n');
    assert.equal(change('a=1\\', 'a', 'x'), 'a=x');
    assert.equal(change('a=\\\n', 'a', 'x'), 'a=x\n');
    assert.equal(change('\\', '', 'x'), '=x');
    // A line feed must not become the second half of the CR before it.
    assert.equal(change('a=\\\r1\nb=2\n', 'a', ''), 'a=\nb=2\n');
  });

  it('puts in a separator where there is none', () => {
    assert.equal(change('a\nb=1', 'a', 'x'), 'a=x\nb=1');
    assert.equal(change('a ', 'a', '=x'), 'a \\=x');
    assert.equal(change('a', 'a', ' x'), 'a=\\ x');
  });

  it('appends a missing parameter as a line of its own', () => {
    assert.equal(change(text, 'New Name', 'v:1'), `${text}New\\ Name=v\\:1\n`);
    assert.equal(change('a=1', 'b', '2'), 'a=1\nb=2');
    assert.equal(change('a=1\r\nc=2', 'b', '2'), 'a=1\r\nc=2\r\nb=2');
    assert.equal(change('', 'b', '2'), 'b=2\n');
    assert.equal(change('a=1\\', 'b', '2'), 'a=1\\\n\nb=2');
    assert.equal(change('a=1\\\n', 'b', '2'), 'a=1\\\n\nb=2\n');
    assert.equal(change('a=1\\\\\n', 'b', '2'), 'a=1\\\\\nb=2\n');
    assert.equal(change('a=1\\\r', 'b', '2'), 'a=1\\\r\rb=2\n');
    assert.equal(change('\\', 'b', '2'), '\\\n=\nb=2');
    assert.equal(change('\\\n', 'b', '2'), '\\\n=\nb=2\n');
    assert.throws(() => setParameter(readParameters(''), 'x}', '1'));
  });

  it('survives any value, and any text', () => {
    const alphabet = Array.from(' =:#!\\\t\n\r\fabuU0\u00e4\u{1F511}{}$');
    let seed = 42;
    const next = (below: number): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % below;
    const random = (): string => Array.from({ length: next(9) }, () => alphabet[next(alphabet.length)]).join('');
    for (let round = 0; round < 500; round++) change(text, 'alias', random());
    for (let round = 0; round < 200; round++) change(text, random().replace(/[{}]/g, '') || 'x', random());
    for (let round = 0; round < 2000; round++) {
      const odd = random() + random();
      const names = ['x', ...pairs(odd).map(([name]) => name)];
      change(odd, names[next(names.length)] ?? 'x', random());
    }
  });
});

describe('putting parameters into a value', () => {
  const parameters = readParameters('Host=x.example\nPort=443\n<A\\ b>=c\nexpr=${header.x}\nnested={{Host}}\nempty=');
  const resolved = (value: string): unknown[] => {
    const { text, parameters: used, whole } = resolveValue(value, parameters);
    return [text, used.map(({ name, defined }) => (defined ? name : `?${name}`)), whole];
  };

  it('resolves whole and embedded ones, with any name but braces', () => {
    assert.deepEqual(resolved('https://{{Host}}:{{Port}}/p'), ['https://x.example:443/p', ['Host', 'Port'], undefined]);
    assert.deepEqual(resolved('{{<A b>}}'), ['c', ['<A b>'], '<A b>']);
    assert.deepEqual(resolved('{{empty}}'), ['', ['empty'], 'empty']);
    assert.deepEqual(resolved('plain'), ['plain', [], undefined]);
  });

  it('leaves what is not defined, and reports it', () => {
    assert.deepEqual(resolved('{{Host}}/{{nope}}/{{Host}}'), [
      'x.example/{{nope}}/x.example',
      ['Host', '?nope'],
      undefined,
    ]);
    assert.deepEqual(resolveValue('{{Host}}', undefined), {
      text: '{{Host}}',
      parameters: [{ name: 'Host', defined: false }],
      whole: 'Host',
    });
  });

  it('puts values in as they are', () => {
    assert.deepEqual(resolved('{{nested}}'), ['{{Host}}', ['nested'], 'nested']);
    assert.deepEqual(resolved('{{expr}}'), ['${header.x}', ['expr'], 'expr']);
    assert.equal(resolveValue('{{a}}', readParameters("a=$& $1 $'")).text, "$& $1 $'");
  });

  it('knows what is set at run time', () => {
    for (const value of ['${header.x}', 'a${property.y}b', 'pd:Partner:alias', '${file:name}']) {
      assert.ok(isDynamic(value), value);
    }
    for (const value of ['', 'alias', '$x', '{x}', '{{x}}', 'apd:x']) assert.ok(!isDynamic(value), value);
  });
});
