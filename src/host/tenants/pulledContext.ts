import * as vscode from 'vscode';
import { originFile } from '../../core/tenant/content/origin';

/** Whether a flow of the workspace was pulled from a tenant: the explorer offers to push only then. */
export function watchPulledFlows(): vscode.Disposable {
  const look = async (): Promise<void> => {
    const found = await vscode.workspace.findFiles(`**/${originFile}`, '**/node_modules/**', 1);
    await vscode.commands.executeCommand('setContext', 'flowKeystore.hasPulledFlows', found.length > 0);
  };
  const watcher = vscode.workspace.createFileSystemWatcher(`**/${originFile}`, false, true, false);
  const again = (): void => void look().catch(() => undefined);
  again();
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(again),
    watcher.onDidDelete(again),
    vscode.workspace.onDidChangeWorkspaceFolders(again),
  );
}
