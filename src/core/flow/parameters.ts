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

/** Reads a properties file as Java does. Never throws; a broken `\u` escape is listed and left as written. */
export function readParameters(text: string): Parameters {
  const entries: ParameterEntry[] = [];
  const problems: ParameterProblem[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    at = skipBlanks(text, at);
    const first = text[at];
    if (first === '#' || first === '!') at = endOfLine(text, at);
    // A line of a lone backslash continues nothing: Java begins anew, comments and all.
    else if (first === '\\' && /[\r\n]/.test(text.charAt(at + 1))) at++;
    else if (first !== undefined && first !== '\n' && first !== '\r') {
      const [entry, end] = readEntry(text, at, problems);
      entries.push(entry);
      at = end;
    }
    at = skipLineEnd(text, at);
  }
  return { text, entries, problems, eol: lineEndOf(text) };
}

/** The entry that counts for a name. */
export function parameterOf(parameters: Parameters, name: string): ParameterEntry | undefined {
  return parameters.entries.findLast((entry) => entry.name === name);
}

function readEntry(text: string, start: number, problems: ParameterProblem[]): [ParameterEntry, number] {
  const name = readPart(text, start, true, problems);
  let at = skipContinued(text, name.end);
  const separator = text[at] === '=' || text[at] === ':';
  if (separator) at = skipContinued(text, at + 1);
  const value = readPart(text, at, false, problems);
  const entry: ParameterEntry = {
    name: name.text,
    value: value.text,
    nameSpan: { offset: start, length: name.end - start },
    valueSpan: { offset: at, length: value.end - at },
    separated: at > name.end,
  };
  return [entry, value.end];
}

/** Reads a name (up to a separator) or a value (up to the end of the logical line). */
function readPart(
  text: string,
  start: number,
  isName: boolean,
  problems: ParameterProblem[],
): { text: string; end: number } {
  let out = '';
  let at = start;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '\n' || character === '\r') break;
    if (isName && (character === '=' || character === ':' || isBlank(character))) break;
    if (character !== '\\') {
      out += character;
      at++;
      continue;
    }
    const escaped = text.charAt(at + 1);
    if (escaped === '\n' || escaped === '\r') {
      at = skipBlanks(text, skipLineEnd(text, at + 1));
    } else if (escaped === 'u') {
      const digits = text.slice(at + 2, at + 6);
      if (/^[0-9a-fA-F]{4}$/.test(digits)) {
        out += String.fromCharCode(parseInt(digits, 16));
        at += 6;
      } else {
        problems.push({ code: 'bad-unicode-escape', offset: at });
        out += '\\u';
        at += 2;
      }
    } else {
      out += unescapes[escaped] ?? escaped;
      at += escaped ? 2 : 1;
    }
  }
  return { text: out, end: at };
}

const unescapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };
const isBlank = (character: string | undefined): boolean =>
  character === ' ' || character === '\t' || character === '\f';

function skipBlanks(text: string, at: number): number {
  while (isBlank(text[at])) at++;
  return at;
}

/** White space between name, separator and value may hold continued line ends as well. */
function skipContinued(text: string, at: number): number {
  for (;;) {
    at = skipBlanks(text, at);
    if (text[at] !== '\\' || (text[at + 1] !== '\n' && text[at + 1] !== '\r')) return at;
    at = skipLineEnd(text, at + 1);
  }
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

function appendParameter({ text, eol }: Parameters, name: string, value: string): TextEdit {
  if (!name || /[{}]/.test(name)) {
    throw new FlowKeystoreError('value-invalid', 'The name of a parameter is not empty and has no braces.', {
      detail: name,
    });
  }
  const line = `${escapeParameterName(name)}=${escapeParameterValue(value)}`;
  const atLineStart = text === '' || text === '\uFEFF' || /[\r\n]$/.test(text);
  // A last line that ends in a lone backslash is continued: an empty line ends it.
  const [, slashes = ''] = /(\\*)(?:\r\n|\r|\n)?$/.exec(text) ?? [];
  const close = (atLineStart ? '' : eol) + (slashes.length % 2 ? eol : '');
  return { offset: text.length, length: 0, text: close + line + (atLineStart ? eol : '') };
}

/** `{{name}}`: any character but braces; names have spaces, `<`, `/`, quotes in real flows. */
const placeholder = /\{\{([^{}]+)\}\}/g;

export interface Resolved {
  /** With every defined parameter's value put in; others left as written. Values are not searched again. */
  readonly text: string;
  /** In order, each name once. */
  readonly parameters: readonly ParameterUse[];
  /** The name, where the value is one parameter and nothing else. */
  readonly whole?: string;
}

/** Puts parameters into a value. Without `parameters` (no file at hand) nothing is defined. */
export function resolveValue(value: string, parameters: Parameters | undefined): Resolved {
  const used = new Map<string, ParameterUse>();
  const text = value.replace(placeholder, (written, name: string) => {
    const entry = parameters && parameterOf(parameters, name);
    used.set(name, { name, defined: entry !== undefined });
    return entry?.value ?? written;
  });
  const [, whole] = /^\{\{([^{}]+)\}\}$/.exec(value) ?? [];
  return { text, parameters: [...used.values()], ...(whole === undefined ? {} : { whole }) };
}

/** Whether a `{{parameter}}` is left in a resolved value. */
export const hasPlaceholder = (text: string): boolean => /\{\{[^{}]+\}\}/.test(text);

/** Whether a value is set at run time: a simple expression (`${header.x}`) or a Partner Directory reference (`pd:...`). */
export const isDynamic = (text: string): boolean => /\$\{[^}]*\}|^pd:/.test(text);
