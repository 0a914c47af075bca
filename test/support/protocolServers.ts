import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { startTcpServer, type FaultServer } from './faultServers';
import type { TestIdentity } from './testCertificates';

/** How a connection is encrypted, once it is. */
export interface ServerTls {
  readonly identity: TestIdentity;
  /** Its CA; a client certificate is required. */
  readonly clientCa?: TestIdentity;
  readonly version?: 'TLSv1.2' | 'TLSv1.3';
}

export function secured(socket: net.Socket, { identity, clientCa, version }: ServerTls): tls.TLSSocket {
  const secure = new tls.TLSSocket(socket, {
    isServer: true,
    key: identity.privateKeyPem,
    cert: identity.chainPem,
    ...(clientCa && { ca: clientCa.pem, requestCert: true, rejectUnauthorized: true }),
    ...(version && { minVersion: version, maxVersion: version }),
  });
  secure.on('error', () => undefined);
  return secure;
}

/** What a server of lines answers; `tls` begins TLS behind the answer. */
export interface Line {
  readonly answer: string;
  readonly tls?: true;
  readonly close?: true;
}

export interface LineServer {
  /** Said first; absent: the server waits. */
  readonly greeting?: string;
  /** By the beginning of a line, in the order of trial. */
  readonly answers: Readonly<Record<string, string | Line>>;
  /** TLS from the first octet on. */
  readonly implicit?: boolean;
}

/** A server that speaks in lines, as SMTP, IMAP, POP3 and FTP do. */
export function startLineServer(server: LineServer, how: ServerTls): Promise<FaultServer> {
  const serve = (socket: net.Socket, greets: boolean): void => {
    if (greets && server.greeting !== undefined) socket.write(server.greeting);
    let heard = '';
    const listen = (chunk: Buffer): void => {
      heard += chunk.toString('latin1');
      for (let end = heard.indexOf('\n'); end >= 0; end = heard.indexOf('\n')) {
        const line = heard.slice(0, end).trim();
        heard = heard.slice(end + 1);
        const [, found = '500 What?\r\n'] =
          Object.entries(server.answers).find(([begins]) => line.startsWith(begins)) ?? [];
        const { answer, tls: begins, close } = typeof found === 'string' ? ({ answer: found } as Line) : found;
        socket.write(answer);
        if (close) socket.end();
        if (!begins) continue;
        socket.off('data', listen);
        serve(secured(socket, how), false);
        return;
      }
    };
    socket.on('data', listen);
  };
  return startTcpServer((socket) => serve(server.implicit ? secured(socket, how) : socket, true));
}

const length32 = (content: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length);
  return Buffer.concat([length, content]);
};

export interface KafkaLogin {
  readonly user: string;
  readonly password: string;
  readonly topics: readonly string[];
  /** Of Metadata; 1 where nothing is said. */
  readonly version?: number;
}

/** A Kafka broker: its requests, its ways to log in, and behind a login its topics. */
export function serveKafka(socket: net.Socket, mechanisms: readonly string[], login?: KafkaLogin): void {
  const version = login?.version ?? 1;
  let heard: Buffer = Buffer.alloc(0);
  let scram: ScramServer | undefined;
  let loggedIn = false;
  socket.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    // `socket.request.max.bytes`: a broker hangs up on more, as on the first octets of TLS.
    if (heard.length >= 4 && heard.readUInt32BE(0) > 104_857_600) socket.destroy();
    while (!socket.destroyed && heard.length >= 4 && heard.length >= 4 + heard.readInt32BE(0)) {
      const request = heard.subarray(4, 4 + heard.readInt32BE(0));
      heard = heard.subarray(4 + request.length);
      const id = request.subarray(4, 8);
      const body = request.subarray(10 + request.readInt16BE(8));
      socket.write(length32(Buffer.concat([id, answer(request.readInt16BE(0), body)])));
    }
  });

  function answer(kind: number, body: Buffer): Buffer {
    switch (kind) {
      case 18: {
        const known = login ? [18, 17, 36, 3] : [18, 17];
        const versions = known.map((each) => int16s(each, each === 3 ? version : 0, each === 3 ? version : 1));
        return Buffer.concat([int16s(0), int32(known.length), ...versions]);
      }
      case 17: {
        const wanted = body.toString('latin1', 2);
        if (wanted.startsWith('SCRAM') && login) {
          scram = new ScramServer(wanted === 'SCRAM-SHA-512' ? 'sha512' : 'sha256', login);
        }
        return Buffer.concat([
          int16s(mechanisms.includes(wanted) ? 0 : 33),
          int32(mechanisms.length),
          ...mechanisms.map(text),
        ]);
      }
      case 36: {
        const said = body.subarray(4).toString();
        const back = scram
          ? scram.answer(said)
          : said === `\0${login?.user ?? ''}\0${login?.password ?? ''}`
            ? ''
            : undefined;
        loggedIn ||= back !== undefined && !back.startsWith('r=');
        if (back === undefined) return Buffer.concat([int16s(58), text('Authentication failed'), int32(0)]);
        return Buffer.concat([int16s(0, -1), int32(back.length), Buffer.from(back)]);
      }
      default: {
        const topics = loggedIn ? (login?.topics ?? []) : [];
        const partition = Buffer.concat([int16s(0), int32(0), int32(1), int32(1), int32(1), int32(1), int32(1)]);
        return Buffer.concat([
          ...(version >= 3 ? [int32(0)] : []),
          ...[int32(1), int32(1), text('broker.example'), int32(9093), int16s(-1)],
          ...(version >= 2 ? [text('cluster')] : []),
          ...[int32(1), int32(topics.length)],
          ...topics.map((topic) => Buffer.concat([int16s(0), text(topic), Buffer.from([0]), int32(1), partition])),
        ]);
      }
    }
  }
}

const int32 = (value: number): Buffer => {
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(value);
  return octets;
};
const int16s = (...values: readonly number[]): Buffer => {
  const octets = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => octets.writeInt16BE(value, 2 * i));
  return octets;
};
const text = (value: string): Buffer => Buffer.concat([int16s(value.length), Buffer.from(value)]);

/** The server's side of SCRAM (RFC 5802), which keeps hashes of the password alone. */
class ScramServer {
  private readonly storedKey: Buffer;
  private readonly serverKey: Buffer;
  private readonly salt = randomBytes(16);
  private bare = '';
  private challenge = '';

  constructor(
    private readonly hash: 'sha256' | 'sha512',
    { password }: KafkaLogin,
  ) {
    const salted = pbkdf2Sync(password, this.salt, 4096, hash === 'sha512' ? 64 : 32, hash);
    this.storedKey = createHash(hash).update(this.hmac(salted, 'Client Key')).digest();
    this.serverKey = this.hmac(salted, 'Server Key');
  }

  /** Undefined: the password is wrong. */
  answer(said: string): string | undefined {
    if (this.challenge === '') {
      this.bare = said.slice(3);
      const nonce = /r=(.*)$/.exec(said)?.[1] ?? '';
      this.challenge = `r=${nonce}abc,s=${this.salt.toString('base64')},i=4096`;
      return this.challenge;
    }
    const [, end = '', proof = ''] = /^(.*),p=(.*)$/.exec(said) ?? [];
    const whole = `${this.bare},${this.challenge},${end}`;
    const signature = this.hmac(this.storedKey, whole);
    const key = Buffer.from(proof, 'base64').map((octet, i) => octet ^ (signature[i] ?? 0));
    const fits = createHash(this.hash).update(Buffer.from(key)).digest().equals(this.storedKey);
    return fits ? `v=${this.hmac(this.serverKey, whole).toString('base64')}` : undefined;
  }

  private hmac(key: Buffer, value: string): Buffer {
    return createHmac(this.hash, key).update(value).digest();
  }
}

export const amqpSaslHeader = Buffer.from('AMQP\u0003\u0001\u0000\u0000', 'latin1');

/** `sasl-mechanisms` (AMQP 1.0, section 5.3.3.1) with an array of symbols, or one symbol alone. */
export function amqpMechanisms(names: readonly string[]): Buffer {
  const symbols = names.map((name) => Buffer.concat([Buffer.from([name.length]), Buffer.from(name)]));
  const [only] = symbols;
  const value =
    names.length === 1 && only
      ? Buffer.concat([Buffer.from([0xa3]), only])
      : Buffer.concat([Buffer.from([0xe0, 2 + Buffer.concat(symbols).length, names.length, 0xa3]), ...symbols]);
  const list = Buffer.concat([Buffer.from([0x00, 0x53, 0x40, 0xc0, value.length + 1, 1]), value]);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + list.length, 0);
  head.set([2, 1, 0, 0], 4);
  return Buffer.concat([head, list]);
}

/** An AMQP broker up to its ways to log in. */
export function serveAmqp(socket: net.Socket, answer: Buffer): void {
  socket.once('data', () => socket.write(answer));
}

/** The same in a WebSocket. */
export function serveAmqpWebSocket(socket: net.Socket, path: string, answer: Buffer): void {
  socket.once('data', (chunk: Buffer) => {
    const request = chunk.toString('latin1');
    const key = /Sec-WebSocket-Key: (\S+)/.exec(request)?.[1] ?? '';
    if (!request.startsWith(`GET ${path} `) || !request.includes('Sec-WebSocket-Protocol: amqp')) {
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      return;
    }
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: amqp\r\n\r\n`,
    );
    socket.once('data', (frame: Buffer) => {
      const mask = frame.subarray(2, 6);
      const content = frame.subarray(6, 6 + ((frame[1] ?? 0) & 0x7f)).map((octet, i) => octet ^ (mask[i % 4] ?? 0));
      // Masked, as a client has to; in two frames, as a server may.
      if (frame[0] !== 0x82 || !Buffer.from(content).equals(amqpSaslHeader)) socket.end();
      for (const part of [answer.subarray(0, 8), answer.subarray(8)]) {
        socket.write(Buffer.concat([Buffer.from([0x82, part.length]), part]));
      }
    });
  });
}

/** An HTTP proxy of Node's that connects to anybody, or wants a login. */
export async function startHttpProxy(login?: string): Promise<FaultServer & { readonly asked: string[] }> {
  const asked: string[] = [];
  const server = http.createServer();
  const sockets = new Set<net.Socket>();
  server.on('connect', (request, client: net.Socket) => {
    asked.push(request.url ?? '');
    sockets.add(client);
    client.on('error', () => undefined);
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    if (request.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    joined(
      client,
      request.url ?? '',
      'HTTP/1.1 200 Connection established\r\n\r\n',
      'HTTP/1.1 502 Bad Gateway\r\n\r\n',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    asked,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A SOCKS proxy of the version that it is spoken to in. */
export function startSocksProxy(login?: { user: string; password: string }): Promise<FaultServer> {
  return startTcpServer((client) => {
    client.once('data', (first: Buffer) => {
      if (first[0] === 4) {
        const port = first.readUInt16BE(2);
        const name = first.subarray(8).toString('latin1').split('\u0000')[1];
        const host = first.subarray(4, 7).some((octet) => octet !== 0)
          ? [...first.subarray(4, 8)].join('.')
          : (name ?? '');
        joined(
          client,
          `${host}:${port}`,
          Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]),
          Buffer.from([0, 91, 0, 0, 0, 0, 0, 0]),
        );
        return;
      }
      const method = login ? (first.includes(2, 2) ? 2 : 0xff) : 0;
      client.write(Buffer.from([5, method]));
      const connect = (): void => {
        client.once('data', (request: Buffer) => {
          const byName = request[3] === 3;
          const end = byName ? 5 + (request[4] ?? 0) : 8;
          const host = byName ? request.toString('latin1', 5, end) : [...request.subarray(4, 8)].join('.');
          const reply = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
          joined(client, `${host}:${request.readUInt16BE(end)}`, reply(0), reply(5));
        });
      };
      if (method !== 2) {
        connect();
        return;
      }
      client.once('data', (given: Buffer) => {
        const user = given.toString('latin1', 2, 2 + (given[1] ?? 0));
        const password = given.toString('latin1', 3 + user.length);
        const fits = user === login?.user && password === login.password;
        client.write(Buffer.from([1, fits ? 0 : 1]));
        if (fits) connect();
      });
    });
  });
}

function joined(client: net.Socket, target: string, yes: string | Buffer, no: string | Buffer): void {
  const at = target.lastIndexOf(':');
  const server = net.connect(Number(target.slice(at + 1)), target.slice(0, at));
  server.once('connect', () => {
    client.write(yes);
    client.pipe(server).pipe(client);
  });
  server.on('error', () => client.end(no));
  client.on('close', () => server.destroy());
}
