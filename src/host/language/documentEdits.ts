import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { applyEdits, invertEdits } from '../../core/flow/edit';
import { decodeParameters, decodeUtf8, hasMixedLineEnds } from '../../core/flow/encoding';
import type { TextEdit } from '../../core/flow/model';
import { isChangeable, openDocument } from './flowDocuments';

const { t } = vscode.l10n;

/**
 * VS Code refuses the edit, and says false, where the document is not at the version that the offsets were taken from.
 * @throws FlowKeystoreError `unwritable` for a document that VS Code shows and does not save; it is as it was
 */
export async function applyTo(document: vscode.TextDocument, edits: readonly TextEdit[]): Promise<boolean> {
  requireChangeable(document);
  const wasDirty = hasChanges(document);
  const before = document.getText();
  if (!(await vscode.workspace.applyEdit(workspaceEdit([{ document, edits }])))) return false;
  // VS Code changes a read-only document too, and tells by nothing but that it has no changes to be saved. It may have been saved by the clock.
  if (wasDirty || hasChanges(document) || document.getText() === before || (await isSaved(document))) return true;
  await vscode.workspace.applyEdit(workspaceEdit([{ document, edits: invertEdits(before, edits) }]));
  throw readOnly(document);
}

/** A document and its edits, which speak of the text as it is. */
export interface DocumentEdit {
  readonly document: vscode.TextDocument;
  readonly edits: readonly TextEdit[];
}

/**
 * Changes several documents at once, all or none, and saves those that had no changes before: the files say it then.
 * @returns what takes it back; it is undefined where VS Code refused the edit, and does nothing to a document that was changed since
 * @throws FlowKeystoreError `unwritable` for a document that cannot be changed or saved; all are as they were then
 */
export async function applyToAll(all: readonly DocumentEdit[]): Promise<(() => Promise<void>) | undefined> {
  for (const { document } of all) await requireEditable(document);
  const clean = new Set(all.filter(({ document }) => !document.isDirty).map(({ document }) => document));
  const inverse = all.map(({ document, edits }) => {
    const before = document.getText();
    return { document, edits: invertEdits(before, edits), after: applyEdits(before, edits) };
  });
  if (!(await vscode.workspace.applyEdit(workspaceEdit(all)))) return undefined;
  const undo = async (): Promise<void> => {
    const unchanged = inverse.filter(({ document, after }) => document.getText() === after);
    if (!(await vscode.workspace.applyEdit(workspaceEdit(unchanged)))) return;
    await saveAll(unchanged.map(({ document }) => document).filter((document) => clean.has(document)));
  };
  try {
    await saveAll(clean);
  } catch (error) {
    await undo().catch(() => undefined);
    throw error;
  }
  return undo;
}

/** Looks before anything is changed. @throws FlowKeystoreError `unwritable`, `unsupported` for what a save would change besides */
export async function requireEditable(document: vscode.TextDocument): Promise<void> {
  requireChangeable(document);
  await requireFaithful(document);
}

function requireChangeable(document: vscode.TextDocument): void {
  if (!isChangeable(document.uri)) throw readOnly(document);
}

async function saveAll(documents: Iterable<vscode.TextDocument>): Promise<void> {
  for (const document of documents) if (!(await document.save())) throw readOnly(document);
}

function readOnly({ uri }: vscode.TextDocument): FlowKeystoreError {
  return new FlowKeystoreError(
    'unwritable',
    t('This file is read-only in VS Code; nothing was changed.'),
    { file: uri.fsPath },
    t('Open the file itself, or look at the setting files.readonlyInclude.'),
  );
}

export function workspaceEdit(all: readonly DocumentEdit[]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { document, edits } of all) {
    for (const { offset, length, text } of edits) {
      const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
      edit.replace(document.uri, range, text);
    }
  }
  return edit;
}

/** As it is now: a compiler takes the property for constant. */
function hasChanges(document: vscode.TextDocument): boolean {
  return document.isDirty;
}

/** Whether the file says what the document says. */
async function isSaved(document: vscode.TextDocument): Promise<boolean> {
  const bytes = await bytesOf(document);
  return bytes !== undefined && decodeParameters(bytes).text.replace(/^\uFEFF/, '') === document.getText();
}

async function bytesOf({ uri }: vscode.TextDocument): Promise<Uint8Array | undefined> {
  return vscode.workspace.fs.readFile(uri).then(undefined, () => undefined);
}

/** The document, read as Java reads it where it is not UTF-8, so that a save keeps every byte. */
export async function openParameters(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const document = openDocument(uri) ?? (await vscode.workspace.openTextDocument(uri));
  if (!document.getText().includes('\uFFFD') || document.isDirty) return document;
  const { encoding } = decodeParameters(await vscode.workspace.fs.readFile(uri));
  return encoding === 'utf-8' ? document : vscode.workspace.openTextDocument(uri, { encoding: 'iso88591' });
}

/** Those that were looked at. */
const faithful = new WeakSet<vscode.TextDocument>();

/**
 * Refuses what VS Code changed when it read the file, and would save so: bytes that are not UTF-8, and line ends of both kinds, which it
 * makes one kind. Of a document that has unsaved changes nothing can be told any more.
 * @throws FlowKeystoreError `unsupported`
 */
export async function requireFaithful(document: vscode.TextDocument): Promise<void> {
  const replaced = document.getText().includes('\uFFFD');
  if (faithful.has(document) || (document.isDirty && !replaced)) return;
  const bytes = await bytesOf(document);
  const { fsPath: file } = document.uri;
  if (bytes && replaced && decodeUtf8(bytes) === undefined) {
    throw new FlowKeystoreError(
      'unsupported',
      t('The file is not UTF-8; saving it would lose characters.'),
      { file },
      t('Export it from the tenant again.'),
    );
  }
  if (bytes && hasMixedLineEnds(bytes)) {
    throw new FlowKeystoreError(
      'unsupported',
      t('The file has line ends of both kinds; VS Code would change all of them with the next save.'),
      { file },
      t('Choose LF or CRLF in the status bar, save, and edit it then.'),
    );
  }
  faithful.add(document);
}
