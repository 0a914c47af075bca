import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { getKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { openWorkbench, type Workbench } from './harness';

const password = 'Keystore-1';

/** A key pair, its request, the answer of a test authority, the chain complete: by hand, in one keystore. */
describe('from a certification request to a signed certificate', () => {
  let workbench: Workbench;
  let scratch: string;
  const at = (name: string): string => path.join(workbench.folder, name);

  before(async () => {
    scratch = mkdtempSync(path.join(os.tmpdir(), 'cycle-'));
    writeFileSync(path.join(scratch, 'partner.p12'), await writeKeystore(emptyKeystore(), password));
    workbench = await openWorkbench({ workspace: scratch });
    await workbench.unlock('partner.p12', password);
    await workbench.treeRow('PKCS12 \u00b7 0 entries').waitFor();
  });
  after(async () => {
    await workbench.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('generates the key pair', async () => {
    await workbench.command('Flow Keystore: Generate Key Pair...');
    await workbench.input('partner_a', '1/7');
    await workbench.quickPick('EC P-256');
    await workbench.input('CN=Partner A, O=Example, C=DE', '3/7');
    await workbench.input('2 years', '4/7');
    await workbench.quickRow('Client authentication').waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.input('', '6/7');
    await workbench.quickPick('a self-signed certificate');
    await workbench.treeRow('partner_a').waitFor();
  });

  it('makes the request, and says in the tree that it is out', async () => {
    await workbench.treeMenu('partner_a', 'Create Certification Request', workbench.quickTitle('1/3'));
    await workbench.quickValue('CN=Partner A, O=Example, C=DE');
    await workbench.screenshot('request-subject');
    await workbench.page.keyboard.press('Enter');
    await workbench.input('client.partner.example', '2/3');
    await workbench.quickRow('Copy to the Clipboard').waitFor();
    await workbench.screenshot('request-where');
    await workbench.quickPick('Save as a File...');
    await workbench.file(at('partner_a.csr'), '..');
    await workbench.toast('Send it to the certification authority').waitFor();
    await workbench.treeRow('request out').waitFor();
    await workbench.screenshotInThemes('request-out');
    await workbench.clearToasts();
    await workbench.treeRow('request out').click();
    await workbench.tab('partner_a.txt').waitFor();
    await workbench.page.locator('.view-line', { hasText: 'Request out since' }).waitFor();
  });

  it('shows the request as a document', async () => {
    await workbench.command('Flow Keystore: Show Certification Request');
    await workbench.quickRow('partner_a.csr').click();
    await workbench.tab('partner_a.csr.txt').waitFor();
    await workbench.page.locator('.view-line', { hasText: 'dns:client.partner.example' }).waitFor();
    await workbench.screenshot('request-document');
  });

  it('signs it with a test authority', async () => {
    await workbench.command('Flow Keystore: Create Test CA...');
    await workbench.quickMessage('for tests alone').waitFor();
    await workbench.screenshot('test-ca');
    await workbench.input('test_ca');
    await workbench.treeRow('test_ca').waitFor();
    await workbench.command('Flow Keystore: Sign Certification Request...');
    await workbench.quickRow('partner_a.csr').click();
    await workbench.quickTitle('Sign Partner A').waitFor();
    await workbench.quickRow('As the Request Asks For').waitFor();
    await workbench.screenshot('sign-usage');
    await workbench.quickPick('As the Request Asks For');
    await workbench.input('90 days', 'Valid to');
    await workbench.quickPick('Save as PKCS#7...');
    await workbench.file(at('partner_a.p7b'), '..');
    await workbench.toast('with its chain').waitFor();
    await workbench.clearToasts();
  });

  it('imports the response: the chain is complete, and no request is out any longer', async () => {
    await workbench.command('Flow Keystore: Import Signing Response...');
    await workbench.quickRow('partner_a.p7b').click();
    await workbench.quickRow('Everything, With the Root').waitFor();
    await workbench.screenshot('response-root');
    await workbench.quickPick('Everything, With the Root');
    await workbench.treeRow('request out').waitFor({ state: 'detached' });
    // Its details open by the click and may take the focus before the key comes.
    await workbench.treeRow('partner_a').locator('.monaco-tl-twistie').click();
    await workbench.treeRow('Test CA').waitFor();
    await workbench.screenshotInThemes('response-imported');
    const { chain } = getKeyPair(await readKeystore(readFileSync(at('partner.p12')), password), 'partner_a');
    assert.equal(chain.length, 2);
    assert.match(chain[1]?.subject.short ?? '', /^Test CA/);
    assert.deepEqual(
      chain[0]?.extensions.subjectAltName?.map(({ value }) => value),
      ['client.partner.example'],
    );
    assert.deepEqual(workbench.errors, []);
  });

  it('makes an SSH key, and copies its public part', async () => {
    await workbench.command('Flow Keystore: Create SSH Key...');
    await workbench.quickPick('EC P-256');
    await workbench.input('id_ecdsa', 'Alias');
    await workbench.toastButton('The SSH key "id_ecdsa"', 'Copy Public Key').click();
    await workbench.toast('SHA256:').waitFor();
    await workbench.screenshot('ssh-key');
    const copied = await workbench.page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^ecdsa-sha2-nistp256 AAAA\S+ id_ecdsa\n$/);
  });
});
