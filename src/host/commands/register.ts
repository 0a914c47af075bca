import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import type { EntryDocuments } from '../services/entryDocuments';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import type { TreeNode } from '../tree/nodes';
import { conflictActions } from '../ui/errors';
import type { CommandId, Commands, FromCode } from './commandMap';
import { entryCommands } from './entryCommands';
import { flowCommands, type ChannelEditor } from './flowCommands';
import { generateKeyPair } from './generateKeyPair';
import { addServerCertificate, importCertificate } from './importCertificate';
import { keystoreCommands } from './keystoreCommands';
import { testCommands } from './testCommands';

/** Registers every command of the map: a missing one does not compile. */
export function registerCommands(host: Host, documents: EntryDocuments, editor: ChannelEditor): vscode.Disposable {
  const commands: Commands = {
    ...keystoreCommands(host),
    ...entryCommands(host, documents),
    ...testCommands(host),
    ...flowCommands(editor),
    'flowKeystore.generateKeyPair': (argument = {}) => generateKeyPair(host, argument),
    'flowKeystore.importCertificate': (argument = {}) => importCertificate(host, argument),
    'flowKeystore.importCertificateFromClipboard': async (argument = {}) =>
      importCertificate(host, { ...argument, text: await vscode.env.clipboard.readText() }),
    'flowKeystore.addServerCertificate': (argument = {}) => addServerCertificate(host, argument),
    'flowKeystore.showLog': () => {
      host.log.show();
      return Promise.resolve();
    },
  };
  // Which argument belongs to which command is checked above; here they are all alike.
  const handlers = Object.entries(commands) as [CommandId, (argument?: FromCode) => Promise<unknown>][];
  return vscode.Disposable.from(
    ...handlers.map(([id, run]) =>
      vscode.commands.registerCommand(id, (first?: unknown, others?: unknown) =>
        runShowingErrors(host, run, argumentOf(host, id, first, others)),
      ),
    ),
  );
}

async function runShowingErrors(
  host: Host,
  run: (argument?: FromCode) => Promise<unknown>,
  argument: FromCode | undefined,
): Promise<unknown> {
  try {
    return await run(argument);
  } catch (error) {
    if (argument?.silent) throw error;
    const session = conflicting(host, error);
    host.errors
      .show(error, undefined, session ? conflictActions(session) : [])
      .catch((failed: unknown) => host.log.error(String(failed)));
    return undefined;
  }
}

/** The keystore that another program saved in the meantime. */
function conflicting(host: Host, error: unknown): KeystoreSession | undefined {
  if (!(error instanceof FlowKeystoreError) || error.code !== 'changed-on-disk') return undefined;
  return host.registry.sessions().find(({ file }) => file === error.place.file);
}

/** What a command is for: what code says, or what rows of the tree stand for. A key pressed in the tree is for what is selected there. */
function argumentOf(host: Host, id: CommandId, first: unknown, others: unknown): FromCode | undefined {
  if (isNode(first)) {
    const nodes = Array.isArray(others) ? others.filter(isNode) : [];
    return argumentOfNodes(first, nodes.includes(first) ? nodes : [first]);
  }
  if (first instanceof vscode.Uri) return argumentOfFile(id, first, others);
  if (typeof first === 'object' && first !== null && !Array.isArray(first)) return first;
  const fromKey = id === 'flowKeystore.renameEntry' || id === 'flowKeystore.deleteEntry';
  const [selected] = host.tree.selection;
  return fromKey && host.tree.view.visible && selected ? argumentOfNodes(selected, host.tree.selection) : undefined;
}

/** From the explorer, with all files selected there, and from the title of an editor. */
function argumentOfFile(id: CommandId, uri: vscode.Uri, others: unknown): FromCode {
  if (id !== 'flowKeystore.addKeystore') return { flow: uri.toString() } as FromCode;
  const selected = Array.isArray(others) ? others.filter((other) => other instanceof vscode.Uri) : [];
  return { files: (selected.length ? selected : [uri]).map(({ fsPath }) => fsPath) } as FromCode;
}

function argumentOfNodes(node: TreeNode, all: readonly TreeNode[]): FromCode {
  const keystore = node.session.uri.toString();
  const aliases = all.flatMap((other) =>
    other.kind === 'entry' && other.session === node.session ? [other.entry.alias] : [],
  );
  switch (node.kind) {
    case 'entry':
      return { keystore, alias: node.entry.alias, ...(aliases.length > 1 ? { aliases } : {}) } as FromCode;
    case 'chain':
    case 'missingIssuer': {
      const alias = node.parent?.kind === 'entry' ? node.parent.entry.alias : undefined;
      return { keystore, alias, ...(node.kind === 'chain' ? { chainIndex: node.index } : {}) } as FromCode;
    }
    default:
      return { keystore } as FromCode;
  }
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'session' in value && 'kind' in value && 'id' in value;
}
