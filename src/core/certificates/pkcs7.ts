import {
  children,
  context,
  element,
  expectNode,
  integer,
  oid,
  oidOf,
  rawOf,
  readNode,
  sequence,
  Tag,
} from '../asn1/der';
import { FlowKeystoreError } from '../errors';

export const signedDataOid = '1.2.840.113549.1.7.2';

/**
 * The certificates of a PKCS#7 or CMS SignedData (RFC 5652 section 5.1), as `.p7b` and `.p7c` files carry them: DER each, in file order.
 * Signatures, if any, are not looked at.
 * @throws FlowKeystoreError `damaged`, `unsupported` for another content than signed data
 */
export function certificatesOfPkcs7(bytes: Uint8Array): Uint8Array[] {
  const [type, wrapped] = children(expectNode(readNode(bytes), Tag.sequence, 'a PKCS#7 bundle'));
  const found = oidOf(expectNode(type, Tag.oid, 'the type of a PKCS#7 bundle'));
  if (found !== signedDataOid) {
    throw new FlowKeystoreError('unsupported', `This is PKCS#7 of another kind (${found}): it holds no certificates.`);
  }
  const [signedData] = children(expectNode(wrapped, 0xa0, 'the content of a PKCS#7 bundle'));
  const fields = children(expectNode(signedData, Tag.sequence, 'signed data'));
  const certificates = fields.find((field) => field.tag === 0xa0);
  // CertificateChoices: only plain certificates are SEQUENCEs; attribute certificates have other tags.
  return certificates
    ? children(certificates)
        .filter((node) => node.tag === Tag.sequence)
        .map(rawOf)
    : [];
}

/** A bundle of certificates without signatures (`.p7b`), DER. */
export function pkcs7Of(certificates: readonly { readonly der: Uint8Array }[]): Uint8Array {
  const none = element(Tag.set);
  const content = sequence(oid('1.2.840.113549.1.7.1'));
  const members = context(0, ...certificates.map(({ der }) => der));
  return sequence(oid(signedDataOid), context(0, sequence(integer(1), none, content, members, none)));
}
