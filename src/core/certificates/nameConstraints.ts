import type { Certificate } from './certificate';
import type { GeneralName } from './extensions';
import type { Name } from './name';

/**
 * The first name of a certificate that an authority above it may not issue for (RFC 5280 section 4.2.1.10): DNS names, IP and mail addresses, hosts of
 * URIs, and distinguished names, the subject's among them. Undefined where all are kept to.
 */
export function nameOutsideConstraints(authority: Certificate, below: Certificate): GeneralName | undefined {
  const constraints = authority.extensions.nameConstraints;
  if (!constraints) return undefined;
  const { permitted, excluded } = constraints;
  return namesOf(below).find((name) => {
    const sameKind = permitted.filter((subtree) => subtree.kind === name.kind);
    const within = (subtree: GeneralName): boolean => isWithin(name, subtree);
    return excluded.some(within) || (sameKind.length > 0 && !sameKind.some(within));
  });
}

function namesOf({ subject, extensions }: Certificate): readonly GeneralName[] {
  const own: GeneralName[] = subject.rdns.length
    ? [{ kind: 'directory', value: subject.toString(), name: subject }]
    : [];
  return [...own, ...(extensions.subjectAltName ?? [])];
}

function isWithin(name: GeneralName, subtree: GeneralName): boolean {
  if (name.kind !== subtree.kind) return false;
  switch (name.kind) {
    case 'dns':
      return isBelow(name.value.replace(/^\*\./, ''), subtree.value);
    case 'email':
      return isMailWithin(name.value, subtree.value);
    case 'uri':
      return isHostWithin(hostOf(name.value), subtree.value);
    case 'directory':
      return subtree.kind === 'directory' && startsWith(name.name, subtree.name);
    case 'ip':
      return subtree.kind === 'ip' && isInRange(name.octets, subtree.octets);
    case 'other':
      return name.value === subtree.value;
  }
}

/** A DNS constraint holds for the name itself and everything below it; Java and OpenSSL take a leading dot the same way. */
function isBelow(host: string, constraint: string): boolean {
  const base = constraint.toLowerCase().replace(/^\./, '');
  const name = host.toLowerCase();
  return base === '' || name === base || name.endsWith(`.${base}`);
}

/** Of URIs and mail addresses: a constraint with a leading dot holds for what is below the host, one without for the host alone. */
function isHostWithin(host: string, constraint: string): boolean {
  const base = constraint.toLowerCase();
  return base.startsWith('.') ? host.toLowerCase().endsWith(base) : host.toLowerCase() === base;
}

function isMailWithin(address: string, constraint: string): boolean {
  const at = address.lastIndexOf('@');
  if (constraint.includes('@')) {
    const other = constraint.lastIndexOf('@');
    return (
      address.slice(0, at) === constraint.slice(0, other) &&
      address.slice(at).toLowerCase() === constraint.slice(other).toLowerCase()
    );
  }
  return isHostWithin(address.slice(at + 1), constraint);
}

function hostOf(uri: string): string {
  const [, authority = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri) ?? [];
  return authority.replace(/^.*@/, '').replace(/:\d*$/, '');
}

/** The subtree's name is the beginning of the other one, RDN by RDN. */
function startsWith(name: Name, start: Name): boolean {
  const all = JSON.parse(name.comparisonKey) as readonly unknown[];
  const first = JSON.parse(start.comparisonKey) as readonly unknown[];
  return first.every((rdn, i) => JSON.stringify(rdn) === JSON.stringify(all[i]));
}

function isInRange(address: Uint8Array, range: Uint8Array): boolean {
  const size = address.length;
  if (range.length !== size * 2) return false;
  return address.every((octet, i) => {
    const mask = range[size + i] ?? 0;
    return (octet & mask) === ((range[i] ?? 0) & mask);
  });
}
