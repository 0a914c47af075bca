import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { certificatesPem } from '../../src/core/certificates/pem';
import { sealKey } from '../../src/core/keys/sealedKey';
import { addKeyPair } from '../../src/core/keystore/edit';
import type { CommandId, Commands } from '../../src/host/commands/commandMap';
import type { Host } from '../../src/host/services/host';
import { makeCa, type TestIdentity, type TestOptions } from '../support/testCertificates';

const password = 'Keystore-1';

/** What is shown of keystores: comparisons, expiry, where certificates are. */
describe('showing keystores in VS Code', () => {
  let host: Host;
  let folder: string;
  let file: string;
  let keystore: string;
  let root: TestIdentity;

  const run = <Id extends CommandId>(id: Id, ...argument: Parameters<Commands[Id]>): ReturnType<Commands[Id]> =>
    Promise.resolve(vscode.commands.executeCommand(id, ...argument)) as ReturnType<Commands[Id]>;

  const add = async (alias: string, options: TestOptions = {}, of = keystore): Promise<TestIdentity> => {
    const identity = await root.issue(alias, options);
    await host.registry.find(of)!.edit(async (before, secret) => {
      const key = await sealKey(identity.privateKeyInfo, secret);
      return addKeyPair(before, { alias, key, chain: identity.chain, created: new Date() });
    });
    return identity;
  };

  const create = async (target: string, secret = password): Promise<string> => {
    const created = await run('flowKeystore.createKeystore', {
      file: target,
      password: secret,
      remember: 'session',
      silent: true,
    });
    assert.ok(created);
    return created;
  };

  /** The two texts of the comparison that is shown. */
  const comparison = async (): Promise<{ left: string; right: string; label: string }> => {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    assert.ok(tab?.input instanceof vscode.TabInputTextDiff, 'no comparison is shown');
    const [left, right] = await Promise.all(
      [tab.input.original, tab.input.modified].map(async (uri) =>
        (await vscode.workspace.openTextDocument(uri)).getText(),
      ),
    );
    return { left: left!, right: right!, label: tab.label };
  };

  const problems = (): string[] =>
    vscode.languages
      .getDiagnostics()
      .filter(([uri]) => uri.scheme === 'flow-keystore' && uri.query.includes(JSON.stringify(keystore)))
      .flatMap(([, found]) => found.map(({ message, severity, source }) => `${source ?? ''} ${severity}: ${message}`));

  /** Resolves once the list of problems is as wanted; the test's time-out ends it otherwise. */
  const untilProblems = (wanted: (found: readonly string[]) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!wanted(problems())) return;
        listener.dispose();
        resolve();
      };
      const listener = vscode.languages.onDidChangeDiagnostics(check);
      check();
    });

  before(async () => {
    const extension = vscode.extensions.getExtension<Host | undefined>('flow-keystore.flow-keystore');
    const exported = await extension?.activate();
    assert.ok(exported);
    host = exported;
    root = await makeCa('Root');
  });

  beforeEach(async () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'showing-')));
    file = path.join(folder, 'partner.p12');
    keystore = await create(file);
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await run('flowKeystore.removeKeystore', { keystore, silent: true });
    rmSync(folder, { recursive: true, force: true });
  });

  it('compares a keystore with its backup', async () => {
    await add('partner_a');
    await run('flowKeystore.renameEntry', { keystore, alias: 'partner_a', newAlias: 'partner_b', silent: true });
    await run('flowKeystore.compareKeystores', { keystore, with: 'backup', silent: true });
    const { left, right, label } = await comparison();
    assert.equal(label, 'partner.p12.bak \u2194 partner.p12');
    assert.equal(left.replace('\npartner_a\n', '\npartner_b\n'), right);
    assert.match(left, /^PKCS12 keystore: 1 entry\n\npartner_a\n/);
  });

  it('compares with another keystore of the list, and follows changes', async () => {
    const second = await create(path.join(folder, 'second.p12'), 'Another-1');
    try {
      await add('only here', {}, second);
      await run('flowKeystore.compareKeystores', { keystore, with: second, silent: true });
      assert.match((await comparison()).left, /\nonly here\n/);
      assert.match((await comparison()).right, /^PKCS12 keystore: 0 entries\n$/);
      const changed = new Promise<void>((resolve) => {
        const listener = vscode.workspace.onDidChangeTextDocument(({ document }) => {
          if (!document.getText().includes('new one')) return;
          listener.dispose();
          resolve();
        });
      });
      await add('new one');
      await changed;
      assert.match((await comparison()).right, /\nnew one\n/);
    } finally {
      await run('flowKeystore.removeKeystore', { keystore: second, silent: true });
    }
  });

  it('compares with a file that has another password, given by code', async () => {
    const other = path.join(folder, 'other.p12');
    const second = await create(other, 'Another-1');
    await run('flowKeystore.removeKeystore', { keystore: second, silent: true });
    const argument = { keystore, with: other, silent: true } as const;
    await assert.rejects(run('flowKeystore.compareKeystores', argument), /other\.p12 has another password/);
    await run('flowKeystore.compareKeystores', { ...argument, password: 'Another-1' });
    const { left, right } = await comparison();
    assert.equal(left, right);
  });

  it('compares with the last commit where there is one, and says so where not', async function () {
    await assert.rejects(
      run('flowKeystore.compareKeystores', { keystore, with: 'head', silent: true }),
      /in no commit|no commit that VS Code knows/,
    );
    if (!(await enableGit())) return this.skip();
    const git = (...args: string[]): unknown => execFileSync('git', ['-C', folder, ...args]);
    await add('committed');
    git('init', '-q');
    git('add', 'partner.p12');
    git('-c', 'user.email=a@b.example', '-c', 'user.name=a', 'commit', '-qm', 'one');
    await run('flowKeystore.renameEntry', { keystore, alias: 'committed', newAlias: 'changed', silent: true });
    await run('flowKeystore.compareKeystores', { keystore, with: 'head', silent: true });
    const { left, right, label } = await comparison();
    assert.equal(label, 'partner.p12 (last commit) \u2194 partner.p12');
    assert.match(left, /\ncommitted\n/);
    assert.match(right, /\nchanged\n/);
  });

  /** Test hosts have VS Code's git extension switched off. @returns whether it is there */
  async function enableGit(): Promise<boolean> {
    const extension = vscode.extensions.getExtension<{
      readonly enabled: boolean;
      readonly onDidChangeEnablement: vscode.Event<boolean>;
    }>('vscode.git');
    if (!extension) return false;
    const git = await extension.activate();
    const settings = vscode.workspace.getConfiguration('git');
    await settings.update('enabled', true, vscode.ConfigurationTarget.Global);
    if (git.enabled) return true;
    return new Promise((resolve) => {
      const listener = git.onDidChangeEnablement((enabled) => {
        listener.dispose();
        resolve(enabled);
      });
    });
  }

  it('lists what expires as problems of the file, on the view and on request', async () => {
    await add('fine', { fromDays: -10, toDays: 300 });
    await add('soon', { fromDays: -340, toDays: 12.5 });
    await add('gone', { fromDays: -340, toDays: -1.5 });
    await add('short-lived', { fromDays: -1, toDays: 10 });
    await untilProblems((found) => found.length === 2);
    const [gone, soon] = problems().sort();
    assert.match(gone ?? '', /^Flow Keystore 0: The key pair "gone" expired 1 day ago \(\d{4}-\d\d-\d\d\)\.$/);
    assert.match(soon ?? '', /^Flow Keystore 1: The key pair "soon" expires in 12 days \(\d{4}-\d\d-\d\d\)\.$/);
    const here = (await run('flowKeystore.showExpiring', { silent: true })).filter(
      (each) => each.keystore === keystore,
    );
    assert.deepEqual(
      here.map(({ alias }) => alias),
      ['gone', 'soon'],
    );
    assert.ok((host.tree.view.badge?.value ?? 0) >= 2);
    await run('flowKeystore.deleteEntry', { keystore, alias: 'gone', silent: true });
    await untilProblems((found) => found.length === 1);
    await run('flowKeystore.lockKeystore', { keystore, silent: true });
    await untilProblems((found) => found.length === 0);
  });

  it('counts days alone where the share of the lifetime is off', async () => {
    const settings = vscode.workspace.getConfiguration('flowKeystore');
    await add('short-lived', { fromDays: -1, toDays: 10 });
    await settings.update('expiry.warnPercent', 0, vscode.ConfigurationTarget.Global);
    try {
      await untilProblems((found) => found.length === 1);
    } finally {
      await settings.update('expiry.warnPercent', undefined, vscode.ConfigurationTarget.Global);
    }
    await untilProblems((found) => found.length === 0);
  });

  it('tells once a day what ends within a week, and not where nobody wants to hear it', async () => {
    const days = { fromDays: -340, toDays: 3.5 };
    const today = new Date().toISOString().slice(0, 10);
    const before = host.memory.expiryTold;
    try {
      await host.memory.setExpiryTold({ never: true });
      await add('one', days);
      await untilProblems((found) => found.length === 1);
      assert.deepEqual(host.memory.expiryTold, { never: true });
      await host.memory.setExpiryTold({ day: '2026-01-01' });
      await add('two', days);
      await untilProblems((found) => found.length === 2);
      assert.deepEqual(host.memory.expiryTold, { day: today });
    } finally {
      await vscode.commands.executeCommand('notifications.clearAll');
      await host.memory.setExpiryTold(before);
    }
  });

  it('writes a calendar', async () => {
    const identity = await add('partner_a', { fromDays: -10, toDays: 300 });
    const target = path.join(folder, 'dates.ics');
    assert.equal(await run('flowKeystore.exportCalendar', { keystore, file: target, silent: true }), target);
    const text = readFileSync(target, 'utf8').replaceAll('\r\n ', '');
    assert.match(text, /^BEGIN:VCALENDAR\r\n/);
    assert.ok(text.includes(`UID:${identity.certificate.sha256}@flow-keystore\r\n`));
    assert.match(text, /SUMMARY:Certificate expires: partner_a \(partner\.p12\)\r\n/);
    await run('flowKeystore.deleteEntry', { keystore, alias: 'partner_a', silent: true });
    await assert.rejects(
      run('flowKeystore.exportCalendar', { keystore, file: target, silent: true }),
      /no certificate whose end is still to come/,
    );
  });

  it('finds a certificate in all keystores, from an entry, a chain, a text and a file', async () => {
    const second = await create(path.join(folder, 'second.p12'));
    try {
      const client = await add('client');
      await run('flowKeystore.import', {
        keystore: second,
        text: certificatesPem([client.certificate]),
        alias: 'trusted client',
        silent: true,
      });
      const place = { keystore: second, alias: 'trusted client', relation: 'same' };
      const fromEntry = await run('flowKeystore.findCertificate', { keystore, alias: 'client', silent: true });
      assert.deepEqual(fromEntry, [place, { keystore, alias: 'client', chainIndex: 1, relation: 'issuer' }]);
      const fromChain = await run('flowKeystore.findCertificate', {
        keystore,
        alias: 'client',
        chainIndex: 1,
        silent: true,
      });
      assert.deepEqual(
        fromChain.map(({ alias, relation }) => `${alias} ${relation ?? ''}`),
        ['client issued', 'trusted client issued'],
      );
      const text = certificatesPem([client.certificate]);
      const fromText = await run('flowKeystore.findCertificate', { text, silent: true });
      assert.equal(fromText.filter(({ relation }) => relation === 'same').length, 2);
      const pem = path.join(folder, 'c.cer');
      writeFileSync(pem, client.certificate.der);
      assert.deepEqual(await run('flowKeystore.findCertificate', { files: [pem], silent: true }), fromText);
      const stranger = await makeCa('Stranger');
      const none = { text: certificatesPem([stranger.certificate]), silent: true } as const;
      assert.deepEqual(await run('flowKeystore.findCertificate', none), []);
      await assert.rejects(
        run('flowKeystore.findCertificate', { files: ['/nowhere.pem'], silent: true }),
        /cannot be read/,
      );
    } finally {
      await run('flowKeystore.removeKeystore', { keystore: second, silent: true });
    }
  });
});
