import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { receiversReport } from '../../core/report/receivers';
import { askForFilter } from '../input/filterBox';
import { standing } from '../receivers/receiversTree';
import type { WorkspaceReceiver } from '../receivers/workspaceReceivers';
import type { Host } from '../services/host';
import { confirmed, showInformation } from '../ui/messages';
import { GaveUp, mayAsk } from './choosing';
import type { Commands, ExportReceiversArgument, ReceiverVerdict, TestReceiversArgument } from './commandMap';
import { askReportForm } from './exportCommands';
import { saveReport } from './saveExport';
import { refuseUntrusted } from '../services/connectivity';

const { t } = vscode.l10n;

type ReceiverCommands = Pick<
  Commands,
  | 'flowKeystore.filterReceivers'
  | 'flowKeystore.clearReceiverFilter'
  | 'flowKeystore.receiversByFlow'
  | 'flowKeystore.receiversByHost'
  | 'flowKeystore.testReceivers'
  | 'flowKeystore.exportReceivers'
  | 'flowKeystore.copyAddress'
>;

/** So many are tested without a question: each is shown a client certificate. */
const fewReceivers = 3;

/** What the view "Receivers" offers. */
export function receiverCommands(host: Host): ReceiverCommands {
  const { receivers } = host;
  return {
    async 'flowKeystore.filterReceivers'(argument = {}) {
      if (argument.text === undefined) {
        mayAsk(argument, 'text');
        await vscode.commands.executeCommand('flowKeystore.receivers.focus');
        await askForFilter({
          title: t('Filter Receivers'),
          placeholder: t('flow, adapter, address, authentication, alias, credential, error, tested ...'),
          before: receivers.filter,
          set: (text) => (receivers.filter = text),
        });
      } else receivers.filter = argument.text;
      await markFiltered(host);
    },

    async 'flowKeystore.clearReceiverFilter'() {
      receivers.filter = '';
      await markFiltered(host);
    },

    'flowKeystore.receiversByFlow': () => receivers.setGrouping('flow'),
    'flowKeystore.receiversByHost': () => receivers.setGrouping('host'),

    'flowKeystore.testReceivers': (argument = {}) => testReceivers(host, argument),

    'flowKeystore.exportReceivers': (argument = {}) => exportReceivers(host, argument),

    async 'flowKeystore.copyAddress'({ address } = {}) {
      if (address) await vscode.env.clipboard.writeText(address);
    },
  };
}

async function markFiltered({ receivers }: Host): Promise<void> {
  await vscode.commands.executeCommand('setContext', 'flowKeystore.receiversFiltered', receivers.filter.trim() !== '');
}

/** One after the other. A person who gives one up gives up the rest. */
async function testReceivers(host: Host, argument: TestReceiversArgument): Promise<readonly ReceiverVerdict[]> {
  refuseUntrusted();
  const wanted = argument.receivers?.map(({ flow, channel }) => `${flow}#${channel}`);
  const chosen = (await host.receivers.shown()).filter(
    ({ uri, channel }) => !wanted || wanted.includes(`${uri.toString()}#${channel}`),
  );
  const testable = chosen.filter((receiver) => receiver.testable);
  if (!testable.length) {
    throw new FlowKeystoreError(
      'arguments',
      chosen.length
        ? t(
            'None of these receivers can be tested from here: the files do not say the whole host, or TLS is not spoken.',
          )
        : t('There are no receivers to test.'),
    );
  }
  if (!argument.silent && testable.length > fewReceivers) await confirmTests(testable);
  const verdicts: ReceiverVerdict[] = [];
  for (const { uri, channel } of testable) {
    const place = { flow: uri.toString(), channel };
    const silent = argument.silent && ({ silent: true } as const);
    const verdict: unknown = await vscode.commands.executeCommand('flowKeystore.testChannel', { ...place, ...silent });
    if (typeof verdict !== 'string') break;
    verdicts.push({ ...place, verdict });
  }
  if (!argument.silent) await tellResults(host, verdicts, testable.length);
  return verdicts;
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
  const tested = (await receivers.shown()).filter(({ uri, channel }) =>
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
  void showInformation(sentences.filter(Boolean).join(' '));
}

function namesOf(receivers: readonly WorkspaceReceiver[]): string {
  const names = receivers.map(({ flow, name, adapter }) => `${flow} (${name || adapter})`);
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} \u2026` : names.join(', ');
}

async function exportReceivers({ receivers }: Host, argument: ExportReceiversArgument): Promise<string> {
  const title = t('Export List of Receivers');
  const rows = await receivers.shown();
  const [first] = rows;
  if (!first) throw new FlowKeystoreError('arguments', t('There are no receivers to export.'));
  const form = argument.form ?? (await askReportForm(argument, title));
  const say = (text: string): string => t(text);
  const text = receiversReport(rows, form, (receiver) => ({
    state: standing(receiver, { say }).status,
    lastTest: receiver.test ? `${receiver.test.at.toISOString()} ${receiver.test.headline}` : '',
    problems: receiver.problems,
  }));
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.joinPath(first.uri, '..');
  return saveReport(
    argument,
    { uri: vscode.Uri.joinPath(folder, 'receivers') },
    {
      title,
      name: 'receivers',
      form,
      text,
      what: rows.length === 1 ? t('1 receiver') : t('{0} receivers', rows.length),
    },
  );
}
