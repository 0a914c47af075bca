import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeCa, type TestIdentity } from '../support/testCertificates';
import { HostFixture, run } from './hostFixture';

/** Private keys in files that have no password for all of them. */
describe('a key pair in a PEM file without a password', function () {
  this.timeout(30_000);
  let fixture: HostFixture;
  let root: TestIdentity;
  let keystore: string;
  const keyPassword = 'Key-Password-1';

  before(async () => (root = await makeCa('PEM Root')));
  beforeEach(async () => {
    fixture = await HostFixture.start();
    const file = path.join(fixture.folder, 'bundle.pem');
    writeFileSync(file, root.pem);
    await run('flowKeystore.addKeystore', { files: [file], silent: true });
    keystore = vscode.Uri.file(file).toString();
  });
  afterEach(() => fixture.stop());

  it('is generated under a password of its own, can be used at once, renewed, and undone', async () => {
    await fixture.generate('client', { keystore, keyPassword });
    const session = fixture.session(keystore);
    const pair = session.keystore?.entries.find(({ alias }) => alias === 'client');
    assert.ok(pair?.kind === 'keyPair');
    assert.equal(pair.key.form, 'encrypted');
    const request = await run('flowKeystore.createRequest', { keystore, alias: 'client', silent: true });
    assert.match(request ?? '', /BEGIN CERTIFICATE REQUEST/);
    const renewed = await run('flowKeystore.renewKeyPair', {
      keystore,
      alias: 'client',
      step: 'generate',
      successorAlias: 'client_next',
      keyPassword,
      silent: true,
    });
    assert.deepEqual([renewed?.stage, renewed?.successor], ['switch', 'client_next']);
    await run('flowKeystore.undo', { keystore, silent: true });
    await run('flowKeystore.undo', { keystore, silent: true });
    assert.deepEqual(fixture.aliases(keystore), ['PEM Root']);
  });

  it('is not generated where code gives no password, and the error says what to give', async () => {
    await assert.rejects(fixture.generate('client', { keystore }), {
      code: 'password-required',
      next: 'Give one for the key with the argument "keyPassword".',
    });
    assert.deepEqual(fixture.aliases(keystore), ['PEM Root']);
  });
});
