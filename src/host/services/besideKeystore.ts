import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { KeystoreSession } from './keystoreSession';

/** The folder that a file from a keystore is proposed for: that of its file; of a tenant the workspace's, else the home of the user. */
export function besideKeystore({ uri, tenant }: Pick<KeystoreSession, 'uri' | 'tenant'>): vscode.Uri {
  if (!tenant) return vscode.Uri.joinPath(uri, '..');
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
}
