import { createHash } from 'node:crypto';
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

/** A Kafka broker as far as anybody goes before logging in. */
export function serveKafka(socket: net.Socket, mechanisms: readonly string[]): void {
  let heard: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    // `socket.request.max.bytes`: a broker hangs up on more, as on the first octets of TLS.
    if (heard.length >= 4 && heard.readUInt32BE(0) > 104_857_600) socket.destroy();
    while (!socket.destroyed && heard.length >= 4 && heard.length >= 4 + heard.readInt32BE(0)) {
      const request = heard.subarray(4, 4 + heard.readInt32BE(0));
      heard = heard.subarray(4 + request.length);
      const id = request.subarray(4, 8);
      if (request.readInt16BE(0) === 18) {
        const body = Buffer.alloc(6 + 2 * 6);
        body.writeInt32BE(2, 2);
        [18, 17].forEach((kind, i) => body.writeInt16BE(kind, 6 + 6 * i));
        socket.write(length32(Buffer.concat([id, body])));
      } else {
        const head = Buffer.alloc(6);
        head.writeInt16BE(mechanisms.includes('PLAIN') ? 0 : 33, 0);
        head.writeInt32BE(mechanisms.length, 2);
        const names = mechanisms.map((name) => Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name)]));
        socket.write(length32(Buffer.concat([id, head, ...names])));
      }
    }
  });
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
