import { LineMap } from './lines';
import type {
  Channel,
  EmptyValueForm,
  Flow,
  FlowProblem,
  InsertionPoint,
  Property,
  Span,
  Step,
  ValueForm,
  ValuePiece,
} from './model';
import { lineEndOf, visitXml, type XmlElement, type XmlEnd } from './xml';

/** Flows are at most 0.7 MB in the wild; what is far above is not a flow. In UTF-16 code units. */
const maximumLength = 32 * 1024 * 1024;
const maximumProblems = 20;
const bpmn = 'http://www.omg.org/spec/BPMN/20100524/MODEL';
/** SAP writes three slashes; hand-made flows often two. */
const ifl = /^http:\/{2,3}com\.sap\.ifl\.model\/Ifl\.xsd$/;

/**
 * Reads the channels and steps of a flow. Never throws: what is broken is listed in `problems`, with the channels that could be read around it.
 * A channel is a BPMN messageFlow below the collaboration; any other element with properties in extensionElements is a step. Prefixes do not
 * matter, comments and CDATA sections are not mistaken for elements.
 * @param name of the flow, usually the file's without `.iflw`.
 */
export function readFlow(text: string, name = ''): Flow {
  if (text.length > maximumLength) {
    const message = `The file has ${Math.round(text.length / 1024 / 1024)} MB; a flow of more than 32 MB is not read.`;
    const problem: FlowProblem = { code: 'too-large', message, offset: 0, line: 1, column: 1 };
    return { text: '', name, channels: [], steps: [], problems: [problem], emptyValue: '<value/>' };
  }
  const reader = visitXml(text, () => new Reader(text));
  const { channels } = reader;
  // A process ends after its steps.
  const steps = reader.steps.sort((a, b) => a.span.offset - b.span.offset);
  return { text, name, channels, steps, problems: reader.finish(), emptyValue: reader.emptyValue() };
}

/** An element that has extensionElements and is not closed yet. */
interface OpenPart {
  readonly element: XmlElement;
  readonly extensions: XmlElement;
  readonly isChannel: boolean;
  readonly properties: Property[];
  insertAt?: InsertionPoint;
}

interface OpenProperty {
  readonly element: XmlElement;
  key?: string;
  keyTag?: string;
  value?: {
    readonly element: XmlElement;
    text: string;
    pieces: ValuePiece[];
    foreign: boolean;
    comments: boolean;
    end?: XmlEnd;
  };
}

class Reader {
  readonly channels: Channel[] = [];
  readonly steps: Step[] = [];
  private readonly found: Omit<FlowProblem, 'line' | 'column'>[] = [];
  private readonly path: XmlElement[] = [];
  /** Parts lie in each other: a step in its process. The innermost is the last. */
  private readonly parts: OpenPart[] = [];
  private property: OpenProperty | undefined;
  private readonly emptyForms: Record<EmptyValueForm, number> = { '<value/>': 0, '<value />': 0, '<value></value>': 0 };
  private readonly eol: '\n' | '\r\n';
  private dropped = 0;

  constructor(private readonly source: string) {
    this.eol = lineEndOf(source);
  }

  open(element: XmlElement): void {
    const parent = this.path.at(-1);
    this.path.push(element);
    if (this.path.length === 1) {
      if (element.local !== 'definitions') this.notAFlow(element);
      return;
    }
    if (this.property) {
      this.openInProperty(element, this.property);
      return;
    }
    if (element.local === 'extensionElements' && parent && mayBe(parent, bpmn)) this.openPart(parent, element);
    else if (element.local === 'property' && parent === this.parts.at(-1)?.extensions && mayBe(element, ifl)) {
      this.property = { element };
    }
  }

  close(element: XmlElement, end: XmlEnd): void {
    this.path.pop();
    const { property } = this;
    if (property) {
      if (element === property.value?.element) {
        property.value.end = end;
        this.countEmpty(element, end);
      } else if (element === property.element) this.closeProperty(property, end);
      if (element !== property.element) return;
    }
    const part = this.parts.at(-1);
    if (!part) return;
    if (element === part.extensions && end.matched && !element.selfClosing) {
      part.insertAt = this.insertionPoint(part, element, end);
    } else if (element === part.element) {
      this.parts.pop();
      if (part.isChannel) this.closeChannel(part, end);
      else this.closeStep(part, end);
    }
  }

  text(value: string, span: Span): void {
    this.piece('text', value, span);
  }

  cdata(value: string, span: Span): void {
    this.piece('cdata', value, span);
  }

  other(): void {
    if (this.property?.value && this.path.at(-1) === this.property.value.element) this.property.value.comments = true;
  }

  error(message: string, offset: number): void {
    const sentence = message.charAt(0).toUpperCase() + message.slice(1);
    this.report('xml-broken', `The XML is broken: ${sentence}${/[.!?]$/.test(sentence) ? '' : '.'}`, offset);
  }

  finish(): FlowProblem[] {
    if (!this.found.length) return [];
    const lines = new LineMap(this.source);
    const listed = this.found.map((problem) => ({ ...problem, ...lines.positionAt(problem.offset) }));
    const last = listed.at(-1);
    if (this.dropped && last) {
      listed.push({ ...last, message: `There are ${this.dropped} more problems of this kind.` });
    }
    return listed;
  }

  emptyValue(): EmptyValueForm {
    const forms = Object.entries(this.emptyForms) as [EmptyValueForm, number][];
    return forms.reduce((best, form) => (form[1] > best[1] ? form : best))[0];
  }

  /** The first extensionElements of an element count. */
  private openPart(element: XmlElement, extensions: XmlElement): void {
    if (this.parts.at(-1)?.element === element) return;
    const isChannel = element.local === 'messageFlow';
    if (isChannel && this.path.at(-3)?.local !== 'collaboration') return;
    this.parts.push({ element, extensions, isChannel, properties: [] });
  }

  private openInProperty(element: XmlElement, property: OpenProperty): void {
    const parent = this.path.at(-2);
    if (parent === property.element && element.local === 'key' && property.key === undefined) {
      property.key = '';
      property.keyTag = element.name;
    } else if (parent === property.element && element.local === 'value' && !property.value) {
      property.value = { element, text: '', pieces: [], foreign: false, comments: false };
    } else if (property.value && !property.value.end) property.value.foreign = true;
  }

  private piece(kind: ValuePiece['kind'], value: string, span: Span): void {
    const { property } = this;
    const inside = this.path.at(-1);
    if (!property || !inside) return;
    if (inside === property.value?.element) {
      property.value.text += value;
      property.value.pieces.push({ kind, ...span });
    } else if (inside.local === 'key' && this.path.at(-2) === property.element) {
      property.key = (property.key ?? '') + value;
    }
  }

  private closeProperty(property: OpenProperty, end: XmlEnd): void {
    this.property = undefined;
    const part = this.parts.at(-1);
    if (!part || property.key === undefined || !end.matched) return;
    const { element, key, value } = property;
    const span = between(element.start, end.end);
    if (!value?.end) {
      const nowhere = between(end.start, end.start);
      part.properties.push({
        key,
        value: '',
        span,
        valueSpan: nowhere,
        valueElement: nowhere,
        form: 'missing',
        pieces: [],
      });
      return;
    }
    const valueElement = between(value.element.start, value.end.end);
    part.properties.push({
      key,
      value: value.text,
      span,
      valueSpan: value.element.selfClosing ? valueElement : between(value.element.startTagEnd, value.end.start),
      valueElement,
      form: formOf(value, value.end),
      pieces: value.pieces,
    });
  }

  private closeStep({ element, properties, insertAt }: OpenPart, end: XmlEnd): void {
    const id = element.attributes['id'];
    if (!id || !properties.length) return;
    const value = (key: string): string => properties.findLast((property) => property.key === key)?.value ?? '';
    this.steps.push({
      id,
      name: element.attributes['name'] ?? '',
      element: element.local,
      activity: value('activityType'),
      version: parseVariantUri(value('cmdVariantUri'))['version'] ?? value('componentVersion'),
      properties,
      span: between(element.start, end.end),
      ...(insertAt ? { insertAt } : {}),
    });
  }

  private closeChannel(open: OpenPart, end: XmlEnd): void {
    const { element, properties, insertAt } = open;
    const id = element.attributes['id'] ?? '';
    const value = (key: string): string => properties.findLast((property) => property.key === key)?.value ?? '';
    const variant = parseVariantUri(value('cmdVariantUri'));
    const direction = value('direction') || variant['direction'];
    const label = element.attributes['name'] ?? '';
    if (!id || (direction !== 'Sender' && direction !== 'Receiver')) {
      // Message flows without an adapter are drawn by some tools; they are no channels.
      if (properties.length) {
        const what = id ? 'does not say whether it is a sender or a receiver' : 'has no id';
        this.report(
          'channel-incomplete',
          `The message flow ${JSON.stringify(label || id)} ${what}; it is left out.`,
          element.start,
        );
      }
      return;
    }
    const [, adapter = ''] = /^(?:.*:)?([^:]+)$/.exec(variant['cname'] ?? '') ?? [];
    const vendor = value('Vendor') || variant['vendor'];
    this.channels.push({
      id,
      name: label || value('Name'),
      direction,
      adapter: value('ComponentType') || adapter,
      ...(vendor ? { vendor } : {}),
      messageProtocol: value('MessageProtocol') || (variant['mp'] ?? ''),
      version: variant['version'] ?? value('componentVersion'),
      system: value('system'),
      properties,
      span: between(element.start, end.end),
      ...(insertAt ? { insertAt } : {}),
    });
  }

  private insertionPoint(part: OpenPart, extensions: XmlElement, end: XmlEnd): InsertionPoint {
    const last = part.properties.at(-1);
    const common = { eol: this.eol, indent: indentUnit(this.source, part.element.start, extensions.start) };
    if (last) {
      const [, property = 'ifl:property'] =
        /^<([^\s>/]+)/.exec(this.source.slice(last.span.offset, last.span.offset + 200)) ?? [];
      const [, value = 'value'] =
        /^<([^\s>/]+)/.exec(this.source.slice(last.valueElement.offset, last.valueElement.offset + 200)) ?? [];
      const lead = this.source.slice(lineStartOf(this.source, last.span.offset), last.span.offset);
      const key = value.replace(/[^:]+$/, 'key');
      return {
        offset: last.span.offset + last.span.length,
        lead: this.eol + blanksOf(lead),
        tags: { property, key, value },
        ...common,
      };
    }
    const outer = blanksOf(this.source.slice(lineStartOf(this.source, extensions.start), extensions.start));
    return {
      offset: Math.min(extensions.startTagEnd, end.start),
      lead: this.eol + outer + common.indent,
      tags: { property: 'ifl:property', key: 'key', value: 'value' },
      ...common,
    };
  }

  private countEmpty(element: XmlElement, end: XmlEnd): void {
    if (element.selfClosing) this.emptyForms[this.source.charCodeAt(end.end - 3) === 32 ? '<value />' : '<value/>']++;
    else if (end.start === element.startTagEnd) this.emptyForms['<value></value>']++;
  }

  private notAFlow(root: XmlElement): void {
    this.report(
      'not-a-flow',
      `The file is XML, but no flow: its root is ${root.name}, not bpmn2:definitions.`,
      root.start,
    );
  }

  private report(code: FlowProblem['code'], message: string, offset: number): void {
    if (this.found.length < maximumProblems) this.found.push({ code, message, offset });
    else this.dropped++;
  }
}

const between = (start: number, end: number): Span => ({ offset: start, length: end - start });
const lineStartOf = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;
const blanksOf = (text: string): string => /^[ \t]*/.exec(text)?.[0] ?? '';

/** An element without a namespace, or with an unbound prefix, is taken by its name. */
function mayBe(element: XmlElement, namespace: string | RegExp): boolean {
  return (
    element.uri === '' || (typeof namespace === 'string' ? element.uri === namespace : namespace.test(element.uri))
  );
}

function formOf(value: NonNullable<OpenProperty['value']>, end: XmlEnd): ValueForm {
  if (!end.matched || value.foreign) return 'foreign';
  if (value.element.selfClosing) return 'selfClosing';
  if (value.comments || value.pieces.length > 1) return 'mixed';
  return value.pieces[0]?.kind ?? 'text';
}

/** One level of indentation: what a child has more than its parent. Exported flows have four spaces. */
function indentUnit(text: string, parent: number, child: number): string {
  const outer = blanksOf(text.slice(lineStartOf(text, parent), parent));
  const inner = blanksOf(text.slice(lineStartOf(text, child), child));
  return inner.startsWith(outer) && inner.length > outer.length ? inner.slice(outer.length) : '    ';
}

/** `ctype::AdapterVariant/cname::sap:HTTP/tp::HTTP/mp::None/direction::Receiver/version::1.17.1` by its names. */
export function parseVariantUri(uri: string): Readonly<Record<string, string | undefined>> {
  const parts: Record<string, string> = {};
  for (const part of uri.split('/')) {
    const [name, value] = part.split('::', 2);
    if (name && value) parts[name] = value;
  }
  return parts;
}
