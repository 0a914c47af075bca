import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { backupOf, backupsOf, keepBackup, mostBackups } from '../../../src/core/keystore/backups';
import { stampOf, writeKeystoreFile } from '../../../src/core/keystore/file';

describe('versions kept beside a keystore', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'backups-'));
    file = path.join(folder, 'store.p12');
    writeFileSync(file, 'v0');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const text = (name: string): string => readFileSync(name, 'utf8');
  const kept = async (): Promise<string[]> => (await backupsOf(file)).map((backup) => text(backup.file));
  /** Saves v1, v2 ... in turn. */
  const save = async (versions: number, backups?: number): Promise<void> => {
    for (let i = 1; i <= versions; i++) {
      const stamp = stampOf(readFileSync(file));
      await writeKeystoreFile(file, Buffer.from(`v${i}`), stamp, backups === undefined ? {} : { backups });
    }
  };

  it('are the last ones, the youngest first', async () => {
    await save(5, 3);
    assert.deepEqual(await kept(), ['v4', 'v3', 'v2']);
    assert.deepEqual(readdirSync(folder).sort(), ['store.p12', 'store.p12.bak', 'store.p12.bak2', 'store.p12.bak3']);
    const [first] = await backupsOf(file);
    assert.equal(first?.file, backupOf(file));
    assert.equal(first.size, 2);
    assert.ok(Math.abs(first.replaced.getTime() - Date.now()) < 60_000);
  });

  it('are one where nothing else is said, none where none are wanted, and never above 20', async () => {
    await save(3);
    assert.deepEqual(await kept(), ['v2']);
    await save(3, 0);
    assert.deepEqual(await kept(), ['v2'], 'those there are stay');
    await save(25, 1000);
    const all = await kept();
    assert.deepEqual([all.length, all[0], all.at(-1)], [mostBackups, 'v24', 'v5']);
    assert.equal(existsSync(backupOf(file, mostBackups + 1)), false);
  });

  it('move up only as far as the first free number', async () => {
    for (const [number, content] of [
      [1, 'one'],
      [3, 'three'],
      [5, 'beyond'],
    ] as const) {
      writeFileSync(backupOf(file, number), content);
    }
    await keepBackup(file, Buffer.from('new'), 4);
    assert.deepEqual(await kept(), ['new', 'one', 'three', 'beyond']);
    await keepBackup(file, Buffer.from('newer'), 4);
    assert.deepEqual(await kept(), ['newer', 'new', 'one', 'three', 'beyond']);
    await keepBackup(file, Buffer.from('newest'), 4);
    assert.deepEqual(await kept(), ['newest', 'newer', 'new', 'one', 'beyond'], 'the oldest of the four goes');
  });

  it('have the permissions of the keystore, and tell when each was replaced', async function () {
    if (process.platform === 'win32') this.skip();
    chmodSync(file, 0o640);
    await save(1);
    assert.equal(statSync(backupOf(file)).mode & 0o777, 0o640);
    const then = new Date('2026-01-02T03:04:05Z');
    utimesSync(backupOf(file), then, then);
    assert.deepEqual(
      (await backupsOf(file)).map(({ replaced }) => replaced),
      [then],
    );
  });

  it('are found beside what a link points to; folders of such names are none', async function () {
    if (process.platform === 'win32') this.skip();
    const link = path.join(folder, 'link.p12');
    symlinkSync(file, link);
    await writeKeystoreFile(link, Buffer.from('v1'), stampOf(Buffer.from('v0')), { backups: 2 });
    mkdirSync(backupOf(file, 2));
    assert.deepEqual(
      (await backupsOf(link)).map((backup) => backup.file),
      [backupOf(file)],
    );
    assert.equal(text(file), 'v1');
    assert.deepEqual(await backupsOf(path.join(folder, 'none.p12')), []);
  });

  it('that cannot be kept keep the save from being made, and leave nothing behind', async () => {
    mkdirSync(backupOf(file));
    await assert.rejects(save(1), { code: 'unwritable' });
    assert.equal(text(file), 'v0');
    assert.deepEqual(readdirSync(folder).sort(), ['store.p12', 'store.p12.bak']);
    await assert.rejects(keepBackup(path.join(folder, 'none', 'store.p12'), Buffer.from('x'), 1), { code: 'ENOENT' });
  });

  it('are all whole where several are kept at once', async () => {
    const versions = Array.from({ length: 12 }, (_, i) => `version ${i}`);
    await Promise.all(versions.map((version) => keepBackup(file, Buffer.from(version), 3)));
    const found = await kept();
    assert.ok(found.length >= 1 && found.every((each) => versions.includes(each)), found.join());
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('one of many that save over the same version does, and the others are told', async () => {
    for (let round = 0; round < 10; round++) {
      const before = text(file);
      const stamp = stampOf(Buffer.from(before));
      const results = await Promise.allSettled(
        Array.from({ length: 6 }, (_, i) => writeKeystoreFile(file, Buffer.from(`round ${round}, ${i}`), stamp)),
      );
      const saved = results.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
      assert.equal(saved.length, 1, `round ${round}`);
      assert.equal(text(file), `round ${round}, ${saved[0]}`);
      assert.equal(text(backupOf(file)), before);
      for (const result of results) {
        if (result.status === 'rejected') assert.equal((result.reason as { code: string }).code, 'changed-on-disk');
      }
    }
    assert.deepEqual(readdirSync(folder).sort(), ['store.p12', 'store.p12.bak']);
  });
});
