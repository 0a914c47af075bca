import { publicKeyText } from '../certificates/publicKey';
import { Pace } from '../keys/slices';
import { certificateOf, certificatesOf, roleInChain, standaloneRole } from './chain';
import { expiryState, type ExpiryState, type WarnFrom } from './expiry';
import type { Entry, Keystore } from './model';

/** What was typed to find entries: words in any order, all of which have to match. */
export interface Filter {
  /** Trimmed; empty where everything matches. */
  readonly text: string;
  /** As compared: lower case, composed. `"a b"` is one word. */
  readonly words: readonly string[];
}

/** What an entry is judged by that is not in it. */
export interface Judging {
  readonly now: Date;
  /** From when on a certificate counts as expiring. */
  readonly warnFrom: WarnFrom;
  /** How many channels use an alias; undefined where that is not known. */
  readonly usesOf?: (alias: string) => number | undefined;
}

export function parseFilter(typed: string): Filter {
  const text = typed.trim();
  const words = [...text.matchAll(/"([^"]+)"?|[^\s"]+/g)].map(([word, quoted]) => folded(quoted ?? word));
  return { text, words };
}

/** Where the words of a filter are in a label, as `[start, end]` in UTF-16 code units, in order and without overlaps. */
export function matchesIn(label: string, { words }: Filter): [start: number, end: number][] {
  const text = folded(label);
  // Case folding may change the length ("\u0130"): better no mark than one in the wrong place.
  if (text.length !== label.length) return [];
  const marked = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      marked.fill(true, at, at + word.length);
    }
  }
  const ranges: [number, number][] = [];
  marked.forEach((is, at) => {
    const last = ranges.at(-1);
    if (is && last?.[1] === at) last[1] = at + 1;
    else if (is) ranges.push([at, at + 1]);
  });
  return ranges;
}

/** What of an entry is searched, made once. */
interface Searchable {
  readonly entry: Entry;
  /** Matches wherever it has the word: alias and names. */
  readonly text: string;
  /** Matches where one of its terms begins with the word: `rsa` is not to find what an RSA key signed. Each after a line feed. */
  readonly terms: string;
  /** Serial numbers, each after a line feed. */
  readonly numbers: string;
}

/** Entries with their search texts, of one keystore. */
export interface SearchIndex {
  readonly rows: readonly Searchable[];
  /** SHA-256 and SHA-1 of all certificates of a row, made when first searched for. */
  readonly fingerprints: (string | undefined)[];
}

/** In slices: a keystore may have tens of thousands of entries. */
export async function indexEntries({ entries }: Keystore, signal?: AbortSignal): Promise<SearchIndex> {
  const pace = new Pace(signal);
  const rows: Searchable[] = [];
  for (const entry of entries) {
    rows.push(searchable(entry));
    if (pace.over) await pace.rest();
  }
  return { rows, fingerprints: [] };
}

/** The entries that match, in file order. */
export async function findMatching(
  index: SearchIndex,
  filter: Filter,
  judging: Judging,
  signal?: AbortSignal,
): Promise<readonly Entry[]> {
  const words = filter.words.map((word) => ({ word, state: `\n${word}`, hex: hexOf(word) }));
  const pace = new Pace(signal);
  const found: Entry[] = [];
  for (const [at, row] of index.rows.entries()) {
    if (pace.over) await pace.rest();
    const { entry, text, terms, numbers } = row;
    let state: string | undefined;
    const matches = words.every(
      ({ word, state: term, hex }) =>
        text.includes(word) ||
        terms.includes(term) ||
        (state ??= stateTerms(entry, judging)).includes(term) ||
        (hex !== undefined && (numbers.includes(hex) || fingerprintsOf(index, at, entry).includes(hex))),
    );
    if (matches) found.push(entry);
  }
  return found;
}

/** The same text for what people take for the same. */
function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/**
 * A fingerprint or serial number, or a part of one, with or without its colons. A short one has to be the beginning: four digits are
 * somewhere in the fingerprints of many.
 */
function hexOf(word: string): string | undefined {
  const digits = word.replaceAll(':', '');
  if (digits.length < 4 || !/^[0-9a-f]+$/.test(digits)) return undefined;
  return digits.length < 8 ? `\n${digits}` : digits;
}

function searchable(entry: Entry): Searchable {
  const parts = [entry.alias];
  const numbers: string[] = [];
  const terms: string[] = kindTerms(entry);
  for (const certificate of certificatesOf(entry)) {
    const { subject, issuer, serialNumber, extensions } = certificate;
    parts.push(subject.toString(), issuer.toString());
    // Some programs write a whole octet first, some do not.
    numbers.push(serialNumber, ...(serialNumber.length % 2 ? [`0${serialNumber}`] : []));
    for (const { value } of extensions.subjectAltName ?? []) parts.push(value);
  }
  const certificate = certificateOf(entry);
  if (certificate) {
    const { name, hash } = certificate.signatureAlgorithm;
    const key = publicKeyText(certificate.publicKey);
    terms.push(name, ...(hash === undefined ? [] : [hash]), key, ...key.split(' '));
  }
  return { entry, text: folded(parts.join('\n')), terms: folded(termList(terms)), numbers: termList(numbers) };
}

function kindTerms(entry: Entry): string[] {
  switch (entry.kind) {
    case 'keyPair':
      return ['key pair', 'pair', ...(entry.chain.length ? [roleInChain(entry.chain, 0)] : [])];
    case 'certificate':
      return ['certificate', standaloneRole(entry.certificate)];
    case 'secretKey':
      return ['secret key', 'key', ...(entry.algorithm === undefined ? [] : [entry.algorithm])];
    case 'unknown':
      return ['unknown', entry.what];
  }
}

const stateWords: Readonly<Record<ExpiryState, readonly string[]>> = {
  valid: ['valid'],
  expiring: ['valid', 'expiring', 'expires'],
  expired: ['expired'],
  'not-yet-valid': ['not-yet-valid', 'not yet valid'],
};

function stateTerms(entry: Entry, { now, warnFrom, usesOf }: Judging): string {
  const certificate = certificateOf(entry);
  const terms = certificate ? [...stateWords[expiryState(certificate, now, warnFrom)]] : [];
  const uses = entry.kind === 'keyPair' ? usesOf?.(entry.alias) : undefined;
  if (uses !== undefined) terms.push(uses ? 'used' : 'unused');
  return termList(terms);
}

function termList(terms: readonly string[]): string {
  return terms.map((term) => `\n${term}`).join('');
}

function fingerprintsOf({ fingerprints }: SearchIndex, at: number, entry: Entry): string {
  return (fingerprints[at] ??= certificatesOf(entry)
    .map((certificate) => termList([certificate.sha256, certificate.fingerprint('sha1')]))
    .join(''));
}
