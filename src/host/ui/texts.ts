import * as vscode from 'vscode';
import type { AliasProblem } from '../../core/keystore/alias';
import { maxAliasLength } from '../../core/keystore/alias';
import type { ChainRole, standaloneRole } from '../../core/keystore/chain';
import { groups } from '../../core/keystore/describe';
import { daysLeft, expiryState, type Validity, type WarnFrom } from '../../core/keystore/expiry';
import type { EncryptionMethod, Entry, KeystoreNote } from '../../core/keystore/model';

const { t } = vscode.l10n;

export function kindText(kind: Entry['kind']): string {
  switch (kind) {
    case 'keyPair':
      return t('key pair');
    case 'certificate':
      return t('certificate');
    case 'secretKey':
      return t('secret key');
    case 'unknown':
      return t('unknown entry');
  }
}

export function roleText(role: ChainRole | ReturnType<typeof standaloneRole>): string {
  switch (role) {
    case 'leaf':
      return t('leaf');
    case 'intermediate':
      return t('intermediate');
    case 'root':
      return t('root');
    case 'self-signed':
      return t('self-signed');
    case 'certificate':
      return t('certificate');
  }
}

/** `412 days`, `expires in 12 days`, `expired 3 days ago`, `not valid before 2027-01-01`. Long spans in years. */
export function validityText(validity: Validity, now: Date, warnDays: WarnFrom): string {
  const days = daysLeft(validity, now);
  switch (expiryState(validity, now, warnDays)) {
    case 'expired':
      return days === -1
        ? t('expired within the last day')
        : days === -2
          ? t('expired 1 day ago')
          : t('expired {0} days ago', -days - 1);
    case 'not-yet-valid':
      return t('not valid before {0}', dateText(validity.notBefore));
    case 'expiring':
      return days === 0
        ? t('expires within a day')
        : days === 1
          ? t('expires in 1 day')
          : t('expires in {0} days', days);
    case 'valid':
      return days > 1095 ? t('{0} years', Math.floor(days / 365.25)) : days === 1 ? t('1 day') : t('{0} days', days);
  }
}

/** The day, ISO 8601: the same everywhere. */
export function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString().slice(0, 10);
}

/** A fingerprint as keytool and openssl write it, `0D:56:1F:2A ...`, 16 octets a line. */
export function fingerprintText(hex: string): string {
  return (hex.match(/.{1,32}/g) ?? []).map(groups).join(':\n');
}

export function aliasProblemText(problem: AliasProblem): string {
  switch (problem.code) {
    case 'empty':
      return t('An entry needs an alias.');
    case 'too-long':
      return t('The alias has {0} characters; SAP takes at most {1}.', problem.length, maxAliasLength);
    case 'white-space':
      return t('The alias begins or ends with white space.');
    case 'control-character':
      return t('The alias has characters that cannot be seen.');
    case 'taken':
      return t('There is an entry "{0}" already (Java does not tell upper from lower case).', problem.by);
    case 'reserved-by-sap':
      return t('Aliases like this are reserved for SAP: the tenant will refuse it.');
    case 'not-for-http':
      return t('The HTTP receiver adapter does not take "true" or "false" as an alias.');
  }
}

function methodText({ method, rounds }: EncryptionMethod): string {
  return rounds === undefined
    ? method
    : rounds === 1
      ? t('{0}, 1 round', method)
      : t('{0}, {1} rounds', method, rounds.toLocaleString('en'));
}

export function noteText(note: KeystoreNote): string {
  switch (note.code) {
    case 'certificates-ignored-by-java': {
      const names = note.certificates
        .slice(0, 3)
        .map(({ subject }) => subject.short)
        .join(', ');
      return note.certificates.length === 1
        ? t('1 certificate that Java and SAP ignore: {0}', names)
        : t('{0} certificates that Java and SAP ignore: {1}', note.certificates.length, names);
    }
    case 'old-encryption':
      return t('protected by old methods: {0}', note.methods.map(methodText).join(', '));
    case 'few-rounds':
      return t('few rounds of key derivation: {0}', note.methods.map(methodText).join(', '));
    case 'no-integrity-check':
      return t('no integrity check: a change by others would go unnoticed');
    case 'duplicate-alias':
      return t('the alias "{0}" is there twice; Java sees the last one only', note.alias);
    case 'key-without-certificate':
      return t('the private key "{0}" has no certificate', note.alias);
    case 'key-not-encrypted':
      return note.sealedOnSave
        ? t('the private key "{0}" is not encrypted; Java and SAP do not see it', note.alias)
        : t('the private key "{0}" is not encrypted: whoever has the file can use it', note.alias);
    case 'read-without-password':
      return note.encryptedParts
        ? t('listed without the password: not checked, and what is encrypted is not shown')
        : t('listed without the password: not checked');
    case 'alias-not-lower-case':
      return t('Java does not find the alias "{0}": it looks for lower case in this kind of keystore', note.alias);
    case 'key-ignored-by-java':
      return note.alias
        ? t('Java and SAP ignore the private key "{0}": it has no localKeyID', note.alias)
        : t('Java and SAP ignore a private key without a name: it has no localKeyID');
    case 'certificate-unreadable':
      return t('a certificate could not be read: {0}', note.detail);
    case 'no-sap-key-pair':
      return t('no sap_cloudintegrationcertificate: trial tenants have none; generate a key pair of your own');
  }
}

/** With the separators of the language that VS Code speaks. */
export function numberText(number: number): string {
  return number.toLocaleString(vscode.env.language);
}
