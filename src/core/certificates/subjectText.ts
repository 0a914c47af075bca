import { FlowKeystoreError } from '../errors';
import { subjectLabels, subjectProblem, type SubjectAttribute, type SubjectLabel } from './issue';

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
