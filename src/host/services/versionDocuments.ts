import path from 'node:path';
import * as vscode from 'vscode';

const scheme = 'flow-keystore-version';

/** Texts of other versions of keystores and flows, for comparisons. They live as long as the window. */
export class VersionDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly resources = vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(scheme, this),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => void this.texts.delete(uri.query)),
  );
  private last = 0;

  /** @param name what the tab is to say @param place the folder that is shown beside it, and what tells VS Code how to show the text */
  add(
    name: string,
    text: string,
    { folder = '', suffix = '.txt' }: { readonly folder?: string; readonly suffix?: string } = {},
  ): vscode.Uri {
    const id = String(++this.last);
    this.texts.set(id, text);
    const file = `${name.replace(/[/\\]/g, '\u2215')}${suffix}`;
    return vscode.Uri.from({ scheme, path: path.posix.join('/', folder, file), query: id });
  }

  provideTextDocumentContent({ query }: vscode.Uri): string {
    return this.texts.get(query) ?? `${vscode.l10n.t('This comparison is over. Start it again.')}\n`;
  }

  dispose(): void {
    this.resources.dispose();
  }
}
