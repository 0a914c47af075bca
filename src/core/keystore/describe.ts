import type { Certificate } from '../certificates/certificate';
import type { GeneralName } from '../certificates/extensions';
import { firstFew } from '../firstFew';
import { writtenIterations } from '../keys/encryptionSchemes';
import { daysLeft, expiryState, type WarnFrom } from './expiry';
import type { EntryKind, Keystore, KeystoreNote } from './model';
import { describeMethod } from './protection';

/** What an entry of a kind is called where it is described. */
export const entryKindNames: Readonly<Record<EntryKind, string>> = {
  keyPair: 'key pair',
  certificate: 'trusted certificate',
  secretKey: 'secret key',
  unknown: 'entry of unknown kind',
};

/** `PKCS12 keystore`. */
export const storeName = ({ type, ofTenant }: Pick<Keystore, 'type' | 'ofTenant'>): string =>
  ofTenant ? 'Keystore of a tenant' : `${type} keystore`;

/** A note in one plain sentence. */
export function describeNote(note: KeystoreNote): string {
  switch (note.code) {
    case 'certificates-ignored-by-java': {
      const names = note.certificates.map((certificate) => certificate.subject.short);
      return `Java and SAP ignore ${count(note.certificates.length, 'certificate', 'certificates')} of this file, which belong to no key and are not marked as trusted: ${firstFew(names, 3)}.`;
    }
    case 'old-encryption':
      return `Parts of the file are protected by old methods: ${note.methods.map(describeMethod).join(', ')}.`;
    case 'few-rounds':
      return `Passwords are derived with fewer rounds than today (${writtenIterations.toLocaleString('en')}): ${note.methods.map(describeMethod).join(', ')}.`;
    case 'no-integrity-check':
      return 'The file has no integrity check (MAC): a change by others would go unnoticed.';
    case 'duplicate-alias':
      return `The alias "${note.alias}" is there twice; Java sees the last one only.`;
    case 'key-without-certificate':
      return `The private key "${note.alias}" has no certificate.`;
    case 'key-not-encrypted':
      return note.sealedOnSave
        ? `The private key "${note.alias}" is not encrypted; Java and SAP do not see it. Saving the keystore seals it.`
        : `The private key "${note.alias}" is not encrypted: whoever has the file can use it.`;
    case 'read-without-password':
      return note.encryptedParts
        ? 'Listed without the password: the file was not checked, and what is encrypted in it is not shown.'
        : 'Listed without the password: whether somebody changed the file was not checked.';
    case 'alias-not-lower-case':
      return `Java looks for aliases of this kind of keystore in lower case: it does not find "${note.alias}".`;
    case 'key-ignored-by-java':
      return `Java and SAP ignore the private key ${note.alias ? `"${note.alias}"` : 'without a name'}: it has no localKeyID. Saving the keystore keeps it.`;
    case 'certificate-unreadable':
      return `A certificate could not be read: ${note.detail}`;
    case 'no-sap-key-pair':
      return 'There is no sap_cloudintegrationcertificate: trial tenants have none. Generate a key pair of your own.';
  }
}

/** `412 days left`, `expires in 12 days`, `expired 3 days ago`, `valid from 2027-01-01`. */
export function validityText(
  certificate: Pick<Certificate, 'notBefore' | 'notAfter'>,
  now: Date,
  warnDays: WarnFrom,
): string {
  const days = daysLeft(certificate, now);
  switch (expiryState(certificate, now, warnDays)) {
    case 'expired':
      return days === -1 ? 'expired within the last day' : `expired ${count(-days - 1, 'day', 'days')} ago`;
    case 'not-yet-valid':
      return `not valid before ${isoDate(certificate.notBefore)}`;
    case 'expiring':
      return days === 0 ? 'expires within a day' : `expires in ${count(days, 'day', 'days')}`;
    case 'valid':
      return `${count(days, 'day', 'days')} left`;
  }
}

export function generalNameText(name: GeneralName): string {
  return `${name.kind}:${name.value}`;
}

/** Hex in pairs, upper case, as fingerprints are compared by eye: `0D:56:...`. */
export function groups(hexText: string): string {
  return (hexText.toUpperCase().match(/.{1,2}/g) ?? []).join(':');
}

function isoDate(date: Date): string {
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.000Z$/, ' UTC')
    .replace(/\.\d+Z$/, ' UTC');
}

/** `1 entry`, `1,234 entries`. */
export function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}
