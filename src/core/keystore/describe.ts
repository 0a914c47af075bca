import type { Certificate } from '../certificates/certificate';
import { extendedKeyUsageName, type GeneralName } from '../certificates/extensions';
import { publicKeyText } from '../certificates/publicKey';
import { firstFew } from '../firstFew';
import { visible } from '../visible';
import { missingIssuer, roleInChain } from './chain';
import { daysLeft, expiryState } from './expiry';
import type { Entry, Keystore, KeystoreNote } from './model';

export interface DescribeOptions {
  readonly now: Date;
  /** From how many days before its end a certificate counts as expiring. */
  readonly warnDays: number;
  /** Shown in the heading. */
  readonly keystoreName?: string;
}

const kindNames = {
  keyPair: 'key pair',
  certificate: 'trusted certificate',
  secretKey: 'secret key',
  unknown: 'entry of unknown kind',
} as const;

/** An entry as a readable text document: facts, then the chain as a tree. No secret is in it. Lines end in LF. */
export function describeEntry(entry: Entry, options: DescribeOptions): string {
  const title = visible(entry.alias);
  const lines = [title, '='.repeat(title.length), ''];
  const fact = (label: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') lines.push(factLine(label, value));
  };
  fact('Kind', kindNames[entry.kind]);
  fact('Keystore', options.keystoreName);
  fact('Created', entry.created && isoDate(entry.created));
  switch (entry.kind) {
    case 'keyPair': {
      const [leaf] = entry.chain;
      if (!leaf) {
        lines.push('', 'The file holds no certificate for this private key.');
        break;
      }
      lines.push('', ...certificateLines(leaf, options), '', ...chainLines(entry.chain, options));
      break;
    }
    case 'certificate':
      lines.push('', ...certificateLines(entry.certificate, options));
      break;
    case 'secretKey':
      lines.push('', 'A secret key is carried along; SAP Cloud Integration has no use for it.');
      break;
    case 'unknown':
      fact('Type', entry.what);
      break;
  }
  return `${lines.join('\n')}\n`;
}

/** A whole keystore as text that is stable from one version to the next: entries by alias, so that two versions can be compared. */
export function describeKeystore(keystore: Keystore, options: DescribeOptions): string {
  const entries = [...keystore.entries].sort((a, b) => (a.alias < b.alias ? -1 : a.alias > b.alias ? 1 : 0));
  const head = [
    `${keystore.type} keystore${options.keystoreName ? ` ${options.keystoreName}` : ''}: ${count(entries.length, 'entry', 'entries')}`,
    '',
  ];
  const notes = keystore.notes.map((note) => `Note: ${describeNote(note)}`);
  const rest: DescribeOptions = { now: options.now, warnDays: options.warnDays };
  return [
    ...head,
    ...notes,
    ...(notes.length ? [''] : []),
    entries.map((entry) => describeEntry(entry, rest)).join('\n'),
  ].join('\n');
}

/** A note in one plain sentence. */
export function describeNote(note: KeystoreNote): string {
  switch (note.code) {
    case 'certificates-ignored-by-java': {
      const names = note.certificates.map((certificate) => certificate.subject.short);
      return `Java and SAP ignore ${count(note.certificates.length, 'certificate', 'certificates')} of this file, which belong to no key and are not marked as trusted: ${firstFew(names, 3)}.`;
    }
    case 'old-encryption':
      return `Parts of the file are protected by old methods: ${note.algorithms.join(', ')}.`;
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
  }
}

function certificateLines(certificate: Certificate, { now, warnDays }: DescribeOptions): string[] {
  const { extensions } = certificate;
  const constraints = extensions.basicConstraints;
  const rows: [string, string | undefined][] = [
    ['Subject', certificate.subject.toString() || '(empty)'],
    ['Issuer', certificate.selfIssued ? 'itself (self-signed)' : certificate.issuer.toString()],
    ['Serial number', groups(certificate.serialNumber)],
    ['Valid from', isoDate(certificate.notBefore)],
    ['Valid to', `${isoDate(certificate.notAfter)} (${validityText(certificate, now, warnDays)})`],
    ['Key', publicKeyText(certificate.publicKey)],
    ['Signature', certificate.signatureAlgorithm.name],
    ['Alternative names', extensions.subjectAltName?.map(generalNameText).join(', ')],
    ['Key usage', extensions.keyUsage && [...extensions.keyUsage].join(', ')],
    ['Extended key usage', extensions.extendedKeyUsage?.map(extendedKeyUsageName).join(', ')],
    [
      'Certification authority',
      constraints &&
        (constraints.ca
          ? `yes${constraints.pathLength === undefined ? '' : `, path length ${constraints.pathLength}`}`
          : 'no'),
    ],
    ['Subject key identifier', extensions.subjectKeyIdentifier && groups(extensions.subjectKeyIdentifier)],
    ['Authority key identifier', extensions.authorityKeyIdentifier && groups(extensions.authorityKeyIdentifier)],
    ['Issuer certificate at', extensions.caIssuers.join(', ')],
    ['Revocation lists at', extensions.crlDistributionPoints.join(', ')],
    ['OCSP at', extensions.ocspResponders.join(', ')],
    ['Malformed extensions', extensions.malformed.join(', ')],
    ['SHA-256 fingerprint', groups(certificate.sha256)],
    ['SHA-1 fingerprint', groups(certificate.fingerprint('sha1'))],
  ];
  return rows.flatMap(([label, value]) => (value ? [factLine(label, value)] : []));
}

function chainLines(chain: readonly Certificate[], { now, warnDays }: DescribeOptions): string[] {
  const lines = ['Chain'];
  chain.forEach((member, i) => {
    lines.push(
      `  ${'  '.repeat(i)}${member.subject.toString()}  [${roleInChain(chain, i)}, ${validityText(member, now, warnDays)}]`,
    );
  });
  const missing = missingIssuer(chain);
  if (missing) lines.push(`  ${'  '.repeat(chain.length)}${missing.toString()}  [not in the chain]`);
  return lines;
}

/** `412 days left`, `expires in 12 days`, `expired 3 days ago`, `valid from 2027-01-01`. */
export function validityText(
  certificate: Pick<Certificate, 'notBefore' | 'notAfter'>,
  now: Date,
  warnDays: number,
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

function factLine(label: string, value: string): string {
  return `${`${label}:`.padEnd(26)}${visible(value)}`;
}

function isoDate(date: Date): string {
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.000Z$/, ' UTC')
    .replace(/\.\d+Z$/, ' UTC');
}

function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}
