import type { Cell, Flow, PartField, Property, Span } from './model';

const cellTag = /<(\/?row|cell)((?:\s[^<>]*?)?)(\/?)>/g;

/** Whether a value is a table; an empty one is none. */
export const isTable = (text: string): boolean => /^\s*<row[\s/>]/.test(text);

/** The cells of a table in order; none where the text is no table. */
export function readTable(text: string): Cell[] {
  if (!isTable(text)) return [];
  const cells: Cell[] = [];
  let row = -1;
  let place = 0;
  for (const tag of text.matchAll(cellTag)) {
    const [whole, name, attributes = '', slash] = tag;
    if (name === 'row') {
      row++;
      place = 0;
    }
    if (name !== 'cell' || row < 0) continue;
    const column = /\sid\s*=\s*(?:'([^']*)'|"([^"]*)")/.exec(attributes)?.slice(1).find(Boolean) ?? String(place);
    place++;
    if (slash) {
      cells.push({ row, column, value: '', span: { offset: tag.index, length: whole.length }, form: 'selfClosing' });
      continue;
    }
    const start = tag.index + whole.length;
    const end = text.indexOf('</cell>', start);
    if (end < 0) break;
    const value = unescapeCell(text.slice(start, end));
    cells.push({ row, column, value, span: { offset: start, length: end - start }, form: 'text' });
  }
  return cells;
}

/** The table with one cell's value changed, and nothing else. */
export function replaceCell(table: string, cell: Cell, value: string): string {
  const { offset, length } = cell.span;
  const written = table.slice(offset, offset + length);
  return table.slice(0, offset) + cellText(cell.form, written, value) + table.slice(offset + length);
}

/** What a cell's span is replaced with. @param written what is there; of `<cell id='x'/>` it becomes a cell with text */
export const cellText = (form: Cell['form'], written: string, value: string): string =>
  form === 'text' ? escapeCell(value) : `${written.replace(/\s*\/>$/, '')}>${escapeCell(value)}</cell>`;

/** The table with a row more, its cells as those of the first; of one column, by `column`, where there is none yet. */
export function addRow(table: string, column: string, value: string): string {
  const [first] = /<row[\s>][\s\S]*?<\/row>/.exec(table) ?? [];
  const cell = `<cell id='${column}'>${escapeCell(value)}</cell>`;
  if (first === undefined) return `<row>${cell}</row>`;
  let emptied = first;
  for (const each of readTable(first).reverse()) {
    emptied = replaceCell(emptied, each, each.column === column ? value : '');
  }
  return table + emptied;
}

/** What a field that has no row yet is written as: a table of one row where its column is known; else, and for a parameter, the value itself. */
export function asTable({ table, cell }: Pick<PartField, 'table' | 'cell'>, value: string): string {
  const isWhole = cell !== undefined || table?.column === undefined;
  return isWhole || value === '' || isTable(value) || /^\{\{[^{}]+\}\}$/.test(value)
    ? value
    : addRow('', table.column, value);
}

/** The table without a row; empty where that was the last. */
export function removeRow(table: string, row: number): string {
  let at = -1;
  return table.replace(/<row(?:\s[^<>]*)?(?:\/>|>[\s\S]*?<\/row>)/g, (whole) => (++at === row ? '' : whole));
}

const cellEntities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', apos: "'", quot: '"' };

function unescapeCell(text: string): string {
  return text.replace(/&(amp|lt|gt|apos|quot);/g, (_, name: string) => cellEntities[name] ?? '');
}

/** As exported flows have it: apostrophes too, since ids stand in them. */
export function escapeCell(value: string): string {
  return value.replace(
    /[&<>']/g,
    (character) => `&${character === '&' ? 'amp' : character === '<' ? 'lt' : character === '>' ? 'gt' : 'apos'};`,
  );
}

/**
 * Where a piece of a decoded value lies in the flow's text: entities and ends of lines are longer there. Undefined where the value has comments
 * or several pieces between the two ends, or the piece is not inside it.
 */
export function rawSpanOf({ text }: Pick<Flow, 'text'>, property: Property, part: Span): Span | undefined {
  let decoded = 0;
  let start: number | undefined;
  for (const piece of property.pieces) {
    const end = piece.offset + piece.length;
    let at = piece.offset;
    start = undefined;
    while (at <= end) {
      if (decoded === part.offset && start === undefined) start = at;
      if (decoded === part.offset + part.length && start !== undefined) return { offset: start, length: at - start };
      if (at === end) break;
      const [width, made] = piece.kind === 'text' ? unitAt(text, at) : lineEndAt(text, at);
      at += width;
      decoded += made;
    }
  }
  return undefined;
}

/** How many code units a character takes in the text, and how many it is decoded to. */
function unitAt(text: string, at: number): readonly [number, number] {
  if (text.charCodeAt(at) !== 38) return lineEndAt(text, at);
  const end = text.indexOf(';', at);
  if (end < 0) return [1, 1];
  const [, code] = /^&#(x[0-9a-fA-F]+|[0-9]+);$/.exec(text.slice(at, end + 1)) ?? [];
  const point = code === undefined ? 0 : Number(code.startsWith('x') ? `0${code}` : code);
  return [end + 1 - at, point > 0xffff ? 2 : 1];
}

function lineEndAt(text: string, at: number): readonly [number, number] {
  return text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10 ? [2, 1] : [1, 1];
}
