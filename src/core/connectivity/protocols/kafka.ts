import type { Login, ServiceAsk } from './ask';
import { foundOf, quoted, Refused, type Dialogue, type ServiceFacts, type Turn } from './dialogue';
import { noSuchLogin, saslPlain } from './login';
import { Scram } from './scram';

/** Octets of one answer: a broker's list of requests has some hundred. */
const maximumFrame = 60 * 1024;

const request = { metadata: 3, saslHandshake: 17, apiVersions: 18, saslAuthenticate: 36 } as const;
const unsupportedMechanism = 33;
/** Octets of a list of topics with their partitions. */
const mostTopics = 32 * 1024 * 1024;
/** As many as SAP's test shows. */
const toldTopics = 200;

type Steps<T> = Generator<Turn, T, Buffer>;

/**
 * A Kafka broker says which requests it knows, before anybody logs in, and which ways to log in it has.
 * @see https://kafka.apache.org/protocol (ApiVersions v0, SaslHandshake v1, SaslAuthenticate v0, Metadata v1 and v4)
 */
export function* kafkaService(ask: ServiceAsk = {}): Dialogue {
  const versions = yield send(request.apiVersions, 0, 1, Buffer.alloc(0));
  const body = bodyOf(versions, 1);
  const error = body.readInt16BE(0);
  if (error !== 0) throw new Refused(`The broker answers ApiVersions with the error ${error}.`);
  const count = Math.min(body.readInt32BE(2), 1_000);
  const known = new Map(
    Array.from({ length: count }, (_, i) => {
      const at = 6 + 6 * i;
      return [body.readInt16BE(at), { least: body.readInt16BE(at + 2), most: body.readInt16BE(at + 4) }] as const;
    }),
  );
  let facts: ServiceFacts = { greeting: `knows ${known.size} kinds of requests`, offers: [] };
  if (known.has(request.saslHandshake)) facts = yield* logIn(facts, ask.login);
  else if (ask.login) throw new Refused('The broker has no login by user and password.', { part: 'login' });
  if (ask.contents?.topics) facts = yield* listTopics(facts, known.get(request.metadata));
  return facts;
}

const mechanisms: Readonly<Record<string, string>> = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
};

/** The ways to log in, and the login where one is wanted. */
function* logIn(facts: ServiceFacts, login: Login | undefined): Dialogue {
  const mechanism = mechanisms[login?.way ?? ''] ?? 'PLAIN';
  const turn = send(request.saslHandshake, 1, 2, kafkaString(mechanism));
  const body = bodyOf(yield { ...turn, facts, part: login ? 'login' : 'service' }, 2);
  const outcome = body.readInt16BE(0);
  const isKnown = outcome === 0 || outcome === unsupportedMechanism;
  const offered = isKnown ? strings(body, 2) : [];
  const known = { ...facts, offers: offered.map((name) => `SASL ${name}`) };
  if (!login) return known;
  if (outcome !== 0) throw noSuchLogin(mechanism, offered);
  if (login.way === 'plain') yield* authenticate(3, saslPlain(login), login, known);
  else {
    const scram = new Scram(login, mechanism === 'SCRAM-SHA-512' ? 'sha512' : 'sha256');
    const challenge = yield* authenticate(3, scram.first(), login, known);
    const proof = yield* authenticate(4, scram.answer(challenge), login, known);
    scram.requireServer(proof);
  }
  return { ...known, loggedIn: `SASL ${mechanism}` };
}

function* authenticate(id: number, octets: Buffer, { user }: Login, facts: ServiceFacts): Steps<Buffer> {
  const length = Buffer.alloc(4);
  length.writeInt32BE(octets.length);
  const turn = send(request.saslAuthenticate, 0, id, Buffer.concat([length, octets]));
  const body = new Fields(bodyOf(yield { ...turn, part: 'login', facts }, id));
  const error = body.int16();
  const message = body.text() ?? '';
  if (error !== 0) {
    const why = message === '' ? `error ${error}` : quoted(Buffer.from(message));
    throw new Refused(`The broker refuses the login of "${user}": ${why}.`);
  }
  return body.octets();
}

/** The names of the topics that this login may see. */
function* listTopics(facts: ServiceFacts, versions: { least: number; most: number } | undefined): Dialogue {
  const version = [1, 4].find((each) => versions && versions.least <= each && each <= versions.most);
  if (version === undefined) {
    throw new Refused('The broker does not list topics in a way that is known here.', { part: 'contents' });
  }
  // All topics; none is to be made.
  const asked = Buffer.from([0xff, 0xff, 0xff, 0xff, ...(version >= 4 ? [0] : [])]);
  const turn = send(request.metadata, version, 5, asked);
  const answer = yield { ...turn, length: frameUpTo(mostTopics), most: mostTopics + 4, part: 'contents', facts };
  const fields = new Fields(bodyOf(answer, 5));
  if (version >= 3) fields.int32();
  fields.list(() => [fields.int32(), fields.text(), fields.int32(), fields.text()]);
  if (version >= 2) fields.text();
  fields.int32();
  const topics = fields.list(() => {
    const error = fields.int16();
    const name = fields.text() ?? '';
    fields.int8();
    fields.list(() => {
      fields.skip(2 + 4 + 4);
      fields.list(() => fields.int32());
      fields.list(() => fields.int32());
    });
    return error === 0 ? name : undefined;
  });
  const names = topics.filter((name) => name !== undefined).sort();
  return { ...facts, found: [foundOf('Topics', names, toldTopics)] };
}

/** Length, kind, version, number, name of the client (`request header` v1). */
function send(kind: number, version: number, id: number, body: Buffer): Turn {
  const head = Buffer.alloc(8);
  head.writeInt16BE(kind, 0);
  head.writeInt16BE(version, 2);
  head.writeInt32BE(id, 4);
  const content = Buffer.concat([head, kafkaString('flow-keystore'), body]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length);
  return { say: Buffer.concat([length, content]), length: frameUpTo(maximumFrame) };
}

const frameUpTo =
  (most: number): Turn['length'] =>
  (heard) => {
    if (heard.length < 4) return undefined;
    const length = heard.readInt32BE(0);
    if (length < 4 || length > most) throw new Refused('What answers is no Kafka broker.');
    return heard.length < 4 + length ? undefined : 4 + length;
  };

/** Behind the length and the number of the answer. */
function bodyOf(answer: Buffer, id: number): Buffer {
  if (answer.readInt32BE(4) !== id) throw new Refused('What answers is no Kafka broker.');
  return answer.subarray(8);
}

function kafkaString(text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeInt16BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}

function strings(body: Buffer, offset: number): string[] {
  const found: string[] = [];
  let at = offset + 4;
  for (let left = Math.min(body.readInt32BE(offset), 100); left > 0; left--) {
    const length = body.readInt16BE(at);
    found.push(body.toString('latin1', at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}

/** Reads an answer field by field. Reading beyond its end throws. */
class Fields {
  private at = 0;

  constructor(private readonly body: Buffer) {}

  int8(): number {
    return this.body.readInt8(this.skip(1));
  }

  int16(): number {
    return this.body.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.body.readInt32BE(this.skip(4));
  }

  text(): string | undefined {
    const length = this.int16();
    if (length < 0) return undefined;
    const at = this.skip(length);
    return this.body.toString('utf8', at, at + length);
  }

  octets(): Buffer {
    const length = Math.max(0, this.int32());
    const at = this.skip(length);
    return this.body.subarray(at, at + length);
  }

  list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.int32(); left > 0; left--) items.push(read());
    return items;
  }

  /** @returns where it was */
  skip(octets: number): number {
    const { at } = this;
    this.at += octets;
    if (this.at > this.body.length) throw new Refused('An answer of the broker ends too early.');
    return at;
  }
}
