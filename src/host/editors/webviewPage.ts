import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The two webviews; each has a bundle and a style sheet of its own name. */
export type WebviewName = 'adapterEditor' | 'connectivityReport';

/**
 * Gives a webview its page: nothing in it but a script and style sheets of this extension. All text comes later, in messages.
 * Content Security Policy as VS Code's webview guide asks for: no inline code, nothing from elsewhere.
 */
export function showPage(webview: vscode.Webview, extensionUri: vscode.Uri, name: WebviewName, title: string): void {
  const scripts = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const media = vscode.Uri.joinPath(extensionUri, 'media');
  webview.options = { enableScripts: true, localResourceRoots: [scripts, media] };
  const nonce = randomBytes(18).toString('base64');
  const address = (...path: Parameters<typeof vscode.Uri.joinPath>): string =>
    escapeHtml(webview.asWebviewUri(vscode.Uri.joinPath(...path)).toString());
  webview.html = `<!DOCTYPE html>
<html lang="${escapeHtml(vscode.env.language)}">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'">
<link rel="stylesheet" href="${address(media, 'webview.css')}">
<link rel="stylesheet" href="${address(media, `webview-${name}.css`)}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<script nonce="${nonce}" src="${address(scripts, `${name}.js`)}"></script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
