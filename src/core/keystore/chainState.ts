import type { Certificate } from '../certificates/certificate';
import { pathProblems, type PlacedProblem } from '../certificates/pathRules';
import { checkSignature } from '../certificates/signature';
import { trustAnchors } from './anchors';
import type { Keystore } from './model';

/** How a member of a chain hangs on the next one. */
export type Link =
  /** The signature fits. */
  | 'signed'
  /** The names do not fit, or the key identifiers. */
  | 'other-issuer'
  /** The names fit, and the signature does not. */
  | 'bad-signature'
  /** The names fit; this platform does not know the key or the algorithm, so that nobody looked at the signature. */
  | 'not-checked';

export interface ChainState {
  /** One for each member but the last. */
  readonly links: readonly Link[];
  /** Where the chain ends: in a root that signed itself, or before an issuer that is not in it. */
  readonly end:
    | { readonly kind: 'root'; readonly link: Link }
    /** The issuer is in the keystore as an entry of its own. */
    | { readonly kind: 'issuer-in-keystore'; readonly alias: string; readonly issuer: Certificate; readonly link: Link }
    | { readonly kind: 'issuer-missing' };
  /** What a client that checks the path as Java does would refuse it for, signatures and dates aside. */
  readonly problems: readonly PlacedProblem[];
  /** It reaches a root, in itself or in the keystore, no link of it is broken, and no rule of paths. */
  readonly complete: boolean;
}

/**
 * Judges a chain, leaf first, by its signatures. For an empty chain undefined.
 * @param keystore where an issuer may be that the chain lacks
 */
export function chainState(
  chain: readonly Certificate[],
  keystore?: Pick<Keystore, 'entries'>,
): ChainState | undefined {
  const last = chain.at(-1);
  if (!last) return undefined;
  const links = chain.slice(0, -1).map((member, i) => linkTo(member, chain[i + 1] ?? member));
  const end = endOf(last, keystore);
  const atRoot = end.kind === 'root' || (end.kind === 'issuer-in-keystore' && end.issuer.selfIssued);
  const all = end.kind === 'issuer-missing' ? links : [...links, end.link];
  const path = end.kind === 'issuer-in-keystore' ? [...chain, end.issuer] : chain;
  const problems = pathProblems(path);
  return { links, end, problems, complete: atRoot && !all.some(isBroken) && !problems.length };
}

/** Whether the members of a chain do not even name each other: seen without a look at any signature. */
export function isTorn(chain: readonly Certificate[]): boolean {
  return chain.some((member, i) => {
    const next = chain[i + 1];
    return next !== undefined && !member.mayBeIssuedBy(next);
  });
}

export function isBroken(link: Link): boolean {
  return link === 'other-issuer' || link === 'bad-signature';
}

/** What was found out: a signature is looked at for the tree of a chain, for what is worth knowing and for its verdict. */
const known = new WeakMap<Certificate, WeakMap<Certificate, Link>>();

export function linkTo(certificate: Certificate, issuer: Certificate): Link {
  const ofCertificate = known.get(certificate) ?? new WeakMap<Certificate, Link>();
  known.set(certificate, ofCertificate);
  const link = ofCertificate.get(issuer) ?? examine(certificate, issuer);
  ofCertificate.set(issuer, link);
  return link;
}

function examine(certificate: Certificate, issuer: Certificate): Link {
  if (!certificate.mayBeIssuedBy(issuer)) return 'other-issuer';
  const state = checkSignature(certificate, issuer);
  return state === 'good' ? 'signed' : state === 'bad' ? 'bad-signature' : 'not-checked';
}

function endOf(last: Certificate, keystore: Pick<Keystore, 'entries'> | undefined): ChainState['end'] {
  if (last.selfIssued) return { kind: 'root', link: linkTo(last, last) };
  const found = (keystore ? trustAnchors(keystore) : [])
    .filter(({ certificate }) => last.mayBeIssuedBy(certificate))
    .map(({ alias, certificate }) => ({ alias, issuer: certificate, link: linkTo(last, certificate) }));
  const best = found.find(({ link }) => link === 'signed') ?? found.find(({ link }) => link === 'not-checked');
  return best ? { kind: 'issuer-in-keystore', ...best } : { kind: 'issuer-missing' };
}
