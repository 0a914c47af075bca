import type { Certificate } from './certificate';
import type { GeneralName } from './extensions';
import { nameOutsideConstraints } from './nameConstraints';

/**
 * What keeps a certificate from having its place in a path (RFC 5280 section 6.1), signatures and dates aside. One place for these rules: what the connectivity
 * test says of a server's chain is what the details say of a key pair's.
 */
export type PathProblem =
  /** It issued a certificate and is no certification authority. */
  | { readonly code: 'not-an-authority' }
  /** It issued a certificate, and its key usage does not let it. */
  | { readonly code: 'may-not-sign' }
  /** More authorities stand below it than it allows. */
  | { readonly code: 'path-too-long'; readonly allowed: number; readonly below: number }
  | { readonly code: 'unknown-critical'; readonly oid: string }
  /** An authority above may not issue for one of its names. */
  | { readonly code: 'name-not-permitted'; readonly authority: Certificate; readonly name: GeneralName };

/** @param below how many authorities stand between it and the certificate at the end, self-issued ones left out (section 4.2.1.9) */
export function authorityProblem({ extensions }: Certificate, below: number): PathProblem | undefined {
  const constraints = extensions.basicConstraints;
  if (!constraints?.ca) return { code: 'not-an-authority' };
  const { pathLength: allowed } = constraints;
  if (allowed !== undefined && allowed < below) return { code: 'path-too-long', allowed, below };
  if (extensions.keyUsage && !extensions.keyUsage.has('keyCertSign')) return { code: 'may-not-sign' };
  return undefined;
}

/** Critical extensions that Java's path validation knows; it refuses every other one (section 4.2). */
const knownCritical: ReadonlySet<string> = new Set([
  '2.5.29.15', // keyUsage
  '2.5.29.17', // subjectAltName
  '2.5.29.19', // basicConstraints
  '2.5.29.30', // nameConstraints
  '2.5.29.32', // certificatePolicies
  '2.5.29.33', // policyMappings
  '2.5.29.36', // policyConstraints
  '2.5.29.37', // extendedKeyUsage
  '2.5.29.54', // inhibitAnyPolicy
]);

export function criticalProblem({ extensions }: Certificate): PathProblem | undefined {
  const unknown = extensions.all.find(({ oid, critical }) => critical && !knownCritical.has(oid));
  return unknown && { code: 'unknown-critical', oid: unknown.oid };
}

export function nameProblem(authority: Certificate, below: Certificate): PathProblem | undefined {
  const name = nameOutsideConstraints(authority, below);
  return name && { code: 'name-not-permitted', authority, name };
}

export interface PlacedProblem {
  /** Of the certificate that the problem is about. */
  readonly index: number;
  readonly problem: PathProblem;
}

/**
 * All problems of a path, the certificate at its end first. What is trusted at its top is no part of it: a root that signed itself is passed over, as Java and OpenSSL ask
 * nothing of an anchor.
 */
export function pathProblems(path: readonly Certificate[]): PlacedProblem[] {
  const members = path.length > 1 && path.at(-1)?.selfIssued ? path.slice(0, -1) : path;
  const found: PlacedProblem[] = [];
  const add = (index: number, problem: PathProblem | undefined): void => {
    if (problem) found.push({ index, problem });
  };
  let below = 0;
  members.forEach((member, index) => {
    if (index > 0) {
      add(index, authorityProblem(member, below));
      if (!member.selfIssued) below++;
    }
    add(index, criticalProblem(member));
    for (const authority of members.slice(index + 1)) {
      // Names of an authority that issued itself (a new key) are left out (section 6.1.3).
      if (index > 0 && member.selfIssued) continue;
      add(index, nameProblem(authority, member));
    }
  });
  return found;
}
