import * as vscode from 'vscode';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';

/** Shows an entry in the view, which is opened for it, and its document. */
export async function revealEntry(
  host: Host,
  session: KeystoreSession,
  alias: string,
  chainIndex?: number,
): Promise<void> {
  await vscode.commands.executeCommand('flowKeystore.keystores.focus');
  await host.tree.revealEntry(session, alias);
  await vscode.commands.executeCommand('flowKeystore.showDetails', {
    keystore: session.uri.toString(),
    alias,
    ...(chainIndex === undefined ? {} : { chainIndex }),
  });
}
