import { children, oidOf, rawOf } from '../../asn1/der';
import type { Certificate } from '../../certificates/certificate';
import type { Name } from '../../certificates/name';
import type { Pace } from '../../keys/slices';
import type { CarriedBag, Entry, KeystoreNote } from '../model';
import type { SafeBag } from './bag';
import { bagOid } from './oids';

interface Seen {
  readonly entries: Entry[];
  readonly notes: KeystoreNote[];
  /** What is no entry: certificates Java ignores, bags of other kinds without a name. Certificates that only lend themselves to chains are not here. */
  readonly carried: CarriedBag[];
}

interface KeyBag {
  readonly alias: string;
  /** Latin-1 text. */
  readonly keyId: string;
  readonly chain: Certificate[];
}

/** What Java gives to the one private key of a file, and to the first certificate of a safe, where they have no localKeyID. */
const assumedKeyId = '01';

/**
 * The entries as Java's PKCS12 keystore makes them of bags, for SAP's tenant is a Java client (sun.security.pkcs12.PKCS12KeyStore):
 * - a private key without a localKeyID is no entry, but for the first one of the file;
 * - its certificate is one without a trust attribute: of the same localKeyID and alias, else the last with that localKeyID, else the last
 *   with that alias; the chain above it is found by issuer names among all certificates of the file, the first of several with one name;
 * - a certificate alone is an entry only with the trustedKeyUsage attribute;
 * - a bag without a name gets a number; of two entries whose aliases differ only in case the later one wins.
 * Beyond that two things are entries here: a private key that lies unencrypted, with a note, and a bag of another kind that has a name of its own.
 */
export async function entriesAsJavaSeesThem(
  safes: readonly (readonly SafeBag[])[],
  certificates: ReadonlyMap<SafeBag, Certificate>,
  pace: Pace,
): Promise<Seen> {
  const entries = new Map<string, Entry>();
  const notes: KeystoreNote[] = [];
  const carried: CarriedBag[] = [];
  const keys = new Map<Entry, KeyBag>();
  const bySubject = new SubjectIndex();
  const leaves = new LeafIndex();
  const used = new Set<string>();
  const others: SafeBag[] = [];
  let unnamed = 0;
  let shroudedKeys = 0;
  const put = (entry: Entry): void => {
    const folded = entry.alias.toLowerCase();
    const before = entries.get(folded);
    if (before) {
      notes.push({ code: 'duplicate-alias', alias: entry.alias });
      if (before.source) carried.push(before.source);
      keys.delete(before);
    }
    entries.set(folded, entry);
  };

  for (const safe of safes) {
    for (const [place, bag] of safe.entries()) {
      if (pace.over) await pace.rest();
      const source = carry(bag);
      const keyId = bag.localKeyId;
      const created = creationDate(keyId);
      const certificate = certificates.get(bag);
      if (bag.type === bagOid.key || bag.type === bagOid.shroudedKey) {
        const form = bag.type === bagOid.key ? 'plain' : 'encrypted';
        if (form === 'encrypted') shroudedKeys++;
        if (keyId === undefined && form === 'encrypted' && shroudedKeys > 1) {
          notes.push({ code: 'key-ignored-by-java', alias: bag.alias ?? '' });
          carried.push(source);
          continue;
        }
        const alias = bag.alias ?? String(++unnamed);
        if (form === 'plain') notes.push({ code: 'key-not-encrypted', alias, sealedOnSave: true });
        const chain: Certificate[] = [];
        const entry: Entry = {
          kind: 'keyPair',
          ...{ alias, chain, key: { form, der: rawOf(bag.value) }, source },
          ...created,
        };
        put(entry);
        keys.set(entry, { alias, keyId: keyId ?? assumedKeyId, chain });
      } else if (bag.type === bagOid.secret) {
        const algorithm = secretKindOf(bag);
        put({
          kind: 'secretKey',
          alias: bag.alias ?? String(++unnamed),
          source,
          ...created,
          ...(algorithm && { algorithm }),
        });
      } else if (certificate) {
        const assumed = shroudedKeys === 1 && place === 0 ? assumedKeyId : undefined;
        if (bag.isTrustedByJava) {
          put({ kind: 'certificate', alias: bag.alias ?? String(++unnamed), certificate, source, ...created });
        } else leaves.add(keyId ?? assumed, bag.alias, certificate);
        bySubject.add(certificate);
      } else others.push(bag);
    }
  }

  for (const { alias, keyId, chain } of keys.values()) {
    if (pace.over) await pace.rest();
    chain.push(...chainOf(leaves.find(keyId, alias), bySubject));
    for (const member of chain) used.add(member.sha256);
    if (!chain.length) notes.push({ code: 'key-without-certificate', alias });
  }
  for (const bag of others) {
    const { alias } = bag;
    const source = carry(bag);
    if (alias === undefined || entries.has(alias.toLowerCase())) carried.push(source);
    else put({ kind: 'unknown', alias, what: bag.type, source, ...creationDate(bag.localKeyId) });
  }
  const ignored: Certificate[] = [];
  const loose = [...certificates].filter(([bag]) => !bag.isTrustedByJava);
  if (loose.length) {
    // Of a trusted one that lost its alias to a later entry nothing is left to say either: it is carried already.
    for (const [bag, { sha256 }] of certificates) if (bag.isTrustedByJava) used.add(sha256);
  }
  for (const [bag, certificate] of loose) {
    if (used.has(certificate.sha256)) continue;
    used.add(certificate.sha256);
    ignored.push(certificate);
    carried.push(carry(bag));
  }
  if (ignored.length) notes.push({ code: 'certificates-ignored-by-java', certificates: ignored });
  return { entries: [...entries.values()], notes, carried };
}

const carry = (bag: SafeBag): CarriedBag => ({ level: 'bag', type: bag.type, raw: rawOf(bag.node) });

/** Java writes the creation date into localKeyID. */
function creationDate(keyId: string | undefined): { created?: Date } {
  const match = keyId === undefined ? null : /^Time (\d{1,15})$/.exec(keyId);
  return match ? { created: new Date(Number(match[1])) } : {};
}

function secretKindOf(bag: SafeBag): string | undefined {
  const [kind] = children(bag.value);
  return kind && oidOf(kind);
}

function chainOf(leaf: Certificate | undefined, index: SubjectIndex): Certificate[] {
  const chain: Certificate[] = [];
  const seen = new Set<string>();
  let at = leaf;
  while (at && !seen.has(at.sha256)) {
    seen.add(at.sha256);
    chain.push(at);
    at = at.selfIssued ? undefined : index.find(at.issuer);
  }
  return chain;
}

/** The certificates that may belong to a key, by localKeyID and alias. */
class LeafIndex {
  private readonly byBoth = new Map<string, Certificate>();
  private readonly byKeyId = new Map<string, Certificate>();
  private readonly byAlias = new Map<string, Certificate>();

  add(keyId: string | undefined, alias: string | undefined, certificate: Certificate): void {
    if (keyId !== undefined) this.byKeyId.set(keyId, certificate);
    if (alias !== undefined) this.byAlias.set(alias.toLowerCase(), certificate);
    if (keyId === undefined || alias === undefined) return;
    const both = this.both(keyId, alias);
    if (!this.byBoth.has(both)) this.byBoth.set(both, certificate);
  }

  find(keyId: string, alias: string): Certificate | undefined {
    return this.byBoth.get(this.both(keyId, alias)) ?? this.byKeyId.get(keyId) ?? this.byAlias.get(alias.toLowerCase());
  }

  private both(keyId: string, alias: string): string {
    return JSON.stringify([keyId, alias.toLowerCase()]);
  }
}

/** Certificates by subject, the first of each name. The names' own octets serve nearly always; else they are compared as RFC 5280 says. */
class SubjectIndex {
  private readonly all: Certificate[] = [];
  private byOctets: ReadonlyMap<string, Certificate> | undefined;
  private byName: ReadonlyMap<string, Certificate> | undefined;

  add(certificate: Certificate): void {
    this.all.push(certificate);
  }

  find(name: Name): Certificate | undefined {
    this.byOctets ??= firstBy(this.all, ({ subject }) => octetsOfName(subject));
    const exact = this.byOctets.get(octetsOfName(name));
    if (exact) return exact;
    this.byName ??= firstBy([...this.byOctets.values()], ({ subject }) => subject.comparisonKey);
    return this.byName.get(name.comparisonKey);
  }
}

const octetsOfName = ({ raw }: Name): string => Buffer.from(raw).toString('latin1');

function firstBy(all: readonly Certificate[], keyOf: (certificate: Certificate) => string): Map<string, Certificate> {
  const found = new Map<string, Certificate>();
  for (const certificate of all) {
    const key = keyOf(certificate);
    if (!found.has(key)) found.set(key, certificate);
  }
  return found;
}
