import net from 'node:net';
import tls from 'node:tls';
import { alertOf } from './alerts';
import { HandshakeReader } from './handshakeReader';
import { Conversation, type Dialogue, type Heard } from './protocols/dialogue';
import type { Probe, ProbeEnd, ProbeOptions } from './probe';
import { serviceEnd, type ServiceEnd } from './serviceEnd';
import { targetText } from './target';
import { tap } from './wire';

/** How long a server that reads the request has to answer before it counts as waiting. */
const answerMs = 2_000;
/** What is read of the answer: enough for the words by which a server refuses. */
const answerLength = 4_096;
const restOfAnswerMs = 200;
/** Between a ticket and the end of a connection whose client a server does not take. */
const ticketGraceMs = 2;

export interface Shaken {
  readonly facts: Omit<Probe, 'addresses' | 'attempts' | 'ms' | 'greeting'>;
  readonly handshakeMs: number;
}

/** Of handshakes without a client certificate. */
let nobody: tls.SecureContext | undefined;

/**
 * What a handshake is made with.
 * @param client PEM
 * @throws the error of the platform's TLS stack for a key pair that it does not authenticate with
 */
export function contextWith(client?: {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}): tls.SecureContext {
  return tls.createSecureContext({
    minVersion: 'TLSv1.2',
    ...(client && { cert: client.certificatePem, key: client.privateKeyPem }),
  });
}

/**
 * Shakes hands on a socket, trusting anybody, and goes on with what is said then: a dialogue, else a request for the page "/".
 * @throws the signal's reason when cancelled; the socket is gone when it settles
 */
export function handshake(
  socket: net.Socket,
  options: Omit<ProbeOptions, 'host' | 'client'> & { readonly client: tls.SecureContext | undefined },
  tcpMs: number,
  service?: Dialogue,
): Promise<Shaken> {
  const { port, serverName, client, timeoutMs, signal } = options;
  let { onRequested } = options;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const reader = new HandshakeReader();
    const tellRequested = (): void => {
      if (!onRequested || !reader.seen.certificateRequested) return;
      onRequested();
      onRequested = undefined;
    };
    const wire = tap(socket, (chunk) => {
      reader.receive(chunk);
      tellRequested();
    });
    const timers = new Set<NodeJS.Timeout>();
    const after = (delay: number, act: () => void): void => void timers.add(setTimeout(act, delay));
    let handshakeMs = 0;
    let established = false;
    let asked = false;
    let settled = false;
    let wireClosed = false;
    let answer = '';
    const conversation = service && new Conversation(service);
    let said: ServiceEnd | undefined;
    const early: Buffer[] = [];
    let secure: tls.TLSSocket;
    try {
      secure = tls.connect({
        socket: wire,
        ...(net.isIP(serverName) ? {} : { servername: serverName }),
        rejectUnauthorized: false,
        secureContext: client ?? (nobody ??= contextWith()),
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
          ...(said && { service: said }),
        },
        handshakeMs: handshakeMs || Math.round(performance.now() - started),
      });
    };
    /** The connection ended or broke: what the server said last decides. */
    const ended = (detail: string): void => {
      const alert = reader.seen.alerts.findLast((code) => code !== 0) ?? alertOf(detail);
      if (conversation && asked) said ??= { kind: 'closed', ...conversation.reached };
      if (answer !== '') finish({ stage: 'established', kind: 'data', answer });
      else if (established) {
        const kind = alert !== undefined ? 'alert' : asked ? 'closed' : 'closed-at-once';
        finish({ stage: 'established', kind, detail, ...(alert !== undefined && { alert }) });
      } else if (reader.seen.notTls) {
        finish({ stage: 'tls', kind: 'not-tls', detail: printable(reader.seen.notTls) });
      } else if (alert !== undefined) finish({ stage: 'tls', kind: 'alert', alert, detail });
      // Our own stack refused the message, and the server went away upon that.
      else if (/EXCESSIVE_MESSAGE_SIZE/i.test(detail)) finish({ stage: 'tls', kind: 'local', detail });
      else if (wireClosed || /^(ECONNRESET|EPIPE|closed)/.test(detail)) {
        finish({ stage: 'tls', kind: 'closed', detail });
      } else finish({ stage: 'tls', kind: 'local', detail });
    };
    const take = ({ say, end }: Heard): void => {
      if (say) secure.write(say);
      if (!end) return;
      said = serviceEnd(end);
      finish({ stage: 'established', kind: 'data', answer });
    };
    const converse = (conversation: Conversation): void => {
      after(timeoutMs, () => {
        said = { kind: 'silent', ...conversation.reached };
        finish(
          answer === ''
            ? { stage: 'established', kind: 'silent', detail: 'waits' }
            : { stage: 'established', kind: 'data', answer },
        );
      });
      take(conversation.begin());
      for (const chunk of early) if (!said) take(conversation.hear(chunk));
    };
    const ask = (): void => {
      if (asked) return;
      asked = true;
      if (conversation) {
        converse(conversation);
        return;
      }
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
    secure.on('keylog', (line: Buffer) => {
      reader.keylog(line);
      tellRequested();
    });
    secure.once('secureConnect', () => {
      established = true;
      handshakeMs = Math.round(performance.now() - started);
      // In TLS 1.3 the server judges the client certificate only now: a refusal takes one way here, an early close is no answer to us.
      const [least, trips] = reader.seen.certificateRequested ? [250, 4] : [100, 2];
      // In TLS 1.2 it has judged it; whoever hangs up at once does so with the end of the handshake.
      const grace = secure.getProtocol() === 'TLSv1.3' ? Math.min(1_500, least + trips * tcpMs) : 20;
      after(grace, ask);
    });
    // A ticket is sent once the server has taken the client's part of the handshake (RFC 8446 section 4.6.1): a refusal would have come in its
    // place. Servers that judge the certificate themselves hang up right behind it.
    secure.on('session', () => {
      if (established && secure.getProtocol() === 'TLSv1.3') after(ticketGraceMs + tcpMs, ask);
    });
    secure.on('data', (chunk: Buffer) => {
      if (conversation) {
        if (answer.length < answerLength) answer += chunk.toString('latin1');
        if (!asked) early.push(chunk);
        else if (!said) take(conversation.hear(chunk));
        return;
      }
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

function printable(octets: Uint8Array): string {
  return Buffer.from(octets)
    .toString('latin1')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
}
