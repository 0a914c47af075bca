import path from 'node:path';
import * as vscode from 'vscode';
import { extentOf, type Candidate } from '../../core/connectivity/report';
import { targetText, type Target } from '../../core/connectivity/target';
import { FlowKeystoreError } from '../../core/errors';
import { cloudConnectorText, type CloudConnector } from '../../core/checks/channelTarget';
import { stepNameOf } from '../../core/report/connectivityText';
import type { ReportRequest } from '../editors/connectivityReports';
import { stepAfter } from '../editors/reportModel';
import { askChoice } from '../input/quickInput';
import { proxyOf, refuseUntrusted, runConnectivityTest, type ConnectivityRequest } from '../services/connectivity';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import type { KeptTest } from '../services/keptTests';
import { receiverOf, type Receiver } from '../services/receivers';
import { askModal } from '../ui/messages';
import { withProgress } from '../ui/progress';
import { askTarget, targetOf } from './askTarget';
import { chooseOpenKeystore, GaveUp, mayAsk } from './choosing';
import { keepTest, optionsOfKept } from './keepTest';
import { actOn, type Tested } from './reportActions';
import type { ChannelArgument, Commands, FromCode, TestConnectivityArgument } from './commandMap';
import { givenFile } from './fileOrClipboard';
import { flowOf } from './flowCommands';
import { askAlias, keystoreForTest, readyKey } from './testKeys';
import { knownHostsOf, type TestOptions } from './testOptions';

const { t } = vscode.l10n;

type TestCommands = Pick<Commands, 'flowKeystore.testConnectivity' | 'flowKeystore.testChannel'>;

export function testCommands(host: Host): TestCommands {
  return {
    async 'flowKeystore.testConnectivity'(argument = {}) {
      refuseUntrusted();
      return testByHand(host, argument);
    },
    async 'flowKeystore.testChannel'(argument = {}) {
      refuseUntrusted();
      return testReceiver(host, await receiverOfChannel(host, argument), argument);
    },
  };
}

async function testByHand(host: Host, argument: TestConnectivityArgument): Promise<string | undefined> {
  const title = t('Test Outbound Connectivity');
  if (argument.host === undefined) {
    mayAsk(argument, 'host');
    const asked = await askTarget(host, title);
    if ('channel' in asked) return testReceiver(host, asked, argument);
    if ('profile' in asked) return testKept(host, asked, argument);
    return testWith(host, asked, argument, title);
  }
  const port = argument.port === undefined ? '' : `:${argument.port}`;
  const { protocol, protection, path, serverName, ask, knownHosts, timeoutSeconds } = argument;
  const way = {
    ...(protocol === undefined ? {} : { protocol }),
    ...(protection === undefined ? {} : { protection }),
    ...(path === undefined ? {} : { path }),
  };
  const target = targetOf(`${argument.host}${port}`, way);
  const named = serverName === undefined ? target : { ...target, serverName };
  const known = knownHosts === undefined ? undefined : await givenFile(knownHosts);
  const options: TestOptions = {
    target: named,
    ...(ask && { ask }),
    ...(known && { knownHosts: knownHostsOf(known) }),
    ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
  };
  return testWith(host, options, argument, title);
}

/** A kept test, as it was: with its keystore and its key pair. */
async function testKept(host: Host, kept: KeptTest, argument: FromCode): Promise<string | undefined> {
  const { profile, folder } = kept;
  const { keystore, alias } = profile;
  const options = await optionsOfKept(kept);
  const chosen = keystore === undefined ? {} : { keystore: path.resolve(folder.fsPath, keystore) };
  return testWith(host, options, { ...argument, ...chosen, alias: alias ?? null }, profile.name);
}

async function testWith(
  host: Host,
  options: TestOptions,
  argument: TestConnectivityArgument,
  title: string,
): Promise<string | undefined> {
  const { target } = options;
  const keyless = target.protocol === 'ssh' && (options.ask?.login?.way ?? 'plain') === 'plain';
  const session = keyless ? undefined : await keystoreForTest(host, argument, { title });
  const alias = keyless
    ? null
    : argument.alias === undefined
      ? await askAlias(host, session, argument, title)
      : argument.alias;
  await readyKey(session, alias, argument);
  const { protocol } = target;
  await host.memory.setLastTest({ host: targetText(target), protocol, ...(alias === null ? {} : { alias }) });
  return runAndShow(host, requestOf(options, session, alias));
}

export interface TestRequest extends ConnectivityRequest {
  readonly channel?: { readonly flow: vscode.Uri; readonly id: string; readonly alias?: string };
}

/** Only the tenant gets there: what to do instead, and the values to paste. */
async function explainCloudConnector(connector: CloudConnector): Promise<void> {
  const { locationId, address } = connector;
  const copyLocation = t('Copy Location ID');
  const copyAddress = t('Copy Virtual Address');
  const answer = await askModal(
    t('The channel goes through the Cloud Connector: only the tenant can test that.'),
    t(cloudConnectorText(connector)),
    ...(locationId === '' ? [] : [copyLocation]),
    ...(address === '' ? [] : [copyAddress]),
  );
  if (answer === copyLocation) await vscode.env.clipboard.writeText(locationId);
  if (answer === copyAddress) await vscode.env.clipboard.writeText(address);
}

/** @param argument an alias there is tested with instead of the one that the channel names */
async function testReceiver(
  host: Host,
  receiver: Receiver,
  argument: FromCode & { readonly keystore?: string; readonly alias?: string | null },
): Promise<string | undefined> {
  const title = t('Test {0}', receiver.name);
  if (receiver.cloudConnector && !argument.silent) {
    await explainCloudConnector(receiver.cloudConnector);
    return 'address-invalid';
  }
  let target: Target;
  try {
    target = receiver.target();
  } catch (error) {
    if (argument.silent) throw error;
    void host.errors.show(error, receiver.name && `${receiver.name}:`);
    // A verdict, so that a test of several receivers goes on.
    return 'address-invalid';
  }
  const { flow, alias: named } = receiver;
  const written = argument.alias ?? named;
  const session = await keystoreForTest(host, argument, {
    title,
    flow,
    ...(written === undefined ? {} : { alias: written }),
  });
  // An empty alias means any key pair to SAP: a test needs to know which.
  const alias = written ?? (receiver.usesKeyPair ? await askAlias(host, session, argument, title) : null);
  await readyKey(session, alias, argument);
  return runAndShow(host, {
    ...requestOf({ target, ...(alias !== null && receiver.ask ? { ask: receiver.ask } : {}) }, session, alias),
    channel: { flow: receiver.flow, id: receiver.channel, ...(named === undefined ? {} : { alias: named }) },
  });
}

/** @param alias of the key pair; null: none is shown */
export function requestOf(
  { target, ask, knownHosts, timeoutMs }: TestOptions,
  session: KeystoreSession | undefined,
  alias: string | null,
): ConnectivityRequest {
  return {
    target,
    ...(ask && { ask }),
    ...(knownHosts && { knownHosts }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(session ? { session } : {}),
    ...(alias === null ? {} : { alias }),
  };
}

/** Runs the test. Its report fills while it runs; it can be cancelled there and in the progress notification. */
async function runAndShow(host: Host, request: TestRequest): Promise<string> {
  const where = targetText(request.target);
  return withProgress(t('Testing {0}', where), async (cancelled, tell) => {
    const stop = new AbortController();
    const signal = AbortSignal.any([cancelled, stop.signal]);
    const { target } = request;
    const extent = extentOf(proxyOf(target), request.ask);
    const run = await host.reports.begin(reportRequest(host, request, () => stop.abort()));
    try {
      const report = await runConnectivityTest(request, signal, (step) => {
        const next = stepAfter(step.step, target, extent);
        if (next) tell(t(stepNameOf(next)));
        run.step(step);
      });
      run.finish(report);
      host.log.info(`Connectivity test of ${where}: ${report.verdict}, ${report.ms} ms`);
      return report.verdict;
    } catch (error) {
      if (signal.aborted) run.cancelled();
      else run.failed(error);
      throw error;
    }
  });
}

/** What a report needs to know of its test, and what it can ask for. */
export function reportRequest(host: Host, request: TestRequest, cancel: () => void): ReportRequest {
  const { target, session, channel, ask } = request;
  const again = (): Promise<void> => testAgain(host, request);
  const tested: Tested = {
    ...(session ? { keystore: session.uri.toString() } : {}),
    ...(request.alias === undefined ? {} : { alias: request.alias }),
    ...(channel ? { channel } : {}),
    withOtherKeyPair: (report) => testWithOther(host, request, report.client?.candidates ?? []),
    keep: () => keepTest(request),
    again,
  };
  return {
    target,
    extent: extentOf(proxyOf(target), ask),
    ...(session ? { keystore: session.uri.toString() } : {}),
    ...(channel ? { channel } : {}),
    again,
    keeps: !channel && (vscode.workspace.workspaceFolders?.length ?? 0) > 0,
    act: (step, report) => actOn(host, tested, step, report),
    cancel,
  };
}

/** The same test with a key pair that is asked for. */
async function testWithOther(host: Host, request: TestRequest, candidates: readonly Candidate[]): Promise<void> {
  const { session, channel, alias: before } = request;
  const alias = await askAlias(host, session, {}, t('Test with Another Key Pair'), candidates);
  if (alias === before) return;
  if (channel && alias !== null) {
    await vscode.commands.executeCommand('flowKeystore.testChannel', {
      flow: channel.flow.toString(),
      channel: channel.id,
      alias,
      ...(session ? { keystore: session.uri.toString() } : {}),
    });
    return;
  }
  await readyKey(session, alias, {});
  await runAndShow(host, { ...request, alias: alias ?? undefined });
}

/** The same test; a channel is read anew, for it may have been changed because of the report. */
async function testAgain(host: Host, request: TestRequest): Promise<void> {
  const { channel, session } = request;
  if (channel) {
    const argument = { flow: channel.flow.toString(), channel: channel.id };
    await vscode.commands.executeCommand('flowKeystore.testChannel', argument);
    return;
  }
  try {
    // It may have been taken off the list and come back as another session.
    const now = session && (await chooseOpenKeystore(host, { keystore: session.uri.toString() }, { title: '' }));
    await runAndShow(host, { ...request, ...(now ? { session: now } : {}) });
  } catch (error) {
    await host.errors.show(error);
  }
}

/** A channel as the editor has it, unsaved changes included. */
async function receiverOfChannel(host: Host, argument: ChannelArgument): Promise<Receiver> {
  const { channel, silent } = argument;
  const uri = await flowOf(argument);
  const document = await vscode.workspace.openTextDocument(uri);
  const source = await host.flows.checkedFlow(document);
  const parameters = source.parametersFile?.parameters;
  const receivers = source.flow.channels
    .filter(({ direction }) => direction === 'Receiver')
    .map((each) => receiverOf(uri, source.flow.name, each, parameters));
  const found = receivers.find((receiver) => receiver.channel === channel);
  if (found) return found;
  if (channel !== undefined || !receivers.length) {
    throw new FlowKeystoreError(
      'channel-unknown',
      channel === undefined
        ? t('The flow has no receiver channel.')
        : t('The flow has no receiver channel "{0}".', channel),
      { file: uri.fsPath },
    );
  }
  mayAsk(silent ? { silent } : {}, 'channel');
  const asked = await askChoice({
    title: t('Test Outbound Connectivity'),
    placeholder: t('Which channel?'),
    items: receivers.map((receiver) => ({
      label: receiver.name || receiver.adapter,
      description: [receiver.adapter, receiver.address].join(' \u00b7 '),
      value: receiver,
    })),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}
