import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { certificatesPem } from '../../src/core/certificates/pem';
import { addKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { simulatedFlow } from '../support/tenant/contentApi';
import { TenantSimulator } from '../support/tenantSimulator';
import { makeCa, type TestIdentity } from '../support/testCertificates';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { openWorkbench, type Workbench } from './harness';

const password = 'Keystore-1';
const iflw = 'src/main/resources/scenarioflows/integrationflow/Orders.iflw';

/** A tenant from its service key to a flow that runs: what a person sees of it. */
describe('a tenant in the workbench', () => {
  let workbench: Workbench;
  let scratch: string;
  let simulator: TenantSimulator;
  let root: TestIdentity;

  const copy = (text: string): Promise<void> =>
    workbench.page.evaluate((value) => navigator.clipboard.writeText(value), text);

  before(async () => {
    scratch = mkdtempSync(path.join(os.tmpdir(), 'tenant-'));
    root = await makeCa('Partner Root');
    const partner = await root.issue('Partner A Client', { extendedKeyUsage: ['clientAuth'], toDays: 12 });
    const other = await root.issue('Partner B Client', { extendedKeyUsage: ['clientAuth'] });
    const sap = await makeCa('SAP Cloud Platform Client CA');
    const next = await makeCa('SAP Cloud Platform Client CA', { organization: 'SAP SE' });
    const alias = 'sap_cloudintegrationcertificate';
    const flow = simulatedFlow(
      'Orders',
      'Orders to Partner A',
      {
        [iflw]: flowText(httpReceiver({ privateKeyAlias: 'partner_a', authenticationMethod: 'Client Certificate' })),
        'src/main/resources/parameters.prop': 'Partner Host=partner.example\n',
      },
      { 'Partner Host': 'partner.example' },
    );
    simulator = await TenantSimulator.start({
      entries: [
        { alias: 'partner_a', kind: 'keyPair', chain: partner.chain, key: partner.privateKey },
        { alias: 'Partner Root', kind: 'certificate', chain: [root.certificate], modifiedBy: 'Anna' },
        { alias, kind: 'keyPair', chain: sap.chain, owner: 'SAP' },
      ],
      packages: [
        { id: 'Partners', name: 'Partners', flows: [flow, simulatedFlow('Mail', 'Mail to Ops', { [iflw]: '' })] },
        { id: 'Bought', name: 'ERP to SuccessFactors', mode: 'READ_ONLY', flows: [] },
      ],
    });
    simulator.keystore.renewal = [{ alias, kind: 'keyPair', chain: next.chain, owner: 'SAP' }];
    const key = await sealFor('PKCS12', other.privateKeyInfo, password);
    const pair = { alias: 'partner_b', key, chain: other.chain, created: new Date() };
    const { keystore } = addKeyPair(emptyKeystore(), pair);
    writeFileSync(path.join(scratch, 'local.p12'), await writeKeystore(keystore, password));
    const authority = `${scratch}.pem`;
    writeFileSync(authority, simulator.ca);
    workbench = await openWorkbench({ workspace: scratch, env: { NODE_EXTRA_CA_CERTS: authority } });
  });
  after(async () => {
    await workbench.close();
    rmSync(scratch, { recursive: true, force: true });
  });
  afterEach(() => assert.deepEqual(workbench.errors, []));

  it('is connected by its service key, which leaves the clipboard', async () => {
    await copy(simulator.serviceKey);
    await workbench.command('Flow Keystore: Connect Tenant...');
    await workbench.quickRow('Service key on the clipboard').waitFor();
    await workbench.screenshot('tenant-connect');
    await workbench.quickPick('Service key on the clipboard');
    await workbench.input('ACME test', 'What is it called here?');
    await workbench.quickPick('Blue');
    await workbench.quickPick('Yes');
    await workbench.toast('ACME test is connected: 3 entries.').waitFor();
    await workbench.treeRow('partner_a').waitFor();
    assert.equal(await workbench.page.evaluate(() => navigator.clipboard.readText()), '');
    await workbench.clearToasts();
  });

  it('shows its entries, locked where they are of SAP, and new keys of SAP', async () => {
    await workbench.treeRow('sap_cloudintegrationcertificate').waitFor();
    await workbench.treeRow('New SAP Keys').click();
    await workbench.page.keyboard.press('ArrowRight');
    await workbench.page.locator('.monaco-list-row', { hasText: /New SAP Keys.*1 entry/ }).waitFor();
    await workbench.screenshotInThemes('tenant-tree');
    await workbench.treeRow('partner_a').click();
    await workbench.tab('partner_a.txt').waitFor();
    await workbench.screenshot('tenant-details');
  });

  it('takes an entry of a file: the preview, the fingerprint, the question', async () => {
    await workbench.unlock('local.p12', password);
    await workbench.treeRow('partner_b').waitFor();
    const other = await makeCa('Other Root');
    await copy(certificatesPem([other.certificate]));
    await workbench.treeMenu('ACME test', 'Import from Clipboard', workbench.quickTitle('Import into ACME test'));
    await workbench.screenshot('tenant-upload-preview');
    await workbench.page.keyboard.press('Enter');
    await workbench.dialog('Trust "Other Root"?').waitFor();
    await workbench.screenshot('tenant-trust');
    await workbench.dialogButton('Trust and Add to ACME test').click();
    await workbench.treeRow('Other Root').waitFor();
    assert.ok(simulator.keystore.entries.some(({ chain }) => chain[0]?.equals(other.certificate)));
    await workbench.clearToasts();
  });

  it('makes a key pair that never leaves it', async () => {
    await workbench.treeMenu(
      'ACME test',
      'Generate Key Pair...',
      workbench.quickTitle('Generate Key Pair in ACME test'),
    );
    await workbench.input('partner_c', 'Alias');
    await workbench.quickPick('EC P-256');
    await workbench.quickMessage('country of two letters').waitFor();
    await workbench.screenshot('tenant-generate-country');
    await workbench.input('CN=Partner C, O=Example, C=DE', 'country of two letters');
    await workbench.input('2 years', 'Valid to');
    await workbench.quickTitle('Generate Key Pair in ACME test').waitFor();
    await workbench.quickRow('Generate').first().waitFor();
    await workbench.screenshot('tenant-generate-summary');
    await workbench.page.keyboard.press('Enter');
    await workbench.toast('"partner_c" is on ACME test, self-signed').waitFor();
    await workbench.treeRow('partner_c').waitFor();
    await workbench.clearToasts();
  });

  it('is compared with a keystore file', async () => {
    await workbench.treeMenu('ACME test', 'Compare Keystore', workbench.quickTitle('Compare ACME test'));
    await workbench.quickPick('local.p12');
    await workbench.page.locator('.view-line', { hasText: 'partner_b' }).first().waitFor();
    await workbench.screenshot('tenant-compare');
  });

  it('gives a flow out, takes it back and runs it', async () => {
    await workbench.treeRow('Flows').first().click();
    await workbench.page.keyboard.press('ArrowRight');
    await workbench.treeRow('Partners').click();
    await workbench.treeRow('Orders to Partner A').waitFor();
    await workbench.screenshot('tenant-flows');
    await workbench.treeMenu(
      'Orders to Partner A',
      'Pull Flow from Tenant...',
      workbench.quickTitle('Pull Flow from Tenant'),
    );
    await workbench.input('Partners/Orders', 'Folder in the workspace');
    await workbench.webview().locator('h1, h2', { hasText: 'Orders' }).first().waitFor();
    await workbench.screenshot('tenant-pulled');
    const file = path.join(workbench.folder, 'Partners/Orders', iflw);
    writeFileSync(file, readFileSync(file, 'utf8').replace('partner_a', 'partner_c'));
    await workbench.command('Flow Keystore: Push Flow to Tenant...');
    await workbench.dialog('Push "Orders to Partner A" to ACME test?').waitFor();
    await workbench.screenshot('tenant-push');
    await workbench.dialogButton('Push').click();
    await workbench.toastButton('"Orders to Partner A" is on ACME test', 'Deploy').click();
    await workbench.toast('"Orders to Partner A" runs on ACME test.').waitFor({ timeout: 30_000 });
    const pushed = simulator.content.flow('Orders').files.get(iflw);
    assert.match(Buffer.from(pushed ?? []).toString('utf8'), /partner_c/);
    await workbench.clearToasts();
  });

  it('says that a flow was changed there, and overwrites nothing', async () => {
    const flow = simulator.content.flow('Orders');
    flow.files = new Map(flow.files).set(iflw, Buffer.from(flowText(httpReceiver({ privateKeyAlias: 'theirs' }))));
    const file = path.join(workbench.folder, 'Partners/Orders', iflw);
    writeFileSync(file, readFileSync(file, 'utf8').replace('partner_c', 'mine'));
    await workbench.command('Flow Keystore: Push Flow to Tenant...');
    await workbench.dialogButton('Push').click();
    await workbench.dialog('was changed on the tenant since it was pulled').waitFor();
    await workbench.screenshot('tenant-conflict');
    await workbench.dialogButton('Compare').click();
    await workbench.page
      .locator('.multiDiffEntry, .multi-diff-root-floating-menu, .monaco-diff-editor')
      .first()
      .waitFor();
    await workbench.screenshot('tenant-flow-compare');
    assert.match(Buffer.from(flow.files.get(iflw) ?? []).toString('utf8'), /theirs/);
    await workbench.clearToasts();
  });

  it('that is protected is changed once its name was typed', async () => {
    await workbench.treeMenu('ACME test', 'Edit Tenant...', workbench.quickTitle('Edit ACME test'));
    await workbench.quickPick('Protect it');
    await workbench.treeRow('protected').waitFor();
    await workbench.treeMenu('Other Root', 'Delete Entry', workbench.dialog('Delete the'));
    await workbench.screenshot('tenant-delete');
    await workbench.dialogButton('Delete').click();
    await workbench.quickTitle('ACME test Is Protected').waitFor();
    await workbench.screenshot('tenant-protected');
    await workbench.input('ACME test', 'Type its name');
    await workbench.treeRow('Other Root').waitFor({ state: 'detached' });
    assert.ok(simulator.keystore.backup, 'its entries were backed up first');
    await workbench.screenshot('tenant-protected-done');
    await workbench.clearToasts();
  });

  it('is connected by hand too: what is wrong is said in the box, and which roles are missing at the end', async () => {
    const other = await TenantSimulator.start({
      ...{ roles: ['MonitoringDataRead', 'WorkspacePackagesRead'], authority: simulator.authority },
      entries: [{ alias: 'root', kind: 'certificate', chain: [root.certificate] }],
    });
    try {
      await workbench.command('Flow Keystore: Connect Tenant...');
      await workbench.quickPick('Host, client id and secret...');
      await workbench.input(other.origin, 'Address of the API');
      await workbench.input(`${other.origin}/oauth/token`, 'Address of the token end point');
      await workbench.input(other.clientId, 'Client id');
      await workbench.input('not the secret', 'Client secret');
      await workbench.quickMessage('gives no token (HTTP 401)').waitFor();
      await workbench.screenshot('tenant-connect-refused');
      await workbench.input(other.clientSecret, 'gives no token');
      await workbench.input('Read only', 'What is it called here?');
      await workbench.quickPick('None');
      await workbench.quickPick('Yes');
      await workbench.toast('Its client may not: change the keystore (role SecurityMaterialEdit)').waitFor();
      await workbench.treeRow('read-only').waitFor();
      await workbench.screenshot('tenant-read-only');
      await workbench.clearToasts();
    } finally {
      await other.stop();
    }
  });

  it('that does not answer is shown as it was, with its age', async () => {
    // What the browser keeps is written after a while.
    for (;;) {
      const kept = [...(await workbench.browserStorage()).values()].join('');
      if (kept.includes('ACME test')) break;
      await workbench.page.waitForTimeout(200);
    }
    await simulator.stop();
    await workbench.reload();
    await workbench.openActivity('Flow Keystore');
    await workbench.treeRow('ACME test').waitFor();
    await workbench.treeRow('ACME test').click();
    await workbench.treeRow('the tenant does not answer').waitFor({ timeout: 30_000 });
    await workbench.treeRow('partner_c').waitFor();
    await workbench.screenshotInThemes('tenant-offline');
  });
});
