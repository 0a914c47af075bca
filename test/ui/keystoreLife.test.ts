import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hasTool } from '../support/tools';
import { makeSelfSigned } from '../support/testCertificates';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { openWorkbench, type Workbench } from './harness';

const password = 'Keystore-1';

describe('the life of a keystore in the side bar', () => {
  let workbench: Workbench;

  before(async function () {
    if (!hasTool('openssl')) this.skip();
    workbench = await openWorkbench();
    const at = (name: string): string => path.join(workbench.folder, name);
    const identity = await makeSelfSigned('Partner A', { toDays: 12, extendedKeyUsage: ['clientAuth'] });
    // Not as a file: that would be on the list of keystores too.
    const input = identity.privateKeyPem + identity.pem;
    const args = ['pkcs12', '-export', '-legacy', '-name', 'partner_a', '-out', at('old.p12')];
    execFileSync('openssl', [...args, '-passout', `pass:${password}`], { input, stdio: 'pipe' });
    mkdirSync(at('flows'));
    const address = { httpAddressWithoutQuery: 'https://127.0.0.1:1/orders', privateKeyAlias: 'partner_a' };
    writeFileSync(at('flows/Orders.iflw'), flowText(httpReceiver(address, { name: 'To Partner A' })));
    await workbench.unlock('old.p12', password);
    await workbench.treeRow('protected by old methods').waitFor();
  });
  after(() => workbench.close());

  it('modernises from the note that says what is old', async () => {
    await workbench.treeRow('protected by old methods').click();
    await workbench.dialog('Protect old.p12 by today').waitFor();
    await workbench.screenshot('modernise');
    await workbench.dialogButton('Modernise').click();
    await workbench.treeRow('protected by old methods').waitFor({ state: 'detached' });
  });

  it('lists backups with what would change, and restores one', async () => {
    await workbench.command('Flow Keystore: Restore Backup of Keystore...');
    await workbench.quickRow('old.p12.bak').waitFor();
    await workbench.screenshot('restore-list');
    await workbench.quickPick('old.p12.bak');
    await workbench.dialog('Restore old.p12').waitFor();
    await workbench.screenshot('restore-confirm');
    await workbench.dialogButton('Restore').click();
    await workbench.treeRow('protected by old methods').waitFor();
    await workbench.command('Flow Keystore: Undo Change of Keystore');
    await workbench.treeRow('protected by old methods').waitFor({ state: 'detached' });
  });

  it('offers formats to convert into', async () => {
    await workbench.command('Flow Keystore: Convert Keystore...');
    await workbench.quickRow('JKS').waitFor();
    await workbench.screenshot('convert-formats');
    await workbench.page.keyboard.press('Escape');
  });

  it('renews a key pair step by step', async () => {
    await workbench.command('Flow Keystore: Renew Key Pair...');
    await workbench.quickRow('partner_a').waitFor();
    await workbench.quickPick('partner_a');
    await workbench.quickRow('Generate the successor').waitFor();
    await workbench.screenshot('renewal-start');
    await workbench.quickPick('Generate the successor');
    await workbench.quickTitle('Successor of').waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.quickRow('partner_a becomes').waitFor();
    await workbench.screenshot('renewal-steps');
    await workbench.quickPick('Test the channel with it');
    await workbench.quickTitle('Tested with').waitFor();
    await workbench.screenshot('renewal-tested');
    await workbench.page.keyboard.press('Escape');
    await workbench.quickRow('partner_a becomes').waitFor();
    await workbench.quickPick('partner_a becomes');
    await workbench.dialog('take over the alias').waitFor();
    await workbench.screenshot('renewal-switch');
    await workbench.dialogButton('Switch').click();
    await workbench.quickRow('Letter to the partners').waitFor();
    await workbench.quickPick('Letter to the partners');
    await workbench.page.locator('.view-lines', { hasText: 'Our client certificate' }).first().waitFor();
    await workbench.screenshot('renewal-letter');
    assert.deepEqual(workbench.errors, []);
  });
});
