import { byOffset } from './edit';
import type { Span, TextEdit } from './model';
import { escapeXmlText, lineEndOf, visitXml, type XmlElement, type XmlEnd, type XmlVisitor } from './xml';

/** `parameters.propdef` of a flow project: what SAP's editor knows of each externalized parameter beside its value. */
export interface Definitions {
  readonly text: string;
  readonly parameters: readonly Definition[];
  /** Which attribute of which channel a parameter is the value of. */
  readonly references: readonly DefinitionReference[];
  /** What is wrong with the XML, the first thing alone. Such a file is read, never edited. */
  readonly problem?: string;
  /** Where a further parameter goes, and how those that are there are laid out. */
  readonly insertAt: number;
  /** The element with the references; absent where there is none. */
  readonly referencesElement?: Span & { readonly inner: Span | undefined };
}

export interface Definition {
  readonly name: string;
  /** `xsd:string`, `xsd:integer`, `xsd:boolean`, `custom:schedule`, ... */
  readonly type: string;
  readonly description: string;
  readonly required: boolean;
  /** The whole element. */
  readonly span: Span;
  /** The text of the name. */
  readonly nameSpan: Span;
}

export interface DefinitionReference {
  /** The system of the channel, with the group of the form behind it: `Partner.Receiver.Auth`. */
  readonly category: string;
  /** The variant of the adapter and the key: `ctype::AdapterVariant/cname::HTTP/.../attrId::privateKeyAlias`. */
  readonly attribute: string;
  /** As SAP's form has it. */
  readonly label: string;
  readonly parameter: string;
  readonly span: Span;
  /** The text of the attribute that names the parameter. */
  readonly parameterSpan: Span;
}

/** Reads a parameters.propdef. Never throws. */
export function readDefinitions(text: string): Definitions {
  return visitXml(text, () => new DefinitionReader(text)).result();
}

/** As SAP writes a file without parameters. */
export const emptyDefinitions =
  '<?xml version="1.0" encoding="UTF-8" standalone="no"?><parameters><param_references/></parameters>';

class DefinitionReader implements XmlVisitor {
  private readonly path: XmlElement[] = [];
  private readonly parameters: Definition[] = [];
  private readonly references: DefinitionReference[] = [];
  private problem: string | undefined;
  private insertAt: number | undefined;
  private referencesElement: (Span & { readonly inner: Span | undefined }) | undefined;
  private values = new Map<string, { text: string; span: Span }>();

  constructor(private readonly source: string) {}

  open(element: XmlElement): void {
    this.path.push(element);
    if (this.path.length === 1) {
      if (element.local !== 'parameters') this.problem ??= `its root is ${element.name}, not parameters`;
      if (!element.selfClosing) this.insertAt = element.startTagEnd;
    }
    if (this.path.length === 2 && element.local === 'parameter') this.values = new Map();
  }

  close(element: XmlElement, end: XmlEnd): void {
    this.path.pop();
    const parent = this.path.at(-1)?.local;
    const span = { offset: element.start, length: end.end - element.start };
    if (this.path.length === 1 && element.local === 'parameter') this.addParameter(span);
    else if (this.path.length === 2 && parent === 'parameter' && !this.values.has(element.local)) {
      const inner = { offset: element.startTagEnd, length: Math.max(0, end.start - element.startTagEnd) };
      this.values.set(element.local, { text: '', span: inner });
    } else if (this.path.length === 1 && element.local === 'param_references') {
      const inner = { offset: element.startTagEnd, length: end.start - element.startTagEnd };
      this.referencesElement = { ...span, inner: element.selfClosing ? undefined : inner };
    } else if (parent === 'param_references' && element.local === 'reference') this.addReference(element, span);
  }

  text(value: string, span: Span): void {
    const [, parameter, inside] = this.path;
    if (this.path.length !== 3 || parameter?.local !== 'parameter' || !inside) return;
    const known = this.values.get(inside.local);
    this.values.set(inside.local, known ? { ...known, text: known.text + value } : { text: value, span });
  }

  cdata(value: string, span: Span): void {
    this.text(value, span);
  }

  other(): void {
    // Comments say nothing here.
  }

  error(message: string): void {
    this.problem ??= message;
  }

  result(): Definitions {
    return {
      text: this.source,
      parameters: this.parameters,
      references: this.references,
      ...(this.insertAt === undefined && this.problem === undefined ? { problem: 'it is empty' } : {}),
      ...(this.problem === undefined ? {} : { problem: this.problem }),
      insertAt: this.insertAt ?? 0,
      ...(this.referencesElement ? { referencesElement: this.referencesElement } : {}),
    };
  }

  private addParameter(span: Span): void {
    const name = this.values.get('name');
    this.insertAt = span.offset + span.length;
    if (!name) return;
    const text = (tag: string): string => this.values.get(tag)?.text ?? '';
    this.parameters.push({
      name: name.text,
      type: text('type'),
      description: text('description'),
      required: text('isRequired') === 'true',
      span,
      nameSpan: name.span,
    });
  }

  private addReference(element: XmlElement, span: Span): void {
    const { attributes } = element;
    const tag = this.source.slice(element.start, element.startTagEnd);
    const match = /\sparam_key\s*=\s*(?:"([^"]*)"|'([^']*)')/d.exec(tag);
    const at = match?.indices?.[1] ?? match?.indices?.[2];
    if (!at) return;
    this.references.push({
      category: attributes['attribute_category'] ?? '',
      attribute: attributes['attribute_id'] ?? '',
      label: attributes['attribute_uilabel'] ?? '',
      parameter: attributes['param_key'] ?? '',
      span,
      parameterSpan: { offset: element.start + at[0], length: at[1] - at[0] },
    });
  }
}

export const definitionOf = ({ parameters }: Definitions, name: string): Definition | undefined =>
  parameters.find((parameter) => parameter.name === name);

const escapeAttribute = (value: string): string => escapeXmlText(value, '\n').replaceAll('"', '&quot;');

/** Adds a parameter behind the last one, laid out as that. None where it is there. */
export function addDefinition(definitions: Definitions, name: string): TextEdit[] {
  if (definitionOf(definitions, name)) return [];
  const { text, insertAt, parameters } = definitions;
  const eol = lineEndOf(text);
  const last = parameters.at(-1);
  const lines = last && text.slice(last.span.offset, last.span.offset + last.span.length);
  const [, inner = `${eol}    `] = /^<[^>]*>(\s*)</.exec(lines ?? '') ?? [];
  const [outer = `${eol}  `] = /\s*(?=<\/[^<]*>$)/.exec(lines ?? '') ?? [];
  const [between = ''] = (last && /\s*$/.exec(text.slice(0, last.span.offset))) ?? [];
  const children = [
    '<key/>',
    `<name>${escapeXmlText(name, eol)}</name>`,
    '<type>xsd:string</type>',
    '<isRequired>false</isRequired>',
    '<constraint/>',
    '<description/>',
    '<additionalMetadata/>',
  ];
  const element = `<parameter>${children.map((child) => inner + child).join('')}${outer}</parameter>`;
  return [{ offset: insertAt, length: 0, text: (parameters.length > 1 ? between : '') + element }];
}

/** Says what a parameter is the value of. None where that is said. */
export function addReference(
  definitions: Definitions,
  { category, attribute, label, parameter }: Omit<DefinitionReference, 'span' | 'parameterSpan'>,
): TextEdit[] {
  const known = definitions.references.some(
    (each) => each.category === category && each.attribute === attribute && each.parameter === parameter,
  );
  if (known) return [];
  const attributes = [
    `attribute_category="${escapeAttribute(category)}"`,
    `attribute_id="${escapeAttribute(attribute)}"`,
    `attribute_uilabel="${escapeAttribute(label)}"`,
    `param_key="${escapeAttribute(parameter)}"`,
  ];
  const element = `<reference ${attributes.join(' ')}/>`;
  const { text, referencesElement: all, references, insertAt } = definitions;
  if (!all) return [{ offset: insertAt, length: 0, text: `<param_references>${element}</param_references>` }];
  if (!all.inner) {
    return [{ offset: all.offset, length: all.length, text: `<param_references>${element}</param_references>` }];
  }
  const last = references.at(-1);
  if (!last) return [{ offset: all.inner.offset, length: 0, text: element }];
  const [lead = ''] = /\s*$/.exec(text.slice(0, last.span.offset)) ?? [];
  return [{ offset: last.span.offset + last.span.length, length: 0, text: lead + element }];
}

/** Removes a parameter, and what it is the value of. */
export function removeDefinition(definitions: Definitions, name: string): TextEdit[] {
  const spans = [
    ...definitions.parameters.filter((each) => each.name === name),
    ...definitions.references.filter(({ parameter }) => parameter === name),
  ];
  return spans.map(({ span }) => withoutLead(definitions, span)).sort(byOffset);
}

/** Removes what a parameter is the value of, and leaves the parameter. */
export function removeReference(definitions: Definitions, reference: DefinitionReference): TextEdit[] {
  return [withoutLead(definitions, reference.span)];
}

/** The white space before goes with it, so that no blank line is left. */
function withoutLead({ text }: Definitions, { offset, length }: Span): TextEdit {
  const [lead = ''] = /\s*$/.exec(text.slice(Math.max(0, offset - 1000), offset)) ?? [];
  return { offset: offset - lead.length, length: length + lead.length, text: '' };
}

/** Another name for a parameter, wherever the file has it. */
export function renameDefinition(definitions: Definitions, from: string, to: string): TextEdit[] {
  const eol = lineEndOf(definitions.text);
  return [
    ...definitions.parameters
      .filter(({ name }) => name === from)
      .map(({ nameSpan }) => ({ ...nameSpan, text: escapeXmlText(to, eol) })),
    ...definitions.references
      .filter(({ parameter }) => parameter === from)
      .map(({ parameterSpan }) => ({ ...parameterSpan, text: escapeAttribute(to) })),
  ].sort(byOffset);
}
