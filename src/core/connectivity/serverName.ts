import net from 'node:net';
import type { Certificate } from '../certificates/certificate';

/** The names a certificate is for, as text: DNS names and IP addresses of the subjectAltName. */
export function namesOf(certificate: Certificate): string[] {
  return (certificate.extensions.subjectAltName ?? []).flatMap((name) =>
    name.kind === 'dns' || name.kind === 'ip' ? [name.value] : [],
  );
}

/**
 * By what a certificate is for a host: its alternative names, or, where there is no DNS name among them, its common name. RFC 9525 knows the
 * former alone; Java, and so the tenant, still takes the latter (JDK 17, sun.security.util.HostnameChecker). IP addresses have to be alternative names.
 */
export function serverNameMatch(
  certificate: Certificate,
  host: string,
): 'alternative-name' | 'common-name' | undefined {
  if (matchesAlternativeName(certificate, host)) return 'alternative-name';
  const names = certificate.extensions.subjectAltName ?? [];
  if (net.isIP(host) || names.some(({ kind }) => kind === 'dns')) return undefined;
  const commonName = certificate.subject.first('CN')?.toLowerCase();
  return commonName !== undefined && matchesPattern(commonName, bare(host)) ? 'common-name' : undefined;
}

/** A wildcard stands for one whole left-most label. IP addresses are compared by their octets. */
function matchesAlternativeName(certificate: Certificate, host: string): boolean {
  const names = certificate.extensions.subjectAltName ?? [];
  if (net.isIP(host)) {
    const wanted = ipOctets(host);
    return names.some((name) => name.kind === 'ip' && Buffer.compare(name.octets, wanted) === 0);
  }
  return names.some((name) => name.kind === 'dns' && matchesPattern(bare(name.value), bare(host)));
}

const bare = (name: string): string => name.toLowerCase().replace(/\.$/, '');

function matchesPattern(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  const rest = pattern.slice(1);
  const label = host.slice(0, -rest.length);
  return rest.indexOf('.', 1) > 0 && host.endsWith(rest) && label !== '' && !label.includes('.');
}

function ipOctets(host: string): Uint8Array {
  if (net.isIPv4(host)) return Uint8Array.from(host.split('.').map(Number));
  const bare = host.replace(/%.*$/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [
      [a, b],
      [c, d],
    ]
      .map(([high, low]) => ((Number(high) << 8) | Number(low)).toString(16))
      .join(':'),
  );
  const [head = '', tail] = bare.split('::');
  const groups = (text: string): number[] =>
    text
      .split(':')
      .filter(Boolean)
      .map((group) => parseInt(group, 16));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const all = [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => 0), ...after];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
