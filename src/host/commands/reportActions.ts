import * as vscode from 'vscode';
import { download } from '../../core/connectivity/download';
import { withMissingIssuer } from '../../core/connectivity/missingIssuer';
import type { ConnectivityReport } from '../../core/connectivity/report';
import { editField, requireChannel } from '../../core/flow/edit';
import { fieldsOf } from '../../core/flow/fields';
import type { NextStep } from '../../core/report/nextSteps';
import { receiverLetter } from '../../core/report/receiverLetter';
import { applyToAll, openParameters } from '../language/documentEdits';
import { refuseUntrusted } from '../services/connectivity';
import type { Host } from '../services/host';
import { withProgress } from '../ui/progress';

const { t } = vscode.l10n;

/** What was tested, as far as an action has to know it. */
export interface Tested {
  /** URI of the keystore, as a string. */
  readonly keystore?: string;
  /** Of the key pair that was asked for. */
  readonly alias?: string;
  readonly channel?: { readonly flow: vscode.Uri; readonly id: string };
  /** Asks for a key pair, saying of each whether the server would take it, and tests again with it. */
  readonly withOtherKeyPair: (report: ConnectivityReport) => Promise<unknown>;
  /** Keeps the test in the workspace. */
  readonly keep: () => Promise<unknown>;
  readonly again: () => unknown;
}

/** Does what the report offers. @returns the report, where more is known now */
export async function actOn(
  host: Host,
  tested: Tested,
  step: NextStep,
  report: ConnectivityReport,
): Promise<ConnectivityReport | undefined> {
  const { channel, keystore } = tested;
  switch (step) {
    case 'fetch-missing':
      refuseUntrusted();
      return withProgress(t('Fetching the missing certificate'), (signal) =>
        withMissingIssuer(report, download, signal),
      );
    case 'choose-key-pair':
      await tested.withOtherKeyPair(report);
      return undefined;
    case 'set-alias':
      if (channel && report.client?.sent !== undefined) {
        await setAlias(host, channel, report.client.sent);
        await tested.again();
      }
      return undefined;
    case 'test-on-tenant':
      await vscode.commands.executeCommand('flowKeystore.openInSap', {
        ...(keystore === undefined ? {} : { keystore }),
        ...(tested.alias === undefined ? {} : { alias: tested.alias }),
      });
      return undefined;
    case 'import-response':
      await vscode.commands.executeCommand('flowKeystore.importResponse', {
        ...(keystore === undefined ? {} : { keystore }),
        ...(report.client?.sent === undefined ? {} : { alias: report.client.sent }),
      });
      return undefined;
    case 'open-channel':
      if (channel) {
        const argument = { flow: channel.flow.toString(), channel: channel.id };
        await vscode.commands.executeCommand('flowKeystore.editChannel', argument);
      }
      return undefined;
    case 'save-test':
      await tested.keep();
      return undefined;
    case 'write-letter': {
      const document = await vscode.workspace.openTextDocument({
        content: receiverLetter(report),
        language: 'markdown',
      });
      await vscode.window.showTextDocument(document);
      return undefined;
    }
  }
}

/** Where the alias lives: in the flow, or in its parameter. The file is saved where it had no changes of its own. */
async function setAlias(host: Host, { flow: uri, id }: NonNullable<Tested['channel']>, alias: string): Promise<void> {
  const flowDocument = await vscode.workspace.openTextDocument(uri);
  const { flow, parametersFile } = await host.flows.checkedFlow(flowDocument);
  const part = requireChannel(flow, id);
  const parameters = parametersFile?.parameters;
  const { privateKeyAlias: field } = fieldsOf(part, parameters);
  if (!field) return;
  const { edits, place } = editField({ flow, part, parameters }, field, alias, undefined, { add: true });
  if (!edits.length) return;
  const document =
    place === 'flow' || !parametersFile
      ? flowDocument
      : await openParameters(vscode.Uri.parse(parametersFile.file, true));
  await applyToAll([{ document, edits }]);
}
