import path from 'node:path';
import * as vscode from 'vscode';
import type { Certificate } from '../../core/certificates/certificate';
import { certificatesPem } from '../../core/certificates/pem';
import { FlowKeystoreError } from '../../core/errors';
import { checkAlias } from '../../core/keystore/alias';
import { trustAnchors } from '../../core/keystore/anchors';
import { removeEntries, renameEntry } from '../../core/keystore/edit';
import { certificatesOf } from '../../core/keystore/chain';
import { backupOf } from '../../core/keystore/backups';
import type { Entry, Keystore } from '../../core/keystore/model';
import { judgeAlias } from '../input/generateInput';
import { askChoice, askText, type Choice } from '../input/quickInput';
import type { EntryDocuments } from '../services/entryDocuments';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { confirmed, showInformation } from '../ui/messages';
import { aliasProblemText, kindText } from '../ui/texts';
import { chooseEntry, chooseOpenKeystore, GaveUp, mayAsk } from './choosing';
import type { Commands, DeleteEntryArgument, ExportCertificateArgument, RenameEntryArgument } from './commandMap';

const { t } = vscode.l10n;

type EntryCommands = Pick<
  Commands,
  | 'flowKeystore.renameEntry'
  | 'flowKeystore.deleteEntry'
  | 'flowKeystore.showDetails'
  | 'flowKeystore.exportCertificate'
>;

const withCertificate: readonly Entry['kind'][] = ['keyPair', 'certificate'];

export function entryCommands(host: Host, documents: EntryDocuments): EntryCommands {
  return {
    'flowKeystore.renameEntry': (argument = {}) => rename(host, argument),
    'flowKeystore.deleteEntry': (argument = {}) => remove(host, argument),
    'flowKeystore.exportCertificate': (argument = {}) => exportCertificate(host, argument),

    async 'flowKeystore.showDetails'(argument = {}) {
      if (argument.keystore !== undefined && argument.alias === undefined) {
        const session = await chooseOpenKeystore(host, argument, { title: t('Show Details') });
        return documents.show({ keystore: session.uri.toString() });
      }
      const { session, entry } = await chooseEntry(host, argument, { title: t('Show Details') });
      const { chainIndex } = argument;
      return documents.show({
        keystore: session.uri.toString(),
        alias: entry.alias,
        ...(chainIndex === undefined ? {} : { chainIndex }),
      });
    },
  };
}

async function rename(host: Host, argument: RenameEntryArgument): Promise<string | undefined> {
  const title = t('Rename Entry');
  const { session, entry } = await chooseEntry(host, argument, { title, toChange: true });
  const taken = (session.keystore?.entries ?? []).filter((other) => other !== entry).map(({ alias }) => alias);
  const newAlias = argument.newAlias ?? (await askNewAlias(argument, entry, taken, title));
  const problem = checkAlias(newAlias, taken).find(({ severity }) => severity === 'error');
  if (problem) {
    const code = problem.code === 'taken' ? 'alias-exists' : 'alias-invalid';
    throw new FlowKeystoreError(code, aliasProblemText(problem), { file: session.file }, t('Choose another alias.'));
  }
  await session.edit((keystore) => renameEntry(keystore, entry.alias, newAlias));
  await host.tree.revealEntry(session, newAlias);
  return newAlias;
}

async function askNewAlias(
  argument: RenameEntryArgument,
  entry: Entry,
  taken: readonly string[],
  title: string,
): Promise<string> {
  mayAsk(argument, 'newAlias');
  const asked = await askText({
    title,
    prompt: t('New alias. Flows that name "{0}" have to be changed too.', entry.alias),
    value: entry.alias,
    check: (value) => judgeAlias(value, taken),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function remove(host: Host, argument: DeleteEntryArgument): Promise<boolean> {
  const title = t('Delete Entry');
  const [first, ...others] = argument.aliases ?? [];
  const chosen = await chooseEntry(host, first === undefined ? argument : { ...argument, alias: first }, {
    title,
    toChange: true,
  });
  const { session } = chosen;
  const entries = [chosen.entry, ...others.map((alias) => entryNamed(session, alias))];
  if (!argument.silent) await confirmDeletion(session, entries);
  await session.edit((keystore) =>
    removeEntries(
      keystore,
      entries.map(({ alias }) => alias),
    ),
  );
  return true;
}

function entryNamed(session: KeystoreSession, alias: string): Entry {
  const entry = session.keystore?.entries.find((other) => other.alias === alias);
  if (entry) return entry;
  throw new FlowKeystoreError('alias-unknown', t('There is no entry "{0}".', alias), { file: session.file });
}

async function confirmDeletion(session: KeystoreSession, entries: readonly Entry[]): Promise<void> {
  const [only] = entries;
  const question =
    entries.length === 1 && only
      ? t('Delete the {0} "{1}"?', kindText(only.kind), only.alias)
      : t('Delete {0} entries?', entries.length);
  const rows = entries.length > 1 ? entries.slice(0, 10).map(({ kind, alias }) => `${alias} (${kindText(kind)})`) : [];
  if (entries.length > 10) rows.push(t('and {0} more', entries.length - 10));
  const lost = entries.some(({ kind }) => kind === 'keyPair')
    ? t('A private key cannot be made again: only a backup brings it back.')
    : undefined;
  const kept = t(
    'The keystore as it is now is kept as {0}, until the next change.',
    path.basename(backupOf(session.file)),
  );
  const detail = [rows.join('\n'), lost, kept].filter(Boolean).join('\n\n');
  if (!(await confirmed(question, detail, t('Delete')))) throw new GaveUp();
}

/** The certificates of an entry, leaf first. */
function requireCertificates(entry: Entry, session: KeystoreSession): readonly Certificate[] {
  const certificates = certificatesOf(entry);
  if (certificates.length) return certificates;
  throw new FlowKeystoreError('not-a-certificate', t('The entry "{0}" has no certificate.', entry.alias), {
    file: session.file,
  });
}

async function exportCertificate(host: Host, argument: ExportCertificateArgument): Promise<string | undefined> {
  const title = t('Export Certificate');
  const { session, entry } = await chooseEntry(host, argument, { title, kinds: withCertificate });
  const chain = requireCertificates(entry, session);
  const what = argument.what ?? (await askWhat(argument, chain, title));
  const certificates = what === 'chain' ? chain : what === 'root' ? [rootOf(chain, session)] : chain.slice(0, 1);
  const form = argument.form ?? (certificates.length > 1 ? 'pem' : await askForm(argument, title));
  const [first] = certificates;
  if (form === 'der' && certificates.length > 1) {
    throw new FlowKeystoreError(
      'value-invalid',
      t('DER holds one certificate only.'),
      {},
      t('Export the chain as PEM.'),
    );
  }
  const bytes = form === 'der' && first ? first.der : Buffer.from(certificatesPem(certificates), 'ascii');
  const uri =
    argument.file === undefined
      ? await askForFile(argument, session, entry, what, form)
      : vscode.Uri.file(argument.file);
  await vscode.workspace.fs.writeFile(uri, bytes);
  if (!argument.silent) {
    const open = t('Open');
    const buttons = form === 'pem' ? [open] : [];
    void showInformation(t('Exported to {0}.', path.basename(uri.path)), ...buttons).then((chosen) =>
      chosen === open ? vscode.window.showTextDocument(uri) : undefined,
    );
  }
  return uri.fsPath;
}

/**
 * The root above a chain: its own last certificate, else a self-signed one of the keystore that its last certificate names as issuer.
 * @throws FlowKeystoreError `not-found` where neither is there
 */
function rootOf(chain: readonly Certificate[], session: KeystoreSession): Certificate {
  const last = chain.at(-1);
  const keystore: Keystore | undefined = session.seen;
  if (last?.selfIssued) return last;
  const found =
    last &&
    keystore &&
    trustAnchors(keystore).find(({ certificate }) => certificate.selfIssued && last.mayBeIssuedBy(certificate));
  if (found) return found.certificate;
  throw new FlowKeystoreError(
    'not-found',
    t('The root is not in the chain and not in the keystore: "{0}" is missing.', last?.issuer.toString() ?? ''),
    { file: session.file },
    t('Import it first, or export the chain.'),
  );
}

async function askWhat(
  argument: ExportCertificateArgument,
  chain: readonly Certificate[],
  title: string,
): Promise<'certificate' | 'chain' | 'root'> {
  mayAsk(argument, 'what');
  const [leaf] = chain;
  if (chain.length === 1 && leaf?.selfIssued) return 'certificate';
  const items: Choice<'certificate' | 'chain' | 'root'>[] = [
    { label: t('Certificate'), description: leaf?.subject.short ?? '', value: 'certificate' },
    ...(chain.length > 1
      ? [{ label: t('Chain'), description: t('{0} certificates, one PEM file', chain.length), value: 'chain' as const }]
      : []),
    { label: t('Root'), description: t('what the other side has to trust'), value: 'root' },
  ];
  const asked = await askChoice({ title, placeholder: t('What is to be exported?'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function askForm(argument: ExportCertificateArgument, title: string): Promise<'pem' | 'der'> {
  mayAsk(argument, 'form');
  const asked = await askChoice<'pem' | 'der'>({
    title,
    placeholder: t('In which form?'),
    items: [
      { label: 'PEM', description: t('text, for e-mail and most programs (.pem)'), value: 'pem' },
      { label: 'DER', description: t('binary, for Windows and SAP dialogs (.cer)'), value: 'der' },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function askForFile(
  argument: ExportCertificateArgument,
  session: KeystoreSession,
  entry: Entry,
  what: 'certificate' | 'chain' | 'root',
  form: 'pem' | 'der',
): Promise<vscode.Uri> {
  mayAsk(argument, 'file');
  const base = entry.alias.replace(/[^\w .-]+/g, '_');
  const name = `${base}${what === 'certificate' ? '' : `-${what}`}.${form === 'pem' ? 'pem' : 'cer'}`;
  const uri = await vscode.window.showSaveDialog({
    title: t('Export Certificate'),
    saveLabel: t('Export'),
    defaultUri: vscode.Uri.joinPath(session.uri, '..', name),
  });
  if (!uri) throw new GaveUp();
  return uri;
}
