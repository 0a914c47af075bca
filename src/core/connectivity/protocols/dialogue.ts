/** One turn: what is said, and how many octets of what is heard then are the answer. */
export interface Turn {
  readonly say?: string | Uint8Array;
  /** Undefined while the answer has not come whole. */
  readonly length: (heard: Buffer) => number | undefined;
}

/** What a server tells of itself. */
export interface ServiceFacts {
  /** Its first words, one line. */
  readonly greeting?: string;
  /** What it can do, as it names it: extensions, ways to log in, requests it knows. */
  readonly offers: readonly string[];
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

  constructor(message: string, { notOffered = false } = {}) {
    super(message);
    this.notOffered = notOffered;
  }
}

export type DialogueEnd =
  /** @param rest what the server said beyond the last answer */
  | { readonly kind: 'done'; readonly facts: ServiceFacts; readonly rest: Buffer }
  | { readonly kind: 'refused'; readonly message: string; readonly notOffered: boolean };

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

  constructor(private readonly dialogue: Dialogue) {}

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
        return { end: refusal(error) };
      }
      if (length === undefined) {
        if (this.heard.length > maximumAnswer) {
          return { end: refusal(new Refused('It says more than 64 kB without coming to an end.')) };
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
      return { end: refusal(error) };
    }
    if (result.done) return { end: { kind: 'done', facts: result.value, rest: this.heard } };
    this.turn = result.value;
    const { say } = this.turn;
    return say === undefined ? {} : { say: Buffer.from(say as string) };
  }
}

function refusal(error: unknown): DialogueEnd {
  if (error instanceof Refused) return { kind: 'refused', message: error.message, notOffered: error.notOffered };
  return { kind: 'refused', message: 'Its answer cannot be read.', notOffered: false };
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
