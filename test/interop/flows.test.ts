import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { applyEdits, setField } from '../../src/core/flow/edit';
import { fieldsOf } from '../../src/core/flow/fields';
import { readFlow } from '../../src/core/flow/read';
import { requireTool, runTool } from '../support/tools';

const root = process.env['PROJECT_ROOT'] ?? '.';
const examples = path.join(root, 'examples/workspace');
const files = (ending: string): string[] =>
  readdirSync(examples, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(examples, name));

describe('flows with xmllint', () => {
  before(function () {
    requireTool(this, 'xmllint');
  });

  it('the example flows and their parameter definitions are well-formed', () => {
    const all = [...files('.iflw'), ...files('.propdef')];
    assert.ok(all.length >= 4);
    for (const file of all) runTool('xmllint', ['--noout', '--nonet', file]);
  });

  it('an edited flow stays well-formed, and an XML parser reads the value that was set', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'xl-'));
    const value = `a<b>&"c'd]]>é😀`;
    try {
      for (const file of files('.iflw')) {
        const flow = readFlow(readFileSync(file, 'utf8'));
        const channel = flow.channels.find((each) => each.direction === 'Receiver');
        assert.ok(channel);
        const key = fieldsOf(channel).credential?.key ?? '';
        const edited = path.join(folder, 'edited.iflw');
        writeFileSync(edited, applyEdits(flow.text, setField(flow, channel, 'credential', value)));
        const xpath = `string(//*[local-name()='messageFlow'][@id='${channel.id}']//*[local-name()='property'][key='${key}']/value)`;
        assert.equal(runTool('xmllint', ['--nonet', '--xpath', xpath, edited]).replace(/\n$/, ''), value);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
