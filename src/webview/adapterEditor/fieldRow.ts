import type {
  EditorStrings,
  FieldDraft,
  FieldView,
  KeyPairView,
  ProblemView,
  WritePlace,
} from '../../protocol/adapterEditor';
import { element, fill, setAttributes } from '../shared/dom';
import { Combobox } from './combobox';
import { certificateRows, keyPairRows, optionRows } from './comboRows';
import { begin, isDirty, received, refused, resume, sending, takenBack, typed, written, type Draft } from './draft';
import { FieldButtons, type FieldAction } from './fieldButtons';
import { FieldNotes, type Note } from './fieldNotes';
import type { KeptField } from './kept';

/** What a field asks of the form around it. */
export interface FieldHost {
  readonly strings: EditorStrings;
  readonly keyPairs: () => readonly KeyPairView[];
  /** Entries with a certificate: for fields that take any of them. */
  readonly certificates: () => readonly KeyPairView[];
  /** Why there are no key pairs to choose from, or empty. */
  readonly keyPairsNote: () => string;
  /** Writes a value; rejects with the reason where it cannot be. */
  readonly write: (draft: FieldDraft) => Promise<void>;
  /** @param alias proposed for it */
  readonly generateKeyPair: (channel: string, use: boolean, alias?: string) => void;
  /** Does it at once, or when no pointer is pressed any more. */
  readonly whenPointerIsUp: (work: () => void) => void;
  readonly openParameter: (name: string) => void;
  /** What a button of the field does; rejects with the reason where it cannot be done. */
  readonly act: (action: FieldAction, channel: string, field: FieldView) => Promise<void>;
  /** Something is to be kept over a hiding of the view. */
  readonly changed: () => void;
}

/** One field of a channel: label, control, where it is written, what it comes to, what is wrong with it. */
export class FieldRow {
  readonly root: HTMLElement;
  private readonly control: { readonly root: HTMLElement; readonly input: HTMLInputElement };
  private readonly combobox: Combobox | undefined;
  private readonly labelNode: HTMLLabelElement;
  private readonly line = element('div', { class: 'line' });
  private readonly below: FieldNotes;
  private place: WritePlace = 'parameters';
  private adding = false;
  private draft: Draft;
  private failure: string | undefined;
  private readonly buttons: FieldButtons;
  /** Below the last row of a table. */
  private readonly after = element('div', { class: 'after' });
  private readonly draw = (): void => this.drawAll();

  constructor(
    private readonly host: FieldHost,
    private readonly channel: string,
    private view: FieldView,
    kept?: KeptField,
  ) {
    const id = `field-${view.id.replace(/[^\w-]/g, '_')}`;
    this.below = new FieldNotes(`${id}-notes`);
    this.labelNode = element('label', { for: id, class: 'label' });
    if (view.options || view.aliases) {
      this.combobox = this.makeCombobox(id);
      this.control = this.combobox;
    } else this.control = this.makeInput(id);
    this.control.input.setAttribute('aria-describedby', this.below.root.id);
    if (kept) {
      this.place = kept.place;
      this.adding = kept.adding;
    }
    this.buttons = new FieldButtons({
      strings: host.strings,
      clear: () => void this.write(this.toWrite('')),
      add: () => {
        this.adding = true;
        this.drawAll();
        this.focus();
      },
      setPlace: (place) => this.setPlace(place),
      act: (action) => void this.act(action),
    });
    this.draft = kept ? resume(this.valueOf(view), kept) : begin(this.valueOf(view));
    this.root = element(
      'div',
      { class: 'field' },
      this.labelNode,
      element('div', { class: 'body' }, this.line, this.below.root, this.after),
    );
    this.root.addEventListener('focusout', ({ relatedTarget }) => {
      // What else belongs to the field (its place, its buttons) decides itself what becomes of what was typed;
      // what needs it in the file has it written first.
      const isOurs = relatedTarget instanceof Node && this.root.contains(relatedTarget);
      const stays = isOurs && !this.buttons.needsWritten(relatedTarget);
      if (!stays) void this.commit();
    });
    this.drawAll();
  }

  get kept(): KeptField | undefined {
    const chosen = this.view.parameter && this.place === 'flow';
    if (!isDirty(this.draft) && !chosen && !this.adding) return undefined;
    const { channel, place, adding } = this;
    return { channel, field: this.view.id, place, adding, base: this.draft.base, text: this.draft.text };
  }

  /** What is typed and not written, for whatever reason. */
  get pending(): FieldDraft | undefined {
    return isDirty(this.draft) ? this.toWrite(this.draft.text) : undefined;
  }

  /** What is to be written when the field is left. Over another's change a person must decide: Enter, or Escape. */
  private get unwritten(): FieldDraft | undefined {
    return this.draft.theirs === undefined && !this.control.input.readOnly ? this.pending : undefined;
  }

  update(view: FieldView): void {
    const before = this.valueOf(this.view);
    this.view = view;
    if (!view.missing) this.adding = false;
    const now = this.valueOf(view);
    if (now !== before || now !== this.draft.base) {
      this.draft = received(this.draft, now);
      if (!isDirty(this.draft)) this.failure = undefined;
    }
    this.redraw();
  }

  get id(): FieldView['id'] {
    return this.view.id;
  }

  /** The key in the flow. */
  get key(): string {
    return this.view.key;
  }

  get isTableRow(): boolean {
    return this.view.row !== undefined;
  }

  /** The browser's own undo belongs to what is being typed. */
  get isTyping(): boolean {
    return isDirty(this.draft) && document.activeElement === this.control.input;
  }

  refreshKeyPairs(): void {
    this.combobox?.refresh();
  }

  focus(): void {
    if (this.view.addRow === 'only') {
      this.buttons.focusAddRow();
      return;
    }
    this.control.input.focus();
    this.control.input.select();
  }

  /** Writes what was typed, where there is something to write. */
  async commit(): Promise<void> {
    const { unwritten } = this;
    if (unwritten) await this.write(unwritten);
  }

  /** Enter: as `commit`, over another's change too. */
  private async commitOnPurpose(): Promise<void> {
    const { pending } = this;
    if (pending && !this.control.input.readOnly) await this.write(pending);
  }

  private async write(toWrite: FieldDraft): Promise<void> {
    this.draft = sending({ ...this.draft, text: toWrite.value });
    this.failure = undefined;
    this.redraw();
    try {
      await this.host.write(toWrite);
      this.draft = written(this.draft, toWrite.value);
    } catch (error) {
      this.draft = refused(this.draft, toWrite.value);
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.redraw();
    this.host.changed();
  }

  /** What was typed is written before, or given up with its row. */
  private async act(action: FieldAction): Promise<void> {
    if (action === 'removeRow') this.takeBack();
    else await this.commit();
    if (this.failure !== undefined) return;
    try {
      await this.host.act(action, this.channel, this.view);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      this.redraw();
    }
  }

  private toWrite(value: string): FieldDraft {
    return {
      channel: this.channel,
      field: this.view.id,
      value,
      place: this.view.parameter ? this.place : 'flow',
      add: this.adding,
    };
  }

  /** The value that is edited: the parameter's, or what the flow says. */
  private valueOf({ parameter, value }: FieldView): string {
    return parameter && this.place === 'parameters' ? parameter.value : value;
  }

  private setPlace(place: WritePlace): void {
    const { pending } = this;
    this.place = place;
    this.draft = begin(this.valueOf(this.view));
    if (pending) this.draft = typed(this.draft, pending.value);
    this.failure = undefined;
    this.redraw();
    this.host.changed();
  }

  private onInput(shown: string): void {
    this.draft = typed(this.draft, this.valueFor(shown));
    this.failure = undefined;
    this.drawBelow();
    this.host.changed();
  }

  private takeBack(): boolean {
    const had = isDirty(this.draft) || this.failure !== undefined;
    this.draft = takenBack(this.draft);
    this.failure = undefined;
    this.redraw();
    this.host.changed();
    return had;
  }

  /** What was typed is a proposal for its alias; nothing is written before there is such a key pair. */
  private generateKeyPair(): void {
    const { pending } = this;
    if (pending) this.takeBack();
    this.host.generateKeyPair(this.channel, true, pending?.value);
  }

  private choose(value: string): void {
    this.draft = typed(this.draft, value);
    this.redraw();
    void this.commitOnPurpose();
  }

  // --- Drawing

  private redraw(): void {
    this.host.whenPointerIsUp(this.draw);
  }

  private drawAll(): void {
    const { view, draft } = this;
    const { input } = this.control;
    const { strings } = this.host;
    setAttributes(this.labelNode, { title: view.key });
    this.labelNode.textContent = view.label;
    this.combobox?.label(`${view.label}: ${strings.choices}`);
    const shown = this.shownFor(draft.text);
    if (input.value !== shown) input.value = shown;
    const locked = view.readOnly || (view.missing !== undefined && !this.adding) || this.placeIsUnavailable();
    input.readOnly = locked;
    this.control.root.classList.toggle('locked', locked);
    setAttributes(input, { 'aria-readonly': locked ? 'true' : undefined });
    this.buttons.draw({ view, place: this.place, adding: this.adding }, this.control.root, this.line, this.after);
    this.drawBelow();
  }

  private placeIsUnavailable(): boolean {
    return this.place === 'parameters' && this.view.parameter?.unavailable !== undefined;
  }

  private drawBelow(): void {
    const notes = this.notes();
    const worst = this.failure !== undefined || this.view.problems.some(({ mark }) => mark === 'error');
    setAttributes(this.control.input, { 'aria-invalid': worst ? 'true' : undefined });
    this.below.draw(notes, this.control.input);
  }

  private notes(): Note[] {
    const { view, draft } = this;
    const { strings } = this.host;
    const notes: Note[] = [];
    if (this.failure !== undefined) notes.push({ mark: 'error', words: this.failure });
    if (draft.theirs !== undefined && isDirty(draft)) {
      notes.push({
        mark: 'warning',
        words: fill(strings.changedMeanwhile, { value: this.shownFor(draft.theirs) }),
        actions: [{ label: strings.takeTheirs, run: () => this.takeBack() }],
      });
    } else if (isDirty(draft)) notes.push({ mark: 'none', words: strings.notWritten });
    for (const problem of view.problems) notes.push(this.problemNote(problem));
    if (view.parameter) notes.push(this.parameterNote(view.parameter));
    if (view.preview !== undefined) {
      notes.push({ mark: 'none', kind: 'preview', words: strings.resolvesTo, code: view.preview });
    }
    for (const { mark, text } of view.notes) notes.push({ mark, words: text });
    if (view.missing !== undefined) notes.push({ mark: 'information', words: view.missing });
    return notes;
  }

  private parameterNote({ name, unavailable, shared }: NonNullable<FieldView['parameter']>): Note {
    const { strings } = this.host;
    return {
      mark: 'none',
      kind: 'parameter',
      words: strings.parameterIs,
      actions: [{ label: `{{${name}}}`, title: strings.openParameter, run: () => this.host.openParameter(name) }],
      after: [shared, unavailable].flatMap((text) => (text ? [` · ${text}`] : [])).join(''),
      last: this.view.canInternalize
        ? {
            label: strings.internalize,
            spoken: `${strings.internalize}: ${this.view.label}`,
            run: () => void this.act('internalize'),
          }
        : undefined,
    };
  }

  private problemNote({ mark, text, help, fixes }: ProblemView): Note {
    const actions = fixes.map(({ label, value }) => ({ label, run: () => void this.write(this.toWrite(value)) }));
    return { mark, words: help ? `${text} ${help}` : text, ...(this.view.readOnly ? {} : { actions }) };
  }

  // --- Controls

  private makeInput(id: string): { root: HTMLElement; input: HTMLInputElement } {
    const input = element('input', { id, class: 'input', type: 'text', spellcheck: 'false', autocomplete: 'off' });
    input.addEventListener('input', () => this.onInput(input.value));
    input.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key === 'Enter') void this.commitOnPurpose();
      else if (event.key !== 'Escape' || !this.takeBack()) return;
      event.preventDefault();
      event.stopPropagation();
    });
    return { root: element('div', { class: 'textbox' }, input), input };
  }

  private makeCombobox(id: string): Combobox {
    const combobox = new Combobox({
      id,
      showChoices: `${this.view.label}: ${this.host.strings.showChoices}`,
      rows: () =>
        this.view.options
          ? optionRows(this.view.options)
          : this.view.aliases === 'certificates'
            ? certificateRows(this.host.certificates(), this.host.keyPairsNote())
            : keyPairRows(
                this.host.keyPairs(),
                this.host.keyPairsNote(),
                this.view.id === 'privateKeyAlias'
                  ? { label: this.host.strings.generateRow, run: () => this.generateKeyPair() }
                  : undefined,
              ),
      moreRows: (count) => fill(this.host.strings.moreRows, { count }),
      onChoose: (value) => this.choose(this.valueFor(value)),
      onInput: () => this.onInput(combobox.input.value),
      onEnter: () => void this.commitOnPurpose(),
      onEscape: () => this.takeBack(),
    });
    return combobox;
  }

  /** People read the label of a choice; the flow holds its value. */
  private shownFor(value: string): string {
    return this.view.options?.find((option) => option.value === value)?.label ?? value;
  }

  private valueFor(shown: string): string {
    const options = this.view.options ?? [];
    return options.find(({ label }) => label === shown)?.value ?? shown;
  }
}
