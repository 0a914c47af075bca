import * as vscode from 'vscode';
import type { CheckOptions } from '../../core/checks/context';
import type { AliasStatus } from '../../core/languageService/aliasStatus';
import { channelLenses, useLenses, type ChannelLens, type UseLens } from '../../core/languageService/lenses';
import { isChangeable, type FlowDocuments } from './flowDocuments';
import { editChannelCommand, testChannelCommand, type ChannelArgument, type LanguageServices } from './services';

/** A line over each receiver channel: adapter, authentication, alias and how it stands; then edit and test. */
export class ChannelLensProvider implements vscode.CodeLensProvider {
  constructor(
    private readonly documents: FlowDocuments,
    private readonly services: LanguageServices,
    readonly onDidChangeCodeLenses: vscode.Event<void>,
  ) {}

  async provideCodeLenses(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<vscode.CodeLens[]> {
    if (!isChangeable(document.uri)) return [];
    const source = await this.documents.checkedFlow(document);
    if (token.isCancellationRequested) return [];
    const options: CheckOptions = { now: this.services.now(), days: this.services.warnFrom() };
    const keystores = this.services.keystores.views();
    return [
      ...channelLenses(source, keystores, options).flatMap((lens) => toCodeLenses(document, lens)),
      ...useLenses(source, keystores, options).map((lens) => toUseLens(document, lens)),
    ];
  }
}

function toCodeLenses(document: vscode.TextDocument, lens: ChannelLens): vscode.CodeLens[] {
  const at = document.positionAt(lens.offset);
  const range = new vscode.Range(at, at);
  const argument: ChannelArgument = { flow: document.uri.toString(), channel: lens.channel.id };
  const make = (title: string, command: string, tooltip?: string): vscode.CodeLens =>
    new vscode.CodeLens(range, { title, command, ...(tooltip ? { tooltip } : {}), arguments: [argument] });
  const lenses = [
    make(titleOf(lens), editChannelCommand, lens.alias && aliasTooltip(lens.alias)),
    make(vscode.l10n.t('Edit'), editChannelCommand, vscode.l10n.t('Open this channel in the adapter editor')),
  ];
  if (lens.testable) lenses.push(make(vscode.l10n.t('Test Outbound Connectivity'), testChannelCommand));
  return lenses;
}

function toUseLens(document: vscode.TextDocument, { part, offset, label, aliases }: UseLens): vscode.CodeLens {
  const at = document.positionAt(offset);
  const [first] = aliases;
  const tooltip = (first && aliasTooltip(first)) ?? vscode.l10n.t('Open it in the adapter editor');
  const title = [label, ...aliases.map(aliasText)].join(' \u00b7 ');
  const argument: ChannelArgument = { flow: document.uri.toString(), channel: part.id };
  const command = { title, command: editChannelCommand, arguments: [argument], tooltip };
  return new vscode.CodeLens(new vscode.Range(at, at), command);
}

function titleOf({ adapter, authentication, alias }: ChannelLens): string {
  const parts = [adapter];
  if (authentication) parts.push(authentication.label ?? authentication.value);
  if (alias) parts.push(aliasText(alias));
  return parts.join(' \u00b7 ');
}

/** Every state has an icon of its own shape and a word. */
export function aliasText(status: AliasStatus): string {
  switch (status.state) {
    case 'empty':
      return `$(warning) ${vscode.l10n.t('no alias: any key pair')}`;
    case 'dynamic':
      return `$(symbol-variable) ${vscode.l10n.t('{0} (set at run time)', status.alias)}`;
    case 'unresolved':
      return `$(question) ${vscode.l10n.t('{0} (parameter without a value)', status.alias)}`;
    case 'unverified':
      return `$(question) ${vscode.l10n.t('{0} (not looked up: no keystore open)', status.alias)}`;
    case 'missing':
      return `$(error) ${vscode.l10n.t('{0} (not in the keystore)', status.alias)}`;
    case 'not-a-key-pair':
      return `$(error) ${vscode.l10n.t('{0} (not a usable key pair)', status.alias)}`;
    case 'expired':
      return `$(error) ${vscode.l10n.t('{0} (expired)', status.alias)}`;
    case 'not-yet-valid':
      return `$(warning) ${vscode.l10n.t('{0} (not valid yet)', status.alias)}`;
    case 'expiring':
      return `$(warning) ${status.days === 1 ? vscode.l10n.t('{0} (1 day left)', status.alias) : vscode.l10n.t('{0} ({1} days left)', status.alias, status.days)}`;
    case 'valid':
      return `$(key)\u00a0${vscode.l10n.t('{0} ({1} days left)', status.alias, status.days)}`;
  }
}

function aliasTooltip(status: AliasStatus): string | undefined {
  if (!('notAfter' in status)) return undefined;
  return vscode.l10n.t(
    '{0} in {1}, valid to {2}',
    status.alias,
    status.keystore,
    status.notAfter.toISOString().slice(0, 10),
  );
}
