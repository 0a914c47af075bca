import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { context, element, integer, sequence, Tag } from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import { alternativeNameProblem, type AlternativeName } from './alternativeNames';
import { Certificate } from './certificate';
import { extensionOid, type Extension, type KeyUsage } from './extensions';
import { Name } from './name';
import { readPublicKey } from './publicKey';
import { signerOf, type SignatureHash } from './signer';
import { subjectDer, subjectProblem, type SubjectAttribute } from './subjectText';
import {
  alternativeNamesExtension,
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  extendedKeyUsageExtension,
  extensionsDer,
  keyUsageExtension,
  subjectKeyIdentifierExtension,
} from './writeExtensions';

export interface IssueRequest {
  /** Most specific first, as RFC 4514 writes it: CN, OU, O, L, ST, C. A name that was read goes in as it was. */
  readonly subject: readonly SubjectAttribute[] | Name;
  /** Or its SubjectPublicKeyInfo, DER, as it goes in: of a key that the platform need not know. */
  readonly publicKey: KeyObject | Uint8Array;
  /** The private key that signs: the subject's own (self-signed) or the issuer's. */
  readonly signingKey: KeyObject;
  /** Absent for a self-signed certificate. */
  readonly issuer?: Certificate;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Hex; random (16 octets, positive) when absent. */
  readonly serialNumber?: string;
  /** Of the signature; by the signing key when absent. */
  readonly hash?: SignatureHash;
  readonly ca?: { readonly pathLength?: number };
  readonly extendedKeyUsage?: readonly ('clientAuth' | 'serverAuth')[];
  readonly alternativeNames?: readonly AlternativeName[];
  /** Others, as they are; they take the place of those of the same kind that would be made. */
  readonly extensions?: readonly Extension[];
}

/**
 * Issues an X.509 certificate (RFC 5280): self-signed, or by a CA. Unless one is asked for, the hash follows the signing key: SHA-256 for RSA and P-256, SHA-384
 * for P-384, SHA-512 for P-521.
 * @throws FlowKeystoreError `value-invalid` for a name, validity or alternative name that cannot be, `unsupported` for a key that cannot sign
 */
export async function issueCertificate(request: IssueRequest): Promise<Certificate> {
  checkRequest(request);
  const { issuer } = request;
  const signer = signerOf(request.signingKey, request.hash);
  const subject = request.subject instanceof Name ? request.subject.raw : subjectDer(request.subject);
  const spki = spkiOf(request.publicKey);
  const tbs = sequence(
    context(0, integer(2)),
    element(Tag.integer, serialOctets(request.serialNumber)),
    signer.algorithm,
    issuer?.subject.raw ?? subject,
    sequence(timeDer(request.notBefore), timeDer(request.notAfter)),
    subject,
    spki,
    context(3, extensionsDer(extensionsOf(request, spki))),
  );
  const signature = await signer.sign(tbs);
  const bits = element(Tag.bitString, Uint8Array.of(0), signature);
  return Certificate.parse(sequence(tbs, signer.algorithm, bits));
}

function checkRequest({ subject, notBefore, notAfter, alternativeNames = [] }: IssueRequest): void {
  const problem =
    subjectProblemOf(subject) ??
    (notAfter.getTime() > notBefore.getTime() ? undefined : 'The certificate would end before it begins.') ??
    alternativeNames.map(alternativeNameProblem).find((found) => found !== undefined);
  if (problem !== undefined) throw new FlowKeystoreError('value-invalid', problem);
}

function subjectProblemOf(subject: readonly SubjectAttribute[] | Name): string | undefined {
  if (subject instanceof Name) return undefined;
  return (
    subject.map((attribute) => subjectProblem(attribute.label, attribute.value)).find((found) => found !== undefined) ??
    (subject.length ? undefined : 'The name is empty.')
  );
}

function spkiOf(key: KeyObject | Uint8Array): Uint8Array {
  if (key instanceof Uint8Array) return key;
  return (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
}

function extensionsOf(request: IssueRequest, spki: Uint8Array): Extension[] {
  const { issuer, ca, extendedKeyUsage = [], alternativeNames = [], extensions: given = [] } = request;
  const issuerKeyId = issuer?.extensions.subjectKeyIdentifier;
  const made = [
    basicConstraintsExtension(ca),
    keyUsageExtension(keyUsageOf(ca !== undefined, spki)),
    subjectKeyIdentifierExtension(spki),
    ...(extendedKeyUsage.length ? [extendedKeyUsageExtension(extendedKeyUsage)] : []),
    ...(alternativeNames.length ? [alternativeNamesExtension(alternativeNames)] : []),
    ...(issuerKeyId === undefined ? [] : [authorityKeyIdentifierExtension(issuerKeyId)]),
  ];
  // Who it is for without a subject has to be taken seriously (RFC 5280 section 4.2.1.6).
  const empty = request.subject instanceof Name && !request.subject.rdns.length;
  return [...made.filter(({ oid }) => !given.some((other) => other.oid === oid)), ...given].map((extension) =>
    empty && extension.oid === extensionOid.subjectAltName ? { ...extension, critical: true } : extension,
  );
}

function keyUsageOf(isCa: boolean, spki: Uint8Array): KeyUsage[] {
  if (isCa) return ['keyCertSign', 'cRLSign'];
  return readPublicKey(spki).algorithm === 'RSA' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'];
}

/** Big-endian two's complement, positive. Random: 16 octets, not zero (RFC 5280 section 4.1.2.2). */
function serialOctets(given: string | undefined): Uint8Array {
  if (given === undefined) {
    const octets = randomBytes(16);
    octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
    return octets;
  }
  const digits = given.replace(/^(00)+(?=..)/, '');
  const even = digits.length % 2 ? `0${digits}` : digits;
  return Buffer.from(/^[89a-f]/i.test(even) ? `00${even}` : even, 'hex');
}

/** RFC 5280 section 4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050, whole seconds. */
function timeDer(date: Date): Uint8Array {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? element(Tag.utcTime, Buffer.from(digits.slice(2), 'latin1'))
    : element(Tag.generalizedTime, Buffer.from(digits, 'latin1'));
}
