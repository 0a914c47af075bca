import * as vscode from 'vscode';
import { numberText } from '../ui/texts';
import type { WarnFrom } from '../../core/keystore/expiry';
import type { FlowUses } from '../services/flowUses';
import type { KeystoreRegistry } from '../services/keystoreRegistry';
import type { KeystoreSession } from '../services/keystoreSession';
import type { SessionState } from '../services/sessionState';
import type { RequestsOut } from '../services/requestsOut';
import { settings } from '../services/settings';
import type { ErrorDisplay } from '../ui/errors';
import type { Arranged, Arrangement } from './arrangement';
import {
  childrenOfEntry,
  childrenOfGroup,
  childrenOfKeystore,
  childrenOfShelf,
  keystoreNode,
  pageSize,
  type EntryNode,
  type GroupNode,
  type KeystoreNode,
  type TreeNode,
} from './nodes';
import { childrenOfContent } from './contentNodes';
import { KeystoreDragAndDrop } from './dragAndDrop';
import type { Look } from './rowParts';
import { rowOf } from './rows';
import { tooltipOf } from './tooltips';

const viewId = 'flowKeystore.keystores';

/** Of more matches the keystores are not unfolded by themselves: nobody reads them all. */
const unfoldedMatches = 1_000;

type Container = KeystoreNode | GroupNode;

/** What the rows under a keystore or group were made of: they are the same objects until it is something else. */
interface Made {
  readonly arranged: Arranged;
  readonly state: SessionState;
  readonly shown: number;
  readonly children: readonly TreeNode[];
}

/** The view "Keystores". Nothing is looked for before the view asks. */
export class KeystoreTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<TreeNode>;
  readonly dragAndDrop: KeystoreDragAndDrop;
  private roots = new Map<KeystoreSession, KeystoreNode>();
  private readonly made = new WeakMap<Container, Made>();
  /** How many rows are shown under a keystore or group, by its id; the first page where absent. */
  private readonly shown = new Map<string, number>();
  /** What a person unfolded: the rows come back after a filter as they were before. */
  private readonly unfolded = new Set<string>();
  private matches = 0;
  /** Asked for once: every row needs it. */
  private warnFrom: WarnFrom | undefined;
  private readonly resources: { dispose(): unknown }[];

  constructor(
    private readonly registry: KeystoreRegistry,
    readonly arrangement: Arrangement,
    private readonly uses: FlowUses,
    private readonly requests: RequestsOut,
    private readonly now: () => Date,
    errors: ErrorDisplay,
  ) {
    this.dragAndDrop = new KeystoreDragAndDrop({ registry, requests, errors });
    this.view = vscode.window.createTreeView(viewId, {
      treeDataProvider: this,
      canSelectMany: true,
      dragAndDropController: this.dragAndDrop,
      showCollapseAll: true,
    });
    const all = (): void => this.changed.fire(undefined);
    this.resources = [
      this.view,
      this.changed,
      // A filter counts over all keystores.
      registry.onDidChange((session) =>
        this.changed.fire(session && !arrangement.filtered ? this.roots.get(session) : undefined),
      ),
      arrangement.onDidChange(all),
      requests.onDidChange(all),
      settings.onDidChange(() => {
        this.warnFrom = undefined;
        all();
      }),
      this.view.onDidExpandElement(({ element }) => {
        this.unfolded.add(element.id);
        // What can be seen without the password is looked at without a question.
        if (element.kind === 'keystore' && element.session.tenant) {
          // It says itself why it cannot be read.
          if (element.session.state.kind === 'locked') void element.session.open(undefined).catch(() => undefined);
        } else if (element.kind === 'keystore' && element.session.state.kind === 'locked' && !element.session.seen) {
          void vscode.commands.executeCommand('flowKeystore.unlockKeystore', element);
        }
      }),
      this.view.onDidCollapseElement(({ element }) => this.unfolded.delete(element.id)),
    ];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return rowOf(node, this.look());
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const tooltip = tooltipOf(node, this.look());
    if (tooltip) item.tooltip = tooltip;
    return item;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    switch (node?.kind) {
      case undefined:
        await this.registry.load();
        return this.keystores();
      case 'keystore':
      case 'group':
        // VS Code asks for rows under another when that is unfolded. It tells of the unfolding too, but not while it reads the view anew.
        this.unfolded.add(node.id);
        return [...(await this.childrenOf(node))];
      case 'shelf':
        this.unfolded.add(node.id);
        // What is wrong is the state of the shelf then.
        if (node.session.state.kind !== 'open') await node.session.open().catch(() => undefined);
        return childrenOfShelf(node);
      case 'packages':
      case 'package':
        return childrenOfContent(node);
      case 'entry':
        return childrenOfEntry(node);
      default:
        return [];
    }
  }

  /** What is chosen in the view, for commands that a key starts. */
  get selection(): readonly TreeNode[] {
    return this.view.selection;
  }

  /** Shows the next page of a keystore, or of the group with the id `under`. */
  showMore(session: KeystoreSession, under?: string): void {
    const root = this.roots.get(session);
    const group = root && this.made.get(root)?.children.find((child) => child.kind === 'group' && child.id === under);
    const container = group?.kind === 'group' ? group : root;
    if (!container) return;
    this.shown.set(container.id, this.shownOf(container) + pageSize);
    this.changed.fire(container);
  }

  /** Selects an entry where the view is open; it is not opened for this. One that the filter hides stays hidden. */
  async revealEntry(session: KeystoreSession, alias: string): Promise<void> {
    if (!this.view.visible) return;
    const root = (await this.keystores()).find((other) => other.session === session);
    const node = root && (await this.entryNode(root, alias.toLowerCase()));
    if (node) await this.reveal(node, { select: true, focus: false });
  }

  /** A keystore that is about to come is shown unfolded: to unfold it afterwards is to run after the view. */
  showUnfolded(uri: vscode.Uri): void {
    this.unfolded.add(uri.toString());
  }

  /** Opens the row of a keystore, where the view is open, or is to be. */
  async expand(session: KeystoreSession, { show = false } = {}): Promise<void> {
    const node = (await this.keystores()).find((root) => root.session === session);
    if (node && (show || this.view.visible)) await this.reveal(node, { expand: true, select: false, focus: false });
  }

  dispose(): void {
    vscode.Disposable.from(...this.resources).dispose();
  }

  /** A courtesy after work that is done: VS Code refuses it while the view is being drawn anew. */
  private async reveal(node: TreeNode, how: Parameters<typeof this.view.reveal>[1]): Promise<void> {
    await this.view.reveal(node, how).then(undefined, () => undefined);
  }

  private look(): Look {
    return {
      now: this.now(),
      warnFrom: (this.warnFrom ??= settings.expiryThresholds()),
      filter: this.arrangement.filter,
      usesOf: this.uses.of,
      requestOut: ({ entry }) => this.requests.since(entry),
      unfolded: ({ id }) =>
        this.arrangement.filtered ? this.matches <= unfoldedMatches || this.unfolded.has(id) : this.unfolded.has(id),
    };
  }

  private async keystores(): Promise<KeystoreNode[]> {
    const { filtered } = this.arrangement;
    const counted = await Promise.all(
      this.registry.sessions().map(async (session) => ({
        session,
        matches: filtered ? (await this.arrangement.of(session)).entries.length : undefined,
      })),
    );
    this.matches = counted.reduce((sum, { matches }) => sum + (matches ?? 0), 0);
    const nodes = counted.map(({ session, matches }) => {
      const node = keystoreNode(session, matches, this.matches > unfoldedMatches);
      const before = this.roots.get(session);
      return before && before.matches === matches && before.id === node.id ? before : node;
    });
    this.roots = new Map(nodes.map((node) => [node.session, node]));
    this.say(nodes);
    return nodes;
  }

  /** How many of how many are shown, above the rows. */
  private say(nodes: readonly KeystoreNode[]): void {
    const { filter, filtered } = this.arrangement;
    const total = nodes.reduce((sum, { session }) => sum + (session.seen?.entries.length ?? 0), 0);
    const unseen = nodes.filter(({ session }) => session.state.kind === 'locked' && !session.seen).length;
    const shown = vscode.l10n.t(
      '{0} of {1} entries match: {2}',
      numberText(this.matches),
      numberText(total),
      filter.text,
    );
    const rest =
      unseen === 1
        ? vscode.l10n.t('1 locked keystore was not searched.')
        : vscode.l10n.t('{0} locked keystores were not searched.', unseen);
    const message = filtered ? [shown, ...(unseen ? [rest] : [])].join('\n') : '';
    if ((this.view.message ?? '') !== message) this.view.message = message;
  }

  private async childrenOf(node: Container): Promise<readonly TreeNode[]> {
    const { session } = node;
    const arranged = await this.arrangement.of(session);
    const { state } = session;
    const shown = this.shownOf(node);
    const before = this.made.get(node);
    if (before?.arranged === arranged && before.state === state && before.shown === shown) return before.children;
    const children = node.kind === 'group' ? childrenOfGroup(node, shown) : childrenOfKeystore(node, arranged, shown);
    this.made.set(node, { arranged, state, shown, children });
    return children;
  }

  private shownOf({ id }: Container): number {
    return this.shown.get(id) ?? pageSize;
  }

  /** @param alias in lower case */
  private async entryNode(root: KeystoreNode, alias: string): Promise<EntryNode | undefined> {
    const { entries, groups } = await this.arrangement.of(root.session);
    const isIt = (entry: { readonly alias: string }): boolean => entry.alias.toLowerCase() === alias;
    const place = groups?.findIndex((group) => group.entries.some(isIt)) ?? entries.findIndex(isIt);
    if (place < 0) return undefined;
    this.showUpTo(root, place);
    const node = (await this.childrenOf(root)).filter(({ kind }) => kind === 'group' || kind === 'entry')[place];
    if (node?.kind !== 'group') return node?.kind === 'entry' ? node : undefined;
    const inGroup = node.group.entries.findIndex(isIt);
    this.showUpTo(node, inGroup);
    return (await this.childrenOf(node)).filter((child) => child.kind === 'entry')[inGroup];
  }

  private showUpTo(container: Container, place: number): void {
    if (place < this.shownOf(container)) return;
    this.shown.set(container.id, Math.ceil((place + 1) / pageSize) * pageSize);
    this.changed.fire(container);
  }
}
