import type net from 'node:net';
import { converse, type Conversed } from './converse';
import { handshake } from './handshake';
import { HandshakeReader, type ServerMessages } from './handshakeReader';
import type { Dialogue, ServiceFacts } from './protocols/dialogue';
import { protocols, type ProtocolName, type Protection } from './protocols/protocols';
import { tunnelTo, type Proxy } from './proxy';
import { connectTo, isTimeout, resolveHost, withTimeout, type Address, type Attempt } from './tcp';

export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  /** Sent as SNI unless it is an IP address. */
  readonly serverName: string;
  /** `tls` when absent. */
  readonly protocol?: ProtocolName;
  /** From the first octet on when absent. */
  readonly protection?: Protection;
  /** Of a WebSocket. */
  readonly path?: string;
  /** Who connects in our place; the host is looked up there. */
  readonly proxy?: Proxy;
  /** PEM, in memory for the length of the handshake. */
  readonly client?: { readonly certificatePem: string; readonly privateKeyPem: string };
  /** For each of DNS, TCP, the proxy, STARTTLS, TLS and what is said then. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Told of what stands before the handshake, as soon as it does. */
  readonly onReached?: (reached: Reached) => void;
}

/** `dns` and `tcp` are of the proxy, where there is one. */
export type Reached =
  | { readonly stage: 'dns'; readonly addresses: readonly string[] }
  | { readonly stage: 'tcp'; readonly address: string; readonly ms: number }
  | { readonly stage: 'proxy' }
  | { readonly stage: 'starttls'; readonly greeting: string };

/** How a probe ended. */
export type ProbeEnd =
  | { readonly stage: 'dns'; readonly kind: 'not-found' | 'timeout'; readonly detail: string }
  | { readonly stage: 'tcp'; readonly kind: 'refused' | 'timeout' | 'unreachable'; readonly detail: string }
  /** Before TLS: the proxy does not connect, the server does not begin TLS. `detail` is a sentence where it was refused. */
  | { readonly stage: 'proxy' | 'starttls'; readonly kind: 'refused' | 'timeout' | 'closed'; readonly detail: string }
  /** The connection stands, and is not encrypted: it was wanted so, or the server does not begin TLS. */
  | { readonly stage: 'plain'; readonly kind: 'data' | 'silent' | 'closed'; readonly detail: string }
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

/** What came of the dialogue after TLS, or without it. `silent`: the server said nothing more in time, `closed`: it went away. */
export type ServiceEnd =
  | { readonly kind: 'done'; readonly facts: ServiceFacts }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'silent' | 'closed' };

/** One handshake: facts, no judgement. */
export interface Probe {
  readonly end: ProbeEnd;
  /** What the name stands for, of the proxy where there is one; none where it could not be resolved. */
  readonly addresses: readonly string[];
  readonly attempts: readonly Attempt[];
  /** The server's first words, before TLS began. */
  readonly greeting?: string;
  readonly server: ServerMessages;
  readonly cipher?: string;
  readonly version?: string;
  readonly alpn?: string;
  readonly service?: ServiceEnd;
  /** Whole milliseconds. */
  readonly ms: { readonly dns?: number; readonly tcp?: number; readonly tls?: number };
}

const noMessages: ServerMessages = new HandshakeReader().seen;

/**
 * Resolves, connects (through the proxy, where there is one), begins TLS as the protocol has it, shakes hands once, with or without a client certificate, trusting
 * anybody; then holds the protocol's dialogue, or asks for the page "/", to learn whether the server keeps to the handshake. Sockets are gone when it settles.
 * @throws the signal's reason when cancelled; everything else is a `ProbeEnd`
 */
export async function probe(options: ProbeOptions): Promise<Probe> {
  const { timeoutMs, signal, onReached, proxy } = options;
  const { host, port } = proxy ?? options;
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
  // Whoever listens later may not be listening yet.
  socket.on('error', () => undefined);
  onReached?.({ stage: 'tcp', address: connectedAddress(attempts), ms: ms.tcp });
  try {
    const begun = await beginTls(socket, options);
    const { greeting } = begun;
    const common = { addresses, attempts, ms, ...(greeting === undefined ? {} : { greeting }) };
    if ('end' in begun) return { server: noMessages, ...common, ...begun };
    lap();
    const { facts, handshakeMs } = await handshake(socket, options, ms.tcp, serviceOf(options, greeting === undefined));
    ms.tls = handshakeMs;
    return { ...facts, ...common };
  } finally {
    socket.destroy();
  }
}

/** What is said before TLS; an `end` where TLS does not begin. */
async function beginTls(
  socket: net.Socket,
  options: ProbeOptions,
): Promise<Pick<Probe, 'greeting'> | Pick<Probe, 'greeting' | 'end' | 'service'>> {
  const { proxy, protocol = 'tls', protection = 'tls', timeoutMs, signal, onReached } = options;
  if (proxy) {
    const tunnel = await converse(socket, tunnelTo(proxy, options.host, options.port), timeoutMs, signal);
    if (tunnel.kind !== 'done') return { end: { stage: 'proxy', ...endOf(tunnel) } };
    onReached?.({ stage: 'proxy' });
  }
  if (protection === 'tls') return {};
  const startTls = protocols[protocol].startTls?.();
  if (protection === 'off' || !startTls) return plain(socket, options, true);
  const begun = await converse(socket, startTls, timeoutMs, signal);
  if (begun.kind === 'done') {
    const { greeting = '' } = begun.facts;
    // What comes in the clear behind the answer would be taken for what is said in TLS (CVE-2011-0411).
    if (begun.rest.length) {
      return { greeting, end: { stage: 'starttls', kind: 'refused', detail: 'The server goes on in the clear.' } };
    }
    onReached?.({ stage: 'starttls', greeting });
    return { greeting };
  }
  const optional = protection === 'starttls-optional' && begun.kind === 'refused' && begun.notOffered;
  return optional ? plain(socket, options, false) : { end: { stage: 'starttls', ...endOf(begun) } };
}

async function plain(
  socket: net.Socket,
  options: ProbeOptions,
  greets: boolean,
): Promise<Pick<Probe, 'end' | 'service'>> {
  const dialogue = serviceOf(options, greets);
  if (!dialogue) return { end: { stage: 'plain', kind: 'silent', detail: '' } };
  const said = await converse(socket, dialogue, options.timeoutMs, options.signal);
  switch (said.kind) {
    case 'done':
      return { end: { stage: 'plain', kind: 'data', detail: '' }, service: { kind: 'done', facts: said.facts } };
    case 'refused':
      return { end: { stage: 'plain', kind: 'data', detail: '' }, service: { kind: 'refused', message: said.message } };
    case 'timeout':
      return { end: { stage: 'plain', kind: 'silent', detail: said.detail }, service: { kind: 'silent' } };
    case 'closed':
      return { end: { stage: 'plain', kind: 'closed', detail: said.detail }, service: { kind: 'closed' } };
  }
}

function serviceOf({ protocol = 'tls', serverName, path = '' }: ProbeOptions, greets: boolean): Dialogue | undefined {
  return protocols[protocol].service?.({ greets, host: serverName, path });
}

function endOf(conversed: Exclude<Conversed, { kind: 'done' }>): {
  readonly kind: 'refused' | 'timeout' | 'closed';
  readonly detail: string;
} {
  return conversed.kind === 'refused' ? { kind: 'refused', detail: conversed.message } : conversed;
}

export function connectedAddress(attempts: readonly Attempt[]): string {
  return attempts.find(({ outcome }) => outcome === 'connected')?.address ?? 'the host';
}

export function tcpEnd(attempts: readonly Attempt[]): ProbeEnd {
  const codes = attempts.map(({ outcome }) => outcome);
  const kind = codes.includes('ECONNREFUSED') ? 'refused' : codes.includes('ETIMEDOUT') ? 'timeout' : 'unreachable';
  return { stage: 'tcp', kind, detail: [...new Set(codes)].join(', ') };
}
