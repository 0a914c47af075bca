/** One turn: what is said, and how many octets of what is heard then are the answer. */
export interface Turn {
  readonly say?: string | Uint8Array;
  /** Undefined while the answer has not come whole. */
  readonly length: (heard: Buffer) => number | undefined;
  /** What the turn is a part of: `service` where nothing is said. */
  readonly part?: Part;
  /** What is known so far; it stays so until a later turn says more. */
  readonly facts?: ServiceFacts;
  /** Octets that the answer may have; 64 kB where nothing is said. */
  readonly most?: number;
}

/** The greeting and what a server can do; the login; what is looked for behind it. */
export type Part = 'service' | 'login' | 'contents';

/** What a server tells of itself. */
export interface ServiceFacts {
  /** Its first words, one line. */
  readonly greeting?: string;
  /** What it can do, as it names it: extensions, ways to log in, requests it knows. */
  readonly offers: readonly string[];
  /** How the login was made, as the protocol names it: `CRAM-MD5`, `SASL PLAIN`. */
  readonly loggedIn?: string;
  /** What was looked for, in the order of asking. */
  readonly found?: readonly Found[];
}

/** Something that was looked for and is there. */
export interface Found {
  /** English: "Folders", "Messages". */
  readonly label: string;
  /** At most some hundred. */
  readonly values: readonly string[];
  /** How many there are, where not all are told. */
  readonly total?: number;
}

/**
 * What is said before or after TLS: each turn is answered with the octets of its answer. Octets in, octets out; nothing of sockets. A server that does
 * not go on is told by throwing `Refused`.
 */
export type Dialogue = Generator<Turn, ServiceFacts, Buffer>;

/** The server does not go on. The message is one English sentence. */
export class Refused extends Error {
  /** It never said that it could. */
  readonly notOffered: boolean;
  /** What was refused, where no turn was taken for it yet. */
  readonly part: Part | undefined;

  constructor(message: string, { notOffered = false, part }: { notOffered?: boolean; part?: Part } = {}) {
    super(message);
    this.notOffered = notOffered;
    this.part = part;
  }
}

export type DialogueEnd =
  /** @param rest what the server said beyond the last answer */
  | { readonly kind: 'done'; readonly facts: ServiceFacts; readonly rest: Buffer }
  | ({ readonly kind: 'refused'; readonly message: string; readonly notOffered: boolean } & Reached);

/** How far a dialogue got. */
export interface Reached {
  readonly part: Part;
  readonly facts?: ServiceFacts;
}

/** What comes of something heard. */
export interface Heard {
  readonly say?: Buffer;
  readonly end?: DialogueEnd;
}

/** Octets of one answer: a list of what a server can do has some hundred. */
const maximumAnswer = 64 * 1024;

/** A dialogue under way. */
export class Conversation {
  private heard: Buffer = Buffer.alloc(0);
  private turn: Turn | undefined;
  private facts: ServiceFacts | undefined;

  constructor(private readonly dialogue: Dialogue) {}

  /** Where it is now. */
  get reached(): Reached {
    return { part: this.turn?.part ?? 'service', ...(this.facts && { facts: this.facts }) };
  }

  /** To be called once, before anything is heard. */
  begin(): Heard {
    return this.next(() => this.dialogue.next());
  }

  hear(chunk: Uint8Array): Heard {
    this.heard = Buffer.concat([this.heard, chunk]);
    const said: Buffer[] = [];
    for (;;) {
      let length: number | undefined;
      try {
        length = this.turn?.length(this.heard);
      } catch (error) {
        return { end: this.refusal(error) };
      }
      if (length === undefined) {
        const most = this.turn?.most ?? maximumAnswer;
        if (this.heard.length > most) {
          const said = `${Math.round(most / 1024)} kB`;
          return { end: this.refusal(new Refused(`It says more than ${said} without coming to an end.`)) };
        }
        return said.length ? { say: Buffer.concat(said) } : {};
      }
      const answer = this.heard.subarray(0, length);
      this.heard = this.heard.subarray(length);
      const { say, end } = this.next(() => this.dialogue.next(answer));
      if (say) said.push(say);
      if (end) return { ...(said.length ? { say: Buffer.concat(said) } : {}), end };
    }
  }

  private next(step: () => IteratorResult<Turn, ServiceFacts>): Heard {
    let result: IteratorResult<Turn, ServiceFacts>;
    try {
      result = step();
    } catch (error) {
      return { end: this.refusal(error) };
    }
    if (result.done) return { end: { kind: 'done', facts: result.value, rest: this.heard } };
    this.turn = result.value;
    const { say, facts } = this.turn;
    if (facts) this.facts = facts;
    return say === undefined ? {} : { say: Buffer.from(say as string) };
  }

  private refusal(error: unknown): DialogueEnd {
    const known = error instanceof Refused;
    return {
      kind: 'refused',
      message: known ? error.message : 'Its answer cannot be read.',
      notOffered: known && error.notOffered,
      ...this.reached,
      ...(known && error.part && { part: error.part }),
    };
  }
}

/** Octets up to the end of the first line. */
export const oneLine = (heard: Buffer): number | undefined => {
  const end = heard.indexOf(10);
  return end < 0 ? undefined : end + 1;
};

/** Answers with a number: lines `250-...` up to one `250 ...` (RFC 5321 section 4.2.1, RFC 959 section 4.2). */
export const numbered = (heard: Buffer): number | undefined => {
  let at = 0;
  let code: string | undefined;
  for (;;) {
    const end = heard.indexOf(10, at);
    if (end < 0) return undefined;
    const line = heard.toString('latin1', at, end).replace(/\r$/, '');
    at = end + 1;
    code ??= /^\d{3}-/.test(line) ? line.slice(0, 3) : undefined;
    if (code === undefined || line === code || line.startsWith(`${code} `)) return at;
  }
};

/** The lines of an answer, printable and not at length. */
export function linesOf(answer: Uint8Array): string[] {
  return Buffer.from(answer)
    .toString('latin1')
    .split(/\r?\n/)
    .map((line) => printable(line))
    .filter((line) => line !== '');
}

/** What a server said, in quotes, for a sentence. */
export function quoted(answer: Uint8Array): string {
  const line = linesOf(answer)[0] ?? '';
  return `"${line.length > 120 ? `${line.slice(0, 117)}...` : line}"`;
}

export const printable = (text: string): string => text.replace(/[^\x20-\x7e]+/g, ' ').trim();

export const begins = (answer: Buffer, code: string): boolean => answer.toString('latin1', 0, code.length) === code;

/** @throws Refused, as what was never offered */
export function requireOffer(offers: readonly string[], wanted: string): void {
  if (offers.some((offer) => offer.toUpperCase() === wanted)) return;
  throw new Refused(`The server does not offer ${wanted}.`, { notOffered: true });
}

/** The words behind a keyword among what a server can do, in capitals: `AUTH PLAIN LOGIN`. */
export const offersIn = (offers: readonly string[], line: RegExp): string[] => [
  ...new Set(offers.flatMap((offer) => line.exec(offer)?.[1]?.toUpperCase().split(/\s+/) ?? []).filter(Boolean)),
];

/** Up to the line with the tag (RFC 9051 section 2.2.2). */
export const tagged = (tag: string): Turn['length'] => {
  const line = new RegExp(`(?:^|\\n)${tag} [^\\n]*\\n`);
  return (heard) => {
    const found = line.exec(heard.toString('latin1'));
    return found ? found.index + found[0].length : undefined;
  };
};

/** The lines of an answer, an octet to a character, whatever is in them. */
export const octetLines = (answer: Buffer): string[] =>
  answer
    .toString('latin1')
    .split(/\r?\n/)
    .filter((line) => line !== '');

/** As many as are told by name. */
export function foundOf(label: string, names: readonly string[], most: number): Found {
  const more = names.length > most ? { total: names.length } : {};
  return { label, values: names.slice(0, most).map((name) => name.replace(/\p{C}+/gu, ' ')), ...more };
}
