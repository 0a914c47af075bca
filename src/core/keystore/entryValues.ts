import type { Certificate } from '../certificates/certificate';
import { decodeExtensions } from '../certificates/extensionText';
import { publicKeyText } from '../certificates/publicKey';
import { certificateOf } from './chain';
import { entryKindNames, groups } from './describe';
import type { Entry } from './model';

/** What can be told of an entry or a certificate one by one, in the order that it is shown. */
export const valueIds = [
  'alias',
  'kind',
  'subject',
  'issuer',
  'serialNumber',
  'notBefore',
  'notAfter',
  'key',
  'signature',
  'alternativeNames',
  'keyUsage',
  'extendedKeyUsage',
  'basicConstraints',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
  'otherExtensions',
  'keyDigest',
  'sha256',
  'sha1',
  'sha512',
  'chain',
] as const;
export type ValueId = (typeof valueIds)[number];

/** The values that a certificate has. Those that it lacks are absent. */
export function certificateValues(certificate: Certificate): ReadonlyMap<ValueId, string> {
  const { subject, issuer, extensions } = certificate;
  const decoded = decodeExtensions(extensions);
  const extension = (name: string): string | undefined => decoded.find((each) => each.name === name)?.lines.join(', ');
  const own: readonly string[] = Object.values(extensionNames);
  const others = decoded.filter(({ name }) => name === undefined || !own.includes(name));
  return present([
    ['subject', subject.toString()],
    ['issuer', issuer.toString()],
    ['serialNumber', certificate.serialNumber],
    ['notBefore', certificate.notBefore.toISOString()],
    ['notAfter', certificate.notAfter.toISOString()],
    ['key', publicKeyText(certificate.publicKey)],
    ['signature', certificate.signatureAlgorithm.name],
    ['alternativeNames', extensions.subjectAltName?.map(({ value }) => value).join(', ')],
    ['keyUsage', extension(extensionNames.keyUsage)],
    ['extendedKeyUsage', extension(extensionNames.extendedKeyUsage)],
    ['basicConstraints', extension(extensionNames.basicConstraints)],
    ['subjectKeyIdentifier', extensions.subjectKeyIdentifier && groups(extensions.subjectKeyIdentifier)],
    ['authorityKeyIdentifier', extensions.authorityKeyIdentifier && groups(extensions.authorityKeyIdentifier)],
    ['otherExtensions', others.map(({ name, oid, lines }) => `${name ?? oid}: ${lines.join(', ')}`).join('; ')],
    ['keyDigest', groups(certificate.keyDigest)],
    ['sha256', groups(certificate.sha256)],
    ['sha1', groups(certificate.fingerprint('sha1'))],
    ['sha512', groups(certificate.fingerprint('sha512'))],
  ]);
}

/** The values of an entry: of its own certificate, and what stands above it. */
export function entryValues(entry: Entry): ReadonlyMap<ValueId, string> {
  const certificate = certificateOf(entry);
  const above = entry.kind === 'keyPair' ? entry.chain.slice(1) : [];
  return present([
    ['alias', entry.alias],
    ['kind', entryKindNames[entry.kind]],
    ...(certificate ? certificateValues(certificate) : []),
    ['chain', above.map(({ subject, sha256 }) => `${subject.toString()} (SHA-256 ${groups(sha256)})`).join(' < ')],
  ]);
}

/** A value that two entries or certificates have otherwise. */
export interface ValueDifference {
  readonly id: ValueId;
  readonly before?: string;
  readonly after?: string;
}

export function differingValues(
  first: ReadonlyMap<ValueId, string>,
  second: ReadonlyMap<ValueId, string>,
): ValueDifference[] {
  return valueIds.flatMap((id) => {
    const [before, after] = [first.get(id), second.get(id)];
    if (before === after) return [];
    return [{ id, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
  });
}

/** As `decodeExtensions` names those that are values of their own. */
export const extensionNames = {
  alternativeNames: 'Alternative names',
  keyUsage: 'Key usage',
  extendedKeyUsage: 'Extended key usage',
  basicConstraints: 'Basic constraints',
  subjectKeyIdentifier: 'Subject key identifier',
  authorityKeyIdentifier: 'Authority key identifier',
} as const;

function present(values: readonly (readonly [ValueId, string | undefined])[]): ReadonlyMap<ValueId, string> {
  const found = new Map<ValueId, string>();
  for (const [id, text] of values) if (text) found.set(id, text);
  return found;
}
