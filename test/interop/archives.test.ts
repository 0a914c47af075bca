import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCli } from '../support/runCli';
import { requireTool, runTool } from '../support/tools';
import { flowText, httpReceiver } from '../unit/flow/flowText';

/** Archives as Java writes them, which is what a tenant exports. */
describe('archives with jar', () => {
  let folder: string;
  const flows = 'src/main/resources/scenarioflows/integrationflow';
  const text = flowText(httpReceiver({}, { id: 'A' }));
  const at = (...names: string[]): string => path.join(folder, ...names);
  const write = (name: string, content: string | Uint8Array): void => {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), content);
  };

  before(function () {
    requireTool(this, 'jar');
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'jar-'));
    write(`project/${flows}/Orders.iflw`, text);
    write('project/src/main/resources/script/a.groovy', 'println 1\n'.repeat(100));
    write('project/src/main/resources/parameters.prop', '#\nx=1\n');
    runTool('jar', ['--create', '--file', at('Orders.zip'), '-C', at('project'), '.']);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const unpacked = (archive: string, into: string): Map<string, string> => {
    mkdirSync(at(into));
    runTool('jar', ['--extract', '--file', archive], { cwd: at(into) });
    const names = runTool('jar', ['--list', '--file', archive]).trim().split(/\r?\n/);
    return new Map(
      names
        .filter((name) => !name.endsWith('/'))
        .map((name) => [name, readFileSync(path.join(at(into), name), 'utf8')]),
    );
  };

  it('are edited so that Java reads every entry, the others as they were', async () => {
    const before = unpacked(at('Orders.zip'), 'before');
    const alias = 'renewal_b'.repeat(20);
    const { code, err } = await runCli(
      ['set', `${at('Orders.zip')}!/${flows}/Orders.iflw`, '--channel', 'A', '--private-key-alias', alias],
      { env: {} },
    );
    assert.equal(code, 0, err);
    const after = unpacked(at('Orders.zip'), 'after');
    assert.deepEqual([...after.keys()], [...before.keys()]);
    for (const [name, content] of before) {
      const isFlow = name.endsWith('.iflw');
      assert.equal(after.get(name), isFlow ? content.replace('>partner_a<', `>${alias}<`) : content, name);
    }
    assert.notEqual(after.get(`${flows}/Orders.iflw`), text);
  });

  it('are edited in packages, whose contents are archives themselves', async () => {
    write('package/abc_content', readFileSync(at('Orders.zip')));
    write('package/resources.cnt', '{}');
    runTool('jar', ['--create', '--file', at('Package.zip'), '-C', at('package'), '.']);
    const { code, out, err } = await runCli(['rename-alias', 'partner_a', 'renewal_b', at('Package.zip')], { env: {} });
    assert.equal(code, 0, out + err);
    const outer = unpacked(at('Package.zip'), 'outer');
    assert.equal(outer.get('resources.cnt'), '{}');
    writeFileSync(at('Inner.zip'), readFileSync(at('outer', 'abc_content')));
    const inner = unpacked(at('Inner.zip'), 'inner');
    assert.equal(inner.get(`${flows}/Orders.iflw`), text.replace('>partner_a<', '>renewal_b<'));
    assert.equal(inner.get('src/main/resources/parameters.prop'), '#\nx=1\n');
  });

  it('are given the files of a parameter, which Java reads with the rest', async () => {
    const place = `${at('Orders.zip')}!/${flows}/Orders.iflw`;
    const { code, err } = await runCli(
      ['externalize', place, '--channel', 'A', '--key', 'private-key-alias', '--name', 'Alias'],
      { env: {} },
    );
    assert.equal(code, 0, err);
    const after = unpacked(at('Orders.zip'), 'after');
    assert.equal(after.get('src/main/resources/parameters.prop'), '#\nx=1\nAlias=partner_a\n');
    assert.match(after.get('src/main/resources/parameters.propdef') ?? '', /<name>Alias<\/name>/);
    assert.equal(after.get(`${flows}/Orders.iflw`), text.replace('>partner_a<', '>{{Alias}}<'));
    assert.equal(after.get('src/main/resources/script/a.groovy'), 'println 1\n'.repeat(100));
  });
});
