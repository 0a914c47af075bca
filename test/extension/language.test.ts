import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { KeystoreView } from '../../src/core/checks/keystoreView';
import { FlowDocuments } from '../../src/host/language/flowDocuments';
import { registerLanguageFeatures } from '../../src/host/language/register';
import { certificate, keyPair, keystore, now } from '../unit/checks/views';
import { flowText, httpReceiver } from '../unit/flow/flowText';

const name = 'language-test.p12';

/**
 * The language features in a real editor, over a project on disk. They are registered here, with a keystore of the test's own; what the
 * extension under test may say of its keystores beside it is told apart by the keystore's name.
 */
describe('flows as text', () => {
  let folder: string;
  let views: readonly KeystoreView[];
  let changed: vscode.EventEmitter<void>;
  let features: vscode.Disposable;
  const flowFile = (): string => path.join(folder, 'src/main/resources/scenarioflows/integrationflow/Orders.iflw');
  const parametersFile = (): string => path.join(folder, 'src/main/resources/parameters.prop');
  const text = flowText(
    httpReceiver({ privateKeyAlias: '{{Alias}}' }, { id: 'First' }),
    httpReceiver({ privateKeyAlias: '<value/>' }, { id: 'Second' }),
  );

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'language-'));
    mkdirSync(path.dirname(flowFile()), { recursive: true });
    writeFileSync(flowFile(), text.replaceAll('\n', '\r\n'));
    writeFileSync(parametersFile(), '#x\nAlias=partner_x\nOther=1\n');
    views = [{ ...keystore(keyPair('partner_a'), keyPair('old', -3), certificate('root')), name }];
    changed = new vscode.EventEmitter<void>();
    const flows = new FlowDocuments();
    const registered = registerLanguageFeatures({
      flows,
      keystores: { views: () => views, onDidChange: changed.event },
      now: () => now,
      warnFrom: () => 30,
      checks: () => ({}),
      onDidChangeChecks: changed.event,
      entryUri: () => assert.fail('no definition is asked for'),
      renameEntry: () => assert.fail('nothing is renamed'),
      renameInFlows: () => assert.fail('nothing is renamed'),
    });
    features = vscode.Disposable.from(registered, flows);
  });

  afterEach(async () => {
    features.dispose();
    changed.dispose();
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (file: string): Promise<vscode.TextDocument> => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    await vscode.window.showTextDocument(document);
    return document;
  };

  /** Resolves with the findings of a file once they satisfy; the test's time-out ends it otherwise. */
  const findings = (
    file: string,
    satisfied: (all: readonly vscode.Diagnostic[]) => boolean,
  ): Promise<readonly vscode.Diagnostic[]> => {
    const uri = vscode.Uri.file(file);
    const ours = (): vscode.Diagnostic[] =>
      vscode.languages
        .getDiagnostics(uri)
        .filter(({ message }) => message.includes(name) || message.startsWith('The XML'));
    return new Promise((resolve) => {
      const look = (): boolean => {
        if (!satisfied(ours())) return false;
        listener.dispose();
        resolve(ours());
        return true;
      };
      const listener = vscode.languages.onDidChangeDiagnostics(() => look());
      look();
    });
  };

  it('shows a lens line over each receiver, with the commands and their argument', async () => {
    const document = await open(flowFile());
    const all = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      50,
    );
    /** Titles and commands of the lenses that stand on the channel's start tag. */
    const shown = (channel: string): string[] =>
      all
        .filter(({ range }) => document.lineAt(range.start.line).text.includes(`<bpmn2:messageFlow id="${channel}"`))
        .map(({ command }) => `${command?.title ?? ''} -> ${command?.command ?? ''}`);
    for (const [channel, title] of [
      ['First', 'HTTP \u00b7 Client Certificate \u00b7 $(error) partner_x (not in the keystore)'],
      ['Second', 'HTTP \u00b7 Client Certificate \u00b7 $(warning) no alias: any key pair'],
    ] as const) {
      const lines = shown(channel);
      for (const line of [
        `${title} -> flowKeystore.editChannel`,
        'Edit -> flowKeystore.editChannel',
        'Test Outbound Connectivity -> flowKeystore.testChannel',
      ]) {
        assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`);
      }
    }
    const argument = all.find(({ command }) => command?.command === 'flowKeystore.testChannel')?.command?.arguments;
    assert.deepEqual(argument, [{ flow: document.uri.toString(), channel: 'First' }]);
  });

  it('reports an unknown alias in parameters.prop, and takes it back when the keystore gets it', async () => {
    await open(flowFile());
    const [finding] = await findings(parametersFile(), (all) => all.length === 1);
    assert.ok(finding);
    assert.equal(finding.code, 'alias-missing');
    assert.equal(finding.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(finding.message, 'There is no entry "partner_x" in language-test.p12. Did you mean "partner_a"?');
    assert.deepEqual(
      [finding.range.start.line, finding.range.start.character, finding.range.end.character],
      [1, 6, 15],
    );
    assert.equal(finding.relatedInformation?.[0]?.location.uri.fsPath, vscode.Uri.file(flowFile()).fsPath);
    const gone = findings(parametersFile(), (all) => all.length === 0);
    views = [{ ...keystore(keyPair('partner_x')), name }];
    changed.fire();
    assert.deepEqual(await gone, []);
  });

  it('says nothing of the version before, as a comparison shows it', async () => {
    const scheme = 'version-before';
    const nothing = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
    const unwritable = (): never => {
      throw vscode.FileSystemError.NoPermissions();
    };
    const provider = vscode.workspace.registerFileSystemProvider(
      scheme,
      {
        onDidChangeFile: nothing.event,
        watch: () => new vscode.Disposable(() => undefined),
        stat: () => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: text.length }),
        readFile: () => Buffer.from(text),
        readDirectory: () => [],
        ...{ createDirectory: unwritable, writeFile: unwritable, delete: unwritable, rename: unwritable },
      },
      { isReadonly: true, isCaseSensitive: true },
    );
    try {
      const before = vscode.Uri.from({ scheme, path: flowFile() });
      const now = await open(flowFile());
      await vscode.commands.executeCommand('vscode.diff', before, now.uri);
      await vscode.workspace.openTextDocument(before);
      await findings(parametersFile(), (all) => all.length === 1);
      views = [];
      changed.fire();
      await findings(parametersFile(), (all) => all.length === 0);
      assert.deepEqual(vscode.languages.getDiagnostics(before), []);
      const lensesOf = (uri: vscode.Uri): Thenable<vscode.CodeLens[]> =>
        vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
      assert.equal((await lensesOf(before)).length, 0);
      assert.ok((await lensesOf(now.uri)).length);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      provider.dispose();
    }
  });

  it('mends it by a quick fix, one value of one line', async () => {
    const document = await open(parametersFile());
    const [finding] = await findings(parametersFile(), (all) => all.length === 1);
    assert.ok(finding);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      finding.range,
    );
    const action = actions.find(({ title }) => title === 'Use the alias "partner_a"');
    assert.ok(action?.edit);
    const mended = findings(parametersFile(), (all) => all.length === 0);
    await vscode.workspace.applyEdit(action.edit);
    assert.equal(document.getText(), '#x\nAlias=partner_a\nOther=1\n');
    await mended;
  });

  it('completes the alias in an empty value of a CRLF file, expired ones last and marked', async () => {
    const document = await open(flowFile());
    const offset = document.getText().lastIndexOf('<key>privateKeyAlias</key>');
    const at = document.positionAt(document.getText().indexOf('<value/>', offset) + 3);
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      at,
    );
    const ours = list.items.filter(({ label }) => typeof label === 'object' && label.description === name);
    assert.deepEqual(
      ours.map(({ label, insertText, detail, tags }) => [
        typeof label === 'string' ? label : label.label,
        insertText,
        detail,
        tags?.length ?? 0,
      ]),
      [
        ['partner_a', '<value>partner_a</value>', 'RSA 3072 \u00b7 400 days left', 0],
        ['old', '<value>old</value>', 'RSA 3072 \u00b7 expired', 1],
      ],
    );
    const [first] = ours;
    assert.ok(first?.range instanceof vscode.Range && typeof first.insertText === 'string');
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, first.range, first.insertText);
    const before = document.getText();
    await vscode.workspace.applyEdit(edit);
    assert.equal(
      document.getText(),
      `${before.slice(0, offset)}${before.slice(offset).replace('<value/>', '<value>partner_a</value>')}`,
    );
  });

  it('completes in parameters.prop only where a parameter feeds an alias', async () => {
    const document = await open(parametersFile());
    const labels = async (line: number): Promise<string[]> => {
      const at = document.lineAt(line).range.end;
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        at,
      );
      return list.items
        .filter(({ label }) => typeof label === 'object' && label.description === name)
        .map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    assert.deepEqual(await labels(1), ['partner_a', 'old']);
    assert.deepEqual(await labels(2), []);
  });

  it('follows unsaved changes, and says where the XML is broken', async () => {
    const document = await open(flowFile());
    await findings(parametersFile(), (all) => all.length === 1);
    const edit = new vscode.WorkspaceEdit();
    const start = document.getText().indexOf('{{Alias}}');
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(start + 9)), 'nobody');
    const moved = findings(flowFile(), (all) => all.some(({ message }) => message.includes('"nobody"')));
    await vscode.workspace.applyEdit(edit);
    await moved;
    await findings(parametersFile(), (all) => all.length === 0);
    const broken = new vscode.WorkspaceEdit();
    broken.insert(document.uri, document.lineAt(document.lineCount - 1).range.start, '<');
    const told = findings(flowFile(), (all) => all.some(({ message }) => message.startsWith('The XML is broken')));
    await vscode.workspace.applyEdit(broken);
    await told;
  });
});
