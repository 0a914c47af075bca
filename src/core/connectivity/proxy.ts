import net from 'node:net';
import { FlowKeystoreError } from '../errors';
import { linesOf, Refused, type Dialogue } from './protocols/dialogue';

/** Who connects in our place. */
export interface Proxy {
  readonly kind: 'http' | 'socks4' | 'socks5';
  readonly host: string;
  readonly port: number;
  /** Never shown. */
  readonly login?: { readonly user: string; readonly password: string };
}

const kinds: Readonly<Record<string, { readonly kind: Proxy['kind']; readonly port: number }>> = {
  'http:': { kind: 'http', port: 8080 },
  'socks4:': { kind: 'socks4', port: 1080 },
  'socks4a:': { kind: 'socks4', port: 1080 },
  'socks:': { kind: 'socks5', port: 1080 },
  'socks5:': { kind: 'socks5', port: 1080 },
  'socks5h:': { kind: 'socks5', port: 1080 },
};

/**
 * Reads the address of a proxy, as settings and environment variables have it: `http://proxy.example:8080`, `socks5://...`, a login in front of `@`.
 * @throws FlowKeystoreError `address-invalid`; the message does not hold the login
 */
export function parseProxy(text: string): Proxy {
  const written = text.trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const known = url && kinds[url.protocol];
  if (url?.protocol === 'https:') {
    throw invalid('A proxy that is itself spoken to in TLS is not supported.', 'Name it as http:// or socks5://.');
  }
  if (!url?.hostname || !known) {
    throw invalid('The address of the proxy cannot be read.', 'Give it as http://host:port.');
  }
  // Of schemes that it does not know, URL keeps the brackets of an IPv6 address too.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  // 80 is left out of http addresses.
  const port = url.port === '' ? (/:80(?:\/|$)/.test(address) ? 80 : known.port) : Number(url.port);
  const login = url.username ? { user: decoded(url.username), password: decoded(url.password) } : undefined;
  return { kind: known.kind, host, port, ...(login ? { login } : {}) };
}

export const proxyText = ({ kind, host, port }: Proxy): string =>
  `${kind === 'http' ? 'HTTP' : kind.toUpperCase()} proxy ${net.isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** What settings and environment say of proxies. */
export interface ProxySettings {
  /** Of the proxy; empty: none. */
  readonly address: string;
  /** Hosts that are connected to directly: `intern.example` with all below it, `.intern.example`, `*.intern.example`, `host:port`, `*` for all. */
  readonly noProxy: readonly string[];
}

/** The proxy for a host: none for this machine itself, and for what is to be connected to directly. @throws FlowKeystoreError as `parseProxy` */
export function proxyFor(
  { address, noProxy }: ProxySettings,
  { host, port }: { readonly host: string; readonly port: number },
): Proxy | undefined {
  if (address.trim() === '' || isLoopback(host)) return undefined;
  const direct = noProxy.some((written) => {
    const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(written.trim().toLowerCase()) ?? [];
    if (only !== undefined && Number(only) !== port) return false;
    if (name === '*') return true;
    const domain = name.replace(/^\*?\./, '');
    return domain !== '' && (host.toLowerCase() === domain || host.toLowerCase().endsWith(`.${domain}`));
  });
  return direct ? undefined : parseProxy(address);
}

const isLoopback = (host: string): boolean => /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|::1)$/i.test(host);

/** Asks the proxy to connect to a host, by its name: the proxy looks it up. */
export function tunnelTo(proxy: Proxy, host: string, port: number): Dialogue {
  switch (proxy.kind) {
    case 'http':
      return httpTunnel(proxy, host, port);
    case 'socks4':
      return socks4Tunnel(proxy, host, port);
    case 'socks5':
      return socks5Tunnel(proxy, host, port);
  }
}

/** RFC 9110 section 9.3.6. */
function* httpTunnel({ login }: Proxy, host: string, port: number): Dialogue {
  const authority = `${net.isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    'User-Agent: flow-keystore',
    ...(login
      ? [`Proxy-Authorization: Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`]
      : []),
  ];
  const answer = yield {
    say: `${lines.join('\r\n')}\r\n\r\n`,
    length: (heard) => {
      if (heard.length >= 5 && !heard.toString('latin1', 0, 5).startsWith('HTTP/')) {
        throw new Refused('What answers is no HTTP proxy.');
      }
      const end = heard.indexOf('\r\n\r\n');
      return end < 0 ? undefined : end + 4;
    },
  };
  const status = linesOf(answer)[0] ?? '';
  if (/^HTTP\/1\.\d 2\d\d\b/.test(status)) return { offers: [] };
  const code = /^HTTP\/\S+ (\d{3})/.exec(status)?.[1];
  if (code?.startsWith('3')) {
    throw new Refused(
      `The proxy sends elsewhere instead of connecting (HTTP ${code}), as a network does that wants a login first.`,
    );
  }
  throw new Refused(
    code === '407'
      ? login
        ? 'The proxy does not take the login (HTTP 407).'
        : 'The proxy wants a login (HTTP 407).'
      : `The proxy answers ${status.slice(0, 100)}.`,
  );
}

/** SOCKS 4a: the address 0.0.0.1 says that a name follows. */
function* socks4Tunnel({ login }: Proxy, host: string, port: number): Dialogue {
  const address = net.isIPv4(host) ? host.split('.').map(Number) : [0, 0, 0, 1];
  const user = Buffer.from(`${login?.user ?? ''}\u0000`);
  const name = net.isIPv4(host) ? Buffer.alloc(0) : Buffer.from(`${host}\u0000`);
  const say = Buffer.concat([Buffer.from([4, 1, port >> 8, port & 0xff, ...address]), user, name]);
  const answer = yield { say, length: (heard) => (heard.length < 8 ? undefined : 8) };
  if (answer[0] !== 0) throw new Refused('What answers is no SOCKS4 proxy.');
  if (answer[1] === 90) return { offers: [] };
  throw new Refused(`The proxy refuses the connection (SOCKS4 code ${answer[1] ?? 0}).`);
}

/** What a SOCKS5 proxy answers (RFC 1928 section 6). */
const socks5Reasons: Readonly<Record<number, string>> = {
  1: 'it has a failure',
  2: 'its rules do not allow it',
  3: 'it cannot reach the network',
  4: 'it cannot reach the host, or does not find its name',
  5: 'the host refuses connections to this port',
  6: 'the host did not answer it in time',
  7: 'it does not do this',
  8: 'it does not take addresses of this kind',
};

/** RFC 1928, with the login of RFC 1929. */
function* socks5Tunnel({ login }: Proxy, host: string, port: number): Dialogue {
  const [none, password] = [0, 2];
  const methods = login ? [none, password] : [none];
  const exactly =
    (count: number) =>
    (heard: Buffer): number | undefined => {
      if (heard.length && heard[0] !== 5) throw new Refused('What answers is no SOCKS5 proxy.');
      return heard.length < count ? undefined : count;
    };
  const chosen = yield { say: Buffer.from([5, methods.length, ...methods]), length: exactly(2) };
  if (chosen[1] === password && login) {
    const [user, secret] = [Buffer.from(login.user), Buffer.from(login.password)];
    const say = Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([secret.length]), secret]);
    const answer = yield { say, length: (heard) => (heard.length < 2 ? undefined : 2) };
    if (answer[1] !== 0) throw new Refused('The proxy does not take the login.');
  } else if (chosen[1] !== none) throw new Refused('The proxy wants a login.');
  const name = Buffer.from(host);
  const address = net.isIPv4(host) ? [1, ...host.split('.').map(Number)] : [3, name.length, ...name];
  const answer = yield {
    say: Buffer.from([5, 1, 0, ...address, port >> 8, port & 0xff]),
    length: (heard) => {
      if (heard.length < 5) return exactly(5)(heard);
      const length = heard[3] === 1 ? 10 : heard[3] === 4 ? 22 : 7 + (heard[4] ?? 0);
      return heard.length < length ? undefined : length;
    },
  };
  if (answer[1] === 0) return { offers: [] };
  const reason = socks5Reasons[answer[1] ?? 1] ?? `code ${answer[1] ?? 0}`;
  throw new Refused(`The proxy does not connect: ${reason}.`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const invalid = (message: string, next: string): FlowKeystoreError =>
  new FlowKeystoreError('address-invalid', message, {}, next);
