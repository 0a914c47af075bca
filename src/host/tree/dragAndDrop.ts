import path from 'node:path';
import * as vscode from 'vscode';
import { certificatesPem } from '../../core/certificates/pem';
import { FlowKeystoreError } from '../../core/errors';
import { Pace } from '../../core/keys/slices';
import { certificatesOf } from '../../core/keystore/chain';
import {
  planDrop,
  type Dropped,
  type DroppedEntries,
  type DroppedFile,
  type DropStore,
} from '../../core/keystore/drop';
import { readKeystoreFile } from '../../core/keystore/file';
import type { KeystoreRegistry } from '../services/keystoreRegistry';
import type { RequestsOut } from '../services/requestsOut';
import type { ErrorDisplay } from '../ui/errors';
import { runDrop, type RunCommand } from './dropActions';
import type { TreeNode } from './nodes';

const uriList = 'text/uri-list';
const plainText = 'text/plain';
/** Of the rows themselves; VS Code asks for this name. */
const ownType = 'application/vnd.code.tree.flowkeystore.keystores';

export interface DragAndDropServices {
  readonly registry: KeystoreRegistry;
  readonly requests: RequestsOut;
  readonly errors: Pick<ErrorDisplay, 'show'>;
  readonly run?: RunCommand;
}

/** Files and PEM text into the view, rows from keystore to keystore and out as PEM. What is done with them the core says (`planDrop`). */
export class KeystoreDragAndDrop implements vscode.TreeDragAndDropController<TreeNode> {
  readonly dragMimeTypes = [plainText, uriList];
  readonly dropMimeTypes = [ownType, uriList, 'files', plainText];

  constructor(private readonly services: DragAndDropServices) {}

  async handleDrag(
    nodes: readonly TreeNode[],
    transfer: vscode.DataTransfer,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const keystores = nodes.flatMap((node) => (node.kind === 'keystore' ? node.session.uri.toString() : []));
    const pem = await pemOf(nodes, token);
    if (token.isCancellationRequested) return;
    transfer.set(ownType, new vscode.DataTransferItem(JSON.stringify(rowsOf(nodes))));
    if (pem) transfer.set(plainText, new vscode.DataTransferItem(pem));
    if (keystores.length) transfer.set(uriList, new vscode.DataTransferItem(keystores.join('\r\n')));
  }

  async handleDrop(
    target: TreeNode | undefined,
    transfer: vscode.DataTransfer,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const { registry, errors } = this.services;
    try {
      const dropped = await droppedIn(transfer);
      await registry.load();
      if (token.isCancellationRequested) return;
      const place = {
        ...(target && { keystore: target.session.uri.toString() }),
        ...(target?.kind === 'entry' && { alias: target.entry.alias }),
      };
      for (const action of planDrop(dropped, place, this.stores())) await runDrop(action, this.services.run);
    } catch (error) {
      void errors.show(error);
    }
  }

  private stores(): DropStore[] {
    const { registry, requests } = this.services;
    return registry.sessions().map((session) => ({
      id: session.uri.toString(),
      path: session.file,
      ...(session.seen && { keystore: session.seen }),
      requestOut: (entry) => requests.since(entry) !== undefined,
    }));
  }
}

/** What rows say of themselves to the view that they are dropped on. */
interface Rows {
  readonly entries: readonly DroppedEntries[];
  /** Certificates of chains: they are no entries yet. */
  readonly pem?: string;
}

function rowsOf(nodes: readonly TreeNode[]): Rows {
  const bySession = new Map<string, { all: boolean; readonly aliases: Set<string> }>();
  for (const node of nodes) {
    const keystore = node.session.uri.toString();
    const meant = bySession.get(keystore) ?? { all: false, aliases: new Set<string>() };
    if (node.kind === 'keystore') meant.all = true;
    else if (node.kind === 'entry') meant.aliases.add(node.entry.alias);
    else if (node.kind === 'group') for (const { alias } of node.group.entries) meant.aliases.add(alias);
    bySession.set(keystore, meant);
  }
  const entries = [...bySession].flatMap(([keystore, { all, aliases }]): DroppedEntries[] =>
    all ? [{ keystore }] : aliases.size ? [{ keystore, aliases: [...aliases] }] : [],
  );
  const certificates = nodes.flatMap((node) => (node.kind === 'chain' ? node.certificate : []));
  return { entries, ...(certificates.length && { pem: certificatesPem(certificates) }) };
}

/** The certificates of entries, each once; private keys never leave this way. */
async function pemOf(nodes: readonly TreeNode[], token: vscode.CancellationToken): Promise<string> {
  const pace = new Pace();
  const found = new Map<string, string>();
  for (const node of nodes) {
    const entries = node.kind === 'entry' ? [node.entry] : node.kind === 'group' ? node.group.entries : [];
    const certificates = node.kind === 'chain' ? [node.certificate] : [];
    for (const each of entries.length ? entries.flatMap(certificatesOf) : certificates) {
      if (pace.over) await pace.rest();
      if (token.isCancellationRequested) return '';
      if (!found.has(each.sha256)) found.set(each.sha256, certificatesPem([each]));
    }
  }
  return [...found.values()].join('');
}

/** Rows before files before text: VS Code gives the names of dragged files as text as well. */
async function droppedIn(transfer: vscode.DataTransfer): Promise<Dropped> {
  const own = await textOf(transfer.get(ownType));
  if (own) {
    const { entries, pem } = JSON.parse(own) as Rows;
    return { entries, ...(pem !== undefined && { text: pem }) };
  }
  const files = await filesIn(transfer);
  if (files.length) return { files };
  const text = await textOf(transfer.get(plainText));
  return text ? { text } : {};
}

async function filesIn(transfer: vscode.DataTransfer): Promise<DroppedFile[]> {
  const named = (await textOf(transfer.get(uriList))).split(/\r?\n/).filter((line) => line && !line.startsWith('#'));
  const files = new Map<string, vscode.DataTransferFile | undefined>();
  for (const uri of named) files.set(vscode.Uri.parse(uri).toString(), undefined);
  for (const [, item] of transfer) {
    const file = item.asFile();
    if (file) files.set(file.uri?.toString() ?? `file without a place ${files.size}`, file);
  }
  return Promise.all([...files].map(([uri, file]) => readDropped(uri, file)));
}

/** A file that only the machine of the screen has comes with its content. */
async function readDropped(uri: string, file: vscode.DataTransferFile | undefined): Promise<DroppedFile> {
  const { scheme, fsPath } = file && !file.uri ? vscode.Uri.from({ scheme: 'none' }) : vscode.Uri.parse(uri);
  if (scheme === 'file' || scheme === 'vscode-remote') {
    try {
      return { name: path.basename(fsPath), path: fsPath, bytes: (await readKeystoreFile(fsPath)).bytes };
    } catch (error) {
      if (!file) throw error;
    }
  }
  if (file) return { name: file.name, bytes: await file.data() };
  throw new FlowKeystoreError(
    'unsupported',
    vscode.l10n.t('Only files can be dropped here.'),
    { file: uri },
    vscode.l10n.t('Save it as a file first.'),
  );
}

async function textOf(item: vscode.DataTransferItem | undefined): Promise<string> {
  return (await item?.asString()) ?? '';
}
