import * as vscode from 'vscode';
import { fileNameFor, writeCertificates, type CertificateForm, type ExportedPart } from '../../core/keystore/export';
import { certificatesOf } from '../../core/keystore/chain';
import { FlowKeystoreError } from '../../core/errors';
import { keystoreReport, type ReportForm } from '../../core/report/keystoreReport';
import { askChoice, type Choice } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { settings } from '../services/settings';
import { chooseKeystore, chooseOpenKeystore, GaveUp, mayAsk } from './choosing';
import { certificatesOfSelection, chooseCertificates, type ChosenCertificates } from './choosingCertificates';
import type { Commands, ExportCertificatesArgument, ExportReportArgument } from './commandMap';
import { exportKeyPair } from './exportKeyPair';
import { saveExport, saveReport } from './saveExport';

const { t } = vscode.l10n;

type ExportCommands = Pick<
  Commands,
  'flowKeystore.exportCertificates' | 'flowKeystore.exportKeyPair' | 'flowKeystore.exportReport'
>;

export function exportCommands(host: Host): ExportCommands {
  return {
    'flowKeystore.exportCertificates': (argument = {}) => exportCertificates(host, argument),
    'flowKeystore.exportKeyPair': (argument = {}) => exportKeyPair(host, argument),
    'flowKeystore.exportReport': (argument = {}) => exportReport(host, argument),
  };
}

const endings: Readonly<Record<CertificateForm, string>> = { pem: '.pem', der: '.cer', p7b: '.p7b' };

async function exportCertificates(host: Host, argument: ExportCertificatesArgument): Promise<string> {
  const title = t('Export Certificates');
  const chosen = await chooseCertificates(host, argument, title);
  const { session, selection } = chosen;
  const part = argument.what ?? (await askPart(argument, chosen, title));
  const certificates = certificatesOfSelection(session, selection, part);
  const form = argument.form ?? (await askForm(argument, certificates.length, title));
  const bytes = writeCertificates(certificates, form);
  const [first = 'certificates', ...others] = [
    ...selection.aliases,
    ...(selection.members ?? []).map(({ alias }) => alias),
  ];
  const name = others.length ? 'certificates' : part === 'certificate' ? first : `${first}-${part}`;
  return saveExport(argument, session, {
    title,
    name: fileNameFor(name, endings[form]),
    filters: { [form === 'pem' ? 'PEM' : form === 'der' ? 'DER' : 'PKCS#7']: [endings[form].slice(1)] },
    bytes,
    isText: form === 'pem',
    what: certificates.length === 1 ? t('1 certificate') : t('{0} certificates', certificates.length),
  });
}

/** Of certificates that stand for themselves there is one part only. */
async function askPart(
  argument: ExportCertificatesArgument,
  { session, selection }: ChosenCertificates,
  title: string,
): Promise<ExportedPart> {
  const entries = (session.seen?.entries ?? []).filter(({ alias }) => selection.aliases.includes(alias));
  const chains = entries.map(certificatesOf).filter(({ length }) => length);
  const isWhole = chains.every((chain) => chain.length === 1 && chain[0]?.selfIssued);
  if (isWhole) return 'certificate';
  mayAsk(argument, 'what');
  const several = entries.length > 1;
  const longest = Math.max(...chains.map(({ length }) => length));
  const items: Choice<ExportedPart>[] = [
    {
      label: several ? t('Certificates') : t('Certificate'),
      description: several ? t('of {0} entries', entries.length) : (chains[0]?.[0]?.subject.short ?? ''),
      value: 'certificate',
    },
    ...(longest > 1
      ? [
          {
            label: several ? t('Chains') : t('Chain'),
            description: several ? t('each certificate once') : t('{0} certificates', longest),
            value: 'chain' as const,
          },
        ]
      : []),
    { label: several ? t('Roots') : t('Root'), description: t('what the other side has to trust'), value: 'root' },
  ];
  const asked = await askChoice({ title, placeholder: t('What is to be exported?'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function askForm(argument: ExportCertificatesArgument, count: number, title: string): Promise<CertificateForm> {
  mayAsk(argument, 'form');
  const der: Choice<CertificateForm> = {
    label: 'DER',
    description: t('binary, for Windows and SAP dialogs (.cer)'),
    value: 'der',
  };
  const asked = await askChoice<CertificateForm>({
    title,
    placeholder: t('In which form?'),
    items: [
      { label: 'PEM', description: t('text, for e-mail and most programs (.pem)'), value: 'pem' },
      ...(count === 1 ? [der] : []),
      { label: 'PKCS#7', description: t('one file for a whole chain, for Windows (.p7b)'), value: 'p7b' },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** What is public of a keystore; of a locked one what can be seen of it. */
async function exportReport(host: Host, argument: ExportReportArgument): Promise<string> {
  const title = t('Export Report');
  const chosen = await chooseKeystore(host, argument, { title });
  const session = chosen.seen
    ? chosen
    : await chooseOpenKeystore(host, { ...argument, keystore: chosen.uri.toString() }, { title });
  const keystore = reported(session, argument.aliases);
  const form = argument.form ?? (await askReportForm(argument, title));
  const text = keystoreReport(keystore, form, {
    name: session.name,
    now: host.now(),
    warnDays: settings.expiryThresholds(),
  });
  return saveReport(argument, session, {
    title,
    name: session.name,
    form,
    text,
    what: keystore.entries.length === 1 ? t('1 entry') : t('{0} entries', keystore.entries.length),
  });
}

function reported(
  { seen, file }: KeystoreSession,
  aliases: readonly string[] | undefined,
): NonNullable<KeystoreSession['seen']> {
  if (!seen) {
    throw new FlowKeystoreError('password-required', t('The keystore is locked.'), { file }, t('Unlock it first.'));
  }
  if (!aliases) return seen;
  const wanted = new Set(aliases);
  return { ...seen, entries: seen.entries.filter(({ alias }) => wanted.has(alias)) };
}

export async function askReportForm(
  argument: { readonly form?: ReportForm; readonly silent?: true },
  title: string,
): Promise<ReportForm> {
  mayAsk(argument, 'form');
  const asked = await askChoice<ReportForm>({
    title,
    placeholder: t('In which form? No secret is in it'),
    items: [
      { label: 'Markdown', description: t('a table to read (.md)'), value: 'md' },
      { label: 'CSV', description: t('for a spreadsheet (.csv)'), value: 'csv' },
      { label: 'JSON', description: t('for programs (.json)'), value: 'json' },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}
