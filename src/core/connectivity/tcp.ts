import { lookup } from 'node:dns/promises';
import net from 'node:net';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** One address tried. */
export interface Attempt extends Address {
  /** `connected`, `abandoned` (another was faster), else the system's code (`ECONNREFUSED`, `ETIMEDOUT` ...). */
  readonly outcome: string;
  /** Milliseconds. */
  readonly ms: number;
}

export interface Connected {
  readonly socket: net.Socket;
  readonly attempts: readonly Attempt[];
}

/** How long an address has the field to itself before the next one is tried as well (RFC 8305 section 5). */
const headStart = 250;

/** Addresses of a host, in the system's order; the host itself where it is one. Rejects with the resolver's error. */
export async function resolveHost(host: string, signal: AbortSignal): Promise<Address[]> {
  const family = net.isIP(host);
  if (family) return [{ address: host, family }];
  return raceAbort(lookup(host, { all: true, verbatim: true }), signal);
}

/**
 * Connects to the first address that answers; each next one starts when the one before failed or had its head start.
 * @returns `socket` undefined where no address could be connected to; then `attempts` says why
 */
export function connectTo(
  addresses: readonly Address[],
  port: number,
  signal: AbortSignal,
): Promise<{ socket?: net.Socket; attempts: readonly Attempt[] }> {
  return new Promise((resolve, reject) => {
    const attempts: Attempt[] = [];
    const open = new Map<net.Socket, { address: Address; started: number }>();
    let next = 0;
    let timer: NodeJS.Timeout | undefined;
    let settled = false;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      for (const [socket, { address, started }] of open) {
        socket.removeAllListeners();
        socket.on('error', () => undefined);
        socket.destroy();
        attempts.push({ ...address, outcome: signal.aborted ? 'ETIMEDOUT' : 'abandoned', ms: elapsed(started) });
      }
      act();
    };
    const onAbort = (): void =>
      settle(() => {
        if (isTimeout(signal.reason)) resolve({ attempts });
        else reject(signal.reason as Error);
      });
    const tryNext = (): void => {
      clearTimeout(timer);
      const address = addresses[next++];
      if (!address) {
        if (!open.size) settle(() => resolve({ attempts }));
        return;
      }
      const started = performance.now();
      const socket = net.connect({ host: address.address, port, family: address.family });
      open.set(socket, { address, started });
      socket.once('connect', () => {
        open.delete(socket);
        socket.removeAllListeners();
        attempts.push({ ...address, outcome: 'connected', ms: elapsed(started) });
        settle(() => resolve({ socket, attempts }));
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        open.delete(socket);
        attempts.push({ ...address, outcome: error.code ?? error.message, ms: elapsed(started) });
        tryNext();
      });
      timer = setTimeout(tryNext, headStart);
    };
    if (signal.aborted) onAbort();
    else {
      signal.addEventListener('abort', onAbort, { once: true });
      tryNext();
    }
  });
}

/**
 * Work under a signal that ends with the caller's, or after a time of its own. Milliseconds. Not `AbortSignal.any` over
 * `AbortSignal.timeout`: Node 20 holds the latter so weakly that a garbage collection takes it.
 */
export async function withTimeout<T>(
  signal: AbortSignal | undefined,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(new DOMException('The time is over.', 'TimeoutError')), ms);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

export function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

const elapsed = (started: number): number => Math.round(performance.now() - started);
