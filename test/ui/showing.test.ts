import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addCertificates, addKeyPair } from '../../src/core/keystore/edit';
import type { Certificate } from '../../src/core/certificates/certificate';
import { emptyKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { localNames, makeCa, type TestIdentity } from '../support/testCertificates';
import { openWorkbench, type Workbench } from './harness';

const password = 'Keystore-1';

describe('what is shown of keystores', () => {
  let workbench: Workbench;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'showing-'));
    const root = await makeCa('Example Root', { organization: 'Example' });
    const stranger = await makeCa('Another Root');
    const issuing = await root.issue('Example Issuing CA', { ca: { pathLength: 0 }, toDays: 1500 });
    const client = await issuing.issue('Partner A Client', {
      organization: 'Example',
      extendedKeyUsage: ['clientAuth'],
      alternativeNames: [...localNames, { kind: 'email', value: 'flows@partner.example' }],
      key: { algorithm: 'RSA', bits: 3072 },
      fromDays: -318,
      toDays: 412.5,
    });
    const soon = await issuing.issue('Renewal B', { extendedKeyUsage: ['clientAuth'], fromDays: -350, toDays: 12.5 });
    const broken = await issuing.issue('Broken', { extendedKeyUsage: ['serverAuth'], fromDays: -10, toDays: 600 });
    // In PKCS#12 Java finds the issuers by their names; a JKS keystore has chains as they were put there.
    let { keystore } = addCertificates(emptyKeystore('JKS'), [
      { alias: 'example root', certificate: root.certificate },
    ]);
    const pairs: readonly (readonly [string, TestIdentity, readonly Certificate[]])[] = [
      ['partner_a', client, client.chain.slice(0, 2)],
      ['renewal_b', soon, soon.chain],
      ['broken', broken, [broken.certificate, stranger.certificate]],
    ];
    const created = new Date('2026-01-02T03:04:05Z');
    for (const [alias, identity, chain] of pairs) {
      const key = await sealFor('JKS', identity.privateKeyInfo, password);
      keystore = addKeyPair(keystore, { alias, key, chain, created }).keystore;
    }
    writeFileSync(path.join(folder, 'partner.jks'), await writeKeystore(keystore, password));
    workbench = await openWorkbench({ workspace: folder, settings: { 'git.enabled': true } });
    const git = (...args: string[]): unknown => execFileSync('git', ['-C', workbench.folder, ...args]);
    git('init', '-q');
    git('add', 'partner.jks');
    git('-c', 'user.email=a@b.example', '-c', 'user.name=a', 'commit', '-qm', 'one');
    await workbench.unlock('partner.jks', password);
    await workbench.treeRow('renewal_b').waitFor();
  });
  after(async () => {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows all of a certificate', async () => {
    await workbench.treeRow('partner_a').click();
    await workbench.tab('partner_a.txt').waitFor();
    await workbench.page.locator('.view-line', { hasText: 'of its lifetime' }).first().waitFor();
    await workbench.screenshotInThemes('show-details');
  });

  it('shows where a chain is broken', async () => {
    await workbench.treeKey('broken', 'ArrowRight');
    await workbench.tab('broken.txt').waitFor();
    await workbench.page
      .locator('.view-line', { hasText: 'The chain is broken after this certificate' })
      .first()
      .waitFor();
    await workbench.treeRow('chain broken').waitFor();
    await workbench.treeRow('the next one is not its issuer').waitFor();
    await workbench.screenshotInThemes('show-broken-chain');
  });

  it('says in the status bar and in Problems what expires, and leads there', async () => {
    const status = workbench.page.locator('.statusbar-item', { hasText: '1 key expires in 12 days' });
    await status.waitFor();
    await workbench.command('View: Focus Problems (Errors, Warnings, Infos)');
    const row = workbench.page.locator('.markers-panel .monaco-list-row', {
      hasText: 'The key pair "renewal_b" expires in 12 days',
    });
    await row.waitFor();
    await workbench.screenshot('show-expiry');
    await row.dblclick();
    await workbench.tab('renewal_b.txt').waitFor();
    await workbench.page.locator('.view-line', { hasText: 'of its lifetime' }).first().waitFor();
    await workbench.screenshot('show-expiry-problem');
    await status.click();
    await workbench.quickTitle('Expiring Keys and Certificates').waitFor();
    await workbench.screenshotInThemes('show-expiring');
    await workbench.quickPick('renewal_b');
    await workbench.tab('renewal_b.txt').waitFor();
  });

  it('compares with the last commit', async () => {
    await workbench.treeKey('renewal_b', 'F2');
    await workbench.input('renewal_c', 'New alias');
    await workbench.treeRow('renewal_c').waitFor();
    await workbench.treeMenu('partner.jks', 'Compare Keystore...');
    await workbench.quickRow('Last commit').waitFor();
    await workbench.screenshot('show-compare-with');
    await workbench.quickPick('Last commit');
    await workbench.page.locator('.view-line', { hasText: 'renewal_c' }).first().waitFor();
    await workbench.screenshot('show-compare');
  });

  it('finds where else a certificate is', async () => {
    await workbench.treeMenu('example root', 'Find Certificate in Keystores...');
    await workbench.quickTitle('Example Root').waitFor();
    await workbench.quickRow('renewal_c').waitFor();
    await workbench.screenshot('show-find');
    await workbench.quickPick('renewal_c');
    assert.deepEqual(workbench.errors, []);
  });
});
