import { createHmac } from 'node:crypto';

/** What known_hosts files say of a host key. `line` counts from 1. */
export type KnownHost =
  | { readonly kind: 'known'; readonly line: number }
  /** Of this host other keys are known, of the same type (`changed`), or of others alone (`other-type`). */
  | { readonly kind: 'changed' | 'other-type' | 'revoked'; readonly line: number }
  | { readonly kind: 'unknown' };

interface KnownHostsLine {
  readonly line: number;
  readonly marker: string | undefined;
  readonly hosts: string;
  readonly type: string;
  readonly blob: Buffer;
}

/**
 * Looks a host key up (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): names with wildcards and exceptions, hashed names, `[host]:port`, revoked keys. Lines of
 * certificate authorities are passed over: JSch, and so the tenant, knows no host certificates.
 * @param names the host as it is connected to, and others it goes by
 * @param blob the host key (RFC 4253 section 6.6)
 */
export function lookUp(text: string, names: readonly string[], port: number, blob: Uint8Array): KnownHost {
  const asked = names.map((name) => hostPattern(name.toLowerCase(), port));
  const ours = linesOf(text).filter(({ hosts }) => asked.some((host) => matches(hosts, host)));
  const same = ours.filter((line) => line.blob.equals(blob));
  const revoked = same.find(({ marker }) => marker === '@revoked');
  if (revoked) return { kind: 'revoked', line: revoked.line };
  const known = same.find(({ marker }) => marker === undefined);
  if (known) return { kind: 'known', line: known.line };
  const others = ours.filter(({ marker }) => marker === undefined);
  const type = keyType(blob);
  const changed = others.find((line) => line.type === type);
  if (changed) return { kind: 'changed', line: changed.line };
  const [other] = others;
  return other ? { kind: 'other-type', line: other.line } : { kind: 'unknown' };
}

/** As a host stands in a line: with its port where that is not 22. */
export const hostPattern = (host: string, port: number): string => (port === 22 ? host : `[${host}]:${port}`);

/** The first field of the key: `ssh-ed25519`. */
export function keyType(blob: Uint8Array): string {
  const octets = Buffer.from(blob);
  const length = octets.length >= 4 ? octets.readUInt32BE(0) : 0;
  return octets.toString('latin1', 4, 4 + Math.min(length, 64));
}

function linesOf(text: string): KnownHostsLine[] {
  return text.split(/\r?\n/).flatMap((written, at) => {
    if (/^\s*(?:#|$)/.test(written)) return [];
    const fields = written.trim().split(/\s+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
    const [hosts, type, key] = fields;
    if (hosts === undefined || type === undefined || key === undefined) return [];
    return [{ line: at + 1, marker, hosts, type, blob: Buffer.from(key, 'base64') }];
  });
}

function matches(hosts: string, host: string): boolean {
  if (hosts.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = hosts.split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(host).digest('base64') === hash;
  }
  let found = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    const isNot = pattern.startsWith('!');
    if (!fits(isNot ? pattern.slice(1) : pattern, host)) continue;
    if (isNot) return false;
    found = true;
  }
  return found;
}

const fits = (pattern: string, host: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(host);
