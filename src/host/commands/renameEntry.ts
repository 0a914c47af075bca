import * as vscode from 'vscode';
import type { AliasRename } from '../../core/checks/renameAlias';
import { FlowKeystoreError } from '../../core/errors';
import { aliasIn, checkAlias } from '../../core/keystore/alias';
import { renameEntry } from '../../core/keystore/edit';
import type { Entry } from '../../core/keystore/model';
import { judgeAlias } from '../input/generateInput';
import { askText } from '../input/quickInput';
import type { DocumentEdit } from '../language/documentEdits';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { askModal, showInformation } from '../ui/messages';
import { aliasProblemText } from '../ui/texts';
import { chooseEntry, GaveUp, mayAsk } from './choosing';
import type { RenameEntryArgument } from './commandMap';
import { leftLine, openForRename, planRename, renameIn, useLines } from './renameInFlows';

const { t } = vscode.l10n;

/** Gives an entry another alias, and the flows of the workspace that name it, once a person has seen which. @returns the new alias */
export async function renameEntryEverywhere(host: Host, argument: RenameEntryArgument): Promise<string | undefined> {
  const title = t('Rename Entry');
  const { session, entry } = await chooseEntry(host, argument, { title, toChange: true });
  const taken = (session.keystore?.entries ?? []).filter((other) => other !== entry).map(({ alias }) => alias);
  const wished = argument.newAlias ?? (await askNewAlias(argument, entry, taken, title));
  const problem = checkAlias(wished, taken).find(({ severity }) => severity === 'error');
  if (problem) {
    const code = problem.code === 'taken' ? 'alias-exists' : 'alias-invalid';
    throw new FlowKeystoreError(code, aliasProblemText(problem), { file: session.file }, t('Choose another alias.'));
  }
  const from = entry.alias;
  const to = session.keystore ? aliasIn(session.keystore.type, wished) : wished;
  if (to === from) return to;
  const edits = (await isWantedInFlows(host, session, from, to, argument)) ? await openForRename(host, from, to) : [];
  await session.edit((keystore) => renameEntry(keystore, from, wished));
  const after = session.keystore;
  await host.tree.revealEntry(session, to);
  if (!edits.length) return to;
  const undoFlows = await renameIn(edits).catch((error: unknown) => {
    if (!(error instanceof FlowKeystoreError)) throw error;
    const text = t('{0} The keystore has the new alias already.', error.message);
    const next = t('Undo takes it back: Flow Keystore: Undo.');
    throw new FlowKeystoreError(error.code, text, error.place, next, { cause: error });
  });
  if (!argument.silent) void sayDone(session, edits, from, to, after, undoFlows);
  return to;
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
    prompt: t('New alias of "{0}". Flows that name it can be changed too.', entry.alias),
    value: entry.alias,
    check: (value) => judgeAlias(value, taken),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function isWantedInFlows(
  host: Host,
  session: KeystoreSession,
  from: string,
  to: string,
  { inFlows, silent }: RenameEntryArgument,
): Promise<boolean> {
  if (inFlows !== undefined || silent) return inFlows ?? false;
  const plan = await planRename(host, from, to);
  const { files, left } = plan;
  if (!files.length && !left.length) return false;
  const everywhere = t('Rename Everywhere');
  const here = t('Only in {0}', session.name);
  const buttons = files.length ? [everywhere, here] : [here];
  const answer = await askModal(t('Rename "{0}" to "{1}" in flows too?', from, to), detailOf(plan), ...buttons);
  if (answer === undefined) throw new GaveUp();
  return answer === everywhere;
}

function detailOf({ files, left }: AliasRename): string {
  const uses = files.flatMap((file) => file.uses);
  const parts = [
    ...(uses.length ? [`${t('Channels that name it:')}\n${useLines(uses).join('\n')}`] : []),
    ...(left.length ? [`${t('To be changed by hand:')}\n${left.slice(0, 10).map(leftLine).join('\n')}`] : []),
  ];
  return parts.join('\n\n');
}

async function sayDone(
  session: KeystoreSession,
  edits: readonly DocumentEdit[],
  from: string,
  to: string,
  after: KeystoreSession['keystore'],
  undoFlows: () => Promise<void>,
): Promise<void> {
  const undo = t('Undo');
  const text =
    edits.length === 1
      ? t('"{0}" is "{1}" now, in {2} and in 1 file of flows.', from, to, session.name)
      : t('"{0}" is "{1}" now, in {2} and in {3} files of flows.', from, to, session.name, edits.length);
  if ((await showInformation(text, undo)) !== undo) return;
  if (session.keystore !== after) {
    void showInformation(t('{0} was changed since. Undo takes its last change back.', session.name));
    return;
  }
  await vscode.commands.executeCommand('flowKeystore.undo', { keystore: session.uri.toString() });
  await undoFlows();
}
