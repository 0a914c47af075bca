import type { KeyObject } from 'node:crypto';
import type { Certificate } from '../certificates/certificate';
import { extensionOid } from '../certificates/extensions';
import { issueCertificate } from '../certificates/issue';
import { certificatesPem } from '../certificates/pem';
import { pkcs7Of } from '../certificates/pkcs7';
import type { CertificationRequest } from '../certificates/request';
import { FlowKeystoreError } from '../errors';
import type { KeyPairEntry } from './model';
import { period, type Usage } from './newKeyPair';

export interface SignOptions {
  /** The private key of the authority. */
  readonly key: KeyObject;
  /** `90 days`, `2 years`, `2028-12-31`; the authority's own end at the latest. */
  readonly validity: string;
  /** What the request asks for when absent; for clients when it asks for nothing. */
  readonly usage?: readonly Usage[];
  readonly now: Date;
}

/**
 * Signs a request as a certification authority would, for tests: subject, key and alternative names are taken as asked for; that it is no authority
 * itself is decided here.
 * @param issuer an entry that may sign (`issuingEntry`)
 * @returns the chain, leaf first, with the authority's
 * @throws FlowKeystoreError `signature-invalid` where the request was not made by its own key, `value-invalid` where it names nobody
 */
export async function signRequest(
  request: CertificationRequest,
  issuer: KeyPairEntry,
  { key, validity, usage, now }: SignOptions,
): Promise<readonly Certificate[]> {
  if (request.signatureState === 'bad') {
    throw new FlowKeystoreError(
      'signature-invalid',
      'The request was not made by the private key that belongs to it, or it was changed on its way.',
      {},
      'Ask for it again.',
    );
  }
  const names = request.extensions.find(extensionOid.subjectAltName);
  if (!request.subject.rdns.length && !names) {
    throw new FlowKeystoreError('value-invalid', 'The request names nobody: no subject, no alternative names.');
  }
  const [authority] = issuer.chain;
  if (!authority) throw new FlowKeystoreError('not-trusted', `"${issuer.alias}" has no certificate to sign with.`);
  const asked = request.extensions.find(extensionOid.extendedKeyUsage);
  const certificate = await issueCertificate({
    subject: request.subject,
    publicKey: request.spki,
    signingKey: key,
    issuer: authority,
    ...period(validity, now, authority),
    extendedKeyUsage: usage ?? (asked ? [] : ['clientAuth']),
    extensions: [...(names ? [names] : []), ...(usage === undefined && asked ? [asked] : [])],
  });
  return [certificate, ...issuer.chain];
}

/** What is given back to who made the request. */
export function responseFile(chain: readonly Certificate[], form: 'pem' | 'p7b'): Uint8Array {
  return form === 'p7b' ? pkcs7Of(chain) : Buffer.from(certificatesPem(chain), 'ascii');
}
