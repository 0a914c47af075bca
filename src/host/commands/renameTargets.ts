import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import type { Entry } from '../../core/keystore/model';
import { askChoices } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { askModal } from '../ui/messages';
import { chooseEntry, chooseOpenKeystore, entryChoice, GaveUp, mayAsk, placeText } from './choosing';
import type { RenameEntryArgument } from './commandMap';

const { t } = vscode.l10n;

/** An entry that is to have another alias, in a keystore that is open. */
export interface RenameTarget {
  readonly session: KeystoreSession;
  readonly entry: Entry;
}

/**
 * The entries that a rename is for: the one that is named with its keystore or chosen, else all that have the alias, of which a person chooses
 * where there are several. A locked keystore may have it too: where no other does, it is offered to be unlocked.
 * @returns none where the alias is to be changed in flows alone
 * @throws FlowKeystoreError `alias-unknown` where no keystore has it
 */
export async function chooseRenamed(host: Host, argument: RenameEntryArgument): Promise<readonly RenameTarget[]> {
  const title = t('Rename Entry');
  const { keystore, alias } = argument;
  if (keystore !== undefined || alias === undefined) {
    return [await chooseEntry(host, argument, { title, toChange: true })];
  }
  await host.registry.load();
  for (;;) {
    const owners = ownersOf(host, alias);
    if (owners.length) return openAll(host, argument, await chooseOwners(host, argument, owners, alias));
    const locked = host.registry.sessions().filter(({ state, seen }) => state.kind === 'locked' && !seen);
    if (!locked.length) throw new FlowKeystoreError('alias-unknown', t('No keystore has an entry "{0}".', alias));
    mayAsk(argument, 'keystore');
    if (!(await unlockOneOf(host, locked, alias))) return [];
  }
}

/** Without regard to case, as Java finds entries; of a locked keystore what can be seen of it. */
function ownersOf(host: Host, alias: string): RenameTarget[] {
  const wanted = alias.toLowerCase();
  return host.registry.sessions().flatMap((session) => {
    const entry = session.seen?.entries.find((each) => each.alias.toLowerCase() === wanted);
    return entry ? [{ session, entry }] : [];
  });
}

async function chooseOwners(
  host: Host,
  argument: RenameEntryArgument,
  owners: readonly RenameTarget[],
  alias: string,
): Promise<readonly RenameTarget[]> {
  if (owners.length === 1) return owners;
  mayAsk(argument, 'keystore');
  const asked = await askChoices({
    title: t('Rename Entry'),
    placeholder: t('{0} keystores have "{1}". In which of them is it renamed?', owners.length, alias),
    items: owners.map((owner) => {
      const { description = '', detail, iconPath } = entryChoice(owner.entry, host.now());
      const folder = placeText(owner.session);
      return {
        label: owner.session.name,
        description: [owner.entry.alias, description, folder].join(' \u00b7 '),
        ...(detail === undefined ? {} : { detail }),
        ...(iconPath ? { iconPath } : {}),
        value: owner,
      };
    }),
    selected: owners,
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** The entries are those of the open keystore: what was seen of a locked one was another reading of the file. */
async function openAll(
  host: Host,
  { silent }: RenameEntryArgument,
  targets: readonly RenameTarget[],
): Promise<readonly RenameTarget[]> {
  const opened: RenameTarget[] = [];
  for (const { session, entry } of targets) {
    const argument = { keystore: session.uri.toString(), alias: entry.alias, ...(silent ? { silent } : {}) };
    opened.push(await chooseEntry(host, argument, { title: t('Rename Entry'), toChange: true }));
  }
  return opened;
}

/** @returns whether one was opened; not where only flows are to be changed @throws GaveUp */
async function unlockOneOf(host: Host, locked: readonly KeystoreSession[], alias: string): Promise<boolean> {
  const [only, second] = locked;
  const unlock = second ? t('Unlock...') : t('Unlock {0}', only?.name ?? '');
  const here = t('Only in Flows');
  const detail = second
    ? t(
        '{0} are locked, and may have it. An entry is renamed with the flows once its keystore is open.',
        namesOf(locked),
      )
    : t('{0} is locked, and may have it. Its entry is renamed with the flows once it is open.', namesOf(locked));
  const answer = await askModal(t('No open keystore has "{0}"', alias), detail, unlock, here);
  if (answer === undefined) throw new GaveUp();
  if (answer === here) return false;
  const question = { title: t('Unlock Keystore'), fits: (session: KeystoreSession) => locked.includes(session) };
  await chooseOpenKeystore(host, second || !only ? {} : { keystore: only.uri.toString() }, question);
  return true;
}

function namesOf(sessions: readonly KeystoreSession[]): string {
  const names = sessions.slice(0, 5).map(({ name }) => name);
  const more = sessions.length - names.length;
  return names.join(', ') + (more > 0 ? ` ${t('and {0} more', more)}` : '');
}
