import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { FlowKeystoreError } from '../errors';
import { defaultProtection, protocols, type ProtocolName, type Protection } from './protocols/protocols';

/** What is connected to. */
export interface Target {
  /** DNS name in ASCII form, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The name the certificate has to be for, and the one sent as SNI unless it is an IP address. */
  readonly serverName: string;
  readonly protocol: ProtocolName;
  readonly protection: Protection;
  /** Of a WebSocket. */
  readonly path?: string;
}

/** How a server is spoken to; TLS alone where nothing is said. */
export interface Way {
  readonly protocol?: ProtocolName;
  /** The protocol's own where nothing is said. */
  readonly protection?: Protection;
  readonly path?: string;
}

/**
 * Reads `HOST[:PORT]` as people type it: as in SAP's test, without scheme and path.
 * @param serverName overrides the name that is asked for and checked
 * @param way the port that goes with it is meant where none is given
 * @throws FlowKeystoreError `address-invalid`, naming the host to use instead where a whole URL was given
 */
export function parseTarget(text: string, serverName?: string, way: Way = {}): Target {
  const input = text.trim();
  if (input === '') throw invalid('The host is missing.', 'Give it as host or host:port.');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(input);
  if (scheme) {
    throw invalid(
      `"${shorten(input)}" is a whole address; the host alone is wanted, without ${scheme[1] ?? ''}:// and path.`,
      suggestion(input),
    );
  }
  if (/[/?#]/.test(input)) {
    throw invalid(`"${shorten(input)}" has a path; the host alone is wanted.`, suggestion(`https://${input}`));
  }
  const { host, port } = splitHostPort(input);
  return makeTarget(host, port, serverName, way);
}

/**
 * Takes the target out of a receiver adapter's address (`https://host:port/path`).
 * @param address resolved: parameters applied
 * @throws FlowKeystoreError `address-invalid` for plain HTTP, for what is set at run time and for parameters without a value
 */
export function targetOfAddress(address: string, serverName?: string): Target {
  const input = address.trim();
  if (input === '') throw invalid('The channel has no address.', 'Set the address of the receiver first.');
  const authority = requireWritten(/^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(input)?.[1] ?? input);
  if (/^http:\/\//i.test(input)) {
    throw invalid(
      'The address is plain HTTP: no TLS is spoken and no client certificate is ever sent.',
      'Use an https:// address.',
    );
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(input) && !/^https:\/\//i.test(input)) {
    throw invalid(`Addresses of the kind ${input.slice(0, input.indexOf(':'))}:// cannot be tested.`);
  }
  const { host, port } = splitHostPort(authority.replace(/^[^@]*@/, ''));
  return makeTarget(host, port, serverName, {});
}

/** A host and port that are in the files. @throws FlowKeystoreError `address-invalid` for what is set at run time and for parameters without a value */
export function requireWritten(authority: string): string {
  const parameter = /\{\{([^{}]+)\}\}/.exec(authority)?.[1];
  if (parameter !== undefined) {
    throw invalid(
      `The address depends on the parameter {{${parameter}}}, which has no value here.`,
      'Give it a value in parameters.prop.',
    );
  }
  if (authority.includes('${')) {
    throw invalid('The host is set at run time; it cannot be tested from the file.', 'Test the host by hand.');
  }
  return authority;
}

export function targetText({ host, port }: Pick<Target, 'host' | 'port'>): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

function splitHostPort(text: string): { host: string; port: number | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) return { host: bracketed[1] ?? '', port: readPort(bracketed[2]) };
  if (isIP(text) === 6) return { host: text, port: undefined };
  const colon = text.indexOf(':');
  if (colon < 0) return { host: text, port: undefined };
  if (text.includes(':', colon + 1)) {
    throw invalid(`"${shorten(text)}" has several colons.`, 'Put an IPv6 address into brackets: [::1]:443.');
  }
  return { host: text.slice(0, colon), port: readPort(text.slice(colon + 1)) };
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) {
    throw invalid(`"${shorten(text)}" is no port.`, 'Ports are whole numbers from 1 to 65535.');
  }
  return port;
}

function makeTarget(host: string, port: number | undefined, serverName: string | undefined, way: Way): Target {
  const ascii = toHost(host);
  const { protocol = 'tls', path } = way;
  const { label, ports } = protocols[protocol];
  const protection = way.protection ?? defaultProtection(protocol);
  const usual = ports[protection];
  if (usual === undefined) {
    throw invalid(`${label} has no such protection: ${protection}.`, `It has: ${Object.keys(ports).join(', ')}.`);
  }
  return {
    host: ascii,
    port: port ?? usual,
    serverName: serverName === undefined ? ascii : toHost(serverName),
    protocol,
    protection,
    ...(path === undefined ? {} : { path }),
  };
}

function toHost(host: string): string {
  if (isIP(host)) return host;
  const ascii = domainToASCII(host.replace(/\.$/, ''));
  const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
  if (ascii === '' || ascii.length > 253 || !ascii.split('.').every((part) => label.test(part))) {
    throw invalid(`"${shorten(host)}" is no host name.`, 'Give a name such as api.partner.example, or an IP address.');
  }
  return ascii;
}

function suggestion(url: string): string | undefined {
  try {
    const { hostname, port, protocol } = new URL(url);
    if (hostname) return `Use ${hostname}${port ? `:${port}` : protocol === 'http:' ? ':80' : ''}.`;
  } catch {
    // Not a URL either: nothing to suggest.
  }
  return undefined;
}

/** As it was typed, but not at length and not with the password of somebody. */
const shorten = (text: string): string => {
  const shown = text.replace(/\/\/[^/@]*@/, '//');
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
};

function invalid(message: string, next?: string): FlowKeystoreError {
  return new FlowKeystoreError('address-invalid', message, {}, next);
}
