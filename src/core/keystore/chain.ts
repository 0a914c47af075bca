import type { Certificate } from '../certificates/certificate';
import type { Name } from '../certificates/name';
import type { Entry } from './model';

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

/** The certificate that stands for an entry: of a key pair its leaf. Undefined for secret keys and for a private key without a certificate. */
export function certificateOf(entry: Entry): Certificate | undefined {
  return entry.kind === 'keyPair' ? entry.chain[0] : entry.kind === 'certificate' ? entry.certificate : undefined;
}

/** All certificates of an entry, leaf first. */
export function certificatesOf(entry: Entry): readonly Certificate[] {
  return entry.kind === 'keyPair' ? entry.chain : entry.kind === 'certificate' ? [entry.certificate] : [];
}
