import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { certificatesPem } from '../../src/core/certificates/pem';
import { openSealedKey } from '../../src/core/keys/sealedKey';
import { getKeyPair } from '../../src/core/keystore/edit';
import { readKeystore } from '../../src/core/keystore/store';
import { SecretSearch } from '../support/secretSearch';
import { makeCa } from '../support/testCertificates';
import { openWorkbench, type Theme, type Workbench } from './harness';

const password = 'Keystore-1';

for (const theme of ['dark', 'light'] satisfies Theme[]) {
  describe(`keystores in the side bar, ${theme}`, () => {
    let workbench: Workbench;
    let file: string;
    let privateKey: Promise<Uint8Array>;

    before(async () => {
      workbench = await openWorkbench({ theme, settings: { 'flowKeystore.expiry.warnPercent': 0 } });
      file = path.join(workbench.folder, 'keystore.p12');
    });
    after(() => workbench.close());

    it('has a view container of its own in the activity bar', async () => {
      await workbench.openActivity('Flow Keystore');
      await workbench.page.locator('.sidebar .composite.title', { hasText: /flow keystore/i }).waitFor();
      await workbench.screenshot('view-container');
      assert.deepEqual(workbench.errors, []);
    });

    it('says what it is for where there is none, and creates one', async () => {
      await workbench.page.locator('.welcome-view-content', { hasText: 'key pairs and certificates' }).waitFor();
      await workbench.screenshot('keystores-welcome');
      await workbench.page
        .locator('.welcome-view-content a', { hasText: 'Create Keystore' })
        .or(workbench.page.locator('.welcome-view-content .monaco-button', { hasText: 'Create Keystore' }))
        .first()
        .click();
      await workbench.quickTitle('Create Keystore').waitFor();
      await workbench.quickRow('..').waitFor();
      await workbench.quickValue(file);
      await workbench.page.locator('.quick-input-action a', { hasText: 'OK' }).click();
      await workbench.input('short', '1/2');
      await workbench.input('not the same', '2/2');
      await workbench.quickMessage('not the same').waitFor();
      await workbench.page.locator('.quick-input-titlebar .codicon-quick-input-back').click();
      await workbench.input(password, '1/2');
      await workbench.input(password, '2/2');
      await workbench.quickTitle('Remember the password').waitFor();
      await workbench.screenshot('keystores-remember');
      await workbench.quickPick('Only for this session');
      await workbench.treeRow('PKCS12 \u00b7 0 entries').waitFor();
    });

    it('generates a key pair step by step, with a summary that can be changed', async () => {
      await workbench.command('Flow Keystore: Generate Key Pair...');
      await workbench.quickTitle('1/7').waitFor();
      await workbench.quickInput().fill('sap_mine');
      await workbench.quickMessage('reserved for SAP').waitFor();
      await workbench.screenshot('generate-alias');
      await workbench.input('partner_a', '1/7');
      await workbench.quickRow('EC P-256').waitFor();
      await workbench.screenshot('generate-key');
      await workbench.quickPick('EC P-256');
      await workbench.input('CN=Partner A, O=Example, C=Germany', '3/7');
      await workbench.quickMessage('two letters').waitFor();
      await workbench.input('CN=Partner A, O=Example, C=DE', '3/7');
      await workbench.quickMessage('Valid to').waitFor();
      await workbench.screenshot('generate-validity');
      await workbench.input('12 days', '4/7');
      await workbench.quickTitle('Generate Key Pair').waitFor();
      await workbench.quickRow('Client authentication').waitFor();
      await workbench.page.keyboard.press('Enter');
      await workbench.input('', '6/7');
      await workbench.quickRow('a self-signed certificate').waitFor();
      await workbench.screenshot('generate-summary');
      await workbench.quickPick('Alias');
      await workbench.input('renewal_b', '1/7');
      await workbench.quickPick('a self-signed certificate');
      await workbench.treeRow('renewal_b').waitFor();
      await workbench.treeRow('expires in 1').waitFor();
      await workbench.screenshot('tree-expiring');
      const { key } = getKeyPair(await readKeystore(readFileSync(file), password), 'renewal_b');
      privateKey = openSealedKey(key, password);
    });

    it('imports a certificate once its fingerprint is confirmed', async () => {
      const ca = await makeCa('Example Root');
      const pem = path.join(workbench.folder, 'root.pem');
      writeFileSync(pem, certificatesPem([ca.certificate]));
      await workbench.command('Flow Keystore: Import...');
      await workbench.quickPick('Files...');
      await workbench.quickRow('root.pem').click();
      await workbench.quickRow('Example Root').waitFor();
      await workbench.quickPick('1 to add');
      await workbench.dialog('Trust "Example Root"?').waitFor();
      await workbench.screenshot('import-confirm');
      await workbench.dialogButton('Trust and Add to keystore.p12').click();
      await workbench.treeRow('root \u00b7 9 years').waitFor();
    });

    it('shows an entry as a document', async () => {
      await workbench.treeRow('renewal_b').click();
      await workbench.tab('renewal_b.txt').waitFor();
      await workbench.screenshot('details');
    });

    it('renames with F2 and deletes with Delete, after a question', async () => {
      await workbench.treeKey('renewal_b', 'F2');
      await workbench.input('renewal_c', 'New alias');
      await workbench.treeRow('renewal_c').waitFor();
      await workbench.treeKey('renewal_c', 'Delete');
      await workbench.dialog('Delete the key pair "renewal_c"?').waitFor();
      await workbench.screenshot('delete-confirm');
      await workbench.dialogButton('Delete').click();
      await workbench.treeRow('renewal_c').waitFor({ state: 'detached' });
      const { entries } = await readKeystore(readFileSync(file), password);
      assert.deepEqual(
        entries.map(({ alias }) => alias),
        ['Example Root'],
      );
    });

    it('asks for the password again, says when it is wrong, and remembers it', async () => {
      await workbench.treeMenu('keystore.p12', 'Lock Keystore');
      await workbench.treeRow('locked').waitFor();
      await workbench.screenshot('tree-locked');
      await workbench.command('Flow Keystore: Unlock Keystore');
      await workbench.input('Wrong-1', 'Password of the keystore');
      await workbench.quickMessage('This is not the password').waitFor();
      await workbench.screenshot('wrong-password');
      await workbench.input(password, 'This is not the password');
      await workbench.quickTitle('Remember the password').waitFor();
      const secrets = (): Promise<string | null> =>
        workbench.page.evaluate(() => localStorage.getItem('secrets.provider'));
      const before = await secrets();
      await workbench.quickPick('Yes');
      await workbench.treeRow('PKCS12 \u00b7 1 entry').waitFor();
      // The browser keeps secrets a moment after they were stored; before, there may be an empty list of them.
      await workbench.page.waitForFunction((old) => localStorage.getItem('secrets.provider') !== old, before);
      await workbench.reload();
      await workbench.openActivity('Flow Keystore');
      await workbench.treeRow('PKCS12 \u00b7 1 entry').waitFor();
      assert.deepEqual(workbench.errors, []);
    });

    it('leaves nothing secret in the browser but where VS Code keeps secrets', async () => {
      const search = new SecretSearch();
      search.addText('password', password);
      search.addKey('private key', await privateKey);
      await workbench.page.evaluate((planted) => localStorage.setItem('planted', planted), password);
      const storage = await workbench.browserStorage();
      await workbench.page.evaluate(() => localStorage.removeItem('planted'));
      const leaks = [...storage].flatMap(([place, content]) => search.find(place, content));
      assert.deepEqual(
        leaks.map(({ where }) => where).filter((where) => where !== 'localStorage secrets.provider'),
        ['localStorage planted'],
      );
      // The state of the workbench is among it: otherwise nothing was searched.
      assert.ok(
        [...storage.keys()].some((place) => /^vscode-web-state-db.* ItemTable /.test(place)),
        [...storage.keys()].join('\n'),
      );
    });
  });
}
