import * as vscode from 'vscode';
import { practiceAliases } from '../../core/connectivity/practice/identities';
import { otherName, practiceFaults, type PracticeFault } from '../../core/connectivity/practice/receiver';
import { FlowKeystoreError } from '../../core/errors';
import { askChoice, askChoices } from '../input/quickInput';
import type { Host } from '../services/host';
import type { RunningPractice } from '../services/practice';
import { showInformation } from '../ui/messages';
import { GaveUp } from './choosing';
import type { Commands, PracticeAddress, StartPracticeReceiverArgument } from './commandMap';

const { t } = vscode.l10n;

type PracticeCommands = Pick<
  Commands,
  'flowKeystore.startPracticeReceiver' | 'flowKeystore.stopPracticeReceiver' | 'flowKeystore.practiceReceiver'
>;

/** Commands of the practice receiver: what a receiver with a client certificate does, on this machine, with the faults that are chosen. */
export function practiceCommands(host: Host): PracticeCommands {
  return {
    'flowKeystore.startPracticeReceiver': (argument = {}) => start(host, argument),
    'flowKeystore.stopPracticeReceiver': () => host.practice.stop(),
    'flowKeystore.practiceReceiver': () => menu(host),
  };
}

async function start(host: Host, argument: StartPracticeReceiverArgument): Promise<PracticeAddress> {
  const { silent, port } = argument;
  const faults = argument.faults ? checked(argument.faults) : silent ? [] : await askFaults(host);
  const running = await host.practice.start(faults, port);
  if (!silent) void tellStarted(running);
  const { receiver, keystore } = running;
  return { url: receiver.url, port: receiver.port, keystore: keystore.uri.toString() };
}

function checked(faults: readonly string[]): PracticeFault[] {
  return faults.map((name) => {
    const fault = practiceFaults.find((each) => each === name);
    if (fault) return fault;
    throw new FlowKeystoreError(
      'arguments',
      t('There is no fault "{0}".', name),
      {},
      t('Faults: {0}.', practiceFaults.join(', ')),
    );
  });
}

/** What goes wrong, in a few words, and what a test then says. */
function faultText(fault: PracticeFault): { readonly label: string; readonly detail: string } {
  switch (fault) {
    case 'otherClients':
      return {
        label: t('Accepts the clients of another authority'),
        detail: t('Yours is refused until its root, or itself, is imported into the keystore of the receiver'),
      };
    case 'optionalClient':
      return {
        label: t('The client certificate is optional'),
        detail: t('It asks for one and takes everybody: a test says that green proves nothing of the key'),
      };
    case 'expired':
      return { label: t('The server certificate has expired'), detail: t('Since yesterday') };
    case 'otherName':
      return { label: t('The server certificate is for another name'), detail: t('For {0}', otherName) };
    case 'noIntermediate':
      return {
        label: t('The intermediate certificate is not sent'),
        detail: t('The server certificate comes alone, and says where its issuer lies'),
      };
    case 'tls12':
      return { label: t('TLS 1.2 only'), detail: t('As many receivers are') };
  }
}

async function askFaults({ practice }: Host): Promise<readonly PracticeFault[]> {
  const asked = await askChoices<PracticeFault>({
    title: practice.running ? t('Faults of the Practice Receiver') : t('Start Practice Receiver'),
    placeholder: t('What is to be wrong with it? Nothing, where nothing is chosen'),
    items: practiceFaults.map((value) => ({ value, ...faultText(value) })),
    selected: practice.running?.faults ?? [],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** What is wrong with it, in a sentence. */
function faultsText(faults: readonly PracticeFault[]): string {
  if (!faults.length) return t('Nothing is wrong with it.');
  const labels = faults.map((fault) => `"${faultText(fault).label}"`).join(', ');
  return faults.length === 1 ? t('Its fault: {0}.', labels) : t('Its faults: {0}.', labels);
}

async function tellStarted({ receiver, keystore, faults }: RunningPractice): Promise<void> {
  const test = t('Test It');
  const copy = t('Copy Address');
  const accepted = faults.includes('otherClients')
    ? t('It accepts whose certificates are imported into {0}.', keystore.name)
    : t(
        'It accepts clients of {0} in {1}, and whose certificates are imported there.',
        practiceAliases.clientCa,
        keystore.name,
      );
  const answer = await showInformation(
    t('The practice receiver runs on {0}, for this machine alone. {1} {2}', receiver.url, faultsText(faults), accepted),
    test,
    copy,
  );
  if (answer === test) await testIt(receiver.url);
  if (answer === copy) await vscode.env.clipboard.writeText(receiver.url);
}

async function testIt(url: string): Promise<void> {
  await vscode.commands.executeCommand('flowKeystore.testConnectivity', { host: new URL(url).host });
}

/** What can be done with it; it is started where it does not run. */
async function menu(host: Host): Promise<void> {
  const { running } = host.practice;
  if (!running) {
    await start(host, {});
    return;
  }
  const { url } = running.receiver;
  const item = (icon: string, label: string, run: () => unknown, description?: string) => ({
    label,
    iconPath: new vscode.ThemeIcon(icon),
    ...(description === undefined ? {} : { description }),
    value: run,
  });
  const asked = await askChoice<() => unknown>({
    title: t('Practice Receiver'),
    placeholder: `${url}. ${faultsText(running.faults)}`,
    items: [
      item('plug', t('Test It'), () => testIt(url)),
      item('settings', t('Change Faults...'), () => start(host, {})),
      item('copy', t('Copy Address'), () => vscode.env.clipboard.writeText(url), url),
      item('output', t('Show Who Came'), () => host.log.show()),
      item('debug-stop', t('Stop'), () => host.practice.stop()),
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  await asked.value();
}

/** In the status bar as long as it runs. */
export function showPractice({ practice }: Pick<Host, 'practice'>): vscode.Disposable {
  const status = vscode.window.createStatusBarItem('flowKeystore.practice', vscode.StatusBarAlignment.Left, 10);
  status.name = t('Practice Receiver');
  status.command = 'flowKeystore.practiceReceiver';
  const update = (): void => {
    const { running } = practice;
    void vscode.commands.executeCommand('setContext', 'flowKeystore.practising', running !== undefined);
    if (!running) {
      status.hide();
      return;
    }
    const { receiver, faults } = running;
    status.text = `$(server-process) ${t('Practice receiver: {0}', receiver.port)}`;
    status.tooltip = t('The practice receiver runs on {0}. {1}', receiver.url, faultsText(faults));
    status.accessibilityInformation = { label: status.tooltip, role: 'button' };
    status.show();
  };
  update();
  return vscode.Disposable.from(status, practice.onDidChange(update));
}
