import { createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';

/** A secret that was found where it must not be. */
export interface Leak {
  /** Of the secret: never the secret itself. */
  readonly secret: string;
  readonly spelling: string;
  readonly where: string;
}

interface Needle {
  readonly secret: string;
  readonly spelling: string;
  readonly bytes: Buffer;
}

/**
 * Looks for secrets in anything that was written, in every spelling in which they may have got there. Of private keys the secret numbers are
 * looked for, by their first and last octets: whatever holds a key (DER, PEM, JSON, a listing) holds them.
 */
export class SecretSearch {
  private readonly known = new Set<string>();
  /** By their first four octets; `begins` has a place for every first two. */
  private readonly byStart = new Map<number, Needle[]>();
  private readonly begins = new Uint8Array(0x10000);

  /** A password or passphrase. Short ones would be found by chance. */
  addText(secret: string, text: string): void {
    if (text.length < 8) throw new Error(`${secret} is too short to be looked for.`);
    for (const [spelling, bytes] of spellingsOfText(text)) this.add({ secret, spelling, bytes });
  }

  /** @param der PrivateKeyInfo */
  addKey(secret: string, der: Uint8Array): void {
    for (const [name, octets] of secretNumbers(der)) {
      for (const [spelling, bytes] of spellingsOfNumber(octets)) {
        this.add({ secret: `${secret}: ${name}`, spelling, bytes });
      }
    }
  }

  /** What was found in it; each secret once. */
  find(where: string, content: Uint8Array | string): Leak[] {
    const bytes = Buffer.from(content as string);
    const found = new Map<string, Leak>();
    for (const hay of [bytes, joined(bytes)]) {
      for (const { secret, spelling } of this.matches(hay)) {
        if (!found.has(secret)) found.set(secret, { secret, spelling, where });
      }
    }
    return [...found.values()];
  }

  /** Every file below a folder; archives are looked into. */
  findInFolder(folder: string): Leak[] {
    const leaks: Leak[] = [];
    for (const file of filesBelow(folder)) {
      const content = readFileSync(file);
      leaks.push(...this.find(file, content));
      if (content.length > 4 && content.readUInt32BE(0) === 0x504b0304) {
        for (const [name, inner] of Object.entries(unzipSync(content))) {
          leaks.push(...this.find(`${file}/${name}`, inner));
        }
      }
    }
    return leaks;
  }

  private *matches(hay: Buffer): Generator<Needle> {
    const { begins, byStart } = this;
    for (let at = 0; at + 4 <= hay.length; at++) {
      if (!begins[hay.readUInt16BE(at)]) continue;
      for (const needle of byStart.get(hay.readUInt32BE(at)) ?? []) {
        if (hay.subarray(at, at + needle.bytes.length).equals(needle.bytes)) yield needle;
      }
    }
  }

  private add(needle: Needle): void {
    for (const [width, bytes] of [
      ['', needle.bytes],
      [', UTF-16', swapped(needle.bytes, 'le')],
      [', UTF-16 big-endian', swapped(needle.bytes, 'be')],
    ] as const) {
      const key = bytes.toString('latin1');
      if (this.known.has(key)) continue;
      const each = { ...needle, spelling: needle.spelling + width, bytes };
      this.known.add(key);
      this.begins[bytes.readUInt16BE(0)] = 1;
      const start = bytes.readUInt32BE(0);
      this.byStart.set(start, [...(this.byStart.get(start) ?? []), each]);
    }
  }
}

/** Files only: sockets and what goes away meanwhile are passed over. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** The octets as a program that works in UTF-16 would write them as text. */
function swapped(bytes: Buffer, order: 'le' | 'be'): Buffer {
  const wide = Buffer.from(bytes.toString('latin1'), 'utf16le');
  return order === 'le' ? wide : wide.swap16();
}

/** Without line ends and indents, also those that JSON has escaped, and without the indices of an array of octets: what was wrapped is whole again. */
function joined(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  return Buffer.from(text.replace(/\\+[nrt]|[\s\0]+|"\d+":/g, ''), 'latin1');
}

export function spellingsOfText(text: string): [string, Buffer][] {
  const utf8 = Buffer.from(text, 'utf8');
  const wide = Buffer.from(text, 'utf16le');
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const url = encodeURIComponent(text);
  const html = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
  const words: [string, string][] = [
    ['as it is', text],
    ['JSON', json],
    ['JSON in ASCII', ascii],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['URL', url],
    ['URL, lower case', url.replace(/%../g, (octet) => octet.toLowerCase())],
    ['URL, every octet', [...utf8].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('')],
    ['form', new URLSearchParams({ x: text }).toString().slice(2)],
    ['HTML', html],
    ['HTML, numbered', text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)],
    ['XML', html.replace(/'/g, '&apos;')],
    ['without blanks', text.replace(/\s/g, '')],
  ];
  return [
    ...words.map(([name, word]): [string, Buffer] => [name, Buffer.from(word, 'utf8')]),
    ['Latin-1', Buffer.from(text, 'latin1')],
    ...encoded('UTF-8', utf8),
    ...encoded('UTF-16', wide),
    ...encoded('UTF-16 big-endian', Buffer.from(wide).swap16()),
  ];
}

/** Base64 in each of the three places where a triple can begin, base64url and hexadecimal. */
function encoded(name: string, bytes: Buffer): [string, Buffer][] {
  const hex = bytes.toString('hex');
  const colons = hex.replace(/..(?=.)/g, '$&:');
  const spelled: [string, string][] = [
    ['hexadecimal', hex],
    ['HEXADECIMAL', hex.toUpperCase()],
    ['hexadecimal with colons', colons],
    ['HEXADECIMAL with colons', colons.toUpperCase()],
    ['a list of numbers', [...bytes].join(',')],
  ];
  for (const lead of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(lead), bytes]);
    // The letters that no neighbour has a part in.
    const part = (text: string): string => text.slice(Math.ceil((lead * 8) / 6), Math.floor((whole.length * 8) / 6));
    spelled.push(['base64', part(whole.toString('base64'))], ['base64url', part(whole.toString('base64url'))]);
  }
  return spelled.map(([kind, text]) => [`${name}, ${kind}`, Buffer.from(text, 'latin1')]);
}

/** Octets of each end that are looked for. */
const window = 16;

export function spellingsOfNumber(octets: Buffer): [string, Buffer][] {
  const ends = octets.length > 2 * window ? [octets.subarray(0, window), octets.subarray(-window)] : [octets];
  const digits = BigInt(`0x${octets.toString('hex')}`).toString();
  return [
    ...ends.flatMap((end): [string, Buffer][] => [['octets', Buffer.from(end)], ...encoded('octets', end)]),
    ['digits', Buffer.from(digits.slice(0, 36), 'latin1')],
  ];
}

/** What of a private key is not public: RSA's exponent, primes and what is derived from them; the number of an EC key; the seed of an EdDSA key. */
function secretNumbers(der: Uint8Array): [string, Buffer][] {
  const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  const jwk = key.export({ format: 'jwk' });
  return (['d', 'p', 'q', 'dp', 'dq', 'qi'] as const).flatMap((name): [string, Buffer][] => {
    const value = jwk[name];
    return typeof value === 'string' ? [[name, Buffer.from(value, 'base64url')]] : [];
  });
}
