import * as vscode from 'vscode';
import { findEntry } from '../../core/keystore/edit';
import { extentOf } from '../../core/connectivity/report';
import { targetText, type Target } from '../../core/connectivity/target';
import { FlowKeystoreError } from '../../core/errors';
import { stepNameOf } from '../../core/report/connectivityText';
import { stepAfter } from '../editors/reportModel';
import { askChoice, type Choice } from '../input/quickInput';
import { proxyOf, refuseUntrusted, runConnectivityTest, type ConnectivityRequest } from '../services/connectivity';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { receiverOf, type Receiver } from '../services/receivers';
import { withProgress } from '../ui/progress';
import { askTarget, targetOf } from './askTarget';
import { chooseKeystore, chooseOpenKeystore, entryChoice, GaveUp, mayAsk, unlock } from './choosing';
import { unlockKey } from './keyPassword';
import { actOn, type Tested } from './reportActions';
import type { ChannelArgument, Commands, FromCode, TestConnectivityArgument } from './commandMap';
import { givenFile } from './fileOrClipboard';
import { flowOf } from './flowCommands';
import type { TestOptions } from './testOptions';

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
    ...(known && { knownHosts: { name: known.name, text: Buffer.from(known.content).toString('utf8') } }),
    ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
  };
  return testWith(host, options, argument, title);
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

interface TestRequest extends ConnectivityRequest {
  readonly channel?: { readonly flow: vscode.Uri; readonly id: string; readonly alias?: string };
}

/** @param argument an alias there is tested with instead of the one that the channel names */
async function testReceiver(
  host: Host,
  receiver: Receiver,
  argument: FromCode & { readonly keystore?: string; readonly alias?: string | null },
): Promise<string | undefined> {
  const title = t('Test {0}', receiver.name);
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

/** Asks for the password of the key, where it has one of its own. What else is wrong with it the test says. */
async function readyKey(session: KeystoreSession | undefined, alias: string | null, argument: FromCode): Promise<void> {
  const entry = alias === null ? undefined : session?.keystore && findEntry(session.keystore, alias);
  if (!session || entry?.kind !== 'keyPair' || argument.silent) return;
  try {
    await unlockKey(session, entry, argument);
  } catch (error) {
    if (!(error instanceof FlowKeystoreError)) throw error;
  }
}

function requestOf(
  { target, ask, knownHosts, timeoutMs }: TestOptions,
  session: KeystoreSession | undefined,
  alias: string | null,
): ConnectivityRequest {
  return {
    target,
    ...(ask && { ask }),
    ...(knownHosts && { knownHosts: knownHosts.text }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(session ? { session } : {}),
    ...(alias === null ? {} : { alias }),
  };
}

/** Runs the test. Its report fills while it runs; it can be cancelled there and in the progress notification. */
async function runAndShow(host: Host, request: TestRequest): Promise<string> {
  const where = targetText(request.target);
  const { session, channel } = request;
  return withProgress(t('Testing {0}', where), async (cancelled, tell) => {
    const stop = new AbortController();
    const signal = AbortSignal.any([cancelled, stop.signal]);
    const { target } = request;
    const extent = extentOf(proxyOf(target), request.ask);
    const tested: Tested = {
      ...(session ? { keystore: session.uri.toString() } : {}),
      ...(channel ? { channel } : {}),
      withOtherKeyPair: () => testWithOther(host, request),
      again: () => testAgain(host, request),
    };
    const run = await host.reports.begin({
      target,
      extent,
      ...(session ? { keystore: session.uri.toString() } : {}),
      ...(channel ? { channel } : {}),
      again: () => testAgain(host, request),
      act: (step, report) => actOn(host, tested, step, report),
      cancel: () => stop.abort(),
    });
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

/** The same test with a key pair that is asked for. */
async function testWithOther(host: Host, request: TestRequest): Promise<void> {
  const { session, channel, alias: before } = request;
  const alias = await askAlias(host, session, {}, t('Test with Another Key Pair'));
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

/** The keystore for a test, open. Undefined where there is none at all: the test says then whom one would have to trust. */
async function keystoreForTest(
  host: Host,
  argument: FromCode & { readonly keystore?: string },
  { title, flow, alias }: { readonly title: string; readonly flow?: vscode.Uri; readonly alias?: string },
): Promise<KeystoreSession | undefined> {
  const clear =
    argument.keystore === undefined ? ((await host.registry.keystoreFor(flow)) ?? onlyHolder(host, alias)) : undefined;
  if (
    !clear &&
    argument.keystore === undefined &&
    !host.registry.sessions().some(({ state }) => state.kind !== 'error')
  ) {
    return undefined;
  }
  const session = clear ?? (await chooseKeystore(host, argument, { title }));
  if (!(await unlock(host, session, argument))) throw new GaveUp();
  return session;
}

/** The one open keystore that has the key pair. */
function onlyHolder(host: Host, alias: string | undefined): KeystoreSession | undefined {
  if (alias === undefined) return undefined;
  const [holder, ...more] = host.registry
    .sessions()
    .filter(({ keystore }) => keystore && findEntry(keystore, alias)?.kind === 'keyPair');
  return more.length ? undefined : holder;
}

async function askAlias(
  host: Host,
  session: KeystoreSession | undefined,
  argument: FromCode,
  title: string,
): Promise<string | null> {
  const pairs = (session?.keystore?.entries ?? []).filter(({ kind }) => kind === 'keyPair');
  if (!pairs.length) return null;
  mayAsk(argument, 'alias');
  const { alias: last } = host.memory.lastTest;
  const items: Choice<string | null>[] = [
    ...pairs.map((entry) => ({ ...entryChoice(entry, host.now()), value: entry.alias })),
    {
      label: t('No client certificate'),
      description: t('only the server is tested'),
      iconPath: new vscode.ThemeIcon('circle-slash'),
      value: null,
    },
  ];
  const asked = await askChoice<string | null>({
    title,
    placeholder: t('Which key pair is to be shown to the server?'),
    items,
    ...(last === undefined ? {} : { active: last }),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
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
