import { SaxesParser } from 'saxes';
import { FlowKeystoreError } from '../errors';
import type { Span } from './model';
import { scanXml } from './xmlScan';

/** An element as it lies in the source. */
export interface XmlElement {
  /** As written, with its prefix. */
  readonly name: string;
  readonly local: string;
  /** Empty for no namespace and for an unbound prefix. */
  readonly uri: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Offset of the `<` of the start tag. */
  readonly start: number;
  /** Offset behind the `>` of the start tag. */
  readonly startTagEnd: number;
  readonly selfClosing: boolean;
}

export interface XmlEnd {
  /** Offset of the `<` of the end tag; of the start tag for a self-closing element. */
  readonly start: number;
  /** Offset behind the end tag. */
  readonly end: number;
  /** False where the element was closed by the end tag of an outer one, or by the end of the file: its contents are not to be trusted. */
  readonly matched: boolean;
}

export interface XmlVisitor {
  /** True while text is of no interest: it need not be told then. */
  readonly deaf?: boolean;
  open(element: XmlElement): void;
  close(element: XmlElement, end: XmlEnd): void;
  /** A run of text. `value` decoded; the span is the source. */
  text(value: string, span: Span): void;
  /** A CDATA section. The span is its inside. */
  cdata(value: string, span: Span): void;
  /** A comment or a processing instruction, whole. */
  other(span: Span): void;
  /** What is wrong, and about where. Reading goes on. */
  error(message: string, offset: number): void;
}

const cdataOpen = '<![CDATA[';
const cdataClose = ']]>';

/** Exported flows nest eight deep. Without an end, reading would cost the square of the depth: each element looks its namespace up through all around it. */
const maximumDepth = 256;

/**
 * Walks XML and reports where everything lies, in UTF-16 code units. No DTD is read and no entity expanded but the predefined five
 * and character references; broken input is reported and read on as far as it goes. Elements still open at the end of the file are
 * closed with `matched` false; so are those around an element nested too deep, where reading stops.
 * @param visitor makes one that has seen nothing: where the quick way turns out to be none, the text is walked once more.
 * @returns the visitor that has seen it all
 */
export function visitXml<V extends XmlVisitor>(text: string, visitor: () => V): V {
  const quick = visitor();
  if (scanXml(text, quick)) return quick;
  const whole = visitor();
  parseXml(text, whole);
  return whole;
}

/** The whole parser, for XML of every kind. */
export function parseXml(text: string, visitor: XmlVisitor): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let tagStart = 0;
  let runStart = 0;
  // Handlers are called with `position` behind the character that ended the token: the `<` that ends a text, the last `-` of a comment.
  parser.on('opentagstart', () => {
    tagStart = text.lastIndexOf('<', parser.position - 1);
  });
  parser.on('opentag', (tag) => {
    runStart = parser.position;
    const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const attribute of Object.values(tag.attributes)) attributes[attribute.name] = attribute.value;
    const element: XmlElement = {
      name: tag.name,
      local: tag.local,
      uri: tag.uri,
      attributes,
      start: tagStart,
      startTagEnd: parser.position,
      selfClosing: tag.isSelfClosing,
    };
    if (open.length >= maximumDepth) throw new TooDeep(element.start);
    open.push(element);
    visitor.open(element);
  });
  parser.on('closetag', (tag) => {
    const element = open.pop();
    if (!element) return;
    runStart = parser.position;
    if (tag.isSelfClosing) {
      visitor.close(element, { start: element.start, end: parser.position, matched: true });
      return;
    }
    const start = text.lastIndexOf('<', parser.position - 1);
    const matched =
      text.startsWith(`</${tag.name}`, start) && text.slice(start + 2, parser.position - 1).trimEnd() === tag.name;
    visitor.close(element, { start, end: parser.position, matched });
  });
  parser.on('text', (value) => {
    const end = Math.max(runStart, parser.position - 1);
    visitor.text(value, { offset: runStart, length: end - runStart });
  });
  parser.on('cdata', (value) => {
    const end = parser.position - cdataClose.length;
    const start = text.indexOf(cdataOpen, runStart) + cdataOpen.length;
    visitor.cdata(value, { offset: start, length: end - start });
    runStart = parser.position;
  });
  parser.on('xmldecl', () => {
    runStart = parser.position;
  });
  parser.on('comment', () => {
    const start = text.indexOf('<!--', runStart);
    runStart = parser.position + 1;
    visitor.other({ offset: start, length: runStart - start });
  });
  parser.on('processinginstruction', () => {
    const start = text.indexOf('<?', runStart);
    runStart = parser.position;
    visitor.other({ offset: start, length: runStart - start });
  });
  parser.on('error', (error) => visitor.error(error.message, Math.max(0, Math.min(parser.position, text.length) - 1)));
  try {
    parser.write(text).close();
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    visitor.error(`elements are nested more than ${maximumDepth} deep`, error.offset);
  }
  for (let element = open.pop(); element; element = open.pop()) {
    visitor.close(element, { start: text.length, end: text.length, matched: false });
  }
}

/** The only way to stop the parser. */
class TooDeep extends Error {
  constructor(readonly offset: number) {
    super();
  }
}

/** What XML 1.0 (section 2.2) does not allow, escaped or not: most control characters, lone surrogates, U+FFFE and U+FFFF. */
const forbidden =
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** @throws FlowKeystoreError `value-invalid` where XML cannot hold the text at all. */
export function requireXmlText(value: string): void {
  const found = forbidden.exec(value);
  if (!found) return;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  throw new FlowKeystoreError(
    'value-invalid',
    `The value contains the character U+${code}, which XML cannot hold.`,
    { detail: `position ${found.index + 1}` },
    'Remove the character.',
  );
}

/**
 * Text as SAP's tools write it between tags: `&`, `<`, `>` and CR escaped; quotes, tabs and ends of lines literal. Of 103,783 values in exported
 * flows this reproduces all but four byte for byte.
 * @param eol how the file ends its lines: XML reads both as LF.
 */
export function escapeXmlText(value: string, eol: '\n' | '\r\n'): string {
  requireXmlText(value);
  const escaped = value.replace(/[&<>\r]/g, (character) => escapes[character] ?? character);
  return eol === '\n' ? escaped : escaped.replaceAll('\n', eol);
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** Text for the inside of a CDATA section: what cannot stand there (`]]>`, CR) is put between two sections. */
export function escapeCdata(value: string, eol: '\n' | '\r\n'): string {
  requireXmlText(value);
  const escaped = value.replaceAll(']]>', ']]]]><![CDATA[>').replaceAll('\r', ']]>&#13;<![CDATA[');
  return eol === '\n' ? escaped : escaped.replaceAll('\n', eol);
}

/** How the file ends its lines: as its first line does. */
export function lineEndOf(text: string): '\n' | '\r\n' {
  const first = text.indexOf('\n');
  return first > 0 && text.charCodeAt(first - 1) === 13 ? '\r\n' : '\n';
}
