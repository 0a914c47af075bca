import type { ChannelKind, ChannelView, EditorStrings } from '../../protocol/adapterEditor';
import { arrange, element, fill } from '../shared/dom';
import { ChannelList } from './channelList';
import { Fold, type Folds } from './fold';

/** Fewer are seen at a glance. */
const searchedFrom = 7;

export interface GroupsHost {
  readonly strings: EditorStrings;
  readonly folds: Folds;
  readonly select: (channel: string) => void;
  /** What is searched for has changed. */
  readonly searched: () => void;
  /** For a screen reader. */
  readonly say: (sentence: string) => void;
}

interface Group {
  readonly kind: ChannelKind;
  readonly list: ChannelList;
  readonly root: HTMLElement;
  /** Receivers, which everyone looks for, do not fold. */
  readonly fold: Fold | undefined;
}

/** All that uses keys: receivers, then, folded, senders and steps; to be searched where they are many. */
export class ChannelGroups {
  readonly root: HTMLElement;
  private readonly groups: readonly Group[];
  private readonly search: HTMLInputElement;
  private readonly nothing: HTMLElement;
  private channels: readonly ChannelView[] = [];

  constructor(
    private readonly host: GroupsHost,
    query: string,
  ) {
    const { strings } = host;
    this.search = element('input', {
      class: 'input search',
      type: 'search',
      placeholder: strings.search,
      'aria-label': strings.search,
      spellcheck: 'false',
      autocomplete: 'off',
    });
    this.search.value = query;
    this.search.addEventListener('input', () => {
      host.searched();
      const { length } = this.channels.filter((channel) => this.isFound(channel));
      host.say(length ? fill(strings.found, { count: length, all: this.channels.length }) : strings.nothingFound);
    });
    this.search.addEventListener('keydown', (event) => this.onKey(event));
    this.nothing = element('p', { class: 'nothing' }, strings.nothingFound);
    this.groups = (['receiver', 'sender', 'step'] as const).map((kind) => this.makeGroup(kind));
    this.root = element('div', { class: 'aside' });
  }

  get query(): string {
    return this.search.value;
  }

  /** @param unwritten channels with something typed that is not in the files */
  update(channels: readonly ChannelView[], selected: string | undefined, unwritten: ReadonlySet<string>): void {
    const { strings } = this.host;
    this.channels = channels;
    const searching = this.query.trim() !== '';
    const hasReceivers = channels.some(({ kind }) => kind === 'receiver');
    const shown = this.groups.flatMap((group) => {
      const all = channels.filter(({ kind }) => kind === group.kind);
      const found = all.filter((channel) => this.isFound(channel));
      group.list.update(found, selected, unwritten);
      group.fold?.update(
        group.kind === 'sender' ? strings.senders : strings.steps,
        !hasReceivers,
        searching && found.length > 0,
        String(found.length),
      );
      return found.length ? [group.root] : [];
    });
    arrange(this.root, [
      (channels.length >= searchedFrom || searching) && this.search,
      ...shown,
      channels.length > 0 && shown.length === 0 && this.nothing,
    ]);
  }

  /** Shows a channel, whatever is searched for and folded, and goes to it. */
  reveal(channel: string): void {
    const found = this.channels.find(({ id }) => id === channel);
    if (!found) return;
    if (!this.isFound(found)) this.search.value = '';
    const group = this.groups.find(({ kind }) => kind === found.kind);
    if (group?.fold) this.host.folds.set(group.kind, true);
    this.host.searched();
  }

  focus(channel: string): void {
    this.groups.find(({ list }) => list.has(channel))?.list.focus();
  }

  /** Whether there is anything to search in. */
  focusSearch(): boolean {
    if (!this.search.isConnected) return false;
    this.search.focus();
    this.search.select();
    return true;
  }

  private makeGroup(kind: ChannelKind): Group {
    const id = kind === 'receiver' ? 'receivers' : kind;
    const list = new ChannelList(`${id}-heading`, this.host.select, this.host.strings.unwritten);
    if (kind === 'receiver') {
      const heading = element('h2', { id: 'receivers-heading' }, this.host.strings.receivers);
      return { kind, list, root: element('div', { class: 'group' }, heading, list.root), fold: undefined };
    }
    const fold = new Fold(kind, this.host.folds, 'h2', list.root);
    fold.root.classList.add('group');
    return { kind, list, root: fold.root, fold };
  }

  /** Every word, in any order. */
  private isFound({ adapter, name, status, words, version }: ChannelView): boolean {
    const text = `${adapter} ${name} ${status} ${version} ${words}`.toLowerCase();
    return this.query
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.query !== '') {
      this.search.value = '';
      this.host.searched();
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      const first = this.root.querySelector<HTMLElement>('.channel');
      if (!first) return;
      if (event.key === 'Enter') this.host.select(first.dataset['channel'] ?? '');
      else first.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
