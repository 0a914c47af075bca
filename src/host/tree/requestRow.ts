import * as vscode from 'vscode';
import type { RequestsOut } from '../services/requestsOut';
import { dateText } from '../ui/texts';
import type { TreeNode } from './nodes';

/** Says on the row of a key pair that a request for it is out. */
export function markRequestOut(item: vscode.TreeItem, node: TreeNode, requests: RequestsOut | undefined): void {
  if (node.kind !== 'entry') return;
  const since = requests?.since(node.session.uri, node.entry);
  if (!since) return;
  const text = vscode.l10n.t('request out since {0}', dateText(since));
  item.description = typeof item.description === 'string' ? `${text} \u00b7 ${item.description}` : text;
  const label = item.accessibilityInformation?.label ?? node.entry.alias;
  item.accessibilityInformation = { ...item.accessibilityInformation, label: `${label}, ${text}` };
}
