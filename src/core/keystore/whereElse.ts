import { sameOctets } from '../asn1/der';
import type { Certificate } from '../certificates/certificate';
import { Pace } from '../keys/slices';
import { isBroken, linkTo } from './chainState';
import type { Entry } from './model';

/** What a certificate that was found is to the one that was looked for. */
export type Relation =
  | 'same'
  /** Another certificate of the same key: an older one, or what an authority made of a request. */
  | 'same-key'
  /** It issued the one that was looked for. */
  | 'issuer'
  /** The one that was looked for issued it. */
  | 'issued';

export interface FoundCertificate<T> {
  readonly keystore: T;
  readonly alias: string;
  readonly kind: 'keyPair' | 'certificate';
  /** In the chain of a key pair; 0 is the leaf, and for a trusted certificate. */
  readonly index: number;
  readonly certificate: Certificate;
  readonly relation: Relation;
}

const order: readonly Relation[] = ['same', 'same-key', 'issuer', 'issued'];

/**
 * Where a certificate is in some keystores, and what belongs to it. Issuers are told by their signature, where the platform can check it. In
 * slices, for keystores of thousands.
 */
export async function whereElse<T extends { readonly entries: readonly Entry[] }>(
  wanted: Certificate,
  keystores: readonly T[],
  pace = new Pace(),
): Promise<FoundCertificate<T>[]> {
  const found: FoundCertificate<T>[] = [];
  const relations = new Map<string, Relation | undefined>();
  for (const keystore of keystores) {
    for (const entry of keystore.entries) {
      if (pace.over) await pace.rest();
      if (entry.kind !== 'keyPair' && entry.kind !== 'certificate') continue;
      const { alias, kind } = entry;
      for (const [index, certificate] of (entry.kind === 'keyPair' ? entry.chain : [entry.certificate]).entries()) {
        const known = relations.has(certificate.sha256);
        const relation = known ? relations.get(certificate.sha256) : relationOf(wanted, certificate);
        if (!known) relations.set(certificate.sha256, relation);
        if (relation) found.push({ keystore, alias, kind, index, certificate, relation });
      }
    }
  }
  return found.sort((a, b) => order.indexOf(a.relation) - order.indexOf(b.relation));
}

function relationOf(wanted: Certificate, other: Certificate): Relation | undefined {
  if (wanted.equals(other)) return 'same';
  if (sameOctets(wanted.spki, other.spki)) return 'same-key';
  if (!isBroken(linkTo(wanted, other))) return 'issuer';
  return isBroken(linkTo(other, wanted)) ? undefined : 'issued';
}
