import type { PrfHash } from '../../keys/encryptionSchemes';

/** Object identifiers of RFC 7292 (PKCS#12), RFC 2315 (PKCS#7), and of Java. */
export const contentOid = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  encryptedData: '1.2.840.113549.1.7.6',
} as const;

export const bagOid = {
  key: '1.2.840.113549.1.12.10.1.1',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  crl: '1.2.840.113549.1.12.10.1.4',
  secret: '1.2.840.113549.1.12.10.1.5',
  safeContents: '1.2.840.113549.1.12.10.1.6',
} as const;

export const x509CertificateOid = '1.2.840.113549.1.9.22.1';

export const attributeOid = {
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  /** Java's: a certificate bag without it is no entry of its own to Java, and so not to SAP. */
  trustedKeyUsage: '2.16.840.1.113894.746875.1.1',
} as const;

/** The value Java gives to trustedKeyUsage: any extended key usage. */
export const anyExtendedKeyUsageOid = '2.5.29.37.0';

export const pbmac1Oid = '1.2.840.113549.1.5.14';

export const macHashes: Readonly<Record<string, PrfHash>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.5': 'sha512-224',
  '2.16.840.1.101.3.4.2.6': 'sha512-256',
};
export const sha256Oid = '2.16.840.1.101.3.4.2.1';
