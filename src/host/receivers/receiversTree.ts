import * as vscode from 'vscode';
import type { ReceiverGrouping } from '../../core/report/receivers';
import type { Mark } from '../../protocol/adapterEditor';
import type { ModelTexts } from '../editors/fieldModel';
import type { Memory } from '../storage/memory';
import { errorIcon, warningIcon } from '../tree/icons';
import { facts } from '../tree/tooltips';
import type { WorkspaceReceiver, WorkspaceReceivers } from './workspaceReceivers';

const { t } = vscode.l10n;
const viewId = 'flowKeystore.receivers';

export interface ReceiverGroup {
  readonly kind: 'receivers';
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly receivers: readonly WorkspaceReceiver[];
}

export interface ReceiverNode {
  readonly kind: 'receiver';
  readonly id: string;
  readonly receiver: WorkspaceReceiver;
}

export type ReceiversNode = ReceiverGroup | ReceiverNode;

/** Of more groups none is unfolded by itself. */
const unfoldedGroups = 20;

/** The view "Receivers": by flow or by host. */
export class ReceiversTree implements vscode.TreeDataProvider<ReceiversNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<ReceiversNode>;
  private readonly resources: vscode.Disposable;
  private filterText = '';

  constructor(
    private readonly receivers: WorkspaceReceivers,
    private readonly memory: Memory,
    private readonly texts: ModelTexts,
  ) {
    this.view = vscode.window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.resources = vscode.Disposable.from(
      this.view,
      this.changed,
      receivers.onDidChange(() => this.changed.fire()),
    );
  }

  dispose(): void {
    this.resources.dispose();
  }

  get grouping(): ReceiverGrouping {
    return this.memory.receiverGrouping;
  }

  async setGrouping(grouping: ReceiverGrouping): Promise<void> {
    await this.memory.setReceiverGrouping(grouping);
    this.markGrouping();
    this.changed.fire();
  }

  /** For the menu of the view. */
  private markGrouping(): void {
    void vscode.commands.executeCommand('setContext', 'flowKeystore.receiversBy', this.grouping);
  }

  get filter(): string {
    return this.filterText;
  }

  set filter(text: string) {
    this.filterText = text;
    this.changed.fire();
  }

  /** All of the workspace, when all flows are read. */
  all(): Promise<readonly WorkspaceReceiver[]> {
    return this.receivers.all();
  }

  /** Those that the filter leaves, when all flows are read. */
  async shown(): Promise<readonly WorkspaceReceiver[]> {
    return this.filtered(await this.receivers.all());
  }

  async getChildren(node?: ReceiversNode): Promise<ReceiversNode[]> {
    if (node?.kind === 'receiver') return [];
    if (node) {
      const ids = new Map<string, number>();
      return node.receivers.map((receiver) => {
        const id = `${node.id}/${receiver.file}#${receiver.channel}`;
        const again = ids.get(id) ?? 0;
        ids.set(id, again + 1);
        return { kind: 'receiver', id: again ? `${id}#${again}` : id, receiver };
      });
    }
    this.markGrouping();
    const all = await this.receivers.all();
    const found = this.filtered(all);
    const failing = found.filter((receiver) => standing(receiver, this.texts).mark === 'error').length;
    this.view.badge = failing ? { value: failing, tooltip: t('Receivers with errors: {0}', failing) } : undefined;
    this.view.message = this.messageFor(found.length, all.length);
    return this.grouping === 'flow' ? byFlow(found) : byHost(found);
  }

  getTreeItem(node: ReceiversNode): vscode.TreeItem {
    const row = node.kind === 'receivers' ? this.groupRow(node) : this.receiverRow(node.receiver);
    row.id = node.id;
    return row;
  }

  private messageFor(found: number, all: number): string {
    const filter = this.filterText.trim();
    return filter === '' ? '' : t('{0} of {1} receivers match "{2}".', found, all, filter);
  }

  private groupRow({ label, description, receivers }: ReceiverGroup): vscode.TreeItem {
    const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const few = this.receivers.known.length <= unfoldedGroups || this.filterText !== '';
    const row = new vscode.TreeItem(label, few ? Expanded : Collapsed);
    const marks = receivers.map((receiver) => standing(receiver, this.texts).mark);
    row.iconPath = marks.includes('error')
      ? errorIcon()
      : marks.includes('warning')
        ? warningIcon()
        : new vscode.ThemeIcon(this.grouping === 'flow' ? 'type-hierarchy' : 'server');
    row.description = [description, receivers.length === 1 ? t('1 receiver') : t('{0} receivers', receivers.length)]
      .filter(Boolean)
      .join(' \u00b7 ');
    row.tooltip = receivers[0] && this.grouping === 'flow' ? receivers[0].file : label;
    row.contextValue = 'receivers';
    return row;
  }

  private receiverRow(receiver: WorkspaceReceiver): vscode.TreeItem {
    const { mark, status } = standing(receiver, this.texts);
    const { adapter, name, flow, address, authentication, alias, credential, testable } = receiver;
    const own = name === '' || name === adapter ? adapter : `${adapter} ${name}`;
    const label = this.grouping === 'flow' ? own : `${flow}: ${own}`;
    const row = new vscode.TreeItem(label);
    const words = [address, authentication, alias || credential];
    // A side bar is narrow: what is wrong comes first.
    const isWrong = mark === 'error' || mark === 'warning';
    row.description = (isWrong ? [status, ...words] : [...words, status]).filter(Boolean).join(' \u00b7 ');
    row.iconPath = iconOf(mark);
    row.tooltip = tooltipOf(receiver, this.texts);
    row.contextValue = `${testable ? 'receiverTestable' : 'receiver'}${receiver.test?.show ? 'Tested' : ''}`;
    row.accessibilityInformation = { label: `${label}, ${row.description}` };
    row.command = {
      command: 'flowKeystore.editChannel',
      title: t('Edit Receiver'),
      arguments: [{ flow: receiver.uri.toString(), channel: receiver.channel }],
    };
    return row;
  }

  private filtered(receivers: readonly WorkspaceReceiver[]): readonly WorkspaceReceiver[] {
    const words = this.filterText.toLowerCase().split(/\s+/);
    return receivers.filter((receiver) => {
      const { flow, name, adapter, address, authentication, alias, credential, proxyType, file } = receiver;
      const { status } = standing(receiver, this.texts);
      const text = [flow, name, adapter, address, authentication, alias, credential, proxyType, file, status];
      const all = text.join('\n').toLowerCase();
      return words.every((word) => all.includes(word));
    });
  }
}

/** What the files and the last test say together. */
export function standing(
  { mark, status, test }: WorkspaceReceiver,
  { say }: Pick<ModelTexts, 'say'>,
): { readonly mark: Mark; readonly status: string } {
  if (mark === 'error' || !test) return { mark, status };
  if (!test.ok) return { mark: 'error', status: say('last test failed') };
  return mark === 'warning' ? { mark, status } : { mark: 'ok', status: say('tested, connects') };
}

function byFlow(receivers: readonly WorkspaceReceiver[]): ReceiverGroup[] {
  return grouped(receivers, ({ file }) => file).map(([file, all]) => ({
    kind: 'receivers',
    id: `flow:${file}`,
    label: all[0]?.flow ?? '',
    description: all[0]?.archived ? t('in an archive') : '',
    receivers: all,
  }));
}

/** Those whose host the files do not say come last. */
function byHost(receivers: readonly WorkspaceReceiver[]): ReceiverGroup[] {
  return grouped(receivers, ({ host }) => host)
    .sort(([a], [b]) => Number(a === '') - Number(b === '') || a.localeCompare(b))
    .map(([host, all]) => ({
      kind: 'receivers',
      id: `host:${host}`,
      label: host || t('Host not known here'),
      description: host === '' ? t('none, or set at run time') : '',
      receivers: all,
    }));
}

function grouped(
  receivers: readonly WorkspaceReceiver[],
  keyOf: (receiver: WorkspaceReceiver) => string,
): [string, WorkspaceReceiver[]][] {
  const groups = new Map<string, WorkspaceReceiver[]>();
  for (const receiver of receivers) {
    const key = keyOf(receiver);
    groups.set(key, [...(groups.get(key) ?? []), receiver]);
  }
  return [...groups];
}

/** Each state has a shape of its own. */
function iconOf(mark: Mark): vscode.ThemeIcon {
  switch (mark) {
    case 'error':
      return errorIcon();
    case 'warning':
      return warningIcon();
    case 'information':
      return new vscode.ThemeIcon('info');
    case 'unknown':
      return new vscode.ThemeIcon('question');
    case 'ok':
    case 'none':
      return new vscode.ThemeIcon('pass');
  }
}

function tooltipOf(receiver: WorkspaceReceiver, texts: ModelTexts): vscode.MarkdownString {
  const { adapter, version, name, flow, address, authentication, alias, credential, proxyType, problems } = receiver;
  return facts([
    [t('Receiver'), [adapter, version, name === adapter ? '' : name].filter(Boolean).join(' ')],
    [t('Flow'), flow],
    [t('Address'), address],
    [t('Authentication'), authentication],
    [t('Private Key Alias'), alias],
    [t('Credential Name'), credential],
    [t('Proxy Type'), proxyType],
    [
      t('Last test'),
      receiver.test ? `${texts.moment(receiver.test.at)}: ${receiver.test.headline}` : t('not tested in this session'),
    ],
    ...problems.map((problem) => [t('Problem'), problem] as const),
  ]);
}
