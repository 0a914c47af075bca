import type { KeystoreView } from '../../src/core/checks/keystoreView';
import type { CheckedFlow } from '../../src/core/checks/context';
import { applyEdits, editField, type FieldEdit } from '../../src/core/flow/edit';
import type { Flow, FlowPart, PartField } from '../../src/core/flow/model';
import { fieldById, partById } from '../../src/core/flow/partFields';
import { addTableRow, removeTableRow } from '../../src/core/flow/tableRows';
import { readParameters, type Parameters as FlowParameters } from '../../src/core/flow/parameters';
import { readFlow } from '../../src/core/flow/read';
import { validityText } from '../../src/core/keystore/describe';
import { fillIn } from '../../src/core/report/findingText';
import {
  certificateViews,
  editorState,
  keyPairsNote,
  keyPairViews,
  type TestRecord,
} from '../../src/host/editors/editorModel';
import type { ModelTexts } from '../../src/host/editors/fieldModel';
import type { EditorState, FieldDraft, KeyPairView } from '../../src/protocol/adapterEditor';

/** English, as the host shows it without a language pack. */
export const englishTexts = (now: Date, days = 30): ModelTexts => ({
  say: (text, args = {}) => fillIn({ text, args }),
  validity: (validity) => validityText(validity, now, days),
  moment: (at) => at.toISOString().slice(11, 19),
});

/** A flow with its parameters in memory, edited and shown as the host does it. */
export class MemoryEditor {
  readonly tests = new Map<string, TestRecord>();

  constructor(
    public flow: string,
    public parameters: string | undefined,
    public keystores: readonly KeystoreView[],
    readonly options: { readonly now: Date; readonly days: number },
    readonly name = 'Orders to Partner A',
  ) {}

  get source(): CheckedFlow {
    return {
      file: 'flow.iflw',
      flow: readFlow(this.flow, this.name),
      ...(this.parameters === undefined
        ? {}
        : { parametersFile: { file: 'parameters.prop', parameters: readParameters(this.parameters) } }),
    };
  }

  get texts(): ModelTexts {
    return englishTexts(this.options.now, this.options.days);
  }

  state(
    more: Partial<Pick<Parameters<typeof editorState>[0], 'parametersUnsaved' | 'undoParameters'>> = {},
  ): EditorState {
    return editorState({
      source: this.source,
      keystores: this.keystores,
      options: this.options,
      texts: this.texts,
      testOf: (channel) => this.tests.get(channel),
      parametersUnsaved: false,
      undoParameters: false,
      redoParameters: false,
      ...more,
    });
  }

  keyPairs(): readonly KeyPairView[] {
    return keyPairViews(this.keystores, this.options, this.texts);
  }

  keyPairsNote(): string {
    return keyPairsNote(this.keystores, this.texts);
  }

  certificates(): readonly KeyPairView[] {
    return certificateViews(this.keystores, this.options, this.texts);
  }

  write({ channel, field: id, value, place, add }: FieldDraft): void {
    const found = this.find(channel, id);
    const target = found.field.parameter === undefined ? 'flow' : place;
    this.apply(editField(found, found.field, value, target, { add }));
  }

  addRow(channel: string, id: string, value: string): void {
    const found = this.find(channel, id);
    this.apply(addTableRow(found, found.field, value));
  }

  removeRow(channel: string, id: string): void {
    const found = this.find(channel, id);
    this.apply(removeTableRow(found, found.field, found.field.cell?.row ?? -1));
  }

  private find(
    id: string,
    name: string,
  ): { flow: Flow; part: FlowPart; parameters: FlowParameters | undefined; field: PartField } {
    const { flow, parametersFile } = this.source;
    const parameters = parametersFile?.parameters;
    const part = partById(flow, id);
    const field = part && fieldById(part, name, parameters);
    if (!field) throw new Error(`no field ${name} in ${id}`);
    return { flow, part: part.part, parameters, field };
  }

  private apply({ place, edits }: FieldEdit): void {
    if (place === 'flow') this.flow = applyEdits(this.flow, edits);
    else this.parameters = applyEdits(this.parameters ?? '', edits);
  }
}
