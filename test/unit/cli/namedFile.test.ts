import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCli, type Answer } from '../../support/runCli';

/** Of several files in a command, which one is it about, and what now? */
describe('errors of the command line name the file and the next step', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const cli = (...args: string[]): Promise<Answer> =>
    runCli([...args, '--password-env', 'PW'], { env: { PW: 'Keystore-1' } });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'named-'));
    const args = ['--alias', 'a', '--subject', 'CN=A', '--key', 'EC P-256', '--ca'];
    assert.equal((await cli('generate', at('a.p12'), ...args)).code, 0);
    writeFileSync(at('a.pem'), (await cli('export', at('a.p12'), 'a')).out);
    writeFileSync(at('id_rsa.pub'), 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== me@example\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [what, args, message] of [
    ['kit of an unknown alias', ['kit', 'a.p12', 'nope', '--out', './kit'], /a\.p12: There is no entry "nope"/],
    ['export of an unknown alias', ['export', 'a.p12', 'nope'], /a\.p12: There is no entry "nope"/],
    [
      'a taken alias',
      ['generate', 'a.p12', '--alias', 'a', '--subject', 'CN=B'],
      /a\.p12: There is an entry "a" already/,
    ],
    [
      'import of a public SSH key',
      ['import', 'a.p12', 'id_rsa.pub'],
      /id_rsa\.pub: .* an SSH public key\. A keystore holds private keys: import the file beside it/,
    ],
    [
      'a certificate to be signed',
      ['sign', 'a.p12', 'a', 'a.pem'],
      /a\.pem: .* a certificate\. A certificate is signed already/,
    ],
  ] as const) {
    it(what, async () => {
      const { code, err, out } = await cli(...args.map((each) => (each.includes('.') ? at(each) : each)));
      assert.equal(code, 2, out);
      assert.match(err, message);
    });
  }
});
