import type { Flow, Span } from './model';
import { placeholder } from './parameters';
import { readTable } from './tables';

/** A `{{parameter}}` as it stands in the text of a flow. */
export interface Placeholder {
  /** As the text is decoded once: XML's references resolved. */
  readonly name: string;
  /** Decoded twice: what stands in the cell of a table is escaped twice. */
  readonly cellName: string;
  /** With its braces. */
  readonly span: Span;
  /** Between the braces, as written. */
  readonly written: string;
}

/** Whether a value has a parameter in it; what stands in the cell of a table is escaped once more. */
export function hasParameter(value: string, name: string): boolean {
  if (!value.includes('{{')) return false;
  return [value, ...readTable(value).map((cell) => cell.value)].some((text) => text.includes(`{{${name}}}`));
}

/** Every placeholder of a flow, in whatever property or element it is. */
export function placeholdersOf({ text }: Pick<Flow, 'text'>): Placeholder[] {
  return [...text.matchAll(placeholder)].map((match) => {
    const [whole, written = ''] = match;
    const name = decoded(written);
    return { name, cellName: decoded(name), written, span: { offset: match.index, length: whole.length } };
  });
}

/** Whether a placeholder is of this parameter. In a CDATA section nothing is escaped. */
export const isOf = ({ name, cellName, written }: Placeholder, parameter: string): boolean =>
  name === parameter || cellName === parameter || written === parameter;

/** The name of a parameter as a placeholder has it: escaped as often as it is. */
export function writtenAs({ name, written }: Placeholder, old: string, renamed: string): string {
  if (written === old && written === name) return escaped(renamed);
  if (written === old) return renamed;
  return name === old ? escaped(renamed) : escaped(escaped(renamed));
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const decoded = (text: string): string =>
  text.replace(
    /&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));/g,
    (whole, name, decimal, hexadecimal) => {
      if (typeof name === 'string') return entities[name] ?? whole;
      const code = Number.parseInt(String(decimal ?? hexadecimal), decimal === undefined ? 16 : 10);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
