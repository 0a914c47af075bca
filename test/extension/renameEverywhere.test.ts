import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { usesInFlows } from '../../src/host/commands/renameInFlows';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { HostFixture, password, run } from './hostFixture';

/** An alias that flows of the workspace name. */
describe('an entry renamed in the keystore and in flows', function () {
  this.timeout(30_000);
  let fixture: HostFixture;
  let project: string;
  const text = flowText(
    httpReceiver({}, { id: 'A', name: 'To A' }),
    httpReceiver({ privateKeyAlias: '{{Alias}}' }, { id: 'B', name: 'To B' }),
    httpReceiver({ privateKeyAlias: '{{Part}}_a' }, { id: 'C', name: 'To C' }),
  ).replaceAll('\n', '\r\n');
  const properties = 'Alias=partner_a\nName=M\u00fcller\nPart=partner\n';
  const flowFile = (): string => path.join(project, 'src/main/resources/scenarioflows/integrationflow/Orders.iflw');
  const parametersFile = (): string => path.join(project, 'src/main/resources/parameters.prop');

  beforeEach(async () => {
    fixture = await HostFixture.start();
    await fixture.generate('partner_a');
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    // A folder of its own for each test: VS Code keeps documents for a while after their editor is closed.
    project = mkdtempSync(path.join(folder.uri.fsPath, 'rename-'));
    mkdirSync(path.dirname(flowFile()), { recursive: true });
    // A byte order mark, and a file that is not UTF-8: both are kept.
    writeFileSync(flowFile(), `\ufeff${text}`);
    writeFileSync(parametersFile(), properties, 'latin1');
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(project, { recursive: true, force: true });
    await fixture.stop();
  });

  const rename = (more: object = {}): Promise<string | undefined> =>
    Promise.resolve(
      run('flowKeystore.renameEntry', {
        ...{ keystore: fixture.keystore, alias: 'partner_a', newAlias: 'partner_b', silent: true },
        ...more,
      }),
    );

  it('changes the values alone, and saves the files', async () => {
    assert.equal(await rename({ inFlows: true }), 'partner_b');
    assert.deepEqual(fixture.aliases(), ['partner_b']);
    const changed = text.replace('<value>partner_a</value>', '<value>partner_b</value>');
    assert.equal(readFileSync(flowFile(), 'utf8'), `\ufeff${changed}`);
    assert.equal(readFileSync(parametersFile(), 'latin1'), properties.replace('Alias=partner_a', 'Alias=partner_b'));
    const left = await usesInFlows(fixture.host, ['PARTNER_A']);
    assert.deepEqual(
      left.map(({ part }) => part.id),
      ['C'],
    );
  });

  it('keeps unsaved changes of an open flow unsaved, and reads what they say', async () => {
    const document = await vscode.workspace.openTextDocument(flowFile());
    const edit = new vscode.WorkspaceEdit();
    const at = document.getText().indexOf('<value>partner_a</value>') + '<value>'.length;
    edit.replace(document.uri, new vscode.Range(document.positionAt(at), document.positionAt(at + 9)), 'Partner_A');
    assert.ok(await vscode.workspace.applyEdit(edit));
    await rename({ inFlows: true });
    assert.ok(document.isDirty);
    assert.ok(document.getText().includes('<value>partner_b</value>'));
    assert.equal(readFileSync(flowFile(), 'utf8'), `\ufeff${text}`);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('leaves flows alone where nobody was asked', async () => {
    await rename();
    assert.deepEqual(fixture.aliases(), ['partner_b']);
    assert.equal(readFileSync(flowFile(), 'utf8'), `\ufeff${text}`);
    assert.deepEqual(
      (await usesInFlows(fixture.host, ['partner_a'])).map(({ part }) => part.id),
      ['A', 'B', 'C'],
    );
  });

  it('renames nothing at all where a flow could not be saved as it is', async () => {
    writeFileSync(flowFile(), text.replace('\r\n', '\n'));
    await assert.rejects(rename({ inFlows: true }), { code: 'unsupported' });
    // What cannot be edited faithfully is found before the keystore is changed.
    assert.deepEqual(fixture.aliases(), ['partner_a']);
    assert.equal(readFileSync(parametersFile(), 'latin1'), properties);
  });

  it('renames nothing at all where the keystore could not be saved', async () => {
    const before = readFileSync(fixture.file);
    // Another program writes the keystore just when the flow has its new alias.
    const once = vscode.workspace.onDidSaveTextDocument(() => {
      once.dispose();
      writeFileSync(fixture.file, Buffer.concat([before, Buffer.from('\n')]));
    });
    await assert.rejects(rename({ inFlows: true }), { code: 'changed-on-disk' });
    assert.deepEqual(fixture.aliases(), ['partner_a']);
    assert.equal(readFileSync(flowFile(), 'utf8'), `\ufeff${text}`);
    assert.equal(readFileSync(parametersFile(), 'latin1'), properties);
  });

  it('asks code for the keystore where several have the alias, and finds the only one', async () => {
    assert.equal(await rename({ keystore: undefined, alias: 'PARTNER_A' }), 'partner_b');
    const second = await run('flowKeystore.createKeystore', {
      file: path.join(fixture.folder, 'second.jks'),
      ...{ password, remember: 'session', silent: true },
    });
    await fixture.generate('partner_b', { keystore: second ?? '' });
    const again = { alias: 'partner_b', newAlias: 'partner_c' };
    await assert.rejects(rename({ ...again, keystore: undefined }), { code: 'arguments' });
    assert.equal(await rename({ ...again, keystore: second }), 'partner_c');
    await assert.rejects(rename({ keystore: undefined, alias: 'nobody' }), { code: 'alias-unknown' });
  });
});
