import * as vscode from 'vscode';
import { receiverTests, runReceiverTests, type ReceiverTest } from '../../core/checks/receiverTests';
import { FlowKeystoreError } from '../../core/errors';
import { fieldsOf } from '../../core/flow/fields';
import { requireChannel } from '../../core/flow/edit';
import { testedSettings } from '../editors/editorModel';
import { recordOf } from '../editors/testRecords';
import type { WorkspaceReceiver } from '../receivers/workspaceReceivers';
import { refuseUntrusted, runConnectivityTest } from '../services/connectivity';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { settings } from '../services/settings';
import { confirmed, showInformation } from '../ui/messages';
import { withProgress } from '../ui/progress';
import { GaveUp } from './choosing';
import type { ReceiverVerdict, TestReceiversArgument } from './commandMap';
import { reportRequest, requestOf, type TestRequest } from './testCommands';
import { keystoreForTest, readyKey } from './testKeys';

const { t } = vscode.l10n;

/** So many are tested without a question: each is shown a client certificate. */
const fewReceivers = 3;

/** A channel, its connection, and what it is tested with. */
interface Planned {
  readonly test: ReceiverTest;
  readonly flow: vscode.Uri;
  /** Of the channel, as they are before the test. */
  readonly settings: string;
  readonly session: KeystoreSession | undefined;
}

/**
 * Tests several receivers at once, without a report for each: the view "Receivers" has the results, and shows a report when one is asked for. What has
 * to be asked is asked before.
 */
export async function testReceivers(host: Host, argument: TestReceiversArgument): Promise<readonly ReceiverVerdict[]> {
  refuseUntrusted();
  const testable = await testableOf(host, argument);
  if (!argument.silent && testable.length > fewReceivers) await confirmTests(testable);
  const planned = await plan(host, testable, argument);
  const plannedOf = new Map(planned.map((each) => [idOf(each.test), each]));
  const sessionOf = (test: ReceiverTest): KeystoreSession | undefined => plannedOf.get(idOf(test))?.session;
  const verdicts: ReceiverVerdict[] = [];
  await withProgress(t('Testing receivers'), async (signal, tell) => {
    await runReceiverTests(
      planned.map(({ test }) => test),
      {
        limit: settings.testsAtOnce(),
        keyOf: (test) => JSON.stringify([test.target, test.alias, test.ask, sessionOf(test)?.uri.toString()]),
        run: (test) => runConnectivityTest(plannedRequest(test, sessionOf(test)), signal),
        onResult: ({ test, report }) => {
          const place = plannedOf.get(idOf(test));
          if (!place || !report) return;
          const request: TestRequest = {
            ...plannedRequest({ ...test, target: report.target }, place.session),
            channel: { flow: place.flow, id: test.channel, ...(test.alias === undefined ? {} : { alias: test.alias }) },
          };
          const show = (): void =>
            host.reports.show(
              reportRequest(host, request, () => undefined),
              report,
            );
          host.tests.set(place.flow, test.channel, recordOf(report, place.settings, show));
          host.log.info(`Connectivity test of ${test.address}: ${report.verdict}, ${report.ms} ms`);
          verdicts.push({ flow: place.flow.toString(), channel: test.channel, verdict: report.verdict });
          tell(t('{0} of {1}', verdicts.length, planned.length));
        },
      },
    );
  });
  if (!argument.silent) await tellResults(host, verdicts, testable.length);
  return verdicts;
}

const idOf = ({ file, channel }: ReceiverTest): string => `${file}#${channel}`;

function plannedRequest(
  { target, alias, ask }: Pick<ReceiverTest, 'alias' | 'ask'> & Pick<TestRequest, 'target'>,
  session: KeystoreSession | undefined,
): TestRequest {
  // The key that it logs in with is in the keystore.
  const login = ask && session && alias !== undefined ? { ask } : {};
  return requestOf({ target, ...login }, session, alias ?? null);
}

async function testableOf(host: Host, argument: TestReceiversArgument): Promise<readonly WorkspaceReceiver[]> {
  const wanted = argument.receivers?.map(({ flow, channel }) => `${flow}#${channel}`);
  const { folder } = argument;
  const inFolder = ({ fsPath }: vscode.Uri): boolean =>
    folder === undefined ||
    fsPath === folder ||
    fsPath.startsWith(`${folder.replace(/[/\\]$/, '')}${separatorOf(folder)}`);
  const shown = folder === undefined ? await host.receivers.shown() : await host.receivers.all();
  const chosen = shown.filter(
    ({ uri, channel }) => inFolder(uri) && (!wanted || wanted.includes(`${uri.toString()}#${channel}`)),
  );
  const testable = chosen.filter((receiver) => receiver.testable);
  if (testable.length) return testable;
  throw new FlowKeystoreError(
    'arguments',
    chosen.length
      ? t(
          'None of these receivers can be tested from here: the files do not say the whole host, or nothing is spoken that can be tested.',
        )
      : t('There are no receivers to test.'),
  );
}

const separatorOf = (path: string): string => (/^[A-Za-z]:\\/.test(path) ? '\\' : '/');

/** Opens the keystores, and the keys that have passwords of their own. */
async function plan(
  host: Host,
  receivers: readonly WorkspaceReceiver[],
  argument: TestReceiversArgument,
): Promise<Planned[]> {
  const flows = await host.flows.workspaceFlows();
  const wanted = new Set(receivers.map(({ uri, channel }) => `${uri.toString()}#${channel}`));
  const planned: Planned[] = [];
  const ready = new Set<string>();
  for (const source of flows) {
    for (const test of receiverTests([source])) {
      if (!wanted.has(idOf(test))) continue;
      const flow = vscode.Uri.parse(source.file, true);
      const { alias } = test;
      const session = await keystoreForTest(host, argument, {
        title: t('Test Receivers'),
        flow,
        ...(alias === undefined ? {} : { alias }),
      });
      const key = `${session?.uri.toString() ?? ''}#${alias ?? ''}`;
      if (!ready.has(key)) await readyKey(session, alias ?? null, argument);
      ready.add(key);
      const channel = requireChannel(source.flow, test.channel);
      const fields = fieldsOf(channel, source.parametersFile?.parameters);
      planned.push({ test, flow, session, settings: testedSettings(channel, fields) });
    }
  }
  return planned;
}

async function confirmTests(receivers: readonly WorkspaceReceiver[]): Promise<void> {
  const hosts = new Set(receivers.map(({ host }) => host)).size;
  const question =
    hosts === 1
      ? t('Test {0} receivers on one host?', receivers.length)
      : t('Test {0} receivers on {1} hosts?', receivers.length, hosts);
  const detail = t('Each is connected to, and shown the client certificate that its channel names.');
  if (!(await confirmed(question, detail, t('Test')))) throw new GaveUp();
}

async function tellResults({ receivers }: Host, verdicts: readonly ReceiverVerdict[], all: number): Promise<void> {
  const tested = (await receivers.all()).filter(({ uri, channel }) =>
    verdicts.some((each) => each.flow === uri.toString() && each.channel === channel),
  );
  const failed = tested.filter(({ test }) => test && !test.ok);
  const untested = all - verdicts.length;
  const sentences = [
    failed.length
      ? t('{0} of {1} receivers connect. Not: {2}.', tested.length - failed.length, tested.length, namesOf(failed))
      : t('{0} of {0} receivers connect.', tested.length),
    untested ? t('{0} were not tested.', untested) : '',
  ];
  const show = t('Show');
  void showInformation(sentences.filter(Boolean).join(' '), show).then((answer) => {
    if (answer === show) void vscode.commands.executeCommand('flowKeystore.receivers.focus');
  });
}

function namesOf(receivers: readonly WorkspaceReceiver[]): string {
  const names = receivers.map(({ flow, name, adapter }) => `${flow} (${name || adapter})`);
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} \u2026` : names.join(', ');
}
