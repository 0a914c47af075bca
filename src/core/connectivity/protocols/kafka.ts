import { Refused, type Dialogue, type Turn } from './dialogue';

/** Octets of one answer: a broker's list of requests has some hundred. */
const maximumFrame = 60 * 1024;

const request = { saslHandshake: 17, apiVersions: 18 } as const;
const unsupportedMechanism = 33;

/**
 * A Kafka broker says which requests it knows, before anybody logs in, and which ways to log in it has.
 * @see https://kafka.apache.org/protocol (ApiVersions v0, SaslHandshake v1)
 */
export function* kafkaService(): Dialogue {
  const versions = yield ask(request.apiVersions, 0, 1, Buffer.alloc(0));
  const body = bodyOf(versions, 1);
  const error = body.readInt16BE(0);
  if (error !== 0) throw new Refused(`The broker answers ApiVersions with the error ${error}.`);
  const count = body.readInt32BE(2);
  const known = Array.from({ length: Math.min(count, 1_000) }, (_, i) => body.readInt16BE(6 + 6 * i));
  const greeting = `knows ${known.length} kinds of requests`;
  if (!known.includes(request.saslHandshake)) return { greeting, offers: [] };
  const mechanisms = bodyOf(yield ask(request.saslHandshake, 1, 2, kafkaString('PLAIN')), 2);
  const outcome = mechanisms.readInt16BE(0);
  if (outcome !== 0 && outcome !== unsupportedMechanism) return { greeting, offers: [] };
  return { greeting, offers: strings(mechanisms, 2).map((name) => `SASL ${name}`) };
}

/** Length, kind, version, number, name of the client (`request header` v1). */
function ask(kind: number, version: number, id: number, body: Buffer): Turn {
  const head = Buffer.alloc(8);
  head.writeInt16BE(kind, 0);
  head.writeInt16BE(version, 2);
  head.writeInt32BE(id, 4);
  const content = Buffer.concat([head, kafkaString('flow-keystore'), body]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length);
  return { say: Buffer.concat([length, content]), length: frame };
}

function frame(heard: Buffer): number | undefined {
  if (heard.length < 4) return undefined;
  const length = heard.readInt32BE(0);
  if (length < 4 || length > maximumFrame) throw new Refused('What answers is no Kafka broker.');
  return heard.length < 4 + length ? undefined : 4 + length;
}

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
