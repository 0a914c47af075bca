import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Certificate } from '../../certificates/certificate';
import { certificatesPem } from '../../certificates/pem';
import { localNames, makeIdentity, type Identity, type PracticeAuthorities } from './identities';

/** What can be wrong with a practice receiver. */
export const practiceFaults = [
  'otherClients',
  'optionalClient',
  'expired',
  'otherName',
  'noIntermediate',
  'tls12',
] as const;
export type PracticeFault = (typeof practiceFaults)[number];

/** The name that the certificate is for where it is for another one; reserved for examples (RFC 2606). */
export const otherName = 'receiver.practice.example';

export interface PracticeReceiverOptions extends PracticeAuthorities {
  readonly faults?: readonly PracticeFault[];
  /** 0 takes a free one. */
  readonly port: number;
  /** Accepted beside the clients of its authority: a root, or the very certificate of a client. */
  readonly accepts?: readonly Certificate[];
  readonly now?: Date;
  /** Told in a few words of each client that came. */
  readonly onClient?: (line: string) => void;
}

export interface PracticeReceiver {
  readonly port: number;
  readonly url: string;
  /** What it presents. */
  readonly certificate: Certificate;
  /** Accepts these from now on, in the place of those of before. */
  readonly accept: (certificates: readonly Certificate[]) => void;
  readonly stop: () => Promise<void>;
}

/**
 * A receiver to practise with: an HTTPS server on the loopback addresses that demands a client certificate, and answers with what it saw of it. Its own
 * certificate is made anew at each start; it is sent with its chain and root.
 * @throws the system's error where the port is taken (`EADDRINUSE`)
 */
export async function startPracticeReceiver(options: PracticeReceiverOptions): Promise<PracticeReceiver> {
  const { faults = [], issuing, onClient } = options;
  const now = options.now ?? new Date();
  const has = (fault: PracticeFault): boolean => faults.includes(fault);
  const issuerServer = has('noIntermediate') ? await serveCertificate(issuing.certificate) : undefined;
  try {
    const identity = await serverIdentity(issuing, has, issuerServer?.url, now);
    // Who accepts other clients still names an authority: its own is another one then.
    const clientCa = has('otherClients')
      ? await makeIdentity({ name: 'Practice Other Client CA', ca: true, days: [-1, 825] }, now)
      : options.clientCa;
    const contextFor = (accepts: readonly Certificate[]): SecureContextOptions => ({
      key: identity.privateKey.export({ format: 'pem', type: 'pkcs8' }),
      cert: certificatesPem(has('noIntermediate') ? [identity.certificate] : identity.chain),
      ca: certificatesPem([clientCa.certificate, ...accepts]),
      ...(has('tls12') && { maxVersion: 'TLSv1.2' }),
    });
    // The certificate of a client is accepted itself, as an administrator imports it, not its issuer alone. A server keeps this option
    // from its own context (Node 20), so each client that names the server gets a context made here.
    const partialContext = (from: SecureContextOptions): SecureContext =>
      createSecureContext({ ...from, allowPartialTrustChain: true });
    const begun = contextFor(options.accepts ?? []);
    let context = partialContext(begun);
    const server = https.createServer(
      {
        ...begun,
        requestCert: true,
        rejectUnauthorized: !has('optionalClient'),
        SNICallback: (_, done) => done(null, context),
      },
      (request, response) => answer(request, response, onClient),
    );
    server.on('tlsClientError', (error: NodeJS.ErrnoException) => onClient?.(refusal(error)));
    const listening = await listenOnLoopback(options.port, (socket) => void server.emit('connection', socket));
    return {
      port: listening.port,
      url: `https://localhost:${listening.port}`,
      certificate: identity.certificate,
      accept: (certificates) => {
        const fresh = contextFor(certificates);
        server.setSecureContext(fresh);
        context = partialContext(fresh);
      },
      stop: async () => {
        await Promise.all([listening.stop(), issuerServer?.stop()]);
      },
    };
  } catch (error) {
    await issuerServer?.stop();
    throw error;
  }
}

function serverIdentity(
  issuer: Identity,
  has: (fault: PracticeFault) => boolean,
  issuerAt: string | undefined,
  now: Date,
): Promise<Identity> {
  return makeIdentity(
    {
      name: has('otherName') ? otherName : 'localhost',
      issuer,
      days: has('expired') ? [-2, -1] : [-1, 90],
      usage: 'serverAuth',
      alternativeNames: has('otherName') ? [{ kind: 'dns', value: otherName }] : localNames,
      ...(issuerAt !== undefined && { issuerAt }),
    },
    now,
  );
}

function answer(
  { method = '', url = '', socket }: http.IncomingMessage,
  response: http.ServerResponse,
  onClient: PracticeReceiverOptions['onClient'],
): void {
  const tls = socket instanceof TLSSocket ? socket : undefined;
  const peer = tls?.getPeerCertificate();
  const client = peer?.subject && {
    subject: peer.subject.CN,
    issuer: peer.issuer.CN,
    sha256: peer.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
  // Where a certificate is optional, one that is not accepted gets as far as here.
  const refused = client !== undefined && tls?.authorized === false;
  const who = client ? `${String(client.subject)}, of ${String(client.issuer)}` : 'a client without a certificate';
  onClient?.(`${method} ${url} from ${who}${refused ? ': refused, 403' : ''}`);
  response.statusCode = refused ? 403 : 200;
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify({ receiver: 'practice', client, ...(refused && { refused }) })}\n`);
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

/** Where a client finds the certificate that the receiver does not send (RFC 5280 section 4.2.2.1). */
async function serveCertificate(
  certificate: Certificate,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const server = http.createServer((_, response) => {
    response.setHeader('content-type', 'application/pkix-cert');
    response.end(certificate.der);
  });
  const { port, stop } = await listenOnLoopback(0, (socket) => void server.emit('connection', socket));
  return { url: `http://localhost:${port}/issuing.cer`, stop };
}

/** On both loopback addresses, where there are both: `localhost` is either. On nothing else. Stopping it ends the connections too. */
async function listenOnLoopback(
  wanted: number,
  onConnection: (socket: Socket) => void,
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const open = new Set<Socket>();
  const make = (): Server =>
    createServer((socket) => {
      open.add(socket.once('close', () => open.delete(socket)));
      onConnection(socket);
    });
  const first = make();
  await listen(first, wanted, '127.0.0.1');
  const { port } = first.address() as AddressInfo;
  const second = make();
  const both = await listen(second, port, '::1').then(
    () => true,
    () => false,
  );
  const servers = both ? [first, second] : [first];
  const stop = async (): Promise<void> => {
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of open) socket.destroy();
    await Promise.all(closed);
  };
  return { port, stop };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}
