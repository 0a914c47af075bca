import type { Certificate } from '../certificates/certificate';
import type { Name } from '../certificates/name';

export type ChainRole = 'leaf' | 'intermediate' | 'root' | 'self-signed';

/** What a member of a chain (leaf first) is in it. A chain of one certificate that issued itself is `self-signed`. */
export function roleInChain(chain: readonly Certificate[], index: number): ChainRole {
  const member = chain[index];
  if (index === 0) {
    return chain.length === 1 && member?.selfIssued && !member.isCa
      ? 'self-signed'
      : member?.selfIssued && chain.length === 1
        ? 'root'
        : 'leaf';
  }
  return member?.selfIssued ? 'root' : 'intermediate';
}

/** The issuer that a chain ends before; undefined when it reaches a root, and for an empty chain. */
export function missingIssuer(chain: readonly Certificate[]): Name | undefined {
  const last = chain.at(-1);
  return last && !last.selfIssued ? last.issuer : undefined;
}

/** What kind of certificate an entry of its own is: `root`, `intermediate` (a CA issued by another), else `certificate`. */
export function standaloneRole(certificate: Certificate): 'root' | 'intermediate' | 'self-signed' | 'certificate' {
  if (certificate.selfIssued) {
    return certificate.isCa || !certificate.extensions.basicConstraints ? 'root' : 'self-signed';
  }
  return certificate.isCa ? 'intermediate' : 'certificate';
}
