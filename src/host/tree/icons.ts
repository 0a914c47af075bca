import * as vscode from 'vscode';
import type { ExpiryState } from '../../core/keystore/expiry';
import type { Entry } from '../../core/keystore/model';

export function kindIcon(entry: Entry): vscode.ThemeIcon {
  switch (entry.kind) {
    case 'keyPair':
      return new vscode.ThemeIcon(entry.chain.length ? 'key' : 'warning');
    case 'certificate':
      return new vscode.ThemeIcon('verified');
    case 'secretKey':
      return new vscode.ThemeIcon('symbol-string');
    case 'unknown':
      return new vscode.ThemeIcon('question');
  }
}

/** Each state has a shape of its own; the colour only repeats it. */
export function stateIcon(state: ExpiryState | undefined): vscode.ThemeIcon | undefined {
  switch (state) {
    case 'expired':
      return errorIcon();
    case 'expiring':
      return warningIcon();
    case 'not-yet-valid':
      return new vscode.ThemeIcon('watch');
    case 'valid':
    case undefined:
      return undefined;
  }
}

export function warningIcon(): vscode.ThemeIcon {
  return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
}

export function errorIcon(): vscode.ThemeIcon {
  return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
}
