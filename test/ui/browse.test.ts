import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Certificate } from '../../src/core/certificates/certificate';
import type { Entry } from '../../src/core/keystore/model';
import { emptyKeystore, readKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { makeCa, makeSelfSigned, type TestIdentity } from '../support/testCertificates';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { openWorkbench, type Workbench } from './harness';

const password = 'Keystore-1';
const certificates = 5_990;

/** A keystore of 6,000 entries as its user goes through it, and a small one that things are dropped on. */
describe('browsing a large keystore', () => {
  let workbench: Workbench;
  let folder: string;
  let root: TestIdentity;

  const message = (text: RegExp): ReturnType<typeof workbench.page.locator> =>
    workbench.page.locator('.sidebar .message', { hasText: text });
  const groupBy = async (by: string): Promise<void> => {
    await workbench.command('Flow Keystore: Group and Sort...');
    await workbench.quickTitle('Group and Sort').waitFor();
    await workbench.quickPick(by);
  };

  before(async function () {
    this.timeout(180_000);
    folder = mkdtempSync(path.join(tmpdir(), 'browsing-'));
    root = await makeCa('Example Root', { organization: 'Example' });
    writeFileSync(path.join(folder, 'large.jks'), await largeKeystore(root));
    writeFileSync(path.join(folder, 'receiver.p12'), await writeKeystore(emptyKeystore(), password));
    // One with several would be on the list by itself.
    writeFileSync(path.join(folder, 'authority.pem'), (await makeCa('Lone Root')).pem);
    mkdirSync(path.join(folder, 'flows'));
    const address = { httpAddressWithoutQuery: 'https://partner.example/orders', privateKeyAlias: 'partner_key_1' };
    writeFileSync(path.join(folder, 'flows/Orders.iflw'), flowText(httpReceiver(address, { name: 'To Partner' })));
    workbench = await openWorkbench({ workspace: folder, settings: { 'flowKeystore.expiry.warnPercent': 0 } });
    await workbench.openActivity('Flow Keystore');
    await workbench.treeRow('large.jks').waitFor();
  });
  after(async () => {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('unfolds at once', async () => {
    const row = workbench.treeRow('large.jks');
    await row.waitFor();
    const started = Date.now();
    await row.click();
    await workbench.treeRow('partner_key_0').waitFor();
    console.log(`      rows of 6,000 entries shown ${Date.now() - started} ms after the click`);
    await workbench.treeRow('used by 1 channel').waitFor();
    await workbench.screenshot('browse-unfolded');
  });

  it('filters while one types, says how many match, and shows all again', async () => {
    await workbench.command('Flow Keystore: Filter Keystores...');
    await workbench.quickTitle('Filter Keystores').waitFor();
    await workbench.quickInput().pressSequentially('supplier 59');
    await message(/^\d+ of 6,000 entries match: supplier 59/).waitFor();
    await workbench.screenshot('browse-filter-typed');
    await workbench.page.keyboard.press('Enter');
    await workbench.treeRow('supplier_0059').waitFor();
    await workbench.treeRow('of 6,000 match').waitFor();
    await workbench.screenshotInThemes('browse-filtered');
    await workbench.command('Flow Keystore: Filter Keystores...');
    await workbench.input('expired', 'Filter Keystores');
    await message(/of 6,000 entries match: expired/).waitFor();
    await workbench.screenshot('browse-filter-expired');
    await workbench.command('Flow Keystore: Clear Filter');
    await message(/entries match/).waitFor({ state: 'hidden' });
    await workbench.treeRow('partner_key_0').waitFor();
  });

  it('groups by kind, issuer, expiry, prefix and use in flows', async () => {
    for (const [by, group] of [
      ['Kind', 'Key pairs'],
      ['Issuer', 'Issuing CA 1'],
      ['Expiry', 'Expiring'],
      ['Prefix of the alias', 'supplier'],
      ['Use in flows', 'Used in flows'],
    ] as const) {
      await groupBy(by);
      await workbench.treeRow(group).waitFor();
      await workbench.screenshot(`browse-by-${by.split(' ')[0]!.toLowerCase()}`);
    }
    await workbench.treeRow('Used in flows').click();
    await workbench.treeRow('partner_key_1').waitFor();
    await workbench.screenshot('browse-group-unfolded');
    await groupBy('Do not group');
    await workbench.treeRow('partner_key_0').waitFor();
  });

  it('offers for several rows what can be done with several', async () => {
    await workbench.treeRow('partner_key_0').click();
    // Its details would close the menu if they came after it.
    await workbench.tab('partner_key_0.txt').waitFor();
    await workbench.treeRow('partner_key_1').click({ modifiers: ['ControlOrMeta'] });
    await workbench.treeRow('partner_key_2').click({ modifiers: ['ControlOrMeta'] });
    await workbench.treeRow('partner_key_1').click({ button: 'right' });
    const menu = workbench.page.locator('.monaco-menu');
    await menu.locator('.action-label[aria-label^="Copy as PEM"]').waitFor();
    await workbench.screenshotInThemes('browse-several');
    const labels = await menu.locator('.action-label').allTextContents();
    assert.ok(labels.length);
    assert.ok(!labels.some((label) => /Rename|Copy Value|Show Details|Renew|Hand-over/.test(label)), labels.join(', '));
    await workbench.page.keyboard.press('Escape');
  });

  it('opens a PEM file of the explorer as a keystore', async () => {
    await workbench.openActivity('Explorer');
    await workbench.treeRow('authority.pem').waitFor();
    await workbench.treeRow('authority.pem').click({ button: 'right' });
    await workbench.page.locator('.monaco-menu .action-label[aria-label^="Open as Keystore"]').waitFor();
    await workbench.screenshot('explorer-menu');
    await workbench.page.keyboard.press('Escape');
    await workbench.page.locator('.monaco-menu').waitFor({ state: 'detached' });
    await workbench.treeMenu('authority.pem', 'Open as Keystore');
    await workbench.treeRow('PEM \u00b7 1 entry').waitFor();
    await workbench.treeRow('Lone Root').waitFor();
    await workbench.screenshot('explorer-opened');
  });

  it('takes files and text that are dropped, after showing what would happen', async () => {
    // Folded, so that the other keystores are on the screen.
    await workbench.treeRow('large.jks').click();
    await workbench.unlock('receiver.p12', password);
    await workbench.treeRow('PKCS12 \u00b7 0 entries').waitFor();
    const other = await makeSelfSigned('Dropped Partner', { toDays: 800 });
    await drop('receiver.p12', { name: 'dropped.cer', bytes: other.certificate.der });
    await workbench.quickTitle('Import into receiver.p12').waitFor();
    await workbench.quickRow('Dropped Partner').waitFor();
    await workbench.screenshot('drop-preview');
    await workbench.quickPick('1 to add');
    await workbench.dialog('Trust "Dropped Partner"?').waitFor();
    await workbench.dialogButton('Trust and Add to receiver.p12').click();
    await workbench.treeRow('PKCS12 \u00b7 1 entry').waitFor();
    await drop('receiver.p12', root.pem);
    await workbench.quickTitle('Import into receiver.p12').waitFor();
    await workbench.quickPick('1 to add');
    await workbench.dialogButton('Trust and Add to receiver.p12').click();
    await workbench.treeRow('PKCS12 \u00b7 2 entries').waitFor();
    await workbench.screenshot('drop-done');
    const { entries } = await readKeystore(readFileSync(path.join(workbench.folder, 'receiver.p12')), password);
    assert.deepEqual(entries.map(({ alias }) => alias).sort(), ['Dropped Partner', 'Example Root']);
  });

  it('says at the end of a page how many more there are, and shows the next one', async () => {
    await workbench.treeRow('large.jks').click();
    await workbench.treeKey('partner_key_0', 'End');
    await workbench.treeRow('Show more (5,500 left)').click();
    await workbench.treeRow('Show more (5,500 left)').waitFor({ state: 'detached' });
    await workbench.screenshot('browse-next-page');
    assert.deepEqual(workbench.errors, []);
  });

  /** Drags a file of the desktop, or a text, over a row and drops it there. */
  async function drop(
    row: string,
    what: string | { readonly name: string; readonly bytes: Uint8Array },
  ): Promise<void> {
    const file = typeof what === 'string' ? undefined : { name: what.name, octets: [...what.bytes] };
    const text = typeof what === 'string' ? what : undefined;
    const dataTransfer = await workbench.page.evaluateHandle(
      (given) => {
        const transfer = new DataTransfer();
        if (given.file) transfer.items.add(new File([Uint8Array.from(given.file.octets)], given.file.name));
        if (given.text !== undefined) transfer.setData('text/plain', given.text);
        return transfer;
      },
      { file, text },
    );
    const place = workbench.treeRow(row);
    for (const type of ['dragenter', 'dragover', 'drop']) await place.dispatchEvent(type, { dataTransfer });
  }
});

/** 6,000 entries of three issuers: key pairs, certificates that have expired, expire soon, are not valid yet, and roots. Nobody checks the signatures. */
async function largeKeystore(root: TestIdentity): Promise<Uint8Array> {
  const issuing = await Promise.all([1, 2].map((i) => root.issue(`Issuing CA ${i}`, { ca: {}, toDays: 1500 })));
  const spans = [
    { toDays: 800.5 },
    { toDays: 300.5 },
    { toDays: 60.5 },
    { toDays: 12.5 },
    { fromDays: -90, toDays: -3 },
  ];
  const samples: Certificate[] = [];
  for (const ca of issuing) {
    for (const span of spans) samples.push((await ca.issue('Supplier', span)).certificate);
  }
  samples.push((await issuing[0]!.issue('Supplier', { fromDays: 20, toDays: 400 })).certificate);
  const created = new Date('2026-01-02T03:04:05Z');
  const entries: Entry[] = [];
  for (let i = 0; i < 9; i++) {
    const identity = await issuing[i % 2]!.issue(`Partner ${i}`, { toDays: i === 2 ? 12.5 : 412.5 });
    const key = await sealFor('JKS', identity.privateKeyInfo, password);
    const chain = i === 3 ? identity.chain.slice(0, 1) : identity.chain;
    entries.push({ kind: 'keyPair', alias: `partner_key_${i}`, chain, key, created });
  }
  entries.push({ kind: 'certificate', alias: 'example root', certificate: root.certificate, created });
  for (let i = 0; i < certificates; i++) {
    const sample = samples[i % samples.length]!;
    const der = Buffer.from(sample.der);
    der.writeUInt32BE(0x10000000 + i, der.indexOf(Buffer.from(sample.serialNumber, 'hex')));
    const alias = `${i % 3 ? 'supplier' : 'customer'}_${String(i).padStart(4, '0')}`;
    entries.push({ kind: 'certificate', alias, certificate: Certificate.parse(der), created });
  }
  return writeKeystore({ ...emptyKeystore('JKS'), entries }, password);
}
