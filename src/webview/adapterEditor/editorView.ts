import type {
  EditorState,
  EditorStrings,
  FieldDraft,
  FieldId,
  FromAdapterEditor,
  KeyPairView,
} from '../../protocol/adapterEditor';
import { Announcer, arrange, button, element, Kept, setAttributes } from '../shared/dom';
import { icon } from '../shared/icons';
import { PointerRest } from '../shared/pointer';
import { ChannelForm, type FormHost } from './channelForm';
import { ChannelGroups } from './channelGroups';
import type { FieldAction } from './fieldButtons';
import type { Folds } from './fold';
import type { KeptField, KeptState } from './kept';

export interface ViewHost {
  readonly send: (message: FromAdapterEditor) => void;
  readonly write: (draft: FieldDraft) => Promise<void>;
  /** Rejects with the reason where it cannot be done. */
  readonly act: (message: Extract<FromAdapterEditor, { readonly type: FieldAction }>) => Promise<void>;
  readonly keep: (state: KeptState) => void;
}

/** The whole editor: receivers, and what else uses keys, beside the chosen one. */
export class EditorView {
  private state: EditorState | undefined;
  private keyPairs: readonly KeyPairView[] = [];
  private certificates: readonly KeyPairView[] = [];
  private keyPairsNote = '';
  private selected: string | undefined;
  private form: ChannelForm | undefined;
  /** Of all channels looked at: what could not be written yet must outlast a look at another channel. */
  private readonly forms = new Kept<ChannelForm>();
  private readonly groups: ChannelGroups;
  private readonly opened: Map<string, boolean>;
  private readonly folds: Folds;
  /** Where the view was, in pixels, until it is drawn there again. */
  private scrolled: number | undefined;
  /** Taken up when its channel is first looked at. */
  private kept: KeptField[];
  private readonly pointer = new PointerRest(window);
  private readonly draw = (): void => this.drawAll();
  private readonly drawRows = (): void => this.drawList();
  private readonly announcer = new Announcer();
  private readonly title = element('h1', {});
  private readonly unsaved = element('p', { class: 'unsaved', role: 'status' });
  private readonly unsavedWords = element('span', {});
  private readonly undo: HTMLButtonElement;
  private readonly header: HTMLElement;
  private readonly columns: HTMLElement;
  private readonly empty: HTMLElement;
  private readonly broken = element('div', { class: 'broken', role: 'alert' });

  constructor(
    root: HTMLElement,
    private readonly strings: EditorStrings,
    private readonly host: ViewHost,
    kept: KeptState | undefined,
  ) {
    this.opened = new Map((kept?.folds ?? []).map(({ id, open }) => [id, open]));
    this.folds = {
      isOpen: (id) => this.opened.get(id),
      set: (id, open) => {
        this.opened.set(id, open);
        this.remember();
      },
    };
    this.scrolled = kept?.scrolled;
    this.groups = new ChannelGroups(
      {
        strings,
        folds: this.folds,
        select: (channel) => this.select(channel),
        searched: () => {
          this.drawList();
          this.remember();
        },
        say: (sentence) => this.announcer.say(sentence),
      },
      kept?.query ?? '',
    );
    this.selected = kept?.channel;
    this.kept = [...(kept?.drafts ?? [])];
    const openAsText = (): void =>
      host.send({ type: 'openAsText', ...(this.selected === undefined ? {} : { channel: this.selected }) });
    this.header = element(
      'header',
      { class: 'header' },
      this.title,
      element(
        'div',
        { class: 'toolbar' },
        button(strings.openAsText, openAsText),
        button(strings.testAll, () => host.send({ type: 'testAll' }), { id: 'test-all' }),
      ),
    );
    this.undo = button(strings.undoParameters, () => host.send({ type: 'undoParameters' }), { kind: 'link' });
    this.unsaved.append(
      icon('information'),
      this.unsavedWords,
      button(strings.saveParameters, () => host.send({ type: 'saveParameters' }), { kind: 'link' }),
      this.undo,
    );
    this.columns = element('div', { class: 'columns' });
    this.empty = element(
      'div',
      { class: 'empty' },
      element('h2', {}, strings.noReceivers),
      element('p', {}, strings.noReceiversHelp),
      button(strings.openAsText, openAsText, { kind: 'primary' }),
    );
    root.replaceChildren(
      element('main', { class: 'editor' }, this.header, this.unsaved, this.broken, this.columns, this.empty),
      this.announcer.root,
    );
    window.addEventListener('keydown', (event) => this.onKey(event), { capture: true });
    window.addEventListener('scrollend', () => this.remember());
  }

  update(state: EditorState): void {
    this.state = state;
    this.pointer.whenUp(this.draw);
  }

  updateKeyPairs(keyPairs: readonly KeyPairView[], certificates: readonly KeyPairView[], note: string): void {
    this.keyPairs = keyPairs;
    this.certificates = certificates;
    this.keyPairsNote = note;
    for (const row of this.form?.fieldRows() ?? []) row.refreshKeyPairs();
  }

  reveal(channel: string, field: FieldId | undefined): void {
    if (!this.state?.channels.some(({ id }) => id === channel)) return;
    this.select(channel);
    this.groups.reveal(channel);
    if (field) this.form?.focus(field);
    else this.groups.focus(channel);
  }

  /** Writes what was typed and not written yet. */
  async commitDrafts(): Promise<void> {
    await Promise.all((this.form?.fieldRows() ?? []).map((row) => row.commit()));
  }

  private select(channel: string): void {
    if (channel === this.selected) return;
    this.selected = channel;
    this.draw();
    this.keep();
  }

  private drawAll(): void {
    const { state } = this;
    if (!state) return;
    const { broken, channels } = state;
    const ids = channels.map(({ id }) => id);
    // Broken XML has no channels and is mended soon: the person is still at the same one.
    if (!broken && !ids.includes(this.selected ?? '')) this.selected = ids[0];
    this.title.textContent = state.flow;
    this.unsavedWords.textContent = state.parametersUnsaved ?? '';
    this.unsaved.hidden = state.parametersUnsaved === undefined;
    this.undo.hidden = !state.undoParameters;
    this.drawBroken(broken);
    this.header.hidden = broken !== undefined;
    this.columns.hidden = broken !== undefined || channels.length === 0;
    this.empty.hidden = broken !== undefined || channels.length > 0;
    setAttributes(this.header.querySelector('#test-all') ?? this.header, {
      disabled: !channels.some(({ testable }) => testable),
    });
    this.drawChannel(state);
    if (this.scrolled === undefined) return;
    window.scrollTo(0, this.scrolled);
    this.scrolled = undefined;
  }

  private drawChannel(state: EditorState): void {
    const { selected } = this;
    if (!state.broken) this.forms.keep(new Set(state.channels.map(({ id }) => id)));
    const view = state.channels.find(({ id }) => id === selected);
    if (!view) {
      this.form = undefined;
      this.columns.replaceChildren();
      this.drawList();
      return;
    }
    this.form = this.forms.obtain(view.id, () => new ChannelForm(this.formHost(), view.id));
    this.form.update(view);
    arrange(this.columns, [this.groups.root, this.form.root]);
    this.drawList();
  }

  private drawList(): void {
    const unwritten = new Set(this.pending().map(({ channel }) => channel));
    this.groups.update(this.state?.channels ?? [], this.selected, unwritten);
  }

  private pending(): FieldDraft[] {
    const kept = this.kept.flatMap(({ channel, field, text: value, base, place, adding: add }) =>
      value === base ? [] : [{ channel, field, value, place, add }],
    );
    return [...kept, ...[...this.forms.values()].flatMap((form) => form.pending())];
  }

  private drawBroken(broken: EditorState['broken']): void {
    this.broken.hidden = !broken;
    if (!broken) {
      this.broken.replaceChildren();
      return;
    }
    this.broken.replaceChildren(
      element('h1', {}, icon('error'), ` ${this.strings.broken}`),
      element('p', {}, broken.message),
      element('p', { class: 'place' }, broken.place),
      button(this.strings.openAsText, () => this.host.send({ type: 'openAsText' }), { kind: 'primary' }),
    );
  }

  private formHost(): FormHost {
    const { host } = this;
    return {
      strings: this.strings,
      keyPairs: () => this.keyPairs,
      keyPairsNote: () => this.keyPairsNote,
      write: async (draft) => {
        await host.write(draft);
        this.announcer.say(this.strings.written);
      },
      certificates: () => this.certificates,
      act: async (type, channel, { id: field }) => {
        await host.act(type === 'addRow' ? { type, channel, field, value: '' } : { type, channel, field });
        this.announcer.say(this.strings.written);
      },
      folds: this.folds,
      generateKeyPair: (channel, use, alias) =>
        host.send({ type: 'generateKeyPair', channel, use, ...(alias === undefined ? {} : { alias }) }),
      whenPointerIsUp: (work) => this.pointer.whenUp(work),
      openParameter: (parameter) => host.send({ type: 'openParameters', parameter }),
      test: (channel) => host.send({ type: 'test', channel }),
      changed: () => this.keep(),
      keptField: (channel, field) => this.takeKept(channel, field),
    };
  }

  /** Once: later what was kept is old. */
  private takeKept(channel: string, field: FieldId): KeptField | undefined {
    const taken = this.kept.find((each) => each.channel === channel && each.field === field);
    if (taken) this.kept = this.kept.filter((each) => each !== taken);
    return taken;
  }

  /** What a look elsewhere must not lose. */
  private remember(): void {
    this.host.keep({
      ...(this.selected === undefined ? {} : { channel: this.selected }),
      drafts: [...this.kept, ...[...this.forms.values()].flatMap((form) => form.kept())],
      query: this.groups.query,
      folds: [...this.opened].map(([id, open]) => ({ id, open })),
      scrolled: Math.round(window.scrollY),
    });
  }

  private keep(): void {
    this.remember();
    // The view may be closed without a word: the host has to know what would be lost then.
    this.host.send({ type: 'drafts', drafts: this.pending() });
    this.pointer.whenUp(this.drawRows);
  }

  private onKey(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    // At once: nothing may be there to be saved before it is written.
    if (key === 's') void this.commitDrafts();
    if (key === 'f' && !event.shiftKey && this.groups.focusSearch()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // Undo and redo of a change in parameters.prop: the workbench would undo in the flow, which has not changed.
    const undo = key === 'z' && !event.shiftKey;
    const redo = key === 'y' || (key === 'z' && event.shiftKey);
    if (!undo && !redo) return;
    if (this.form?.fieldRows().some((row) => row.isTyping)) {
      // The browser's own undo, of what is being typed. The workbench would hear of the key too, and undo in the flow.
      event.stopImmediatePropagation();
      return;
    }
    const { undoParameters = false, redoParameters = false } = this.state ?? {};
    if (!(undo ? undoParameters : redoParameters)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.host.send({ type: undo ? 'undoParameters' : 'redoParameters' });
  }
}
