import path from 'node:path';
import * as vscode from 'vscode';
import { describeError, FlowKeystoreError, isAbort } from '../../core/errors';
import { backupOf } from '../../core/keystore/file';

/** What can be done about an error, as a button. */
export interface ErrorAction {
  readonly title: string;
  run(): unknown;
}

/** Somebody took a step back from what they had begun. Says nothing to anybody. */
export class Cancelled extends Error {
  override readonly name = 'CancellationError';
}

/**
 * Shows an error to a person: what was to be done, what went wrong, where, and the next step. Cancelling is silent.
 * @param doing what was to be done, as a sentence: "The key pair was not generated."
 */
export class ErrorDisplay {
  constructor(private readonly log: vscode.LogOutputChannel) {}

  async show(error: unknown, doing?: string, actions: readonly ErrorAction[] = []): Promise<void> {
    if (isAbort(error) || error instanceof vscode.CancellationError) return;
    const known = error instanceof FlowKeystoreError;
    this.log.error(known ? `${error.code}: ${describeError(error)}` : error instanceof Error ? error : String(error));
    const showLog: ErrorAction = { title: vscode.l10n.t('Show Log'), run: () => this.log.show() };
    const offered = [...actions, ...(known ? [] : [showLog])];
    const text = [doing, describeError(error)].filter(Boolean).join(' ');
    const chosen = await vscode.window.showErrorMessage(text, ...offered.map(({ title }) => title));
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
      run: () => vscode.commands.executeCommand('revealFileInOS', backupUri(session.file)),
    },
  ];
}

function backupUri(file: string): vscode.Uri {
  return vscode.Uri.file(path.join(path.dirname(file), path.basename(backupOf(file))));
}
