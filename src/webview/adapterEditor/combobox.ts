import { element, setAttributes } from '../shared/dom';
import { icon } from '../shared/icons';

/** A row of the list: what it puts into the field, or what it does. */
export interface ComboRow {
  /** What the row is compared with while one types, and what it puts into the field. Absent for a row that acts. */
  readonly text?: string;
  /** Further words that find the row. */
  readonly words?: string;
  readonly act?: () => void;
  /** Only says something. */
  readonly inert?: true;
  /** The row as drawn. */
  readonly draw: () => readonly Node[];
  readonly title?: string;
}

export interface ComboOptions {
  readonly id: string;
  readonly showChoices: string;
  readonly rows: () => readonly ComboRow[];
  /** `{count}` filled in. */
  readonly moreRows: (count: number) => string;
  /** A row was chosen. */
  readonly onChoose: (text: string) => void;
  readonly onInput: () => void;
  /** Enter, with nothing to choose. */
  readonly onEnter: () => void;
  /** Escape, with the list closed. Says whether there was something to take back. */
  readonly onEscape: () => boolean;
}

/** A list of thousands of rows is of no use; typing finds the rest. */
const mostRows = 100;

/**
 * An editable combo box with a list (ARIA Authoring Practices, "Editable Combobox With List Autocomplete"): any text may be typed, the list
 * shows what fits it.
 */
export class Combobox {
  readonly root: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private shown: readonly ComboRow[] = [];
  private active = -1;
  private filtering = false;

  constructor(private readonly options: ComboOptions) {
    const listId = `${options.id}-list`;
    this.input = element('input', {
      id: options.id,
      class: 'input',
      type: 'text',
      role: 'combobox',
      spellcheck: 'false',
      autocomplete: 'off',
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      'aria-controls': listId,
    });
    this.list = element('div', { id: listId, class: 'list', role: 'listbox', hidden: true });
    const opener = element(
      'button',
      { type: 'button', class: 'opener', tabindex: -1, 'aria-label': options.showChoices, title: options.showChoices },
      icon('dropdown'),
    );
    this.root = element('div', { class: 'combobox' }, this.input, opener, this.list);
    opener.addEventListener('mousedown', (event) => event.preventDefault());
    opener.addEventListener('click', () => {
      this.input.focus();
      if (this.isOpen) this.close();
      else this.open(false);
    });
    this.list.addEventListener('mousedown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => {
      const row = event.target instanceof Element ? event.target.closest('[data-row]') : null;
      if (row instanceof HTMLElement) this.choose(Number(row.dataset['row']));
    });
    this.input.addEventListener('input', () => {
      this.options.onInput();
      this.open(true);
    });
    this.input.addEventListener('click', () => {
      if (!this.isOpen) this.open(false);
    });
    this.input.addEventListener('keydown', (event) => this.onKey(event));
    this.input.addEventListener('focusout', () => this.close());
  }

  get isOpen(): boolean {
    return !this.list.hidden;
  }

  /** Draws the rows anew, where they are shown: the keystores have changed. The row that the arrow keys stand on stays, as long as it is there. */
  refresh(): void {
    if (!this.isOpen) return;
    const before = this.shown[this.active];
    this.draw();
    if (!before) return;
    const again = this.shown.findIndex((row) => row.text === before.text && row.title === before.title);
    if (again >= 0) this.setActive(again);
  }

  label(text: string): void {
    this.list.setAttribute('aria-label', text);
  }

  private onKey(event: KeyboardEvent): void {
    const handled = this.handleKey(event);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private handleKey({ key, altKey, isComposing }: KeyboardEvent): boolean {
    if (isComposing || this.input.readOnly) return false;
    switch (key) {
      case 'ArrowDown':
      case 'ArrowUp':
        if (altKey && key === 'ArrowUp') this.close();
        else if (this.isOpen) this.move(key === 'ArrowDown' ? 1 : -1);
        else {
          this.open(false);
          if (this.active < 0 && !altKey) this.move(key === 'ArrowDown' ? 1 : -1);
        }
        return true;
      case 'PageDown':
      case 'PageUp':
        if (this.isOpen) this.move(key === 'PageDown' ? 8 : -8);
        return this.isOpen;
      case 'Enter':
        if (this.isOpen && this.active >= 0) this.choose(this.active);
        else {
          this.close();
          this.options.onEnter();
        }
        return true;
      case 'Escape':
        if (this.isOpen) {
          this.close();
          return true;
        }
        return this.options.onEscape();
      default:
        return false;
    }
  }

  private open(filtering: boolean): void {
    if (this.input.readOnly) return;
    this.filtering = filtering;
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    this.draw();
    const { bottom, top } = this.input.getBoundingClientRect();
    const below = window.innerHeight - bottom;
    this.list.classList.toggle('above', below < this.list.offsetHeight && top > below);
  }

  close(): void {
    this.list.hidden = true;
    this.setActive(-1);
    setAttributes(this.input, { 'aria-expanded': 'false' });
  }

  private draw(): void {
    const rows = this.options.rows();
    const typed = this.input.value.trim().toLowerCase();
    const fits = (row: ComboRow): boolean =>
      row.text === undefined || `${row.text} ${row.words ?? ''}`.toLowerCase().includes(typed);
    const fitting = this.filtering && typed ? rows.filter(fits) : rows;
    const choices = fitting.filter((row) => !row.act);
    const acts = fitting.filter((row) => row.act);
    this.shown = [...choices.slice(0, mostRows), ...acts];
    const drawn = this.shown.map((row, at) =>
      element(
        'div',
        {
          id: `${this.options.id}-row-${at}`,
          class: row.act ? 'row act' : 'row',
          role: 'option',
          'aria-disabled': row.inert ? 'true' : undefined,
          'aria-selected': 'false',
          'data-row': at,
          title: row.title,
        },
        ...row.draw(),
      ),
    );
    if (choices.length > mostRows) {
      const more = element('div', { class: 'more', role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' });
      more.textContent = this.options.moreRows(choices.length - mostRows);
      drawn.splice(mostRows, 0, more);
    }
    this.list.replaceChildren(...drawn);
    if (drawn.length === 0) this.close();
    else this.setActive(this.filtering ? -1 : this.shown.findIndex((row) => row.text === this.input.value));
  }

  private move(by: number): void {
    const last = this.shown.length - 1;
    if (last < 0) return;
    let next = this.active + by;
    if (this.active < 0) next = by > 0 ? 0 : last;
    else if (Math.abs(by) > 1) next = Math.min(Math.max(next, 0), last);
    else if (next < 0) next = last;
    else if (next > last) next = 0;
    this.setActive(next);
  }

  private setActive(at: number): void {
    this.active = at;
    for (const row of this.list.children) {
      if (!(row instanceof HTMLElement) || row.dataset['row'] === undefined) continue;
      const isActive = Number(row.dataset['row']) === at;
      row.setAttribute('aria-selected', String(isActive));
      if (isActive) row.scrollIntoView({ block: 'nearest' });
    }
    setAttributes(this.input, { 'aria-activedescendant': at < 0 ? undefined : `${this.options.id}-row-${at}` });
  }

  private choose(at: number): void {
    const row = this.shown[at];
    if (!row || row.inert) return;
    this.close();
    if (row.act) row.act();
    else this.options.onChoose(row.text ?? '');
  }
}
