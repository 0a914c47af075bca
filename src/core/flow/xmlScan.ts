import type { XmlElement, XmlVisitor } from './xml';

/** As deep as the whole parser goes. */
const maximumDepth = 256;

const declaration =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y;
const instruction = /<\?[A-Za-z_][\w.-]*(?:[ \t\r\n][^]*?)?\?>/y;
const simpleName = /^[A-Za-z_][\w.-]*$/;
const qualifiedName = /^(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)$/;
// eslint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;
const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';
const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/';

const lessThan = 60;
const greaterThan = 62;
const slash = 47;
const equals = 61;
const exclamation = 33;
const question = 63;
const doubleQuote = 34;
const singleQuote = 39;

type Prefixes = ReadonlyMap<string, string>;

/** An element's name, taken apart. */
interface Name {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
}

/** What ends a scan: the text is no plain XML. */
class NotPlain extends Error {}

/**
 * Walks XML as exported flows have it, many times as fast as a whole parser does, and tells the visitor just what that would. Plain XML:
 * well-formed, names of ASCII characters, no document type, no references but the predefined five and character references.
 * @returns false where the text is anything else: what the visitor was told is to be forgotten then, and the whole parser asked.
 */
export function scanXml(text: string, visitor: XmlVisitor): boolean {
  if (isForbidden(text)) return false;
  try {
    new Scanner(text, visitor).run();
    return true;
  } catch (error) {
    if (error instanceof NotPlain) return false;
    throw error;
  }
}

class Scanner {
  private readonly open: ScannedElement[] = [];
  /** Namespaces in force, for each open element that declares some, with its depth. */
  private readonly scopes: { readonly depth: number; readonly prefixes: Prefixes }[] = [];
  private prefixes: Prefixes = new Map([
    ['', ''],
    ['xml', xmlNamespace],
  ]);
  /** Names met so far, by their length: finding one there is quicker than cutting it out of the text. */
  private readonly names: Name[][] = [];
  private readonly attributeNames: string[] = [];
  private readonly ampersands: Finder;
  private readonly returns: Finder;
  private readonly sectionEnds: Finder;

  constructor(
    private readonly source: string,
    private readonly visitor: XmlVisitor,
  ) {
    this.ampersands = new Finder(source, '&');
    this.returns = new Finder(source, '\r');
    this.sectionEnds = new Finder(source, ']]>');
  }

  run(): void {
    const { source } = this;
    let at = source.charCodeAt(0) === 0xfeff ? 1 : 0;
    declaration.lastIndex = at;
    if (declaration.test(source)) at = declaration.lastIndex;
    let rooted = false;
    for (;;) {
      const tag = source.indexOf('<', at);
      if (tag < 0) break;
      if (tag > at) this.text(at, tag);
      const next = source.charCodeAt(tag + 1);
      if (next === slash) at = this.endTag(tag);
      else if (next === exclamation) at = this.declared(tag);
      else if (next === question) at = this.instruction(tag);
      else {
        if (!this.open.length) {
          if (rooted) throw new NotPlain();
          rooted = true;
        }
        at = this.startTag(tag);
      }
    }
    if (!rooted || this.open.length) throw new NotPlain();
    if (at < source.length) this.text(at, source.length);
  }

  private text(from: number, to: number): void {
    if (!this.open.length) {
      for (let i = from; i < to; i++) if (!isSpace(this.source.charCodeAt(i))) throw new NotPlain();
      return;
    }
    if (this.sectionEnds.within(from, to)) throw new NotPlain();
    const referring = this.ampersands.within(from, to);
    if (this.visitor.deaf && !referring) return;
    let value = this.source.slice(from, to);
    if (this.returns.within(from, to)) value = value.replace(/\r\n?/g, '\n');
    if (referring) value = resolved(value);
    if (!this.visitor.deaf) this.visitor.text(value, { offset: from, length: to - from });
  }

  private endTag(tag: number): number {
    const { source } = this;
    const element = this.open.pop();
    if (!element || !source.startsWith(element.name, tag + 2)) throw new NotPlain();
    let at = tag + 2 + element.name.length;
    while (isSpace(source.charCodeAt(at))) at++;
    if (source.charCodeAt(at) !== greaterThan) throw new NotPlain();
    if (this.scopes.length) this.leave();
    this.visitor.close(element, { start: tag, end: at + 1, matched: true });
    return at + 1;
  }

  private startTag(tag: number): number {
    const { source } = this;
    const name = this.nameAt(tag + 1);
    let at = tag + 1 + name.name.length;
    let declared: Map<string, string> | undefined;
    let qualified = false;
    this.attributeNames.length = 0;
    const attributesAt = at;
    for (;;) {
      const before = at;
      while (isSpace(source.charCodeAt(at))) at++;
      const code = source.charCodeAt(at);
      if (code === greaterThan || code === slash) break;
      if (at === before) throw new NotPlain();
      const start = at;
      while (!endsName(source.charCodeAt(at))) at++;
      const attribute = source.slice(start, at);
      const value = attributeValueAt(source, at);
      at = value.end;
      if (this.attributeNames.includes(attribute)) throw new NotPlain();
      this.attributeNames.push(attribute);
      if (attribute === 'xmlns' || attribute.startsWith('xmlns:')) {
        declared ??= new Map(this.prefixes);
        declare(declared, attribute.slice(6), value.text);
      } else if (attribute.includes(':')) qualified = true;
      else if (!simpleName.test(attribute)) throw new NotPlain();
    }
    const selfClosing = source.charCodeAt(at) === slash;
    const attributesEnd = at;
    if (selfClosing && source.charCodeAt(++at) !== greaterThan) throw new NotPlain();
    if (this.open.length >= maximumDepth) throw new NotPlain();
    const prefixes = declared ?? this.prefixes;
    const uri = prefixes.get(name.prefix);
    if (uri === undefined) throw new NotPlain();
    if (qualified) this.checkQualified(prefixes);
    const element = new ScannedElement(
      name.name,
      name.local,
      uri,
      tag,
      at + 1,
      selfClosing,
      this.attributeNames.length ? { source, from: attributesAt, to: attributesEnd } : undefined,
    );
    this.visitor.open(element);
    if (selfClosing) {
      this.visitor.close(element, { start: tag, end: at + 1, matched: true });
    } else {
      this.open.push(element);
      if (declared) {
        this.scopes.push({ depth: this.open.length, prefixes: this.prefixes });
        this.prefixes = declared;
      }
    }
    return at + 1;
  }

  /** Comes out of an element: the namespaces it declared are no longer in force. */
  private leave(): void {
    const scope = this.scopes.at(-1);
    if (scope?.depth !== this.open.length + 1) return;
    this.scopes.pop();
    this.prefixes = scope.prefixes;
  }

  private nameAt(start: number): Name {
    const { source } = this;
    let end = start;
    while (!endsName(source.charCodeAt(end))) end++;
    const known = (this.names[end - start] ??= []);
    for (const name of known) if (source.startsWith(name.name, start)) return name;
    const name = source.slice(start, end);
    const match = qualifiedName.exec(name);
    if (!match || match[1] === 'xmlns') throw new NotPlain();
    const found: Name = { name, prefix: match[1] ?? '', local: match[2] ?? '' };
    known.push(found);
    return found;
  }

  /** Prefixes are bound, and no two names mean the same attribute. */
  private checkQualified(prefixes: Prefixes): void {
    const locals: string[] = [];
    for (const attribute of this.attributeNames) {
      if (attribute === 'xmlns' || attribute.startsWith('xmlns:')) continue;
      const match = qualifiedName.exec(attribute);
      const [, prefix = '', local = ''] = match ?? [];
      if (!match || (prefix && !prefixes.get(prefix)) || locals.includes(local)) throw new NotPlain();
      locals.push(local);
    }
  }

  /** A comment or a CDATA section; a document type is not plain. */
  private declared(tag: number): number {
    const { source } = this;
    if (source.startsWith('<!--', tag)) {
      const end = source.indexOf('--', tag + 4);
      if (end < 0 || source.charCodeAt(end + 2) !== greaterThan) throw new NotPlain();
      this.visitor.other({ offset: tag, length: end + 3 - tag });
      return end + 3;
    }
    if (!this.open.length || !source.startsWith('<![CDATA[', tag)) throw new NotPlain();
    const start = tag + 9;
    const end = source.indexOf(']]>', start);
    if (end < 0) throw new NotPlain();
    let value = source.slice(start, end);
    if (this.returns.within(start, end)) value = value.replace(/\r\n?/g, '\n');
    this.visitor.cdata(value, { offset: start, length: end - start });
    return end + 3;
  }

  private instruction(tag: number): number {
    instruction.lastIndex = tag;
    if (!instruction.test(this.source)) throw new NotPlain();
    const end = instruction.lastIndex;
    // The declaration, where it may not be.
    if (/^xml[? \t\r\n]/i.test(this.source.slice(tag + 2, tag + 6))) throw new NotPlain();
    this.visitor.other({ offset: tag, length: end - tag });
    return end;
  }
}

/** An element whose attributes are known to be well-formed, and taken apart when somebody asks. */
class ScannedElement implements XmlElement {
  constructor(
    readonly name: string,
    readonly local: string,
    readonly uri: string,
    readonly start: number,
    readonly startTagEnd: number,
    readonly selfClosing: boolean,
    private readonly written: { readonly source: string; readonly from: number; readonly to: number } | undefined,
  ) {}

  get attributes(): Readonly<Record<string, string>> {
    const found = Object.create(null) as Record<string, string>;
    if (!this.written) return found;
    const { source, from, to } = this.written;
    for (let at = from; ;) {
      while (isSpace(source.charCodeAt(at))) at++;
      if (at >= to) return found;
      const start = at;
      while (!endsName(source.charCodeAt(at))) at++;
      const value = attributeValueAt(source, at);
      found[source.slice(start, at)] = value.text;
      at = value.end;
    }
  }
}

/** Finds the occurrences of a string, asked in the order of the text. */
class Finder {
  private next: number;

  constructor(
    private readonly source: string,
    private readonly wanted: string,
  ) {
    this.next = source.indexOf(wanted);
  }

  within(from: number, to: number): boolean {
    if (this.next >= 0 && this.next < from) this.next = this.source.indexOf(this.wanted, from);
    return this.next >= 0 && this.next < to;
  }
}

/** What XML 1.0 (section 2.2) does not allow. */
const isForbidden = (text: string): boolean => controls.test(text) || !text.isWellFormed();

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

/** Also true at the end of the text. */
const endsName = (code: number): boolean =>
  isSpace(code) || code === greaterThan || code === slash || code === equals || code === lessThan || code !== code;

function declare(prefixes: Map<string, string>, prefix: string, uri: string): void {
  const reserved = prefix === 'xml' || prefix === 'xmlns' || uri === xmlNamespace || uri === xmlnsNamespace;
  if (reserved || (prefix && (!uri || !simpleName.test(prefix))) || uri !== uri.trim()) throw new NotPlain();
  prefixes.set(prefix, uri);
}

/** The value of an attribute whose name ends at `at`, and where it ends. */
function attributeValueAt(source: string, at: number): { readonly text: string; readonly end: number } {
  while (isSpace(source.charCodeAt(at))) at++;
  if (source.charCodeAt(at) !== equals) throw new NotPlain();
  at++;
  while (isSpace(source.charCodeAt(at))) at++;
  const quote = source.charCodeAt(at);
  if (quote !== doubleQuote && quote !== singleQuote) throw new NotPlain();
  const end = source.indexOf(quote === doubleQuote ? '"' : "'", at + 1);
  if (end < 0) throw new NotPlain();
  const raw = source.slice(at + 1, end);
  if (!/[<&\t\n\r]/.test(raw)) return { text: raw, end: end + 1 };
  if (raw.includes('<')) throw new NotPlain();
  return { text: resolved(raw.replace(/\r\n|[\t\n\r]/g, ' ')), end: end + 1 };
}

/** Text with its references resolved. */
function resolved(raw: string): string {
  let text = '';
  let from = 0;
  for (let at = raw.indexOf('&'); at >= 0; at = raw.indexOf('&', from)) {
    const end = raw.indexOf(';', at);
    if (end < 0 || end > at + 9) throw new NotPlain();
    text += raw.slice(from, at) + character(raw.slice(at + 1, end));
    from = end + 1;
  }
  return text + raw.slice(from);
}

/** @param reference what stands between `&` and `;` */
function character(reference: string): string {
  switch (reference) {
    case 'lt':
      return '<';
    case 'gt':
      return '>';
    case 'amp':
      return '&';
    case 'quot':
      return '"';
    case 'apos':
      return "'";
  }
  const match = /^#(?:([0-9]+)|x([0-9A-Fa-f]+))$/.exec(reference);
  if (!match) throw new NotPlain();
  const code = match[1] ? Number.parseInt(match[1], 10) : Number.parseInt(match[2] ?? '', 16);
  if (code === 0 || code > 0x10ffff) throw new NotPlain();
  const found = String.fromCodePoint(code);
  if (isForbidden(found)) throw new NotPlain();
  return found;
}
