import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { calendarOf } from '../../core/keystore/calendar';
import { replaceFile } from '../../core/replaceFile';
import { askChoice, type Choice } from '../input/quickInput';
import type { Expiring, ExpiryWatch } from '../services/expiryWatch';
import type { Host } from '../services/host';
import { settings } from '../services/settings';
import { showInformation } from '../ui/messages';
import { dateText, kindText, validityText } from '../ui/texts';
import { chooseKeystore, GaveUp, mayAsk } from './choosing';
import type { Commands, ExportCalendarArgument, FoundEntry, ShowExpiringArgument } from './commandMap';
import { revealEntry } from './revealing';

const { t } = vscode.l10n;

type ExpiryCommands = Pick<Commands, 'flowKeystore.showExpiring' | 'flowKeystore.exportCalendar'>;

export function expiryCommands(host: Host, watch: ExpiryWatch): ExpiryCommands {
  return {
    'flowKeystore.showExpiring': (argument = {}) => showExpiring(host, watch, argument),
    'flowKeystore.exportCalendar': (argument = {}) => exportCalendar(host, argument),
  };
}

async function showExpiring(
  host: Host,
  watch: ExpiryWatch,
  argument: ShowExpiringArgument,
): Promise<readonly FoundEntry[]> {
  await host.registry.load();
  const { expiring } = watch;
  const found = expiring.map(({ keystore, alias }) => ({ keystore: keystore.session.uri.toString(), alias }));
  if (argument.silent) return found;
  if (!expiring.length) {
    void showInformation(t('Nothing that can be seen expires within {0} days.', settings.expiryThresholds().days));
    return found;
  }
  const asked = await askChoice<Expiring>({
    title: t('Expiring Keys and Certificates'),
    placeholder: t('Choose one to see it in the list'),
    items: expiring.map((entry) => expiringChoice(entry, host.now())),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  await revealEntry(host, asked.value.keystore.session, asked.value.alias);
  return found;
}

function expiringChoice(entry: Expiring, now: Date): Choice<Expiring> {
  const { alias, kind, state, certificate, keystore } = entry;
  const when = validityText(certificate, now, settings.expiryThresholds());
  return {
    label: alias,
    description: [kindText(kind), when, dateText(certificate.notAfter)].join(' \u00b7 '),
    detail: `${keystore.session.name}: ${certificate.subject.toString()}`,
    iconPath: new vscode.ThemeIcon(state === 'expired' ? 'error' : 'warning'),
    value: entry,
  };
}

async function exportCalendar(host: Host, argument: ExportCalendarArgument): Promise<string | undefined> {
  await host.registry.load();
  const sessions =
    argument.keystore === undefined
      ? host.registry.sessions()
      : [await chooseKeystore(host, argument, { title: t('Export Calendar') })];
  const seen = sessions.flatMap(({ name, seen: keystore }) => (keystore ? [{ name, entries: keystore.entries }] : []));
  const { text, events } = calendarOf(seen, { now: host.now(), warnFrom: settings.expiryThresholds() });
  if (!events) {
    throw new FlowKeystoreError(
      'not-found',
      t('There is no certificate whose end is still to come.'),
      {},
      t('Unlock the keystores that are to be in the calendar.'),
    );
  }
  const uri = argument.file === undefined ? await askForFile(argument) : vscode.Uri.file(argument.file);
  await replaceFile(uri.fsPath, Buffer.from(text, 'utf8'), { what: t('The calendar file') });
  if (!argument.silent) {
    const locked = sessions.length - seen.length;
    const rest = locked ? ` ${t('{0} locked keystores are not in it.', locked)}` : '';
    void showInformation(`${t('{0} dates are in {1}.', events, path.basename(uri.fsPath))}${rest}`);
  }
  return uri.fsPath;
}

async function askForFile(argument: ExportCalendarArgument): Promise<vscode.Uri> {
  mayAsk(argument, 'file');
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: t('Export Calendar'),
    saveLabel: t('Export'),
    filters: { [t('Calendar')]: ['ics'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, 'keystores.ics') } : {}),
  });
  if (!uri) throw new GaveUp();
  return uri;
}
