import * as vscode from 'vscode';
import type { AliasRename } from '../../core/checks/renameAlias';
import { FlowKeystoreError, type ErrorPlace } from '../../core/errors';
import { aliasIn, checkAlias } from '../../core/keystore/alias';
import { renameEntry } from '../../core/keystore/edit';
import { judgeAlias } from '../input/generateInput';
import { askText } from '../input/quickInput';
import type { Host } from '../services/host';
import { askModal, showInformation } from '../ui/messages';
import { aliasProblemText } from '../ui/texts';
import type { VersionDocuments } from '../services/versionDocuments';
import { GaveUp, mayAsk } from './choosing';
import { offerRedeploy } from './redeploy';
import { previewRename } from './previewRename';
import type { RenameEntryArgument } from './commandMap';
import { leftLine, openForRename, planRename, renameIn, useLines, type FlowsRenamed } from './renameInFlows';
import { chooseRenamed, type RenameTarget } from './renameTargets';

const { t } = vscode.l10n;

/**
 * Gives an entry another alias, and the flows of the workspace that name it, once a person has seen which: all of it or nothing.
 * @returns the new alias
 */
export async function renameEntryEverywhere(
  host: Host,
  versions: VersionDocuments,
  argument: RenameEntryArgument,
): Promise<string | undefined> {
  const targets = await chooseRenamed(host, argument);
  const from = targets[0]?.entry.alias ?? argument.alias ?? '';
  const wished = argument.newAlias ?? (await askNewAlias(argument, targets, from));
  requireFree(targets, wished);
  const first = targets[0]?.session;
  const to = first?.keystore ? aliasIn(first.keystore.type, wished) : wished;
  if (to === from && targets.length < 2) return to;
  const where = await whereWanted(host, targets, from, to, argument);
  const { edits, files } = where === 'here' ? { edits: [], files: [] } : await openForRename(host, from, to);
  const wanted = where === 'preview' ? await previewRename(versions, edits, files, from, to) : edits;
  if (!targets.length && !wanted.length) return undefined;
  const flows = await renameIn(wanted);
  await renameTargets(targets, wished, flows);
  if (first) await host.tree.revealEntry(first, to);
  if (flows && !argument.silent) void sayDone(targets, flows, from, to);
  const tenant = targets.find(({ session }) => session.tenant)?.session.tenant;
  if (tenant && !argument.silent) void offerRedeploy(host, tenant, [from, to]);
  return to;
}

/** @throws FlowKeystoreError `alias-exists`, `alias-invalid` */
function requireFree(targets: readonly RenameTarget[], wished: string): void {
  if (!targets.length) requireAlias(wished, [], {});
  for (const { session, taken } of targets.map(withTaken)) requireAlias(wished, taken, { file: session.file });
}

function requireAlias(wished: string, taken: readonly string[], place: ErrorPlace): void {
  const problem = checkAlias(wished, taken).find(({ severity }) => severity === 'error');
  if (!problem) return;
  const code = problem.code === 'taken' ? 'alias-exists' : 'alias-invalid';
  throw new FlowKeystoreError(code, aliasProblemText(problem), place, t('Choose another alias.'));
}

function withTaken({ session, entry }: RenameTarget): RenameTarget & { readonly taken: readonly string[] } {
  const others = (session.keystore?.entries ?? []).filter((other) => other !== entry);
  return { session, entry, taken: others.map(({ alias }) => alias) };
}

async function askNewAlias(
  argument: RenameEntryArgument,
  targets: readonly RenameTarget[],
  from: string,
): Promise<string> {
  mayAsk(argument, 'newAlias');
  const taken = targets.flatMap((target) => withTaken(target).taken);
  const asked = await askText({
    title: t('Rename Entry'),
    prompt: t('New alias of "{0}". Flows that name it can be changed too.', from),
    value: from,
    check: (value) => judgeAlias(value, taken),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** @throws FlowKeystoreError what kept one from being renamed; those before it and the flows are as they were then, where that can be */
async function renameTargets(
  targets: readonly RenameTarget[],
  wished: string,
  flows: FlowsRenamed | undefined,
): Promise<void> {
  const done: RenameTarget[] = [];
  try {
    for (const target of targets) {
      await target.session.edit((keystore) => renameEntry(keystore, target.entry.alias, wished));
      done.push(target);
    }
  } catch (error) {
    for (const { session, entry } of done) {
      if (session.tenant) {
        await session.edit((keystore) => renameEntry(keystore, wished, entry.alias)).catch(() => undefined);
      } else await session.undo().catch(() => undefined);
    }
    await flows?.undo();
    throw error;
  }
}

/** Where a person wants the alias changed: in the flows too, there after a look at each change, or not there. */
type Where = 'everywhere' | 'preview' | 'here';

async function whereWanted(
  host: Host,
  targets: readonly RenameTarget[],
  from: string,
  to: string,
  { inFlows, silent }: RenameEntryArgument,
): Promise<Where> {
  if (inFlows !== undefined || silent) return inFlows ? 'everywhere' : 'here';
  const plan = await planRename(host, from, to);
  const { files, left } = plan;
  if (!files.length && !left.length) return 'here';
  const [first, second] = targets;
  const everywhere = first ? t('Rename Everywhere') : t('Rename in Flows');
  const preview = t('Preview Changes');
  const here = second ? t('Only in the Keystores') : first && t('Only in {0}', first.session.name);
  const buttons = [...(files.length ? [everywhere, preview] : []), ...(here === undefined ? [] : [here])];
  const question = first
    ? t('Rename "{0}" to "{1}" in flows too?', from, to)
    : t('Rename "{0}" to "{1}" in flows?', from, to);
  const answer = await askModal(question, detailOf(plan), ...buttons);
  if (answer === undefined) throw new GaveUp();
  return answer === everywhere ? 'everywhere' : answer === preview ? 'preview' : 'here';
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
  targets: readonly RenameTarget[],
  { files, undo: undoFlows }: FlowsRenamed,
  from: string,
  to: string,
): Promise<void> {
  const inTenant = targets.some(({ session }) => session.tenant);
  const undo = t('Undo');
  const after = targets.map(({ session }) => ({ session, keystore: session.keystore }));
  const places = targets.map(({ session }) => session.name).join(', ');
  const text = !places
    ? t('"{0}" is "{1}" now in the flows; {2} files were changed.', from, to, files)
    : files === 1
      ? t('"{0}" is "{1}" now, in {2} and in 1 file of flows.', from, to, places)
      : t('"{0}" is "{1}" now, in {2} and in {3} files of flows.', from, to, places, files);
  if ((await showInformation(text, ...(inTenant ? [] : [undo]))) !== undo) return;
  const changed = after.find(({ session, keystore }) => session.keystore !== keystore);
  if (changed) {
    void showInformation(t('{0} was changed since. Undo takes its last change back.', changed.session.name));
    return;
  }
  for (const { session } of after) {
    await vscode.commands.executeCommand('flowKeystore.undo', { keystore: session.uri.toString() });
  }
  await undoFlows();
}
