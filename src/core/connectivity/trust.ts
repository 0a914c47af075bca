import type { Certificate } from '../certificates/certificate';
import { extendedKeyUsageOid } from '../certificates/extensions';
import type { Name } from '../certificates/name';
import { authorityProblem, criticalProblem, nameProblem, type PathProblem } from '../certificates/pathRules';
import { checkSignature } from '../certificates/signature';
import type { TrustAnchor } from '../keystore/anchors';

export type TrustCode =
  | 'server-expired'
  | 'server-not-yet-valid'
  | 'server-self-signed'
  | 'server-root-missing'
  | 'server-chain-incomplete'
  | 'server-certificate-invalid';

export type TrustJudgement =
  | {
      readonly trusted: true;
      readonly path: readonly Certificate[];
      readonly anchor: TrustAnchor;
      /** English: trusted as it is, and worth a remark. */
      readonly note?: string;
    }
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
 * Judges a server's certificate as a Java 17 client does that is given a keystore and nothing else (PKIX, RFC 5280 section 6): a path from
 * the server's certificate over those it sent, in whatever order, to an anchor. Anchors may be roots or intermediates; their own dates and
 * name constraints are not looked at, but they have to be certification authorities. A server's certificate that is an entry itself is
 * trusted as it is.
 */
export function judgeServer(question: TrustQuestion): TrustJudgement {
  const { chain, anchors } = question;
  const [leaf] = chain;
  if (!leaf) {
    return { trusted: false, code: 'server-certificate-invalid', reason: 'The server sent no certificate.', path: [] };
  }
  const itself = anchors.find(({ certificate }) => certificate.equals(leaf));
  if (itself) {
    const over = leaf.notAfter.getTime() < question.now.getTime();
    return {
      trusted: true,
      path: [leaf],
      anchor: itself,
      ...(over && {
        note: `It ended on ${isoDay(leaf.notAfter)}; Java trusts it all the same, for it is an entry itself.`,
      }),
    };
  }
  const found = findPath(leaf, question);
  if (found.anchor) return judgePath(found.path, found.anchor, question.now);
  if (found.obstacle) {
    const { reason, subject } = found.obstacle;
    return { trusted: false, code: 'server-certificate-invalid', reason, subject, path: found.path };
  }
  return whyNotAnchored(found.path, question);
}

interface Obstacle {
  readonly reason: string;
  readonly subject: Certificate;
}

interface Found {
  /** From the server's certificate as far up as it goes, without the anchor. */
  readonly path: readonly Certificate[];
  readonly anchor?: TrustAnchor;
  /** What kept the path from an anchor or an issuer that would fit by its name. */
  readonly obstacle?: Obstacle;
}

/**
 * Depth first over the issuers sent, those valid today first; the longest path that was found where none reaches an anchor. Each certificate
 * is looked at once, so that no server can make it long.
 */
function findPath(leaf: Certificate, { chain, anchors, now }: TrustQuestion): Found {
  const byValidity = (a: Certificate, b: Certificate): number => Number(isValid(b, now)) - Number(isValid(a, now));
  const sent = [...chain].sort(byValidity);
  const visited = new Set<Certificate>();
  let longest: readonly Certificate[] = [leaf];
  let obstacle: Obstacle | undefined;
  const climb = (path: readonly Certificate[], top: Certificate): Found | undefined => {
    visited.add(top);
    const known = path.length > 1 && anchors.find(({ certificate }) => certificate.equals(top));
    if (known && isIssuer(top)) return { path: path.slice(0, -1), anchor: known };
    for (const anchor of anchors) {
      const { certificate, alias } = anchor;
      if (!top.issuer.equals(certificate.subject)) continue;
      const state = checkSignature(top, certificate);
      if (state === 'good' && isIssuer(certificate)) return { path, anchor };
      if (state === 'good') {
        const reason = `The entry "${alias}" that issued it is no certification authority, and Java takes none else for an anchor.`;
        obstacle = { subject: top, reason };
      } else if (top.mayBeIssuedBy(certificate)) {
        // Two authorities of one name (a renewed root) are no fault of the signature: only when nothing else fits.
        obstacle = { subject: top, reason: state === 'bad' ? wrongSignature : unknownSignature(top) };
      }
    }
    if (path.length >= maxPath || top.selfIssued) return undefined;
    for (const candidate of sent) {
      if (visited.has(candidate) || !top.mayBeIssuedBy(candidate)) continue;
      const state = checkSignature(top, candidate);
      if (state !== 'good') {
        obstacle = { subject: top, reason: state === 'bad' ? wrongSignature : unknownSignature(top) };
        continue;
      }
      const higher = [...path, candidate];
      if (higher.length > longest.length) longest = higher;
      const found = climb(higher, candidate);
      if (found) return found;
    }
    return undefined;
  };
  const found = climb([leaf], leaf);
  if (found) return found;
  return obstacle && obstacle.subject === longest.at(-1) ? { path: longest, obstacle } : { path: longest };
}

const wrongSignature = 'The signature is not by the issuer that the certificate names.';

function unknownSignature({ signatureAlgorithm }: Certificate): string {
  return `Its signature (${signatureAlgorithm.name}) cannot be checked on this machine.`;
}

const isValid = ({ notBefore, notAfter }: Certificate, now: Date): boolean =>
  notBefore.getTime() <= now.getTime() && now.getTime() <= notAfter.getTime();

/** Whether Java takes it for an authority at the top of a path; certificates of version 1, without extensions, are not asked. */
function isIssuer({ extensions, isCa }: Certificate): boolean {
  if (!extensions.all.length) return true;
  return isCa && (extensions.keyUsage?.has('keyCertSign') ?? true);
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
    const problem =
      (i === 0 ? leafProblem(member) : textOf(authorityProblem(member, i - 1))) ??
      textOf(criticalProblem(member)) ??
      weakness(member);
    if (problem !== undefined) return fail('server-certificate-invalid', member, problem);
  }
  const [leaf] = path;
  for (const authority of path.slice(1)) {
    const problem = leaf && textOf(nameProblem(authority, leaf));
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

function textOf(problem: PathProblem | undefined): string | undefined {
  switch (problem?.code) {
    case 'not-an-authority':
      return 'It issued a certificate without being a certification authority.';
    case 'path-too-long':
      return 'The path below it is longer than it allows.';
    case 'may-not-sign':
      return 'Its key usage does not allow to issue certificates.';
    case 'unknown-critical':
      return `It has a critical extension that Java does not know (${problem.oid}).`;
    case 'name-not-permitted':
      return `${problem.authority.subject.short} may not issue for ${problem.name.value} (name constraints).`;
    case undefined:
      return undefined;
  }
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
      reason: `The root was sent, but is not in the keystore.${namesake(top.subject, anchors)}`,
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
      reason: `The root is not in the keystore; a server does not send it.${namesake(root.subject, anchors)}`,
      missing: root.subject,
      offer: root,
    };
  }
  const incomplete = looksIntermediate(top, anchors);
  return {
    ...base,
    code: incomplete ? 'server-chain-incomplete' : 'server-root-missing',
    reason: `${
      incomplete
        ? 'The server did not send the intermediate certificate that issued it.'
        : 'The issuer is not in the keystore, and a server does not send its root.'
    }${namesake(top.issuer, anchors)}`,
    missing: top.issuer,
    ...(top.isCa && { offer: top }),
  };
}

/** Authorities renew their roots under the name that they have: who looks by the name finds the wrong one. */
function namesake(name: Name, anchors: readonly TrustAnchor[]): string {
  const found = anchors.find(({ certificate }) => certificate.subject.equals(name));
  return found ? ` The entry "${found.alias}" has that name, and another key.` : '';
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
