import type { ChannelView } from '../../protocol/adapterEditor';
import { arrange, element, Kept, setAttributes } from '../shared/dom';
import { icon } from '../shared/icons';

/** Channels or steps, one to be chosen: a list box with a roving focus. */
export class ChannelList {
  readonly root: HTMLElement;
  private readonly rows = new Kept<ChannelRow>();
  private order: readonly string[] = [];
  private selected: string | undefined;

  /** @param heading id of the heading that names it */
  constructor(
    heading: string,
    private readonly onSelect: (channel: string) => void,
    private readonly unwrittenWord: string,
  ) {
    this.root = element('div', { class: 'channels', role: 'listbox', 'aria-labelledby': heading });
    this.root.addEventListener('keydown', (event) => {
      const to = this.targetOf(event.key);
      if (to === undefined) return;
      event.preventDefault();
      this.onSelect(to);
      this.rows.get(to)?.root.focus();
    });
    this.root.addEventListener('click', (event) => {
      const row = event.target instanceof Element ? event.target.closest('[data-channel]') : null;
      if (!(row instanceof HTMLElement)) return;
      this.onSelect(row.dataset['channel'] ?? '');
      row.focus();
    });
  }

  /** @param unwritten channels with something typed that is not in the files */
  update(channels: readonly ChannelView[], selected: string | undefined, unwritten: ReadonlySet<string>): void {
    this.order = channels.map(({ id }) => id);
    this.selected = selected;
    const rows = channels.map((channel) => {
      const row = this.rows.obtain(channel.id, () => new ChannelRow(channel.id));
      const status = unwritten.has(channel.id) ? `${channel.status} · ${this.unwrittenWord}` : channel.status;
      row.update({ ...channel, status }, channel.id === selected);
      return row;
    });
    this.rows.keep(new Set(this.order));
    // One row is to be reached with the keyboard, also where the chosen one is in another list.
    if (!this.order.includes(selected ?? '')) rows[0]?.makeReachable();
    arrange(
      this.root,
      rows.map((row) => row.root),
    );
  }

  has(channel: string): boolean {
    return this.order.includes(channel);
  }

  focus(): void {
    this.rows.get(this.selected ?? '')?.root.focus();
  }

  private targetOf(key: string): string | undefined {
    const at = this.order.indexOf(this.selected ?? '');
    const last = this.order.length - 1;
    // Chosen by its focus: Enter and the space bar, where the chosen one is in another list.
    if (at < 0 && (key === 'Enter' || key === ' ')) return this.order[0];
    switch (key) {
      case 'ArrowDown':
        return this.order[Math.min(at + 1, last)];
      case 'ArrowUp':
        return this.order[Math.max(at - 1, 0)];
      case 'Home':
        return this.order[0];
      case 'End':
        return this.order[last];
      default:
        return undefined;
    }
  }
}

class ChannelRow {
  readonly root: HTMLElement;
  private readonly picture = element('span', { class: 'mark' });
  private readonly name = element('span', { class: 'name' });
  private readonly adapter = element('span', { class: 'adapter' });
  private readonly status = element('span', { class: 'status' });

  constructor(id: string) {
    this.root = element(
      'div',
      { class: 'channel', role: 'option', 'data-channel': id },
      this.picture,
      element(
        'span',
        { class: 'words' },
        element('span', { class: 'title' }, this.adapter, ' ', this.name),
        this.status,
      ),
    );
  }

  makeReachable(): void {
    setAttributes(this.root, { tabindex: 0 });
  }

  update({ adapter, name, mark, status }: ChannelView, selected: boolean): void {
    this.adapter.textContent = adapter;
    this.name.textContent = name === adapter ? '' : name;
    this.status.textContent = status;
    this.picture.replaceChildren(...(mark === 'none' ? [] : [icon(mark)]));
    setAttributes(this.root, {
      'aria-selected': selected ? 'true' : 'false',
      tabindex: selected ? 0 : -1,
      class: `channel${selected ? ' selected' : ''}`,
      title: `${adapter} ${name}: ${status}`,
    });
  }
}
