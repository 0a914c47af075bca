import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { certificatesPem } from '../../src/core/certificates/pem';
import { sealKey } from '../../src/core/keys/sealedKey';
import { groups } from '../../src/core/keystore/describe';
import { writeKeystoreFile } from '../../src/core/keystore/file';
import type { Entry } from '../../src/core/keystore/model';
import { emptyKeystore, writeKeystore } from '../../src/core/keystore/store';
import { argumentOf } from '../../src/host/commands/argumentOf';
import type { CommandId, Commands } from '../../src/host/commands/commandMap';
import type { Host } from '../../src/host/services/host';
import type { TreeNode } from '../../src/host/tree/nodes';
import { makeCa, type TestIdentity } from '../support/testCertificates';
import { flowText, httpReceiver } from '../unit/flow/flowText';

const password = 'Keystore-1';

/** Filter, groups, pages and selections of the running extension, over a keystore of 1,200 entries. */
describe('browsing keystores in VS Code', () => {
  let host: Host;
  let folder: string;
  let keystore: string;
  let ca: TestIdentity;
  let partner: TestIdentity;

  const run = <Id extends CommandId>(id: Id, ...argument: Parameters<Commands[Id]>): ReturnType<Commands[Id]> =>
    Promise.resolve(vscode.commands.executeCommand(id, ...argument)) as ReturnType<Commands[Id]>;

  const children = (node?: TreeNode): Promise<TreeNode[]> => host.tree.getChildren(node);
  const item = (node: TreeNode): vscode.TreeItem => host.tree.getTreeItem(node);
  const text = (node: TreeNode): string => {
    const { label, description } = item(node);
    return [typeof label === 'object' ? label.label : label, description].filter(Boolean).join(' | ');
  };
  const root = async (): Promise<TreeNode> => {
    const found = (await children()).find(({ session }) => session.uri.toString() === keystore);
    assert.ok(found);
    return found;
  };
  const rows = async (node?: TreeNode): Promise<TreeNode[]> => children(node ?? (await root()));
  const argument = (id: CommandId, clicked: TreeNode, selected: readonly TreeNode[]): unknown =>
    argumentOf(host, id, clicked, selected);

  before(async function () {
    this.timeout(60_000);
    const extension = vscode.extensions.getExtension<Host | undefined>('flow-keystore.flow-keystore');
    const exported = await extension?.activate();
    assert.ok(exported);
    host = exported;
    folder = mkdtempSync(path.join(tmpdir(), 'browse-'));
    ca = await makeCa('Example Root');
    partner = await ca.issue('Partner A', { fromDays: -300, toDays: 12 });
    const key = await sealKey(partner.privateKeyInfo, password);
    const entries: Entry[] = [
      { kind: 'keyPair', alias: 'partner_a', chain: partner.chain, key, created: new Date() },
      { kind: 'keyPair', alias: 'partner_b', chain: partner.chain, key, created: new Date() },
    ];
    for (let i = 0; i < 1_198; i++) {
      entries.push({ kind: 'certificate', alias: `trusted_${i}`, certificate: ca.certificate });
    }
    const file = path.join(folder, 'large.p12');
    await writeKeystoreFile(file, await writeKeystore({ ...emptyKeystore(), entries }, password), null);
    [keystore] = (await run('flowKeystore.addKeystore', { files: [file], silent: true })) as [string];
    await run('flowKeystore.unlockKeystore', { keystore, password, remember: 'session', silent: true });
  });

  afterEach(async () => {
    await run('flowKeystore.clearFilter');
    await run('flowKeystore.groupBy', { by: 'none', order: 'file', silent: true });
  });

  after(async () => {
    await run('flowKeystore.removeKeystore', { keystore, silent: true });
    rmSync(folder, { recursive: true, force: true });
  });

  it('remembers what is unfolded by what VS Code asks for: it does not tell of all that it unfolds', async () => {
    const row = await root();
    assert.equal(item(row).collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
    await rows(row);
    await run('flowKeystore.filter', { text: 'partner', silent: true });
    await run('flowKeystore.clearFilter');
    assert.equal(item(await root()).collapsibleState, vscode.TreeItemCollapsibleState.Expanded);
  });

  it('shows a page, and the next one when asked for', async () => {
    const before = await rows();
    assert.equal(before.length, 501);
    const more = before.at(-1)!;
    assert.equal(text(more), 'Show more (700 left)');
    await vscode.commands.executeCommand('flowKeystore.showMore', more);
    const after = await rows();
    assert.equal(after.length, 1_001);
    assert.equal(after[0]!.id, before[0]!.id, 'a row keeps its id');
  });

  it('shows what matches a filter, marks it, and says how many', async () => {
    await run('flowKeystore.filter', { text: 'PARTNER', silent: true });
    const keystoreRow = await root();
    assert.equal(text(keystoreRow), 'large.p12 | 2 of 1,200 match');
    assert.equal(item(keystoreRow).collapsibleState, vscode.TreeItemCollapsibleState.Expanded);
    const found = await rows();
    assert.deepEqual(
      found.map((row) => (row.kind === 'entry' ? row.entry.alias : row.kind)),
      ['partner_a', 'partner_b'],
    );
    assert.deepEqual((item(found[0]!).label as vscode.TreeItemLabel).highlights, [[0, 7]]);
    assert.match(host.tree.view.message ?? '', /^2 of [\d,]+ entries match: PARTNER/);
    await run('flowKeystore.filter', { text: groups(partner.certificate.sha256), silent: true });
    assert.equal((await rows()).length, 2);
    // What VS Code keeps folded of the many that a first letter finds, it must not keep of the few.
    await run('flowKeystore.filter', { text: 't', silent: true });
    const many = await root();
    assert.equal(item(many).collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
    await run('flowKeystore.filter', { text: 'trusted_7', silent: true });
    const few = await root();
    assert.equal(item(few).collapsibleState, vscode.TreeItemCollapsibleState.Expanded);
    assert.notEqual(few.id, many.id);
    await run('flowKeystore.filter', { text: 'there is no such thing', silent: true });
    const none = await root();
    assert.equal(text(none), 'large.p12 | no match');
    assert.equal(item(none).collapsibleState, vscode.TreeItemCollapsibleState.None);
    await run('flowKeystore.clearFilter');
    assert.equal((await root()).id, keystore);
    assert.equal(host.tree.view.message ?? '', '');
  });

  it('groups with counts and the worst state, in pages of their own', async () => {
    await run('flowKeystore.groupBy', { by: 'kind', silent: true });
    const [pairs, certificates] = await rows();
    assert.equal(text(pairs!), 'Key pairs | 2 expire soon \u00b7 2 entries');
    assert.equal((item(pairs!).iconPath as vscode.ThemeIcon).id, 'warning');
    assert.equal(text(certificates!), 'Certificates | 1,198 entries');
    const page = await rows(certificates);
    assert.equal(page.length, 501);
    assert.equal(host.tree.getParent(page[0]!), certificates);
    await vscode.commands.executeCommand('flowKeystore.showMore', page.at(-1));
    assert.equal((await rows(certificates)).length, 1_001);
    await run('flowKeystore.groupBy', { by: 'expiry', silent: true });
    assert.deepEqual((await rows()).map(text), ['Expiring | 2 entries', 'Later | 1,198 entries']);
    await run('flowKeystore.groupBy', { by: 'issuer', silent: true });
    assert.deepEqual((await rows()).map(text), [
      'Example Root | 2 expire soon \u00b7 2 entries',
      'Roots and self-signed | 1,198 entries',
    ]);
    await run('flowKeystore.filter', { text: 'trusted_7', silent: true });
    assert.deepEqual((await rows()).map(text), ['Roots and self-signed | 111 entries']);
    assert.equal(host.memory.grouping, 'issuer', 'remembered for the workspace');
  });

  it('sorts, and finds an entry on a page that is not shown yet', async () => {
    await run('flowKeystore.groupBy', { order: 'alias', silent: true });
    assert.equal((await rows())[0]!.id, `${keystore}#"partner_a"`);
    await vscode.commands.executeCommand('flowKeystore.keystores.focus');
    await run('flowKeystore.groupBy', { by: 'prefix', silent: true });
    await run('flowKeystore.renameEntry', { keystore, alias: 'trusted_1197', newAlias: 'trusted_99999', silent: true });
    const trusted = (await rows()).find((row) => text(row).startsWith('trusted'));
    assert.ok((await rows(trusted)).some((row) => row.kind === 'entry' && row.entry.alias === 'trusted_99999'));
    await run('flowKeystore.renameEntry', { keystore, alias: 'trusted_99999', newAlias: 'trusted_1197', silent: true });
  });

  it('takes several rows for a command: entries, groups, and certificates of chains', async () => {
    const [a, b] = await rows();
    assert.deepEqual(argument('flowKeystore.deleteEntry', a!, [a!, b!]), {
      keystore,
      alias: 'partner_a',
      aliases: ['partner_a', 'partner_b'],
    });
    const [leaf, issuer] = await rows(a);
    assert.deepEqual(argument('flowKeystore.copyAsPem', issuer!, [issuer!]), {
      keystore,
      alias: 'partner_a',
      chainIndex: 1,
    });
    assert.deepEqual(argument('flowKeystore.copyAsPem', b!, [b!, leaf!, issuer!]), {
      keystore,
      alias: 'partner_b',
      aliases: ['partner_b'],
      certificates: [
        { alias: 'partner_a', chainIndex: 0 },
        { alias: 'partner_a', chainIndex: 1 },
      ],
    });
    assert.deepEqual(argument('flowKeystore.copyAsPem', b!, [a!]), { keystore, alias: 'partner_b' });
    await run('flowKeystore.groupBy', { by: 'kind', silent: true });
    const [pairs] = await rows();
    assert.deepEqual(argument('flowKeystore.deleteEntry', pairs!, []), {
      keystore,
      aliases: ['partner_a', 'partner_b'],
    });
  });

  it('copies several as one PEM, each certificate once, and single values', async () => {
    const copied = async (): Promise<string> => vscode.env.clipboard.readText();
    await run('flowKeystore.copyAsPem', { keystore, aliases: ['partner_a', 'partner_b', 'trusted_1'], silent: true });
    assert.equal(await copied(), certificatesPem([partner.certificate, ca.certificate]));
    await run('flowKeystore.copyAsPem', { keystore, alias: 'partner_a', chainIndex: 1, silent: true });
    assert.equal(await copied(), certificatesPem([ca.certificate]));
    const value = (which: 'alias' | 'issuer' | 'sha256', chainIndex?: number): Promise<string | undefined> =>
      run('flowKeystore.copyValue', {
        ...{ keystore, alias: 'partner_a', value: which, silent: true },
        ...(chainIndex === undefined ? {} : { chainIndex }),
      });
    assert.equal(await value('alias'), 'partner_a');
    assert.equal(await value('issuer'), 'CN=Example Root');
    assert.equal(await value('sha256', 1), groups(ca.certificate.sha256));
    assert.equal(await copied(), groups(ca.certificate.sha256));
    await assert.rejects(run('flowKeystore.copyValue', { keystore, alias: 'partner_a', silent: true }), /"value"/);
  });

  it('says which key pairs the flows of the workspace use', async () => {
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(workspace);
    const place = path.join(workspace.uri.fsPath, 'uses');
    const said = (wanted: RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = async (): Promise<void> => {
          if (!wanted.test(text((await rows())[0]!))) return;
          listener.dispose();
          resolve();
        };
        const listener = host.tree.onDidChangeTreeData(() => void look().catch(reject));
        look().catch(reject);
      });
    try {
      mkdirSync(place);
      writeFileSync(
        path.join(place, 'uses.iflw'),
        flowText(
          httpReceiver({ privateKeyAlias: '{{Alias}}' }, { id: 'A' }),
          httpReceiver({ privateKeyAlias: 'PARTNER_A' }, { id: 'B' }),
        ),
      );
      writeFileSync(path.join(place, 'parameters.prop'), 'Alias=partner_a\n');
      await said(/used by 2 channels$/);
      const [a, b, trusted] = await rows();
      assert.match(text(b!), /unused$/);
      assert.doesNotMatch(text(trusted!), /use/);
      const tooltip = (host.tree.resolveTreeItem(item(a!), a!).tooltip as vscode.MarkdownString).value;
      assert.match(tooltip, /Used by/);
      await run('flowKeystore.filter', { text: 'unused', silent: true });
      assert.deepEqual(
        (await rows()).map((row) => (row.kind === 'entry' ? row.entry.alias : '')),
        ['partner_b'],
      );
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});
