import { element, oid, sequence, setOf, Tag } from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import type { Name } from './name';

/** The attributes that a new name can have, as people write them. */
export const subjectLabels = ['CN', 'OU', 'O', 'L', 'ST', 'C', 'emailAddress'] as const;
export type SubjectLabel = (typeof subjectLabels)[number];

export interface SubjectAttribute {
  readonly label: SubjectLabel;
  readonly value: string;
}

/** RFC 5280 appendix A.1's upper bounds; country codes have two letters. Undefined where the value is fine. */
export function subjectProblem(label: SubjectLabel, value: string): string | undefined {
  const limit = { CN: 64, OU: 64, O: 64, L: 128, ST: 128, C: 2, emailAddress: 255 }[label];
  if (value.trim() === '') return `${label} is empty.`;
  if (label === 'C' && !/^[A-Za-z]{2}$/.test(value)) return 'The country is a code of two letters (DE, US ...).';
  if (label === 'emailAddress' && !/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(value)) return 'This is no e-mail address.';
  if (value.length > limit) return `${label} has more than ${limit} characters.`;
  // eslint-disable-next-line no-control-regex -- control characters are just what is looked for
  return /[\u0000-\u001f\u007f]/.test(value) ? `${label} has characters that cannot be seen.` : undefined;
}

const spellings: Readonly<Record<string, SubjectLabel>> = {
  ...Object.fromEntries(subjectLabels.map((label) => [label.toLowerCase(), label])),
  e: 'emailAddress',
  email: 'emailAddress',
  s: 'ST',
};

/**
 * A name as people type it: `CN=Partner A, O=Example, C=DE`, most specific first (RFC 4514, with blanks around the commas). A text without
 * any label is the common name. A comma inside a value is written `\,`.
 * @throws FlowKeystoreError `value-invalid`, in one sentence
 */
export function parseSubject(text: string): SubjectAttribute[] {
  const trimmed = text.trim();
  if (trimmed === '') throw invalid('A certificate needs a name, at least CN=...');
  if (!trimmed.includes('=')) return [checked('CN', unescapeText(trimmed))];
  const attributes = splitOutsideEscapes(trimmed, ',').map((part) => {
    const at = part.indexOf('=');
    const label = at < 0 ? undefined : spellings[part.slice(0, at).trim().toLowerCase()];
    if (label === undefined) {
      const what = (at < 0 ? part : part.slice(0, at)).trim();
      throw invalid(
        what === ''
          ? 'There is a comma too many.'
          : at < 0
            ? `"${what}" has no label; a comma inside a value is written \\,`
            : `"${what}" is not among ${subjectLabels.join(', ')}.`,
      );
    }
    return checked(label, unescapeText(part.slice(at + 1).trim()));
  });
  const commonNames = attributes.filter(({ label }) => label === 'CN');
  if (commonNames.length !== 1) {
    throw invalid(commonNames.length ? 'There is more than one CN.' : 'The name needs a common name: CN=...');
  }
  return attributes;
}

/** The text that `parseSubject` reads back. */
export function subjectText(subject: readonly SubjectAttribute[]): string {
  return subject.map(({ label, value }) => `${label}=${value.replace(/[\\,]/g, '\\$&')}`).join(', ');
}

/**
 * A name that was read, as people type it.
 * @returns undefined where `parseSubject` could not make the same of it: it has other attributes, or several in one place
 */
export function subjectTextOf(name: Name): string | undefined {
  const attributes: SubjectAttribute[] = [];
  for (const rdn of [...name.rdns].reverse()) {
    const [only, ...more] = rdn;
    const label = subjectLabels.find((known) => known === only?.label);
    if (!only || more.length || label === undefined) return undefined;
    attributes.push({ label, value: only.value });
  }
  const text = subjectText(attributes);
  try {
    return subjectText(parseSubject(text)) === text ? text : undefined;
  } catch {
    return undefined;
  }
}

const attributeOids: Readonly<Record<SubjectLabel, string>> = {
  CN: '2.5.4.3',
  OU: '2.5.4.11',
  O: '2.5.4.10',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  C: '2.5.4.6',
  emailAddress: '1.2.840.113549.1.9.1',
};

/** The name, DER. RFC 5280 appendix A.1: PrintableString for the country, IA5String for e-mail, UTF-8 for the rest; most significant first. */
export function subjectDer(attributes: readonly SubjectAttribute[]): Uint8Array {
  const rdns = attributes.map(({ label, value }) => {
    const tag = label === 'C' ? Tag.printableString : label === 'emailAddress' ? Tag.ia5String : Tag.utf8String;
    const text = label === 'C' ? value.toUpperCase() : value.trim();
    return setOf(sequence(oid(attributeOids[label]), element(tag, Buffer.from(text, 'utf8'))));
  });
  return sequence(...rdns.reverse());
}

function checked(label: SubjectLabel, value: string): SubjectAttribute {
  const problem = subjectProblem(label, value);
  if (problem !== undefined) throw invalid(problem);
  return { label, value: label === 'C' ? value.toUpperCase() : value };
}

function splitOutsideEscapes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '\\') i++;
    else if (character === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function unescapeText(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

function invalid(message: string): FlowKeystoreError {
  return new FlowKeystoreError('value-invalid', message);
}
