import * as vscode from 'vscode';
import { Certificate } from '../../core/certificates/certificate';
import { FlowKeystoreError } from '../../core/errors';
import type { Recognised } from '../../core/keystore/import/items';
import { applyMerge, sealItems, type SealedItems } from '../../core/keystore/import/merge';
import {
  chosenRows,
  newlyTrusted,
  planMerge,
  proposeAuthorities,
  type ConflictPolicy,
  type MergePlan,
} from '../../core/keystore/import/plan';
import { missingIssuer } from '../../core/keystore/chain';
import type { Keystore } from '../../core/keystore/model';
import { askMerge } from '../input/mergePreview';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { showInformation } from '../ui/messages';
import { passedOverText, resultText } from '../ui/mergeTexts';
import { withProgress } from '../ui/progress';
import { chooseOpenKeystore, GaveUp } from './choosing';
import type { AddServerCertificateArgument, ImportArgument, NewKeyArgument } from './commandMap';
import { confirmTrust } from './confirmTrust';
import { importPasswords } from './importPasswords';
import { chooseSource, whatToImport } from './importSources';
import { offerRedeploy } from './redeploy';
import { sealForNewKey, type NewKeySeal } from './newKeySeal';

const { t } = vscode.l10n;

/** Takes anything that belongs into a keystore, from anywhere: what would happen is shown before, entry by entry. */
export async function importEntries(host: Host, argument: ImportArgument): Promise<readonly string[]> {
  const session = await chooseOpenKeystore(host, argument, { title: t('Import'), toChange: true });
  const title = t('Import into {0}', session.name);
  const source = await chooseSource(host, session, argument, title);
  const found = await whatToImport(session, source, argument);
  const { alias, onConflict, silent } = argument;
  const { aliases } = await mergeInto(host, session, found, {
    title,
    ...(silent && { silent }),
    ...(alias !== undefined && { alias }),
    ...(onConflict && { onConflict }),
    ...(source.kind === 'server' && { server: source.server }),
    ...(argument.password !== undefined && { password: argument.password }),
    ...(argument.keyPassword !== undefined && { keyPassword: argument.keyPassword }),
  });
  return aliases;
}

/** From the report of a connectivity test. Adding what is there already is no error: the caller learns its alias. */
export async function addServerCertificate(
  host: Host,
  argument: AddServerCertificateArgument,
): Promise<string | undefined> {
  if (!argument.der) {
    throw new FlowKeystoreError(
      'arguments',
      t('There is no certificate to add.'),
      {},
      t('Start this from the report of a connectivity test.'),
    );
  }
  const certificate = Certificate.parse(argument.der);
  const title = t('Add to Keystore');
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true });
  const item = { kind: 'certificate', from: argument.server ?? '', certificate } as const;
  const { plan } = await mergeInto(host, session, { items: [item], passedOver: [] }, { title, ...argument });
  return plan.rows[0]?.alias;
}

export interface MergeOptions extends NewKeyArgument {
  readonly title: string;
  /** For a single thing. */
  readonly alias?: string;
  readonly onConflict?: ConflictPolicy;
  /** The server that sent it all. */
  readonly server?: string;
  /** A person chose all of it already: only what is in the way is asked for. */
  readonly chosen?: true;
  /** Of private keys, tried before anybody is asked. */
  readonly password?: string;
}

export interface Merged {
  readonly plan: MergePlan;
  /** Of the entries that were added or overwritten. */
  readonly aliases: readonly string[];
}

/**
 * Merges things into a keystore: shows what would happen, has the fingerprints of what is to be trusted confirmed, opens and seals the private keys,
 * and saves once.
 * @param session open
 * @throws GaveUp when the person did; nothing has changed then
 */
export async function mergeInto(
  host: Host,
  session: KeystoreSession,
  { items, passedOver }: Recognised,
  options: MergeOptions,
): Promise<Merged> {
  const wanted =
    options.alias === undefined || items.length !== 1
      ? items
      : items.map((item) => ({ ...item, alias: options.alias ?? '' }));
  for (let again = false; ; again = true) {
    const keystore = openKeystore(session);
    const proposed = planMerge(keystore, wanted, options.onConflict ? { onConflict: options.onConflict } : {});
    const plan = options.server === undefined ? proposed : proposeAuthorities(keystore, proposed);
    if (plan.rows.every(({ actions }) => actions.length < 2)) {
      if (!options.silent) sayNothingToDo(session, plan);
      return { plan, aliases: [] };
    }
    const accepted = options.silent
      ? plan
      : await preview(keystore, plan, passedOver, options, again, session.tenant !== undefined);
    if (!chosenRows(accepted).length) return { plan: accepted, aliases: [] };
    if (!options.silent) await confirmTrust(host, session, newlyTrusted(accepted), options.server);
    const keys = chosenRows(accepted).filter(({ item }) => item.kind === 'keyPair');
    const [firstKey] = keys;
    const own = firstKey && (await sealForNewKey(session, firstKey.alias, options, keys.length));
    const sealed = await seal(session, accepted, options, own);
    const changes = await session.edit((current) =>
      // Not when another program or an undo changed it while answers were waited for: it is planned anew.
      current === keystore ? applyMerge(current, accepted, sealed, host.now()) : { keystore: current, changes: [] },
    );
    if (!changes.length) continue;
    for (const { alias } of keys) await own?.remember(alias);
    const aliases = chosenRows(accepted).map(({ alias }) => alias);
    const last = aliases.at(-1);
    if (last !== undefined) await host.tree.revealEntry(session, last);
    if (!options.silent) void saySummary(host, session, accepted, passedOver.map(passedOverText));
    return { plan: accepted, aliases };
  }
}

function openKeystore({ keystore, file }: KeystoreSession): Keystore {
  if (keystore) return keystore;
  throw new FlowKeystoreError('password-required', t('The keystore is locked.'), { file }, t('Unlock it first.'));
}

async function preview(
  keystore: Keystore,
  plan: MergePlan,
  passedOver: Recognised['passedOver'],
  { title, chosen, server }: MergeOptions,
  again: boolean,
  onTenant: boolean,
): Promise<MergePlan> {
  if (chosen && !again && plan.rows.every(({ state }) => state.kind === 'new' || state.kind === 'same')) return plan;
  const root = plan.rows.some(({ item }) => item.kind === 'certificate' && item.certificate.selfIssued);
  const notes = [
    ...(onTenant ? lonelyNotes(plan) : []),
    ...(again
      ? [{ label: t('The keystore was changed meanwhile'), detail: t('Look at what would happen once more.') }]
      : []),
    ...(server !== undefined && !root
      ? [
          {
            label: t('The root of the chain is not among them'),
            detail: t('{0} did not send it, as most servers do not: get it from its issuer.', server),
          },
        ]
      : []),
    ...(server !== undefined && plan.rows.some(({ action, state }) => action === 'skip' && state.kind === 'new')
      ? [
          {
            label: t("The server's own certificate is left out"),
            detail: t('It is renewed often, and what is above it vouches for it.'),
          },
        ]
      : []),
  ];
  const asked = await askMerge({ title, keystore, plan, passedOver, notes });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function seal(
  session: KeystoreSession,
  plan: MergePlan,
  options: MergeOptions,
  own: NewKeySeal | undefined,
): Promise<SealedItems> {
  const { type } = openKeystore(session);
  const { store } = session.passwords();
  const target = { type, password: own ? own.passwordWith(store ?? '') : store };
  const ask = importPasswords(session, options);
  if (chosenRows(plan).every(({ item }) => item.kind === 'certificate')) return sealItems(plan, target, ask);
  return withProgress(t('Importing into {0}', session.name), (signal, report) => {
    let shown = 0;
    const onProgress = (done: number, total: number): void => {
      const now = Date.now();
      if (now - shown < 100) return;
      shown = now;
      report(t('private key {0} of {1}', done + 1, total));
    };
    return sealItems(plan, target, ask, { signal, onProgress });
  });
}

function sayNothingToDo(session: KeystoreSession, plan: MergePlan): void {
  const [first] = plan.rows;
  const text =
    plan.rows.length === 1 && first?.state.kind === 'same'
      ? t('{0} has it already, as "{1}".', session.name, first.alias)
      : t('Nothing was imported into {0}: {1}.', session.name, resultText(plan));
  void showInformation(text);
}

/** A receiver that knows only the root needs the intermediates from the key pair. */
function lonelyNotes({ rows }: MergePlan): { label: string; detail: string }[] {
  return rows.flatMap(({ item, alias }) => {
    const missing = item.kind === 'keyPair' ? missingIssuer(item.chain) : undefined;
    if (!missing || item.kind !== 'keyPair' || item.chain.length > 1) return [];
    return [
      {
        label: t('The chain of "{0}" ends with its own certificate', alias),
        detail: t('Receivers that know only the root refuse it, unless "{0}" is that root.', missing.short),
      },
    ];
  });
}

async function saySummary(
  host: Host,
  session: KeystoreSession,
  plan: MergePlan,
  passedOver: readonly string[],
): Promise<void> {
  const after = session.keystore;
  const text = t('{0}: {1}.', session.name, resultText(plan));
  const left = passedOver.length ? ` ${t('Passed over: {0}', passedOver.slice(0, 3).join('; '))}` : '';
  if (session.tenant) {
    // What was done there stays.
    await offerRedeploy(
      host,
      session.tenant,
      chosenRows(plan).map(({ alias }) => alias),
      `${text}${left}`,
    );
    return;
  }
  const undo = t('Undo');
  if ((await showInformation(`${text}${left}`, undo)) !== undo) return;
  if (session.keystore === after) {
    await vscode.commands.executeCommand('flowKeystore.undo', { keystore: session.uri.toString() });
  } else {
    void showInformation(t('{0} was changed since. Undo takes its last change back.', session.name));
  }
}
