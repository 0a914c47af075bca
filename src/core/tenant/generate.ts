import type { SubjectAttribute } from '../certificates/subjectText';
import { FlowKeystoreError } from '../errors';
import type { KeySpec } from '../keys/generate';
import type { TenantSession } from './session';

/** A key pair that the tenant is to make; its certificate is self-signed, for any use. */
export interface TenantKeyPair {
  readonly alias: string;
  readonly spec: KeySpec;
  /** Common name and country are needed ("Generate a Key Pair"). */
  readonly subject: readonly SubjectAttribute[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** What the API has a field for, by the short name of the attribute. */
const fields: Readonly<Record<string, string>> = {
  CN: 'CommonName',
  OU: 'OrganizationUnit',
  O: 'Organization',
  L: 'Locality',
  ST: 'State',
  C: 'Country',
  emailAddress: 'Email',
};

/**
 * The fields of the API for a subject.
 * @throws FlowKeystoreError `value-invalid` for an attribute that the tenant has no field for or that stands twice, and where CN or C is missing
 */
export function subjectFields(subject: readonly SubjectAttribute[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { label: name, value } of subject) {
    const field = fields[name];
    if (field === undefined) {
      throw invalid(
        `The tenant makes no certificate with ${name} in its subject.`,
        `Possible: ${Object.keys(fields).join(', ')}.`,
      );
    }
    if (found[field] !== undefined) throw invalid(`The tenant takes ${name} once in a subject.`, 'Leave one out.');
    found[field] = value;
  }
  if (!found['CommonName']) throw invalid('The tenant asks for a common name.', 'Write "CN=...".');
  if (!/^[A-Za-z]{2}$/.test(found['Country'] ?? '')) {
    throw invalid('The tenant asks for a country of two letters.', 'Write "C=DE", say.');
  }
  return { ...found, Country: (found['Country'] ?? '').toUpperCase() };
}

/**
 * Has the tenant make a key pair: the private key never leaves it.
 * @throws FlowKeystoreError `value-invalid`; as `TenantSession.send`
 */
export async function generateOnTenant(
  session: TenantSession,
  { alias, spec, subject, notBefore, notAfter }: TenantKeyPair,
  signal?: AbortSignal,
): Promise<void> {
  const body = {
    // The key of the entity has to be there; which it is, the tenant says.
    Hexalias: '00',
    Alias: alias,
    ...keyFields(spec),
    ...subjectFields(subject),
    ValidNotBefore: `/Date(${notBefore.getTime()})/`,
    ValidNotAfter: `/Date(${notAfter.getTime()})/`,
  };
  await session.sendJson('POST', '/KeyPairGenerationRequests?returnKeystoreEntries=false', body, signal);
}

const curves: Readonly<
  Record<'P-256' | 'P-384' | 'P-521', { readonly parameter: string; readonly size: number; readonly hash: string }>
> = {
  // There is no SHA-384/ECDSA in the API.
  'P-256': { parameter: 'secp256r1', size: 256, hash: 'SHA-256' },
  'P-384': { parameter: 'secp384r1', size: 384, hash: 'SHA-512' },
  'P-521': { parameter: 'secp521r1', size: 521, hash: 'SHA-512' },
};

function keyFields(spec: KeySpec): Readonly<Record<string, string | number>> {
  if (spec.algorithm === 'RSA') return { KeyType: 'RSA', KeySize: spec.bits, SignatureAlgorithm: 'SHA-256/RSA' };
  const { parameter, size, hash } = curves[spec.curve];
  return { KeyType: 'EC', KeySize: size, KeyAlgorithmParameter: parameter, SignatureAlgorithm: `${hash}/ECDSA` };
}

const invalid = (message: string, next: string): FlowKeystoreError =>
  new FlowKeystoreError('value-invalid', message, {}, next);
