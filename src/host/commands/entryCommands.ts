import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { checkAlias } from '../../core/keystore/alias';
import { removeEntries, renameEntry } from '../../core/keystore/edit';
import { backupOf } from '../../core/keystore/backups';
import type { Entry } from '../../core/keystore/model';
import { judgeAlias } from '../input/generateInput';
import { askText } from '../input/quickInput';
import type { EntryDocuments } from '../services/entryDocuments';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { confirmed } from '../ui/messages';
import { aliasProblemText, kindText } from '../ui/texts';
import { chooseEntry, chooseOpenKeystore, GaveUp, mayAsk } from './choosing';
import type { Commands, DeleteEntryArgument, RenameEntryArgument } from './commandMap';

const { t } = vscode.l10n;

type EntryCommands = Pick<
  Commands,
  'flowKeystore.renameEntry' | 'flowKeystore.deleteEntry' | 'flowKeystore.showDetails'
>;

export function entryCommands(host: Host, documents: EntryDocuments): EntryCommands {
  return {
    'flowKeystore.renameEntry': (argument = {}) => rename(host, argument),
    'flowKeystore.deleteEntry': (argument = {}) => remove(host, argument),

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
