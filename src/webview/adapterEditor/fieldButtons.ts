import type { EditorStrings, FieldView, WritePlace } from '../../protocol/adapterEditor';
import { arrange, button, element, setAttributes } from '../shared/dom';

/** Changes that are more than a value. */
export type FieldAction = 'addRow' | 'removeRow' | 'externalize' | 'internalize';

/** What the buttons of a field do. */
export interface FieldButtonsHost {
  readonly strings: EditorStrings;
  readonly clear: () => void;
  /** Offers the field for a key that the part does not have. */
  readonly add: () => void;
  readonly setPlace: (place: WritePlace) => void;
  readonly act: (action: FieldAction) => void;
}

/** How a field stands. */
export interface FieldState {
  readonly view: FieldView;
  readonly place: WritePlace;
  /** A key that the part does not have is being given a value. */
  readonly adding: boolean;
}

/** The buttons beside and below a field's control, and where its value is written. */
export class FieldButtons {
  private readonly place: HTMLSelectElement;
  private readonly clear: HTMLButtonElement;
  private readonly add: HTMLButtonElement;
  private readonly actions: Readonly<Record<FieldAction, HTMLButtonElement>>;

  constructor(private readonly host: FieldButtonsHost) {
    const { strings } = host;
    this.place = element(
      'select',
      { class: 'select place' },
      element('option', { value: 'parameters' }, strings.placeParameters),
      element('option', { value: 'flow' }, strings.placeFlow),
    );
    this.place.addEventListener('change', () => host.setPlace(this.place.value as WritePlace));
    this.clear = button(strings.clear, host.clear);
    this.add = button(strings.addField, host.add);
    this.actions = {
      addRow: button(strings.addRow, () => host.act('addRow')),
      removeRow: button(strings.removeRow, () => host.act('removeRow')),
      externalize: button(strings.externalize, () => host.act('externalize'), { kind: 'link' }),
      internalize: button(strings.internalize, () => host.act('internalize'), { kind: 'link' }),
    };
    this.actions.externalize.classList.add('quiet');
    this.actions.internalize.classList.add('quiet');
  }

  focusAddRow(): void {
    this.actions.addRow.focus();
  }

  /** Whether it is a button that needs in the file what was typed. */
  needsWritten(target: EventTarget | null): boolean {
    const { addRow, externalize, internalize } = this.actions;
    return [addRow, externalize, internalize].some((each) => each === target);
  }

  /** Puts the control and the buttons that the field has now into its line, and what follows the last row of a table below it. */
  draw({ view, place, adding }: FieldState, control: HTMLElement, line: HTMLElement, after: HTMLElement): void {
    const { strings } = this.host;
    const labelled = (each: HTMLElement, words: string): void =>
      setAttributes(each, { 'aria-label': `${words}: ${view.label}` });
    labelled(this.clear, strings.clear);
    labelled(this.add, strings.addField);
    for (const [action, each] of Object.entries(this.actions)) labelled(each, strings[action as FieldAction]);
    this.place.value = place;
    setAttributes(this.place, {
      'aria-label': `${view.label}: ${strings.writtenTo}`,
      title: place === 'flow' ? strings.placeFlowHelp : strings.writtenTo,
    });
    const { addRow, removeRow, externalize, internalize } = this.actions;
    const isPlaceForRow = view.addRow === 'only';
    arrange(line, [
      !isPlaceForRow && control,
      isPlaceForRow && addRow,
      view.parameter && !view.readOnly && this.place,
      view.leftOver && !view.readOnly && !isPlaceForRow && this.clear,
      view.missing !== undefined && !adding && !view.readOnly && this.add,
      view.row !== undefined && !view.readOnly && removeRow,
      view.canExternalize && externalize,
      view.canInternalize && !view.parameter && internalize,
    ]);
    arrange(after, [view.addRow === 'after' && addRow]);
  }
}
