import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { archiveUri } from '../../src/host/archives/archiveFiles';
import type { Host } from '../../src/host/services/host';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { run } from './hostFixture';

/** Exported projects and packages, looked into and changed where they lie. */
describe('archives in VS Code', function () {
  this.timeout(30_000);
  let host: Host;
  let folder: string;
  const resources = 'src/main/resources';
  const flowPath = `${resources}/scenarioflows/integrationflow/Orders.iflw`;
  const text = flowText(
    httpReceiver({}, { id: 'A', name: 'To A' }),
    httpReceiver({ privateKeyAlias: '{{Alias}}' }, { id: 'B', name: 'To B' }),
  );
  const project = {
    'META-INF/MANIFEST.MF': strToU8('Manifest-Version: 1.0\r\n'),
    [flowPath.replaceAll('/', '\\')]: strToU8(text),
    [`${resources}/parameters.prop`]: strToU8('#\nAlias=partner_a\n'),
    [`${resources}/script/a.groovy`]: strToU8('println 1'),
  };
  const at = (name: string): string => path.join(folder, name);
  const uri = (archive: string, inner: string): vscode.Uri => archiveUri(`${at(archive)}!/${inner}`);
  const entries = (archive: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(unzipSync(readFileSync(at(archive)))).map(([name, bytes]) => [name, strFromU8(bytes)]),
    );
  const inPackage = `abc_content!/${flowPath}`;

  before(async () => {
    const extension = vscode.extensions.getExtension<Host | undefined>('flow-keystore.flow-keystore');
    const activated = await extension?.activate();
    assert.ok(activated);
    host = activated;
  });
  beforeEach(() => {
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(workspace);
    folder = mkdtempSync(path.join(workspace.uri.fsPath, 'archives-'));
    writeFileSync(at('Orders.zip'), zipSync(project));
    writeFileSync(at('Package.zip'), zipSync({ 'resources.cnt': strToU8('{}'), abc_content: zipSync(project) }));
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder, { recursive: true, force: true });
  });

  it('are folders to whoever looks into them, archives inside them too', async () => {
    const names = async (archive: string, inner = ''): Promise<string[]> =>
      (await vscode.workspace.fs.readDirectory(uri(archive, inner))).map(
        ([name, type]) => name + (type === vscode.FileType.Directory ? '/' : ''),
      );
    assert.deepEqual(await names('Orders.zip'), ['META-INF/', 'src/']);
    assert.deepEqual(await names('Orders.zip', resources), ['scenarioflows/', 'parameters.prop', 'script/']);
    assert.deepEqual(await names('Package.zip'), ['resources.cnt', 'abc_content', 'abc_content!/']);
    assert.deepEqual(await names('Package.zip', 'abc_content!/src'), ['main/']);
    const { type, size } = await vscode.workspace.fs.stat(uri('Package.zip', inPackage));
    assert.deepEqual([type, size], [vscode.FileType.File, text.length]);
    await assert.rejects(Promise.resolve(vscode.workspace.fs.stat(uri('Orders.zip', 'nothing'))), /NotFound/);
    await assert.rejects(Promise.resolve(vscode.workspace.fs.delete(uri('Orders.zip', 'src'), { recursive: true })));
    await assert.rejects(
      Promise.resolve(vscode.workspace.fs.rename(uri('Orders.zip', flowPath), uri('Orders.zip', 'x'))),
    );
    assert.deepEqual(Object.keys(entries('Orders.zip')), Object.keys(project));
  });

  it('get the files of a parameter, and lose them when that is undone', async () => {
    const document = await vscode.workspace.openTextDocument(uri('Package.zip', inPackage));
    await vscode.window.showTextDocument(document);
    const offset = document.getText().indexOf('partner_a');
    const argument = { flow: document.uri.toString(), offset, name: 'Partner', silent: true } as const;
    await run('flowKeystore.externalize', argument);
    await vscode.workspace.saveAll();
    const project = (): Record<string, string> =>
      Object.fromEntries(
        Object.entries(unzipSync(unzipSync(readFileSync(at('Package.zip')))['abc_content']!)).map(([name, bytes]) => [
          name.replaceAll('\\', '/'),
          strFromU8(bytes),
        ]),
      );
    assert.equal(project()[flowPath], text.replace('>partner_a<', '>{{Partner}}<'));
    assert.equal(project()[`${resources}/parameters.prop`], '#\nAlias=partner_a\nPartner=partner_a\n');
    assert.match(project()[`${resources}/parameters.propdef`] ?? '', /<name>Partner<\/name>/);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    // The command is over before the files that it makes undone are.
    const isUndone = (): boolean =>
      project()[`${resources}/parameters.prop`] === '#\nAlias=partner_a\n' &&
      project()[`${resources}/parameters.propdef`] === undefined;
    for (let tries = 0; tries < 50 && !isUndone(); tries++) {
      await vscode.workspace.saveAll();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(project()[flowPath], text);
    assert.equal(project()[`${resources}/parameters.prop`], '#\nAlias=partner_a\n');
    assert.equal(project()[`${resources}/parameters.propdef`], undefined);
  });

  it('save a change of a file that lies in them, and keep the rest', async () => {
    for (const [archive, inner] of [
      ['Orders.zip', flowPath],
      ['Package.zip', inPackage],
    ] as const) {
      const document = await vscode.workspace.openTextDocument(uri(archive, inner));
      assert.equal(document.getText(), text);
      const edit = new vscode.WorkspaceEdit();
      const offset = text.indexOf('partner_a');
      edit.replace(
        document.uri,
        new vscode.Range(document.positionAt(offset), document.positionAt(offset + 9)),
        'new_b',
      );
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.ok(await document.save());
      const saved = await vscode.workspace.fs.readFile(uri(archive, inner));
      assert.equal(Buffer.from(saved).toString(), text.replace('partner_a', 'new_b'));
    }
    const changed = { ...project, [flowPath.replaceAll('/', '\\')]: strToU8(text.replace('partner_a', 'new_b')) };
    const expected = Object.fromEntries(Object.entries(changed).map(([name, bytes]) => [name, strFromU8(bytes)]));
    assert.deepEqual(entries('Orders.zip'), expected);
    assert.equal(entries('Package.zip')['resources.cnt'], '{}');
  });

  it('take changes that come at the same time, each of them', async () => {
    const write = (inner: string, content: string): Promise<void> =>
      Promise.resolve(vscode.workspace.fs.writeFile(uri('Orders.zip', inner), strToU8(content)));
    await Promise.all([
      write(flowPath, '<flow/>'),
      write(`${resources}/parameters.prop`, 'a=b\n'),
      write(`${resources}/script/a.groovy`, 'println 2'),
    ]);
    const after = entries('Orders.zip');
    assert.deepEqual(
      [
        after[flowPath.replaceAll('/', '\\')],
        after[`${resources}/parameters.prop`],
        after[`${resources}/script/a.groovy`],
      ],
      ['<flow/>', 'a=b\n', 'println 2'],
    );
  });

  it('are part of what is renamed everywhere, flow and parameter in one step', async () => {
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      uri('Orders.zip', flowPath),
      await positionOf('partner_a'),
      'renewal_b',
    );
    const touched = edit.entries().map(([each]) => path.posix.basename(each.path));
    assert.ok(touched.includes('Orders.iflw'), touched.join());
    assert.ok(touched.includes('parameters.prop'), touched.join());
  });

  async function positionOf(what: string): Promise<vscode.Position> {
    const document = await vscode.workspace.openTextDocument(uri('Orders.zip', flowPath));
    return document.positionAt(document.getText().indexOf(what) + 1);
  }

  it('show their flows in the adapter editor, checked with the parameters beside them', async () => {
    await run('flowKeystore.openInArchive', { archive: at('Package.zip'), inner: inPackage, silent: true });
    const document = await vscode.workspace.openTextDocument(uri('Package.zip', inPackage));
    const { flow, parametersFile } = await host.flows.checkedFlow(document);
    assert.deepEqual([flow.name, flow.channels.length], ['Orders', 2]);
    assert.deepEqual([...(parametersFile?.parameters.entries.keys() ?? [])].length, 1);
    const inputs = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ input }) => input));
    assert.ok(inputs.some((input) => input instanceof vscode.TabInputCustom && input.uri.path.endsWith('Orders.iflw')));
  });
});
