import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { HandshakeReader, type ServerMessages } from './handshakeReader';
import { targetText } from './target';
import { connectTo, isTimeout, resolveHost, withTimeout, type Address, type Attempt } from './tcp';

export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  /** Sent as SNI unless it is an IP address. */
  readonly serverName: string;
  /** PEM, in memory for the length of the handshake. */
  readonly client?: { readonly certificatePem: string; readonly privateKeyPem: string };
  /** For each of DNS, TCP and TLS. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Told of what stands before the handshake, as soon as it does. */
  readonly onReached?: (reached: Reached) => void;
}

export type Reached =
  | { readonly stage: 'dns'; readonly addresses: readonly string[] }
  | { readonly stage: 'tcp'; readonly address: string; readonly ms: number };

/** How a probe ended. */
export type ProbeEnd =
  | { readonly stage: 'dns'; readonly kind: 'not-found' | 'timeout'; readonly detail: string }
  | { readonly stage: 'tcp'; readonly kind: 'refused' | 'timeout' | 'unreachable'; readonly detail: string }
  /** `local`: our own stack gave up (`detail` has its words); the others are the server's doing. */
  | {
      readonly stage: 'tls';
      readonly kind: 'alert' | 'closed' | 'timeout' | 'not-tls' | 'local';
      readonly alert?: number;
      readonly detail: string;
    }
  /** The handshake stood, and the server answered a harmless request: Latin-1, the first kilobytes of it. */
  | { readonly stage: 'established'; readonly kind: 'data'; readonly answer: string; readonly alert?: undefined }
  /**
   * The handshake stood. `silent`: the server waits; `alert`: it took the handshake back (TLS 1.3 judges a client certificate only now);
   * `closed-at-once`: it hung up before anything was asked, `closed`: after it.
   */
  | {
      readonly stage: 'established';
      readonly kind: 'silent' | 'alert' | 'closed-at-once' | 'closed';
      readonly alert?: number;
      readonly detail: string;
    };

/** One handshake: facts, no judgement. */
export interface Probe {
  readonly end: ProbeEnd;
  /** What the name stands for; none where it could not be resolved. */
  readonly addresses: readonly string[];
  readonly attempts: readonly Attempt[];
  readonly server: ServerMessages;
  readonly cipher?: string;
  readonly version?: string;
  readonly alpn?: string;
  /** Whole milliseconds. */
  readonly ms: { readonly dns?: number; readonly tcp?: number; readonly tls?: number };
}

const noMessages: ServerMessages = new HandshakeReader().seen;

/** How long a server that reads the request has to answer before it counts as waiting. */
const answerMs = 2_000;
/** What is read of the answer: enough for the words by which a server refuses. */
const answerLength = 4_096;
const restOfAnswerMs = 200;

/**
 * Resolves, connects and shakes hands once, with or without a client certificate, trusting anybody; then asks for the page "/" to learn
 * whether the server keeps to the handshake. Sockets are gone when it settles.
 * @throws the signal's reason when cancelled; everything else is a `ProbeEnd`
 */
export async function probe(options: ProbeOptions): Promise<Probe> {
  const { host, port, timeoutMs, signal, onReached } = options;
  const ms: { dns?: number; tcp?: number; tls?: number } = {};
  let started = performance.now();
  const lap = (): number => {
    const now = performance.now();
    const taken = Math.round(now - started);
    started = now;
    return taken;
  };
  let resolved: readonly Address[];
  try {
    resolved = await withTimeout(signal, timeoutMs, (dnsSignal) => resolveHost(host, dnsSignal));
  } catch (error) {
    signal?.throwIfAborted();
    const timeout = isTimeout(error);
    const detail = timeout ? 'no answer' : ((error as NodeJS.ErrnoException).code ?? String(error));
    return {
      end: { stage: 'dns', kind: timeout ? 'timeout' : 'not-found', detail },
      addresses: [],
      attempts: [],
      server: noMessages,
      ms,
    };
  }
  ms.dns = lap();
  const addresses = [...new Set(resolved.map(({ address }) => address))];
  onReached?.({ stage: 'dns', addresses });
  const { socket, attempts } = await withTimeout(signal, timeoutMs, (tcpSignal) =>
    connectTo(resolved, port, tcpSignal),
  );
  ms.tcp = lap();
  if (!socket) return { end: tcpEnd(attempts), addresses, attempts, server: noMessages, ms };
  onReached?.({ stage: 'tcp', address: connectedAddress(attempts), ms: ms.tcp });
  const result = await handshake(socket, options, ms.tcp);
  ms.tls = result.handshakeMs;
  return { ...result.facts, addresses, attempts, ms };
}

export function connectedAddress(attempts: readonly Attempt[]): string {
  return attempts.find(({ outcome }) => outcome === 'connected')?.address ?? 'the host';
}

export function tcpEnd(attempts: readonly Attempt[]): ProbeEnd {
  const codes = attempts.map(({ outcome }) => outcome);
  const kind = codes.includes('ECONNREFUSED') ? 'refused' : codes.includes('ETIMEDOUT') ? 'timeout' : 'unreachable';
  return { stage: 'tcp', kind, detail: [...new Set(codes)].join(', ') };
}

interface Shaken {
  readonly facts: Omit<Probe, 'addresses' | 'attempts' | 'ms'>;
  readonly handshakeMs: number;
}

function handshake(socket: net.Socket, options: ProbeOptions, tcpMs: number): Promise<Shaken> {
  const { port, serverName, client, timeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const reader = new HandshakeReader();
    const wire = tap(socket, (chunk) => reader.receive(chunk));
    const timers = new Set<NodeJS.Timeout>();
    const after = (delay: number, act: () => void): void => void timers.add(setTimeout(act, delay));
    let handshakeMs = 0;
    let established = false;
    let asked = false;
    let settled = false;
    let wireClosed = false;
    let answer = '';
    let secure: tls.TLSSocket;
    try {
      secure = tls.connect({
        socket: wire,
        ...(net.isIP(serverName) ? {} : { servername: serverName }),
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
        ...(client && { cert: client.certificatePem, key: client.privateKeyPem }),
      });
    } catch (error) {
      wire.on('error', () => undefined);
      wire.destroy();
      socket.destroy();
      const detail = (error as NodeJS.ErrnoException).code ?? String(error);
      resolve({ facts: { end: { stage: 'tls', kind: 'local', detail }, server: reader.seen }, handshakeMs: 0 });
      return;
    }

    const cleanUp = (): void => {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      secure.removeAllListeners();
      secure.on('error', () => undefined);
      wire.on('error', () => undefined);
      secure.destroy();
      wire.destroy();
      socket.destroy();
    };
    const onAbort = (): void => {
      if (settled) return;
      settled = true;
      cleanUp();
      reject(signal?.reason as Error);
    };
    const finish = (end: ProbeEnd): void => {
      if (settled) return;
      settled = true;
      const seen = reader.seen;
      const version = established ? (secure.getProtocol() ?? undefined) : versionName(seen.version);
      const cipher = established ? secure.getCipher().standardName : undefined;
      const alpn = established && typeof secure.alpnProtocol === 'string' ? secure.alpnProtocol : undefined;
      const chain = seen.chain ?? (established ? peerChain(secure) : undefined);
      cleanUp();
      resolve({
        facts: {
          end,
          server: chain ? { ...seen, chain } : seen,
          ...(version !== undefined && { version }),
          ...(cipher !== undefined && { cipher }),
          ...(alpn !== undefined && { alpn }),
        },
        handshakeMs: handshakeMs || Math.round(performance.now() - started),
      });
    };
    /** The connection ended or broke: what the server said last decides. */
    const ended = (detail: string): void => {
      const alert = reader.seen.alerts.findLast((code) => code !== 0) ?? alertOf(detail);
      if (answer !== '') finish({ stage: 'established', kind: 'data', answer });
      else if (established) {
        const kind = alert !== undefined ? 'alert' : asked ? 'closed' : 'closed-at-once';
        finish({ stage: 'established', kind, detail, ...(alert !== undefined && { alert }) });
      } else if (reader.seen.notTls) {
        finish({ stage: 'tls', kind: 'not-tls', detail: printable(reader.seen.notTls) });
      } else if (alert !== undefined) finish({ stage: 'tls', kind: 'alert', alert, detail });
      else if (wireClosed || /^(ECONNRESET|EPIPE|closed)/.test(detail)) {
        finish({ stage: 'tls', kind: 'closed', detail });
      } else finish({ stage: 'tls', kind: 'local', detail });
    };
    const ask = (): void => {
      asked = true;
      // The name that SNI asks for too: a server may refuse a request for another (RFC 9110 section 15.5.20).
      const authority = targetText({ host: serverName, port });
      secure.write(`GET / HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: flow-keystore\r\nConnection: close\r\n\r\n`);
      after(Math.min(answerMs, timeoutMs), () => finish({ stage: 'established', kind: 'silent', detail: 'waits' }));
    };

    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) {
      onAbort();
      return;
    }
    after(timeoutMs, () => {
      if (!established) finish({ stage: 'tls', kind: 'timeout', detail: 'no end of the handshake' });
    });
    secure.on('keylog', (line: Buffer) => reader.keylog(line));
    secure.once('secureConnect', () => {
      established = true;
      handshakeMs = Math.round(performance.now() - started);
      // In TLS 1.3 the server judges the client certificate only now: a refusal takes one way here, an early close is no answer to us.
      const [least, trips] = reader.seen.certificateRequested ? [250, 4] : [100, 2];
      const grace = secure.getProtocol() === 'TLSv1.3' ? Math.min(1_500, least + trips * tcpMs) : 0;
      if (grace) after(grace, ask);
      else ask();
    });
    secure.on('data', (chunk: Buffer) => {
      if (answer === '') after(restOfAnswerMs, () => finish({ stage: 'established', kind: 'data', answer }));
      answer += chunk.toString('latin1');
      if (answer.length >= answerLength) finish({ stage: 'established', kind: 'data', answer });
    });
    // Errors of the TLS stack come after what the reader saw; the wire's end may come before the reader's last alert was opened.
    secure.once('error', (error: NodeJS.ErrnoException) => setImmediate(() => ended(error.code ?? error.message)));
    secure.once('end', () => setImmediate(() => ended('closed')));
    wire.once('close', () => {
      wireClosed = true;
      after(20, () => ended('closed'));
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      wireClosed = true;
      after(20, () => ended(error.code ?? error.message));
    });
  });
}

/** The socket, with an ear on what comes in: Node shows nobody the octets of a TLS socket. */
function tap(socket: net.Socket, listen: (chunk: Buffer) => void): Duplex {
  const duplex = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, () => done()),
    final: (done) => void socket.end(() => done()),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    listen(chunk);
    if (!duplex.push(chunk)) socket.pause();
  });
  socket.on('end', () => duplex.push(null));
  socket.on('close', () => {
    if (!duplex.destroyed) duplex.push(null);
    duplex.destroy();
  });
  return duplex;
}

const versionNames: Readonly<Record<number, string>> = {
  0x0300: 'SSLv3',
  0x0301: 'TLSv1',
  0x0302: 'TLSv1.1',
  0x0303: 'TLSv1.2',
  0x0304: 'TLSv1.3',
};

function versionName(version: number | undefined): string | undefined {
  return version === undefined ? undefined : versionNames[version];
}

/** What the platform has of the chain, where the reader could not read along. Node follows issuers, so the order is by issuer. */
function peerChain(secure: tls.TLSSocket): Uint8Array[] | undefined {
  const chain: Uint8Array[] = [];
  const seen = new Set<string>();
  // Without a certificate Node gives an empty object, whatever its types say.
  let at: Partial<tls.DetailedPeerCertificate> | undefined = secure.getPeerCertificate(true);
  while (at?.raw && at.fingerprint256 !== undefined && !seen.has(at.fingerprint256)) {
    seen.add(at.fingerprint256);
    chain.push(at.raw);
    at = at.issuerCertificate;
  }
  return chain.length ? chain : undefined;
}

/** An alert by the platform's error code, OpenSSL's or BoringSSL's spelling, where the reader did not see it. */
function alertOf(code: string): number | undefined {
  const text = code.toUpperCase();
  const match = /(?:SSLV3|TLSV1|TLSV13)_ALERT_([A-Z_]+)/.exec(text) ?? /SSL_TLS_ALERT_([A-Z_]+)/.exec(text);
  return match ? alertCodes[match[1] ?? ''] : undefined;
}

const alertCodes: Readonly<Record<string, number>> = {
  UNEXPECTED_MESSAGE: 10,
  HANDSHAKE_FAILURE: 40,
  NO_CERTIFICATE: 41,
  BAD_CERTIFICATE: 42,
  UNSUPPORTED_CERTIFICATE: 43,
  CERTIFICATE_REVOKED: 44,
  CERTIFICATE_EXPIRED: 45,
  CERTIFICATE_UNKNOWN: 46,
  ILLEGAL_PARAMETER: 47,
  UNKNOWN_CA: 48,
  ACCESS_DENIED: 49,
  DECODE_ERROR: 50,
  DECRYPT_ERROR: 51,
  PROTOCOL_VERSION: 70,
  INSUFFICIENT_SECURITY: 71,
  INTERNAL_ERROR: 80,
  UNRECOGNIZED_NAME: 112,
  CERTIFICATE_REQUIRED: 116,
  NO_APPLICATION_PROTOCOL: 120,
};

/** Names of alerts as RFC 8446 section 6 writes them. */
export function alertName(code: number): string {
  const name = Object.entries(alertCodes).find(([, number]) => number === code)?.[0];
  return name ? name.toLowerCase() : `alert ${code}`;
}

function printable(octets: Uint8Array): string {
  return Buffer.from(octets)
    .toString('latin1')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
}
