import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openSealedKey } from '../../../src/core/keys/sealedKey';
import { getKeyPair } from '../../../src/core/keystore/edit';
import { needsKeyPassword } from '../../../src/core/keystore/newKeyPassword';
import { readKeystore } from '../../../src/core/keystore/store';
import { makeCa } from '../../support/testCertificates';
import { runCli, type Answer } from '../../support/runCli';

describe('a key pair generated into a PEM file', () => {
  let folder: string;
  let file: string;
  let rootPem: string;
  before(async () => (rootPem = (await makeCa('PEM Root')).pem));
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cli-pem-'));
    file = path.join(folder, 'bundle.pem');
    writeFileSync(file, `# ours\n${rootPem}`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const generate = (asked: string | undefined, ...args: string[]): Promise<Answer> => {
    return runCli(['generate', file, '--alias', 'client', '--subject', 'CN=client', '--key', 'EC P-256', ...args], {
      env: { KEY: 'Key-Password-1' },
      askSecret: () => Promise.resolve(asked),
    });
  };
  const keyOpensWith = async (password: string): Promise<boolean> => {
    const { key } = getKeyPair(await readKeystore(readFileSync(file), undefined), 'client');
    assert.equal(key.form, 'encrypted');
    return openSealedKey(key, password).then(
      () => true,
      () => false,
    );
  };

  it('is encrypted under the password that is named; the rest of the file stays', async () => {
    const { code, err } = await generate(undefined, '--password-env', 'KEY');
    assert.equal(code, 0, err);
    assert.ok(await keyOpensWith('Key-Password-1'));
    assert.equal(await keyOpensWith(''), false);
    assert.ok(readFileSync(file, 'latin1').startsWith(`# ours\n${rootPem}`));
  });

  it('or under one that is asked for; without any nothing is written', async () => {
    const before = readFileSync(file);
    const refused = await generate(undefined);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /bundle\.pem: The PEM file has no password.*--password-env/);
    assert.deepEqual(readFileSync(file), before);
    assert.equal((await generate('Typed-Password-1')).code, 0);
    assert.ok(await keyOpensWith('Typed-Password-1'));
  });

  it('a keystore of another kind without a password takes no private key', () => {
    assert.equal(needsKeyPassword({ type: 'PKCS12' }, 'x'), false);
    assert.throws(() => needsKeyPassword({ type: 'PKCS12' }, undefined), { code: 'password-required' });
  });
});
