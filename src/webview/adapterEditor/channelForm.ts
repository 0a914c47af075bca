import type { ChannelView, FieldDraft, FieldId, FieldView } from '../../protocol/adapterEditor';
import { arrange, button, element, fill, Kept, setAttributes } from '../shared/dom';
import { icon } from '../shared/icons';
import { FieldRow, type FieldHost } from './fieldRow';
import { Fold, type Folds } from './fold';
import type { KeptField } from './kept';

export interface FormHost extends FieldHost {
  readonly test: (channel: string) => void;
  readonly keptField: (channel: string, field: FieldId) => KeptField | undefined;
  readonly folds: Folds;
}

/** The chosen channel: its fields, how ready it is, what can be done with it. */
export class ChannelForm {
  readonly root: HTMLElement;
  private readonly heading = element('h2', { id: 'channel-heading' });
  private readonly version = element('span', { class: 'version' });
  private readonly header = element('div', { class: 'form-header' }, this.heading, this.version);
  private readonly readOnly = element('p', { class: 'note information' });
  private readonly hint = element('p', { class: 'note information' });
  private readonly fields = element('div', { class: 'fields' });
  private readonly furtherFields = element('div', { class: 'fields' });
  private readonly further: Fold;
  /** A table that was asked to have a row more, or less: the focus goes to what takes its place. */
  private awaited: { readonly key: string; readonly rows: number; readonly at: number } | undefined;
  private readonly readiness = element('ul', { class: 'readiness' });
  private readonly readinessBlock: HTMLElement;
  private readonly rows = new Kept<FieldRow>();
  private readonly testButton: HTMLButtonElement;
  private readonly actions: HTMLElement;

  private readonly formHost: FieldHost;

  constructor(
    private readonly host: FormHost,
    private readonly channel: string,
  ) {
    const { strings } = host;
    this.formHost = {
      ...host,
      act: async (action, id, field) => {
        if (action === 'addRow' || action === 'removeRow') {
          this.awaited = { key: field.key, rows: this.rowsOf(field.key).length, at: field.row ?? 0 };
        }
        try {
          await host.act(action, id, field);
        } catch (error) {
          this.awaited = undefined;
          throw error;
        }
      },
    };
    this.readinessBlock = element(
      'div',
      { class: 'field' },
      element('span', { class: 'label', id: 'readiness-label' }, strings.readiness),
      element('div', { class: 'body' }, this.readiness),
    );
    this.readiness.setAttribute('aria-labelledby', 'readiness-label');
    this.further = new Fold('further', host.folds, 'h3', this.furtherFields);
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
    this.hint.replaceChildren(
      ...(view.hint === undefined ? [] : [icon('information'), element('span', {}, view.hint)]),
    );
    this.rows.keep(new Set([...view.fields, ...view.further].map(({ id }) => id)));
    this.drawFields(this.fields, view.fields);
    this.drawFields(this.furtherFields, view.further);
    const wrong = view.further.some(({ problems, leftOver }) => problems.length > 0 || leftOver);
    const typed = view.further.some(({ id }) => this.rows.get(id)?.pending !== undefined);
    this.further.update(
      fill(this.host.strings.furtherFields, { count: view.further.length }),
      wrong || view.fields.length === 0,
      typed,
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
      view.hint !== undefined && this.hint,
      this.fields,
      view.further.length > 0 && this.further.root,
      view.readiness.length > 0 && this.readinessBlock,
      view.readOnly === undefined && view.kind === 'receiver' && this.actions,
    ]);
    this.goToAwaited();
  }

  private drawFields(parent: HTMLElement, views: readonly FieldView[]): void {
    const rows = views.map((field) => {
      const row = this.rows.obtain(
        field.id,
        () => new FieldRow(this.formHost, this.channel, field, this.host.keptField(this.channel, field.id)),
      );
      row.update(field);
      return row;
    });
    arrange(
      parent,
      rows.map((row) => row.root),
    );
  }

  private goToAwaited(): void {
    const { awaited } = this;
    if (!awaited) return;
    const rows = this.rowsOf(awaited.key);
    if (rows.length === awaited.rows) return;
    this.awaited = undefined;
    const place = this.fieldRows().find(({ key }) => key === awaited.key);
    (rows.length > awaited.rows ? rows.at(-1) : (rows[awaited.at] ?? rows.at(-1) ?? place))?.focus();
  }

  private rowsOf(key: string): FieldRow[] {
    return this.fieldRows().filter((row) => row.key === key && row.isTableRow);
  }

  fieldRows(): FieldRow[] {
    return [...this.rows.values()];
  }

  focus(field: FieldId): void {
    const row = this.rows.get(field);
    if (row && this.furtherFields.contains(row.root)) this.further.show();
    row?.focus();
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
