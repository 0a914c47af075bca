import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { askChoice } from '../input/quickInput';
import { findFlowFiles } from '../language/flowDocuments';
import { GaveUp, mayAsk } from './choosing';
import type { ChannelArgument, Commands } from './commandMap';

const { t } = vscode.l10n;

type FlowCommands = Pick<Commands, 'flowKeystore.editChannel' | 'flowKeystore.openAsText'>;

/** What shows a channel in the adapter editor. */
export interface ChannelEditor {
  /** Opens the flow there, and the channel in it where one is given. */
  reveal(flow: vscode.Uri, channel?: string): Promise<void>;
}

export function flowCommands(editor: ChannelEditor): FlowCommands {
  return {
    async 'flowKeystore.editChannel'(argument = {}) {
      await editor.reveal(await flowOf(argument), argument.channel);
    },

    async 'flowKeystore.openAsText'(argument = {}) {
      const uri = await flowOf(argument);
      const document = await vscode.workspace.openTextDocument(uri);
      const at = argument.offset ?? channelOffset(document.getText(), argument.channel);
      const position = document.positionAt(at ?? 0);
      await vscode.commands.executeCommand('vscode.openWith', uri, 'default', {
        ...(at === undefined ? {} : { selection: new vscode.Range(position, position) }),
      });
    },
  };
}

/** The flow of an argument, else the one in front, else one that is asked for. */
export async function flowOf({ flow, silent }: ChannelArgument): Promise<vscode.Uri> {
  if (flow !== undefined) return vscode.Uri.parse(flow, true);
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) {
    if (/\.iflw$/i.test(input.uri.path)) return input.uri;
  }
  const found = await findFlowFiles();
  const [only] = found;
  if (!only) {
    throw new FlowKeystoreError(
      'arguments',
      t('There is no flow in this workspace.'),
      {},
      t('Open a flow (.iflw) first.'),
    );
  }
  if (found.length === 1) return only;
  mayAsk(silent ? { silent } : {}, 'flow');
  const items = found
    .map((uri) => ({
      label: path.posix.basename(uri.path).replace(/\.iflw$/i, ''),
      description: vscode.workspace.asRelativePath(path.posix.dirname(uri.path)),
      value: uri,
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const asked = await askChoice({ title: t('Flows in This Workspace'), placeholder: t('Which flow?'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** Where a channel's element begins: ids are plain names, so that a look for them finds the element first. */
function channelOffset(text: string, channel: string | undefined): number | undefined {
  if (channel === undefined) return undefined;
  const at = text.indexOf(`messageFlow id="${channel}"`);
  return at < 0 ? undefined : text.lastIndexOf('<', at);
}
