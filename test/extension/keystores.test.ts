import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { certificatesPem } from '../../src/core/certificates/pem';
import { sealKey } from '../../src/core/keys/sealedKey';
import { groups } from '../../src/core/keystore/describe';
import { addCertificates, addKeyPair, renameEntry, type Edited } from '../../src/core/keystore/edit';
import { backupOf } from '../../src/core/keystore/backups';
import { readKeystoreFile, writeKeystoreFile } from '../../src/core/keystore/file';
import type { Keystore } from '../../src/core/keystore/model';
import { readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { argumentOf } from '../../src/host/commands/argumentOf';
import type { CommandId, Commands } from '../../src/host/commands/commandMap';
import type { Host } from '../../src/host/services/host';
import type { KeystoreSession } from '../../src/host/services/keystoreSession';
import type { TreeNode } from '../../src/host/tree/nodes';
import { startTcpServer } from '../support/faultServers';
import { makePracticeIdentities } from '../support/practiceIdentities';
import { startPracticeReceiver } from '../../src/core/connectivity/practice/receiver';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { makeCa } from '../support/testCertificates';

const password = 'Keystore-1';
const subject = 'CN=Partner A, O=Example';

/** The commands and the tree of the running extension, over keystores on disk. */
describe('keystores in VS Code', () => {
  let host: Host;
  let folder: string;
  let file: string;
  let keystore: string;

  const run = <Id extends CommandId>(id: Id, ...argument: Parameters<Commands[Id]>): ReturnType<Commands[Id]> =>
    Promise.resolve(vscode.commands.executeCommand(id, ...argument)) as ReturnType<Commands[Id]>;

  /** Like another program: reads the file, changes it, writes it. */
  const changeOutside = async (edit: (before: Keystore) => Edited, newPassword = password): Promise<void> => {
    const { bytes, stamp } = await readKeystoreFile(file);
    const { keystore: after } = edit(await readKeystore(bytes, password));
    await writeKeystoreFile(file, await writeKeystore(after, newPassword), stamp);
  };

  const session = (): KeystoreSession => {
    const found = host.registry.find(keystore);
    assert.ok(found);
    return found;
  };

  const aliases = (): string[] => session().keystore?.entries.map(({ alias }) => alias) ?? [];

  /** Resolves when the keystore satisfies; the test's time-out ends it otherwise. */
  const until = (satisfied: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const listener = host.registry.onDidChange(() => {
        if (!satisfied()) return;
        listener.dispose();
        resolve();
      });
      if (satisfied()) {
        listener.dispose();
        resolve();
      }
    });

  const rows = async (node?: TreeNode): Promise<{ node: TreeNode; label: string; text: string }[]> => {
    const children = await host.tree.getChildren(node);
    return children.map((child) => {
      const item = host.tree.getTreeItem(child);
      const label = typeof item.label === 'string' ? item.label : '';
      return { node: child, label, text: [label, item.description].filter(Boolean).join(' | ') };
    });
  };

  const rootRow = async (): Promise<{ node: TreeNode; label: string; text: string }> => {
    const found = (await rows()).find(({ node }) => node.session.uri.toString() === keystore);
    assert.ok(found);
    return found;
  };

  before(async () => {
    const extension = vscode.extensions.getExtension<Host | undefined>('flow-keystore.flow-keystore');
    const exported = await extension?.activate();
    assert.ok(exported, 'in test mode the extension hands its services out');
    host = exported;
  });

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'keystores-'));
    file = path.join(folder, 'partner.p12');
    const created = await run('flowKeystore.createKeystore', { file, password, remember: 'session', silent: true });
    assert.ok(created);
    keystore = created;
  });

  afterEach(async () => {
    await run('flowKeystore.removeKeystore', { keystore, silent: true });
    rmSync(folder, { recursive: true, force: true });
  });

  const generate = (alias: string): Promise<string | undefined> =>
    run('flowKeystore.generateKeyPair', {
      keystore,
      alias,
      subject,
      key: 'EC P-256',
      validity: '400 days',
      silent: true,
    });

  it('creates a keystore that others can open, and lists it', async () => {
    assert.equal(session().state.kind, 'open');
    assert.equal((await readKeystore(readFileSync(file), password)).entries.length, 0);
    assert.equal((await rootRow()).text, 'partner.p12 | PKCS12 \u00b7 0 entries');
  });

  it('does not replace a file that is there', async () => {
    const before = readFileSync(file);
    await assert.rejects(run('flowKeystore.createKeystore', { file, password, silent: true }), /exists already/);
    assert.deepEqual(readFileSync(file), before);
  });

  it('generates a key pair with a certificate for clients, and shows it with its days and its chain', async () => {
    assert.equal(await generate('partner_a'), 'partner_a');
    const [entry] = session().keystore?.entries ?? [];
    assert.ok(entry?.kind === 'keyPair');
    const [leaf] = entry.chain;
    assert.ok(leaf);
    assert.equal(leaf.subject.toString(), 'CN=Partner A,O=Example');
    assert.deepEqual(leaf.extensions.extendedKeyUsage, ['1.3.6.1.5.5.7.3.2']);
    const root = await rootRow();
    assert.equal(root.text, 'partner.p12 | PKCS12 \u00b7 1 entry');
    const [row] = await rows(root.node);
    assert.ok(row);
    // "unused" where the workspace has flows: another test may just have had some.
    assert.match(row.text, /^partner_a \| EC P-256 \u00b7 399 days( \u00b7 unused)?$/);
    assert.deepEqual(
      (await rows(row.node)).map(({ text }) => text),
      ['Partner A | self-signed \u00b7 399 days'],
    );
    const item = await Promise.resolve(host.tree.resolveTreeItem(host.tree.getTreeItem(row.node), row.node));
    const tooltip = (item.tooltip as vscode.MarkdownString).value;
    assert.ok(tooltip.includes(groups(leaf.sha256).slice(0, 20).replaceAll('-', '\\-')), tooltip);
    assert.match(item.accessibilityInformation?.label ?? '', /^partner_a, key pair, EC P-256, 399 days(, unused)?$/);
  });

  it('refuses an alias that is taken, whatever its case, and saves nothing', async () => {
    await generate('partner_a');
    const before = readFileSync(file);
    await assert.rejects(generate('Partner_A'), /There is an entry "partner_a" already/);
    assert.deepEqual(readFileSync(file), before);
  });

  it('renames and deletes entries, the version before kept beside the file', async () => {
    await generate('partner_a');
    await run('flowKeystore.renameEntry', { keystore, alias: 'partner_a', newAlias: 'partner_b', silent: true });
    assert.deepEqual(aliases(), ['partner_b']);
    assert.equal(await run('flowKeystore.deleteEntry', { keystore, alias: 'partner_b', silent: true }), true);
    assert.deepEqual(aliases(), []);
    const backup = await readKeystore(readFileSync(backupOf(file)), password);
    assert.deepEqual(
      backup.entries.map(({ alias }) => alias),
      ['partner_b'],
    );
  });

  it('imports certificates of a PEM text, and notices those that are there', async () => {
    const ca = await makeCa('Example Root');
    const server = await ca.issue('server.example');
    const text = certificatesPem([server.certificate, ca.certificate]);
    assert.deepEqual(await run('flowKeystore.import', { keystore, text, silent: true }), [
      'server.example',
      'Example Root',
    ]);
    assert.deepEqual(await run('flowKeystore.import', { keystore, text, silent: true }), []);
    const der = ca.certificate.der;
    const again = await run('flowKeystore.addServerCertificate', { keystore, der, alias: 'other', silent: true });
    assert.equal(again, 'Example Root');
    assert.deepEqual(
      (await rows((await rootRow()).node)).map(({ text }) => text),
      ['server.example | 365 days', 'Example Root | root \u00b7 9 years'].map((row) => row.replace('365', '364')),
    );
  });

  it('shows what a chain lacks as a row', async () => {
    const ca = await makeCa('Missing Root');
    const client = await ca.issue('client');
    await session().edit(async (before, secret) => {
      const key = await sealKey(client.privateKeyInfo, secret);
      return addKeyPair(before, { alias: 'client', key, chain: [client.certificate], created: new Date() });
    });
    const [entry] = await rows((await rootRow()).node);
    assert.ok(entry);
    assert.deepEqual(
      (await rows(entry.node)).map(({ text }) => text),
      ['client | leaf \u00b7 364 days', 'Missing Root | not in the chain'],
    );
    await assert.rejects(
      run('flowKeystore.exportCertificates', {
        keystore,
        alias: 'client',
        what: 'root',
        form: 'pem',
        file: path.join(folder, 'r.pem'),
        silent: true,
      }),
      /"CN=Missing Root" is missing/,
    );
  });

  it('exports a certificate as PEM and as DER', async () => {
    await generate('partner_a');
    const [entry] = session().keystore?.entries ?? [];
    const leaf = entry?.kind === 'keyPair' ? entry.chain[0] : undefined;
    assert.ok(leaf);
    const target = path.join(folder, 'leaf');
    const argument = { keystore, alias: 'partner_a', what: 'certificate', file: target, silent: true } as const;
    await run('flowKeystore.exportCertificates', { ...argument, form: 'pem' });
    assert.equal(readFileSync(target, 'utf8'), certificatesPem([leaf]));
    await run('flowKeystore.exportCertificates', { ...argument, form: 'der' });
    assert.deepEqual(new Uint8Array(readFileSync(target)), new Uint8Array(leaf.der));
  });

  it('says that a password is wrong, and stays locked', async () => {
    await run('flowKeystore.lockKeystore', { keystore, silent: true });
    assert.equal((await rootRow()).text, 'partner.p12 | locked');
    await assert.rejects(
      run('flowKeystore.unlockKeystore', { keystore, password: 'Wrong-1', silent: true }),
      /password/i,
    );
    assert.equal(session().state.kind, 'locked');
    assert.deepEqual(
      (await rows((await rootRow()).node)).map(({ text }) => text),
      ['Locked: enter the password...'],
    );
    assert.equal(await run('flowKeystore.unlockKeystore', { keystore, password, silent: true }), true);
    assert.equal(session().state.kind, 'open');
  });

  it('remembers a password where it may, and forgets it', async () => {
    await run('flowKeystore.lockKeystore', { keystore, silent: true });
    await run('flowKeystore.unlockKeystore', { keystore, password, remember: 'yes', silent: true });
    await run('flowKeystore.lockKeystore', { keystore, silent: true });
    assert.equal(await run('flowKeystore.unlockKeystore', { keystore, silent: true }), true);
    await run('flowKeystore.forgetPassword', { keystore, silent: true });
    assert.equal(session().state.kind, 'locked');
    await assert.rejects(run('flowKeystore.unlockKeystore', { keystore, silent: true }), /"password" is missing/);
  });

  it('follows a file that another program changes', async () => {
    const ca = await makeCa('From Outside');
    const changed = until(() => aliases().includes('outside'));
    await changeOutside((before) => addCertificates(before, [{ alias: 'outside', certificate: ca.certificate }]));
    await changed;
    const [row] = await rows((await rootRow()).node);
    assert.equal(row?.label, 'outside');
  });

  it('locks a keystore whose password another program changed, and says so', async () => {
    await generate('partner_a');
    const locked = until(() => session().state.kind === 'locked');
    await changeOutside((before) => ({ keystore: before, changes: [] }), 'Another-1');
    await locked;
    assert.equal((await rootRow()).text, 'partner.p12 | locked: the password has changed');
    await run('flowKeystore.unlockKeystore', { keystore, password: 'Another-1', silent: true });
    // The keys are still sealed with the password they were made with: Java would not open them either.
    assert.deepEqual(aliases(), ['partner_a']);
  });

  it('stays locked when it is locked while a change is being saved', async () => {
    const root = await makeCa('Late');
    await session().edit((before) => {
      session().lock();
      return addCertificates(before, [{ alias: 'late', certificate: root.certificate }]);
    });
    assert.equal(session().state.kind, 'locked');
    await assert.rejects(
      session().edit((before) => renameEntry(before, 'late', 'later')),
      { code: 'password-required' },
    );
    await session().open(password);
    assert.ok(aliases().includes('late'));
  });

  it('refuses to save over what another program wrote, and loses neither', async () => {
    await generate('partner_a');
    const mine = session();
    const conflict = mine.edit(async (before) => {
      await changeOutside((other) => renameEntry(other, 'partner_a', 'theirs'));
      return renameEntry(before, 'partner_a', 'mine');
    });
    await assert.rejects(conflict, /changed by another program/);
    const onDisk = await readKeystore(readFileSync(file), password);
    assert.deepEqual(
      onDisk.entries.map(({ alias }) => alias),
      ['theirs'],
    );
    await mine.reload();
    assert.deepEqual(aliases(), ['theirs']);
  });

  it('shows an entry as a read-only document that follows the keystore', async () => {
    await generate('partner_a');
    await run('flowKeystore.showDetails', { keystore, alias: 'partner_a', silent: true });
    const document = vscode.window.visibleTextEditors
      .map((editor) => editor.document)
      .find(({ uri }) => uri.scheme === 'flow-keystore');
    assert.ok(document);
    assert.match(document.getText(), /^partner_a\n=+\n[\s\S]*SHA-256: +[0-9A-F:]{95}\n/);
    assert.ok(!document.getText().includes(password));
    const changed = new Promise<string>((resolve) => {
      const listener = vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document !== document) return;
        listener.dispose();
        resolve(document.getText());
      });
    });
    await run('flowKeystore.lockKeystore', { keystore, silent: true });
    assert.equal(await changed, 'partner.p12 is locked.\n');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('tests a connection, adds what is missing, and tests again until it is accepted', async () => {
    const identities = await makePracticeIdentities();
    const receiver = await startPracticeReceiver({ port: 0, ...identities });
    try {
      await run('flowKeystore.generateKeyPair', {
        keystore,
        alias: 'self_signed',
        subject,
        key: 'EC P-256',
        silent: true,
      });
      const partner = await identities.clientCa.issue('partner_a', { extendedKeyUsage: ['clientAuth'] });
      await session().edit(async (before, secret) => {
        const key = await sealKey(partner.privateKeyInfo, secret);
        return addKeyPair(before, { alias: 'partner_a', key, chain: partner.chain, created: new Date() });
      });
      const test = (alias: string | null): Promise<string | undefined> =>
        run('flowKeystore.testConnectivity', { keystore, host: 'localhost', port: receiver.port, alias, silent: true });
      assert.equal(await test('partner_a'), 'server-root-missing');
      const { der } = identities.root.certificate;
      const added = await run('flowKeystore.addServerCertificate', { keystore, der, silent: true });
      assert.equal(added, 'Practice Receiver Root');
      assert.equal(await test('partner_a'), 'ok');
      assert.equal(await test(null), 'client-certificate-required');
      assert.equal(await test('self_signed'), 'client-certificate-rejected');
      assert.equal(await test('nobody'), 'client-key-unusable');
    } finally {
      await receiver.stop();
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    }
  });

  it('ends a test that waits when the same is tested again, and when its report is closed', async () => {
    const mute = await startTcpServer(() => undefined);
    try {
      const test = (): Promise<unknown> =>
        run('flowKeystore.testConnectivity', {
          keystore,
          host: 'localhost',
          port: mute.port,
          alias: null,
          silent: true,
        });
      const shown = new Promise<void>((resolve) => {
        const listener = vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
          if (!opened.some(({ label }) => label.includes(`:${mute.port}`))) return;
          listener.dispose();
          resolve();
        });
      });
      const first = assert.rejects(test(), { name: 'AbortError' });
      await shown;
      const second = assert.rejects(test(), { name: 'AbortError' });
      await first;
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await second;
    } finally {
      await mute.stop();
    }
  });

  it('tests a channel of a flow, with its parameters, its alias and the keystore nearest to it', async () => {
    const identities = await makePracticeIdentities();
    const receiver = await startPracticeReceiver({ port: 0, ...identities });
    try {
      const partner = await identities.clientCa.issue('partner_a', { extendedKeyUsage: ['clientAuth'] });
      await session().edit(async (before, secret) => {
        const key = await sealKey(partner.privateKeyInfo, secret);
        const pair = { alias: 'partner_a', key, chain: partner.chain, created: new Date() };
        const { certificate } = identities.root;
        return addCertificates(addKeyPair(before, pair).keystore, [{ alias: 'root', certificate }]);
      });
      const flowFile = path.join(folder, 'Orders.iflw');
      const text = flowText(
        httpReceiver(
          { httpAddressWithoutQuery: `https://{{Host}}:${receiver.port}/orders`, privateKeyAlias: '{{Alias}}' },
          { id: 'First' },
        ),
        httpReceiver({ httpAddressWithoutQuery: 'http://plain.example', privateKeyAlias: 'x' }, { id: 'Plain' }),
      );
      writeFileSync(flowFile, text);
      writeFileSync(path.join(folder, 'parameters.prop'), 'Host=localhost\nAlias=partner_a\n');
      const flow = vscode.Uri.file(flowFile).toString();
      assert.equal(await run('flowKeystore.testChannel', { flow, channel: 'First', silent: true }), 'ok');
      await assert.rejects(run('flowKeystore.testChannel', { flow, channel: 'Plain', silent: true }), /plain HTTP/);
      await assert.rejects(run('flowKeystore.testChannel', { flow, channel: 'None', silent: true }), /"None"/);

      await run('flowKeystore.openAsText', { flow, channel: 'Plain' });
      const editor = vscode.window.activeTextEditor;
      assert.equal(editor?.document.uri.toString(), flow);
      assert.equal(editor.document.languageId, 'xml');
      const { start } = editor.selection;
      assert.match(editor.document.lineAt(start.line).text.slice(start.character), /^<bpmn2:messageFlow id="Plain"/);
      await run('flowKeystore.editChannel', { flow, channel: 'Plain' });
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom && input.viewType === 'flowKeystore.adapterEditor');
    } finally {
      await receiver.stop();
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    }
  });

  it('checks flows against the keystore of the setting alone, where there is one', async () => {
    const other = await run('flowKeystore.createKeystore', {
      file: path.join(folder, 'other.p12'),
      password,
      silent: true,
    });
    assert.ok(other);
    const configuration = vscode.workspace.getConfiguration('flowKeystore');
    const files = (): (string | undefined)[] => host.registry.views().map((view) => view.file);
    try {
      assert.ok(files().includes(other) && files().includes(keystore));
      await configuration.update('keystore', path.join(folder, 'other.p12'), vscode.ConfigurationTarget.Global);
      assert.deepEqual(files(), [other]);
      assert.equal((await host.registry.keystoreFor())?.uri.toString(), other);
    } finally {
      await configuration.update('keystore', undefined, vscode.ConfigurationTarget.Global);
      await run('flowKeystore.removeKeystore', { keystore: other, silent: true });
    }
  });

  it('names what it does not read, without asking for a password', async () => {
    const jks = path.join(folder, 'old.jks');
    const huge = path.join(folder, 'huge.p12');
    const text = path.join(folder, 'pointer.p12');
    writeFileSync(jks, Buffer.from('feedfeed00000002', 'hex'));
    writeFileSync(text, 'version https://git-lfs.github.com/spec/v1\n');
    const head = readFileSync(file).subarray(0, 200);
    writeFileSync(huge, head);
    truncateSync(huge, 160 * 1024 * 1024);
    const uris = await run('flowKeystore.addKeystore', { files: [jks, huge, text], silent: true });
    assert.ok(uris);
    const shown = new Map<string, string>();
    for (const { node, text: row } of await rows()) {
      if (!uris.includes(node.session.uri.toString())) continue;
      const [child] = await rows(node);
      shown.set(row, child?.text ?? '');
    }
    assert.deepEqual([...shown.keys()].sort(), [
      'huge.p12 | cannot be opened',
      'old.jks | cannot be opened',
      'pointer.p12 | cannot be opened',
    ]);
    assert.match(shown.get('old.jks | cannot be opened') ?? '', /damaged/);
    assert.match(shown.get('huge.p12 | cannot be opened') ?? '', /160 MB/);
    assert.match(shown.get('pointer.p12 | cannot be opened') ?? '', /not a keystore/);
    for (const uri of uris) await run('flowKeystore.removeKeystore', { keystore: uri, silent: true });
  });

  it('shows a PEM bundle as a keystore, and changes nothing but what was asked for', async () => {
    const { certificate } = await makeCa('Bundle Root');
    const bundle = path.join(folder, 'roots.pem');
    const comment = '# Roots of our partners\n';
    writeFileSync(bundle, comment + certificatesPem([certificate]));
    const [added] = (await run('flowKeystore.addKeystore', { files: [bundle], silent: true })) ?? [];
    assert.ok(added);
    const renamed = { keystore: added, alias: 'Bundle Root', newAlias: 'partner root', silent: true } as const;
    assert.equal(await run('flowKeystore.renameEntry', renamed), 'partner root');
    const text = readFileSync(bundle, 'utf8');
    assert.ok(text.startsWith(comment) && text.includes('friendlyName: partner root'));
    assert.ok(text.includes(certificatesPem([certificate]).split('\n')[2] ?? '-'));
    assert.equal(readFileSync(backupOf(bundle), 'utf8'), comment + certificatesPem([certificate]));
    await run('flowKeystore.removeKeystore', { keystore: added, silent: true });
  });

  it('pages what has many entries', async () => {
    const { certificate } = await makeCa('Many');
    const many = Array.from({ length: 1100 }, (_, at) => ({ alias: `entry ${at}`, certificate }));
    await session().edit((before) => addCertificates(before, many));
    const root = (await rootRow()).node;
    const first = await rows(root);
    assert.equal(first.length, 501);
    assert.equal(first.at(-1)?.label, 'Show more (600 left)');
    await run('flowKeystore.showMore', { keystore, silent: true });
    const second = await rows(root);
    assert.equal(second.length, 1001);
    assert.equal(new Set(second.map(({ node }) => node.id)).size, 1001);
  });

  it('copies certificates as PEM', async () => {
    await generate('partner_a');
    await run('flowKeystore.copyAsPem', { keystore, alias: 'partner_a', silent: true });
    assert.match(await vscode.env.clipboard.readText(), /^-----BEGIN CERTIFICATE-----\n/);
  });

  it('takes a keystore off the list and leaves the file', async () => {
    const before = session();
    await run('flowKeystore.removeKeystore', { keystore, silent: true });
    assert.equal(host.registry.find(keystore), undefined);
    assert.ok(existsSync(file));
    // Whoever still holds it, the report of a test say, must not go on with what it was.
    assert.equal(before.keystore, undefined);
    assert.throws(() => before.passwordForUse(), { code: 'password-required' });
    await run('flowKeystore.addKeystore', { files: [file], silent: true });
    assert.ok(host.registry.find(keystore));
  });

  it('keeps what was added by hand and the search of the workspace does not find', async () => {
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(workspace);
    const odd = vscode.Uri.joinPath(workspace.uri, 'node_modules', 'Client [1].Pfx');
    await vscode.workspace.fs.copy(vscode.Uri.file(file), odd);
    try {
      const [added] = (await run('flowKeystore.addKeystore', { files: [odd.fsPath], silent: true })) ?? [];
      assert.ok(added);
      await run('flowKeystore.refresh');
      assert.ok(host.registry.find(added));
      await run('flowKeystore.unlockKeystore', { keystore: added, password, silent: true });
      const seen = until(() => host.registry.find(added)?.keystore?.entries.length === 1);
      await generate('partner_a');
      await vscode.workspace.fs.copy(vscode.Uri.file(file), odd, { overwrite: true });
      await seen;
      await run('flowKeystore.removeKeystore', { keystore: added, silent: true });
      assert.equal(host.registry.find(added), undefined);
    } finally {
      await vscode.workspace.fs.delete(vscode.Uri.joinPath(workspace.uri, 'node_modules'), { recursive: true });
    }
  });

  it('takes keys in the tree for the entries that are selected there, of one keystore', async () => {
    await generate('partner_a');
    const root = (await rootRow()).node;
    const [entry] = await rows(root);
    const [member] = await rows(entry?.node);
    assert.ok(entry && member);
    const pressed = (...selection: TreeNode[]): unknown =>
      argumentOf({ tree: { selection } } as unknown as Host, 'flowKeystore.deleteEntry', 'selection', undefined);
    assert.deepEqual(pressed(entry.node), { keystore, alias: 'partner_a' });
    assert.deepEqual(pressed(member.node, entry.node), { keystore, alias: 'partner_a' });
    assert.throws(() => pressed(member.node), vscode.CancellationError);
    assert.throws(() => pressed(root), vscode.CancellationError);
    const other = { ...entry.node, session: { name: 'other.p12' } } as unknown as TreeNode;
    assert.throws(() => pressed(entry.node, other), /several keystores: partner\.p12, other\.p12/);
  });

  it('finds keystores in the workspace, and loses them when they are deleted', async () => {
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(workspace);
    const inside = vscode.Uri.joinPath(workspace.uri, 'found.p12');
    const there = until(() => host.registry.find(inside.toString()) !== undefined);
    await vscode.workspace.fs.copy(vscode.Uri.file(file), inside);
    await there;
    const gone = until(() => host.registry.find(inside.toString()) === undefined);
    await vscode.workspace.fs.delete(inside);
    await gone;
  });
});
