import * as vscode from 'vscode';
import { describeError, isAbort } from '../../core/errors';
import type { KeyPairEntry } from '../../core/keystore/model';
import { headlineOf } from '../../core/report/connectivityText';
import { askChoice } from '../input/quickInput';
import { runConnectivityTest } from '../services/connectivity';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { findReceivers } from '../services/receivers';
import { withProgress } from '../ui/progress';
import type { RenewalTestResult } from '../storage/memory';
import type { FromCode } from './commandMap';
import { unlockKey } from './keyPassword';
import { refuseUntrusted } from '../services/connectivity';

const { t } = vscode.l10n;

/** What the tests with this certificate have shown last, in this workspace. */
export function lastResults(host: Host, { chain }: KeyPairEntry): readonly RenewalTestResult[] {
  return host.memory.renewalTests(chain[0]?.sha256 ?? '');
}

export function verdictSummary(results: readonly RenewalTestResult[]): string {
  if (!results.length) return t('not tested yet');
  const good = results.filter(({ ok }) => ok).length;
  if (good === results.length) return t('accepted by all {0} channels tested', good);
  const bad = results.filter(({ ok }) => !ok).map(({ name, verdict }) => `${name} (${verdict})`);
  return t('{0} of {1} channels accepted it; not: {2}', good, results.length, bad.join(', '));
}

/** Tests every channel that uses an alias with another key pair, one after the other. */
export async function testSuccessor(
  host: Host,
  session: KeystoreSession,
  alias: string,
  successor: KeyPairEntry,
  argument: FromCode,
): Promise<readonly RenewalTestResult[]> {
  refuseUntrusted();
  const receivers = (await findReceivers()).filter((receiver) => receiver.usesKeyPair && receiver.alias === alias);
  await unlockKey(session, successor, argument);
  const results = await withProgress(t('Testing with "{0}"', successor.alias), async (signal, report) => {
    const done: RenewalTestResult[] = [];
    for (const [i, receiver] of receivers.entries()) {
      signal.throwIfAborted();
      const name = receiver.name || receiver.adapter;
      report(t('{0} of {1}: {2}', i + 1, receivers.length, name));
      const place = { name, flow: receiver.flow.toString(), channel: receiver.channel };
      try {
        const target = receiver.target();
        const tested = await runConnectivityTest({ target, session, alias: successor.alias }, signal);
        done.push({ ...place, verdict: tested.verdict, ok: tested.ok, headline: headlineOf(tested) });
      } catch (error) {
        if (isAbort(error)) throw error;
        host.log.warn(`${name}: ${describeError(error)}`);
        done.push({ ...place, verdict: 'address-invalid', ok: false, headline: describeError(error) });
      }
    }
    return done;
  });
  const sha256 = successor.chain[0]?.sha256;
  if (sha256 !== undefined) await host.memory.setRenewalTests(sha256, results);
  return results;
}

/** The results; a choice opens the whole report of that channel. */
export async function showResults(
  session: KeystoreSession,
  successor: KeyPairEntry,
  results: readonly RenewalTestResult[],
): Promise<void> {
  if (!results.length) return;
  const asked = await askChoice({
    title: t('Tested with "{0}"', successor.alias),
    placeholder: `${verdictSummary(results)}. ${t('Choose one to test it again and see its report')}`,
    items: results.map((result) => ({
      label: result.name,
      description: result.headline,
      iconPath: new vscode.ThemeIcon(result.ok ? 'pass' : 'error'),
      value: result,
    })),
  });
  if (asked.kind !== 'answer') return;
  await vscode.commands.executeCommand('flowKeystore.testChannel', {
    flow: asked.value.flow,
    channel: asked.value.channel,
    keystore: session.uri.toString(),
    alias: successor.alias,
  });
}
