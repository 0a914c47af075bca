import { certificateOf } from '../keystore/chain';
import type { Certificate } from '../certificates/certificate';
import { extendedKeyUsageOid } from '../certificates/extensions';
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
  /** Of key pairs: what a receiver would see of the certificate. */
  readonly client?: ClientFacts;
}

/** How far the certificate and chain of a key pair serve to authenticate a client. */
export interface ClientFacts {
  readonly selfSigned: boolean;
  /** Whether the extended key usage allows client authentication; true where there is none. */
  readonly forClients: boolean;
  /**
   * Where the chain that is sent ends. `below-root`: its last member was issued by a root of the keystore, or has itself an issuer in the chain.
   * `intermediate-missing`: by a certificate of the keystore that is no root, and that the chain does not have. `unknown`: the leaf is alone, and its
   * issuer is not in the keystore.
   */
  readonly chain: 'root' | 'below-root' | 'intermediate-missing' | 'unknown';
  /** RFC 4514, of the last member of the chain. */
  readonly chainIssuer: string;
}

/** @param name as shown to people. */
export function viewOfKeystore(keystore: Keystore, name: string, file?: string): KeystoreView {
  const roots = new Map<string, boolean>();
  for (const entry of keystore.entries) {
    if (entry.kind !== 'certificate') continue;
    const subject = entry.certificate.subject.toString();
    roots.set(subject, entry.certificate.selfIssued || (roots.get(subject) ?? false));
  }
  const entries = keystore.entries.map((entry) => viewOfEntry(entry, roots));
  return { name, ...(file === undefined ? {} : { file }), state: 'open', entries };
}

/** A keystore whose password is not known (yet). */
export function lockedKeystore(name: string, file?: string): KeystoreView {
  return { name, ...(file === undefined ? {} : { file }), state: 'locked', entries: [] };
}

function viewOfEntry(entry: Entry, roots: ReadonlyMap<string, boolean>): KeystoreViewEntry {
  const certificate = certificateOf(entry);
  const client = entry.kind === 'keyPair' ? clientFacts(entry.chain, roots) : undefined;
  return {
    alias: entry.alias,
    kind: entry.kind,
    ...(certificate ? factsOf(certificate) : {}),
    ...(client ? { client } : {}),
  };
}

/** @param roots subjects of the keystore's certificates, and whether one of that name is a root */
function clientFacts(chain: readonly Certificate[], roots: ReadonlyMap<string, boolean>): ClientFacts | undefined {
  const [leaf] = chain;
  const last = chain.at(-1);
  if (!leaf || !last) return undefined;
  const usages = leaf.extensions.extendedKeyUsage;
  const { any, clientAuth } = extendedKeyUsageOid;
  const chainIssuer = last.issuer.toString();
  const issuerIsRoot = roots.get(chainIssuer);
  return {
    selfSigned: leaf.selfIssued,
    forClients: !usages || usages.includes(clientAuth) || usages.includes(any),
    chain: last.selfIssued
      ? 'root'
      : issuerIsRoot === false
        ? 'intermediate-missing'
        : issuerIsRoot || chain.length > 1
          ? 'below-root'
          : 'unknown',
    chainIssuer,
  };
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

export type CertificateLookup =
  /** An entry with a certificate: of a key pair its own serves. Of several, one that is valid at `now`, the longest. */
  | ({ readonly state: 'certificate' } & LocatedEntry)
  | ({ readonly state: 'not-a-certificate' } & LocatedEntry)
  | Extract<AliasLookup, { state: 'case' | 'missing' | 'no-keystore' }>;

/** Looks an alias up as a certificate over all keystores. */
export function lookUpCertificate(alias: string, keystores: readonly KeystoreView[], now: Date): CertificateLookup {
  if (keystores.length === 0) return { state: 'no-keystore' };
  const located = allEntries(keystores);
  const exact = located.filter(({ entry }) => entry.alias === alias);
  const [usable] = exact.filter(hasCertificate).sort((a, b) => byUse(a.entry, b.entry, now));
  if (usable) return { state: 'certificate', ...usable };
  if (exact[0]) return { state: 'not-a-certificate', ...exact[0] };
  const folded = alias.toLowerCase();
  const similar = located.find((each) => hasCertificate(each) && each.entry.alias.toLowerCase() === folded);
  if (similar) return { state: 'case', ...similar };
  return { state: 'missing', certain: keystores.every(({ state }) => state === 'open') };
}

export const hasCertificate = ({ entry }: LocatedEntry): boolean => entry.notAfter !== undefined;

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
