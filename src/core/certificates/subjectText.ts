import { element, hex, oid, rawOf, readNode, sequence, setOf, Tag } from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import type { Name } from './name';
import { attributeTypeOf, attributeTypes, type AttributeType } from './nameAttributes';

/** The labels that a new name can have, as they are printed; kinds without a label are written in dotted form. */
export const subjectLabels: readonly string[] = attributeTypes.map(({ label }) => label);

export interface SubjectAttribute {
  /** As `Name` prints it: `CN`, or a dotted form. */
  readonly label: string;
  /** The text; `#` and the hex of the DER where `encoded` is set. */
  readonly value: string;
  readonly encoded?: true;
  /** It stands in one place with the attribute before it (a multi-valued RDN). */
  readonly joined?: true;
}

/** RFC 5280 appendix A.1's and X.520's upper bounds; country codes have two letters. Undefined where the value is fine. */
export function subjectProblem(label: string, value: string): string | undefined {
  const kind = attributeTypeOf(label);
  if (!kind) return `"${label}" is no kind of attribute.`;
  if (value.trim() === '') return `${label} is empty.`;
  if (kind.most === 2 && !/^[A-Za-z]{2}$/.test(value)) return 'The country is a code of two letters (DE, US ...).';
  if (label === 'emailAddress' && !/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(value)) return 'This is no e-mail address.';
  if (value.length > kind.most) return `${label} has more than ${kind.most} characters.`;
  // eslint-disable-next-line no-control-regex -- control characters are just what is looked for
  if (/[\u0000-\u001f\u007f]/.test(value)) return `${label} has characters that cannot be seen.`;
  if (kind.tag === Tag.printableString && !/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value)) {
    return `${label} takes letters without accents, digits, blanks and ' ( ) + , - . / : = ? alone.`;
  }
  return kind.tag === Tag.ia5String && !/^[\x20-\x7e]*$/.test(value) ? `${label} takes ASCII alone.` : undefined;
}

/**
 * A name as people type it and as names are printed: `CN=Partner A, O=Example, C=DE`, most specific first (RFC 4514, with blanks around the
 * commas). A text without any label is the common name. A comma or plus inside a value is written `\,` and `\+`, or the value stands in
 * quotation marks; `+` joins what stands in one place. Kinds without a label are written in dotted form: `2.5.4.46=x`.
 * @throws FlowKeystoreError `value-invalid`, in one sentence
 */
export function parseSubject(text: string): SubjectAttribute[] {
  const trimmed = trimUnescaped(text);
  if (trimmed === '') throw invalid('A certificate needs a name, at least CN=...');
  if (!trimmed.includes('=')) return [checked(kindOf('CN'), readValue(trimmed))];
  const attributes = split(trimmed).map(({ part, after }) => {
    const at = part.indexOf('=');
    const kind = at < 0 ? undefined : attributeTypeOf(part.slice(0, at).trim());
    if (!kind) throw notAnAttribute(at < 0 ? part : part.slice(0, at), at >= 0, after);
    const attribute = checked(kind, readValue(trimUnescaped(part.slice(at + 1))));
    return after === '+' ? { ...attribute, joined: true as const } : attribute;
  });
  if (!attributes.some(({ label }) => label === 'CN')) throw invalid('The name needs a common name: CN=...');
  return attributes;
}

/** What a name says beside the common name: the places that have one are left out. */
export function withoutCommonName(subject: readonly SubjectAttribute[]): SubjectAttribute[] {
  return placesOf(subject)
    .filter((place) => !place.some(({ label }) => label === 'CN'))
    .flat();
}

/** The attributes by place: what is joined stands with what is before it (a multi-valued RDN). */
function placesOf(subject: readonly SubjectAttribute[]): SubjectAttribute[][] {
  const places: SubjectAttribute[][] = [];
  for (const attribute of subject) {
    const place = attribute.joined ? places.at(-1) : undefined;
    if (place) place.push(attribute);
    else places.push([attribute]);
  }
  return places;
}

/** The text that `parseSubject` reads back. */
export function subjectText(subject: readonly SubjectAttribute[]): string {
  return subject
    .map(({ label, value, encoded, joined }, index) => {
      const before = index === 0 ? '' : joined ? '+' : ', ';
      return `${before}${label}=${encoded ? value : escaped(value)}`;
    })
    .join('');
}

/**
 * A name that was read, as people type it.
 * @returns undefined where `parseSubject` could not make the same of it
 */
export function subjectTextOf(name: Name): string | undefined {
  const attributes = [...name.rdns].reverse().flatMap((rdn) =>
    rdn.map(({ label, value, encoded }, index): SubjectAttribute => ({
      label,
      value,
      ...(encoded && { encoded }),
      ...(index > 0 && { joined: true as const }),
    })),
  );
  const text = subjectText(attributes);
  try {
    return subjectText(parseSubject(text)) === text ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The name, DER, most significant first; each value in the string type that its kind asks for, UTF-8 where that is open. */
export function subjectDer(attributes: readonly SubjectAttribute[]): Uint8Array {
  const places = placesOf(attributes).map((place) => setOf(...place.map(attributeDer)));
  return sequence(...places.reverse());
}

function attributeDer({ label, value, encoded }: SubjectAttribute): Uint8Array {
  const kind = kindOf(label);
  const text = kind.most === 2 ? value.toUpperCase() : value;
  const contents = encoded ? Buffer.from(value.slice(1), 'hex') : element(kind.tag, Buffer.from(text, 'utf8'));
  return sequence(oid(kind.oid), contents);
}

function kindOf(label: string): AttributeType {
  const kind = attributeTypeOf(label);
  if (!kind) throw invalid(`"${label}" is no kind of attribute.`);
  return kind;
}

function checked(kind: AttributeType, { text, encoded }: Value): SubjectAttribute {
  const { label } = kind;
  if (encoded) return { label, value: text, encoded };
  const problem = subjectProblem(label, text);
  if (problem !== undefined) throw invalid(problem);
  return { label, value: kind.most === 2 ? text.toUpperCase() : text };
}

interface Part {
  readonly part: string;
  /** What stands before it. */
  readonly after: ',' | '+' | '';
}

/** At the commas and pluses that are neither escaped nor in quotation marks around a whole value. */
function split(text: string): Part[] {
  const parts: Part[] = [];
  let start = 0;
  let after: Part['after'] = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '\\') i++;
    else if (character === '"') quoted = quoted ? false : /=\s*$/.test(text.slice(start, i));
    else if (!quoted && (character === ',' || character === '+')) {
      parts.push({ part: text.slice(start, i), after });
      after = character;
      start = i + 1;
    }
  }
  if (quoted) throw invalid('A quotation mark is not closed.');
  return [...parts, { part: text.slice(start), after }];
}

interface Value {
  readonly text: string;
  readonly encoded?: true;
}

function readValue(text: string): Value {
  if (text.startsWith('#')) return { text: encodedValue(text), encoded: true };
  const inner = /^"((?:[^"\\]|\\.)*)"$/s.exec(text)?.[1];
  return { text: unescapeText(inner ?? text) };
}

/** RFC 4514 section 2.4: the DER of a value, in hex. */
function encodedValue(text: string): string {
  const digits = text.slice(1).toLowerCase();
  try {
    const octets = Buffer.from(digits, 'hex');
    const whole = hex(rawOf(readNode(octets))) === digits;
    if (whole && octets.length > 0) return `#${digits}`;
  } catch {
    // Said below.
  }
  throw invalid(`A value that begins with # is the hex of its DER; a # of its own is written \\#.`);
}

/** A backslash stands before a character, or before hex pairs of UTF-8 (RFC 4514 section 3). */
function unescapeText(text: string): string {
  return text.replace(/((?:\\[0-9a-f]{2})+)|\\(.)/gis, (_, pairs: string | undefined, character: string) => {
    if (pairs === undefined) return character;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        Buffer.from(pairs.replaceAll('\\', ''), 'hex'),
      );
    } catch {
      throw invalid(`${pairs} is no UTF-8.`);
    }
  });
}

function escaped(value: string): string {
  return value
    .replace(/[\\",+<>;]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

/** A blank at the end may be escaped. */
function trimUnescaped(text: string): string {
  const start = text.trimStart();
  const end = start.trimEnd();
  const backslashes = /\\*$/.exec(end)?.[0].length ?? 0;
  return backslashes % 2 && end.length < start.length ? start.slice(0, end.length + 1) : end;
}

function notAnAttribute(part: string, labelled: boolean, after: Part['after']): FlowKeystoreError {
  const what = part.trim();
  const sign = after === '+' ? 'plus' : 'comma';
  if (what === '') return invalid(`There is a ${sign} too many.`);
  return invalid(
    labelled
      ? `"${what}" is not among ${subjectLabels.join(', ')}.`
      : `"${what}" has no label; a ${sign} inside a value is written \\${after === '+' ? '+' : ','}`,
  );
}

function invalid(message: string): FlowKeystoreError {
  return new FlowKeystoreError('value-invalid', message);
}
