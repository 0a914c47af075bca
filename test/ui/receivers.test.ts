import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { Locator } from 'playwright-core';
import { addCertificates, addKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { makePracticeIdentities } from '../support/practiceIdentities';
import { startPracticeReceiver, type PracticeReceiver } from '../../src/core/connectivity/practice/receiver';
import { flowText, httpReceiver, type ChannelText } from '../unit/flow/flowText';
import { openWorkbench, theme, type Workbench } from './harness';

const password = 'Keystore-1';
const flows = 'src/main/resources/scenarioflows/integrationflow';

describe('the receivers of a workspace', () => {
  let workbench: Workbench;
  let receiver: PracticeReceiver;
  let scratch: string;

  const write = (name: string, text: string | Uint8Array): void => {
    const file = path.join(scratch, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const channel = (name: string, address: string, alias = 'partner_a'): ChannelText =>
    httpReceiver({ httpAddressWithoutQuery: address, privateKeyAlias: alias }, { name });

  before(async () => {
    scratch = mkdtempSync(path.join(os.tmpdir(), 'receivers-'));
    const { root, issuing, clientCa } = await makePracticeIdentities();
    receiver = await startPracticeReceiver({ port: 0, issuing, clientCa });
    const partner = await clientCa.issue('Partner A Client', { extendedKeyUsage: ['clientAuth'], toDays: 300 });
    const empty = emptyKeystore();
    const key = await sealFor(empty.type, partner.privateKeyInfo, password);
    const pair = addKeyPair(empty, { alias: 'partner_a', key, chain: partner.chain, created: new Date() }).keystore;
    const trusted = addCertificates(pair, [{ alias: 'practice root', certificate: root.certificate }]).keystore;
    write('partner.p12', await writeKeystore(trusted, password));
    const here = `localhost:${receiver.port}`;
    write(
      `Orders/${flows}/Orders.iflw`,
      flowText(
        channel('To Partner A', 'https://{{Partner Host}}/orders'),
        channel('To ERP', `https://${here}/erp`, 'nobody'),
        { name: 'Archive', adapter: 'SFTP', messageProtocol: 'File', properties: { host: 'files.example:22' } },
      ),
    );
    write('Orders/src/main/resources/parameters.prop', `Partner\\ Host=localhost\\:${receiver.port}\n`);
    write(
      `Invoices/${flows}/Invoices.iflw`,
      flowText(
        channel('To Partner A', `https://${here}/invoices`),
        // Nobody listens there.
        channel('To the Tax Office', 'https://127.0.0.1:1/tax'),
        channel('Regional', 'https://${header.host}/v1', '${header.alias}'),
      ),
    );
    const archived = flowText(channel('From the Vault', 'https://127.0.0.1:1/vault'));
    write(
      'Vault.zip',
      zipSync({
        [`${flows}/Vault.iflw`]: Buffer.from(archived),
        'META-INF/MANIFEST.MF': strToU8('Manifest-Version: 1.0'),
      }),
    );
    workbench = await openWorkbench({ theme, workspace: scratch });
    await workbench.unlock('partner.p12', password);
    await workbench.treeRow('PKCS12 \u00b7 2 entries').waitFor();
  });
  after(async () => {
    await workbench.close();
    await receiver.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const pane = (): Locator =>
    workbench.page.locator('.pane', { has: workbench.page.locator('[aria-label^="Receivers"]') });
  const rows = async (): Promise<string[]> =>
    (await pane().locator('.monaco-list-row').allTextContents()).map((text) => text.replace(/\u00a0/g, ' '));
  const row = (text: string): Locator => pane().locator('.monaco-list-row', { hasText: text }).first();
  const action = async (name: string): Promise<void> => {
    await pane().locator('.pane-header').hover();
    await pane().locator(`.pane-header .action-label[aria-label^="${name}"]`).click();
  };

  it('are listed by flow, those of archives too, with what is wrong with them', async () => {
    await workbench.command('Flow Keystore: Focus on Receivers View');
    // Rows that do not fit are not drawn.
    await workbench.page.locator('.pane-header[aria-label^="Keystores"] .title').click();
    await row('From the Vault').waitFor();
    await row('1 error').waitFor();
    const shown = await rows();
    assert.match(
      shown.find((text) => text.includes('To ERP')) ?? '',
      /1 error \u00b7 https.*Client Certificate \u00b7 nobody/,
    );
    assert.match(shown.find((text) => text.includes('Regional')) ?? '', /alias set at run time/);
    assert.match(shown.find((text) => text.startsWith('Vault')) ?? '', /in an archive \u00b7 1 receiver/);
    await workbench.screenshotInThemes('receivers-by-flow');
  });

  it('open in the adapter editor', async () => {
    await row('To ERP').click();
    await workbench.webview().locator('#channel-heading', { hasText: 'To ERP' }).waitFor();
    await workbench.command('View: Close All Editors');
  });

  it('are edited in an archive, where they lie', async () => {
    await row('From the Vault').click();
    const view = workbench.webview();
    await view.locator('#channel-heading', { hasText: 'From the Vault' }).waitFor();
    const alias = view.locator('#field-privateKeyAlias');
    await alias.fill('vault_key');
    await alias.press('Enter');
    await workbench.page.locator('.tab.dirty[data-resource-name="Vault.iflw"]').first().waitFor();
    await workbench.screenshotInThemes('flow-in-archive');
    await workbench.page.keyboard.press('Control+S');
    await row('vault_key').waitFor();
    const entries = unzipSync(readFileSync(path.join(workbench.folder, 'Vault.zip')));
    assert.deepEqual(Object.keys(entries), [`${flows}/Vault.iflw`, 'META-INF/MANIFEST.MF']);
    assert.match(Buffer.from(entries[`${flows}/Vault.iflw`] ?? []).toString(), /<value>vault_key<\/value>/);
    await workbench.command('Flow Keystore: Open File in Archive...');
    await workbench.quickRow('Vault.iflw').waitFor();
    await workbench.screenshot('files-of-archive');
    await workbench.quickPick('MANIFEST.MF');
    await workbench.page.locator('.view-line', { hasText: 'Manifest-Version' }).waitFor();
    await workbench.command('View: Close All Editors');
  });

  it('are filtered while one types, and what is found is counted', async () => {
    await action('Filter Receivers...');
    await workbench.quickTitle('Filter Receivers').waitFor();
    await workbench.quickInput().fill('partner_a tax');
    await pane().getByText('1 of 7 receivers match').waitFor();
    await workbench.page.keyboard.press('Enter');
    assert.equal((await rows()).length, 2);
    await workbench.screenshot('receivers-filtered');
    await action('Clear Filter of Receivers');
    await row('To ERP').waitFor();
  });

  it('are listed by host', async () => {
    await action('Group Receivers by Host');
    await row('Host not known here').waitFor();
    await row('Invoices: HTTP To Partner A').waitFor();
    const groups = (await rows()).filter((text) => /receivers?$/.test(text));
    assert.deepEqual(
      groups.map((text) => text.replace(/\d receivers?$/, '').trim()),
      ['127.0.0.1', 'files.example', 'localhost', 'Host not known herenone, or set at run time \u00b7'],
    );
    await workbench.screenshotInThemes('receivers-by-host');
  });

  it('are tested all together once that is confirmed, and say what came of it', async () => {
    await action('Test All Receivers');
    await workbench.dialog('Test 6 receivers on 3 hosts?').waitFor();
    await workbench.screenshot('receivers-test-all');
    await workbench.dialogButton('Test').click();
    await workbench
      .toast(
        '2 of 6 receivers connect. Not: Invoices (To the Tax Office), Orders (To ERP), Orders (Archive), Vault (From the Vault).',
      )
      .waitFor();
    await row('tested, connects').waitFor();
    await row('last test failed').waitFor();
    // So many reports would be in the way.
    assert.equal(await workbench.page.locator('.tab', { hasText: 'Connectivity' }).count(), 0);
    await workbench.clearToasts();
    await workbench.screenshotInThemes('receivers-tested');
  });

  it('show the report of the last test when it is asked for', async () => {
    const report = workbench.webview().locator('h1', { hasText: '127.0.0.1:1 refuses connections' });
    await workbench.treeMenu('To the Tax Office', 'Show Last Test', report);
    await workbench.webview().getByRole('button', { name: 'Open the Channel' }).waitFor();
    await workbench.command('View: Close All Editors');
  });

  it('are written into a table', async () => {
    await workbench.command('Flow Keystore: Export List of Receivers...');
    await workbench.quickPick('Markdown');
    await workbench.file(path.join(workbench.folder, 'receivers.md'), 'partner.p12');
    await workbench.toast('Exported to receivers.md: 7 receivers.').waitFor();
    const table = readFileSync(path.join(workbench.folder, 'receivers.md'), 'utf8');
    assert.match(table, /^7 receivers in 3 flows$/m);
    const line = table.split('\n').find((each) => each.includes('| Invoices | To Partner A |'));
    assert.match(line ?? '', /\| Client Certificate \| partner\\_a \| Internet \| tested, connects \| \d{4}-/);
    assert.match(table, /\| last test failed \|/);
    await workbench.command('View: Close All Editors');
  });

  it('a test by hand is kept in the workspace, and repeated from there', async () => {
    const host = `localhost:${receiver.port}`;
    await workbench.command('Flow Keystore: Test Outbound Connectivity...');
    await workbench.quickPick('Enter a host');
    await workbench.input(host, 'Host, with its port');
    await workbench.quickPick('partner_a');
    await workbench
      .webview()
      .locator('h1', { hasText: `${host} is trusted and accepts "partner_a"` })
      .waitFor();
    await workbench.webview().getByRole('button', { name: 'Keep This Test...' }).click();
    await workbench.input('Practice', 'Name of the test');
    await workbench.toast('The test "Practice" is kept in flow-keystore.tests.json.').waitFor();
    const kept = JSON.parse(readFileSync(path.join(workbench.folder, 'flow-keystore.tests.json'), 'utf8')) as object;
    const test = {
      name: 'Practice',
      host: 'localhost',
      port: receiver.port,
      keystore: 'partner.p12',
      alias: 'partner_a',
    };
    assert.deepEqual(kept, { tests: [test] });
    await workbench.command('View: Close All Editors');
    await workbench.command('Flow Keystore: Test Outbound Connectivity...');
    await workbench.quickRow('Kept tests').waitFor();
    await workbench.screenshot('test-kept');
    await workbench.quickPick('Practice');
    await workbench
      .webview()
      .locator('h1', { hasText: `${host} is trusted and accepts "partner_a"` })
      .waitFor();
    assert.deepEqual(workbench.errors, []);
  });
});
