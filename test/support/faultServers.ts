import net from 'node:net';
import tls from 'node:tls';
import type { TestIdentity } from './testCertificates';

/** A server on a free port of 127.0.0.1, until it is stopped. */
export interface FaultServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface TlsServerOptions {
  readonly identity: Pick<TestIdentity, 'privateKeyPem' | 'chainPem'>;
  /** What is sent instead of the identity's chain without its root. */
  readonly chainPem?: string;
  /** Its CA; a client certificate is asked for when set. */
  readonly clientCa?: Pick<TestIdentity, 'pem'>;
  /** Default true: a client without an accepted certificate is refused. */
  readonly required?: boolean;
  readonly version?: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers?: string;
  /** Further issuers to name in the request. */
  readonly moreIssuersPem?: string;
  /** What is done with a connection after the handshake; default: an HTTP answer. */
  readonly onSecure?: (socket: tls.TLSSocket) => void;
}

/** A real TLS server of Node's. */
export function startTlsServer(options: TlsServerOptions): Promise<FaultServer> {
  const { identity, clientCa, required = true, version, ciphers, moreIssuersPem = '' } = options;
  const server = tls.createServer(
    {
      key: identity.privateKeyPem,
      cert: options.chainPem ?? identity.chainPem,
      ...(clientCa && { ca: clientCa.pem + moreIssuersPem, requestCert: true, rejectUnauthorized: required }),
      ...(version && { minVersion: version, maxVersion: version }),
      ...(ciphers !== undefined && { ciphers }),
    },
    options.onSecure ??
      ((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
      }),
  );
  server.on('tlsClientError', () => undefined);
  return listen(server);
}

/** A TCP server that does as it is told with each connection. */
export function startTcpServer(onConnection: (socket: net.Socket) => void): Promise<FaultServer> {
  return listen(
    net.createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    }),
  );
}

/** A port of 127.0.0.1 that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = await startTcpServer(() => undefined);
  await server.stop();
  return server.port;
}

/** Settles once something listens on a port of 127.0.0.1: a server in another process has started. */
export async function untilListening(port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    if (tries > 100) throw new Error(`Nothing listens on port ${port}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function listen(server: net.Server): Promise<FaultServer> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
