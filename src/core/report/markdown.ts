import { visible } from '../visible';

/** Foreign text as Markdown shows it literally, on one line. */
export function inMarkdown(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]<>#|~]/g, '\\$&');
}

/** A table; without a heading its first line is empty, for Markdown knows none without. */
export function table(
  rows: readonly (readonly [label: string, ...values: readonly string[]])[],
  heading: readonly string[] = [],
): string {
  const width = Math.max(...rows.map((row) => row.length));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const empty = Array.from({ length: width }, () => ' ');
  const head = empty.map((blank, i) => heading[i] ?? blank);
  return [line(head), line(empty.map(() => '---')), ...rows.map((row) => line(row.map(inMarkdown)))].join('\n');
}

export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** Foreign text in a Markdown table: nothing in it is markup, a link or a line of its own. */
export function escaped(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]()<>#+!|~&]/g, '\\$&')
    .replace(/(https?|ftp|www|mailto)([:.])/gi, '$1\\$2');
}
