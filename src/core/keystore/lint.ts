import { sealedOctets } from '../keys/sealedKey';
import type { Certificate } from '../certificates/certificate';
import { lintCertificate, type CertificateFinding, type LintSeverity } from '../certificates/lint';
import type { PathProblem } from '../certificates/pathRules';
import { chainState, isBroken, linkTo, type Link } from './chainState';
import type { Entry, Keystore } from './model';

/** Something about an entry that is worth knowing, beside its certificates. */
export type EntryFinding =
  | (CertificateFinding & {
      readonly certificate: Certificate;
      /** Of a key pair; 0 is the leaf. */ readonly index?: number;
    })
  | ({ readonly severity: LintSeverity } & (
      | { readonly code: 'expired-in-chain'; readonly certificate: Certificate; readonly index: number }
      | { readonly code: 'duplicate-in-chain'; readonly certificate: Certificate; readonly index: number }
      /** Every member has its issuer in the chain, and not as the next one. */
      | { readonly code: 'chain-order' }
      | { readonly code: 'chain-broken'; readonly certificate: Certificate; readonly index: number }
      | { readonly code: 'bad-signature'; readonly certificate: Certificate; readonly index: number }
      | {
          readonly code: 'path-problem';
          readonly certificate: Certificate;
          readonly index: number;
          readonly problem: PathProblem;
        }
      | { readonly code: 'signature-not-checked'; readonly certificate: Certificate; readonly index: number }
      | { readonly code: 'issuer-missing'; readonly certificate: Certificate; readonly issuer: string }
      | { readonly code: 'key-pair-too-large-for-sap'; readonly bytes: number; readonly limit: number }
    ));

/** In octets: SAP Help, "Uploading a Key Pair". */
export const sapKeyPairLimit = 30_720;

/** Beside key and certificates a PKCS#12 file with one key pair has about so many octets. */
const frame = 600;

/**
 * Judges an entry. Whether a certificate has expired is not among it, but for issuers in a chain: the end of an entry is shown beside it anyway.
 * @param keystore the keystore that the entry is in
 */
export function lintEntry(entry: Entry, now: Date, keystore?: Pick<Keystore, 'entries'>): EntryFinding[] {
  switch (entry.kind) {
    case 'certificate':
      return lintCertificate(entry.certificate, 'trusted').map((finding) => ({
        ...finding,
        certificate: entry.certificate,
      }));
    case 'keyPair':
      return [
        ...entry.chain.flatMap((certificate, index) =>
          lintCertificate(certificate, index === 0 ? 'client' : 'issuer').map((finding) => ({
            ...finding,
            certificate,
            index,
          })),
        ),
        ...chainFindings(entry.chain, now, keystore),
        ...sizeFindings(entry.chain, sealedOctets(entry.key).length),
      ];
    default:
      return [];
  }
}

function* chainFindings(
  chain: readonly Certificate[],
  now: Date,
  keystore: Pick<Keystore, 'entries'> | undefined,
): Iterable<EntryFinding> {
  const unique: Certificate[] = [];
  for (const [index, certificate] of chain.entries()) {
    if (unique.some((other) => other.equals(certificate))) {
      yield { code: 'duplicate-in-chain', severity: 'warning', certificate, index };
    } else unique.push(certificate);
    if (index > 0 && certificate.notAfter < now) {
      yield { code: 'expired-in-chain', severity: 'error', certificate, index };
    }
  }
  const state = chainState(unique, keystore);
  if (!state) return;
  if (state.links.some(isBroken) && isReordered(unique)) {
    yield { code: 'chain-order', severity: 'error' };
    return;
  }
  for (const [at, link] of state.links.entries()) {
    const certificate = unique[at];
    if (certificate) yield* linkFindings(certificate, chain.indexOf(certificate), link);
  }
  for (const { index, problem } of state.problems) {
    const certificate = unique[index];
    // Said of the certificate by itself already.
    if (!certificate || problem.code === 'not-an-authority' || problem.code === 'may-not-sign') continue;
    yield { code: 'path-problem', severity: 'error', certificate, index: chain.indexOf(certificate), problem };
  }
  const last = chain.at(-1);
  if (!last) return;
  if (state.end.kind === 'root' && state.end.link === 'bad-signature') {
    yield { code: 'bad-signature', severity: 'error', certificate: last, index: chain.length - 1 };
  }
  if (state.end.kind === 'issuer-missing') {
    yield { code: 'issuer-missing', severity: 'information', certificate: last, issuer: last.issuer.toString() };
  }
}

function* linkFindings(certificate: Certificate, index: number, link: Link): Iterable<EntryFinding> {
  switch (link) {
    case 'other-issuer':
      yield { code: 'chain-broken', severity: 'error', certificate, index };
      break;
    case 'bad-signature':
      yield { code: 'bad-signature', severity: 'error', certificate, index };
      break;
    case 'not-checked':
      yield { code: 'signature-not-checked', severity: 'information', certificate, index };
      break;
    case 'signed':
  }
}

/** The members are a chain, in another order: each but one has its issuer among the others. */
function isReordered(chain: readonly Certificate[]): boolean {
  const withoutIssuer = chain.filter(
    (member) => member.selfIssued || !chain.some((other) => other !== member && !isBroken(linkTo(member, other))),
  );
  return withoutIssuer.length === 1;
}

function* sizeFindings(chain: readonly Certificate[], keyBytes: number): Iterable<EntryFinding> {
  const bytes = chain.reduce((sum, { der }) => sum + der.length, keyBytes + frame);
  if (bytes <= sapKeyPairLimit) return;
  yield { code: 'key-pair-too-large-for-sap', severity: 'warning', bytes, limit: sapKeyPairLimit };
}
