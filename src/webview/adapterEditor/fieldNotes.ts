import type { ProblemView } from '../../protocol/adapterEditor';
import { button, element } from '../shared/dom';
import { icon } from '../shared/icons';

/** A line below a field. What it says is compared before it is drawn anew. */
export interface Note {
  readonly mark: ProblemView['mark'];
  readonly kind?: 'parameter' | 'preview';
  readonly words: string;
  /** As it is in the file. */
  readonly code?: string;
  readonly after?: string;
  readonly actions?: readonly NoteAction[];
  /** At the end. */
  readonly last?: NoteAction | undefined;
}

interface NoteAction {
  readonly label: string;
  readonly title?: string;
  /** For a screen reader, where the label alone does not say of what. */
  readonly spoken?: string;
  readonly run: () => void;
}

/** The lines below a field. */
export class FieldNotes {
  readonly root: HTMLElement;
  /** As text. */
  private drawn = '';

  constructor(id: string) {
    this.root = element('div', { class: 'below', id });
  }

  /** @param input gets the focus of a button that is no longer there */
  draw(notes: readonly Note[], input: HTMLElement): void {
    // The same is not drawn anew: the focus may be on it.
    const says = JSON.stringify(notes);
    if (says === this.drawn) return;
    this.drawn = says;
    const focused = this.root.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
    this.root.replaceChildren(...notes.map(noteNode));
    if (focused === undefined) return;
    const same = [...this.root.querySelectorAll('button')].find(({ textContent }) => textContent === focused);
    (same ?? input).focus();
  }
}

const linkNode = ({ label, title, spoken, run }: NoteAction): HTMLElement =>
  button(label, run, { kind: 'link', title, 'aria-label': spoken });

function noteNode({ mark, kind, words, code, after, actions = [], last }: Note): HTMLElement {
  const links = actions.map(linkNode);
  return element(
    'p',
    { class: `note ${kind ?? mark}` },
    mark === 'none' ? undefined : icon(mark),
    element(
      'span',
      {},
      words,
      ...links.flatMap((link) => [' ', link]),
      code === undefined ? undefined : ' ',
      code === undefined ? undefined : element('code', {}, code),
      after,
      last && ' \u00b7 ',
      last && linkNode(last),
    ),
  );
}
