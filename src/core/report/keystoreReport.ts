import { certificateOf } from '../keystore/chain';
import { publicKeyText } from '../certificates/publicKey';
import { daysLeft, expiryState, type WarnFrom } from '../keystore/expiry';
import { generalNameText } from '../keystore/describe';
import type { Entry, Keystore } from '../keystore/model';
import { csv } from './csv';
import { escaped } from './markdown';

export type ReportForm = 'csv' | 'json' | 'md';

export interface ReportOptions {
  /** The keystore, as it is to be called. */
  readonly name: string;
  readonly now: Date;
  /** From when on a certificate counts as expiring. */
  readonly warnDays: WarnFrom;
}

/** The columns of a report, by the names that JSON and CSV have for them. */
export interface ReportRow {
  readonly alias: string;
  readonly kind: Entry['kind'];
  readonly key?: string;
  readonly subject?: string;
  readonly issuer?: string;
  /** Lower-case hex. */
  readonly serial?: string;
  /** ISO 8601. */
  readonly notBefore?: string;
  /** ISO 8601. */
  readonly notAfter?: string;
  /** Whole days; below 0 when it is over. */
  readonly daysLeft?: number;
  readonly state?: string;
  readonly signatureAlgorithm?: string;
  readonly alternativeNames?: string;
  /** How many certificates stand with a key pair. */
  readonly chainLength: number;
  /** Lower-case hex. */
  readonly sha256?: string;
  readonly sha1?: string;
}

const columns = [
  'alias',
  'kind',
  'key',
  'subject',
  'issuer',
  'serial',
  'notBefore',
  'notAfter',
  'daysLeft',
  'state',
  'signatureAlgorithm',
  'alternativeNames',
  'chainLength',
  'sha256',
  'sha1',
] as const satisfies readonly (keyof ReportRow)[];

/** What is public of a keystore, entry by entry. No secret is in it. */
export function keystoreReport(keystore: Keystore, form: ReportForm, options: ReportOptions): string {
  const rows = keystore.entries.map((entry) => rowOf(entry, options));
  switch (form) {
    case 'csv':
      return csv(
        columns,
        rows.map((row) => columns.map((column) => row[column])),
      );
    case 'json':
      return `${JSON.stringify({ keystore: options.name, type: keystore.type, made: options.now.toISOString(), entries: rows }, undefined, 2)}\n`;
    case 'md':
      return markdown(keystore, rows, options);
  }
}

function rowOf(entry: Entry, { now, warnDays }: ReportOptions): ReportRow {
  const { alias, kind } = entry;
  const certificate = certificateOf(entry);
  const chainLength = entry.kind === 'keyPair' ? entry.chain.length : certificate ? 1 : 0;
  if (!certificate) return { alias, kind, chainLength };
  const names = certificate.extensions.subjectAltName?.map(generalNameText).join(', ');
  return {
    alias,
    kind,
    key: publicKeyText(certificate.publicKey),
    subject: certificate.subject.toString(),
    issuer: certificate.issuer.toString(),
    serial: certificate.serialNumber,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    daysLeft: daysLeft(certificate, now),
    state: expiryState(certificate, now, warnDays),
    signatureAlgorithm: certificate.signatureAlgorithm.name,
    ...(names && { alternativeNames: names }),
    chainLength,
    sha256: certificate.sha256,
    sha1: certificate.fingerprint('sha1'),
  };
}

const kindTexts = {
  keyPair: 'key pair',
  certificate: 'certificate',
  secretKey: 'secret key',
  unknown: 'unknown',
} as const;

function markdown({ type, entries }: Keystore, rows: readonly ReportRow[], { name, now }: ReportOptions): string {
  const lines = [
    `# ${escaped(name)}`,
    '',
    `${type} keystore, ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}, ${now.toISOString().slice(0, 10)}`,
    '',
    '| Alias | Kind | Key | Subject | Issuer | Valid to | Days left | SHA-256 |',
    '| --- | --- | --- | --- | --- | --- | ---: | --- |',
    ...rows.map((row) => {
      const cells = [
        escaped(row.alias),
        kindTexts[row.kind],
        escaped(row.key ?? ''),
        escaped(row.subject ?? ''),
        escaped(row.issuer ?? ''),
        row.notAfter?.slice(0, 10) ?? '',
        row.daysLeft ?? '',
        row.sha256 ? `\`${row.sha256}\`` : '',
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
