import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeCa, makeSelfSigned } from '../support/testCertificates';
import { chooseKeystore } from '../../src/host/commands/choosing';
import { HostFixture } from './hostFixture';

/** PEM files of the workspace: most hold a single certificate and are no keystores. */
describe('PEM bundles of the workspace', function () {
  this.timeout(30_000);
  let fixture: HostFixture;
  let folder: string;

  before(async () => {
    fixture = await HostFixture.start();
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(workspace);
    folder = path.join(workspace.uri.fsPath, 'bundles');
    mkdirSync(folder);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await fixture.stop();
  });

  const names = (): string[] =>
    fixture.host.registry
      .sessions()
      .filter(({ file }) => file.startsWith(folder))
      .map(({ name }) => name);

  /** Waits until just these are on the list. */
  async function listed(wanted: readonly string[]): Promise<void> {
    const is = (): boolean => JSON.stringify(names()) === JSON.stringify(wanted);
    if (is()) return;
    await new Promise<void>((resolve, reject) => {
      const listener = fixture.host.registry.onDidChange(() => is() && done(resolve));
      const timer = setTimeout(() => done(() => reject(new Error(`listed: ${names().join(', ')}`))), 10_000);
      const done = (end: () => void): void => {
        listener.dispose();
        clearTimeout(timer);
        end();
      };
    });
  }

  it('are found where they hold a private key or several certificates, and when that changes', async () => {
    const [root, other] = [await makeCa('Bundled Root'), await makeCa('Another Bundled Root')];
    const pair = await makeSelfSigned('Partner A');
    const put = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
    put('lone.pem', root.pem);
    put('chain.crt', root.pem + other.pem);
    put('pair.PEM', pair.privateKeyPem + pair.pem);
    await listed(['chain.crt', 'pair.PEM']);
    put('lone.pem', root.pem + other.pem);
    await listed(['chain.crt', 'lone.pem', 'pair.PEM']);
    rmSync(path.join(folder, 'chain.crt'));
    await listed(['lone.pem', 'pair.PEM']);
    const store = fixture.host.registry.sessions().find(({ name }) => name === 'lone.pem');
    assert.deepEqual(
      store?.keystore?.entries.map(({ alias }) => alias),
      ['Bundled Root', 'Another Bundled Root'],
    );
    // They do not make a question of it where one keystore is meant: one would fail here.
    const chosen = await chooseKeystore(fixture.host, { silent: true }, { title: 'Test', any: true });
    assert.equal(chosen.uri.toString(), fixture.keystore);
    rmSync(folder, { recursive: true });
    await listed([]);
  });
});
