import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { certificatesOf } from '../../core/keystore/chain';
import type { Entry } from '../../core/keystore/model';
import { documentUri } from '../services/entryDocuments';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { chooseEntry, type KeystoreQuestion } from './choosing';
import type { CompareEntriesArgument, EntryPlace } from './commandMap';

const { t } = vscode.l10n;

interface Side {
  readonly session: KeystoreSession;
  readonly entry: Entry;
  /** A certificate of its chain instead of the whole entry. */
  readonly chainIndex?: number;
}

/** Shows the details of two entries side by side, or of certificates of their chains; they may be of different keystores. */
export async function compareEntries(host: Host, argument: CompareEntriesArgument): Promise<void> {
  const silent = argument.silent ? ({ silent: true } as const) : {};
  const first = await sideOf(host, argument, { title: t('Compare Entries') });
  const { session, entry } = first;
  const second = await sideOf(
    host,
    { ...silent, ...argument.with },
    {
      title: t('Compare "{0}" With', nameOf(first)),
      // Beside itself there is nothing to compare it with in a keystore of one entry.
      fits: (each) => each !== session || (each.seen?.entries.length ?? 0) > 1,
      order: ({ entries }) => entries.filter((each) => each !== entry),
    },
  );
  const oneKeystore = session === second.session && nameOf(first) !== nameOf(second);
  const [left, right] = [first, second].map((side) =>
    oneKeystore ? nameOf(side) : `${nameOf(side)} (${side.session.name})`,
  );
  const title = `${left ?? ''} \u2194 ${right ?? ''}`;
  await vscode.commands.executeCommand('vscode.diff', uriOf(first), uriOf(second), title, { preview: true });
}

async function sideOf(
  host: Host,
  { chainIndex, ...place }: EntryPlace & { readonly silent?: true },
  question: KeystoreQuestion & Parameters<typeof chooseEntry>[2],
): Promise<Side> {
  const { session, entry } = await chooseEntry(host, place, question);
  if (chainIndex === undefined) return { session, entry };
  if (certificatesOf(entry)[chainIndex]) return { session, entry, chainIndex };
  throw new FlowKeystoreError('not-found', t('The chain of "{0}" is shorter now.', entry.alias), {
    file: session.file,
  });
}

function nameOf({ entry, chainIndex }: Side): string {
  const certificate = chainIndex === undefined ? undefined : certificatesOf(entry)[chainIndex];
  return certificate?.subject.short ?? entry.alias;
}

function uriOf({ session, entry, chainIndex }: Side): vscode.Uri {
  const keystore = session.uri.toString();
  return documentUri({ keystore, alias: entry.alias, ...(chainIndex !== undefined && { chainIndex }) }, session.name);
}
