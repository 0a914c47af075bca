import * as vscode from 'vscode';
import type { KeystoreRegistry } from '../services/keystoreRegistry';
import type { KeystoreSession, SessionState } from '../services/keystoreSession';
import type { RequestsOut } from '../services/requestsOut';
import { settings } from '../services/settings';
import { childrenOfEntry, childrenOfKeystore, keystoreNode, pageSize, type KeystoreNode, type TreeNode } from './nodes';
import { markRequestOut } from './requestRow';
import { rowOf, tooltipOf } from './rows';

const viewId = 'flowKeystore.keystores';

/** The view "Keystores". Nothing is looked for before the view asks. */
export class KeystoreTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<TreeNode>;
  private readonly roots = new Map<KeystoreSession, KeystoreNode>();
  /** Rows are the same objects until the state they show is another one. */
  private readonly rows = new Map<KeystoreSession, { state: SessionState; shown: number; children: TreeNode[] }>();
  private readonly shown = new Map<string, number>();
  private readonly resources: { dispose(): unknown }[];

  constructor(
    private readonly registry: KeystoreRegistry,
    private readonly now: () => Date,
    private readonly requests?: RequestsOut,
  ) {
    this.view = vscode.window.createTreeView(viewId, {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.resources = [
      this.view,
      this.changed,
      registry.onDidChange((session) => this.changed.fire(session && this.roots.get(session))),
      settings.onDidChange(() => this.changed.fire(undefined)),
      ...(requests ? [requests.onDidChange(() => this.changed.fire(undefined))] : []),
      this.view.onDidExpandElement(({ element }) => {
        // What can be seen without the password is looked at without a question.
        if (element.kind === 'keystore' && element.session.state.kind === 'locked' && !element.session.seen) {
          void vscode.commands.executeCommand('flowKeystore.unlockKeystore', element);
        }
      }),
    ];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const row = rowOf(node, this.now());
    markRequestOut(row, node, this.requests);
    return row;
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const tooltip = tooltipOf(node, this.now());
    if (tooltip) item.tooltip = tooltip;
    return item;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (!node) {
      await this.registry.load();
      return this.keystores();
    }
    if (node.kind === 'keystore') return this.childrenOf(node);
    return node.kind === 'entry' ? childrenOfEntry(node) : [];
  }

  /** What is chosen in the view, for commands that a key starts. */
  get selection(): readonly TreeNode[] {
    return this.view.selection;
  }

  showMore(session: KeystoreSession): void {
    const uri = session.uri.toString();
    this.shown.set(uri, (this.shown.get(uri) ?? pageSize) + pageSize);
    this.changed.fire(this.roots.get(session));
  }

  /** Selects an entry where the view is open; it is not opened for this. */
  async revealEntry(session: KeystoreSession, alias: string): Promise<void> {
    if (!this.view.visible) return;
    this.keystores();
    const root = this.roots.get(session);
    const entry = session.keystore?.entries.findIndex((other) => other.alias.toLowerCase() === alias.toLowerCase());
    if (!root || entry === undefined || entry < 0) return;
    const uri = session.uri.toString();
    if (entry >= (this.shown.get(uri) ?? pageSize)) {
      this.shown.set(uri, Math.ceil((entry + 1) / pageSize) * pageSize);
      this.changed.fire(root);
    }
    const node = this.childrenOf(root)[entry];
    if (node) await this.reveal(node, { select: true, focus: false });
  }

  /** Opens the row of a keystore, where the view is open. */
  async expand(session: KeystoreSession): Promise<void> {
    const node = this.keystores().find((root) => root.session === session);
    if (node && this.view.visible) await this.reveal(node, { expand: true, select: false, focus: false });
  }

  /** A courtesy after work that is done: VS Code refuses it while the view is being drawn anew. */
  private async reveal(node: TreeNode, how: Parameters<typeof this.view.reveal>[1]): Promise<void> {
    await this.view.reveal(node, how).then(undefined, () => undefined);
  }

  dispose(): void {
    vscode.Disposable.from(...this.resources).dispose();
  }

  private keystores(): KeystoreNode[] {
    const sessions = this.registry.sessions();
    for (const session of this.roots.keys()) {
      if (sessions.includes(session)) continue;
      this.roots.delete(session);
      this.rows.delete(session);
    }
    return sessions.map((session) => {
      const node = this.roots.get(session) ?? keystoreNode(session);
      this.roots.set(session, node);
      return node;
    });
  }

  private childrenOf(node: KeystoreNode): TreeNode[] {
    const { session } = node;
    const shown = this.shown.get(session.uri.toString()) ?? pageSize;
    const before = this.rows.get(session);
    if (before?.state === session.state && before.shown === shown) return before.children;
    const children = childrenOfKeystore(node, shown);
    this.rows.set(session, { state: session.state, shown, children });
    return children;
  }
}
