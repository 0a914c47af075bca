import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { applyEdits, editField, invertEdits, type FieldEdit } from '../../core/flow/edit';
import type { Flow, FlowPart, PartField, TextEdit } from '../../core/flow/model';
import type { Parameters } from '../../core/flow/parameters';
import { fieldById, partById } from '../../core/flow/partFields';
import { addTableRow, removeTableRow } from '../../core/flow/tableRows';
import type { FieldDraft } from '../../protocol/adapterEditor';
import { applyTo, openParameters, requireFaithful } from '../language/documentEdits';
import { openDocument, type FlowDocuments } from '../language/flowDocuments';

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
    return this.change((parameters) => this.editFor(draft, parameters));
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

  /** Adds a row to the table that a field is in. @throws FlowKeystoreError as `addTableRow`, `setField` */
  addRow(channel: string, field: string, value: string): Promise<void> {
    return this.change((parameters) => {
      const found = this.fieldFor(channel, field, parameters);
      return addTableRow(found, found.field, value);
    });
  }

  /** Removes the row of a table that a field is. @throws FlowKeystoreError as `setField` */
  removeRow(channel: string, field: string): Promise<void> {
    return this.change((parameters) => {
      const found = this.fieldFor(channel, field, parameters);
      const row = found.field.cell?.row;
      if (row !== undefined) return removeTableRow(found, found.field, row);
      throw new FlowKeystoreError('property-unknown', t('The table has no such row.'), { detail: channel });
    });
  }

  private change(plan: (parameters: vscode.TextDocument | undefined) => FieldEdit): Promise<void> {
    return this.enqueue(async () => {
      for (let attempt = 0; attempt < 3; attempt++) if (await this.tryChange(plan)) return;
      throw new FlowKeystoreError('unwritable', t('The file could not be changed.'), { file: this.flow.uri.fsPath });
    });
  }

  private async tryChange(plan: (parameters: vscode.TextDocument | undefined) => FieldEdit): Promise<boolean> {
    const parameters = await this.openParameters();
    await requireFaithful(this.flow);
    // From here to the edit nothing is waited for: the offsets speak of the text as it is at this moment.
    const edit = plan(parameters);
    if (!edit.edits.length) return true;
    if (edit.place === 'flow') return applyTo(this.flow, edit.edits);
    return parameters !== undefined && this.changeParameters(parameters, edit.edits);
  }

  private editFor(
    { channel: id, field, value, place, add }: FieldDraft,
    parametersDocument: vscode.TextDocument | undefined,
  ): FieldEdit {
    const found = this.fieldFor(id, field, parametersDocument);
    const target = found.field.parameter === undefined ? 'flow' : place;
    return editField(found, found.field, value, target, { add });
  }

  private fieldFor(
    id: string,
    name: string,
    parametersDocument: vscode.TextDocument | undefined,
  ): {
    readonly flow: Flow;
    readonly part: FlowPart;
    readonly parameters: Parameters | undefined;
    readonly field: PartField;
  } {
    const flow = this.documents.flowOf(this.flow);
    const parameters = parametersDocument && this.documents.parametersOf(parametersDocument);
    const part = partById(flow, id);
    if (!part) {
      throw new FlowKeystoreError('channel-unknown', t('The flow has no such channel or step.'), { detail: id });
    }
    const field = fieldById(part, name, parameters);
    if (!field) throw new FlowKeystoreError('property-unknown', t('The channel has no such field.'), { detail: id });
    return { flow, part: part.part, parameters, field };
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
    return parametersFile && openDocument(vscode.Uri.parse(parametersFile.file, true));
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

function digestOf(document: vscode.TextDocument): string {
  return createHash('sha256').update(document.getText()).digest('base64');
}
