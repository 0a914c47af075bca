import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from '../../../src/cli/main';
import { readKeystore } from '../../../src/core/keystore/store';

const password = 'Keystore-1';
const key = ['--key', 'EC P-256'];

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('command line: what is written, and what is not', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (...names: string[]): string => path.join(folder, ...names);
  const cliWith = async (answers: readonly string[] | undefined, ...args: string[]): Promise<Answer> => {
    const left = [...(answers ?? [])];
    let out = '';
    let err = '';
    const code = await run(args, {
      out: (text) => (out += text),
      err: (text) => (err += text),
      env: { KS: password, EMPTY: '' },
      now: () => new Date(),
      askSecret: () => Promise.resolve(answers && (left.shift() ?? assert.fail('nothing more is asked'))),
      signal: new AbortController().signal,
    });
    assert.deepEqual(left, [], 'everything was asked');
    return { code, out, err };
  };
  const cli = (...args: string[]): Promise<Answer> => cliWith(undefined, ...args, '--password-env', 'KS');
  const ok = async (...args: string[]): Promise<Answer> => {
    const answer = await cli(...args);
    assert.equal(answer.code, 0, answer.err);
    return answer;
  };
  const refused = async (expected: RegExp, ...args: string[]): Promise<void> => {
    const { code, out, err } = await cli(...args);
    assert.equal(code, 2, out);
    assert.match(err, expected);
    assert.equal(err.trim().split('\n').length, 1, err);
  };

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'output-'));
    await ok(
      'generate',
      at('ca.p12'),
      '--alias',
      'ca',
      '--subject',
      'CN=Test CA',
      '--ca',
      '--validity',
      '90 days',
      ...key,
    );
    await ok('generate', at('store.p12'), '--alias', 'a', '--subject', 'CN=A', ...key);
    await ok('request', at('store.p12'), 'a', '--out', at('a.csr'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe('a file that is there', () => {
    for (const [name, args] of [
      ['request', () => ['request', at('store.p12'), 'a']],
      ['sign', () => ['sign', at('ca.p12'), 'ca', at('a.csr')]],
      ['export', () => ['export', at('store.p12'), 'a']],
      ['kit', () => ['kit', at('store.p12'), 'a']],
    ] as const) {
      it(`is not replaced by ${name} unless --force says so`, async () => {
        const out = at('there.zip');
        writeFileSync(out, 'kept');
        await refused(/there\.zip: The file exists already; it was not touched\..*--force/, ...args(), '--out', out);
        assert.equal(readFileSync(out, 'utf8'), 'kept');
        await ok(...args(), '--out', out, '--force');
        assert.notEqual(readFileSync(out, 'utf8'), 'kept');
      });
    }

    it('stays in the folder of a kit, and nothing is written beside it', async () => {
      const out = at('kit');
      mkdirSync(out);
      writeFileSync(at('kit', 'letter.md'), 'Dear Sir');
      await refused(/letter\.md: The file exists already/, 'kit', at('store.p12'), 'a', '--out', out);
      assert.deepEqual(readdirSync(out), ['letter.md']);
      assert.equal(readFileSync(at('kit', 'letter.md'), 'utf8'), 'Dear Sir');
      await ok('kit', at('store.p12'), 'a', '--out', out, '--force');
      assert.notEqual(readFileSync(at('kit', 'letter.md'), 'utf8'), 'Dear Sir');
      assert.ok(readdirSync(out).length > 1);
    });
  });

  it('makes no folder of a name that looks like an archive', async () => {
    for (const name of ['kit.rar', 'kit.TAR', 'kit.tar.gz', 'kit.7z']) {
      await refused(/as a folder or as a \.zip, not as \./, 'kit', at('store.p12'), 'a', '--out', at(name));
      assert.ok(!existsSync(at(name)));
    }
    await ok('kit', at('store.p12'), 'a', '--out', at('kit-2.1'));
    assert.ok(existsSync(at('kit-2.1', 'letter.md')));
  });

  describe('the password of a new keystore', () => {
    const generate = (answers: readonly string[], file: string): Promise<Answer> =>
      cliWith(answers, 'generate', at(file), '--alias', 'a', '--subject', 'CN=A', ...key);

    it('is asked for twice', async () => {
      const made = await generate(['Typed-1234', 'Typed-1234'], 'typed.p12');
      assert.equal(made.code, 0, made.err);
      await readKeystore(readFileSync(at('typed.p12')), 'Typed-1234');
      const mistyped = await generate(['Typed-1234', 'Typed-1243'], 'mistyped.p12');
      assert.equal(mistyped.code, 2);
      assert.match(mistyped.err, /two passwords are not the same; nothing was written/);
      assert.ok(!existsSync(at('mistyped.p12')));
      assert.match((await generate([''], 'mistyped.p12')).err, /The password is empty/);
    });

    it('is asked for once where the keystore is there', async () => {
      const listed = await cliWith([password], 'list', at('store.p12'));
      assert.equal(listed.code, 0, listed.err);
    });

    it('is asked for twice where it is that of a key in a PEM file', async () => {
      const mistyped = await generate(['Typed-1234', 'Typed-1243'], 'key.pem');
      assert.match(mistyped.err, /two passwords are not the same/);
      assert.equal((await generate(['Typed-1234', 'Typed-1234'], 'key.pem')).code, 0);
    });
  });

  it('says that a folder is missing, or in the place of the file', async () => {
    mkdirSync(at('folder.zip'));
    const missing = /There is no folder .*sub[/\\]dir\. *Make it/;
    for (const args of [
      ['generate', at('sub', 'dir', 'x'), '--alias', 'a', '--subject', 'CN=A', ...key],
      ['convert', at('store.p12'), at('sub', 'dir', 'x.jks')],
      ['export', at('store.p12'), 'a', '--out', at('sub', 'dir', 'x')],
      ['request', at('store.p12'), 'a', '--out', at('sub', 'dir', 'x')],
      ['sign', at('ca.p12'), 'ca', at('a.csr'), '--out', at('sub', 'dir', 'x')],
      ['kit', at('store.p12'), 'a', '--out', at('sub', 'dir', 'x.zip')],
    ]) {
      await refused(missing, ...args);
    }
    for (const args of [
      ['request', at('store.p12'), 'a'],
      ['kit', at('store.p12'), 'a'],
    ]) {
      await refused(/folder\.zip: This is a folder/, ...args, '--out', at('folder.zip'), '--force');
    }
    await refused(/store\.p12 is no folder/, 'request', at('store.p12'), 'a', '--out', at('store.p12', 'x'));
  });
});
