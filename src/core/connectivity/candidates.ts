import { readNode } from '../asn1/der';
import type { Certificate } from '../certificates/certificate';
import { extendedKeyUsageOid } from '../certificates/extensions';
import { Name } from '../certificates/name';
import type { Candidate } from './report';

/** A key pair, without its key. */
export interface KeyPairChain {
  readonly alias: string;
  /** Leaf first. */
  readonly chain: readonly Certificate[];
}

/** Names of a CertificateRequest; one that cannot be read is left out. */
export function issuerNames(ders: readonly Uint8Array[]): Name[] {
  return ders.flatMap((der) => {
    try {
      return [Name.fromNode(readNode(der))];
    } catch {
      return [];
    }
  });
}

/**
 * Whether a server that accepts these issuers would take the key pair: an issuer anywhere in its chain is among them (RFC 8446 section
 * 4.2.4), its certificate holds today and is meant for clients. With no names every issuer may do.
 */
export function judgeCandidate({ alias, chain }: KeyPairChain, issuers: readonly Name[], now: Date): Candidate {
  const no = (why: string): Candidate => ({ alias, usable: false, why });
  const [leaf] = chain;
  if (!leaf) return no('It has no certificate.');
  if (leaf.notAfter.getTime() < now.getTime()) return no(`It expired on ${leaf.notAfter.toISOString().slice(0, 10)}.`);
  if (leaf.notBefore.getTime() > now.getTime()) {
    return no(`It is not valid before ${leaf.notBefore.toISOString().slice(0, 10)}.`);
  }
  const { extendedKeyUsage, keyUsage } = leaf.extensions;
  if (
    extendedKeyUsage &&
    !extendedKeyUsage.includes(extendedKeyUsageOid.clientAuth) &&
    !extendedKeyUsage.includes(extendedKeyUsageOid.any)
  ) {
    return no('It is not meant for clients (no client authentication among its extended key usages).');
  }
  if (keyUsage && !keyUsage.has('digitalSignature')) return no('Its key usage does not allow to sign in a handshake.');
  if (issuers.length && !chain.some((member) => issuers.some((issuer) => issuer.equals(member.issuer)))) {
    const top = chain.at(-1) ?? leaf;
    return no(
      leaf.selfIssued
        ? 'It is self-signed, and not among the issuers the server accepts.'
        : `It is issued by ${top.issuer.short}, which is not among the issuers the server accepts.`,
    );
  }
  return { alias, usable: true };
}
