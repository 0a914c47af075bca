import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { HostFixture, password, run } from './hostFixture';

/** Two entries, or certificates of chains, side by side. */
describe('the comparison of two entries', function () {
  this.timeout(30_000);
  let fixture: HostFixture;

  beforeEach(async () => {
    fixture = await HostFixture.start();
    await fixture.generate('first');
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await fixture.stop();
  });

  const shown = async (): Promise<{ title: string; texts: string[] }> => {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    assert.ok(tab?.input instanceof vscode.TabInputTextDiff, tab?.label);
    const sides = [tab.input.original, tab.input.modified];
    const texts = sides.map(async (uri) => (await vscode.workspace.openTextDocument(uri)).getText());
    return { title: tab.label, texts: await Promise.all(texts) };
  };

  it('is a diff editor of their details, within one keystore and of two', async () => {
    const { keystore } = fixture;
    await fixture.generate('second', { subject: 'CN=Second' });
    await run('flowKeystore.compareEntries', {
      keystore,
      alias: 'first',
      with: { keystore, alias: 'second' },
      silent: true,
    });
    const within = await shown();
    assert.equal(within.title, 'first \u2194 second');
    assert.match(within.texts[0] ?? '', /Subject: +CN=Partner A,O=Example/);
    assert.match(within.texts[1] ?? '', /Subject: +CN=Second/);
    const file = path.join(fixture.folder, 'other.jks');
    const other = await run('flowKeystore.createKeystore', { file, password, remember: 'session', silent: true });
    await fixture.generate('first', { keystore: other ?? '' });
    await run('flowKeystore.compareEntries', {
      ...{ keystore, alias: 'first', chainIndex: 0, silent: true },
      with: { keystore: other ?? '', alias: 'first' },
    });
    const between = await shown();
    assert.equal(between.title, 'Partner A (partner.p12) \u2194 first (other.jks)');
    assert.match(between.texts[1] ?? '', /Keystore: +other\.jks/);
  });

  it('takes two rows that are selected, and says where there are more', async () => {
    const { keystore, host } = fixture;
    await fixture.generate('second', { subject: 'CN=Second' });
    await fixture.generate('third', { subject: 'CN=Third' });
    const session = fixture.session();
    const row = (alias: string): object => ({
      ...{ kind: 'entry', id: alias, session },
      entry: session.keystore?.entries.find((entry) => entry.alias === alias),
    });
    const rows = ['second', 'first', 'third'].map(row);
    await vscode.commands.executeCommand('flowKeystore.compareEntries', rows[0], rows.slice(0, 2));
    assert.equal((await shown()).title, 'second \u2194 first');
    await assert.rejects(
      run('flowKeystore.compareEntries', { keystore, alias: 'first', chainIndex: 3, silent: true }),
      { code: 'not-found' },
    );
    assert.ok(host);
  });
});
