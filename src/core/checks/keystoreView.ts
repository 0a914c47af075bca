import { certificateOf } from '../keystore/chain';
import type { Certificate } from '../certificates/certificate';
import { publicKeyText } from '../certificates/publicKey';
import type { Entry, EntryKind, Keystore } from '../keystore/model';

/** What checks, completions and lenses need of a keystore: names and dates, no keys. Cheap to keep and to send. */
export interface KeystoreView {
  /** As shown to people: the file's name. */
  readonly name: string;
  /** Path or URI, where it has one. */
  readonly file?: string;
  /** A locked keystore may hold any alias: nothing is said to be missing for certain then. */
  readonly state: 'open' | 'locked';
  readonly entries: readonly KeystoreViewEntry[];
}

export interface KeystoreViewEntry {
  readonly alias: string;
  readonly kind: EntryKind;
  /** Of the leaf or the certificate; these are absent for a key pair without a certificate, and for secret keys. */
  readonly algorithm?: string;
  /** In bits. */
  readonly size?: number;
  /** Algorithm and size in short: `RSA 3072`, `EC P-256`. */
  readonly key?: string;
  /** RFC 4514. */
  readonly subject?: string;
  readonly issuer?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Lower-case hex. */
  readonly sha256?: string;
}

/** @param name as shown to people. */
export function viewOfKeystore(keystore: Keystore, name: string, file?: string): KeystoreView {
  return { name, ...(file === undefined ? {} : { file }), state: 'open', entries: keystore.entries.map(viewOfEntry) };
}

/** A keystore whose password is not known (yet). */
export function lockedKeystore(name: string, file?: string): KeystoreView {
  return { name, ...(file === undefined ? {} : { file }), state: 'locked', entries: [] };
}

function viewOfEntry(entry: Entry): KeystoreViewEntry {
  const certificate = certificateOf(entry);
  return { alias: entry.alias, kind: entry.kind, ...(certificate ? factsOf(certificate) : {}) };
}

function factsOf(certificate: Certificate): Omit<KeystoreViewEntry, 'alias' | 'kind'> {
  const key = certificate.publicKey;
  return {
    algorithm: key.algorithm,
    ...(key.size === undefined ? {} : { size: key.size }),
    key: publicKeyText(key),
    subject: certificate.subject.toString(),
    issuer: certificate.issuer.toString(),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    sha256: certificate.sha256,
  };
}

/** An entry together with the keystore it is in. */
export interface LocatedEntry {
  readonly entry: KeystoreViewEntry;
  readonly keystore: KeystoreView;
}

export type AliasLookup =
  /** A key pair with a certificate. Of several, one that is valid at `now`, the longest. */
  | ({ readonly state: 'key-pair' } & LocatedEntry)
  | ({ readonly state: 'key-without-certificate' } & LocatedEntry)
  | ({ readonly state: 'not-a-key-pair' } & LocatedEntry)
  /** Only an alias that differs in case. */
  | ({ readonly state: 'case' } & LocatedEntry)
  /** In no open keystore; `certain` unless a keystore is locked. */
  | { readonly state: 'missing'; readonly certain: boolean }
  /** There is no keystore to look in. */
  | { readonly state: 'no-keystore' };

/** Looks an alias up as a key pair over all keystores. */
export function lookUpAlias(alias: string, keystores: readonly KeystoreView[], now: Date): AliasLookup {
  if (keystores.length === 0) return { state: 'no-keystore' };
  const located = allEntries(keystores);
  const exact = located.filter(({ entry }) => entry.alias === alias);
  const pairs = exact.filter(({ entry }) => entry.kind === 'keyPair');
  const usable = pairs.filter(({ entry }) => entry.notAfter !== undefined).sort((a, b) => byUse(a.entry, b.entry, now));
  if (usable[0]) return { state: 'key-pair', ...usable[0] };
  if (pairs[0]) return { state: 'key-without-certificate', ...pairs[0] };
  if (exact[0]) return { state: 'not-a-key-pair', ...exact[0] };
  const folded = alias.toLowerCase();
  const similar = located.find(({ entry }) => entry.kind === 'keyPair' && entry.alias.toLowerCase() === folded);
  if (similar) return { state: 'case', ...similar };
  return { state: 'missing', certain: keystores.every(({ state }) => state === 'open') };
}

export function allEntries(keystores: readonly KeystoreView[]): LocatedEntry[] {
  return keystores.flatMap((keystore) => keystore.entries.map((entry) => ({ entry, keystore })));
}

/** 0 for what can be used now, 1 for what is outside its validity, 2 for what has no certificate. */
export function useRank({ notBefore, notAfter }: KeystoreViewEntry, now: Date): number {
  return !notAfter ? 2 : notAfter < now || (notBefore && notBefore > now) ? 1 : 0;
}

/** Sorts what can be used now before what cannot, then the one that lasts longer first. */
export function byUse(a: KeystoreViewEntry, b: KeystoreViewEntry, now: Date): number {
  return useRank(a, now) - useRank(b, now) || (b.notAfter?.getTime() ?? 0) - (a.notAfter?.getTime() ?? 0);
}

/** Aliases that SAP owns: they are in every tenant and in no file (SAP Help, "Keystore"). */
export function isSapOwnedAlias(alias: string): boolean {
  return /^(sap_|hcicertificate|hcimsgcertificate)/i.test(alias);
}
