import { context, element, integer, octetString, oid, readNode, sequence } from '../../asn1/der';
import { FlowKeystoreError } from '../../errors';
import { checkWritablePassword, encryptWithPassword } from '../../keys/passwordEncryption';
import { sealKey } from '../../keys/sealedKey';
import { Pace } from '../../keys/slices';
import type { Keystore, KeyPairEntry } from '../model';
import { localKeyIdOf, makeBag, makeCertificateBag, readBag, renameBag, type BagAttribute } from './bag';
import { makeMac } from './mac';
import { bagOid, contentOid } from './oids';

/**
 * Writes a PKCS#12 file as Java 17 does: keys as shrouded bags in one safe, certificates in a second, encrypted one; AES-256,
 * PBKDF2-HMAC-SHA256, MAC by HMAC-SHA256. Sealed keys and bags of unknown kind go in as they are.
 * @param password must be the one the sealed keys are sealed with
 * @throws FlowKeystoreError `password-not-allowed`, `alias-exists` for two aliases that are one to Java
 */
export async function writePkcs12(
  keystore: Keystore,
  password: string,
  now: () => number = Date.now,
): Promise<Uint8Array> {
  checkWritablePassword(password);
  checkAliases(keystore);
  const keyIds = new KeyIds(now);
  const pace = new Pace();
  for (const entry of keystore.entries) {
    if (pace.over) await pace.rest();
    if (entry.kind === 'keyPair') keyIds.reserve(entry);
  }

  const keyBags: Uint8Array[] = [];
  const certificateBags: Uint8Array[] = [];
  const issuersWritten = new Set<string>();
  const issuers: Uint8Array[] = [];
  for (const entry of keystore.entries) {
    if (pace.over) await pace.rest();
    if (entry.kind === 'keyPair') {
      const localKeyId = keyIds.of(entry);
      // Java sees no key that is not encrypted: such a one is sealed now.
      const sealed = entry.key.form === 'plain' ? await sealKey(entry.key.der, password) : entry.key;
      keyBags.push(
        makeBag(bagOid.shroudedKey, sealed.der, { alias: entry.alias, localKeyId, kept: attributesOf(entry) }),
      );
      const [leaf, ...rest] = entry.chain;
      if (leaf) certificateBags.push(makeCertificateBag(leaf.der, { alias: entry.alias, localKeyId }));
      for (const issuer of rest) {
        if (issuersWritten.has(issuer.sha256)) continue;
        issuersWritten.add(issuer.sha256);
        issuers.push(makeCertificateBag(issuer.der));
      }
    } else if (entry.kind === 'certificate') {
      certificateBags.push(
        makeCertificateBag(entry.certificate.der, { alias: entry.alias, trusted: true, kept: attributesOf(entry) }),
      );
    } else if (entry.source) keyBags.push(renameBag(entry.source.raw, entry.alias));
  }
  certificateBags.push(...issuers);
  for (const bag of keystore.carried) if (bag.level === 'bag') certificateBags.push(bag.raw);

  const safes: Uint8Array[] = [];
  if (keyBags.length) safes.push(dataContent(sequence(...keyBags)));
  if (certificateBags.length) safes.push(await encryptedContent(sequence(...certificateBags), password));
  for (const content of keystore.carried) if (content.level === 'content') safes.push(content.raw);

  const authenticatedSafe = sequence(...safes);
  return sequence(integer(3), dataContent(authenticatedSafe), await makeMac(authenticatedSafe, password));
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

/** Attributes of other programs (a Microsoft provider name, say) stay with the entry. */
function attributesOf(entry: { readonly source?: { readonly raw: Uint8Array } }): readonly BagAttribute[] {
  return entry.source ? readBag(readNode(entry.source.raw)).attributes : [];
}

function dataContent(octets: Uint8Array): Uint8Array {
  return sequence(oid(contentOid.data), context(0, octetString(octets)));
}

async function encryptedContent(plain: Uint8Array, password: string): Promise<Uint8Array> {
  const { algorithm, data } = await encryptWithPassword(plain, password);
  const info = sequence(oid(contentOid.data), algorithm, element(0x80, data));
  return sequence(oid(contentOid.encryptedData), context(0, sequence(integer(0), info)));
}

/** The localKeyIDs that tie keys to certificates: those of the file where they are unique, else Java's form with the creation time. */
class KeyIds {
  private readonly ids = new Map<KeyPairEntry, string>();
  private readonly taken = new Set<string>();

  constructor(private readonly now: () => number) {}

  reserve(entry: KeyPairEntry): void {
    const id = entry.source && localKeyIdOf(readBag(readNode(entry.source.raw)));
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
