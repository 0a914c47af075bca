import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashesOf } from '../../../src/core/tenant/content/archive';
import { originFile, originText, readOrigin, type FlowOrigin } from '../../../src/core/tenant/content/origin';
import { changedSince, projectOf, readProject, writeProject } from '../../../src/core/tenant/content/projectFolder';

describe('the folder of a pulled flow', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, 'project', name);
  const filesOf = (texts: Readonly<Record<string, string>>): Map<string, Uint8Array> =>
    new Map(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));
  const originOf = (texts: Readonly<Record<string, string>>): FlowOrigin => ({
    ...{ host: 'h', id: 'F', name: 'F', packageId: 'P', version: '1.0.0' },
    files: hashesOf(filesOf(texts)),
  });
  const write = (texts: Readonly<Record<string, string>>, before?: FlowOrigin): Promise<void> =>
    writeProject(path.join(folder, 'project'), filesOf(texts), originOf(texts), before);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pulled-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is found from any file in it; what changed and what came since is seen', async () => {
    await write({ 'src/a.iflw': 'a', '.project': 'p', 'b.txt': 'b' });
    writeFileSync(at('src/a.iflw'), 'changed');
    writeFileSync(at('new.txt'), 'new');
    writeFileSync(at('.hidden'), 'x');
    mkdirSync(at('.git'));
    writeFileSync(at('.git/config'), 'x');
    rmSync(at('b.txt'));
    const project = await projectOf(at('src/a.iflw'));
    assert.equal(project.folder, path.join(folder, 'project'));
    const files = await readProject(project);
    assert.deepEqual([...files.keys()].sort(), ['.project', 'new.txt', 'src/a.iflw']);
    assert.deepEqual(changedSince(project.origin, files), ['b.txt', 'new.txt', 'src/a.iflw']);
    await assert.rejects(projectOf(folder), { code: 'not-found' });
  });

  it('loses what is no longer part of the flow, and nothing else', async () => {
    await write({ 'a.txt': 'a', 'b.txt': 'b' });
    writeFileSync(at('mine.txt'), 'mine');
    await write({ 'a.txt': 'a2' }, originOf({ 'a.txt': 'a', 'b.txt': 'b' }));
    assert.ok(!existsSync(at('b.txt')));
    assert.equal(readFileSync(at('mine.txt'), 'utf8'), 'mine');
    assert.equal(readFileSync(at('a.txt'), 'utf8'), 'a2');
  });

  it('is never left, whatever its files say', async () => {
    const outside = path.join(folder, 'outside');
    mkdirSync(outside);
    writeFileSync(path.join(outside, 'precious.txt'), 'x');
    const planted = { ...originOf({}), files: { '../outside/precious.txt': 'x', '/etc/passwd': 'x', 'a.txt': 'y' } };
    const origin = readOrigin(originText(planted));
    assert.deepEqual(Object.keys(origin.files), ['a.txt']);
    mkdirSync(path.join(folder, 'project'));
    symlinkSync(outside, at('src'));
    await write({}, { ...origin, files: { 'src/precious.txt': 'x' } });
    assert.ok(existsSync(path.join(outside, 'precious.txt')));
    await assert.rejects(write({ 'src/new.txt': 'x' }), /leads out of the folder/);
    assert.ok(!existsSync(path.join(outside, 'new.txt')));
    assert.throws(() => readOrigin('{'), { code: 'damaged' });
    assert.throws(() => readOrigin('{"host":"h"}'), { code: 'damaged' });
    writeFileSync(at(originFile), '[]');
    await assert.rejects(projectOf(at('x')), { code: 'damaged', place: { file: at(originFile) } });
  });
});
