import * as vscode from 'vscode';
import { describeError } from '../../core/errors';
import type { FieldDraft } from '../../protocol/adapterEditor';
import type { FlowDocuments } from '../language/flowDocuments';
import type { KeystoreViews } from '../language/services';
import { settings } from '../services/settings';
import { showWarning } from '../ui/messages';
import { AdapterEditorSession } from './adapterEditorSession';
import { FlowEdits } from './flowEdits';
import type { TestRecords } from './testRecords';

const { t } = vscode.l10n;

/** What the adapter editor needs of the rest of the host. */
export interface AdapterEditorServices {
  readonly extensionUri: vscode.Uri;
  readonly keystores: KeystoreViews & {
    /** Finds the keystores, once; the editor asks when it is first opened. */
    load(): Promise<void>;
  };
  readonly tests: TestRecords;
  readonly flows: FlowDocuments;
  readonly log: vscode.LogOutputChannel;
  now(): Date;
}

/**
 * The adapter editor: a custom text editor on flows. The text document is the only model; several editors may show one flow, and text
 * editors beside them.
 */
export class AdapterEditors implements vscode.CustomTextEditorProvider, vscode.Disposable {
  static readonly viewType = 'flowKeystore.adapterEditor';
  private readonly sessions = new Set<AdapterEditorSession>();
  private readonly edits = new Map<vscode.TextDocument, FlowEdits>();
  private readonly wanted = new Map<string, string>();
  private readonly resources: vscode.Disposable;
  private watcher: vscode.Disposable | undefined;
  private disposed = false;

  constructor(private readonly services: AdapterEditorServices) {
    const { workspace } = vscode;
    this.resources = vscode.Disposable.from(
      vscode.window.registerCustomEditorProvider(AdapterEditors.viewType, this, {
        supportsMultipleEditorsPerDocument: true,
      }),
      workspace.onDidChangeTextDocument(({ document }) => this.onChanged(document)),
      workspace.onDidSaveTextDocument((document) => this.onChanged(document)),
      workspace.onDidCloseTextDocument((document) => {
        this.edits.delete(document);
        this.onChanged(document);
      }),
      workspace.onWillSaveTextDocument((event) => this.onWillSave(event)),
      services.keystores.onDidChange(() => this.refreshAll()),
      services.tests.onDidChange(() => this.refreshAll()),
      settings.onDidChange(() => this.refreshAll()),
    );
  }

  async resolveCustomTextEditor(document: vscode.TextDocument, panel: vscode.WebviewPanel): Promise<void> {
    this.watcher ??= this.watchParameters();
    const session = new AdapterEditorSession(
      document,
      panel,
      this.services,
      this.services.flows,
      this.editsOf(document),
    );
    this.sessions.add(session);
    panel.onDidDispose(() => {
      this.sessions.delete(session);
      session.dispose();
      void this.offerDrafts(document.uri, session.drafts);
    });
    const channel = this.wanted.get(document.uri.toString());
    this.wanted.delete(document.uri.toString());
    if (channel !== undefined) session.want(channel);
    await this.services.keystores.load();
  }

  /** Opens a flow in the adapter editor and shows a channel of it. Serves the command `flowKeystore.editChannel`. */
  async reveal(flow: vscode.Uri, channel?: string): Promise<void> {
    const key = flow.toString();
    const [open] = [...this.sessions]
      .filter(({ uri }) => uri.toString() === key)
      .sort((one, other) => other.standing - one.standing);
    if (open) {
      open.reveal(channel);
      return;
    }
    if (channel !== undefined) this.wanted.set(key, channel);
    await vscode.commands.executeCommand('vscode.openWith', flow, AdapterEditors.viewType);
    this.wanted.delete(key);
  }

  dispose(): void {
    this.disposed = true;
    this.watcher?.dispose();
    this.resources.dispose();
    for (const session of this.sessions) session.dispose();
    this.sessions.clear();
  }

  /** A key closes an editor before the field that is being typed in can be left: what was typed is not lost without a word. */
  private async offerDrafts(uri: vscode.Uri, drafts: readonly FieldDraft[]): Promise<void> {
    if (this.disposed || !drafts.length) return;
    try {
      const document = await vscode.workspace.openTextDocument(uri);
      const edits = this.editsOf(document);
      const lost: FieldDraft[] = [];
      for (const draft of drafts) if (!(await edits.says(draft))) lost.push(draft);
      const [first] = lost;
      if (!first) return;
      const write = t('Write It');
      const texts = lost.map(({ value }) => `"${value}"`).join(', ');
      const chosen = await showWarning(t('{0} was typed in the adapter editor, and not written.', texts), write);
      if (chosen !== write) return;
      for (const draft of lost) await this.editsOf(await vscode.workspace.openTextDocument(uri)).setField(draft);
      await this.reveal(uri, first.channel);
    } catch (error) {
      this.services.log.warn(`What was typed and not written: ${describeError(error)}`);
    }
  }

  private editsOf(document: vscode.TextDocument): FlowEdits {
    let edits = this.edits.get(document);
    if (!edits) this.edits.set(document, (edits = new FlowEdits(document, this.services.flows)));
    return edits;
  }

  private onChanged({ uri }: vscode.TextDocument): void {
    for (const session of this.sessions) if (session.dependsOn(uri)) session.refresh();
  }

  private refreshAll(): void {
    for (const session of this.sessions) session.refresh();
  }

  /** Before a flow is saved, what was typed is written, and its parameters are saved with it. */
  private onWillSave(event: vscode.TextDocumentWillSaveEvent): void {
    const sessions = [...this.sessions].filter(({ uri }) => uri.toString() === event.document.uri.toString());
    if (!sessions.length) return;
    // A save by the clock would write half a word.
    const byHand = event.reason === vscode.TextDocumentSaveReason.Manual;
    const work = Promise.all(sessions.map((session) => session.beforeSave(byHand)));
    event.waitUntil(work.then(() => []));
  }

  /** parameters.prop may come, go and change without being open. */
  private watchParameters(): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher('**/parameters.prop');
    const refresh = (uri: vscode.Uri): void => {
      for (const session of this.sessions) if (session.dependsOn(uri)) session.refresh();
    };
    return vscode.Disposable.from(
      watcher,
      watcher.onDidChange(refresh),
      watcher.onDidCreate(refresh),
      watcher.onDidDelete(refresh),
    );
  }
}
