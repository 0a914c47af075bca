import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openSealedKey } from '../../src/core/keys/sealedKey';
import { getKeyPair } from '../../src/core/keystore/edit';
import { readKeystore } from '../../src/core/keystore/store';
import { runCli, type Answer } from '../support/runCli';
import { makeCa } from '../support/testCertificates';
import { requireTool, runTool } from '../support/tools';

const password = 'Keystore-1';
const passphrase = 'Passphrase-1';

/** SSH keys, as `ssh-keygen` makes them, taken into a keystore by the command line. */
describe('import of SSH keys and ssh-keygen', function () {
  this.timeout(120_000);
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const cli = (...args: string[]): Promise<Answer> =>
    runCli(args, { env: { KS: password, PASSPHRASE: passphrase, WRONG: 'no' } });
  const keygen = (name: string, ...args: string[]): void => {
    runTool('ssh-keygen', ['-q', '-f', at(name), '-C', 'somebody@example', ...args]);
  };
  const publicKey = (text: string): string => text.split(' ').slice(0, 2).join(' ');

  before(function () {
    requireTool(this, 'ssh-keygen');
    requireTool(this, 'keytool');
    folder = mkdtempSync(path.join(os.tmpdir(), 'ssh-import-'));
  });
  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  for (const [type, alias, ...options] of [
    ['rsa', 'id_rsa', '-b', '2048'],
    ['ecdsa', 'id_ecdsa', '-b', '384'],
    ['ed25519', 'id_ed25519'],
  ] as const) {
    for (const secret of ['', passphrase]) {
      it(`${type}${secret && ', with a passphrase'}: the same key comes out again, and once is enough`, async () => {
        const name = `${type}${secret.length}`;
        keygen(name, '-t', type, '-N', secret, ...options);
        const store = at(`${name}.p12`);
        const put = (): Promise<Answer> =>
          cli('import', store, at(name), '--password-env', 'KS', '--from-password-env', 'PASSPHRASE');
        const first = await put();
        assert.equal(first.code, 0, first.err);
        assert.match(first.out, new RegExp(`SSH key CN=${alias}\\n +added as "${alias}"\\n +SSH fingerprint SHA256:`));
        const [, fingerprint] = runTool('ssh-keygen', ['-l', '-f', at(`${name}.pub`)]).split(' ');
        assert.ok(fingerprint && first.out.includes(fingerprint), first.out);
        const { out } = await cli('export', store, alias, '--form', 'openssh', '--password-env', 'KS');
        assert.equal(publicKey(out), publicKey(readFileSync(at(`${name}.pub`), 'utf8')));
        const java = runTool('keytool', ['-list', '-keystore', store, '-storepass', password]);
        assert.match(java, new RegExp(`${alias}, .*PrivateKeyEntry`));
        const before = readFileSync(store);
        const second = await put();
        assert.equal(second.code, 0, second.err);
        assert.match(second.out, /nothing to do/);
        assert.deepEqual(readFileSync(store), before);
      });
    }
  }

  it('names the option for a passphrase that is missing or wrong', async () => {
    keygen('locked', '-t', 'ed25519', '-N', passphrase);
    const put = (...args: string[]): Promise<Answer> => cli('import', at('locked.p12'), at('locked'), ...args);
    const missing = await put();
    assert.equal(missing.code, 2);
    assert.match(missing.err, /locked.*needs its password.*--from-password-env/s);
    const wrong = await put('--from-password-env', 'WRONG');
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /locked.*--from-password-env/s);
  });

  it('takes a PEM key without a certificate when told that it is for SSH, and says so where it was not', async () => {
    keygen('old', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', passphrase);
    const put = (...args: string[]): Promise<Answer> =>
      cli(
        ...['import', at('old.jks'), at('old'), '--password-env', 'KS', '--from-password-env', 'PASSPHRASE'],
        ...args,
      );
    const refused = await put();
    assert.equal(refused.code, 2);
    assert.match(refused.err, /no certificate that belongs to it.*--ssh/s);
    const { code, err } = await put('--ssh', '--alias', 'partner_sftp');
    assert.equal(code, 0, err);
    const java = runTool('keytool', ['-list', '-keystore', at('old.jks'), '-storepass', password]);
    assert.match(java, /partner_sftp, .*PrivateKeyEntry/);
  });

  it('pairs an SSH key with a certificate that was issued for it', async () => {
    keygen('paired', '-t', 'rsa', '-b', '2048', '-N', '');
    const pem = runTool('ssh-keygen', ['-e', '-m', 'PKCS8', '-f', at('paired.pub')]);
    writeFileSync(at('paired.pkcs8.pub'), pem);
    const ca = await makeCa('SSH Root');
    writeFileSync(at('ca.pem'), ca.pem);
    writeFileSync(at('ca.key'), ca.privateKeyPem);
    runTool('openssl', [
      ...['x509', '-new', '-force_pubkey', at('paired.pkcs8.pub'), '-subj', '/CN=paired'],
      ...['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-days', '30', '-out', at('paired.cer')],
    ]);
    const { code, out, err } = await cli(
      ...['import', at('paired.p12'), at('paired'), at('paired.cer'), '--password-env', 'KS', '--json'],
    );
    assert.equal(code, 0, err);
    const { rows } = JSON.parse(out) as { rows: { kind: string; subject: string; ssh?: boolean }[] };
    assert.deepEqual(
      rows.map(({ kind, subject, ssh }) => [kind, subject, ssh]),
      [['keyPair', 'CN=paired', undefined]],
    );
  });

  it('seals a key under the password that is named for a PEM file, which has none itself', async () => {
    keygen('plain', '-t', 'ed25519', '-N', '');
    const ca = await makeCa('Bundle Root');
    writeFileSync(at('bundle.pem'), ca.pem);
    const refused = await cli('import', at('bundle.pem'), at('plain'));
    assert.equal(refused.code, 2);
    assert.match(refused.err, /needs one of its own.*--password-env/s);
    const { code, err } = await cli('import', at('bundle.pem'), at('plain'), '--password-env', 'KS');
    assert.equal(code, 0, err);
    const text = readFileSync(at('bundle.pem'));
    assert.ok(text.includes('BEGIN ENCRYPTED PRIVATE KEY') && text.includes(ca.pem.trim()));
    const { key } = getKeyPair(await readKeystore(text, undefined), 'id_ed25519');
    assert.ok((await openSealedKey(key, password)).length);
  });
});
