import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { receiversReport } from '../../core/report/receivers';
import { askForFilter } from '../input/filterBox';
import { standing } from '../receivers/receiversTree';
import type { Host } from '../services/host';
import { mayAsk } from './choosing';
import type { Commands, ExportReceiversArgument } from './commandMap';
import { askReportForm } from './exportCommands';
import { saveReport } from './saveExport';
import { testReceivers } from './testReceivers';

const { t } = vscode.l10n;

type ReceiverCommands = Pick<
  Commands,
  | 'flowKeystore.filterReceivers'
  | 'flowKeystore.clearReceiverFilter'
  | 'flowKeystore.receiversByFlow'
  | 'flowKeystore.receiversByHost'
  | 'flowKeystore.testReceivers'
  | 'flowKeystore.showLastTest'
  | 'flowKeystore.exportReceivers'
  | 'flowKeystore.copyAddress'
>;

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

    async 'flowKeystore.showLastTest'({ flow, channel } = {}) {
      const record =
        flow !== undefined && channel !== undefined && host.tests.of(vscode.Uri.parse(flow, true), channel);
      if (!record || !record.show) {
        throw new FlowKeystoreError(
          'arguments',
          t('The receiver was not tested in this session.'),
          {},
          t('Test it first.'),
        );
      }
      await record.show();
    },

    'flowKeystore.exportReceivers': (argument = {}) => exportReceivers(host, argument),

    async 'flowKeystore.copyAddress'({ address } = {}) {
      if (address) await vscode.env.clipboard.writeText(address);
    },
  };
}

async function markFiltered({ receivers }: Host): Promise<void> {
  await vscode.commands.executeCommand('setContext', 'flowKeystore.receiversFiltered', receivers.filter.trim() !== '');
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
