import type { Certificate } from '../certificates/certificate';
import type { GeneralName } from '../certificates/extensions';

/** RFC 5280 section 4.2.1.10 for the names a server's certificate has: DNS names and IP addresses. Undefined where they are kept to. */
export function nameConstraintProblem(authority: Certificate, leaf: Certificate): string | undefined {
  const constraints = authority.extensions.nameConstraints;
  if (!constraints) return undefined;
  for (const name of leaf.extensions.subjectAltName ?? []) {
    if (name.kind !== 'dns' && name.kind !== 'ip') continue;
    const within = (subtree: GeneralName): boolean => isWithin(name, subtree);
    const permitted = constraints.permitted.filter((subtree) => subtree.kind === name.kind);
    if (constraints.excluded.some(within) || (permitted.length > 0 && !permitted.some(within))) {
      return `${authority.subject.short} may not issue for ${name.value} (name constraints).`;
    }
  }
  return undefined;
}

function isWithin(name: GeneralName, subtree: GeneralName): boolean {
  if (name.kind === 'dns' && subtree.kind === 'dns') {
    const base = subtree.value.toLowerCase().replace(/^\./, '');
    const host = name.value.toLowerCase().replace(/^\*\./, '');
    return base === '' || host === base || host.endsWith(`.${base}`);
  }
  if (name.kind !== 'ip' || subtree.kind !== 'ip' || subtree.octets.length !== name.octets.length * 2) return false;
  const size = name.octets.length;
  return name.octets.every((octet, i) => {
    const mask = subtree.octets[size + i] ?? 0;
    return (octet & mask) === ((subtree.octets[i] ?? 0) & mask);
  });
}
