import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { readRequest } from '../../src/core/certificates/request';
import { makeCa } from '../support/testCertificates';
import { HostFixture, run } from './hostFixture';

/** Where a private key has a password of its own it is asked for once, whatever becomes of its alias. */
describe('the password of a private key', function () {
  this.timeout(30_000);
  let fixture: HostFixture;
  let keystore: string;

  beforeEach(async () => {
    fixture = await HostFixture.start();
    const file = path.join(fixture.folder, 'bundle.pem');
    writeFileSync(file, (await makeCa('PEM Root')).pem);
    await run('flowKeystore.addKeystore', { files: [file], silent: true });
    keystore = vscode.Uri.file(file).toString();
  });
  afterEach(() => fixture.stop());

  /** In silence: a password that had to be asked for would be an error. */
  const keyIn = async (alias: string): Promise<string> => {
    const pem = await run('flowKeystore.createRequest', { keystore, alias, subject: 'CN=x', silent: true });
    const { spki, signatureState } = readRequest(pem ?? '');
    assert.equal(signatureState, 'good');
    return Buffer.from(spki).toString('hex');
  };

  it('is known after a rename, after a successor took the alias over, and after undo and redo of both', async () => {
    await fixture.generate('client', { keystore, keyPassword: 'First-Password-1' });
    const first = await keyIn('client');
    await run('flowKeystore.renameEntry', { keystore, alias: 'client', newAlias: 'partner', silent: true });
    assert.equal(await keyIn('partner'), first);
    await run('flowKeystore.undo', { keystore, silent: true });
    assert.equal(await keyIn('client'), first);
    await run('flowKeystore.redo', { keystore, silent: true });
    assert.equal(await keyIn('partner'), first);
    const renewal = { keystore, alias: 'partner', silent: true } as const;
    const keyPassword = 'Second-Password-2';
    await run('flowKeystore.renewKeyPair', {
      ...renewal,
      step: 'generate',
      successorAlias: 'partner_next',
      keyPassword,
    });
    const second = await keyIn('partner_next');
    assert.notEqual(second, first);
    await run('flowKeystore.renewKeyPair', { ...renewal, step: 'switch' });
    assert.equal(await keyIn('partner'), second);
    const old = fixture.aliases(keystore).find((alias) => alias !== 'partner' && alias !== 'PEM Root') ?? '';
    assert.equal(await keyIn(old), first);
    await run('flowKeystore.undo', { keystore, silent: true });
    assert.equal(await keyIn('partner'), first);
    assert.equal(await keyIn('partner_next'), second);
    await run('flowKeystore.redo', { keystore, silent: true });
    assert.equal(await keyIn('partner'), second);
  });
});
