import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { removeEntries } from '../../core/keystore/edit';
import { backupOf } from '../../core/keystore/backups';
import type { Entry } from '../../core/keystore/model';
import type { EntryDocuments } from '../services/entryDocuments';
import type { VersionDocuments } from '../services/versionDocuments';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { settings } from '../services/settings';
import { offerRedeploy } from './redeploy';
import { confirmed } from '../ui/messages';
import { kindText } from '../ui/texts';
import { chooseEntry, chooseOpenKeystore, GaveUp } from './choosing';
import type { Commands, DeleteEntryArgument } from './commandMap';
import { renameEntryEverywhere } from './renameEntry';
import { useLines, usesInFlows } from './renameInFlows';

const { t } = vscode.l10n;

type EntryCommands = Pick<
  Commands,
  'flowKeystore.renameEntry' | 'flowKeystore.deleteEntry' | 'flowKeystore.showDetails'
>;

export function entryCommands(host: Host, documents: EntryDocuments, versions: VersionDocuments): EntryCommands {
  return {
    'flowKeystore.renameEntry': (argument = {}) => renameEntryEverywhere(host, versions, argument),
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

async function remove(host: Host, argument: DeleteEntryArgument): Promise<boolean> {
  const title = t('Delete Entry');
  const [first, ...others] = argument.aliases ?? [];
  const chosen = await chooseEntry(host, first === undefined ? argument : { ...argument, alias: first }, {
    title,
    toChange: true,
  });
  const { session } = chosen;
  const entries = [chosen.entry, ...others.map((alias) => entryNamed(session, alias))];
  if (!argument.silent) await confirmDeletion(host, session, entries);
  const aliases = entries.map(({ alias }) => alias);
  await session.edit((keystore) => removeEntries(keystore, aliases));
  if (session.tenant && !argument.silent) void offerRedeploy(host, session.tenant, aliases);
  return true;
}

function entryNamed(session: KeystoreSession, alias: string): Entry {
  const entry = session.keystore?.entries.find((other) => other.alias === alias);
  if (entry) return entry;
  throw new FlowKeystoreError('alias-unknown', t('There is no entry "{0}".', alias), { file: session.file });
}

async function confirmDeletion(host: Host, session: KeystoreSession, entries: readonly Entry[]): Promise<void> {
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
  const backups = settings.backups();
  const kept = session.tenant
    ? t('On {0} this is not undone; only a backup taken before brings it back.', session.name)
    : backups
      ? t('The keystore as it is now is kept as {0}.', path.basename(backupOf(session.file)))
      : t('The setting flowKeystore.backups keeps no version of the keystore as it is now.');
  const uses = await usesInFlows(
    host,
    entries.map(({ alias }) => alias),
  );
  const used = uses.length
    ? `${t('Named in flows, which would no longer find it:')}\n${useLines(uses).join('\n')}`
    : '';
  const detail = [rows.join('\n'), used, lost, kept].filter(Boolean).join('\n\n');
  if (!(await confirmed(question, detail, t('Delete')))) throw new GaveUp();
}
