import { context, element, integer, octetString, oid, readNode, sequence } from '../../asn1/der';
import type { Certificate } from '../../certificates/certificate';
import { FlowKeystoreError } from '../../errors';
import { checkWritablePassword, encryptWithPassword } from '../../keys/encrypt';
import type { EncryptionScheme } from '../../keys/encryptionSchemes';
import { keptKey, type KeptKey, sealKey } from '../../keys/sealedKey';
import { Pace } from '../../keys/slices';
import type { Entry, Keystore, KeyPairEntry } from '../model';
import { attributesOf, makeBag, makeCertificateBag, readBag, renameBag, type BagAttribute, type SafeBag } from './bag';
import { makeMac } from './mac';
import { bagOid, contentOid } from './oids';

/**
 * Writes a PKCS#12 file as Java 17 does: keys as shrouded bags in one safe, certificates in a second, encrypted one; AES-256,
 * PBKDF2-HMAC-SHA256, MAC by HMAC-SHA256. A file that was read keeps its own protection (`Protection`): certificates open or encrypted as they
 * were, the kind of its MAC, or none, so that who could open it can still do so; `modernise` is there to change that. Sealed keys and bags of
 * unknown kind go in as they are. Only what a save has to seal itself, keys that lay in the open, gets AES-256, as every new key does: a private
 * key is never put under an old cipher.
 * @param password the one that keys are sealed with; undefined for a file that has none, as `cacerts` of newer JDKs: certificates in the open,
 * no MAC
 * @throws FlowKeystoreError `password-not-allowed`, `password-required` for what cannot be in a file without one, `alias-exists` for two aliases
 * that are one to Java, `chain-conflict`
 */
export async function writePkcs12(
  keystore: Keystore,
  password: string | undefined,
  now: () => number = Date.now,
): Promise<Uint8Array> {
  if (password === undefined) checkNeedsNoPassword(keystore);
  else checkWritablePassword(password);
  checkAliases(keystore);
  const pace = new Pace();
  const keyIds = new KeyIds(now);
  for (const entry of keystore.entries) {
    if (pace.over) await pace.rest();
    if (entry.kind === 'keyPair') keyIds.reserve(entry);
  }

  const { protection } = keystore;
  const isApart = protection?.certificates === 'plain' || protection?.otherScheme !== undefined;
  const { shadowed, shadowedCertificates, stray } = sortCarried(keystore);
  const keys: Uint8Array[] = [];
  const chains: Uint8Array[] = [];
  const lateLeaves: Uint8Array[] = [];
  // A secret that lay in the encrypted safe must not come to lie in the open one.
  const secrets: Uint8Array[] = [];
  const others: Uint8Array[] = [];
  const issuers = new Issuers(keystore);
  for (const entry of keystore.entries) {
    if (pace.over) await pace.rest();
    if (entry.kind === 'keyPair') {
      const localKeyId = keyIds.of(entry);
      // Java sees no key that is not encrypted: such a one is sealed now.
      const sealed = await sealedForPkcs12(entry, password ?? '');
      keys.push(
        makeBag(bagOid.shroudedKey, sealed.der, { alias: entry.alias, localKeyId, kept: attributesOfEntry(entry) }),
      );
      const [leaf] = entry.chain;
      if (leaf) {
        const bags = issuers.wouldBeReplacedBy(leaf) ? lateLeaves : chains;
        bags.push(makeCertificateBag(leaf.der, { alias: entry.alias, localKeyId }));
      }
      for (const issuer of issuers.newOnesOf(entry)) chains.push(makeCertificateBag(issuer.der));
    } else if (entry.kind === 'certificate') {
      others.push(
        makeCertificateBag(entry.certificate.der, {
          alias: entry.alias,
          trusted: true,
          kept: attributesOfEntry(entry),
        }),
      );
    } else if (entry.source?.level === 'bag') {
      // Secrets lie in the encrypted part of nearly all files; in one of their own where certificates lie open, or under another method.
      (isApart ? secrets : others).push(renameBag(entry.source.raw, entry.alias));
    } else {
      throw new FlowKeystoreError('unsupported', `A PKCS#12 file cannot hold the entry "${entry.alias}".`);
    }
  }

  // Of two bags with one alias Java sees the last, of two certificates of one name the first.
  const certificates = [...chains, ...lateLeaves, ...others, ...stray];
  const content = (bags: readonly Uint8Array[], isSecret: boolean): Promise<Uint8Array> | Uint8Array => {
    const isOpen = password === undefined || (protection?.certificates === 'plain' && !isSecret);
    if (isOpen) return dataContent(sequence(...bags));
    const scheme = isSecret ? (protection?.otherScheme ?? protection?.scheme) : protection?.scheme;
    return encryptedContent(sequence(...bags), password, scheme);
  };
  const safes: Uint8Array[] = [];
  if (shadowedCertificates.length) safes.push(await content(shadowedCertificates, false));
  if (shadowed.length) safes.push(await content(shadowed, true));
  if (keys.length) safes.push(dataContent(sequence(...keys)));
  if (certificates.length) safes.push(await content(certificates, false));
  if (secrets.length) safes.push(await content(secrets, true));
  for (const each of keystore.carried) if (each.level === 'content') safes.push(each.raw);

  const authenticatedSafe = sequence(...safes);
  const pfx = [integer(3), dataContent(authenticatedSafe)];
  if (password === undefined || protection?.mac === 'none') return sequence(...pfx);
  return sequence(...pfx, await makeMac(authenticatedSafe, password, protection));
}

/** Java sees no key that is not encrypted: such a one is sealed now. Other forms than PKCS#8's have no place in the file. */
async function sealedForPkcs12({ alias, key: sealed }: KeyPairEntry, password: string): Promise<KeptKey> {
  const key = keptKey(sealed);
  if (key.form === 'plain') return sealKey(key.der, password);
  if (key.form === 'encrypted') return key;
  throw new FlowKeystoreError('unsupported', `The private key "${alias}" is not sealed as PKCS#12 asks for.`);
}

function checkNeedsNoPassword({ entries }: Keystore): void {
  const secret = entries.find(({ kind }) => kind === 'keyPair' || kind === 'secretKey');
  if (!secret) return;
  throw new FlowKeystoreError(
    'password-required',
    `The keystore has no password, and "${secret.alias}" needs one.`,
    {},
    'Set a password for the keystore first.',
    { remedy: 'set-password' },
  );
}

function checkAliases(keystore: Keystore): void {
  const seen = new Set<string>();
  for (const { alias } of keystore.entries) {
    const folded = alias.toLowerCase();
    if (seen.has(folded)) {
      throw new FlowKeystoreError(
        'alias-exists',
        `The alias "${alias}" would be there twice: Java does not tell upper from lower case.`,
      );
    }
    seen.add(folded);
  }
}

/**
 * Carried bags: those that Java would list, had no later bag their alias (`shadowed`), and all others. The former stay under the alias that the
 * later one has now, and go with it when it was deleted, for they would come to light.
 */
function sortCarried({ carried, entries }: Keystore): {
  readonly shadowed: readonly Uint8Array[];
  readonly shadowedCertificates: readonly Uint8Array[];
  readonly stray: readonly Uint8Array[];
} {
  const shadowed: Uint8Array[] = [];
  const shadowedCertificates: Uint8Array[] = [];
  const stray: Uint8Array[] = [];
  const aliases = new Map<string, string>();
  for (const { alias, source } of entries) {
    const before = source?.level === 'bag' ? readBag(readNode(source.raw)).alias : undefined;
    if (before !== undefined) aliases.set(before.toLowerCase(), alias);
  }
  for (const { level, raw } of carried) {
    if (level !== 'bag') continue;
    const bag = readBag(readNode(raw));
    const { alias } = bag;
    if (alias === undefined || !isListed(bag)) {
      stray.push(raw);
      continue;
    }
    const now = aliases.get(alias.toLowerCase());
    if (now === undefined) continue;
    const list = bag.type === bagOid.certificate ? shadowedCertificates : shadowed;
    list.push(now.toLowerCase() === alias.toLowerCase() ? raw : renameBag(raw, now));
  }
  return { shadowed, shadowedCertificates, stray };
}

/** Whether Java has a bag with an alias as an entry, if nothing hides it. */
function isListed(bag: SafeBag): boolean {
  if (bag.type === bagOid.certificate) return bag.isTrustedByJava;
  return bag.type !== bagOid.shroudedKey || bag.localKeyId !== undefined;
}

/** The certificates above the leaves of key pairs. A reader finds them by name alone: of each name there can be but one. */
class Issuers {
  private readonly byName = new Map<string, Certificate>();
  private readonly written = new Set<Certificate>();

  /** @throws FlowKeystoreError `chain-conflict` */
  constructor({ entries }: Keystore) {
    for (const entry of entries) {
      if (entry.kind !== 'keyPair') continue;
      for (const issuer of entry.chain.slice(1)) {
        const name = nameKey(issuer);
        const other = this.byName.get(name);
        if (!other) this.byName.set(name, issuer);
        else if (other !== issuer && !other.equals(issuer)) throw chainConflict(entry.alias, issuer);
      }
    }
  }

  /** Whether a leaf has the name of another certificate that stands above a leaf. */
  wouldBeReplacedBy(leaf: Certificate): boolean {
    const issuer = this.byName.get(nameKey(leaf));
    return issuer !== undefined && !issuer.equals(leaf);
  }

  /** Those of a key pair that were not asked for before. */
  newOnesOf({ chain }: KeyPairEntry): Certificate[] {
    return chain.slice(1).flatMap((member) => {
      const issuer = this.byName.get(nameKey(member)) ?? member;
      if (this.written.has(issuer)) return [];
      this.written.add(issuer);
      return [issuer];
    });
  }
}

const nameKey = ({ subject }: Certificate): string => Buffer.from(subject.raw).toString('latin1');

function chainConflict(alias: string, issuer: Certificate): FlowKeystoreError {
  return new FlowKeystoreError(
    'chain-conflict',
    `The chain of "${alias}" has another certificate of the name "${issuer.subject.short}" than the chain of another key pair; a PKCS#12 file can hold only one of them, for chains are found by name.`,
    {},
    'Give both key pairs the same certificate of that name, or keep them in two keystores.',
  );
}

/** Attributes of other programs (a Microsoft provider name, say) stay with the entry. */
function attributesOfEntry(entry: Pick<Entry, 'source'>): readonly BagAttribute[] {
  return entry.source?.level === 'bag' ? attributesOf(readBag(readNode(entry.source.raw))) : [];
}

function dataContent(octets: Uint8Array): Uint8Array {
  return sequence(oid(contentOid.data), context(0, octetString(octets)));
}

async function encryptedContent(plain: Uint8Array, password: string, scheme?: EncryptionScheme): Promise<Uint8Array> {
  const { algorithm, data } = await encryptWithPassword(plain, password, scheme);
  const info = sequence(oid(contentOid.data), algorithm, element(0x80, data));
  return sequence(oid(contentOid.encryptedData), context(0, sequence(integer(0), info)));
}

/** The localKeyIDs that tie keys to certificates: those of the file where they are unique, else Java's form with the creation time. */
class KeyIds {
  private readonly ids = new Map<KeyPairEntry, string>();
  private readonly taken = new Set<string>();

  constructor(private readonly now: () => number) {}

  reserve(entry: KeyPairEntry): void {
    const id = entry.source?.level === 'bag' ? readBag(readNode(entry.source.raw)).localKeyId : undefined;
    if (id === undefined || this.taken.has(id)) return;
    this.taken.add(id);
    this.ids.set(entry, id);
  }

  of(entry: KeyPairEntry): string {
    const known = this.ids.get(entry);
    if (known !== undefined) return known;
    for (let time = entry.created?.getTime() ?? this.now(); ; time++) {
      const id = `Time ${time}`;
      if (this.taken.has(id)) continue;
      this.taken.add(id);
      this.ids.set(entry, id);
      return id;
    }
  }
}
