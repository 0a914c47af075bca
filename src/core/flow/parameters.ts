import { FlowKeystoreError } from '../errors';
import type { ParameterUse, Span, TextEdit } from './model';
import { lineEndOf } from './xml';

/** `parameters.prop` of a flow project, a Java properties file (java.util.Properties.load), with the place of every value. */
export interface Parameters {
  readonly text: string;
  /** In file order. Of entries with one name the last counts. */
  readonly entries: readonly ParameterEntry[];
  /** Offsets of `\u` escapes that Java refuses to read the file for. */
  readonly problems: readonly ParameterProblem[];
  readonly eol: '\n' | '\r\n';
}

export interface ParameterEntry {
  readonly name: string;
  /** Escapes resolved, continuation lines joined. */
  readonly value: string;
  readonly nameSpan: Span;
  /** The raw value, over continuation lines where there are some. Length 0 for an empty value. */
  readonly valueSpan: Span;
  /** Whether anything (`=`, `:`, white space) separates the name from the value. */
  readonly separated: boolean;
}

export interface ParameterProblem {
  readonly code: 'bad-unicode-escape';
  readonly offset: number;
}

/**
 * Reads a properties file as Java does: first its logical lines, then names and values within them. Never throws; a broken `\u` escape is listed
 * and left as written.
 */
export function readParameters(text: string): Parameters {
  const entries: ParameterEntry[] = [];
  const problems: ParameterProblem[] = [];
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let line = readLine(text, start); line; line = readLine(text, line.next)) {
    entries.push(readEntry(line, problems));
  }
  return { text, entries, problems, eol: lineEndOf(text) };
}

/** The entry that counts for a name. */
export function parameterOf(parameters: Parameters, name: string): ParameterEntry | undefined {
  return parameters.entries.findLast((entry) => entry.name === name);
}

/** What may be one entry: line ends behind an open backslash are gone, with the white space after them; escapes are as written. */
interface LogicalLine {
  readonly text: string;
  /** In the file, of each character of `text`. */
  readonly offsets: readonly number[];
  /** In the file: of the first character, behind the last one and what continues it, and of the next line. */
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** The next line with an entry. A backslash that ends the file continues nothing; if it is alone, Java makes an entry without a name of it. */
function readLine(source: string, from: number): LogicalLine | undefined {
  const offsets: number[] = [];
  let at = from;
  for (;;) {
    at = skipBlanks(source, at);
    if (at >= source.length && !offsets.length) return undefined;
    const end = endOfLine(source, at);
    const next = skipLineEnd(source, end);
    // After a line of a lone backslash Java begins anew, comments and all.
    if (offsets.length || (source[at] !== '#' && source[at] !== '!')) {
      for (; at < end; at++) offsets.push(at);
      const open = backslashesBefore(source, end) % 2 === 1;
      if (open) offsets.pop();
      // Java looks one character ahead: CR LF at the end of the file continues the line, a CR or LF alone does not.
      const whole = !open || end + 1 >= source.length;
      if (whole && (open || offsets.length)) {
        const text = offsets.map((offset) => source.charAt(offset)).join('');
        return { text, offsets, start: offsets[0] ?? end - 1, end, next };
      }
    }
    at = next;
  }
}

function backslashesBefore(source: string, end: number): number {
  let count = 0;
  while (source[end - 1 - count] === '\\') count++;
  return count;
}

function readEntry(line: LogicalLine, problems: ParameterProblem[]): ParameterEntry {
  const { text, offsets, start, end } = line;
  let nameEnd = 0;
  while (nameEnd < text.length && !isSeparator(text[nameEnd])) nameEnd += text[nameEnd] === '\\' ? 2 : 1;
  let valueStart = skipBlanks(text, nameEnd);
  if (text[valueStart] === '=' || text[valueStart] === ':') valueStart = skipBlanks(text, valueStart + 1);
  const behind = (length: number): number => (length ? (offsets[length - 1] ?? start) + 1 : start);
  // From what is before it: a value on a continued line is replaced with the continuation, an empty one with a backslash that ends the file.
  const valueOffset = behind(valueStart);
  return {
    name: unescape(line, 0, nameEnd, problems),
    value: unescape(line, valueStart, text.length, problems),
    nameSpan: { offset: start, length: behind(nameEnd) - start },
    valueSpan: { offset: valueOffset, length: end - valueOffset },
    separated: valueStart > nameEnd,
  };
}

/** A character of a name or value, or what a broken escape is left as, with the place of its first code unit in the line. */
interface Unit {
  readonly text: string;
  readonly at: number;
  /** Code units in the line. */
  readonly length: number;
  readonly broken?: true;
}

function* unitsOf({ text }: LogicalLine, from: number, to: number): Generator<Unit> {
  let at = from;
  while (at < to) {
    const character = text.charAt(at);
    const escaped = text.charAt(at + 1);
    const digits = text.slice(at + 2, Math.min(at + 6, to));
    const unit: Unit =
      character !== '\\'
        ? { text: character, at, length: 1 }
        : escaped !== 'u'
          ? { text: unescapes[escaped] ?? escaped, at, length: 2 }
          : /^[0-9a-fA-F]{4}$/.test(digits)
            ? { text: String.fromCharCode(parseInt(digits, 16)), at, length: 6 }
            : { text: '\\u', at, length: 2, broken: true };
    yield unit;
    at += unit.length;
  }
}

function unescape(line: LogicalLine, from: number, to: number, problems: ParameterProblem[]): string {
  let out = '';
  // Most have no escapes.
  if (!line.text.includes('\\')) return line.text.slice(from, to);
  for (const { text, at, broken } of unitsOf(line, from, to)) {
    out += text;
    if (broken) problems.push({ code: 'bad-unicode-escape', offset: line.offsets[at] ?? 0 });
  }
  return out;
}

/** Where a piece of an entry's value lies in the file: escapes and continued lines are longer there. */
export function rawSpanInValue({ text }: Parameters, { nameSpan, valueSpan }: ParameterEntry, piece: Span): Span {
  const line = readLine(text, nameSpan.offset);
  const from = line?.offsets.findIndex((offset) => offset >= valueSpan.offset) ?? -1;
  if (!line || from < 0) return valueSpan;
  const units = [...unitsOf(line, from, line.text.length)].flatMap((unit) => Array.from(unit.text, () => unit));
  const first = units[piece.offset];
  const start = first ? line.offsets[first.at] : undefined;
  if (!first || start === undefined) return { offset: valueSpan.offset + valueSpan.length, length: 0 };
  if (!piece.length) return { offset: start, length: 0 };
  const last = units[Math.min(piece.offset + piece.length, units.length) - 1] ?? first;
  return { offset: start, length: (line.offsets[last.at + last.length - 1] ?? start) + 1 - start };
}

const unescapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };
const isBlank = (character: string | undefined): boolean =>
  character === ' ' || character === '\t' || character === '\f';
const isSeparator = (character: string | undefined): boolean =>
  character === '=' || character === ':' || isBlank(character);

function skipBlanks(text: string, at: number): number {
  while (isBlank(text[at])) at++;
  return at;
}

function endOfLine(text: string, at: number): number {
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

function skipLineEnd(text: string, at: number): number {
  if (text[at] === '\r') return text[at + 1] === '\n' ? at + 2 : at + 1;
  return text[at] === '\n' ? at + 1 : at;
}

/**
 * A value as java.util.Properties.store writes it: a leading space, `=`, `:`, `#`, `!` and `\` escaped, everything outside printable ASCII as
 * `\uXXXX`, so that it reads the same as ISO-8859-1 (which Java assumes) and as UTF-8.
 */
export function escapeParameterValue(value: string): string {
  return escapeProperty(value, false);
}

/** A name: as a value, and every space escaped. */
export function escapeParameterName(name: string): string {
  return escapeProperty(name, true);
}

function escapeProperty(text: string, everySpace: boolean): string {
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const code = text.charCodeAt(at);
    if (character === ' ') out += at === 0 || everySpace ? '\\ ' : ' ';
    else if (propertyEscapes[character] !== undefined) out += propertyEscapes[character];
    else if (code < 0x20 || code > 0x7e) out += `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
    else out += character;
  }
  return out;
}

const propertyEscapes: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\f': '\\f',
  '\\': '\\\\',
  '=': '\\=',
  ':': '\\:',
  '#': '\\#',
  '!': '\\!',
};

/**
 * Edits that give a parameter a value: the bytes of that value alone, or a line at the end where the file has no such parameter.
 * None where the parameter has the value already.
 */
export function setParameter(parameters: Parameters, name: string, value: string): TextEdit[] {
  const entry = parameterOf(parameters, name);
  if (!entry) return [appendParameter(parameters, name, value)];
  if (entry.value === value) return [];
  return [{ ...entry.valueSpan, text: (entry.separated ? '' : '=') + escapeParameterValue(value) }];
}

function appendParameter(parameters: Parameters, name: string, value: string): TextEdit {
  const { text, eol } = parameters;
  if (!name || /[{}]/.test(name)) {
    throw new FlowKeystoreError('value-invalid', 'The name of a parameter is not empty and has no braces.', {
      detail: name,
    });
  }
  const line = `${escapeParameterName(name)}=${escapeParameterValue(value)}`;
  const atLineStart = text === '' || text === '\uFEFF' || /[\r\n]$/.test(text);
  const close = (atLineStart ? '' : eol) + endOpenLine(parameters);
  return { offset: text.length, length: 0, text: close + line + (atLineStart ? eol : '') };
}

/** A last line that ends in an open backslash would be continued by what is appended: an empty line ends it, or `=` where it is nothing else. */
function endOpenLine({ text, entries, eol }: Parameters): string {
  if (backslashesBefore(text, text.replace(/(?:\r\n|[\r\n])$/, '').length) % 2 === 0) return '';
  const last = entries.at(-1);
  if (last && !last.separated && !last.nameSpan.length) return `=${eol}`;
  return text.endsWith('\r') ? '\r' : eol;
}

/** The lines of a parameter, with their ends. */
export function removeParameter({ text, entries }: Parameters, name: string): TextEdit[] {
  return entries
    .filter((entry) => entry.name === name)
    .map(({ nameSpan, valueSpan }) => {
      let start = nameSpan.offset;
      while (start > 0 && /[ \t\f]/.test(text.charAt(start - 1))) start--;
      let end = valueSpan.offset + valueSpan.length;
      if (text[end] === '\r') end++;
      if (text[end] === '\n') end++;
      return { offset: start, length: end - start, text: '' };
    });
}

/** `{{name}}`: any character but braces; names have spaces, `<`, `/`, quotes in real flows. */
export const placeholder = /\{\{([^{}]+)\}\}/g;

export interface Resolved {
  /** With every defined parameter's value put in; others left as written. Values are not searched again. */
  readonly text: string;
  /** In order, each name once. */
  readonly parameters: readonly ParameterUse[];
  /** The name, where the value is one parameter and nothing else. */
  readonly whole?: string;
}

/** The name, where a value is one parameter and nothing else. */
export const wholeParameter = (value: string): string | undefined => /^\{\{([^{}]+)\}\}$/.exec(value)?.[1];

/** Puts parameters into a value. Without `parameters` (no file at hand) nothing is defined. */
export function resolveValue(value: string, parameters: Parameters | undefined): Resolved {
  const used = new Map<string, ParameterUse>();
  const text = value.replace(placeholder, (written, name: string) => {
    const entry = parameters && parameterOf(parameters, name);
    used.set(name, { name, defined: entry !== undefined });
    return entry?.value ?? written;
  });
  const whole = wholeParameter(value);
  return { text, parameters: [...used.values()], ...(whole === undefined ? {} : { whole }) };
}

/** Whether a `{{parameter}}` is left in a resolved value. */
export const hasPlaceholder = (text: string): boolean => /\{\{[^{}]+\}\}/.test(text);

/** Whether a value is set at run time: a simple expression (`${header.x}`) or a Partner Directory reference (`pd:...`). */
export const isDynamic = (text: string): boolean => /\$\{[^}]*\}|^pd:/.test(text);
