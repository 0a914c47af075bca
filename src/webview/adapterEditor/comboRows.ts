import type { KeyPairView, OptionView } from '../../protocol/adapterEditor';
import { element } from '../shared/dom';
import { icon } from '../shared/icons';
import type { ComboRow } from './combobox';

/** The rows of a field with a known set of values: people read labels, the flow holds values. */
export function optionRows(options: readonly OptionView[]): ComboRow[] {
  return options.map(({ value, label, note }) => ({
    text: label,
    words: value,
    draw: () => [what(label, note)],
  }));
}

/** The rows of an alias field: the key pairs as they come (usable ones first), then what makes a new one. */
export function keyPairRows(
  keyPairs: readonly KeyPairView[],
  note: string,
  generate?: { readonly label: string; readonly run: () => void },
): ComboRow[] {
  const rows = certificateRows(keyPairs, note);
  if (generate) rows.push({ act: generate.run, draw: () => [element('span', { class: 'generate' }, generate.label)] });
  return rows;
}

/** The rows of a field that takes any entry with a certificate. */
export function certificateRows(entries: readonly KeyPairView[], note: string): ComboRow[] {
  const rows: ComboRow[] = entries.map((pair) => ({
    text: pair.alias,
    words: `${pair.subject} ${pair.keystore} ${pair.key}`,
    title: pair.until,
    draw: () => [
      icon(pair.mark === 'none' ? 'ok' : pair.mark, 'mark'),
      what(pair.alias, [pair.key, pair.subject].filter(Boolean).join(' · ')),
      element(
        'span',
        { class: 'aside' },
        element('span', { class: `validity ${pair.mark}` }, pair.validity),
        element('span', { class: 'keystore' }, pair.keystore),
      ),
    ],
  }));
  if (note) rows.push({ inert: true, draw: () => [element('span', { class: 'subject' }, note)] });
  return rows;
}

function what(name: string, more: string): HTMLElement {
  return element(
    'span',
    { class: 'what' },
    element('span', { class: 'alias' }, name),
    more && element('span', { class: 'subject' }, more),
  );
}
