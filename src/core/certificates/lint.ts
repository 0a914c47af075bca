import type { Certificate } from './certificate';
import { extendedKeyUsageOid, extensionOid } from './extensions';

export type LintSeverity = 'error' | 'warning' | 'information';

/** Something about one certificate that is worth knowing. */
export type CertificateFinding = { readonly severity: LintSeverity } & (
  | { readonly code: 'weak-key'; readonly key: string; readonly size: number }
  | { readonly code: 'dsa-key' }
  | { readonly code: 'explicit-curve' }
  | { readonly code: 'weak-signature'; readonly algorithm: string }
  | { readonly code: 'no-client-usage' }
  | { readonly code: 'no-alternative-name' }
  | { readonly code: 'leaf-is-ca' }
  | { readonly code: 'issuer-is-no-ca' }
  | { readonly code: 'issuer-may-not-sign' }
  | { readonly code: 'long-lifetime'; readonly days: number }
  | { readonly code: 'too-large-for-sap'; readonly bytes: number; readonly limit: number }
  | { readonly code: 'old-version' }
  | { readonly code: 'serial-not-positive' }
  | { readonly code: 'malformed-extension'; readonly oids: readonly string[] }
);

/** What a certificate is there for. */
export type Purpose =
  /** The leaf of a key pair, which a flow presents to a server. */
  | 'client'
  /** It issued another certificate that is known. */
  | 'issuer'
  /** A certificate that is trusted, be it a root or a server's own. */
  | 'trusted';

/** In octets: SAP Help, "Uploading a Certificate". */
export const sapCertificateLimit = 10_240;

/** CA/Browser Forum, Baseline Requirements 6.3.2. */
const longestPublicLifetime = 398;

const day = 24 * 60 * 60 * 1000;

/** Judges a certificate by what it says of itself. Nothing is asked of the platform. */
export function lintCertificate(certificate: Certificate, purpose: Purpose): CertificateFinding[] {
  return [
    ...keyFindings(certificate),
    ...signatureFindings(certificate),
    ...roleFindings(certificate, purpose),
    ...formFindings(certificate),
  ];
}

function* keyFindings({ publicKey }: Certificate): Iterable<CertificateFinding> {
  const { algorithm, size, curve } = publicKey;
  if ((algorithm === 'RSA' || algorithm === 'RSASSA-PSS') && size !== undefined && size < 2048) {
    yield { code: 'weak-key', severity: 'error', key: algorithm, size };
  }
  if (algorithm === 'EC' && size !== undefined && size < 224) {
    yield { code: 'weak-key', severity: 'error', key: `EC ${curve ?? ''}`.trim(), size };
  }
  if (algorithm === 'DSA') yield { code: 'dsa-key', severity: 'warning' };
  if (curve === 'explicit parameters') yield { code: 'explicit-curve', severity: 'warning' };
}

/** Nobody relies on the signature of a root: who trusts it has it already. */
function* signatureFindings(certificate: Certificate): Iterable<CertificateFinding> {
  const { hash, name } = certificate.signatureAlgorithm;
  if (certificate.selfIssued || !hash || !/^(?:md2|md5|sha1)$/.test(hash)) return;
  yield { code: 'weak-signature', severity: hash === 'sha1' ? 'warning' : 'error', algorithm: name };
}

function* roleFindings(certificate: Certificate, purpose: Purpose): Iterable<CertificateFinding> {
  const { extensions, isCa } = certificate;
  const usages = extensions.extendedKeyUsage;
  const { any, clientAuth, serverAuth } = extendedKeyUsageOid;
  if (purpose === 'client') {
    if (usages && !usages.includes(any) && !usages.includes(clientAuth)) {
      yield { code: 'no-client-usage', severity: 'warning' };
    }
    if (isCa) yield { code: 'leaf-is-ca', severity: 'warning' };
  }
  if (purpose === 'issuer') {
    // Version 1 has no extensions to say so.
    if (!isCa && !(certificate.selfIssued && certificate.version === 1)) {
      yield { code: 'issuer-is-no-ca', severity: 'error' };
    } else if (extensions.keyUsage && !extensions.keyUsage.has('keyCertSign')) {
      yield { code: 'issuer-may-not-sign', severity: 'error' };
    }
  }
  const server = !isCa && (usages?.includes(serverAuth) ?? false);
  if (server && purpose !== 'issuer') {
    if (!extensions.find(extensionOid.subjectAltName)) yield { code: 'no-alternative-name', severity: 'warning' };
    const days = Math.round((certificate.notAfter.getTime() - certificate.notBefore.getTime()) / day);
    // A self-signed one is of nobody's public authority.
    if (days > longestPublicLifetime && !certificate.selfIssued) {
      yield { code: 'long-lifetime', severity: 'information', days };
    }
  }
}

function* formFindings(certificate: Certificate): Iterable<CertificateFinding> {
  const { der, serialNumber, extensions } = certificate;
  if (der.length > sapCertificateLimit) {
    yield { code: 'too-large-for-sap', severity: 'warning', bytes: der.length, limit: sapCertificateLimit };
  }
  if (certificate.version === 1 && !certificate.selfIssued) yield { code: 'old-version', severity: 'warning' };
  if (/^(?:-|0+$|$)/.test(serialNumber)) yield { code: 'serial-not-positive', severity: 'warning' };
  const oids = extensions.malformed;
  if (oids.length) yield { code: 'malformed-extension', severity: 'warning', oids };
}
