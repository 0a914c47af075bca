import type { Certificate } from '../certificates/certificate';
import type { EncryptionScheme, PrfHash } from '../keys/encryptionSchemes';
import type { SealedKey } from '../keys/sealedKey';

/**
 * A keystore as it is read: immutable. Edits (`edit.ts`) return a new one; a format (`pkcs12/`) reads and writes it.
 */
export interface Keystore {
  readonly type: StoreType;
  /** It is that of a tenant, and no file. */
  readonly ofTenant?: true;
  /** In file order. Aliases as stored; two aliases that differ only in case are the same entry to Java. */
  readonly entries: readonly Entry[];
  /** What is worth knowing about the file beside its entries. */
  readonly notes: readonly KeystoreNote[];
  /** What the format must carry through a save and nobody else understands (bags of unknown type, stray certificates). */
  readonly carried: readonly CarriedBag[];
  /** PKCS#12: how the file is protected beside its keys; a save keeps to it. */
  readonly protection?: Protection;
}

/** What a PKCS#12 file does for its certificates and its integrity. */
export interface Protection {
  /** Whether certificates lie encrypted. */
  readonly certificates: 'encrypted' | 'plain';
  /** The hash of the HMAC. `unknown`: of a kind that cannot be checked, in a file that was listed without its password. */
  readonly mac: PrfHash | 'none' | 'unknown';
  /** Of the derivation of the MAC's key, as the file has it. */
  readonly macRounds?: number;
  /** The MAC is a PBMAC1 (RFC 9579): its key is derived by PBKDF2 with this hash, and of so many octets. */
  readonly pbmac1?: { readonly prf: PrfHash; readonly keyLength: number };
  /** How the encrypted parts with certificates are encrypted in the file, each method once. */
  readonly safes?: readonly EncryptionMethod[];
  /** The same of encrypted parts that have no certificates: secrets, mostly. */
  readonly otherSafes?: readonly EncryptionMethod[];
  /** What a save encrypts certificates by; absent: by today's methods. */
  readonly scheme?: EncryptionScheme;
  /** What a save encrypts secrets by, apart from the certificates. */
  readonly otherScheme?: EncryptionScheme;
}

export interface EncryptionMethod {
  /** Java's name of it (`PBEWithSHA1And40BitRC2`), or the parts of PBES2. */
  readonly method: string;
  /** Of the derivation of its key; of several parts the fewest. Absent where that cannot be told. */
  readonly rounds?: number;
}

export type StoreType = 'PKCS12' | 'JKS' | 'JCEKS' | 'PEM';
export type EntryKind = 'keyPair' | 'certificate' | 'secretKey' | 'unknown';
export type Entry = KeyPairEntry | CertificateEntry | SecretKeyEntry | UnknownEntry;

interface EntryBase {
  readonly alias: string;
  /** When the entry was made, where the format says so (Java writes it into PKCS#12's localKeyID as `Time <ms>`). */
  readonly created?: Date;
  /** The bag the entry was read from, re-used on save. Absent for an entry made here. */
  readonly source?: CarriedBag;
}

/** A private key, sealed, with its certificate chain, leaf first. The chain is empty when the file has no certificate for the key. */
export interface KeyPairEntry extends EntryBase {
  readonly kind: 'keyPair';
  readonly chain: readonly Certificate[];
  readonly key: SealedKey;
}

/** A certificate trusted as an anchor, be it a root, an intermediate or a server's own. */
export interface CertificateEntry extends EntryBase {
  readonly kind: 'certificate';
  readonly certificate: Certificate;
}

export interface SecretKeyEntry extends EntryBase {
  readonly kind: 'secretKey';
  /** Name of the algorithm where it can be told without unsealing. */
  readonly algorithm?: string;
}

/** Something with an alias that this version cannot interpret; carried through a save untouched. */
export interface UnknownEntry extends EntryBase {
  readonly kind: 'unknown';
  /** What the file says it is (an object identifier). */
  readonly what: string;
}

export interface CarriedBag {
  /**
   * PKCS#12: a SafeBag (`bag`), or a whole ContentInfo that could not be opened (`content`). JKS and JCEKS: an `entry`. PEM: a piece of
   * `text`, a block with what stands before it.
   */
  readonly level: 'bag' | 'content' | 'entry' | 'text';
  /** Object identifier of the bag's or the content's type (RFC 7292 section 4.2); the PEM label of a text. */
  readonly type: string;
  /** Exactly as read. */
  readonly raw: Uint8Array;
}

export type KeystoreNote =
  /** Certificates Java and SAP do not list: no private key, no trust attribute (2.16.840.1.113894.746875.1.1). */
  | { readonly code: 'certificates-ignored-by-java'; readonly certificates: readonly Certificate[] }
  | {
      readonly code: 'old-encryption';
      readonly algorithms: readonly string[];
      /** The same, with the rounds of their key derivations. */
      readonly methods: readonly EncryptionMethod[];
    }
  /** By methods of today, but with fewer rounds of key derivation than are written today. */
  | { readonly code: 'few-rounds'; readonly methods: readonly EncryptionMethod[] }
  | { readonly code: 'no-integrity-check' }
  /** Listed without the password: nobody checked the file, and what lies encrypted is not seen. */
  | { readonly code: 'read-without-password'; readonly encryptedParts: boolean }
  /** Java looks aliases of JKS and JCEKS up in lower case, and does not find such a one. */
  | { readonly code: 'alias-not-lower-case'; readonly alias: string }
  | { readonly code: 'duplicate-alias'; readonly alias: string }
  | { readonly code: 'key-without-certificate'; readonly alias: string }
  /** A private key that lies in the file unencrypted. In PKCS#12 Java and SAP do not see it, and a save seals it. */
  | { readonly code: 'key-not-encrypted'; readonly alias: string; readonly sealedOnSave: boolean }
  /** A private key without a localKeyID that is not the first of its file. `alias` is empty where it has none. */
  | { readonly code: 'key-ignored-by-java'; readonly alias: string }
  | { readonly code: 'certificate-unreadable'; readonly detail: string }
  /** Of a tenant: SAP has put none of its own key pairs there. */
  | { readonly code: 'no-sap-key-pair' };
