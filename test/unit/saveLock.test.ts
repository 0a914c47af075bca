import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { whileLocked } from '../../src/core/saveLock';

describe('the lock of a save', () => {
  let folder: string;
  let target: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lock-'));
    target = path.join(folder, 'store.p12');
    lock = path.join(folder, '.store.p12.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lets one in after the other, and is gone afterwards, after a failure too', async () => {
    let inside = 0;
    let most = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        whileLocked(target, async () => {
          most = Math.max(most, ++inside);
          await pause(3);
          inside--;
          if (i % 2) throw new Error('failed');
          return i;
        }),
      ),
    );
    assert.equal(most, 1);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected'],
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  const gone = (): number => spawnSync(process.execPath, ['--version']).pid;

  it('of a process that has ended is taken over at once', async () => {
    writeFileSync(lock, `${gone()} ${os.hostname()}`);
    const before = performance.now();
    assert.equal(await whileLocked(target, () => Promise.resolve(existsSync(lock))), true);
    assert.ok(performance.now() - before < 1000);
    assert.equal(existsSync(lock), false);
  });

  for (const [what, owner] of [
    ['a process that runs', `${process.pid} ${os.hostname()}`],
    ['a process of another machine', '1 elsewhere.example'],
    ['a process that has not written who it is', ''],
  ] as const) {
    it(`of ${what} is waited for, but not for ever`, async () => {
      writeFileSync(lock, owner);
      let entered = false;
      const work = whileLocked(target, () => Promise.resolve((entered = true)));
      await pause(80);
      assert.equal(entered, false);
      const old = new Date(Date.now() - 11_000);
      utimesSync(lock, old, old);
      assert.equal(await work, true);
      assert.equal(existsSync(lock), false);
    });
  }

  it('that cannot be made is an error, and nothing is done', async () => {
    let entered = false;
    await assert.rejects(
      whileLocked(path.join(folder, 'none', 'store.p12'), () => Promise.resolve((entered = true))),
      { code: 'ENOENT' },
    );
    assert.equal(entered, false);
  });
});
