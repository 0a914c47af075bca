import * as vscode from 'vscode';
import {
  aliasCompletionsInFlow,
  aliasCompletionsInParameters,
  aliasParametersOf,
  type AliasCompletion,
} from '../../core/languageService';
import { isFlowUri, type FlowDocuments } from './flowDocuments';
import type { LanguageServices } from './services';

/** Aliases of key pairs, inside the value of an alias property and of a parameter that feeds one. */
export class AliasCompletionProvider implements vscode.CompletionItemProvider {
  constructor(
    private readonly documents: FlowDocuments,
    private readonly services: LanguageServices,
  ) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionItem[]> {
    const views = this.services.keystores.views();
    if (!views.length) return [];
    const options = { now: this.services.now(), days: this.services.warnFrom() };
    const offset = document.offsetAt(position);
    if (isFlowUri(document.uri)) {
      return toItems(document, aliasCompletionsInFlow(this.documents.flowOf(document), offset, views, options));
    }
    const parameters = this.documents.parametersOf(document);
    const { flows } = await this.documents.projectOf(document);
    if (token.isCancellationRequested) return [];
    const names = aliasParametersOf(flows.map(({ flow }) => flow));
    return toItems(document, aliasCompletionsInParameters(parameters, offset, names, views, options));
  }
}

function toItems(document: vscode.TextDocument, completions: readonly AliasCompletion[]): vscode.CompletionItem[] {
  return completions.flatMap((completion, order) => {
    const { span } = completion;
    const range = new vscode.Range(document.positionAt(span.offset), document.positionAt(span.offset + span.length));
    // VS Code completes within one line only.
    return range.isSingleLine ? [toItem(completion, range, order)] : [];
  });
}

function toItem(completion: AliasCompletion, range: vscode.Range, order: number): vscode.CompletionItem {
  const { alias, entry, keystore, text, filter, state } = completion;
  const item = new vscode.CompletionItem({ label: alias, description: keystore }, vscode.CompletionItemKind.Reference);
  item.range = range;
  item.insertText = text;
  item.filterText = filter ?? text;
  item.sortText = String(order).padStart(6, '0');
  item.detail = [entry.key, validityText(completion)].filter(Boolean).join(' \u00b7 ');
  const facts = new vscode.MarkdownString();
  for (const [label, value] of [
    [vscode.l10n.t('Subject'), entry.subject],
    [vscode.l10n.t('Issuer'), entry.issuer],
    [vscode.l10n.t('Valid to'), entry.notAfter?.toISOString().slice(0, 10)],
    [vscode.l10n.t('Keystore'), keystore],
  ] as const) {
    if (value) facts.appendText(`${label}: ${value}`).appendMarkdown('\n\n');
  }
  item.documentation = facts;
  if (state === 'expired' || state === undefined) item.tags = [vscode.CompletionItemTag.Deprecated];
  return item;
}

function validityText({ state, days = 0 }: AliasCompletion): string {
  if (!state) return vscode.l10n.t('no certificate');
  switch (state) {
    case 'expired':
      return vscode.l10n.t('expired');
    case 'not-yet-valid':
      return vscode.l10n.t('not valid yet');
    case 'expiring':
      return days === 1 ? vscode.l10n.t('expires in 1 day') : vscode.l10n.t('expires in {0} days', days);
    case 'valid':
      return vscode.l10n.t('{0} days left', days);
  }
}
