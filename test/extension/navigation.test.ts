import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { flowWithSteps, httpReceiver } from '../unit/flow/flowText';
import { HostFixture } from './hostFixture';

/** What VS Code asks of the text of flows and of parameters.prop. */
describe('aliases in the text of flows', function () {
  this.timeout(30_000);
  let fixture: HostFixture;
  let project: string;
  const table = "&lt;row&gt;&lt;cell id='Public Key Alias'&gt;partner_a&lt;/cell&gt;&lt;/row&gt;";
  const text = flowWithSteps(
    [
      httpReceiver({ privateKeyAlias: 'partner_a' }, { id: 'A', name: 'To A' }),
      httpReceiver({ privateKeyAlias: '{{Alias}}', credentialName: 'LEFT' }, { id: 'B', name: 'To B' }),
      httpReceiver({ privateKeyAlias: '{{Part}}_a' }, { id: 'C', name: 'To C' }),
      httpReceiver({ privateKeyAlias: 'elsewhere' }, { id: 'D', name: 'To D' }),
    ],
    [
      { id: 'E', name: 'Encrypt', activity: 'Encrypt', properties: { headers: table } },
      { id: 'F', name: 'Set', activity: 'Enricher' },
    ],
  );
  const flowFile = (): string => path.join(project, 'src/main/resources/scenarioflows/integrationflow/Orders.iflw');
  const parametersFile = (): string => path.join(project, 'src/main/resources/parameters.prop');

  beforeEach(async () => {
    fixture = await HostFixture.start();
    await fixture.generate('partner_a');
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    project = mkdtempSync(path.join(folder.uri.fsPath, 'navigation-'));
    mkdirSync(path.dirname(flowFile()), { recursive: true });
    writeFileSync(flowFile(), text);
    writeFileSync(parametersFile(), 'Alias=partner_a\nPart=partner\n');
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(project, { recursive: true, force: true });
    await fixture.stop();
  });

  const open = (file: string): Promise<vscode.TextDocument> =>
    Promise.resolve(vscode.workspace.openTextDocument(vscode.Uri.file(file)));
  const at = (document: vscode.TextDocument, what: string, shift = 1, from = 0): vscode.Position =>
    document.positionAt(document.getText().indexOf(what, from) + shift);
  const ask = <T>(command: string, document: vscode.TextDocument, ...more: unknown[]): Promise<T> =>
    Promise.resolve(vscode.commands.executeCommand<T>(command, document.uri, ...more));
  const hover = async (document: vscode.TextDocument, position: vscode.Position): Promise<string> => {
    const all = await ask<vscode.Hover[]>('vscode.executeHoverProvider', document, position);
    return all
      .flatMap(({ contents }) => contents)
      .map((content) => (content instanceof vscode.MarkdownString ? content.value : ''))
      .join('\n')
      .replaceAll('&nbsp;', ' ')
      .replaceAll('\\', '');
  };

  it('tell on hover what their entry is and who else names it', async () => {
    const document = await open(flowFile());
    for (const position of [
      at(document, '>partner_a<', 3),
      at(document, '{{Alias}}', 4),
      at(document, 'Key Alias', 20),
    ]) {
      const told = await hover(document, position);
      assert.match(told, /partner_a · key pair · EC P-256 · \d+ days left/);
      assert.match(told, /Used by: Orders · To A, Orders · To B, Orders · To C, Orders · Encrypt/);
    }
    assert.match(await hover(document, at(document, '{{Alias}}', 4)), /From the parameter "Alias"/);
    assert.match(await hover(document, at(document, '>elsewhere<', 3)), /"elsewhere" is in no open keystore/);
    const parameters = await open(parametersFile());
    assert.match(await hover(parameters, at(parameters, '=partner_a', 3)), /partner_a · key pair/);
  });

  it('tell what else a value is: the adapter, what is no alias, what is left over', async () => {
    const document = await open(flowFile());
    assert.match(
      await hover(document, at(document, '<value>HTTP</value>', 9)),
      /HTTP · version 1\.17\.1[^]*440 channels/,
    );
    const credential = await hover(document, at(document, '>LEFT<', 2));
    assert.match(credential, /Credential Name[^]*not of a keystore entry[^]*left over/);
  });

  it('lead to their entry, and are found wherever they are', async () => {
    const document = await open(flowFile());
    const links = await ask<vscode.LocationLink[]>(
      'vscode.executeDefinitionProvider',
      document,
      at(document, '>partner_a<', 3),
    );
    const [target] = links.map(({ targetUri }) => targetUri);
    assert.ok(target);
    const details = await vscode.workspace.openTextDocument(target);
    assert.match(details.getText(), /^partner_a\n=+\n\nKind: +key pair\n/);
    const places = await ask<vscode.Location[]>(
      'vscode.executeReferenceProvider',
      document,
      at(document, '>partner_a<', 3),
    );
    const texts = await Promise.all(
      places.map(async ({ uri, range }) => (await vscode.workspace.openTextDocument(uri)).getText(range)),
    );
    assert.deepEqual(texts.sort(), ['partner_a', 'partner_a', 'partner_a', '{{Alias}}', '{{Part}}_a']);
  });

  it('are renamed with their entry, the flows and the parameters, or refused with the reason', async () => {
    const document = await open(flowFile());
    const prepared = await ask<{ placeholder: string; range: vscode.Range }>(
      'vscode.prepareRename',
      document,
      at(document, '{{Alias}}', 4),
    );
    // On a placeholder it is the parameter that gets another name.
    assert.deepEqual([prepared.placeholder, document.getText(prepared.range)], ['Alias', 'Alias']);
    await assert.rejects(
      ask('vscode.prepareRename', document, at(document, '{{Part}}_a', 9)),
      /put together from parameters/,
    );
    await assert.rejects(ask('vscode.prepareRename', document, at(document, 'https://partner', 3)));
    // One that is in no keystore: the flows alone, as an edit that VS Code shows and applies.
    const edit = await ask<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      document,
      at(document, '>elsewhere<', 3),
      'a & b',
    );
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.equal(document.getText(), text.replace('>elsewhere<', '>a &amp; b<'));
    await assert.rejects(ask('vscode.executeDocumentRenameProvider', document, at(document, '>partner_a<', 3), ''));
    assert.equal(readFileSync(parametersFile(), 'utf8'), 'Alias=partner_a\nPart=partner\n');
  });

  it('have their flow in the outline, and fold with it', async () => {
    const document = await open(flowFile());
    const symbols = await ask<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document);
    const ours = symbols.filter(({ name }) => /^To |^Integration/.test(name));
    assert.deepEqual(
      ours.map(({ name, detail }) => `${name}: ${detail}`),
      ['To A', 'To B', 'To C', 'To D'].map((name) => `${name}: Receiver · HTTP`).concat('Integration Process: process'),
    );
    assert.deepEqual(
      ours.at(-1)?.children.map(({ name, detail }) => `${name}: ${detail}`),
      ['Encrypt: PKCS#7 Encryptor', 'Set: Enricher'],
    );
    const folds = await ask<vscode.FoldingRange[]>('vscode.executeFoldingRangeProvider', document);
    const line = at(document, '<bpmn2:messageFlow').line;
    const fold = folds.find(({ start }) => start === line);
    assert.equal(fold && document.lineAt(fold.end + 1).text.trim(), '</bpmn2:messageFlow>');
  });

  it('are completed by kind, in cells of tables too', async () => {
    const document = await open(flowFile());
    const offered = async (position: vscode.Position): Promise<string[]> => {
      const { items } = await ask<vscode.CompletionList>('vscode.executeCompletionItemProvider', document, position);
      return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    assert.ok((await offered(at(document, 'Key Alias', 20))).includes('partner_a'));
    assert.ok((await offered(at(document, '>Client Certificate<', 3))).includes('OAuth2 Client Credentials'));
    const credentials = await offered(at(document, '>LEFT<', 2));
    assert.ok(credentials.includes('LEFT') && !credentials.includes('partner_a'));
  });
});
