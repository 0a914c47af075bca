import { context, element, integer, octetString, oid, sequence, setOf, Tag } from '../../src/core/asn1/der';
import { Certificate } from '../../src/core/certificates/certificate';

/** What a certificate is to say; it is put together from DER, right or wrong, and its signature is nobody's. */
export interface BuiltCertificate {
  readonly subject?: string;
  readonly issuer?: string;
  /** The INTEGER's octets. */
  readonly serial?: Uint8Array;
  /** `YYYYMMDDHHMMSSZ`. */
  readonly from?: string;
  readonly to?: string;
  /** SubjectPublicKeyInfo; of the algorithm `algorithm` with 32 octets when absent. */
  readonly spki?: Uint8Array;
  /** Dotted: of the key (unless `spki` is given) and of the signature. */
  readonly algorithm?: string;
  readonly version?: 1 | 3;
  /** Dotted object identifier, contents of the OCTET STRING, critical. */
  readonly extensions?: readonly (readonly [oid: string, value: Uint8Array, critical?: boolean])[];
}

export function buildCertificate(built: BuiltCertificate): Certificate {
  const { subject = 'Built', issuer = subject, algorithm = '1.2.840.10045.4.3.2', version = 3 } = built;
  const identifier = sequence(oid(algorithm));
  const extensions = (built.extensions ?? []).map(([id, value, critical]) =>
    sequence(oid(id), ...(critical ? [element(Tag.boolean, Uint8Array.of(0xff))] : []), octetString(value)),
  );
  const tbs = sequence(
    ...(version === 3 ? [context(0, integer(2))] : []),
    element(0x02, built.serial ?? Uint8Array.of(1)),
    identifier,
    nameOf(issuer),
    sequence(time(built.from ?? '20260101000000Z'), time(built.to ?? '20360101000000Z')),
    nameOf(subject),
    built.spki ?? sequence(identifier, bits(new Uint8Array(32).fill(7))),
    ...(extensions.length ? [context(3, sequence(...extensions))] : []),
  );
  return Certificate.parse(sequence(tbs, identifier, bits(new Uint8Array(64).fill(9))));
}

export const bits = (octets: Uint8Array): Uint8Array => element(Tag.bitString, Uint8Array.of(0), octets);

/** The certificate with another signature than it had. */
export function withWrongSignature({ der }: Certificate): Certificate {
  const copy = Uint8Array.from(der);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return Certificate.parse(copy);
}

const time = (text: string): Uint8Array => element(Tag.generalizedTime, Buffer.from(text));

const nameOf = (commonName: string): Uint8Array =>
  sequence(setOf(sequence(oid('2.5.4.3'), element(Tag.utf8String, Buffer.from(commonName)))));
