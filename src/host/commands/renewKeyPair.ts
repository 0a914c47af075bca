import * as vscode from 'vscode';
import type { Certificate } from '../../core/certificates/certificate';
import { endOfValidity, parseValidity } from '../../core/certificates/validity';
import { FlowKeystoreError } from '../../core/errors';
import { addKeyPair } from '../../core/keystore/edit';
import type { Keystore, KeyPairEntry } from '../../core/keystore/model';
import {
  byExpiry,
  makeSuccessor,
  renewalOf,
  successorAlias,
  switchToSuccessor,
  type Renewal,
} from '../../core/keystore/renewal';
import { sealFor } from '../../core/keystore/store';
import { renewalLetter } from '../../core/report/renewalLetter';
import { generateInTenant } from '../tenants/generateInTenant';
import { tenantSuccessor } from '../../core/tenant/successor';
import { offerRedeploy } from './redeploy';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { usesOfAlias } from '../services/receivers';
import { confirmed } from '../ui/messages';
import { withProgress } from '../ui/progress';
import { dateText } from '../ui/texts';
import { chooseEntry, GaveUp } from './choosing';
import type { RenewalResult, RenewKeyPairArgument } from './commandMap';
import { writeHandOverKit } from './handOver';
import { askSuccessorAlias, importSuccessor } from './importSuccessor';
import { sealForNewKey } from './newKeySeal';
import { askRenewalStep, type RenewalStep } from './renewalMenu';
import { lastResults, showResults, testSuccessor, verdictSummary } from './renewalTests';

const { t } = vscode.l10n;

/** The renewal of a key pair, step by step. Where it stands the keystore says: the command can be left and taken up again at any time. */
export async function renewKeyPair(host: Host, argument: RenewKeyPairArgument): Promise<RenewalResult | undefined> {
  const { session, alias } = await chooseKeyPair(host, argument);
  if (argument.step) return runStep(host, session, alias, argument.step, argument);
  if (argument.silent) return resultOf(renewalOf(keystoreOf(session), alias));
  let last: RenewalResult | undefined;
  for (;;) {
    const renewal = renewalOf(keystoreOf(session), alias);
    const step = await askRenewalStep(host, session, renewal);
    if (step === undefined) return last;
    try {
      last = await runStep(host, session, alias, step, argument);
    } catch (error) {
      // Back to the list of steps; only from there the command is left.
      if (!(error instanceof GaveUp)) throw error;
    }
    if (step === 'letter' || step === 'kit') return last;
  }
}

async function chooseKeyPair(
  host: Host,
  argument: RenewKeyPairArgument,
): Promise<{ session: KeystoreSession; alias: string }> {
  const title = t('Renew Key Pair');
  const { session, entry } = await chooseEntry(host, argument, {
    title,
    toChange: true,
    kinds: ['keyPair'],
    order: (keystore: Keystore) => byExpiry(keystore),
  });
  return { session, alias: mainAlias(keystoreOf(session), entry.alias) };
}

/** Started on a successor or on an old key pair, the renewal is that of the key pair in use. */
function mainAlias(keystore: Keystore, alias: string): string {
  for (const entry of keystore.entries) {
    if (entry.kind !== 'keyPair' || entry.alias === alias || !entry.chain.length) continue;
    const { successor, predecessor } = renewalOf(keystore, entry.alias);
    if (successor?.alias === alias || predecessor?.alias === alias) return entry.alias;
  }
  return alias;
}

function keystoreOf(session: KeystoreSession): Keystore {
  if (session.keystore) return session.keystore;
  throw new FlowKeystoreError('password-required', t('The keystore is locked.'), { file: session.file });
}

function resultOf({ current, successor, predecessor, stage }: Renewal): RenewalResult {
  return {
    stage,
    alias: current.alias,
    ...(successor ? { successor: successor.alias } : {}),
    ...(predecessor ? { predecessor: predecessor.alias } : {}),
  };
}

async function runStep(
  host: Host,
  session: KeystoreSession,
  alias: string,
  step: RenewalStep,
  argument: RenewKeyPairArgument,
): Promise<RenewalResult> {
  const keystore = session.uri.toString();
  const renewal = renewalOf(keystoreOf(session), alias);
  const quiet = argument.silent ? { silent: true as const } : {};
  let more: Partial<RenewalResult> = {};
  switch (step) {
    case 'generate':
      await generate(host, session, renewal, argument);
      break;
    case 'import':
      await importSuccessor(host, session, renewal.current, argument);
      break;
    case 'request':
      await another('flowKeystore.createRequest', { keystore, alias: successorOf(renewal).alias, ...quiet });
      break;
    case 'response':
      await another('flowKeystore.importResponse', { keystore, alias: successorOf(renewal).alias, ...quiet });
      break;
    case 'kit':
      await writeHandOverKit(host, { keystore, alias: successorOf(renewal).alias, usesOf: alias, ...quiet });
      break;
    case 'test': {
      const results = await testSuccessor(host, session, alias, successorOf(renewal), argument);
      more = { verdicts: results.map(({ verdict }) => verdict) };
      if (!argument.silent) await showResults(session, successorOf(renewal), results);
      break;
    }
    case 'switch':
      await switchKeys(host, session, renewal, argument);
      break;
    case 'letter':
      more = { letter: await letter(host, alias, renewal, argument) };
      break;
  }
  return { ...resultOf(renewalOf(keystoreOf(session), alias)), ...more };
}

/** Commands for requests and responses; each is there once the extension has it. */
async function another(command: string, argument: object): Promise<void> {
  const known = await vscode.commands.getCommands(true);
  if (!known.includes(command)) {
    throw new FlowKeystoreError('unsupported', t('This version cannot do this step.'));
  }
  await vscode.commands.executeCommand(command, argument);
}

function successorOf({ successor, current }: Renewal): KeyPairEntry & { readonly chain: readonly Certificate[] } {
  if (successor) return successor;
  throw new FlowKeystoreError(
    'alias-unknown',
    t('There is no successor of "{0}" yet.', current.alias),
    {},
    t('Generate or import one first.'),
  );
}

async function generate(
  host: Host,
  session: KeystoreSession,
  { current }: Renewal,
  argument: RenewKeyPairArgument,
): Promise<void> {
  const keystore = keystoreOf(session);
  const now = host.now();
  const proposed = argument.successorAlias ?? successorAlias(keystore, current.alias, now);
  const alias =
    argument.successorAlias ?? (argument.silent ? proposed : await askSuccessorAlias(keystore, current, proposed));
  const validity = argument.validity === undefined ? undefined : parseValidity(argument.validity);
  if (argument.validity !== undefined && !validity) {
    throw new FlowKeystoreError('value-invalid', t('"{0}" is no time in the future.', argument.validity));
  }
  if (session.tenant) {
    const successor = tenantSuccessor(current, alias, now, validity && endOfValidity(validity, now));
    await generateInTenant(session.tenant, successor);
    await host.tree.revealEntry(session, alias);
    return;
  }
  const seal = await sealForNewKey(session, alias, argument);
  await withProgress(t('Generating the successor of "{0}"', current.alias), async (signal, report) => {
    const made = await makeSuccessor(current, now, {
      signal,
      ...(validity ? { notAfter: endOfValidity(validity, now) } : {}),
    });
    try {
      report(t('saving'));
      await session.edit(async (before, password) => {
        const key = await sealFor(before.type, made.privateKeyInfo, seal.passwordWith(password));
        return addKeyPair(before, { alias, key, chain: [made.certificate], created: now });
      });
      await seal.remember(alias);
    } finally {
      made.privateKeyInfo.fill(0);
    }
  });
  await host.tree.revealEntry(session, alias);
}

async function switchKeys(
  host: Host,
  session: KeystoreSession,
  renewal: Renewal,
  argument: RenewKeyPairArgument,
): Promise<void> {
  const successor = successorOf(renewal);
  const { current } = renewal;
  const planned = switchToSuccessor(keystoreOf(session), current.alias);
  if (!argument.silent) {
    const [leaf] = successor.chain;
    const lines = [
      `${current.alias} \u2192 ${planned.oldAlias}`,
      `${successor.alias} \u2192 ${current.alias}`,
      leaf?.selfIssued ? t('The certificate of the successor is self-signed.') : '',
      verdictSummary(lastResults(host, successor)),
      session.tenant
        ? t('Flows stay as they are, and are restarted: connections keep the old key for up to 24 hours.')
        : t(
            'Flows stay as they are. Upload the key pair to the tenant afterwards, and restart the flows: connections keep the old key for up to 24 hours. Undo takes the switch back.',
          ),
    ];
    const question = t('Let the successor take over the alias "{0}"?', current.alias);
    if (!(await confirmed(question, lines.filter(Boolean).join('\n\n'), t('Switch')))) throw new GaveUp();
  }
  await session.edit((keystore) => switchToSuccessor(keystore, current.alias));
  await host.tree.revealEntry(session, current.alias);
  if (session.tenant && !argument.silent) void offerRedeploy(host, session.tenant, [current.alias]);
  if (!argument.silent) {
    const until = successor.chain[0] ? dateText(successor.chain[0].notAfter) : '';
    void vscode.window.setStatusBarMessage(
      `$(key) ${t('"{0}" is the new key pair, valid to {1}', current.alias, until)}`,
      10_000,
    );
  }
}

/** Before the switch the day is left open; after it, it is today. */
async function letter(
  host: Host,
  alias: string,
  { current, successor, predecessor }: Renewal,
  argument: RenewKeyPairArgument,
): Promise<string> {
  const [old, fresh] = successor ? [current, successor] : [predecessor, current];
  const before = old?.chain[0];
  const after = fresh.chain[0];
  if (!before || !after) throw new FlowKeystoreError('alias-unknown', t('There is no successor of "{0}" yet.', alias));
  const now = host.now();
  const uses = await usesOfAlias(alias);
  const text = renewalLetter({ old: before, successor: after, uses, now, ...(successor ? {} : { switchDay: now }) });
  if (!argument.silent) {
    const document = await vscode.workspace.openTextDocument({ content: text, language: 'markdown' });
    await vscode.window.showTextDocument(document);
  }
  return text;
}
