import { createHash, randomBytes } from 'node:crypto';
import { linesOf, Refused, type Dialogue, type Turn } from './dialogue';

const magic = 'AMQP';
/** Protocol ids of the header (AMQP 1.0, sections 2.2 and 5.3.1). */
const sasl = Buffer.from('AMQP\u0003\u0001\u0000\u0000', 'latin1');
const maximumFrame = 16 * 1024;

/**
 * AMQP 1.0 with SASL: the broker names the ways to log in.
 * @see https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-security-v1.0-os.html
 */
export function* amqpService(): Dialogue {
  const header = yield { say: sasl, length: octets(8) };
  if (!header.subarray(0, 4).equals(Buffer.from(magic))) throw new Refused('What answers is no AMQP broker.');
  if (!header.equals(sasl)) throw new Refused(headerText(header));
  const mechanisms = yield { length: frame };
  return { greeting: 'AMQP 1.0', offers: symbolsOf(mechanisms).map((name) => `SASL ${name}`) };
}

/** The same in frames of a WebSocket (AMQP WebSocket Binding 1.0; RFC 6455). */
export function* amqpWebSocketService(host: string, path: string): Dialogue {
  const key = randomBytes(16).toString('base64');
  const target = path.startsWith('/') ? path : `/${path}`;
  const lines = [
    `GET ${target} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: amqp',
  ];
  const answer = yield { say: `${lines.join('\r\n')}\r\n\r\n`, length: httpHead };
  const [status = '', ...headers] = linesOf(answer);
  if (!/^HTTP\/1\.1 101\b/.test(status)) {
    throw new Refused(`To the request for a WebSocket the server says "${status}".`);
  }
  // RFC 6455 section 4.2.2.
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  if (!headers.some((line) => line.toLowerCase() === `sec-websocket-accept: ${accept}`.toLowerCase())) {
    throw new Refused('The server does not answer as a WebSocket does.');
  }
  let heard: Buffer = Buffer.alloc(0);
  const inner = amqpService();
  let turn = inner.next();
  while (!turn.done) {
    const { say, length }: Turn = turn.value;
    let toSay = say === undefined ? undefined : masked(Buffer.from(say as string));
    let wanted = length(heard);
    while (wanted === undefined) {
      heard = Buffer.concat([heard, contentOf(yield { ...(toSay ? { say: toSay } : {}), length: webSocketFrame })]);
      toSay = undefined;
      wanted = length(heard);
    }
    const part = heard.subarray(0, wanted);
    heard = heard.subarray(wanted);
    turn = inner.next(part);
  }
  return turn.value;
}

const octets =
  (count: number) =>
  (heard: Buffer): number | undefined =>
    heard.length < count ? undefined : count;

function headerText(header: Buffer): string {
  const [id = 0, major = 0, minor = 0, revision = 0] = header.subarray(4);
  if (major !== 1) return `The broker speaks AMQP ${[major, minor, revision].join('.')} and not 1.0.`;
  return id === 2
    ? 'The broker wants TLS inside of AMQP, which is not spoken here.'
    : 'The broker speaks AMQP 1.0 without SASL.';
}

/** Length with itself, in four octets (section 2.3.1). */
function frame(heard: Buffer): number | undefined {
  if (heard.length < 4) return undefined;
  const length = heard.readUInt32BE(0);
  if (length < 8 || length > maximumFrame) throw new Refused('The broker says something that is not AMQP.');
  return heard.length < length ? undefined : length;
}

/** The symbols in a frame: of `sasl-mechanisms` there are no others (section 5.3.3.1). */
function symbolsOf(answer: Buffer): string[] {
  const body = answer.subarray(4 * (answer[4] ?? 2));
  const found: string[] = [];
  // An array of sym8 or sym32, or one of them alone; the list around them has only its sizes.
  const array = body.findIndex((octet, at) => (octet === 0xe0 || octet === 0xf0) && at > 2);
  if (array >= 0) {
    const wide = body[array] === 0xf0;
    const count = wide ? body.readUInt32BE(array + 5) : (body[array + 2] ?? 0);
    let at = array + (wide ? 9 : 3);
    const wideSymbols = body[at++] === 0xb3;
    for (let left = Math.min(count, 50); left > 0; left--) {
      const length = wideSymbols ? body.readUInt32BE(at) : (body[at] ?? 0);
      at += wideSymbols ? 4 : 1;
      found.push(body.toString('latin1', at, at + length));
      at += length;
    }
    return found;
  }
  const one = body.indexOf(0xa3, 3);
  return one < 0 ? [] : [body.toString('latin1', one + 2, one + 2 + (body[one + 1] ?? 0))];
}

const httpHead = (heard: Buffer): number | undefined => {
  const end = heard.indexOf('\r\n\r\n');
  return end < 0 ? undefined : end + 4;
};

/** A frame from the server, which masks nothing (RFC 6455 section 5.2). */
function webSocketFrame(heard: Buffer): number | undefined {
  const head = headOf(heard);
  return head && heard.length >= head.start + head.length ? head.start + head.length : undefined;
}

function headOf(heard: Buffer): { readonly start: number; readonly length: number } | undefined {
  if (heard.length < 2) return undefined;
  const short = (heard[1] ?? 0) & 0x7f;
  if (short < 126) return { start: 2, length: short };
  if (heard.length < 4) return undefined;
  if (short === 127) throw new Refused('The server sends a frame of more than 64 kB.');
  return { start: 4, length: heard.readUInt16BE(2) };
}

function contentOf(frameOctets: Buffer): Buffer {
  const kind = (frameOctets[0] ?? 0) & 0x0f;
  if (kind === 8) throw new Refused('The server closes the WebSocket.');
  const { start = 2 } = headOf(frameOctets) ?? {};
  return kind === 1 || kind === 2 || kind === 0 ? frameOctets.subarray(start) : Buffer.alloc(0);
}

/** A client masks what it sends. */
function masked(content: Buffer): Buffer {
  const mask = randomBytes(4);
  const head = Buffer.from([0x82, 0x80 | content.length]);
  return Buffer.concat([head, mask, content.map((octet, i) => octet ^ (mask[i % 4] ?? 0))]);
}
