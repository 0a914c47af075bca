import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { applyEdits, editField, invertEdits, requireChannel } from '../../core/flow/edit';
import { fieldsOf } from '../../core/flow/fields';
import type { TextEdit } from '../../core/flow/model';
import { decodeParameters, decodeUtf8, hasMixedLineEnds } from '../../core/flow/encoding';
import type { FieldDraft } from '../../protocol/adapterEditor';
import { isChangeable, type FlowDocuments } from '../language/flowDocuments';

const { t } = vscode.l10n;

/** A change of parameters.prop made here, so that it can be taken back: its document is in no editor, where undo would find it. */
interface ParametersChange {
  readonly before: string;
  readonly after: string;
  readonly edits: readonly TextEdit[];
  readonly inverse: readonly TextEdit[];
  /** The flow's text when the change was made, hashed: what was changed in the flow since is undone first. */
  readonly flow: string;
}

/**
 * All edits of one flow, one after the other: each is worked out on the text as it is when its turn comes, and refused by VS Code where the
 * document changed under it, then worked out anew. Changes in the flow are undone by VS Code itself.
 */
export class FlowEdits {
  private queue: Promise<unknown> = Promise.resolve();
  private readonly done: ParametersChange[] = [];
  private readonly undone: ParametersChange[] = [];

  constructor(
    private readonly flow: vscode.TextDocument,
    private readonly documents: FlowDocuments,
  ) {}

  /**
   * Writes a value where it belongs.
   * @throws FlowKeystoreError as `editField`; `unwritable` where VS Code refuses the edit
   */
  setField(draft: FieldDraft): Promise<void> {
    return this.enqueue(async () => {
      for (let attempt = 0; attempt < 3; attempt++) if (await this.trySetField(draft)) return;
      throw new FlowKeystoreError('unwritable', t('The file could not be changed.'), { file: this.flow.uri.fsPath });
    });
  }

  /** Waits for the edits under way. */
  settled(): Promise<void> {
    return this.enqueue(() => Promise.resolve());
  }

  /** Whether the files say that already. */
  says(draft: FieldDraft): Promise<boolean> {
    return this.enqueue(async () => {
      const parameters = await this.openParameters();
      return this.editFor(draft, parameters).edits.length === 0;
    });
  }

  private async trySetField(draft: FieldDraft): Promise<boolean> {
    const parameters = await this.openParameters();
    await requireFaithful(this.flow);
    // From here to the edit nothing is waited for: the offsets speak of the text as it is at this moment.
    const edit = this.editFor(draft, parameters);
    if (!edit.edits.length) return true;
    if (edit.place === 'flow') return applyTo(this.flow, edit.edits);
    return parameters !== undefined && this.changeParameters(parameters, edit.edits);
  }

  private editFor(
    { channel: id, field: name, value, place, add }: FieldDraft,
    parametersDocument: vscode.TextDocument | undefined,
  ): ReturnType<typeof editField> {
    const flow = this.documents.flowOf(this.flow);
    const parameters = parametersDocument && this.documents.parametersOf(parametersDocument);
    const channel = requireChannel(flow, id);
    const field = fieldsOf(channel, parameters)[name];
    if (!field) throw new FlowKeystoreError('property-unknown', t('The channel has no such field.'), { detail: id });
    const target = field.parameter === undefined ? 'flow' : place;
    return editField({ flow, channel, parameters }, field, value, target, { add });
  }

  private async openParameters(): Promise<vscode.TextDocument | undefined> {
    const { parametersFile } = await this.documents.checkedFlow(this.flow);
    return parametersFile && openParameters(vscode.Uri.parse(parametersFile.file, true));
  }

  private async changeParameters(document: vscode.TextDocument, edits: readonly TextEdit[]): Promise<boolean> {
    await requireFaithful(document);
    const before = document.getText();
    if (!(await applyTo(document, edits))) return false;
    const after = applyEdits(before, edits);
    this.done.push({ before, after, edits, inverse: invertEdits(before, edits), flow: digestOf(this.flow) });
    this.undone.length = 0;
    return true;
  }

  // --- parameters.prop

  async parametersDocument(): Promise<vscode.TextDocument | undefined> {
    const { parametersFile } = await this.documents.checkedFlow(this.flow);
    const file = parametersFile?.file;
    return vscode.workspace.textDocuments.find(({ uri, isClosed }) => !isClosed && uri.toString() === file);
  }

  canUndo(parameters: vscode.TextDocument | undefined): boolean {
    const last = this.done.at(-1);
    return last !== undefined && parameters?.getText() === last.after && last.flow === digestOf(this.flow);
  }

  canRedo(parameters: vscode.TextDocument | undefined): boolean {
    const last = this.undone.at(-1);
    return last !== undefined && parameters?.getText() === last.before && last.flow === digestOf(this.flow);
  }

  undo(): Promise<void> {
    return this.enqueue(async () => {
      const document = await this.parametersDocument();
      const last = this.done.at(-1);
      if (!document || !last || !this.canUndo(document) || !(await applyTo(document, last.inverse))) return;
      this.done.pop();
      this.undone.push(last);
    });
  }

  redo(): Promise<void> {
    return this.enqueue(async () => {
      const document = await this.parametersDocument();
      const last = this.undone.at(-1);
      if (!document || !last || !this.canRedo(document) || !(await applyTo(document, last.edits))) return;
      this.undone.pop();
      this.done.push(last);
    });
  }

  /** Saves parameters.prop where it has changes: it belongs to the flow. */
  saveParameters(): Promise<void> {
    return this.enqueue(async () => {
      const document = await this.parametersDocument();
      if (document?.isDirty && !(await document.save())) {
        throw new FlowKeystoreError('unwritable', t('parameters.prop could not be saved.'), {
          file: document.uri.fsPath,
        });
      }
    });
  }

  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }
}

/**
 * VS Code refuses the edit, and says false, where the document is not at the version that the offsets were taken from.
 * @throws FlowKeystoreError `unwritable` for a document that VS Code shows and does not save; it is as it was
 */
async function applyTo(document: vscode.TextDocument, edits: readonly TextEdit[]): Promise<boolean> {
  const unwritable = new FlowKeystoreError(
    'unwritable',
    t('This file is read-only in VS Code; nothing was changed.'),
    { file: document.uri.fsPath },
    t('Open the file itself, or look at the setting files.readonlyInclude.'),
  );
  if (!isChangeable(document.uri)) throw unwritable;
  const wasDirty = hasChanges(document);
  const before = document.getText();
  if (!(await vscode.workspace.applyEdit(workspaceEdit(document, edits)))) return false;
  // VS Code changes a read-only document too, and tells by nothing but that it has no changes to be saved. It may have been saved by the clock.
  if (wasDirty || hasChanges(document) || document.getText() === before || (await isSaved(document))) return true;
  await vscode.workspace.applyEdit(workspaceEdit(document, invertEdits(before, edits)));
  throw unwritable;
}

function workspaceEdit(document: vscode.TextDocument, edits: readonly TextEdit[]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { offset, length, text } of edits) {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    edit.replace(document.uri, range, text);
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

function digestOf(document: vscode.TextDocument): string {
  return createHash('sha256').update(document.getText()).digest('base64');
}

/** The document, read as Java reads it where it is not UTF-8, so that a save keeps every byte. */
async function openParameters(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const open = vscode.workspace.textDocuments.find((each) => !each.isClosed && each.uri.toString() === uri.toString());
  const document = open ?? (await vscode.workspace.openTextDocument(uri));
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
async function requireFaithful(document: vscode.TextDocument): Promise<void> {
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
