import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { readRequest } from '../../src/core/certificates/request';
import { sshPublicKeyLine } from '../../src/core/keys/openssh/publicKey';
import { sealKey } from '../../src/core/keys/sealedKey';
import { addKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, writeKeystore } from '../../src/core/keystore/store';
import { makeSelfSigned } from '../support/testCertificates';
import { HostFixture, run } from './hostFixture';

/** Private keys that have no certificate yet. */
describe('a private key without a certificate', function () {
  this.timeout(30_000);
  let fixture: HostFixture;
  const keyPassword = 'Key-Password-1';

  beforeEach(async () => (fixture = await HostFixture.start()));
  afterEach(() => fixture.stop());

  it('tells its public key to SSH, and that its request is out, also after its file was renamed', async () => {
    const { privateKeyInfo, certificate } = await makeSelfSigned('Alone');
    const alias = 'alone';
    const key = await sealKey(privateKeyInfo, keyPassword);
    const file = path.join(fixture.folder, 'alone.p12');
    const { keystore: alone } = addKeyPair(emptyKeystore(), { alias, key, chain: [], created: new Date() });
    writeFileSync(file, await writeKeystore(alone, keyPassword));
    const open = async (path: string): Promise<string> => {
      await run('flowKeystore.addKeystore', { files: [path], silent: true });
      const keystore = vscode.Uri.file(path).toString();
      await run('flowKeystore.unlockKeystore', { keystore, password: keyPassword, remember: 'session', silent: true });
      return keystore;
    };
    const keystore = await open(file);
    const line = await run('flowKeystore.copySshPublicKey', { keystore, alias, silent: true });
    assert.equal(line, sshPublicKeyLine(certificate.spki, alias));
    const since = (of: string): Date | undefined => {
      const entry = fixture.session(of).seen?.entries.find((each) => each.alias === alias);
      assert.ok(entry);
      return fixture.host.requests.since(entry);
    };
    assert.equal(since(keystore), undefined);
    const pem = await run('flowKeystore.createRequest', { keystore, alias, subject: 'CN=Alone', silent: true });
    assert.deepEqual(Buffer.from(readRequest(pem ?? '').spki), Buffer.from(certificate.spki));
    assert.ok(since(keystore));
    const moved = path.join(fixture.folder, 'moved.p12');
    renameSync(file, moved);
    const there = await open(moved);
    assert.ok(since(there));
  });
});
