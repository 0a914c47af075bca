import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { flowText, httpReceiver } from '../unit/flow/flowText';

/** Externalized parameters in the text of a project's files. */
describe('externalized parameters', function () {
  this.timeout(30_000);
  let project: string;
  const text = flowText(
    httpReceiver({ system: 'Partner', privateKeyAlias: '{{Alias}}', credentialName: '{{' }, { id: 'A', name: 'To A' }),
    httpReceiver({ system: 'Other', privateKeyAlias: '{{Alias}}', note: 'a &amp; b' }, { id: 'B', name: 'To B' }),
  );
  const values = '#\nAlias=partner_a\nHost\\ name=h\n';
  const definitions =
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?><parameters><parameter>\n    <key/>\n    <name>Alias</name>\n    <type>xsd:string</type>\n' +
    '    <isRequired>false</isRequired>\n    <constraint/>\n    <description>Key pair of the partner</description>\n    <additionalMetadata/>\n  </parameter>' +
    '<param_references><reference attribute_category="Partner.Receiver.Auth" attribute_id="x/attrId::privateKeyAlias" attribute_uilabel="" param_key="Alias"/></param_references></parameters>';
  const resources = (name: string): string => path.join(project, 'src/main/resources', name);
  const flowFile = (): string => resources('scenarioflows/integrationflow/Orders.iflw');
  const read = (name: string): string => readFileSync(resources(name), 'utf8');

  before(async () => {
    await vscode.extensions.getExtension('flow-keystore.flow-keystore')?.activate();
  });
  beforeEach(() => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    project = mkdtempSync(path.join(folder.uri.fsPath, 'parameters-'));
    mkdirSync(path.dirname(flowFile()), { recursive: true });
    writeFileSync(flowFile(), text);
    writeFileSync(resources('parameters.prop'), values);
    writeFileSync(resources('parameters.propdef'), definitions);
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(project, { recursive: true, force: true });
  });

  const open = async (file: string): Promise<vscode.TextDocument> =>
    vscode.workspace.openTextDocument(vscode.Uri.file(file));
  const at = (document: vscode.TextDocument, what: string, shift = 1): vscode.Position =>
    document.positionAt(document.getText().indexOf(what) + shift);
  const ask = <T>(command: string, document: vscode.TextDocument, ...more: unknown[]): Promise<T> =>
    Promise.resolve(vscode.commands.executeCommand<T>(command, document.uri, ...more));
  const saveAll = async (): Promise<void> => {
    for (const document of vscode.workspace.textDocuments) if (document.isDirty) await document.save();
  };

  /** Each file, and where it names the parameter. */
  const named = (): readonly (readonly [string, string])[] => [
    [flowFile(), '{{Alias}}'],
    [resources('parameters.prop'), 'Alias='],
    [resources('parameters.propdef'), 'Alias<'],
  ];

  it('tell on hover what they are, in all three files', async () => {
    for (const [file, what] of named()) {
      const document = await open(file);
      const hovers = await ask<vscode.Hover[]>('vscode.executeHoverProvider', document, at(document, what, 3));
      const told = hovers
        .flatMap(({ contents }) => contents)
        .map((content) => (content instanceof vscode.MarkdownString ? content.value : ''))
        .join('\n')
        .replaceAll('\\', '')
        .replaceAll('&nbsp;', ' ');
      assert.match(told, /Parameter Alias/, file);
      assert.match(told, /Default value: partner_a/);
      assert.match(told, /Description: Key pair of the partner/);
      assert.match(told, /Used by: Orders · To A: privateKeyAlias, Orders · To B: privateKeyAlias/);
    }
  });

  it('lead to their value and their description, and are found wherever they are', async () => {
    const flow = await open(flowFile());
    const there = async (document: vscode.TextDocument, position: vscode.Position): Promise<string[]> => {
      const links = await ask<(vscode.LocationLink | vscode.Location)[]>(
        'vscode.executeDefinitionProvider',
        document,
        position,
      );
      return Promise.all(
        links.map(async (link) => {
          const [uri, range] = 'targetUri' in link ? [link.targetUri, link.targetRange] : [link.uri, link.range];
          return `${path.basename(uri.path)} ${(await vscode.workspace.openTextDocument(uri)).getText(range)}`;
        }),
      );
    };
    assert.ok((await there(flow, at(flow, '{{Alias}}', 4))).includes('parameters.prop Alias'));
    const prop = await open(resources('parameters.prop'));
    assert.deepEqual(await there(prop, at(prop, 'Alias=')), ['parameters.propdef Alias']);
    const places = await ask<vscode.Location[]>('vscode.executeReferenceProvider', prop, at(prop, 'Alias='));
    assert.deepEqual(places.map(({ uri }) => path.basename(uri.path)).sort(), [
      'Orders.iflw',
      'Orders.iflw',
      'parameters.prop',
      'parameters.propdef',
      'parameters.propdef',
    ]);
  });

  it('are renamed in all files by one edit, from each of them; a name that SAP refuses is refused', async () => {
    for (const [file, what] of named()) {
      const document = await open(file);
      const edit = await ask<vscode.WorkspaceEdit>(
        'vscode.executeDocumentRenameProvider',
        document,
        at(document, what, 3),
        'Key alias',
      );
      assert.equal(edit.size, 3, file);
      if (file !== resources('parameters.propdef')) continue;
      assert.ok(await vscode.workspace.applyEdit(edit));
      await saveAll();
    }
    assert.equal(read('scenarioflows/integrationflow/Orders.iflw'), text.replaceAll('{{Alias}}', '{{Key alias}}'));
    assert.equal(read('parameters.prop'), values.replace('Alias', 'Key\\ alias'));
    assert.equal(read('parameters.propdef'), definitions.replaceAll(/Alias(?=<\/name|"\/>)/g, 'Key alias'));
    const document = await open(flowFile());
    const position = at(document, '{{Key alias}}', 4);
    await assert.rejects(
      ask('vscode.executeDocumentRenameProvider', document, position, 'a=b'),
      /refuses these characters/,
    );
    await assert.rejects(
      ask('vscode.executeDocumentRenameProvider', document, position, 'Host name'),
      /There is a parameter/,
    );
  });

  it('are completed behind two braces, and listed in the outline of parameters.propdef', async () => {
    const document = await open(flowFile());
    const { items } = await ask<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document,
      at(document, '>{{<', 3),
    );
    const found = items.find(({ label }) => typeof label !== 'string' && label.label === 'Host name');
    assert.equal(found?.insertText, 'Host name}}');
    const propdef = await open(resources('parameters.propdef'));
    const symbols = await ask<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', propdef);
    assert.ok(symbols.some(({ name, detail }) => name === 'Alias' && detail === 'xsd:string'));
  });

  it('are made of values and of pieces of them from the light bulb, and undone in one step', async () => {
    const document = await open(flowFile());
    await vscode.window.showTextDocument(document);
    const actions = async (range: vscode.Range): Promise<vscode.CodeAction[]> =>
      (await ask<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document, range)).filter(({ kind }) =>
        kind?.value.startsWith('refactor'),
      );
    const start = at(document, 'partner.example', 0);
    const range = new vscode.Range(start, at(document, 'partner.example', 15));
    const [piece] = await actions(range);
    assert.equal(piece?.title, 'Externalize "partner.example"...');
    const [argument] = (piece.command?.arguments ?? []) as [Record<string, unknown>];
    const name = await vscode.commands.executeCommand('flowKeystore.externalize', {
      ...argument,
      name: 'Host',
      silent: true,
    });
    assert.equal(name, 'Host');
    assert.equal(document.getText(), text.replace('https://partner.example/', 'https://{{Host}}/'));
    await saveAll();
    assert.equal(read('parameters.prop'), `${values}Host=partner.example\n`);
    assert.match(read('parameters.propdef'), /<name>Host<\/name>/);

    const inline = (await actions(new vscode.Range(start, start))).find(({ title }) => title.startsWith('Internalize'));
    assert.equal(inline?.title, 'Internalize httpAddressWithoutQuery');
    const [again] = (inline.command?.arguments ?? []) as [Record<string, unknown>];
    await vscode.commands.executeCommand('flowKeystore.internalize', { ...again, silent: true });
    await saveAll();
    assert.equal(document.getText(), text);
    assert.equal(read('parameters.prop'), values);
    assert.equal(read('parameters.propdef'), definitions);
  });

  it('are made where there are no files for them yet, and of a field named by code', async () => {
    rmSync(resources('parameters.prop'));
    rmSync(resources('parameters.propdef'));
    const flow = vscode.Uri.file(flowFile()).toString();
    const argument = { flow, part: 'B', field: 'note', name: 'Note', silent: true };
    await vscode.commands.executeCommand('flowKeystore.externalize', argument);
    await saveAll();
    assert.equal(
      read('scenarioflows/integrationflow/Orders.iflw'),
      text.replace('<value>a &amp; b<', '<value>{{Note}}<'),
    );
    assert.equal(read('parameters.prop'), 'Note=a & b\n');
    assert.ok(existsSync(resources('parameters.propdef')));
    await assert.rejects(
      Promise.resolve(
        vscode.commands.executeCommand('flowKeystore.externalize', { ...argument, field: 'ComponentType' }),
      ),
      /says what the channel or step is/,
    );
  });
});
