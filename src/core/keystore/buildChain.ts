import type { Certificate } from '../certificates/certificate';
import type { Name } from '../certificates/name';
import { checkSignature } from '../certificates/signature';
import { certificatesOf } from './chain';
import type { Keystore } from './model';

/** Certificates that an issuer may be among, and where they come from. Sources that stand first are taken first. */
export interface CertificateSource {
  /**
   * `response`: came with the certificate. `store`: lies in the keystore of the entry. `elsewhere`: lies in another keystore. `file`: was given.
   * `download`: fetched from the address in a certificate.
   */
  readonly from: 'response' | 'store' | 'elsewhere' | 'file' | 'download';
  /** Of the other keystore, of the file. */
  readonly name?: string;
  readonly certificates: readonly Certificate[];
}

export interface ChainMember {
  readonly certificate: Certificate;
  readonly from: CertificateSource['from'];
  readonly name?: string;
}

export interface BuiltChain {
  /** Leaf first; the last is a root where the chain is complete. */
  readonly members: readonly ChainMember[];
  /** The issuer that was not found; undefined where the chain ends in a self-signed certificate. */
  readonly missing?: Name;
  /** Where the last certificate says that its issuer's lies (http and https; as written). */
  readonly missingAt: readonly string[];
  /** Certificates of the right name whose key did not make the signature. */
  readonly impostors: readonly Certificate[];
  /** Members whose signature this platform could not check. */
  readonly unchecked: readonly Certificate[];
}

/** Longer chains are no chains. */
const longest = 20;

/**
 * The chain above a certificate: for each the issuer that its name and key identifier ask for and whose key made the signature; one that is valid
 * now before one that is not.
 */
export function buildChain(leaf: ChainMember, sources: readonly CertificateSource[], now: Date): BuiltChain {
  const members: ChainMember[] = [leaf];
  const impostors: Certificate[] = [];
  const unchecked: Certificate[] = [];
  let last = leaf.certificate;
  while (!last.selfIssued && members.length < longest) {
    const child = last;
    const found: { member: ChainMember; rank: number }[] = [];
    for (const { from, name, certificates } of sources) {
      for (const certificate of certificates) {
        if (members.some((member) => member.certificate.equals(certificate))) continue;
        if (!child.mayBeIssuedBy(certificate) || certificate.extensions.basicConstraints?.ca === false) continue;
        const signature = checkSignature(child, certificate);
        if (signature === 'bad') impostors.push(certificate);
        else {
          const over = certificate.notAfter < now || certificate.notBefore > now;
          const member = { certificate, from, ...(name !== undefined && { name }) };
          found.push({ member, rank: (over ? 2 : 0) + (signature === 'good' ? 0 : 1) });
        }
      }
    }
    const best = found.reduce<(typeof found)[number] | undefined>(
      (before, each) => (before && before.rank <= each.rank ? before : each),
      undefined,
    );
    if (!best) break;
    if (best.rank % 2) unchecked.push(child);
    members.push(best.member);
    last = best.member.certificate;
  }
  return {
    members,
    ...(last.selfIssued ? {} : { missing: last.issuer }),
    missingAt: last.selfIssued ? [] : last.extensions.caIssuers.filter((address) => /^https?:\/\//i.test(address)),
    impostors,
    unchecked,
  };
}

/** What other keystores hold, for issuers that are found nowhere nearer. */
export function elsewhere(
  others: readonly { readonly name: string; readonly keystore: Keystore }[],
): CertificateSource[] {
  return others.map(({ name, keystore }) => ({ from: 'elsewhere', name, certificates: allIn(keystore) }));
}

/** Every certificate that a keystore holds: entries, chains, and those that Java does not list. */
export function certificatesIn(keystore: Keystore): Certificate[] {
  return [...new Map(allIn(keystore).map((certificate) => [certificate.sha256, certificate])).values()];
}

/** Some more than once, so that thousands need not be hashed. */
function allIn(keystore: Keystore): Certificate[] {
  const found = keystore.entries.flatMap(certificatesOf);
  for (const note of keystore.notes) {
    if (note.code === 'certificates-ignored-by-java') found.push(...note.certificates);
  }
  return found;
}
