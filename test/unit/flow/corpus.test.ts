import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { applyEdits, editField, invertEdits, requireChannel, setField, setProperty } from '../../../src/core/flow/edit';
import { describeAdapter } from '../../../src/core/flow/adapters';
import { fieldsOf } from '../../../src/core/flow/fields';
import { decodeParameters } from '../../../src/core/flow/encoding';
import type { Span, TextEdit } from '../../../src/core/flow/model';
import { nodeFiles } from '../../../src/core/flow/nodeFiles';
import {
  escapeParameterName,
  escapeParameterValue,
  readParameters,
  setParameter,
} from '../../../src/core/flow/parameters';
import { partFields, partsOf } from '../../../src/core/flow/partFields';
import { loadFlows, type FlowProjects } from '../../../src/core/flow/project';
import { readFlow } from '../../../src/core/flow/read';
import { corpus } from '../../support/corpus';

const hard = `a "b" 'c' <d> & e = f:#!\\ \u00e4 \u{1F511}`;

/** Exported flows, where a collection of them lies beside the project. */
describe('over exported flows', function () {
  let projects: FlowProjects;

  before(async function () {
    if (!existsSync(corpus)) this.skip();
    this.timeout(60_000);
    projects = await loadFlows([corpus], nodeFiles);
  });

  it('reads each without a problem', () => {
    assert.ok(projects.flows.length > 100);
    assert.deepEqual(projects.problems, []);
    assert.ok(projects.flows.some(({ flow }) => flow.channels.length > 10));
  });

  it('changes each field of each receiver and takes it back, byte for byte', function () {
    this.timeout(120_000);
    let changed = 0;
    for (const { file, flow, parametersFile } of projects.flows) {
      for (const channel of flow.channels) {
        if (channel.direction !== 'Receiver' || !describeAdapter(channel)) continue;
        for (const field of Object.values(fieldsOf(channel, parametersFile?.parameters))) {
          if (!field.property) continue;
          const where = `${file} ${channel.id} ${field.key}`;
          const { offset, length } = field.property.valueElement;
          for (const value of ['x', hard, '']) {
            const edits = setField(flow, channel, field.name, value);
            if (value === field.value) {
              assert.deepEqual(edits, [], where);
              continue;
            }
            const text = applyEdits(flow.text, edits);
            assert.equal(text.slice(0, offset), flow.text.slice(0, offset), where);
            const tail = flow.text.slice(offset + length);
            assert.equal(text.slice(-tail.length), tail, where);
            assert.match(text.slice(offset, -tail.length), /^<value(\/>| \/>|>[^<>]*<\/value>)$/, where);
            assert.equal(applyEdits(text, invertEdits(flow.text, edits)), flow.text, where);
            changed++;
          }
        }
      }
    }
    assert.ok(changed > 1000, `${changed} changes`);
  });

  it('changes each value of each channel and step that speaks of keys, cells of tables too, and takes it back', function () {
    this.timeout(120_000);
    const seen = { channel: 0, step: 0, cells: 0 };
    for (const { file, flow, parametersFile } of projects.flows) {
      const parameters = parametersFile?.parameters;
      for (const each of partsOf(flow)) {
        for (const field of partFields(each, parameters)) {
          if (!field.property) continue;
          const where = `${file} ${each.part.id} ${field.id}`;
          const inParameters = field.cell?.tableIn === 'parameter';
          const edit = editField(
            { flow, part: each.part, parameters },
            field,
            'a<b>&\u00e4',
            inParameters ? undefined : 'flow',
          );
          const text = inParameters ? (parameters?.text ?? '') : flow.text;
          const changed = applyEdits(text, edit.edits);
          assert.notEqual(changed, text, where);
          assert.equal(applyEdits(changed, invertEdits(text, edit.edits)), text, where);
          if (!inParameters) {
            const { offset, length } = field.property.valueElement;
            assert.equal(changed.slice(0, offset), text.slice(0, offset), where);
            const tail = text.slice(offset + length);
            assert.equal(changed.slice(-tail.length), tail, where);
          }
          seen[each.kind]++;
          if (field.cell) seen.cells++;
        }
      }
    }
    assert.ok(seen.channel > 1000 && seen.step >= 10 && seen.cells >= 10, JSON.stringify(seen));
  });

  it('reads back what it wrote, and sets it back to the very same bytes', function () {
    this.timeout(60_000);
    for (const { file, flow, parametersFile } of projects.flows) {
      const receivers = flow.channels.filter((channel) => channel.direction === 'Receiver' && describeAdapter(channel));
      const fields = receivers.flatMap((channel) =>
        Object.values(fieldsOf(channel, parametersFile?.parameters)).map((field) => ({ channel, field })),
      );
      const present = fields.filter(({ field }) => field.property);
      const inOrder = (edits: TextEdit[]): TextEdit[] => edits.sort((a, b) => a.offset - b.offset);
      const text = applyEdits(
        flow.text,
        inOrder(present.flatMap(({ channel, field }) => setField(flow, channel, field.name, hard))),
      );
      const again = readFlow(text, flow.name);
      const back: TextEdit[] = [];
      for (const { channel, field } of present) {
        const other = requireChannel(again, channel.id);
        assert.equal(fieldsOf(other)[field.name]?.value, hard, `${file} ${channel.id} ${field.key}`);
        back.push(...setField(again, other, field.name, field.value));
      }
      assert.equal(applyEdits(text, inOrder(back)), flow.text, file);
    }
  });

  it('writes each value as the exporter did', () => {
    let values = 0;
    const odd: string[] = [];
    for (const { file, flow } of projects.flows) {
      for (const channel of flow.channels) {
        for (const property of channel.properties) {
          if (property.form !== 'text' || property.value === '') continue;
          // Through another value, so that the text is escaped anew.
          const [edit] = setProperty(
            { ...flow },
            { ...channel, properties: [{ ...property, value: '' }] },
            property.key,
            property.value,
          );
          values++;
          const { offset, length } = property.valueSpan;
          if (edit?.text !== flow.text.slice(offset, offset + length)) odd.push(`${file} ${property.key}`);
        }
      }
    }
    assert.ok(values > 5000, `${values} values`);
    assert.deepEqual(odd, []);
  });

  it('edits parameters where values live there, and takes them back', () => {
    let changed = 0;
    for (const { flow, parametersFile } of projects.flows) {
      const parameters = parametersFile?.parameters;
      if (!parameters) continue;
      for (const channel of flow.channels) {
        for (const field of Object.values(fieldsOf(channel, parameters))) {
          if (!field.property || field.parameter === undefined) continue;
          const edit = editField({ flow, part: channel, parameters }, field, hard);
          assert.equal(edit.place, 'parameters');
          const text = applyEdits(parameters.text, edit.edits);
          assert.equal(fieldsOf(channel, readParameters(text))[field.name]?.resolved, hard);
          assert.equal(applyEdits(text, invertEdits(parameters.text, edit.edits)), parameters.text);
          assert.equal(lineChanges(parameters.text, edit.edits), 1);
          changed++;
        }
      }
    }
    assert.ok(changed > 50, `${changed} parameters`);
  });

  it('writes each parameter as Java did', () => {
    const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('parameters.prop'),
    );
    let values = 0;
    for (const file of files) {
      const parameters = readParameters(decodeParameters(readFileSync(path.join(corpus, file))).text);
      for (const { name, value, nameSpan, valueSpan } of parameters.entries) {
        const raw = ({ offset, length }: Span): string => parameters.text.slice(offset, offset + length);
        assert.equal(escapeParameterName(name), raw(nameSpan), file);
        assert.equal(escapeParameterValue(value), raw(valueSpan), file);
        assert.deepEqual(setParameter(parameters, name, value), [], file);
        values++;
      }
    }
    assert.ok(files.length > 100 && values > 500, `${files.length} files, ${values} values`);
  });
});

/** How many lines of the text the edits touch. */
function lineChanges(text: string, edits: readonly TextEdit[]): number {
  return edits.reduce((sum, { offset, length }) => sum + text.slice(offset, offset + length).split('\n').length, 0);
}
