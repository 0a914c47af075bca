import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { addKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { makePracticeIdentities } from '../support/practiceIdentities';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { openWorkbench, type Workbench } from './harness';

const password = 'Keystore-1';
const resources = 'src/main/resources';
const flowName = 'Orders.iflw';
const flowPath = `${resources}/scenarioflows/integrationflow/${flowName}`;

const text = flowText(
  httpReceiver({}, { id: 'MessageFlow_1', name: 'To Partner A' }),
  httpReceiver({ privateKeyAlias: '{{Key Alias}}' }, { id: 'MessageFlow_2', name: 'To Partner B' }),
  httpReceiver({ privateKeyAlias: 'partner_aa' }, { id: 'MessageFlow_3', name: 'To ERP' }),
);

describe('a flow as text', () => {
  let workbench: Workbench;
  let scratch: string;

  const file = (name: string): string => path.join(workbench.folder, name);
  const read = (name: string): string => readFileSync(file(name), 'utf8');
  const line = (shown: string): Locator => workbench.page.locator('.view-line', { hasText: shown }).first();

  /** Puts the cursor into the flow, some characters behind where a text begins. */
  const cursor = async (at: string, shift: number): Promise<void> => {
    await workbench.openFile(flowPath);
    const before = read(flowPath);
    const offset = before.indexOf(at) + shift;
    const lines = before.slice(0, offset).split('\n');
    await workbench.page.keyboard.press('Control+G');
    // Behind ":" the quick input lists one row, which goes there.
    await workbench.quickInput().fill(`:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`);
    await workbench.quickPick("Press 'Enter' to go to line");
    await workbench.quickInput().waitFor({ state: 'hidden' });
  };
  const becomes = async (name: string, wanted: string): Promise<void> => {
    for (let left = 200; read(name) !== wanted && left; left--) await workbench.page.waitForTimeout(50);
    assert.equal(read(name), wanted);
  };
  const menuRow = (title: string): Locator =>
    workbench.page.locator('.action-widget .monaco-list-row', { hasText: title });

  before(async () => {
    scratch = mkdtempSync(path.join(os.tmpdir(), 'flow-text-'));
    const { clientCa } = await makePracticeIdentities();
    const partner = await clientCa.issue('Partner A Client', { extendedKeyUsage: ['clientAuth'], toDays: 300 });
    const empty = emptyKeystore();
    const key = await sealFor(empty.type, partner.privateKeyInfo, password);
    const pair = addKeyPair(empty, { alias: 'partner_a', key, chain: partner.chain, created: new Date() }).keystore;
    writeFileSync(path.join(scratch, 'partner.p12'), await writeKeystore(pair, password));
    mkdirSync(path.dirname(path.join(scratch, flowPath)), { recursive: true });
    writeFileSync(path.join(scratch, flowPath), text);
    writeFileSync(path.join(scratch, resources, 'parameters.prop'), 'Key\\ Alias=partner_a\n');
    workbench = await openWorkbench({ workspace: scratch, settings: { 'files.autoSave': 'off' } });
    await workbench.unlock('partner.p12', password);
    await workbench.treeRow('partner_a').waitFor();
  });
  after(async () => {
    await workbench.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('underlines what is wrong, and mends it', async () => {
    await cursor('>partner_aa<', 5);
    await workbench.page.locator('.squiggly-error').first().waitFor();
    await workbench.page.keyboard.press('Control+.');
    await menuRow('Use the alias "partner_a"').waitFor();
    await workbench.screenshotInThemes('text-quick-fix');
    await menuRow('Use the alias "partner_a"').click();
    await line('partner_aa').waitFor({ state: 'detached' });
    await workbench.page.keyboard.press('Control+S');
    await becomes(flowPath, text.replace('partner_aa', 'partner_a'));
  });

  it('completes an alias, and says what it is', async () => {
    await cursor('>partner_a<', 5);
    await workbench.page.keyboard.press('Control+Space');
    await workbench.page.locator('.suggest-widget .monaco-list-row', { hasText: 'partner_a' }).first().waitFor();
    await workbench.screenshot('text-completion');
    await workbench.page.keyboard.press('Escape');
    await workbench.command('Show or Focus Hover');
    await workbench.page.locator('.monaco-hover', { hasText: 'Used by: Orders' }).first().waitFor();
    await workbench.screenshotInThemes('text-hover');
    await workbench.page.keyboard.press('Escape');
  });

  it('externalizes a value from the light bulb: flow, values and definitions', async () => {
    const before = read(flowPath);
    await cursor('https://partner', 4);
    await workbench.page.keyboard.press('Control+.');
    await menuRow('Externalize httpAddressWithoutQuery...').waitFor();
    await workbench.screenshot('text-light-bulb');
    await menuRow('Externalize httpAddressWithoutQuery...').click();
    await workbench.quickTitle('Externalize httpAddressWithoutQuery').waitFor();
    await workbench.screenshot('text-externalize');
    await workbench.input('Partner Address');
    const address = /<value>(https:\/\/partner[^<]*)<\/value>/.exec(before)?.[1] ?? '';
    await line('{{Partner Address}}').waitFor();
    await becomes(flowPath, before.replace(`<value>${address}<`, '<value>{{Partner Address}}<'));
    await becomes(
      `${resources}/parameters.prop`,
      `Key\\ Alias=partner_a\nPartner\\ Address=${address.replace(':', '\\:')}\n`,
    );
    assert.match(read(`${resources}/parameters.propdef`), /<name>Partner Address<\/name>/);
    await workbench.screenshot('text-externalized');
  });

  it('renames an alias everywhere after a look at each change', async () => {
    const before = read(flowPath);
    await cursor('>partner_a<', 5);
    await workbench.page.keyboard.press('F2');
    await workbench.page.locator('.rename-box input').fill('partner_b');
    await workbench.page.keyboard.press('Enter');
    await workbench.dialog('Rename "partner_a" to "partner_b" in flows too?').waitFor();
    await workbench.dialogButton('Preview Changes').click();
    await workbench.quickTitle('Rename "partner_a" to "partner_b"').waitFor();
    await line('Key\\ Alias=partner_b').waitFor();
    await line('<value>partner_b</value>').waitFor();
    await workbench.screenshotInThemes('text-rename-preview');
    assert.equal(read(flowPath), before);
    await workbench.page.keyboard.press('Enter');
    await workbench.treeRow('partner_b').waitFor();
    await becomes(flowPath, before.replaceAll('partner_a<', 'partner_b<'));
    await workbench.screenshot('text-renamed');
    await workbench.toastButton('"partner_a" is "partner_b" now', 'Undo').click();
    await workbench.treeRow('partner_a').waitFor();
    await becomes(flowPath, before);
  });

  it('renames nothing where the changes are discarded', async () => {
    const before = read(flowPath);
    await cursor('>partner_a<', 5);
    await workbench.page.keyboard.press('F2');
    await workbench.page.locator('.rename-box input').fill('partner_c');
    await workbench.page.keyboard.press('Enter');
    await workbench.dialog('Rename "partner_a" to "partner_c" in flows too?').waitFor();
    await workbench.dialogButton('Preview Changes').click();
    await workbench.quickTitle('Rename "partner_a" to "partner_c"').waitFor();
    await workbench.page.keyboard.press('Escape');
    await line('<value>partner_c</value>').waitFor({ state: 'detached' });
    await workbench.treeRow('partner_a').waitFor();
    assert.equal(read(flowPath), before);
  });

  it('renames an alias in the keystores that are chosen of those that have it', async () => {
    copyFileSync(file('partner.p12'), file('spare.p12'));
    await workbench.treeRow('spare.p12').waitFor();
    await workbench.unlock('spare.p12', password);
    await workbench.page.locator('.sidebar .monaco-list-row', { hasText: 'partner_a' }).nth(1).waitFor();
    await cursor('>partner_a<', 5);
    await workbench.page.keyboard.press('F2');
    await workbench.page.locator('.rename-box input').fill('partner_d');
    await workbench.page.keyboard.press('Enter');
    await workbench.quickTitle('Rename Entry').waitFor();
    await workbench.screenshot('text-rename-where');
    await workbench.page.keyboard.press('Enter');
    await workbench.dialogButton('Rename Everywhere').click();
    await workbench.toast('in partner.p12, spare.p12 and in 2 files of flows').waitFor();
    assert.equal(await workbench.page.locator('.sidebar .monaco-list-row', { hasText: 'partner_d' }).count(), 2);
    await workbench.screenshot('text-renamed-in-both');
  });

  it('offers to unlock the keystore that may have it', async () => {
    for (const keystore of ['partner.p12', 'spare.p12']) {
      await workbench.treeMenu(keystore, 'Lock Keystore');
      await workbench.page.locator('.sidebar .monaco-list-row', { hasText: `${keystore}locked` }).waitFor();
    }
    await cursor('>partner_d<', 5);
    await workbench.page.keyboard.press('F2');
    await workbench.page.locator('.rename-box input').fill('partner_e');
    await workbench.page.keyboard.press('Enter');
    await workbench.dialog('No open keystore has "partner_d"').waitFor();
    await workbench.screenshot('text-rename-locked');
    await workbench.dialogButton('Unlock...').click();
    await workbench.quickPick('partner.p12');
    await workbench.input(password, 'Password of the keystore');
    await workbench.quickPick('Only for this session');
    await workbench.dialogButton('Rename Everywhere').click();
    await workbench.treeRow('partner_e').waitFor();
    assert.deepEqual(workbench.errors, []);
  });
});
