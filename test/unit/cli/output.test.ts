import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readKeystore } from '../../../src/core/keystore/store';
import { runCli, type Answer } from '../../support/runCli';

const password = 'Keystore-1';
const key = ['--key', 'EC P-256'];

describe('command line: what is written, and what is not', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (...names: string[]): string => path.join(folder, ...names);
  const cliWith = async (answers: readonly string[] | undefined, ...args: string[]): Promise<Answer> => {
    const left = [...(answers ?? [])];
    const answer = await runCli(args, {
      env: { KS: password, EMPTY: '' },
      askSecret: () => Promise.resolve(answers && (left.shift() ?? assert.fail('nothing more is asked'))),
    });
    assert.deepEqual(left, [], 'everything was asked');
    return answer;
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

  it('says that the password named for a new keystore is empty', async () => {
    for (const name of ['new.p12', 'new.jks', 'new.pem']) {
      const args = ['generate', at(name), '--alias', 'a', '--subject', 'CN=A', ...key, '--password-env', 'EMPTY'];
      const { code, err } = await cliWith(undefined, ...args);
      assert.equal(code, 2);
      assert.match(err, /The password in EMPTY is empty/);
      assert.ok(!existsSync(at(name)));
    }
    await refused(
      /The password in EMPTY is empty/,
      'convert',
      at('store.p12'),
      at('c.jks'),
      '--new-password-env',
      'EMPTY',
    );
  });

  it('says that a certificate ends with its authority, not when it was asked to', async () => {
    const sign = (days: string): Promise<Answer> =>
      ok('sign', at('ca.p12'), 'ca', at('a.csr'), '--days', days, '--json');
    const cut = await sign('9999');
    assert.match(cut.err, /note: "ca" ends on \d{4}-\d\d-\d\d, and so does the certificate: .*9999 days/);
    assert.equal((JSON.parse(cut.out) as { cutShort: boolean }).cutShort, true);
    const whole = await sign('30');
    assert.equal(whole.err, '');
    assert.equal((JSON.parse(whole.out) as { cutShort: boolean }).cutShort, false);
  });

  it('says in its own words which value an option needs', async () => {
    const sign = ['sign', at('ca.p12'), 'ca', at('a.csr')];
    await refused(
      /: --days needs a value, and what follows it starts with a dash\. .*--days=VALUE/,
      ...sign,
      '--days',
      '-5',
    );
    await refused(/--days takes a whole number from 1 to 36500, not "-5"/, ...sign, '--days=-5');
    await refused(/: --json takes no value\. /, ...sign, '--json=yes');
    const last = await cliWith(undefined, ...sign, '--days');
    assert.match(last.err, /: --days needs a value\. /);
  });

  it('takes pkcs12 for p12, and lists every form for one that there is not', async () => {
    const args = ['export', at('store.p12'), 'a', '--new-password-env', 'KS', '--out', at('pair.p12'), '--form'];
    await ok(...args, 'pkcs12');
    const { entries } = await readKeystore(readFileSync(at('pair.p12')), password);
    assert.deepEqual(
      entries.map(({ kind }) => kind),
      ['keyPair'],
    );
    await refused(/--form takes pem, .*p12, pkcs8 \(key pairs\).*not "pfx12"/, ...args.slice(0, -3), '--form', 'pfx12');
  });

  describe('a response', () => {
    const sign = (): Promise<Answer> => ok('sign', at('ca.p12'), 'ca', at('a.csr'), '--out', at('a.pem'), '--force');
    const shape = ({ out }: Answer): unknown => {
      const { chainLength, chain, rootLeftOut, complete } = JSON.parse(out) as Record<string, unknown>;
      assert.equal((chain as unknown[]).length, chainLength);
      return { chainLength, rootLeftOut, complete };
    };

    it('is complete without its root, which is said', async () => {
      await sign();
      const { out, err } = await ok('respond', at('store.p12'), at('a.pem'));
      assert.match(out, /complete up to the root, which was left out/);
      assert.match(err, /root "Test CA" was left out of the entry; --with-root/);
      const json = ['respond', at('store.p12'), at('a.pem'), '--json'];
      assert.deepEqual(shape(await ok(...json)), { chainLength: 1, rootLeftOut: true, complete: true });
      const whole = await ok(...json, '--with-root');
      assert.deepEqual(shape(whole), { chainLength: 2, rootLeftOut: false, complete: true });
      assert.doesNotMatch(whole.err, /left out/);
    });

    it('says how an incomplete chain is completed', async () => {
      await ok('generate', at('bare.p12'), '--alias', 'b', '--subject', 'CN=B', ...key);
      await ok('request', at('bare.p12'), 'b', '--out', at('b.csr'));
      const signed = await ok('sign', at('ca.p12'), 'ca', at('b.csr'));
      writeFileSync(at('b.pem'), /-----BEGIN[^]*?-----END CERTIFICATE-----\n/.exec(signed.out)?.[0] ?? '');
      for (const more of [[], ['--fetch']]) {
        const { err } = await ok('respond', at('bare.p12'), at('b.pem'), ...more);
        assert.match(
          err,
          /names no place to fetch its issuer's from: give the certificate of CN=Test CA with --with FILE/,
        );
      }
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
