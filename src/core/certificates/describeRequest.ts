import { createHash } from 'node:crypto';
import { visible } from '../visible';
import { extendedKeyUsageName } from './extensions';
import { publicKeyText } from './publicKey';
import type { CertificationRequest } from './request';

const attributeNames: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.9.7': 'challenge password',
  '1.2.840.113549.1.9.2': 'unstructured name',
  '1.3.6.1.4.1.311.13.2.3': 'version of Windows',
  '1.3.6.1.4.1.311.21.20': 'name of the program that made it',
  '1.3.6.1.4.1.311.13.2.2': 'name of a cryptographic provider',
};

export interface RequestDescription {
  /** Shown in the heading. */
  readonly name?: string;
  /** Where its private key lies, if that is known. */
  readonly belongsTo?: string;
}

/** A certification request as a readable text document. Lines end in LF. */
export function describeRequest(request: CertificationRequest, { name, belongsTo }: RequestDescription = {}): string {
  const { extensions } = request;
  const title = visible(name ?? 'Certification request');
  const constraints = extensions.basicConstraints;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Kind', 'certification request (PKCS#10)'],
    ['Subject', request.subject.toString() || '(empty)'],
    ['Key', publicKeyText(request.publicKey)],
    ['Alternative names', extensions.subjectAltName?.map(({ kind, value }) => `${kind}:${value}`).join(', ')],
    ['Key usage', extensions.keyUsage && [...extensions.keyUsage].join(', ')],
    ['Extended key usage', extensions.extendedKeyUsage?.map(extendedKeyUsageName).join(', ')],
    ['Certification authority', constraints?.ca ? 'yes, it asks to be one' : undefined],
    ['Malformed extensions', extensions.malformed.join(', ')],
    ['Other attributes', request.otherAttributes.map((oid) => attributeNames[oid] ?? oid).join(', ')],
    ['Signature', `${request.signatureAlgorithm.name}, ${signatureText(request)}`],
    ['Private key', belongsTo],
    ['SHA-256 of the key', pairs(createHash('sha256').update(request.spki).digest('hex'))],
    ['SHA-256 of the request', pairs(createHash('sha256').update(request.der).digest('hex'))],
  ];
  const lines = rows.flatMap(([label, value]) => (value ? [`${`${label}:`.padEnd(26)}${visible(value)}`] : []));
  return `${[title, '='.repeat(title.length), '', ...lines].join('\n')}\n`;
}

/** What the signature of a request proves: that who made it has the private key. */
export function signatureText({ signatureState }: CertificationRequest): string {
  switch (signatureState) {
    case 'good':
      return 'made by the private key that belongs to it';
    case 'bad':
      return 'WRONG: it was not made by the private key that belongs to it, or the request was changed';
    case 'unsupported':
      return 'not checked: this platform does not know the algorithm';
  }
}

const pairs = (hex: string): string => (hex.toUpperCase().match(/../g) ?? []).join(':');
