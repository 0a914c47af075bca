import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { applyEdits, editField, invertEdits, requireChannel } from '../../core/flow/edit';
import { fieldsOf } from '../../core/flow/fields';
import type { TextEdit } from '../../core/flow/model';
import { decodeParameters, decodeUtf8 } from '../../core/flow/encoding';
import type { FieldDraft } from '../../protocol/adapterEditor';
import type { FlowDocuments } from '../language/flowDocuments';

const { t } = vscode.l10n;

/** A change of parameters.prop made here, so that it can be taken back: its document is in no editor, where undo would find it. */
interface ParametersChange {
  readonly before: string;
  readonly after: string;
  readonly edits: readonly TextEdit[];
  readonly inverse: readonly TextEdit[];
  /** Of the flow, when the change was made: what was changed in the flow since is undone first. */
  readonly flowVersion: number;
}

/**
 * All edits of one flow, one after the other: each is worked out on the text as it is when its turn comes, and refused by VS Code where the
 * document changed under it, then worked out anew. Changes in the flow are undone by VS Code itself.
 */
export class FlowEdits {
  private queue: Promise<unknown> = Promise.resolve();
  private readonly done: ParametersChange[] = [];
  private readonly undone: ParametersChange[] = [];
  private running = 0;

  constructor(
    private readonly flow: vscode.TextDocument,
    private readonly documents: FlowDocuments,
  ) {}

  /** An edit is under way: what the document says now may be half of it. */
  get busy(): boolean {
    return this.running > 0;
  }

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

  private async trySetField({ channel: id, field: name, value, place, add }: FieldDraft): Promise<boolean> {
    const { parametersFile } = await this.documents.checkedFlow(this.flow);
    const parametersDocument = parametersFile && (await openParameters(vscode.Uri.parse(parametersFile.file, true)));
    await requireUtf8(this.flow);
    // From here to the edit nothing is waited for: the offsets speak of the text as it is at this moment.
    const flow = this.documents.flowOf(this.flow);
    const parameters = parametersDocument && this.documents.parametersOf(parametersDocument);
    const channel = requireChannel(flow, id);
    const field = fieldsOf(channel, parameters)[name];
    if (!field) throw new FlowKeystoreError('property-unknown', t('The channel has no such field.'), { detail: id });
    const target = field.parameter === undefined ? 'flow' : place;
    const edit = editField({ flow, channel, parameters }, field, value, target, { add });
    if (!edit.edits.length) return true;
    if (edit.place === 'flow') return applyTo(this.flow, edit.edits);
    return parametersDocument !== undefined && this.changeParameters(parametersDocument, edit.edits);
  }

  private async changeParameters(document: vscode.TextDocument, edits: readonly TextEdit[]): Promise<boolean> {
    const before = document.getText();
    if (!(await applyTo(document, edits))) return false;
    const after = applyEdits(before, edits);
    this.done.push({ before, after, edits, inverse: invertEdits(before, edits), flowVersion: this.flow.version });
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
    return last?.flowVersion === this.flow.version && parameters?.getText() === last.after;
  }

  canRedo(parameters: vscode.TextDocument | undefined): boolean {
    const last = this.undone.at(-1);
    return last?.flowVersion === this.flow.version && parameters?.getText() === last.before;
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
    this.running++;
    const result = this.queue.then(work);
    this.queue = result
      .catch(() => undefined)
      .finally(() => {
        this.running--;
      });
    return result;
  }
}

/** VS Code refuses the edit, and says false, where the document is not at the version that the offsets were taken from. */
async function applyTo(document: vscode.TextDocument, edits: readonly TextEdit[]): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  for (const { offset, length, text } of edits) {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    edit.replace(document.uri, range, text);
  }
  return vscode.workspace.applyEdit(edit);
}

/** The document, read as Java reads it where it is not UTF-8, so that a save keeps every byte. */
async function openParameters(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const open = vscode.workspace.textDocuments.find((each) => !each.isClosed && each.uri.toString() === uri.toString());
  const document = open ?? (await vscode.workspace.openTextDocument(uri));
  if (!document.getText().includes('\uFFFD') || document.isDirty) return document;
  const { encoding } = decodeParameters(await vscode.workspace.fs.readFile(uri));
  return encoding === 'utf-8' ? document : vscode.workspace.openTextDocument(uri, { encoding: 'iso88591' });
}

/** Bytes that are not UTF-8 are replaced when VS Code reads a file; a save would lose them. */
async function requireUtf8(document: vscode.TextDocument): Promise<void> {
  const { uri } = document;
  if (!document.getText().includes('\uFFFD')) return;
  const bytes = await vscode.workspace.fs.readFile(uri).then(undefined, () => undefined);
  if (!bytes || decodeUtf8(bytes) !== undefined) return;
  throw new FlowKeystoreError(
    'unsupported',
    t('The flow is not UTF-8, as flows are; saving it would lose characters.'),
    { file: uri.fsPath },
    t('Export it from the tenant again.'),
  );
}
