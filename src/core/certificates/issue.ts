import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { FlowKeystoreError } from '../errors';
import { Certificate } from './certificate';

/** The attributes that a new name can have, as people write them. */
export const subjectLabels = ['CN', 'OU', 'O', 'L', 'ST', 'C', 'emailAddress'] as const;
export type SubjectLabel = (typeof subjectLabels)[number];

export interface SubjectAttribute {
  readonly label: SubjectLabel;
  readonly value: string;
}

export interface AlternativeName {
  readonly kind: 'dns' | 'ip' | 'email' | 'uri';
  readonly value: string;
}

export interface IssueRequest {
  /** Most specific first, as RFC 4514 writes it: CN, OU, O, L, ST, C. */
  readonly subject: readonly SubjectAttribute[];
  readonly publicKey: KeyObject;
  /** The private key that signs: the subject's own (self-signed) or the issuer's. */
  readonly signingKey: KeyObject;
  /** Absent for a self-signed certificate. */
  readonly issuer?: Certificate;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Hex; random (16 octets, positive) when absent. */
  readonly serialNumber?: string;
  readonly ca?: { readonly pathLength?: number };
  readonly extendedKeyUsage?: readonly ('clientAuth' | 'serverAuth')[];
  readonly alternativeNames?: readonly AlternativeName[];
}

/**
 * Issues an X.509 certificate (RFC 5280): self-signed, or by a CA. The hash follows the signing key: SHA-256 for RSA and P-256, SHA-384
 * for P-384, SHA-512 for P-521.
 * @throws FlowKeystoreError `value-invalid` for a name, validity or alternative name that cannot be
 */
export async function issueCertificate(request: IssueRequest): Promise<Certificate> {
  checkRequest(request);
  const { issue } = await import('./issue.late');
  return Certificate.parse(await issue(request));
}

function checkRequest({ subject, notBefore, notAfter, alternativeNames = [] }: IssueRequest): void {
  const problem =
    subject.map((attribute) => subjectProblem(attribute.label, attribute.value)).find((found) => found !== undefined) ??
    (subject.length ? undefined : 'The name is empty.') ??
    (notAfter.getTime() > notBefore.getTime() ? undefined : 'The certificate would end before it begins.') ??
    alternativeNames.map(alternativeNameProblem).find((found) => found !== undefined);
  if (problem !== undefined) throw new FlowKeystoreError('value-invalid', problem);
}

/** RFC 5280 appendix A.1's upper bounds; country codes have two letters. Undefined where the value is fine. */
export function subjectProblem(label: SubjectLabel, value: string): string | undefined {
  const limit = { CN: 64, OU: 64, O: 64, L: 128, ST: 128, C: 2, emailAddress: 255 }[label];
  if (value.trim() === '') return `${label} is empty.`;
  if (label === 'C' && !/^[A-Za-z]{2}$/.test(value)) return 'The country is a code of two letters (DE, US ...).';
  if (label === 'emailAddress' && !/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(value)) return 'This is no e-mail address.';
  if (value.length > limit) return `${label} has more than ${limit} characters.`;
  // eslint-disable-next-line no-control-regex -- control characters are just what is looked for
  return /[\u0000-\u001f\u007f]/.test(value) ? `${label} has characters that cannot be seen.` : undefined;
}

/** Undefined where the name is fine. */
export function alternativeNameProblem({ kind, value }: AlternativeName): string | undefined {
  switch (kind) {
    case 'dns':
      return /^(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?$/.test(
        value,
      ) && value.length <= 253
        ? undefined
        : `"${value}" is no DNS name.`;
    case 'ip':
      return isIP(value) ? undefined : `"${value}" is no IP address.`;
    case 'email':
      return /^[\x21-\x7e]+@[\x21-\x7e]+$/.test(value) ? undefined : `"${value}" is no e-mail address.`;
    case 'uri':
      return /^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(value) ? undefined : `"${value}" is no URI.`;
  }
}

/** `a.example, 10.0.0.1, mailto@x.example, https://...`: the kind is told by the form. */
export function parseAlternativeNames(text: string): AlternativeName[] {
  return text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((item): AlternativeName => {
      const prefixed = /^(dns|ip|email|uri):(.+)$/i.exec(item);
      if (prefixed) {
        return { kind: (prefixed[1] ?? '').toLowerCase() as AlternativeName['kind'], value: prefixed[2] ?? '' };
      }
      const kind = isIP(item) ? 'ip' : item.includes('://') ? 'uri' : item.includes('@') ? 'email' : 'dns';
      return { kind, value: item };
    });
}
