import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readCertificates } from '../../src/core/certificates/import';
import { addCertificates } from '../../src/core/keystore/edit';
import { stampOf } from '../../src/core/keystore/file';
import { emptyKeystore, writeKeystore } from '../../src/core/keystore/store';
import { chainByOpenssl } from '../support/foreignKeystores';
import type { Outcome } from './saveOnce.program';

const password = 'Torture-1a';
const program = path.join(__dirname, 'saveOnce.program.js');
const isRoot = process.getuid?.() === 0;
/** Debian's user `nobody`. */
const nobody = 65_534;

describe('a disk that does not take a save', function () {
  this.timeout(60_000);
  let scratch: string;
  let folder: string;
  let file: string;
  let smallBytes: Uint8Array;
  let largeBytes: Uint8Array;

  before(async () => {
    scratch = mkdtempSync(path.join(os.tmpdir(), 'disk-'));
    chmodSync(scratch, 0o755);
    const [certificate] = readCertificates(chainByOpenssl).certificates;
    const ofSize = (count: number): Promise<Uint8Array> => {
      const entries = Array.from({ length: count }, (_, i) => ({ alias: `c${i}`, certificate: certificate! }));
      return writeKeystore(addCertificates(emptyKeystore(), entries).keystore, password);
    };
    smallBytes = await ofSize(50);
    largeBytes = await ofSize(400);
    writeFileSync(path.join(scratch, 'small'), smallBytes, { mode: 0o644 });
    writeFileSync(path.join(scratch, 'large'), largeBytes, { mode: 0o644 });
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));
  beforeEach(() => {
    folder = path.join(scratch, 'folder');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    file = path.join(folder, 'store.p12');
    writeFileSync(file, smallBytes);
  });

  const run = (command: string, args: readonly string[], options: SpawnSyncOptions = {}): Outcome | undefined => {
    const { status, stdout, stderr, error } = spawnSync(command, args, { ...options, encoding: 'utf8', stdio: 'pipe' });
    if (error ?? status !== 0) {
      console.log(`      ${command} failed: ${error?.message ?? stderr}`);
      return undefined;
    }
    return JSON.parse(stdout) as Outcome;
  };
  const assertUntouched = (outcome: Outcome | undefined, code: string, next: RegExp): void => {
    assert.ok(outcome, 'the program did not run');
    assert.equal(outcome.error?.code, 'unwritable');
    assert.match(outcome.error.message, new RegExp(`\\(${code}\\); the file is as it was`));
    assert.match(outcome.error.next ?? '', next);
    assert.equal(outcome.error.file, file);
    assert.equal(outcome.before, stampOf(smallBytes));
    assert.equal(outcome.after, outcome.before);
    assert.deepEqual(outcome.names, ['store.p12']);
  };

  it('a disk that is full: the file is as it was, nothing is left behind', function () {
    // A disk of its own, which nobody else sees: it goes with the process.
    const script =
      'mount -t tmpfs -o size=100k tmpfs "$1" && cp "$2" "$1/store.p12" && exec "$3" "$4" "$1/store.p12" "$5"';
    const args = ['sh', '-c', script, 'sh', folder, path.join(scratch, 'small'), process.execPath, program];
    const unshare = isRoot ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
    // Only where a disk may be made; that a write fails half-way is tried everywhere, by the limit of file sizes.
    if (spawnSync('unshare', [...unshare, 'true']).status !== 0) return void this.skip();
    assertUntouched(run('unshare', [...unshare, ...args, path.join(scratch, 'large')]), 'ENOSPC', /Free some space/);
  });

  it('a limit of file sizes', () => {
    const limit = ['--fsize=60000', process.execPath, program, file, path.join(scratch, 'large')];
    assertUntouched(run('prlimit', limit), 'EFBIG', /Check that|Free some space/);
  });

  it('a folder in which nothing may be made, though the file may be written to', () => {
    chmodSync(file, 0o666);
    chmodSync(folder, 0o555);
    const as = isRoot ? { uid: nobody, gid: nobody } : {};
    const outcome = run(process.execPath, [program, file, path.join(scratch, 'large')], as);
    chmodSync(folder, 0o755);
    assertUntouched(outcome, 'EACCES', /may write/);
  });

  it('a folder that takes it: saved, with the permissions and the owner as they were', () => {
    chmodSync(file, 0o640);
    if (isRoot) chownSync(file, nobody, nobody);
    const owner = statSync(file);
    const outcome = run(process.execPath, [program, file, path.join(scratch, 'large')]);
    assert.ok(outcome && !outcome.error);
    assert.equal(outcome.after, stampOf(largeBytes));
    assert.deepEqual(outcome.names, ['store.p12', 'store.p12.bak']);
    const after = statSync(file);
    assert.deepEqual([after.mode & 0o777, after.uid, after.gid], [0o640, owner.uid, owner.gid]);
    const kept = statSync(`${file}.bak`);
    assert.equal(kept.mode & 0o777, 0o640);
  });

  it('a group that cannot be kept loses what others have not', function () {
    // Who is no administrator cannot be outside a group of a file of their own.
    if (!isRoot) return void this.skip();
    chmodSync(folder, 0o777);
    chownSync(file, nobody, 0);
    chmodSync(file, 0o664);
    const outcome = run(process.execPath, [program, file, path.join(scratch, 'large')], { uid: nobody, gid: nobody });
    assert.ok(outcome && !outcome.error);
    const after = statSync(file);
    assert.deepEqual([after.mode & 0o777, after.uid, after.gid], [0o644, nobody, nobody]);
  });
});
