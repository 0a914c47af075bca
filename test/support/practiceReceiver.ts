import { watch, type FSWatcher } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import https from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { TLSSocket, type SecureContextOptions } from 'node:tls';
import { readCertificates } from '../../src/core/certificates/import';
import { certificatesPem } from '../../src/core/certificates/pem';
import type { TestIdentity } from './testCertificates';

export interface PracticeReceiverOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Certificate and key of the server, for localhost; its chain is sent with the root. */
  readonly server: TestIdentity;
  /** Whose clients are accepted. */
  readonly clientCa: TestIdentity;
  /** Certificates in this folder are accepted as well, also those put there later: what a partner hands over. Made when missing. */
  readonly acceptsFolder?: string;
  readonly onRequest?: (line: string) => void;
}

export interface PracticeReceiver {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A receiver to practise with: an HTTPS server on the loopback addresses that demands a client certificate of a throw-away CA, and answers
 * with what it saw of it.
 * @throws the system's error where the port is taken
 */
export async function startPracticeReceiver(options: PracticeReceiverOptions): Promise<PracticeReceiver> {
  const { server: identity, clientCa, acceptsFolder, onRequest } = options;
  const context = async (): Promise<SecureContextOptions> => ({
    key: identity.privateKeyPem,
    cert: certificatesPem(identity.chain),
    ca: clientCa.pem + (acceptsFolder === undefined ? '' : await acceptedPem(acceptsFolder)),
  });
  const server = https.createServer(
    { ...(await context()), requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const { socket } = request;
      const peer = socket instanceof TLSSocket ? socket.getPeerCertificate() : undefined;
      const client = peer && {
        subject: peer.subject.CN,
        issuer: peer.issuer.CN,
        sha256: peer.fingerprint256.replaceAll(':', '').toLowerCase(),
      };
      onRequest?.(`${request.method ?? ''} ${request.url ?? ''} from ${String(client?.subject)}`);
      response.setHeader('content-type', 'application/json');
      response.end(`${JSON.stringify({ receiver: 'practice', client })}\n`);
    },
  );
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => onRequest?.(refusal(error)));
  // Both loopback addresses: `localhost` is either, and nothing else is listened on.
  await listen(server, options.port, '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  const second = createServer((socket) => void server.emit('connection', socket));
  const both = await listen(second, port, '::1').then(
    () => true,
    () => false,
  );

  let watcher: FSWatcher | undefined;
  if (acceptsFolder !== undefined) {
    await mkdir(acceptsFolder, { recursive: true });
    let timer: NodeJS.Timeout | undefined;
    watcher = watch(acceptsFolder, () => {
      clearTimeout(timer);
      timer = setTimeout(() => void context().then((fresh) => server.setSecureContext(fresh)), 100);
    });
  }
  return {
    port,
    url: `https://localhost:${port}`,
    stop: async () => {
      watcher?.close();
      server.closeAllConnections();
      await Promise.all([close(server), both ? close(second) : undefined]);
    },
  };
}

function refusal({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE':
      return 'refused a client without a certificate';
    case 'ECONNRESET':
      return 'a client hung up during the handshake';
    default:
      return `refused a client (${code ?? message})`;
  }
}

async function acceptedPem(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const found: string[] = [];
  for (const name of names) {
    try {
      found.push(certificatesPem(readCertificates(await readFile(path.join(folder, name))).certificates));
    } catch {
      // Anything may lie in the folder; what is no certificate is not accepted.
    }
  }
  return found.join('');
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });
