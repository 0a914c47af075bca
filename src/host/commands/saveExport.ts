import path from 'node:path';
import * as vscode from 'vscode';
import { fileNameFor } from '../../core/keystore/export';
import { replaceFile } from '../../core/replaceFile';
import type { ReportForm } from '../../core/report/keystoreReport';
import { besideKeystore } from '../services/besideKeystore';
import type { KeystoreSession } from '../services/keystoreSession';
import { showInformation } from '../ui/messages';
import { GaveUp, mayAsk } from './choosing';
import type { FromCode } from './commandMap';

const { t } = vscode.l10n;

export interface ExportArgument extends FromCode {
  /** Path of the file to write. */
  readonly file?: string;
}

export interface Exported extends NamedExport {
  readonly bytes: Uint8Array;
  /** It can be looked at in an editor. */
  readonly isText: boolean;
  /** In a few words: `2 certificates`. */
  readonly what: string;
  readonly secret?: true;
}

export interface NamedExport {
  readonly title: string;
  /** Of the file, as proposed. */
  readonly name: string;
  readonly filters: Record<string, string[]>;
}

/** A keystore, or another file that the export is of. */
type BesideWhich = Pick<KeystoreSession, 'uri' | 'tenant'>;

/**
 * Writes what is exported where the argument says, else where a person does.
 * @returns path of the file
 * @throws FlowKeystoreError `unwritable`
 */
export async function saveExport(argument: ExportArgument, session: BesideWhich, exported: Exported): Promise<string> {
  const uri = await exportTarget(argument, session, exported);
  const { bytes, isText, what, secret } = exported;
  await replaceFile(uri.fsPath, bytes, { what: t('The export'), ...(secret && { secret }) });
  if (!argument.silent) void sayExported(uri, what, isText);
  return uri.fsPath;
}

/** A report as a file: `name` without its ending. */
export function saveReport(
  argument: ExportArgument,
  beside: BesideWhich,
  { title, name, form, text, what }: ReportFile,
): Promise<string> {
  return saveExport(argument, beside, {
    title,
    name: fileNameFor(name, `.${form}`),
    filters: { [form.toUpperCase()]: [form] },
    // By the mark Excel knows that it is UTF-8.
    bytes: Buffer.from(form === 'csv' ? `\ufeff${text}` : text, 'utf8'),
    isText: true,
    what,
  });
}

interface ReportFile extends Pick<Exported, 'title' | 'name' | 'what'> {
  readonly form: ReportForm;
  readonly text: string;
}

/** The file of the argument, else the one that a person chooses, beside what it is of at first. */
export async function exportTarget(
  argument: ExportArgument,
  session: BesideWhich,
  { title, name, filters }: NamedExport,
): Promise<vscode.Uri> {
  if (argument.file !== undefined) return vscode.Uri.file(argument.file);
  mayAsk(argument, 'file');
  const uri = await vscode.window.showSaveDialog({
    title,
    saveLabel: t('Export'),
    filters: { ...filters, [t('All files')]: ['*'] },
    defaultUri: vscode.Uri.joinPath(besideKeystore(session), name),
  });
  if (!uri) throw new GaveUp();
  return uri;
}

async function sayExported(uri: vscode.Uri, what: string, isText: boolean): Promise<void> {
  const open = t('Open');
  const chosen = await showInformation(
    t('Exported to {0}: {1}.', path.basename(uri.path), what),
    ...(isText ? [open] : []),
  );
  if (chosen === open) await vscode.window.showTextDocument(uri);
}
