import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../../src/cli/main';
import { writePem } from '../../../src/core/certificates/pem';
import { openSealedKey } from '../../../src/core/keys/sealedKey';
import { readKeystore } from '../../../src/core/keystore/store';
import { SecretSearch } from '../../support/secretSearch';
import { makeSelfSigned } from '../../support/testCertificates';

const passwords = {
  store: 'Kan&arie "Store<1>"',
  changed: 'Kan/arie+Changed=2%',
  wrong: 'Kan?arie#Wrong-4~',
} as const;

/** Known passwords and keys go through every command; what it prints and writes has none of them. */
describe('passwords and private keys on the command line', function () {
  this.timeout(120_000);
  let folder: string;
  let search: SecretSearch;
  let printed: string;
  const at = (name: string): string => path.join(folder, name);

  /** @returns the exit code */
  const cli = (...args: string[]): Promise<number> =>
    run(args, {
      out: (text) => (printed += text),
      err: (text) => (printed += text),
      env: { STORE: passwords.store, CHANGED: passwords.changed, WRONG: passwords.wrong },
      now: () => new Date(),
      askSecret: (question) => {
        printed += question;
        return Promise.resolve(passwords.store);
      },
      signal: new AbortController().signal,
    });
  const succeed = async (...args: string[]): Promise<void> =>
    assert.ok((await cli(...args)) < 2, `${args.join(' ')}\n${printed.slice(-400)}`);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cli-canary-'));
    printed = '';
    search = new SecretSearch();
    for (const [name, text] of Object.entries(passwords)) search.addText(name, text);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are in nothing that a command prints or writes', async () => {
    const identity = await makeSelfSigned('Canary', { key: { algorithm: 'RSA', bits: 2048 } });
    search.addKey('the imported key', identity.privateKeyInfo);
    const outside = mkdtempSync(path.join(tmpdir(), 'cli-canary-in-'));
    try {
      const source = path.join(outside, 'key.pem');
      writeFileSync(source, writePem('PRIVATE KEY', identity.privateKeyInfo) + identity.pem);
      const store = at('store.p12');
      const env = ['--password-env', 'STORE'];
      const subject = ['--subject', 'CN=Made', '--key', 'EC P-256'];
      await succeed('generate', store, '--alias', 'made', ...subject, ...env, '--json');
      await succeed(
        'generate',
        store,
        '--alias',
        'ca',
        '--ca',
        '--subject',
        'CN=Authority',
        '--key',
        'EC P-256',
        ...env,
      );
      await succeed('import', store, source, '--alias', 'imported', '--trust', ...env, '--json');
      // Typed at the terminal, and of several variables the second.
      await succeed('list', store);
      for (const form of ['--json', '--stable']) {
        await succeed('list', store, form, '--password-env', 'WRONG', '--password-env', 'STORE');
      }
      await succeed('request', store, 'made', '--out', at('made.csr'), ...env);
      await succeed('sign', store, 'ca', at('made.csr'), '--out', at('made.pem'), ...env);
      await succeed('respond', store, at('made.pem'), '--with-root', ...env, '--json');
      await succeed('kit', store, 'made', '--out', at('kit'), ...env);
      await succeed('kit', store, 'imported', '--out', at('kit.zip'), ...env);
      for (const form of ['csv', 'json', 'md']) await succeed('export', store, '--form', form, ...env);
      await succeed('export', store, 'made', '--what', 'chain', ...env);
      for (const form of ['p12', 'pkcs8']) {
        const target = ['--form', form, '--out', at(`pair.${form}`), '--new-password-env', 'CHANGED'];
        await succeed('export', store, 'imported', '--what', 'key-pair', ...target, ...env);
      }
      for (const name of ['converted.jks', 'converted.jceks', 'converted.pem', 'converted.p12']) {
        await succeed('convert', store, at(name), '--new-password-env', 'CHANGED', ...env);
        await succeed('list', at(name), '--json', '--password-env', 'CHANGED');
      }
      await succeed('diff', store, at('converted.jks'), ...env, '--password-env', 'CHANGED', '--json');
      await succeed('rename', store, 'made', 'renamed', ...env);
      await succeed('delete', store, 'renamed', '--yes', ...env);
      await succeed('test', '127.0.0.1:1', '--keystore', store, '--alias', 'imported', ...env);

      // What goes wrong.
      for (const name of ['store.p12', 'converted.jks', 'converted.jceks', 'converted.pem']) {
        writeFileSync(at(`broken-${name}`), readFileSync(at(name)).subarray(0, -600));
        assert.equal(
          await cli('convert', at(name), at('x.p12'), '--password-env', 'WRONG', '--new-password-env', 'CHANGED'),
          2,
        );
        await cli('list', at(`broken-${name}`), '--password-env', 'STORE', '--password-env', 'CHANGED');
      }
      await cli('sign', store, 'ca', source, ...env);
      await cli('respond', store, source, ...env);
      await cli('list', store, '--password', passwords.wrong.slice(0, 3));

      const read = await readKeystore(readFileSync(`${store}.bak`), passwords.store);
      for (const entry of read.entries) {
        if (entry.kind === 'keyPair') search.addKey(entry.alias, await openSealedKey(entry.key, passwords.store));
      }
      assert.ok(printed.length > 2_000, 'there was something to look at');
      assert.deepEqual(search.find('the output', printed), []);
      assert.deepEqual(search.findInFolder(folder), []);
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });

  it('are not in what the program itself prints, nor in the arguments of programs that it starts', async function () {
    const program = path.join(process.env['PROJECT_ROOT']!, 'dist/cli.cjs');
    if (!existsSync(program)) this.skip();
    const store = at('store.p12');
    await succeed(
      'generate',
      store,
      '--alias',
      'made',
      '--subject',
      'CN=Made',
      '--key',
      'EC P-256',
      '--password-env',
      'STORE',
    );
    // Whatever starts a program ends the test.
    const guard = at('guard.cjs');
    writeFileSync(
      guard,
      `for (const name of ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync']) {
        require('node:child_process')[name] = () => { throw new Error('a program was started'); };
      }`,
    );
    for (const args of [
      ['list', store],
      ['request', store, 'made'],
      ['export', store, '--form', 'json'],
    ]) {
      for (const [variable, code] of [
        ['STORE', 0],
        ['WRONG', 2],
      ] as const) {
        const ended = spawnSync(process.execPath, ['--require', guard, program, ...args, '--password-env', variable], {
          encoding: 'utf8',
          env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', STORE: passwords.store, WRONG: passwords.wrong },
        });
        assert.equal(ended.status, code, ended.stderr);
        assert.deepEqual(search.find(args.join(' '), ended.stdout + ended.stderr), []);
      }
    }
  });

  it('would be found however they were written', () => {
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const der = key.export({ format: 'der', type: 'pkcs8' });
    search.addKey('key', der);
    const pem = key.export({ format: 'pem', type: 'pkcs1' }) as string;
    const jwk = key.export({ format: 'jwk' });
    const password = passwords.store;
    const utf16 = Buffer.from(password, 'utf16le');
    const spelled: Readonly<Record<string, Uint8Array | string>> = {
      plain: `x${password}x`,
      json: JSON.stringify({ a: { b: password } }),
      'json in json': JSON.stringify(JSON.stringify(password)),
      url: `https://a.example/?p=${encodeURIComponent(password)}`,
      form: new URLSearchParams({ p: password }).toString(),
      html: 'value="Kan&amp;arie &quot;Store&lt;1&gt;&quot;"',
      'UTF-16': utf16,
      'UTF-16 big-endian': Buffer.from(utf16).swap16(),
      'base64, shifted': Buffer.from(`user:${password}`).toString('base64'),
      'base64, shifted once more': Buffer.from(`user1:${password}`).toString('base64'),
      'base64 of UTF-16': utf16.toString('base64'),
      hex: Buffer.from(password).toString('hex'),
      'a Buffer in JSON': JSON.stringify(Buffer.from(password)),
      'octets in JSON': JSON.stringify(new Uint8Array(Buffer.from(password))),
      DER: der,
      'DER in hex': der.toString('hex').toUpperCase(),
      PEM: pem,
      'PEM in JSON': JSON.stringify({ pem }),
      'PEM with CRLF': pem.replaceAll('\n', '\r\n'),
      'a PEM line': pem.split('\n')[12]! + pem.split('\n')[13]! + pem.split('\n')[14]! + pem.split('\n')[15]!,
      JWK: JSON.stringify(jwk),
      'one number in hex': Buffer.from(jwk.p!, 'base64url')
        .toString('hex')
        .replace(/..(?=.)/g, '$&:'),
      'one number in decimal': BigInt(`0x${Buffer.from(jwk.d!, 'base64url').toString('hex')}`).toString(),
      'octets of a number': JSON.stringify(new Uint8Array(Buffer.from(jwk.q!, 'base64url'))),
    };
    for (const [name, content] of Object.entries(spelled)) {
      assert.notDeepEqual(search.find(name, content), [], name);
      assert.deepEqual(
        search.find(
          name,
          Buffer.from(content as string).map((octet) => octet ^ 1),
        ),
        [],
        name,
      );
    }
    const spki = key.export({ format: 'jwk' }).n!;
    assert.deepEqual(search.find('the public part', JSON.stringify({ n: spki, e: jwk.e })), []);
  });
});
