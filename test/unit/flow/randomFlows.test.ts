import assert from 'node:assert/strict';
import { applyEdits, editField, invertEdits } from '../../../src/core/flow/edit';
import type { Flow, PartField } from '../../../src/core/flow/model';
import {
  escapeParameterName,
  parameterOf,
  readParameters,
  resolveValue,
  setParameter,
} from '../../../src/core/flow/parameters';
import { partFields, partsOf } from '../../../src/core/flow/partFields';
import { readFlow } from '../../../src/core/flow/read';
import { Random } from '../../fuzz/random';
import { flowWithSteps } from './flowText';
import { lineOf, randomFlow, textOf } from './randomFlow';

const all = (flow: Flow): { part: ReturnType<typeof partsOf>[number]; field: PartField }[] =>
  partsOf(flow).flatMap((part) => partFields(part).map((field) => ({ part, field })));

describe('random flows', function () {
  this.timeout(60_000);

  it('take any value into any field, change nothing else, and give it back byte for byte', () => {
    const random = new Random(20_261_125);
    let edits = 0;
    for (let round = 0; round < 400; round++) {
      const text = randomFlow(random);
      const flow = readFlow(text, 'x');
      assert.deepEqual(flow.problems, [], text);
      const fields = all(flow).filter(({ field }) => field.property);
      if (!fields.length) continue;
      const { part, field } = random.pick(fields);
      const value = lineOf(random, 20);
      const isLong = field.role === 'keyPair' || field.role === 'certificate';
      if (isLong && value.length > 250) continue;
      const edit = editField({ flow, part: part.part }, field, value, 'flow');
      const changed = applyEdits(text, edit.edits);
      assert.equal(applyEdits(changed, invertEdits(text, edit.edits)), text);
      const after = readFlow(changed, 'x');
      assert.deepEqual(after.problems, [], JSON.stringify(value));
      // Every property of every part is what it was, but this one.
      const values = ({ channels, steps }: Flow): string[] =>
        [...channels, ...steps].flatMap((each) =>
          each.properties.map(({ key, value: is }) => `${each.id} ${key} ${is}`),
        );
      const before = values(flow);
      const differing = values(after).filter((line, at) => line !== before[at]);
      assert.ok(differing.length <= 1, JSON.stringify({ value, differing }));
      const again = all(after).find(
        ({ part: other, field: found }) => other.part.id === part.part.id && found.id === field.id,
      );
      // The cell of a table that was emptied, or is no table any more, is none.
      if (!field.cell) assert.equal(again?.field.value, value, JSON.stringify(value));
      else assert.equal(again?.field.value, value);
      edits++;
    }
    assert.ok(edits > 200, `${edits} edits`);
  });

  it('take a value of 1 MB, and one of a million line ends', () => {
    const flow = readFlow(flowWithSteps([{ adapter: 'HTTP', properties: { credentialName: 'x' } }], []));
    const [part] = partsOf(flow);
    const field = part && partFields(part).find(({ key }) => key === 'credentialName');
    assert.ok(part && field);
    for (const value of ['\u{1F511}&'.repeat(350_000), '"<'.repeat(500_000)]) {
      const edit = editField({ flow, part: part.part }, field, value, 'flow');
      const after = readFlow(applyEdits(flow.text, edit.edits));
      const [again] = partsOf(after);
      assert.equal(again && partFields(again).find(({ key }) => key === 'credentialName')?.value, value);
    }
  });
});

describe('random parameters', () => {
  it('take any name and any value, beside whatever is there, and give it back byte for byte', () => {
    const random = new Random(7);
    for (let round = 0; round < 600; round++) {
      const eol = random.pick(['\n', '\r\n']);
      const pairs = Array.from({ length: random.below(5) }, () => [textOf(random, 10), textOf(random, 14)] as const);
      const text = `#x${eol}${pairs
        .filter(([name]) => name !== '' && !/[{}]/.test(name))
        .map(([name, value]) => `${escapeParameterName(name)}=${setText(value)}${eol}`)
        .join('')}`;
      const parameters = readParameters(text);
      const name = textOf(random, 12).replace(/[{}]/g, '') || 'n';
      const value = textOf(random, 30);
      const edits = setParameter(parameters, name, value);
      const changed = applyEdits(text, edits);
      const after = readParameters(changed);
      assert.equal(parameterOf(after, name)?.value, value, JSON.stringify({ name, value, text }));
      for (const entry of parameters.entries) {
        if (entry.name !== name) {
          assert.equal(parameterOf(after, entry.name)?.value, parameterOf(parameters, entry.name)?.value);
        }
      }
      assert.equal(applyEdits(changed, invertEdits(text, edits)), text);
      const resolved = resolveValue(`a{{${name}}}b`, after);
      assert.equal(resolved.text, `a${value}b`);
    }
  });

  /** A value as Java's Properties.store would write it, by the writer that is tested elsewhere against Java. */
  function setText(value: string): string {
    const line = applyEdits('', setParameter(readParameters(''), 'n', value));
    return line.replace(/^n=/, '').replace(/\r?\n$/, '');
  }
});
