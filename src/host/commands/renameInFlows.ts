import * as vscode from 'vscode';
import { renameAlias, type AliasRename, type LeftUse, type RenamedFile } from '../../core/checks/renameAlias';
import { whereUsed, type AliasUse } from '../../core/checks/whereUsed';
import { describeError, FlowKeystoreError } from '../../core/errors';
import { visible } from '../../core/visible';
import { applyToAll, openParameters, requireEditable, type DocumentEdit } from '../language/documentEdits';
import type { Host } from '../services/host';

const { t } = vscode.l10n;

/** The channels of the workspace that name an alias, left-over values too; without regard to case, as Java finds entries. */
export async function usesInFlows(host: Host, aliases: readonly string[]): Promise<readonly AliasUse[]> {
  const wanted = new Set(aliases.map((alias) => alias.toLowerCase()));
  const uses = whereUsed(await host.flows.workspaceFlows());
  return [...uses].flatMap(([alias, all]) => (wanted.has(alias.toLowerCase()) ? all : []));
}

/** `Orders \u00b7 To Partner A`, one for each channel, cut short after ten. */
export function useLines(uses: readonly AliasUse[]): string[] {
  const lines = [...new Set(uses.map(useLine))];
  return lines.length > 10 ? [...lines.slice(0, 10), t('and {0} more', lines.length - 10)] : lines;
}

function useLine({ flow, part, used }: AliasUse): string {
  const line = `${visible(flow)} \u00b7 ${visible(part.name || part.id)}`;
  return used === 'no' ? t('{0} (left over, not read)', line) : line;
}

export function leftLine(use: LeftUse): string {
  const why = use.why === 'composed' ? t('the alias is put together from parameters') : describeError(use.why);
  return `${useLine(use)}: ${why}`;
}

/** What a new alias would change in the flows of the workspace, as the editor has them. */
export async function planRename(host: Host, from: string, to: string): Promise<AliasRename> {
  return renameAlias(await host.flows.workspaceFlows(), from, to);
}

/**
 * Opens what is to be changed, so that the change can be made in one step.
 * @throws FlowKeystoreError `unwritable` where a file cannot be changed, or was changed meanwhile; `unsupported`
 */
export async function openForRename(
  host: Host,
  from: string,
  to: string,
): Promise<{ readonly edits: readonly DocumentEdit[]; readonly files: readonly RenamedFile[] }> {
  const documents = new Map<string, vscode.TextDocument>();
  for (const { file, kind } of (await planRename(host, from, to)).files) {
    const uri = vscode.Uri.parse(file, true);
    const open = kind === 'parameters' ? openParameters(uri) : vscode.workspace.openTextDocument(uri);
    const document = await open;
    await requireEditable(document);
    documents.set(file, document);
  }
  // Once more: an open document has no byte order mark, and may be newer than its file.
  const { files } = await planRename(host, from, to);
  const changes = files.map(({ file, text, edits }) => {
    const document = documents.get(file);
    if (document?.getText() === text) return { document, edits };
    throw changedMeanwhile(vscode.Uri.parse(file, true));
  });
  return { edits: changes, files };
}

export function changedMeanwhile({ fsPath }: vscode.Uri): FlowKeystoreError {
  return new FlowKeystoreError(
    'unwritable',
    t('The file was changed meanwhile; nothing was renamed.'),
    { file: fsPath },
    t('Rename the entry again.'),
  );
}

export interface FlowsRenamed {
  /** How many were changed. */
  readonly files: number;
  readonly undo: () => Promise<void>;
}

/** @throws FlowKeystoreError `unwritable`; nothing is changed then */
export async function renameIn(edits: readonly DocumentEdit[]): Promise<FlowsRenamed | undefined> {
  if (!edits.length) return undefined;
  const undo = await applyToAll(edits);
  if (undo) return { files: edits.length, undo };
  throw new FlowKeystoreError(
    'unwritable',
    t('The flows could not be changed.'),
    {},
    t('Rename the entry again, or change the alias in the flows.'),
  );
}
