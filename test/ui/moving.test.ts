import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { addCertificates, addKeyPair, getKeyPair } from '../../src/core/keystore/edit';
import type { Keystore } from '../../src/core/keystore/model';
import { emptyKeystore, readKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { makePracticeIdentities } from '../support/practiceIdentities';
import { startPracticeReceiver, type PracticeReceiver } from '../../src/core/connectivity/practice/receiver';
import { makeCa, type TestIdentity } from '../support/testCertificates';
import { openWorkbench, theme, type Workbench } from './harness';

const password = 'Keystore-1';
const theirs = 'Their-pass1';
const exported = 'Exported-1';

/** Import and export by hand: every question, the preview, the modal before a private key leaves. */
describe('moving entries in and out', () => {
  let workbench: Workbench;
  let scratch: string;
  let receiver: PracticeReceiver;
  const at = (name: string): string => path.join(workbench.folder, name);

  const withPair = async (
    keystore: Keystore,
    alias: string,
    identity: TestIdentity,
    secret: string,
  ): Promise<Keystore> => {
    const key = await sealFor(keystore.type, identity.privateKeyInfo, secret);
    return addKeyPair(keystore, { alias, key, chain: identity.chain, created: new Date() }).keystore;
  };

  before(async () => {
    const ca = await makeCa('Example Root');
    const [old, renewed, other, unrelated] = [
      await ca.issue('Partner A Client', { toDays: 20 }),
      await ca.issue('Partner A Client', { toDays: 700 }),
      await ca.issue('Partner B Client'),
      await makeCa('Somebody Else'),
    ] as const;
    let ours = await withPair(emptyKeystore(), 'partner_a', old, password);
    ours = await withPair(ours, 'partner_b', other, password);
    ours = addCertificates(ours, [
      { alias: 'example root', certificate: ca.certificate },
      { alias: 'receiver', certificate: unrelated.certificate },
    ]).keystore;
    const receiverRoot = await makeCa('Receiver Root');
    let second = await withPair(emptyKeystore(), 'partner_a', renewed, theirs);
    second = await withPair(second, 'partner_b', await ca.issue('Partner B Renewed'), theirs);
    second = await withPair(second, 'partner_c', await ca.issue('Partner C Client'), theirs);
    second = addCertificates(second, [
      { alias: 'root of the authority', certificate: ca.certificate },
      { alias: 'receiver', certificate: receiverRoot.certificate },
    ]).keystore;
    scratch = mkdtempSync(path.join(os.tmpdir(), 'moving-'));
    writeFileSync(path.join(scratch, 'partner.p12'), await writeKeystore(ours, password));
    writeFileSync(path.join(scratch, 'theirs.pfx.txt'), await writeKeystore(second, theirs));
    receiver = await startPracticeReceiver({ port: 0, ...(await makePracticeIdentities()) });
    workbench = await openWorkbench({ theme, workspace: scratch });
    await workbench.unlock('partner.p12', password);
    await workbench.treeRow('PKCS12 \u00b7 4 entries').waitFor();
  });
  after(async () => {
    await workbench.close();
    await receiver.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const aliases = async (): Promise<string[]> =>
    (await readKeystore(readFileSync(at('partner.p12')), password)).entries.map(({ alias }) => alias).sort();

  const choose = (name: string): Promise<void> => workbench.file(at(name), name, 'Import');

  it('asks where from', async () => {
    await workbench.treeMenu('partner.p12', 'Import...');
    await workbench.quickTitle('Import into partner.p12').waitFor();
    await workbench.quickRow('TLS Server...').waitFor();
    await workbench.screenshot('import-source');
  });

  it('shows what a keystore would do to ours, and lets each row be changed by keyboard and mouse', async () => {
    await workbench.quickPick('Files...');
    await choose('theirs.pfx.txt');
    await workbench.input('not this', 'Password of');
    await workbench.quickMessage('that was not it').waitFor();
    await workbench.input(theirs, 'that was not it');
    await workbench.quickRow('partner_c').waitFor();
    await workbench.screenshot('import-preview-proposed');
    // By its button: overwrite.
    await workbench.quickRow('partner_a 2').hover();
    await workbench.quickRow('partner_a 2').locator('.codicon-replace').last().click();
    await workbench.quickRow('overwrites what is there').waitFor();
    // By the keyboard: keep.
    await workbench.quickInput().fill('receiver');
    await workbench.quickRow('receiver 2').and(workbench.page.locator('.focused')).waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.quickRow('Keep What Is There').waitFor();
    await workbench.screenshot('import-row');
    await workbench.quickPick('Keep What Is There');
    await workbench.quickRow('what is there is kept').waitFor();
    await workbench.quickInput().fill('');
    await workbench.quickRow('partner_c').waitFor();
    await workbench.screenshotInThemes('import-preview');
  });

  it('does what was shown once it is accepted, says so, and takes it back', async () => {
    await workbench.quickPick('2 to add, 1 to overwrite');
    await workbench.toast('2 added, 1 overwritten, 1 there already, 1 left out').waitFor();
    // The tree may be redrawn after the notification: without this, the four entries below could be those of before.
    await workbench.treeRow('PKCS12 \u00b7 6 entries').waitFor();
    await workbench.screenshot('import-summary');
    assert.deepEqual(await aliases(), [
      'example root',
      'partner_a',
      'partner_b',
      'partner_b 2',
      'partner_c',
      'receiver',
    ]);
    await workbench.toastButton('2 added', 'Undo').click();
    await workbench.treeRow('PKCS12 \u00b7 4 entries').waitFor();
    assert.deepEqual(await aliases(), ['example root', 'partner_a', 'partner_b', 'receiver']);
  });

  it('changes all conflicts at once', async () => {
    await workbench.command('Flow Keystore: Import...');
    await workbench.quickPick('Files...');
    await choose('theirs.pfx.txt');
    await workbench.input(theirs, 'Password of');
    await workbench.quickPick('Change All at Once');
    await workbench.quickRow('Overwrite All').waitFor();
    await workbench.screenshot('import-all');
    await workbench.quickPick('Overwrite All');
    await workbench.quickRow('1 to add, 3 to overwrite').waitFor();
    await workbench.screenshot('import-preview-overwrite');
    await workbench.page.keyboard.press('Escape');
    assert.deepEqual(await aliases(), ['example root', 'partner_a', 'partner_b', 'receiver']);
  });

  it('imports what a TLS server sends, once the fingerprint is confirmed', async () => {
    await workbench.command('Flow Keystore: Import...');
    await workbench.quickPick('TLS Server...');
    await workbench.quickMessage('The server').waitFor();
    await workbench.quickInput().fill('https://localhost/');
    await workbench.quickMessage('whole address').waitFor();
    await workbench.input(`localhost:${receiver.port}`);
    await workbench.quickRow('Practice Receiver Root').waitFor();
    await workbench.screenshot('import-server');
    await workbench.quickPick('2 to add');
    await workbench.dialog('Trust these 2 certificates?').waitFor();
    await workbench.screenshot('import-server-trust');
    await workbench.dialogButton('Trust and Add to partner.p12').click();
    await workbench.treeRow('Practice Receiver Root').waitFor();
    assert.equal((await aliases()).length, 6);
  });

  it('exports a key pair behind a modal, under a password of its own', async () => {
    await workbench.treeMenu('partner_a', 'Export Key Pair...');
    await workbench.quickPick('PKCS#12');
    await workbench.dialog('Export the private key of "partner_a"').waitFor();
    await workbench.screenshotInThemes('export-key-modal');
    await workbench.dialogButton('Export Private Key').click();
    await workbench.input('weak', '1/2');
    await workbench.page.locator('.quick-input-widget', { hasText: '2/2' }).waitFor();
    await workbench.page.locator('.quick-input-titlebar .codicon-quick-input-back').click();
    await workbench.input(exported, '1/2');
    await workbench.input(exported, '2/2');
    await workbench.file(at('out.p12'), 'partner.p12');
    await workbench.toast('Exported to out.p12').waitFor();
    await workbench.screenshot('export-key-done');
    assert.equal(statSync(at('out.p12')).mode & 0o777, 0o600);
    const made = await readKeystore(readFileSync(at('out.p12')), exported);
    assert.equal(getKeyPair(made, 'partner_a').chain.length, 2);
    assert.deepEqual(workbench.errors, []);
  });
});
