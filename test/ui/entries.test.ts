import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { getKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, readKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { makeSelfSigned, type TestIdentity } from '../support/testCertificates';
import { openWorkbench, type Workbench } from './harness';

const password = 'Keystore-1';

/** Key pairs in all their details: chosen when they are made, compared afterwards; and a key that comes alone. */
describe('entries in detail', () => {
  let workbench: Workbench;
  let scratch: string;
  let lone: TestIdentity;
  const saved = () => readKeystore(readFileSync(path.join(workbench.folder, 'partner.p12')), password);

  const comparison = (title: string): Locator => workbench.page.locator('.tabs-container .tab', { hasText: title });

  before(async () => {
    scratch = mkdtempSync(path.join(os.tmpdir(), 'entries-'));
    lone = await makeSelfSigned('Lone');
    const first = await makeSelfSigned('Partner A', { extendedKeyUsage: ['clientAuth'] });
    const key = await sealFor('PKCS12', first.privateKeyInfo, password);
    const entry = { kind: 'keyPair', alias: 'partner_a', chain: first.chain, key } as const;
    const keystore = { ...emptyKeystore(), entries: [entry] };
    writeFileSync(path.join(scratch, 'partner.p12'), await writeKeystore(keystore, password));
    workbench = await openWorkbench({ workspace: scratch });
    await workbench.unlock('partner.p12', password);
    await workbench.treeRow('partner_a').waitFor();
  });
  after(async () => {
    await workbench.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('takes beginning, serial number and signature of a new key pair from the summary', async () => {
    await workbench.command('Flow Keystore: Generate Key Pair...');
    await workbench.input('partner_b', '1/7');
    await workbench.quickPick('EC P-256');
    await workbench.input('CN=Partner B+serialNumber=7, OU=One, OU=Two, DC=example', '3/7');
    await workbench.input('2 years', '4/7');
    await workbench.quickRow('Client authentication').waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.input('', '6/7');
    await workbench.quickRow('Serial number').waitFor();
    await workbench.screenshot('generate-advanced');
    await workbench.quickPick('Valid from');
    await workbench.quickMessage('The first day').waitFor();
    await workbench.quickInput().fill('2031-13-01');
    await workbench.quickMessage('Write a day').waitFor();
    await workbench.quickInput().fill('2031-01-31');
    await workbench.quickMessage('Until then a receiver refuses it').waitFor();
    await workbench.screenshot('generate-valid-from');
    await workbench.page.keyboard.press('Enter');
    await workbench.quickPick('Serial number');
    await workbench.input('4F:2A', 'at most 20 octets');
    await workbench.quickPick('as fits the key');
    await workbench.quickPick('SHA512withECDSA');
    await workbench.quickRow('4F:2A').waitFor();
    await workbench.screenshot('generate-advanced-chosen');
    await workbench.quickPick('a self-signed certificate');
    await workbench.treeRow('partner_b').waitFor();
    const [certificate] = getKeyPair(await saved(), 'partner_b').chain;
    assert.equal(certificate?.serialNumber, '4f2a');
    assert.equal(certificate.signatureAlgorithm.name, 'SHA512withECDSA');
    assert.equal(certificate.notBefore.toISOString(), '2031-01-31T00:00:00.000Z');
    // What stands in one place is a set, which DER sorts.
    assert.equal(certificate.subject.toString(), 'serialNumber=7+CN=Partner B,OU=One,OU=Two,DC=example');
  });

  it('compares the two that are selected', async () => {
    await workbench.treeRow('partner_a').click();
    await workbench.treeRow('partner_b').click({ modifiers: ['ControlOrMeta'] });
    await workbench.treeMenu('partner_b', 'Compare Entries...');
    await comparison('partner_a \u2194 partner_b').waitFor();
    await workbench.page.locator('.view-line', { hasText: 'SHA512withECDSA' }).first().waitFor();
    await workbench.screenshot('entries-compared');
    await workbench.command('View: Close All Editors');
    await workbench.command('Flow Keystore: Compare Entries...');
    await workbench.quickPick('partner_b');
    await workbench.quickTitle('Compare "partner_b" With').waitFor();
    await workbench.quickPick('partner_a');
    await comparison('partner_b \u2194 partner_a').waitFor();
    await workbench.command('View: Close All Editors');
  });

  it('asks what a private key is for that comes without a certificate', async () => {
    await workbench.command('Flow Keystore: Import...');
    await workbench.quickPick('Text...');
    // Filled in before the box is there, it would be searched for in the list.
    await workbench.quickMessage('Paste certificates or private keys').waitFor();
    await workbench.quickInput().fill(lone.privateKeyPem.replaceAll('\n', ' '));
    await workbench.quickMessage('1 private key').waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.quickRow('As an SSH Key').waitFor();
    await workbench.screenshot('import-lone-key');
    await workbench.quickPick('As an SSH Key');
    await workbench.quickTitle('Import into partner.p12').waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.treeRow('id_ecdsa').waitFor();
    assert.deepEqual(
      Buffer.from(getKeyPair(await saved(), 'id_ecdsa').chain[0]?.spki ?? []),
      Buffer.from(lone.certificate.spki),
    );
    assert.deepEqual(workbench.errors, []);
  });
});
