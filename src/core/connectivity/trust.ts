import type { Certificate } from '../certificates/certificate';
import { extendedKeyUsageOid } from '../certificates/extensions';
import type { Name } from '../certificates/name';
import { checkSignature } from '../certificates/signature';
import type { TrustAnchor } from '../keystore/anchors';
import { nameConstraintProblem } from './nameConstraints';

export type TrustCode =
  | 'server-expired'
  | 'server-not-yet-valid'
  | 'server-self-signed'
  | 'server-root-missing'
  | 'server-chain-incomplete'
  | 'server-certificate-invalid';

export type TrustJudgement =
  | { readonly trusted: true; readonly path: readonly Certificate[]; readonly anchor: TrustAnchor }
  | {
      readonly trusted: false;
      readonly code: TrustCode;
      /** English: what exactly is wrong, where the code does not say it all. */
      readonly reason: string;
      /** The certificate that the reason is about. */
      readonly subject?: Certificate;
      /** Who issued the top-most certificate that was sent, where that issuer is unknown. */
      readonly missing?: Name;
      /** What could be made an anchor: the highest certificate that was sent, or the public authority's root above one of them. */
      readonly offer?: Certificate;
      readonly path: readonly Certificate[];
    };

export interface TrustQuestion {
  /** As sent: the first is the server's own. */
  readonly chain: readonly Certificate[];
  readonly anchors: readonly TrustAnchor[];
  readonly now: Date;
  /** The root above a certificate, where it is known for one; it is offered, not trusted. */
  readonly rootOf?: (certificate: Certificate, now: Date) => Certificate | undefined;
}

const maxPath = 12;

/**
 * Judges a server's certificate as a Java client does that is given a keystore and nothing else (PKIX, RFC 5280 section 6): a path from the
 * server's certificate over those it sent, in whatever order, to an anchor. Anchors may be roots, intermediates or the certificate itself;
 * their own dates are not looked at, as Java does not.
 */
export function judgeServer(question: TrustQuestion): TrustJudgement {
  const { chain, anchors } = question;
  const [leaf] = chain;
  if (!leaf) {
    return { trusted: false, code: 'server-certificate-invalid', reason: 'The server sent no certificate.', path: [] };
  }
  const found = findPath(leaf, chain, anchors);
  if (found.anchor) return judgePath(found.path, found.anchor, question.now);
  if (found.badSignature) {
    return {
      trusted: false,
      code: 'server-certificate-invalid',
      reason: 'The signature is not by the issuer that the certificate names.',
      subject: found.badSignature,
      path: found.path,
    };
  }
  return whyNotAnchored(found.path, question);
}

interface Found {
  /** From the server's certificate as far up as it goes; the anchor is not in it unless it was sent as the leaf. */
  readonly path: readonly Certificate[];
  readonly anchor?: TrustAnchor;
  readonly badSignature?: Certificate;
}

/** Depth first over the issuers sent; the longest path that was found where none reaches an anchor. */
function findPath(leaf: Certificate, sent: readonly Certificate[], anchors: readonly TrustAnchor[]): Found {
  const itself = anchors.find(({ certificate }) => certificate.equals(leaf));
  if (itself) return { path: [leaf], anchor: itself };
  let longest: Certificate[] = [leaf];
  let badSignature: Certificate | undefined;
  const climb = (path: readonly Certificate[]): Found | undefined => {
    const top = path.at(-1) ?? leaf;
    const known = anchors.find(({ certificate }) => certificate.equals(top));
    if (known) return { path: path.slice(0, -1), anchor: known };
    for (const anchor of anchors) {
      if (!top.issuer.equals(anchor.certificate.subject)) continue;
      const state = checkSignature(top, anchor.certificate);
      if (state === 'good') return { path, anchor };
      // Two authorities of one name (a renewed root) are no fault of the signature: only when nothing else fits.
      if (state === 'bad' && top.mayBeIssuedBy(anchor.certificate)) badSignature = top;
    }
    if (path.length >= maxPath || top.selfIssued) return undefined;
    for (const candidate of sent) {
      if (path.includes(candidate) || !top.mayBeIssuedBy(candidate)) continue;
      if (checkSignature(top, candidate) === 'bad') {
        badSignature = top;
        continue;
      }
      const higher = [...path, candidate];
      if (higher.length > longest.length) longest = higher;
      const found = climb(higher);
      if (found) return found;
    }
    return undefined;
  };
  return climb([leaf]) ?? { path: longest, ...(badSignature && longest.length === 1 && { badSignature }) };
}

function judgePath(path: readonly Certificate[], anchor: TrustAnchor, now: Date): TrustJudgement {
  const fail = (code: TrustCode, subject: Certificate, reason: string): TrustJudgement => ({
    trusted: false,
    code,
    reason,
    subject,
    path,
  });
  for (const [i, member] of path.entries()) {
    if (member.notAfter.getTime() < now.getTime()) {
      return fail('server-expired', member, `It ended on ${isoDay(member.notAfter)}.`);
    }
    if (member.notBefore.getTime() > now.getTime()) {
      return fail('server-not-yet-valid', member, `It is valid from ${isoDay(member.notBefore)} on.`);
    }
    const problem = (i === 0 ? leafProblem(member) : authorityProblem(member, i - 1)) ?? weakness(member);
    if (problem !== undefined) return fail('server-certificate-invalid', member, problem);
  }
  const [leaf] = path;
  for (const authority of [...path.slice(1), anchor.certificate]) {
    const problem = leaf && authority !== leaf ? nameConstraintProblem(authority, leaf) : undefined;
    if (leaf && problem !== undefined) return fail('server-certificate-invalid', leaf, problem);
  }
  return { trusted: true, path, anchor };
}

function leafProblem({ extensions }: Certificate): string | undefined {
  const usages = extensions.extendedKeyUsage;
  if (usages && !usages.includes(extendedKeyUsageOid.serverAuth) && !usages.includes(extendedKeyUsageOid.any)) {
    return 'It is not meant for servers (no server authentication among its extended key usages).';
  }
  const { keyUsage } = extensions;
  if (
    keyUsage &&
    !keyUsage.has('digitalSignature') &&
    !keyUsage.has('keyEncipherment') &&
    !keyUsage.has('keyAgreement')
  ) {
    return 'Its key usage does not allow TLS.';
  }
  return undefined;
}

/** @param below how many authorities stand between it and the server's certificate (RFC 5280 section 4.2.1.9) */
function authorityProblem({ extensions }: Certificate, below: number): string | undefined {
  const constraints = extensions.basicConstraints;
  if (!constraints?.ca) return 'It issued a certificate without being a certification authority.';
  if (constraints.pathLength !== undefined && constraints.pathLength < below) {
    return 'The path below it is longer than it allows.';
  }
  if (extensions.keyUsage && !extensions.keyUsage.has('keyCertSign')) {
    return 'Its key usage does not allow to issue certificates.';
  }
  return undefined;
}

/** What jdk.certpath.disabledAlgorithms of Java 17 refuses for any trust anchor. */
function weakness(certificate: Certificate): string | undefined {
  const { hash, name } = certificate.signatureAlgorithm;
  if (hash === 'md2' || hash === 'md5') return `It is signed with ${name}, which Java refuses.`;
  const { algorithm, size } = certificate.publicKey;
  const least = { RSA: 1024, 'RSASSA-PSS': 1024, DSA: 1024, EC: 224 }[algorithm];
  return least !== undefined && size !== undefined && size < least
    ? `Its ${algorithm} key of ${size} bits is refused by Java.`
    : undefined;
}

/** No path reached an anchor: what is missing, and what of the sent certificates could be added. */
function whyNotAnchored(path: readonly Certificate[], { anchors, now, rootOf }: TrustQuestion): TrustJudgement {
  const top = path.at(-1);
  const [leaf] = path;
  if (!top || !leaf) {
    return { trusted: false, code: 'server-certificate-invalid', reason: 'The server sent no certificate.', path };
  }
  // A date that is over has to be mended by the server whatever else is missing.
  const late = path.find((member) => member.notAfter.getTime() < now.getTime());
  const base = { trusted: false, path } as const;
  if (leaf.selfIssued) {
    return {
      ...base,
      code: 'server-self-signed',
      reason: 'It issued itself, and is not in the keystore.',
      missing: leaf.subject,
      offer: leaf,
      subject: leaf,
    };
  }
  if (late) return { ...base, code: 'server-expired', reason: `It ended on ${isoDay(late.notAfter)}.`, subject: late };
  if (top.selfIssued) {
    return {
      ...base,
      code: 'server-root-missing',
      reason: 'The root was sent, but is not in the keystore.',
      missing: top.subject,
      offer: top,
    };
  }
  // The lowest one: above it a server may send cross-signed certificates for old clients.
  const root = path.map((member) => rootOf?.(member, now)).find((known) => known !== undefined);
  if (root) {
    return {
      ...base,
      code: 'server-root-missing',
      reason: 'The root is not in the keystore; a server does not send it.',
      missing: root.subject,
      offer: root,
    };
  }
  const incomplete = looksIntermediate(top, anchors);
  return {
    ...base,
    code: incomplete ? 'server-chain-incomplete' : 'server-root-missing',
    reason: incomplete
      ? 'The server did not send the intermediate certificate that issued it.'
      : 'The issuer is not in the keystore, and a server does not send its root.',
    missing: top.issuer,
    ...(top.isCa && { offer: top }),
  };
}

/**
 * Whether the issuer that was not sent is an intermediate (the server's fault) rather than a root (missing here). What can tell, surest
 * first: the authority key identifier may name the issuer's own issuer; public authorities say where the issuer's certificate lies and
 * never issue servers' certificates by a root; names tell the rest. Without a sign it is taken for the root.
 */
function looksIntermediate(top: Certificate, anchors: readonly TrustAnchor[]): boolean {
  const issuerOfIssuer = top.extensions.authorityCertIssuer;
  if (issuerOfIssuer) return !issuerOfIssuer.equals(top.issuer);
  const name = top.issuer.toString();
  if (/\broot\b/i.test(name)) return false;
  if (/intermediate|issuing|\bsub(ordinate)?[ -]?ca\b|\bICA\b/i.test(name)) return true;
  return !top.isCa && top.extensions.caIssuers.length > 0 && anchors.length > 0;
}

const isoDay = (date: Date): string => date.toISOString().slice(0, 10);
