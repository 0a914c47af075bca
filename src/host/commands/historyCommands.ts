import path from 'node:path';
import * as vscode from 'vscode';
import { backupsOf, type Backup } from '../../core/keystore/backups';
import { describeChange } from '../../core/keystore/changes';
import { differencesOf } from '../../core/keystore/differences';
import { FlowKeystoreError } from '../../core/errors';
import { firstFew } from '../../core/firstFew';
import { readKeystoreFile } from '../../core/keystore/file';
import type { Keystore } from '../../core/keystore/model';
import { readKeystore } from '../../core/keystore/store';
import { askChoice, askText, type Choice } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { isPasswordError } from '../services/sessionState';
import { confirmed } from '../ui/messages';
import { chooseKeystore, GaveUp, mayAsk } from './choosing';
import type { Commands, KeystoreArgument, RestoreBackupArgument } from './commandMap';
import { rememberNewPassword } from './resealing';

const { t } = vscode.l10n;

type HistoryCommands = Pick<Commands, 'flowKeystore.undo' | 'flowKeystore.redo' | 'flowKeystore.restoreBackup'>;

export function historyCommands(host: Host): HistoryCommands {
  return {
    'flowKeystore.undo': (argument = {}) => travel(host, argument, 'undo'),
    'flowKeystore.redo': (argument = {}) => travel(host, argument, 'redo'),
    'flowKeystore.restoreBackup': (argument = {}) => restore(host, argument),
  };
}

async function travel(host: Host, argument: KeystoreArgument, way: 'undo' | 'redo'): Promise<string | undefined> {
  await host.registry.load();
  const label = (session: KeystoreSession): string | undefined =>
    way === 'undo' ? session.undoLabel : session.redoLabel;
  const nothing = way === 'undo' ? t('There is nothing to undo.') : t('There is nothing to redo.');
  const any = host.registry.sessions().some((session) => label(session) !== undefined);
  if (argument.keystore === undefined && !any) {
    if (!argument.silent) status('discard', nothing);
    return undefined;
  }
  const session = await chooseKeystore(host, argument, {
    where: 'file',
    title: way === 'undo' ? t('Undo') : t('Redo'),
    fits: (each) => label(each) !== undefined,
  });
  const done = await session[way]();
  await rememberNewPassword(host, session);
  if (!argument.silent) {
    if (done === undefined) status('discard', nothing);
    else {
      const text =
        way === 'undo' ? t('Undone in {0}: {1}', session.name, done) : t('Redone in {0}: {1}', session.name, done);
      status(way === 'undo' ? 'discard' : 'redo', text);
    }
  }
  return done;
}

function status(icon: string, text: string): void {
  void vscode.window.setStatusBarMessage(`$(${icon}) ${text}`, 8000);
}

/** A backup with what is known of it: opened with the password of the keystore, where that fits. */
interface Looked {
  readonly backup: Backup;
  readonly bytes: Uint8Array;
  readonly keystore?: Keystore;
  readonly password?: string | undefined;
  /** It cannot be opened, whatever the password. */
  readonly broken?: string;
}

async function restore(host: Host, argument: RestoreBackupArgument): Promise<string | undefined> {
  const title = t('Restore Backup');
  const session = await chooseKeystore(host, argument, { title, any: true, where: 'file' });
  const backups = await backupsOf(session.file);
  const wanted = argument.backup;
  const found = wanted === undefined ? backups : backups.filter(({ file }) => file === wanted);
  if (!found.length) {
    throw new FlowKeystoreError(
      'not-found',
      wanted === undefined ? t('There is no backup of this keystore.') : t('There is no such backup.'),
      { file: session.file },
      t('One is kept when the keystore is changed (setting "Flow Keystore: Backups").'),
    );
  }
  const known = await passwordsFor(host, session, argument);
  const looked = await Promise.all(found.map((backup) => look(backup, known)));
  const [only] = looked;
  const chosen = wanted !== undefined && only ? only : await askBackup(session, looked, argument, title);
  const opened = await open(chosen, argument, title);
  if (!argument.silent) await confirmRestore(session, opened);
  const name = path.basename(opened.backup.file);
  await session.restore(opened.bytes, opened.password, t('restore {0}', name));
  await rememberNewPassword(host, session);
  if (!argument.silent) status('history', t('{0} is as it was in {1}', session.name, name));
  return opened.backup.file;
}

async function passwordsFor(
  host: Host,
  session: KeystoreSession,
  argument: RestoreBackupArgument,
): Promise<readonly (string | undefined)[]> {
  const store = session.state.kind === 'open' ? session.passwords().store : undefined;
  const all = [undefined, argument.password, store, await host.passwords.get(session.uri)];
  return [...new Set(all)];
}

async function look(backup: Backup, passwords: readonly (string | undefined)[]): Promise<Looked> {
  const { bytes } = await readKeystoreFile(backup.file);
  for (const password of passwords) {
    try {
      return { backup, bytes, keystore: await readKeystore(bytes, password), password };
    } catch (error) {
      if (!isPasswordError(error)) {
        return { backup, bytes, broken: error instanceof Error ? error.message : String(error) };
      }
    }
  }
  return { backup, bytes };
}

async function askBackup(
  session: KeystoreSession,
  looked: readonly Looked[],
  argument: RestoreBackupArgument,
  title: string,
): Promise<Looked> {
  mayAsk(argument, 'backup');
  const items = looked.map((each): Choice<Looked> => ({
    label: each.backup.replaced.toLocaleString(),
    description: [path.basename(each.backup.file), sizeText(each.backup.size)].join(' \u00b7 '),
    detail: detailOf(session, each),
    iconPath: new vscode.ThemeIcon(each.broken === undefined ? 'history' : 'warning'),
    value: each,
  }));
  const placeholder = t('Which version of {0} is to come back? It was replaced at that time', session.name);
  const asked = await askChoice({ title, placeholder, items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

function sizeText(octets: number): string {
  return octets < 10_000 ? t('{0} octets', octets.toLocaleString('en')) : t('{0} kB', Math.round(octets / 1024));
}

function detailOf({ seen }: KeystoreSession, { keystore, broken }: Looked): string {
  if (broken !== undefined) return broken;
  if (!keystore) return t('has another password');
  const changes = seen && differencesOf(seen, keystore);
  if (!changes) return keystore.entries.length === 1 ? t('1 entry') : t('{0} entries', keystore.entries.length);
  return changes.length ? firstFew(changes.map(describeChange), 4, '; ') : t('the same entries as now');
}

async function open(chosen: Looked, argument: RestoreBackupArgument, title: string): Promise<Looked> {
  if (chosen.keystore) return chosen;
  const { backup, bytes, broken } = chosen;
  if (broken !== undefined) throw new FlowKeystoreError('damaged', broken, { file: backup.file });
  if (argument.silent) {
    throw new FlowKeystoreError('wrong-password', t('The backup has another password.'), { file: backup.file });
  }
  let opened: Keystore | undefined;
  const asked = await askText({
    title,
    prompt: t('{0} has another password. Enter the one it had then.', path.basename(backup.file)),
    password: true,
    tryOut: async (password, signal) => {
      try {
        opened = await readKeystore(bytes, password, { signal });
        return undefined;
      } catch (error) {
        if (!isPasswordError(error)) throw error;
        return { severity: 'error', text: t('This is not the password. Try again.') };
      }
    },
  });
  if (asked.kind !== 'answer' || !opened) throw new GaveUp();
  return { backup, bytes, keystore: opened, password: asked.value };
}

const shownChanges = 12;

async function confirmRestore(session: KeystoreSession, { backup, keystore }: Looked): Promise<void> {
  const { seen } = session;
  const changes = seen && keystore ? differencesOf(seen, keystore) : undefined;
  const lines = (changes ?? []).slice(0, shownChanges).map((change) => `\u2022 ${describeChange(change)}`);
  const rest = (changes?.length ?? 0) - shownChanges;
  if (rest > 0) lines.push(t('and {0} more', rest));
  const what = changes
    ? lines.length
      ? `${t('What changes in the keystore:')}\n${lines.join('\n')}`
      : t('The entries are the same; the protection or the password may differ.')
    : t('What is in the keystore now cannot be told.');
  const kept = t('The keystore as it is now is kept as a backup itself.');
  const question = t('Restore {0} as it was before {1}?', session.name, backup.replaced.toLocaleString());
  if (!(await confirmed(question, `${what}\n\n${kept}`, t('Restore')))) throw new GaveUp();
}
