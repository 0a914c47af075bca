import type { ChannelView, FieldDraft, FieldId } from '../../protocol/adapterEditor';
import { arrange, button, element, Kept, setAttributes } from '../shared/dom';
import { icon } from '../shared/icons';
import { FieldRow, type FieldHost } from './fieldRow';
import type { KeptField } from './kept';

export interface FormHost extends FieldHost {
  readonly test: (channel: string) => void;
  readonly keptField: (channel: string, field: FieldId) => KeptField | undefined;
}

/** The chosen channel: its fields, how ready it is, what can be done with it. */
export class ChannelForm {
  readonly root: HTMLElement;
  private readonly heading = element('h2', { id: 'channel-heading' });
  private readonly version = element('span', { class: 'version' });
  private readonly header = element('div', { class: 'form-header' }, this.heading, this.version);
  private readonly readOnly = element('p', { class: 'note information' });
  private readonly fields = element('div', { class: 'fields' });
  private readonly readiness = element('ul', { class: 'readiness' });
  private readonly readinessBlock: HTMLElement;
  private readonly rows = new Kept<FieldRow>();
  private readonly testButton: HTMLButtonElement;
  private readonly actions: HTMLElement;

  constructor(
    private readonly host: FormHost,
    private readonly channel: string,
  ) {
    const { strings } = host;
    this.readinessBlock = element(
      'div',
      { class: 'field' },
      element('span', { class: 'label', id: 'readiness-label' }, strings.readiness),
      element('div', { class: 'body' }, this.readiness),
    );
    this.readiness.setAttribute('aria-labelledby', 'readiness-label');
    this.testButton = button(strings.test, () => host.test(channel), { kind: 'primary' });
    this.actions = element(
      'div',
      { class: 'actions' },
      this.testButton,
      button(strings.generate, () => host.generateKeyPair(channel, false)),
    );
    this.root = element('section', { class: 'form', 'aria-labelledby': 'channel-heading' });
  }

  update(view: ChannelView): void {
    this.heading.textContent =
      view.name && view.name !== view.adapter ? `${view.adapter} · ${view.name}` : view.adapter;
    this.version.textContent = view.version;
    this.readOnly.replaceChildren(
      ...(view.readOnly === undefined ? [] : [icon('information'), element('span', {}, view.readOnly)]),
    );
    const rows = view.fields.map((field) => {
      const row = this.rows.obtain(
        field.id,
        () => new FieldRow(this.host, this.channel, field, this.host.keptField(this.channel, field.id)),
      );
      row.update(field);
      return row;
    });
    this.rows.keep(new Set(view.fields.map(({ id }) => id)));
    arrange(
      this.fields,
      rows.map((row) => row.root),
    );
    this.readiness.replaceChildren(
      ...view.readiness.map(({ mark, text }) =>
        element('li', { class: mark }, mark === 'none' ? undefined : icon(mark), element('span', {}, text)),
      ),
    );
    setAttributes(this.testButton, { disabled: !view.testable });
    arrange(this.root, [
      this.header,
      view.readOnly !== undefined && this.readOnly,
      this.fields,
      view.readiness.length > 0 && this.readinessBlock,
      view.readOnly === undefined && this.actions,
    ]);
  }

  fieldRows(): FieldRow[] {
    return [...this.rows.values()];
  }

  focus(field: FieldId): void {
    this.rows.get(field)?.focus();
  }

  /** What the fields keep while the view is hidden. */
  kept(): KeptField[] {
    return this.fieldRows().flatMap((row) => row.kept ?? []);
  }

  /** What is typed and not written, for whatever reason. */
  pending(): FieldDraft[] {
    return this.fieldRows().flatMap((row) => row.pending ?? []);
  }
}
