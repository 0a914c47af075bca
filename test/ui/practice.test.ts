import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { addKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { makeSelfSigned } from '../support/testCertificates';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import type { Locator } from 'playwright-core';
import { openWorkbench, type Workbench } from './harness';

const password = 'Keystore-1';
const project = 'Orders/src/main/resources';
const flowFile = `${project}/scenarioflows/integrationflow/Orders.iflw`;

/** Everything that can be rehearsed before a partner is ready: each verdict, what mends it, and the test after it. */
describe('rehearsing with the practice receiver', () => {
  let workbench: Workbench;
  let scratch: string;

  const heading = (text: string | RegExp): Promise<void> =>
    workbench.webview().locator('h1', { hasText: text }).waitFor();
  const press = (text: string | RegExp): Promise<void> =>
    workbench.webview().locator('button', { hasText: text }).first().click();
  const settled = async (): Promise<void> => {
    await workbench.toast('Testing ').waitFor({ state: 'detached' });
  };
  let chosen: readonly string[] = ['The intermediate certificate is not sent'];
  const status = (): Locator => workbench.page.locator('.statusbar-item', { hasText: 'Practice receiver' });
  const changeFaults = async (...faults: readonly string[]): Promise<void> => {
    await status().click();
    await workbench.quickPick('Change Faults');
    await workbench.quickTitle('Faults of the Practice Receiver').waitFor();
    // A click on what is chosen takes it away.
    for (const fault of [...chosen, ...faults]) await workbench.quickPick(fault);
    chosen = faults;
    await workbench.page.keyboard.press('Enter');
    await workbench.toast('The practice receiver runs on').waitFor();
    await workbench.clearToasts();
  };

  before(async () => {
    scratch = mkdtempSync(path.join(os.tmpdir(), 'practice-'));
    mkdirSync(path.join(scratch, path.dirname(flowFile)), { recursive: true });
    let keystore = emptyKeystore();
    for (const alias of ['partner_a', 'partner_b']) {
      const identity = await makeSelfSigned(`Client ${alias}`, { extendedKeyUsage: ['clientAuth'] });
      const key = await sealFor('PKCS12', identity.privateKeyInfo, password);
      keystore = addKeyPair(keystore, { alias, key, chain: identity.chain, created: new Date() }).keystore;
    }
    writeFileSync(path.join(scratch, 'partner.p12'), await writeKeystore(keystore, password));
    const properties = { httpAddressWithoutQuery: 'https://{{Host}}/orders', privateKeyAlias: 'partner_b' };
    writeFileSync(path.join(scratch, flowFile), flowText(httpReceiver(properties, { name: 'To Partner' })));
    writeFileSync(path.join(scratch, project, 'parameters.prop'), 'Host=localhost\\:8443\n');
    workbench = await openWorkbench({ workspace: scratch });
    await workbench.unlock('partner.p12', password);
    await workbench.treeRow('PKCS12 \u00b7 2 entries').waitFor();
  });
  after(async () => {
    await workbench.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('starts it with a fault, and shows that it runs', async () => {
    await workbench.command('Flow Keystore: Start Practice Receiver...');
    await workbench.quickTitle('Start Practice Receiver').waitFor();
    await workbench.screenshotInThemes('practice-faults');
    for (const fault of chosen) await workbench.quickPick(fault);
    await workbench.page.keyboard.press('Enter');
    await workbench.toast('The practice receiver runs on https://localhost:').waitFor();
    await status().waitFor();
    await workbench.treeRow('practice-receiver.p12').waitFor();
    await workbench.screenshot('practice-started');
  });

  it('an intermediate is missing: it is fetched, added, and the receiver is trusted', async () => {
    await workbench.toastButton('The practice receiver runs', 'Test It').click();
    await workbench.quickPick('partner.p12');
    await workbench.quickPick('partner_a');
    await heading('it leaves an intermediate certificate out');
    await settled();
    await workbench.screenshot('practice-intermediate-missing');
    await press('Fetch the Missing Certificate...');
    await press(/^Add .*to Keystore/);
    await workbench.quickPick('1 to add');
    await workbench.dialogButton('Trust and Add to partner.p12').click();
    await workbench.treeRow('Practice Receiver Issuing CA').waitFor();
    await press('Test Again');
    await heading('"partner_a" was refused by');
    await settled();
    await workbench.screenshot('practice-client-rejected');
  });

  it('the key pair is not accepted: its certificate is handed over, and it is', async () => {
    await press("Write to the Receiver's Administrator...");
    await workbench.page.locator('.monaco-editor', { hasText: 'administrator' }).first().waitFor();
    await workbench.screenshot('practice-letter');
    await workbench.page.keyboard.press('Control+W');
    await workbench.dialogButton("Don't Save").click();
    await workbench.treeMenu('partner_a', 'Copy as PEM');
    await workbench.treeMenu('practice-receiver.p12', 'Import from Clipboard');
    await workbench.quickPick('1 to add');
    await workbench.dialogButton('Trust and Add to practice-receiver.p12').click();
    await workbench.dialog('Trust').waitFor({ state: 'detached' });
    await press('Test Again');
    await heading('is trusted and accepts "partner_a"');
    await settled();
    await workbench.screenshot('practice-accepted');
  });

  it('the channel names another key pair: the right one is tested, and set in the channel', async () => {
    const port = /\d+/.exec((await status().textContent()) ?? '')?.[0] ?? '';
    writeFileSync(path.join(workbench.folder, project, 'parameters.prop'), `Host=localhost\\:${port}\n`);
    await workbench.openFile('Orders.iflw');
    await workbench.page.locator('.codelens-decoration a', { hasText: 'Test Outbound Connectivity' }).first().click();
    await heading('"partner_b" was refused by');
    await press('Test with Another Key Pair...');
    await workbench.quickRow('partner_a').waitFor();
    await workbench.screenshot('practice-key-pairs');
    await workbench.quickPick('partner_a');
    await heading('is trusted and accepts "partner_a"');
    await settled();
    await workbench.screenshot('practice-other-key-pair');
    await press('Set "partner_a" in the Channel');
    await workbench.webview().locator('button', { hasText: 'Set "partner_a"' }).waitFor({ state: 'detached' });
    await heading('is trusted and accepts "partner_a"');
    await settled();
    assert.match(
      readFileSync(path.join(workbench.folder, flowFile), 'utf8'),
      /privateKeyAlias<\/key>\s*<value>partner_a</,
    );
  });

  for (const [fault, title, name] of [
    ['The server certificate has expired', 'has expired', 'expired'],
    ['The server certificate is for another name', 'is not for localhost', 'other-name'],
  ] as const) {
    it(`${name}: red with a letter to its administrator, who mends it: green`, async () => {
      await changeFaults(fault);
      await press('Test Again');
      await heading(title);
      await settled();
      await workbench.webview().locator('button', { hasText: "Write to the Receiver's Administrator..." }).waitFor();
      await workbench.screenshot(`practice-${name}`);
      await changeFaults();
      await press('Test Again');
      await heading('is trusted and accepts "partner_a"');
      await settled();
    });
  }

  it('stops it, and its keystore leaves the list', async () => {
    await status().click();
    await workbench.quickTitle('Practice Receiver').waitFor();
    await workbench.screenshot('practice-menu');
    await workbench.quickPick('Stop');
    await status().waitFor({ state: 'detached' });
    await workbench.treeRow('practice-receiver.p12').waitFor({ state: 'detached' });
    await press('Test Again');
    await heading('refuses connections');
    assert.deepEqual(workbench.errors, []);
  });
});
