import { FlowKeystoreError } from '../errors';

/**
 * A zero-copy view of DER and BER (ITU-T X.690). Reading makes no copies of the source; every length is checked against the
 * enclosing element, depth is limited, and a violation is a `damaged` error with the offset.
 */
export interface Node {
  /** The identifier octet: class, constructed bit and number. High tag numbers (31 and above) are refused: X.509, PKCS#7 and #12 use none. */
  readonly tag: number;
  readonly source: Uint8Array;
  /** Offset of the identifier octet. */
  readonly start: number;
  /** Offset of the contents. */
  readonly contents: number;
  /** Offset just after the contents. */
  readonly contentsEnd: number;
  /** Offset just after the element (after the end-of-contents octets where the length is indefinite). */
  readonly end: number;
  readonly depth: number;
}

export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

const maxDepth = 64;
const constructed = 0x20;

function damaged(what: string, offset: number): FlowKeystoreError {
  return new FlowKeystoreError('damaged', `The ASN.1 structure breaks at byte ${offset}: ${what}.`);
}

/** Reads the element at `offset`. Nothing inside a definite-length element is looked at. */
export function readNode(source: Uint8Array, offset = 0, limit = source.length, depth = 0): Node {
  if (depth > maxDepth) throw damaged('nesting deeper than 64 levels', offset);
  const tag = source[offset];
  const first = source[offset + 1];
  if (tag === undefined || first === undefined || offset + 2 > limit) {
    throw damaged('the end of the data where an element was expected', offset);
  }
  if ((tag & 0x1f) === 0x1f) throw damaged('a tag that does not belong here', offset);
  let contents = offset + 2;
  if (first === 0x80) {
    if (!(tag & constructed)) throw damaged('an indefinite length on a primitive element', offset);
    let at = contents;
    for (;;) {
      if (at + 2 > limit) throw damaged('an element without an end', offset);
      if (source[at] === 0 && source[at + 1] === 0) {
        return { tag, source, start: offset, contents, contentsEnd: at, end: at + 2, depth };
      }
      at = readNode(source, at, limit, depth + 1).end;
    }
  }
  let length = first;
  if (first & 0x80) {
    const octets = first & 0x7f;
    if (octets > 4 || contents + octets > limit) throw damaged('an impossible length', offset);
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (source[contents + i] ?? 0);
    contents += octets;
  }
  const end = contents + length;
  if (end > limit) throw damaged('an element that reaches beyond its end', offset);
  return { tag, source, start: offset, contents, contentsEnd: end, end, depth };
}

/** More than any structure of certificates and keystores has but for lists of bags. */
const mostChildren = 10_000;

/**
 * The elements inside a constructed element.
 * @param most how many there may be: a file of nothing but empty elements must not fill the memory
 * @throws FlowKeystoreError `damaged`, `limit-exceeded`
 */
export function children(node: Node, most = mostChildren): Node[] {
  if (!(node.tag & 0x20)) throw damaged('a single value where several elements belong', node.start);
  const found: Node[] = [];
  for (let at = node.contents; at < node.contentsEnd;) {
    const child = readNode(node.source, at, node.contentsEnd, node.depth + 1);
    if (found.length === most) {
      throw new FlowKeystoreError(
        'limit-exceeded',
        `A list of more than ${most.toLocaleString('en')} elements is not read.`,
      );
    }
    found.push(child);
    at = child.end;
  }
  return found;
}

/** The contents octets, a view into the source. */
export function contentsOf(node: Node): Uint8Array {
  return node.source.subarray(node.contents, node.contentsEnd);
}

/** The whole element, a view into the source. */
export function rawOf(node: Node): Uint8Array {
  return node.source.subarray(node.start, node.end);
}

/** The element, checked to be of that tag. `what` names it in the error. */
export function expectNode(node: Node | undefined, tag: number, what: string): Node {
  if (node?.tag !== tag) {
    const found = node ? `element 0x${node.tag.toString(16)}` : 'nothing';
    throw damaged(`${found} where ${what} was expected`, node?.start ?? 0);
  }
  return node;
}

/** Segments of a constructed string are usually a thousand octets. */
const mostSegments = 100_000;

/** The value of an OCTET STRING; the segments of a constructed one (BER) are joined. Also for implicitly tagged ones. */
export function octetsOf(node: Node): Uint8Array {
  if (!(node.tag & constructed)) return contentsOf(node);
  return concat(children(node, mostSegments).map(octetsOf));
}

/** The dotted form of an OBJECT IDENTIFIER. */
export function oidOf(node: Node): string {
  expectNode(node, Tag.oid, 'an object identifier');
  return shortOid(node) ?? longOid(node);
}

/** What nearly all are, at a tenth of the time: parts below 2^28. Undefined for others. */
function shortOid({ source, contents, contentsEnd }: Node): string | undefined {
  let text = '';
  let value = 0;
  for (let at = contents; at < contentsEnd; at++) {
    const octet = source[at] ?? 0;
    if (value >= 1 << 21) return undefined;
    value = (value << 7) | (octet & 0x7f);
    if (octet & 0x80) continue;
    if (text === '') {
      const arc = value < 80 ? Math.floor(value / 40) : 2;
      text = `${arc}.${value - arc * 40}`;
    } else text += `.${value}`;
    value = 0;
  }
  return text;
}

function longOid(node: Node): string {
  const parts: (number | bigint)[] = [];
  let value = 0n;
  for (const octet of contentsOf(node)) {
    value = (value << 7n) | BigInt(octet & 0x7f);
    if (value > 1n << 128n) throw damaged('an object identifier that is too long', node.start);
    if (octet & 0x80) continue;
    if (parts.length === 0) {
      const arc = value < 80n ? value / 40n : 2n;
      parts.push(arc, value - arc * 40n);
    } else parts.push(value);
    value = 0n;
  }
  return parts.join('.');
}

/** A non-negative INTEGER that fits 53 bits (iteration counts, versions, lengths). */
export function smallIntegerOf(node: Node): number {
  expectNode(node, Tag.integer, 'a number');
  const octets = contentsOf(node);
  if (octets.length === 0 || octets.length > 6 || (octets[0] ?? 0) & 0x80) {
    throw damaged('a number out of range', node.start);
  }
  let value = 0;
  for (const octet of octets) value = value * 256 + octet;
  return value;
}

/** An INTEGER's value as lower-case hex of its magnitude octets without leading zero octets; a negative one with a leading `-`. */
export function integerHexOf(node: Node): string {
  expectNode(node, Tag.integer, 'an integer');
  const octets = contentsOf(node);
  if ((octets[0] ?? 0) & 0x80) {
    return `-${(-BigInt.asIntN(octets.length * 8, BigInt(`0x${hex(octets)}`))).toString(16)}`;
  }
  let skip = 0;
  while (skip < octets.length - 1 && octets[skip] === 0) skip++;
  return hex(octets.subarray(skip));
}

const utf8 = new TextDecoder('utf-8');
const latin1 = new TextDecoder('latin1');

/** The text of any ASN.1 character string type; undefined for another element. T61String is read as Latin-1, as everybody writes it. */
export function stringOf(node: Node): string | undefined {
  switch (node.tag) {
    case Tag.utf8String:
      return utf8.decode(contentsOf(node));
    case Tag.printableString:
    case Tag.ia5String:
    case Tag.visibleString:
    case Tag.t61String:
    case 0x12:
      return latin1.decode(contentsOf(node));
    case Tag.bmpString:
      return bmpOf(contentsOf(node));
    case Tag.universalString: {
      const octets = contentsOf(node);
      let text = '';
      for (let i = 0; i + 3 < octets.length; i += 4) {
        const point =
          ((octets[i] ?? 0) * 0x1000000 + ((octets[i + 1] ?? 0) << 16)) |
          ((octets[i + 2] ?? 0) << 8) |
          (octets[i + 3] ?? 0);
        text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
      }
      return text;
    }
    default:
      return undefined;
  }
}

/** Big-endian UTF-16, as BMPString holds it (surrogate pairs are taken as they come). */
export function bmpOf(octets: Uint8Array): string {
  let text = '';
  for (let i = 0; i + 1 < octets.length; i += 2) {
    text += String.fromCharCode(((octets[i] ?? 0) << 8) | (octets[i + 1] ?? 0));
  }
  return text;
}

/** UTCTime or GeneralizedTime as RFC 5280 section 4.1.2.5 reads them (two-digit years up to 49 are 20xx). */
export function timeOf(node: Node): Date {
  return usualTime(node) ?? anyTime(node);
}

/** `YYMMDDhhmmssZ` and `YYYYMMDDhhmmssZ`, as RFC 5280 section 4.1.2.5 has them; undefined for others. */
function usualTime({ tag, source, contents, contentsEnd }: Node): Date | undefined {
  const yearDigits = tag === Tag.utcTime ? 2 : tag === Tag.generalizedTime ? 4 : NaN;
  if (contentsEnd - contents !== yearDigits + 11 || source[contentsEnd - 1] !== 0x5a) return undefined;
  const numbers: number[] = [];
  for (let at = contents; at < contentsEnd - 1;) {
    let value = 0;
    for (const stop = at + (at === contents ? yearDigits : 2); at < stop; at++) {
      const digit = (source[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
    }
    numbers.push(value);
  }
  const [y = 0, month = 0, ...rest] = numbers;
  const year = yearDigits === 4 ? y : y + (y < 50 ? 2000 : 1900);
  // Date.UTC takes years below 100 for those of the last century.
  return year < 100 ? undefined : new Date(Date.UTC(year, month - 1, ...rest));
}

function anyTime(node: Node): Date {
  const text = latin1.decode(contentsOf(node));
  const match =
    node.tag === Tag.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)(\d\d))$/.exec(text)
      : node.tag === Tag.generalizedTime
        ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(?:Z|([+-])(\d\d)(\d\d))?$/.exec(text)
        : null;
  if (!match) throw damaged('a date that cannot be read', node.start);
  const [, y = '', month = '', day = '', hour = '', minute = '', second = '0', sign, zoneHour = '0', zoneMinute = '0'] =
    match;
  const year = node.tag === Tag.utcTime ? Number(y) + (Number(y) < 50 ? 2000 : 1900) : Number(y);
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -1 : 1);
  const date = new Date(0);
  date.setUTCFullYear(year, Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute) - zone, Number(second));
  return date;
}

/** The octets of a BIT STRING whose length is a multiple of eight. */
export function bitStringOf(node: Node): Uint8Array {
  expectNode(node, Tag.bitString, 'a bit string');
  return contentsOf(node).subarray(1);
}

// ------------------------------------------------------------------ writing

/** An element: identifier octet and contents, given as parts. Parts may be raw elements: nothing is re-encoded. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const head: number[] = [tag];
  if (length < 128) head.push(length);
  else {
    const octets: number[] = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
    head.push(0x80 | octets.length, ...octets);
  }
  const made = new Uint8Array(head.length + length);
  made.set(head);
  let at = head.length;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => element(Tag.sequence, ...parts);
/** SET OF: the encodings are sorted, as DER demands. */
export const setOf = (...parts: readonly Uint8Array[]): Uint8Array =>
  element(Tag.set, ...[...parts].sort((a, b) => Buffer.compare(a, b)));
/** An explicit context-specific tag. */
export const context = (number: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  element(0xa0 | number, ...parts);
export const octetString = (octets: Uint8Array): Uint8Array => element(Tag.octetString, octets);
export const nullValue = (): Uint8Array => Uint8Array.of(Tag.null, 0);

export function integer(value: number): Uint8Array {
  const octets: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  if (octets.length === 0 || (octets[0] ?? 0) & 0x80) octets.unshift(0);
  return element(Tag.integer, Uint8Array.from(octets));
}

export function oid(dotted: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const octets: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) {
    const group = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) group.unshift(0x80 | Number(left & 0x7fn));
    octets.push(...group);
  }
  return element(Tag.oid, Uint8Array.from(octets));
}

export function bmpString(text: string): Uint8Array {
  return element(Tag.bmpString, bmpOctets(text));
}

export function bmpOctets(text: string): Uint8Array {
  const octets = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    octets[2 * i] = unit >> 8;
    octets[2 * i + 1] = unit & 0xff;
  }
  return octets;
}

// ------------------------------------------------------------------ octets

export function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex');
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
