import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import type { ChainMember } from '../../core/keystore/export';
import type { Host } from '../services/host';
import type { ReceiversNode } from '../receivers/receiversTree';
import type { TreeNode } from '../tree/nodes';
import { GaveUp } from './choosing';
import type { CommandId, EntryPlace, FromCode } from './commandMap';

const { t } = vscode.l10n;

/** What the keybindings of the tree give (package.json): the keys are for the entries selected there. */
const fromTreeKey = 'selection';

/** Of these the keys are for the keystore of the selected row, whatever row it is. */
const forKeystore: ReadonlySet<CommandId> = new Set(['flowKeystore.undo', 'flowKeystore.redo']);

/**
 * What a command is for: what code says, what the rows of the tree stand for, or the files that were chosen.
 * @throws FlowKeystoreError `arguments` for entries of several keystores at once; GaveUp for a key where no entry is selected
 */
export function argumentOf(host: Host, id: CommandId, first: unknown, others: unknown): FromCode | undefined {
  if (first === fromTreeKey) {
    const entries = host.tree.selection.filter(({ kind }) => kind === 'entry');
    if (forKeystore.has(id)) {
      const [any] = host.tree.selection;
      return any && ({ keystore: any.session.uri.toString() } as FromCode);
    }
    const [selected] = entries;
    if (!selected) throw new GaveUp();
    return argumentOfNodes(selected, entries);
  }
  if (isReceiversNode(first)) return argumentOfReceivers(first);
  if (isNode(first)) {
    const nodes = Array.isArray(others) ? others.filter(isNode) : [];
    const chosen = nodes.includes(first) ? nodes : [first];
    if (id === 'flowKeystore.compareKeystores') return argumentOfTwo(first, chosen);
    if (id === 'flowKeystore.compareEntries') return argumentOfTwoEntries(chosen);
    return argumentOfNodes(first, chosen);
  }
  if (first instanceof vscode.Uri) return argumentOfFile(id, first, others);
  return typeof first === 'object' && first !== null && !Array.isArray(first) ? first : undefined;
}

const ofOneFile: readonly CommandId[] = ['flowKeystore.showRequest', 'flowKeystore.signRequest'];
/** Of a project that was pulled from a tenant, whichever file of it. */
const ofPulled: readonly CommandId[] = [
  'flowKeystore.pullFlow',
  'flowKeystore.pushFlow',
  'flowKeystore.compareFlow',
  'flowKeystore.deployFlow',
  'flowKeystore.tenantParameters',
];
const ofFiles: readonly CommandId[] = [
  'flowKeystore.addKeystore',
  'flowKeystore.openAsKeystore',
  'flowKeystore.findCertificate',
  'flowKeystore.importResponse',
];

/** From the explorer, with all files selected there, and from the title of an editor. */
function argumentOfFile(id: CommandId, uri: vscode.Uri, others: unknown): FromCode {
  const chosen = Array.isArray(others) ? others.filter((other) => other instanceof vscode.Uri) : [];
  if (id === 'flowKeystore.compareKeystores') {
    const other = chosen.find((each) => each.toString() !== uri.toString());
    return { keystore: uri.fsPath, ...(other ? { with: other.fsPath } : {}) } as FromCode;
  }
  if (id === 'flowKeystore.testReceivers' || ofPulled.includes(id)) return { folder: uri.fsPath } as FromCode;
  if (id === 'flowKeystore.openInArchive') return { archive: uri.fsPath } as FromCode;
  if (ofOneFile.includes(id)) return { file: uri.fsPath } as FromCode;
  if (!ofFiles.includes(id)) return { flow: uri.toString() } as FromCode;
  return { files: (chosen.length ? chosen : [uri]).map(({ fsPath }) => fsPath) } as FromCode;
}

/** Two keystores that are selected are compared with one another: the other one to the left. */
function argumentOfTwo(node: TreeNode, all: readonly TreeNode[]): FromCode {
  const other = all.find(({ session }) => session !== node.session);
  const keystore = node.session.uri.toString();
  return { keystore, ...(other ? { with: other.session.uri.toString() } : {}) } as FromCode;
}

/** Entries and certificates of chains, in the order in which they were selected. Of the rest nothing is said. */
function argumentOfTwoEntries(chosen: readonly TreeNode[]): FromCode {
  const [first, second, ...more] = chosen.flatMap(placeOf);
  if (more.length) {
    throw new FlowKeystoreError(
      'arguments',
      t('{0} entries are selected.', more.length + 2),
      {},
      t('Select the two that are to be compared.'),
    );
  }
  return { ...first, ...(second && { with: second }) } as FromCode;
}

function placeOf(node: TreeNode): EntryPlace[] {
  const keystore = node.session.uri.toString();
  if (node.kind === 'entry') return [{ keystore, alias: node.entry.alias }];
  return node.kind === 'chain' ? [{ keystore, alias: node.parent.entry.alias, chainIndex: node.index }] : [];
}

/** @param all what is selected, `node` among it */
function argumentOfNodes(node: TreeNode, all: readonly TreeNode[]): FromCode {
  const keystore = node.session.uri.toString();
  const elsewhere = all.find(({ kind, session }) => session !== node.session && isAboutEntries(kind));
  if (elsewhere && isAboutEntries(node.kind)) {
    throw new FlowKeystoreError(
      'arguments',
      t('The entries are in several keystores: {0}, {1}.', node.session.name, elsewhere.session.name),
      {},
      t('Select entries of one keystore.'),
    );
  }
  const { aliases, certificates } = selectionOf(all);
  const several = {
    ...(aliases.length + certificates.length > 1 || node.kind === 'group' ? { aliases } : {}),
    ...(aliases.length + certificates.length > 1 && certificates.length ? { certificates } : {}),
  };
  switch (node.kind) {
    case 'entry':
      return { keystore, alias: node.entry.alias, ...several } as FromCode;
    case 'group':
      return { keystore, ...several } as FromCode;
    case 'chain':
      return { keystore, alias: node.parent.entry.alias, chainIndex: node.index, ...several } as FromCode;
    case 'flow':
      return { keystore, id: node.flow.id, name: node.flow.name } as FromCode;
    case 'missingIssuer':
      return { keystore, alias: node.parent.entry.alias } as FromCode;
    case 'more':
      return { keystore, under: node.parent.id } as FromCode;
    default:
      return { keystore } as FromCode;
  }
}

function isAboutEntries(kind: TreeNode['kind']): boolean {
  return kind === 'entry' || kind === 'group' || kind === 'chain';
}

/** The entries of a selection, those of groups too, and the certificates that are selected beside them. Other rows say nothing. */
function selectionOf(nodes: readonly TreeNode[]): { aliases: string[]; certificates: ChainMember[] } {
  const aliases = new Set<string>();
  for (const node of nodes) {
    if (node.kind === 'entry') aliases.add(node.entry.alias);
    else if (node.kind === 'group') for (const { alias } of node.group.entries) aliases.add(alias);
  }
  const certificates = nodes.flatMap((node) =>
    node.kind === 'chain' ? [{ alias: node.parent.entry.alias, chainIndex: node.index }] : [],
  );
  return { aliases: [...aliases], certificates };
}

/** One is a channel; those of a flow or a host are several. */
function argumentOfReceivers(node: ReceiversNode): FromCode {
  if (node.kind === 'receiver') {
    const { uri, channel, address } = node.receiver;
    return { flow: uri.toString(), channel, address } as FromCode;
  }
  const receivers = node.receivers.map(({ uri, channel }) => ({ flow: uri.toString(), channel }));
  return { receivers } as FromCode;
}

function isReceiversNode(value: unknown): value is ReceiversNode {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return (value.kind === 'receiver' && 'receiver' in value) || (value.kind === 'receivers' && 'receivers' in value);
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'session' in value && 'kind' in value && 'id' in value;
}
