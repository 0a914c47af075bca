import { createPublicKey, type KeyObject } from 'node:crypto';
import { extensionOid } from '../certificates/extensions';
import { extensionsToAskFor, writeRequest } from '../certificates/request';
import { parseSubject, subjectTextOf } from '../certificates/subjectText';
import { alternativeNamesExtension, alternativeNamesText } from '../certificates/writeExtensions';
import { FlowKeystoreError } from '../errors';
import type { KeyPairEntry } from './model';
import { checkedAlternativeNames } from './newKeyPair';

export interface RequestWish {
  /** `CN=Partner A, O=Example`; the entry's own name when absent. */
  readonly subject?: string;
  /** `a.example, 10.0.0.1`; those of the entry's certificate when absent, none when empty. */
  readonly alternativeNames?: string;
}

/** What a request from an entry would say, as people type it. Undefined: it cannot be typed, and goes in as the certificate has it. */
export function requestDefaults({ chain }: KeyPairEntry): {
  subject: string | undefined;
  alternativeNames: string | undefined;
} {
  const [certificate] = chain;
  if (!certificate) return { subject: '', alternativeNames: '' };
  return {
    subject: subjectTextOf(certificate.subject),
    alternativeNames: alternativeNamesText(certificate.extensions.subjectAltName ?? []),
  };
}

/**
 * A certification request from an entry: names and usages as its certificate has them, so that a renewal asks for the same.
 * @returns PKCS#10, DER
 * @throws FlowKeystoreError `value-invalid`, `unsupported`
 */
export async function requestFor(entry: KeyPairEntry, privateKey: KeyObject, wish: RequestWish): Promise<Uint8Array> {
  const [certificate] = entry.chain;
  const { subject, alternativeNames } = wish;
  if (!certificate && subject === undefined) {
    throw new FlowKeystoreError(
      'value-invalid',
      `"${entry.alias}" has no certificate to take the name from.`,
      {},
      'Give the name.',
    );
  }
  const inherited = certificate ? extensionsToAskFor(certificate) : [];
  const names = alternativeNames === undefined ? undefined : checkedAlternativeNames(alternativeNames);
  const extensions =
    names === undefined
      ? inherited
      : [
          ...(names.length ? [alternativeNamesExtension(names)] : []),
          ...inherited.filter(({ oid }) => oid !== extensionOid.subjectAltName),
        ];
  return writeRequest({
    subject: subject === undefined && certificate ? certificate.subject : parseSubject(subject ?? ''),
    privateKey,
    spki: certificate?.spki ?? createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    extensions,
  });
}

/** SAP makes no requests from these ("Downloading a Certificate Signing Request"); here it works, for other receivers. */
export function sapMakesNoRequest(alias: string): boolean {
  return /^(id_rsa|id_dsa)$/i.test(alias);
}
