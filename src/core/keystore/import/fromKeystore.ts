import type { KeystorePasswords } from '../convert';
import { getEntry } from '../edit';
import type { Entry, Keystore, StoreType } from '../model';
import type { CertificateItem, ImportItem, PassedOver, Recognised } from './items';

/**
 * What can be imported of a keystore that is open.
 * @param from its name
 * @param aliases the entries that are meant; absent for all, and for the certificates that Java ignores
 * @throws FlowKeystoreError `alias-unknown`
 */
export function itemsOfKeystore(
  keystore: Keystore,
  from: string,
  passwords: KeystorePasswords,
  aliases?: readonly string[],
): Recognised {
  const entries = aliases ? [...new Set(aliases.map((alias) => getEntry(keystore, alias)))] : keystore.entries;
  const items: ImportItem[] = [];
  const passedOver: PassedOver[] = [];
  for (const entry of entries) {
    const item = itemOf(entry, from, keystore.type, passwords);
    if (item) items.push(item);
    else passedOver.push({ from, what: entry.alias, why: staysElsewhere(entry) ? 'key-elsewhere' : 'no-certificate' });
  }
  if (!aliases) items.push(...ignoredIn(keystore, from));
  return { items, passedOver };
}

const staysElsewhere = (entry: Entry): boolean => entry.kind === 'keyPair' && entry.key.form === 'elsewhere';

/** Undefined for a private key without a certificate, and for one that stays on a tenant. */
function itemOf(entry: Entry, from: string, type: StoreType, passwords: KeystorePasswords): ImportItem | undefined {
  const { alias } = entry;
  switch (entry.kind) {
    case 'certificate':
      return { kind: 'certificate', from, alias, certificate: entry.certificate };
    case 'keyPair': {
      const { chain, key } = entry;
      const password = passwords.keys?.get(alias) ?? passwords.store;
      return chain.length && key.form !== 'elsewhere'
        ? { kind: 'keyPair', from, alias, chain, key, password }
        : undefined;
    }
    default:
      return { kind: 'other', from, alias, entry, type, password: passwords.store };
  }
}

function ignoredIn({ notes }: Keystore, from: string): CertificateItem[] {
  return notes.flatMap((note) =>
    note.code === 'certificates-ignored-by-java'
      ? note.certificates.map((certificate): CertificateItem => ({
          kind: 'certificate',
          from,
          certificate,
          ignored: true,
        }))
      : [],
  );
}
