import type net from 'node:net';
import type { SecureContext } from 'node:tls';
import { converse, type Conversed } from './converse';
import { handshake } from './handshake';
import { HandshakeReader, type ServerMessages } from './handshakeReader';
import type { ServiceAsk } from './protocols/ask';
import type { Dialogue } from './protocols/dialogue';
import { serviceEnd, type ServiceEnd } from './serviceEnd';
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
  /** What is wanted beyond the greeting. */
  readonly ask?: ServiceAsk;
  /** Who connects in our place; the host is looked up there. */
  readonly proxy?: Proxy;
  /** The client certificate and its key, of `contextWith`; waited for when the connection stands. */
  readonly client?: SecureContext | Promise<SecureContext>;
  /** For each of DNS, TCP, the proxy, STARTTLS, TLS and what is said then. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Told of what stands before the handshake, as soon as it does. */
  readonly onReached?: (reached: Reached) => void;
  /** Told once, in the middle of the handshake, that the server asks for a client certificate. */
  readonly onRequested?: () => void;
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

/** Of a server that said nothing in TLS. */
export const noMessages: ServerMessages = new HandshakeReader().seen;

/** A connection to the server, through the proxy where there is one; or why there is none. */
export type Reaching = Pick<Probe, 'addresses' | 'attempts' | 'ms'> &
  ({ readonly socket: net.Socket } | { readonly end: ProbeEnd });

export type ReachOptions = Pick<ProbeOptions, 'host' | 'port' | 'proxy' | 'timeoutMs' | 'signal' | 'onReached'>;

/**
 * Resolves, connects, and has the proxy connect.
 * @throws the signal's reason when cancelled; everything else is an end
 */
export async function reach(options: ReachOptions): Promise<Reaching> {
  const { timeoutMs, signal, onReached, proxy } = options;
  const { host, port } = proxy ?? options;
  const ms: { dns?: number; tcp?: number } = {};
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
    const kind = timeout ? 'timeout' : 'not-found';
    return { end: { stage: 'dns', kind, detail }, addresses: [], attempts: [], ms };
  }
  ms.dns = lap();
  const addresses = [...new Set(resolved.map(({ address }) => address))];
  onReached?.({ stage: 'dns', addresses });
  const { socket, attempts } = await withTimeout(signal, timeoutMs, (tcpSignal) =>
    connectTo(resolved, port, tcpSignal),
  );
  ms.tcp = lap();
  if (!socket) return { end: tcpEnd(attempts), addresses, attempts, ms };
  // Whoever listens later may not be listening yet.
  socket.on('error', () => undefined);
  onReached?.({ stage: 'tcp', address: connectedAddress(attempts), ms: ms.tcp });
  if (!proxy) return { socket, addresses, attempts, ms };
  try {
    const tunnel = await converse(socket, tunnelTo(proxy, options.host, options.port), timeoutMs, signal);
    if (tunnel.kind === 'done') {
      onReached?.({ stage: 'proxy' });
      return { socket, addresses, attempts, ms };
    }
    socket.destroy();
    return { end: { stage: 'proxy', ...endOf(tunnel) }, addresses, attempts, ms };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * Connects, begins TLS as the protocol has it, shakes hands once, with or without a client certificate, trusting anybody; then holds the protocol's
 * dialogue, or asks for the page "/", to learn whether the server keeps to the handshake. Sockets are gone when it settles.
 * @throws the signal's reason when cancelled; everything else is a `ProbeEnd`
 */
export async function probe(options: ProbeOptions): Promise<Probe> {
  const reached = await reach(options);
  if ('end' in reached) return { ...reached, server: noMessages };
  const { socket, addresses, attempts, ms } = reached;
  try {
    const begun = await beginTls(socket, options);
    const { greeting } = begun;
    const common = { addresses, attempts, ...(greeting === undefined ? {} : { greeting }) };
    if ('end' in begun) return { server: noMessages, ...common, ms, ...begun };
    const tcpMs = ms.tcp ?? 0;
    const client = await options.client;
    const service = serviceOf(options, greeting === undefined);
    const { facts, handshakeMs } = await handshake(socket, { ...options, client }, tcpMs, service);
    return { ...facts, ...common, ms: { ...ms, tls: handshakeMs } };
  } finally {
    socket.destroy();
  }
}

/** What is said before TLS; an `end` where TLS does not begin. */
async function beginTls(
  socket: net.Socket,
  options: ProbeOptions,
): Promise<Pick<Probe, 'greeting'> | Pick<Probe, 'greeting' | 'end' | 'service'>> {
  const { protocol = 'tls', protection = 'tls', timeoutMs, signal, onReached } = options;
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
    case 'refused':
      return { end: { stage: 'plain', kind: 'data', detail: '' }, service: serviceEnd(said) };
    case 'timeout': {
      const { detail, ...reached } = said;
      return { end: { stage: 'plain', kind: 'silent', detail }, service: { ...reached, kind: 'silent' } };
    }
    case 'closed': {
      const { detail, ...reached } = said;
      return { end: { stage: 'plain', kind: 'closed', detail }, service: { ...reached, kind: 'closed' } };
    }
  }
}

function serviceOf(options: ProbeOptions, greets: boolean): Dialogue | undefined {
  const { protocol = 'tls', serverName, path = '', ask } = options;
  return protocols[protocol].service?.({ greets, host: serverName, path, ...(ask && { ask }) });
}

function endOf(conversed: Exclude<Conversed, { kind: 'done' }>): {
  readonly kind: 'refused' | 'timeout' | 'closed';
  readonly detail: string;
} {
  return conversed.kind === 'refused'
    ? { kind: 'refused', detail: conversed.message }
    : { kind: conversed.kind, detail: conversed.detail };
}

export function connectedAddress(attempts: readonly Attempt[]): string {
  return attempts.find(({ outcome }) => outcome === 'connected')?.address ?? 'the host';
}

export function tcpEnd(attempts: readonly Attempt[]): ProbeEnd {
  const codes = attempts.map(({ outcome }) => outcome);
  const kind = codes.includes('ECONNREFUSED') ? 'refused' : codes.includes('ETIMEDOUT') ? 'timeout' : 'unreachable';
  return { stage: 'tcp', kind, detail: [...new Set(codes)].join(', ') };
}
