import type { Certificate } from '../certificates/certificate';
import type { Keystore } from './model';

/** A certificate that the keystore makes trusted. */
export interface TrustAnchor {
  readonly alias: string;
  readonly certificate: Certificate;
}

/**
 * What a Java client trusts that is given this keystore: every certificate entry, be it a root or not, and the first certificate of each
 * key pair's chain (sun.security.validator.TrustStoreUtil). Certificates that only stand further up in a chain are no anchors.
 */
export function trustAnchors(keystore: Pick<Keystore, 'entries'>): TrustAnchor[] {
  return keystore.entries.flatMap((entry): TrustAnchor[] => {
    if (entry.kind === 'certificate') return [{ alias: entry.alias, certificate: entry.certificate }];
    const leaf = entry.kind === 'keyPair' ? entry.chain[0] : undefined;
    return leaf ? [{ alias: entry.alias, certificate: leaf }] : [];
  });
}
