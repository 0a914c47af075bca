import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { randomBytes, webcrypto, type KeyObject } from 'node:crypto';
import { element, hex, oid, sequence, setOf, Tag } from '../asn1/der';
import type { IssueRequest, SubjectAttribute, SubjectLabel } from './issue';

/** The library's declarations name the browser's type. */
const provider = webcrypto as unknown as Parameters<typeof x509.X509CertificateGenerator.create>[1];

const attributeOids: Readonly<Record<SubjectLabel, string>> = {
  CN: '2.5.4.3',
  OU: '2.5.4.11',
  O: '2.5.4.10',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  C: '2.5.4.6',
  emailAddress: '1.2.840.113549.1.9.1',
};

/** The certificate of a request, DER. The request has been checked. */
export async function issue(request: IssueRequest): Promise<Uint8Array> {
  const { issuer, ca, extendedKeyUsage = [], alternativeNames = [] } = request;
  const subject = new x509.Name(new Uint8Array(subjectDer(request.subject)));
  const publicKey = await cryptoKeyOf(request.publicKey);
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(ca !== undefined, ca?.pathLength, true),
    new x509.KeyUsagesExtension(keyUsageOf(request), true),
    await x509.SubjectKeyIdentifierExtension.create(publicKey.key, false, provider),
  ];
  if (extendedKeyUsage.length) {
    extensions.push(new x509.ExtendedKeyUsageExtension(extendedKeyUsage.map((usage) => x509.ExtendedKeyUsage[usage])));
  }
  if (alternativeNames.length) {
    extensions.push(
      new x509.SubjectAlternativeNameExtension(
        alternativeNames.map(({ kind, value }) => ({ type: kind === 'uri' ? ('url' as const) : kind, value })),
      ),
    );
  }
  const issuerKeyId = issuer?.extensions.subjectKeyIdentifier;
  if (issuerKeyId !== undefined) extensions.push(new x509.AuthorityKeyIdentifierExtension(issuerKeyId));
  const signer = await cryptoKeyOf(request.signingKey);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: request.serialNumber ?? randomSerial(),
      subject,
      issuer: issuer ? new x509.Name(new Uint8Array(issuer.subject.raw)) : subject,
      notBefore: wholeSeconds(request.notBefore),
      notAfter: wholeSeconds(request.notAfter),
      publicKey: publicKey.key,
      signingKey: signer.key,
      signingAlgorithm: signer.algorithm,
      extensions,
    },
    provider,
  );
  return new Uint8Array(certificate.rawData);
}

function keyUsageOf({ ca, publicKey }: IssueRequest): x509.KeyUsageFlags {
  const { keyCertSign, cRLSign, digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  const flags = ca
    ? [keyCertSign, cRLSign]
    : publicKey.asymmetricKeyType === 'rsa'
      ? [digitalSignature, keyEncipherment]
      : [digitalSignature];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- flags of the enum, combined
  return flags.reduce<number>((all, flag) => all | flag, 0);
}

/** RFC 5280 appendix A.1: PrintableString for the country, IA5String for e-mail, UTF-8 for the rest; most significant first. */
function subjectDer(attributes: readonly SubjectAttribute[]): Uint8Array {
  const rdns = attributes.map(({ label, value }) => {
    const tag = label === 'C' ? Tag.printableString : label === 'emailAddress' ? Tag.ia5String : Tag.utf8String;
    const text = label === 'C' ? value.toUpperCase() : value.trim();
    return setOf(sequence(oid(attributeOids[label]), element(tag, Buffer.from(text, 'utf8'))));
  });
  return sequence(...rdns.reverse());
}

/** 16 random octets, positive and not zero (RFC 5280 section 4.1.2.2). */
function randomSerial(): string {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return hex(octets);
}

const wholeSeconds = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);

const curves: Readonly<Record<string, readonly [curve: string, hash: string]>> = {
  prime256v1: ['P-256', 'SHA-256'],
  secp384r1: ['P-384', 'SHA-384'],
  secp521r1: ['P-521', 'SHA-512'],
};

/** The key for WebCrypto, with the algorithm it signs with. */
async function cryptoKeyOf(
  key: KeyObject,
): Promise<{ key: webcrypto.CryptoKey; algorithm: { name: string; hash: string } }> {
  const [curve, curveHash] = curves[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? [];
  const hash = curveHash ?? 'SHA-256';
  const algorithm =
    curve === undefined ? { name: 'RSASSA-PKCS1-v1_5', hash } : { name: 'ECDSA', namedCurve: curve, hash };
  const isPrivate = key.type === 'private';
  const der = isPrivate ? key.export({ format: 'der', type: 'pkcs8' }) : key.export({ format: 'der', type: 'spki' });
  const imported = await webcrypto.subtle.importKey(
    isPrivate ? 'pkcs8' : 'spki',
    new Uint8Array(der),
    algorithm,
    true,
    [isPrivate ? 'sign' : 'verify'],
  );
  return { key: imported, algorithm };
}
