import * as vscode from 'vscode';
import { describeError, FlowKeystoreError, isAbort } from '../../core/errors';
import { showError } from './messages';
import { backupOf } from '../../core/keystore/backups';

/** What can be done about an error, as a button. */
export interface ErrorAction {
  readonly title: string;
  run(): unknown;
}

/** The one way in which errors reach a person. */
export class ErrorDisplay {
  constructor(private readonly log: vscode.LogOutputChannel) {}

  /**
   * Says where, what and what to do next, with buttons where there is something to press. Cancelling is silent.
   * @param doing what it is about, put before the rest
   */
  async show(error: unknown, doing?: string, actions: readonly ErrorAction[] = []): Promise<void> {
    if (isAbort(error) || error instanceof vscode.CancellationError) return;
    const known = error instanceof FlowKeystoreError;
    this.log.error(known ? `${error.code}: ${describeError(error)}` : error instanceof Error ? error : String(error));
    const showLog: ErrorAction = { title: vscode.l10n.t('Show Log'), run: () => this.log.show() };
    const offered = [...actions, ...(known ? [] : [showLog])];
    const text = [doing, describeError(error)].filter(Boolean).join(' ');
    const chosen = await showError(text, ...offered.map(({ title }) => title));
    await offered.find(({ title }) => title === chosen)?.run();
  }
}

/** For a save that another program came before: read the file again, or look at the kept versions. */
export function conflictActions(session: {
  readonly uri: vscode.Uri;
  readonly file: string;
  reload(): unknown;
}): ErrorAction[] {
  return [
    { title: vscode.l10n.t('Reload'), run: () => session.reload() },
    {
      title: vscode.l10n.t('Show Backup Folder'),
      run: () => showBackup(session),
    },
  ];
}

/** In the file manager; where VS Code runs in a browser, in the explorer. */
async function showBackup({ uri, file }: { readonly uri: vscode.Uri; readonly file: string }): Promise<void> {
  const backup = vscode.Uri.file(backupOf(file));
  const shown = await vscode.workspace.fs.stat(backup).then(
    () => backup,
    () => uri,
  );
  const known = await vscode.commands.getCommands();
  await vscode.commands.executeCommand(known.includes('revealFileInOS') ? 'revealFileInOS' : 'revealInExplorer', shown);
}

/** What is wrong and what to do, without the file: for a row that stands under it. */
export function problemText({ message, next }: FlowKeystoreError): string {
  return next ? `${message} ${next}` : message;
}
