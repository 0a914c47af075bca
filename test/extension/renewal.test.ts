import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { certificatesPem } from '../../src/core/certificates/pem';
import { makeCa } from '../support/testCertificates';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { HostFixture, run } from './hostFixture';

/** Kits for receivers, what they send back, and renewals. */
describe('the life of a key pair in VS Code', () => {
  let fixture: HostFixture;
  beforeEach(async () => {
    fixture = await HostFixture.start();
    await fixture.generate('partner_a');
  });
  afterEach(() => fixture.stop());

  const pair = (): { keystore: string; alias: string; silent: true } => ({
    keystore: fixture.keystore,
    alias: 'partner_a',
    silent: true,
  });

  it('writes a hand-over kit as a folder and as a zip', async () => {
    const out = path.join(fixture.folder, 'kit');
    assert.equal(await run('flowKeystore.handOverKit', { ...pair(), out, receiver: 'Partner A' }), out);
    assert.deepEqual(readdirSync(out).sort(), ['fingerprints.txt', 'letter.md', 'partner_a.cer', 'partner_a.pem']);
    assert.match(readFileSync(path.join(out, 'letter.md'), 'utf8'), /for Partner A/);
    await run('flowKeystore.handOverKit', { ...pair(), out: `${out}.zip` });
    assert.equal(readFileSync(`${out}.zip`).subarray(0, 2).toString(), 'PK');
  });

  it('imports the authorities that a receiver sent, and nothing that is there or ours', async () => {
    const root = await makeCa('Receiver Root');
    const server = await root.issue('api.partner.example', { extendedKeyUsage: ['serverAuth'] });
    const file = path.join(fixture.folder, 'theirs.pem');
    writeFileSync(file, certificatesPem([server.certificate, root.certificate]));
    const argument = { keystore: fixture.keystore, files: [file], silent: true } as const;
    assert.deepEqual(await run('flowKeystore.importFromReceiver', argument), ['Receiver Root']);
    assert.deepEqual(fixture.aliases(), ['partner_a', 'Receiver Root']);
  });

  it('renews: successor beside the old one, tests with it, switch in one step that can be undone, letter', async () => {
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(workspace);
    const folder = path.join(workspace.uri.fsPath, 'renewal');
    mkdirSync(folder, { recursive: true });
    // Port 1 of this machine: refused at once.
    const channel = httpReceiver({
      httpAddressWithoutQuery: 'https://127.0.0.1:1/orders',
      privateKeyAlias: 'partner_a',
    });
    writeFileSync(path.join(folder, 'Renewal.iflw'), flowText(channel));
    try {
      assert.equal((await run('flowKeystore.renewKeyPair', pair()))?.stage, 'generate');
      const made = await run('flowKeystore.renewKeyPair', { ...pair(), step: 'generate', validity: '3 years' });
      const successor = `partner_a_${new Date().getUTCFullYear()}`;
      assert.deepEqual(made, { stage: 'switch', alias: 'partner_a', successor });
      const tested = await run('flowKeystore.renewKeyPair', { ...pair(), step: 'test' });
      assert.deepEqual(tested?.verdicts, ['connection-refused']);
      const before = fixture.aliases();
      const switched = await run('flowKeystore.renewKeyPair', { ...pair(), step: 'switch' });
      assert.equal(switched?.stage, 'switched');
      assert.match(switched.predecessor ?? '', /^partner_a_until_\d{4}-\d\d-\d\d$/);
      assert.deepEqual(fixture.aliases(), [switched.predecessor, 'partner_a']);
      const letter = (await run('flowKeystore.renewKeyPair', { ...pair(), step: 'letter' }))?.letter ?? '';
      assert.match(letter, /127\.0\.0\.1:1/);
      assert.equal(
        await run('flowKeystore.undo', { keystore: fixture.keystore, silent: true }),
        'switch "partner_a" to its successor',
      );
      assert.deepEqual(fixture.aliases(), before);
    } finally {
      await vscode.workspace.fs.delete(vscode.Uri.file(folder), { recursive: true });
    }
    assert.ok(!existsSync(folder));
  });
});
