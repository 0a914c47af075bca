import { element, setAttributes } from '../shared/dom';
import { icon } from '../shared/icons';

/** What a person has opened or closed, kept while the view is hidden. */
export interface Folds {
  isOpen(id: string): boolean | undefined;
  set(id: string, open: boolean): void;
}

/** A heading that shows and hides what is below it (ARIA Authoring Practices, "Disclosure"). */
export class Fold {
  readonly root: HTMLElement;
  private readonly heading = element('span', {});
  private readonly count = element('span', { class: 'count' });
  private readonly toggle: HTMLButtonElement;
  private open = false;

  /** @param level of the heading */
  constructor(
    private readonly id: string,
    private readonly folds: Folds,
    level: 'h2' | 'h3',
    readonly body: HTMLElement,
  ) {
    this.toggle = element('button', { type: 'button', class: 'toggle', 'aria-controls': `${id}-body` });
    this.toggle.append(icon('chevron'), this.heading, this.count);
    this.toggle.addEventListener('click', () => {
      this.folds.set(id, !this.open);
      this.draw(!this.open);
    });
    body.id = `${id}-body`;
    this.root = element('div', { class: 'fold' }, element(level, { id: `${id}-heading` }, this.toggle), body);
  }

  /** @param byDefault as long as nobody has opened or closed it @param forced open, whatever was chosen: a search has found something there */
  update(title: string, byDefault: boolean, forced = false, count = ''): void {
    this.heading.textContent = title;
    this.count.textContent = count;
    this.draw(forced || (this.folds.isOpen(this.id) ?? byDefault));
  }

  show(): void {
    this.draw(true);
  }

  private draw(open: boolean): void {
    this.open = open;
    this.body.hidden = !open;
    setAttributes(this.toggle, { 'aria-expanded': open ? 'true' : 'false' });
    this.root.classList.toggle('open', open);
  }
}
