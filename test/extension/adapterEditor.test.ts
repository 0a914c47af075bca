import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { FlowEdits } from '../../src/host/editors/flowEdits';
import { plain } from '../../src/host/ui/messages';
import { FlowDocuments } from '../../src/host/language/flowDocuments';
import type { FieldDraft } from '../../src/protocol/adapterEditor';
import { flowText, httpReceiver } from '../unit/flow/flowText';

/** Edits as the adapter editor makes them, on documents of a real VS Code. */
describe('edits of the adapter editor', () => {
  const crlf = flowText(
    httpReceiver({ privateKeyAlias: '{{Alias}}', credentialName: '<value/>' }, { id: 'First' }),
    httpReceiver({ privateKeyAlias: 'literal', credentialName: 'USER' }, { id: 'Second' }),
  ).replaceAll('\n', '\r\n');
  const properties = Buffer.from('#Mon Nov 02\nAlias=partner_x\nNote=caf\u00e9\n', 'latin1');
  let folder: string;
  let flow: vscode.TextDocument;
  let documents: FlowDocuments;
  let edits: FlowEdits;
  const flowFile = (): string => path.join(folder, 'src/main/resources/scenarioflows/integrationflow/Orders.iflw');
  const parametersFile = (): string => path.join(folder, 'src/main/resources/parameters.prop');
  const draft = (more: Partial<FieldDraft>): FieldDraft => ({
    channel: 'Second',
    field: 'privateKeyAlias',
    value: 'partner_a',
    place: 'flow',
    add: false,
    ...more,
  });

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'editor-'));
    mkdirSync(path.dirname(flowFile()), { recursive: true });
    writeFileSync(flowFile(), crlf);
    writeFileSync(parametersFile(), properties);
    flow = await vscode.workspace.openTextDocument(vscode.Uri.file(flowFile()));
    await vscode.window.showTextDocument(flow);
    documents = new FlowDocuments();
    edits = new FlowEdits(flow, documents);
  });

  afterEach(async () => {
    documents.dispose();
    await vscode.workspace.saveAll();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder, { recursive: true, force: true });
  });

  it('changes the bytes of one value, and VS Code undoes and saves it', async () => {
    await edits.setField(draft({ value: 'a & <b>' }));
    assert.equal(flow.isDirty, true);
    await flow.save();
    assert.equal(readFileSync(flowFile(), 'utf8'), crlf.replace('>literal<', '>a &amp; &lt;b&gt;<'));
    await vscode.commands.executeCommand('undo');
    await flow.save();
    assert.equal(readFileSync(flowFile(), 'utf8'), crlf);
  });

  it('makes edits that come all at once one after the other', async () => {
    const values = Array.from({ length: 20 }, (_, at) => `alias_${at}`);
    await Promise.all([
      ...values.map((value) => edits.setField(draft({ value }))),
      ...values.map((value) => edits.setField(draft({ value, channel: 'First', field: 'credential' }))),
    ]);
    const expected = crlf
      .replace('>literal<', '>alias_19<')
      .replace(
        '<key>credentialName</key>\r\n                    <value/>',
        '<key>credentialName</key>\r\n                    <value>alias_19</value>',
      );
    assert.equal(flow.getText(), expected);
  });

  it('works an edit out anew where the text moved under it', async () => {
    const comment = new vscode.WorkspaceEdit();
    comment.insert(flow.uri, flow.positionAt(crlf.indexOf('<bpmn2:collaboration')), '<!-- moved -->');
    const [applied] = await Promise.all([vscode.workspace.applyEdit(comment), edits.setField(draft({}))]);
    assert.equal(applied, true);
    assert.equal(
      flow.getText(),
      crlf.replace('<bpmn2:collaboration', '<!-- moved --><bpmn2:collaboration').replace('>literal<', '>partner_a<'),
    );
  });

  it('writes a parameter, takes it back and makes it again, and saves every other byte as it was', async () => {
    await edits.setField(draft({ channel: 'First', place: 'parameters' }));
    const parameters = await edits.parametersDocument();
    assert.ok(parameters);
    assert.equal(parameters.isDirty, true);
    assert.equal(flow.isDirty, false);
    assert.deepEqual(readFileSync(parametersFile()), properties);
    assert.equal(edits.canUndo(parameters), true);
    await edits.undo();
    assert.equal(parameters.getText(), properties.toString('latin1'));
    assert.deepEqual([edits.canUndo(parameters), edits.canRedo(parameters)], [false, true]);
    await edits.redo();
    await edits.saveParameters();
    assert.deepEqual(
      readFileSync(parametersFile()),
      Buffer.from(properties.toString('latin1').replace('partner_x', 'partner_a'), 'latin1'),
    );
  });

  it('leaves undo to VS Code once the flow has changed', async () => {
    await edits.setField(draft({ channel: 'First', place: 'parameters' }));
    await edits.setField(draft({}));
    assert.equal(edits.canUndo(await edits.parametersDocument()), false);
    await vscode.commands.executeCommand('undo');
    assert.equal(flow.getText(), crlf);
    assert.equal(edits.canUndo(await edits.parametersDocument()), true);
    await edits.undo();
    assert.match((await edits.parametersDocument())?.getText() ?? '', /^Alias=partner_x$/m);
  });

  it('replaces the parameter in the flow when asked to', async () => {
    await edits.setField(draft({ channel: 'First', place: 'flow' }));
    assert.equal(flow.getText(), crlf.replace('{{Alias}}', 'partner_a'));
    assert.equal((await edits.parametersDocument())?.isDirty ?? false, false);
  });

  it('refuses what cannot be written, and goes on', async () => {
    await assert.rejects(edits.setField(draft({ channel: 'Gone' })), /no such channel/);
    await assert.rejects(edits.setField(draft({ value: 'x'.repeat(300) })), /300 characters/);
    await edits.setField(draft({}));
    assert.match(flow.getText(), />partner_a</);
  });

  it('refuses to edit a flow that VS Code could only save with losses', async () => {
    const file = path.join(folder, 'latin.iflw');
    writeFileSync(file, Buffer.from(crlf.replace('>USER<', '>USER\u00e9<'), 'latin1'));
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    await assert.rejects(new FlowEdits(document, documents).setField(draft({})), /not UTF-8/);
    assert.equal(document.isDirty, false);
    const mixed = path.join(folder, 'mixed.iflw');
    writeFileSync(mixed, crlf.replace('\r\n', '\n'));
    const other = await vscode.workspace.openTextDocument(vscode.Uri.file(mixed));
    await assert.rejects(new FlowEdits(other, documents).setField(draft({})), /line ends of both kinds/);
    assert.equal(other.isDirty, false);
  });

  it('refuses to edit what VS Code shows as read-only, and leaves it as it was', async () => {
    const files = vscode.workspace.getConfiguration('files');
    await files.update('readonlyInclude', { '**/Orders.iflw': true }, vscode.ConfigurationTarget.Global);
    try {
      await assert.rejects(edits.setField(draft({})), /read-only/);
      assert.equal(flow.getText(), crlf);
    } finally {
      await files.update('readonlyInclude', undefined, vscode.ConfigurationTarget.Global);
    }
    await edits.setField(draft({}));
    assert.match(flow.getText(), />partner_a</);
    const provider = vscode.workspace.registerTextDocumentContentProvider('version-before', {
      provideTextDocumentContent: () => crlf,
    });
    try {
      const before = await vscode.workspace.openTextDocument(vscode.Uri.parse('version-before:/Orders.iflw'));
      await assert.rejects(new FlowEdits(before, documents).setField(draft({})), /read-only/);
    } finally {
      provider.dispose();
    }
  });

  it('knows what the files say already', async () => {
    assert.equal(await edits.says(draft({ value: 'literal' })), true);
    assert.equal(await edits.says(draft({})), false);
    assert.equal(await edits.says(draft({ channel: 'First', place: 'parameters', value: 'partner_x' })), true);
  });

  it('goes to the adapter editor that is there, wherever it is', async () => {
    const run = (channel: string): Thenable<unknown> =>
      vscode.commands.executeCommand('flowKeystore.editChannel', { flow: flow.uri.toString(), channel });
    await run('First');
    await vscode.window.showTextDocument(flow, { viewColumn: vscode.ViewColumn.Beside });
    const { tabGroups } = vscode.window;
    const inFront = (): boolean => tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputCustom;
    /** What the host is told of tabs may come after the call that changed them. */
    const tabsSay = (wanted: boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (inFront() !== wanted) return;
          vscode.Disposable.from(...listeners).dispose();
          resolve();
        };
        const listeners = [tabGroups.onDidChangeTabGroups, tabGroups.onDidChangeTabs].map((event) => event(look));
        look();
      });
    await tabsSay(false);
    await run('Second');
    await tabsSay(true);
    const tabs = tabGroups.all.flatMap((group) => group.tabs);
    assert.equal(tabs.filter(({ input }) => input instanceof vscode.TabInputCustom).length, 1);
  });

  it('shows no links that files and servers could plant', () => {
    assert.equal(plain('"[Details](command:x)" [1] (2)'), '"[Details]\u2060(command:x)" [1] (2)');
  });

  it('opens a channel in the adapter editor, and saves parameters.prop with the flow', async () => {
    await vscode.commands.executeCommand('flowKeystore.editChannel', { flow: flow.uri.toString(), channel: 'Second' });
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputCustom);
    assert.equal(input.viewType, 'flowKeystore.adapterEditor');
    await edits.setField(draft({ channel: 'First', place: 'parameters' }));
    await edits.setField(draft({}));
    await flow.save();
    assert.match(readFileSync(parametersFile(), 'latin1'), /^Alias=partner_a$/m);
  });
});
