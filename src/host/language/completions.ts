import * as vscode from 'vscode';
import {
  completionsInFlow,
  completionsInParameters,
  valuesSeen,
  wantsSeen,
  wantsSeenAsParameter,
  type AliasFacts,
  type Completion,
  type CompletionSources,
} from '../../core/languageService/completions';
import { isFlowUri, type FlowDocuments } from './flowDocuments';
import type { LanguageServices } from './services';

const { t } = vscode.l10n;

/** What may stand in a value whose meaning is known, in flows and in the parameters that feed them: aliases by kind, choices, names seen elsewhere. */
export class ValueCompletionProvider implements vscode.CompletionItemProvider {
  constructor(
    private readonly documents: FlowDocuments,
    private readonly services: LanguageServices,
  ) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionItem[]> {
    const offset = document.offsetAt(position);
    const quick: CompletionSources = {
      keystores: this.services.keystores.views(),
      options: { now: this.services.now(), days: this.services.warnFrom() },
    };
    if (isFlowUri(document.uri)) {
      const source = await this.documents.checkedFlow(document);
      const found = completionsInFlow(source, offset, quick);
      if (found.length || !wantsSeen(source, offset) || token.isCancellationRequested) return toItems(document, found);
      return toItems(document, completionsInFlow(source, offset, await this.withSeen(quick)));
    }
    const parameters = this.documents.parametersOf(document);
    const { flows } = await this.documents.projectOf(document);
    if (token.isCancellationRequested) return [];
    const found = completionsInParameters(parameters, offset, flows, quick);
    if (found.length || !wantsSeenAsParameter(parameters, offset, flows)) return toItems(document, found);
    return toItems(document, completionsInParameters(parameters, offset, flows, await this.withSeen(quick)));
  }

  /** Only names of credentials and the like need a look at the whole workspace. */
  private async withSeen(sources: CompletionSources): Promise<CompletionSources> {
    return { ...sources, seen: valuesSeen(await this.documents.workspaceFlows()) };
  }
}

function toItems(document: vscode.TextDocument, completions: readonly Completion[]): vscode.CompletionItem[] {
  return completions.flatMap((completion, order) => {
    const { span } = completion;
    const range = new vscode.Range(document.positionAt(span.offset), document.positionAt(span.offset + span.length));
    // VS Code completes within one line only.
    if (!range.isSingleLine) return [];
    const item = toItem(completion);
    item.range = range;
    item.insertText = completion.text;
    item.filterText = completion.filter ?? completion.text;
    item.sortText = String(order).padStart(6, '0');
    return [item];
  });
}

function toItem(completion: Completion): vscode.CompletionItem {
  const { value } = completion;
  switch (completion.kind) {
    case 'alias':
      return aliasItem(value, completion);
    case 'option': {
      const { label, proven } = completion;
      const description = label === value ? undefined : label;
      const item = new vscode.CompletionItem(
        { label: value, ...(description === undefined ? {} : { description }) },
        vscode.CompletionItemKind.EnumMember,
      );
      if (!proven) item.detail = t('not verified: seen in no exported flow');
      return item;
    }
    case 'seen': {
      const item = new vscode.CompletionItem(value, vscode.CompletionItemKind.Text);
      item.detail =
        completion.count === 1
          ? t('used once in this workspace')
          : t('used {0} times in this workspace', completion.count);
      return item;
    }
  }
}

function aliasItem(alias: string, facts: AliasFacts): vscode.CompletionItem {
  const { entry, keystore, state } = facts;
  const item = new vscode.CompletionItem({ label: alias, description: keystore }, vscode.CompletionItemKind.Reference);
  item.detail = [entry.key, validityText(facts)].filter(Boolean).join(' \u00b7 ');
  const documentation = new vscode.MarkdownString();
  for (const [label, value] of [
    [t('Subject'), entry.subject],
    [t('Issuer'), entry.issuer],
    [t('Valid to'), entry.notAfter?.toISOString().slice(0, 10)],
    [t('Keystore'), keystore],
  ] as const) {
    if (value) documentation.appendText(`${label}: ${value}`).appendMarkdown('\n\n');
  }
  item.documentation = documentation;
  if (state === 'expired' || state === undefined) item.tags = [vscode.CompletionItemTag.Deprecated];
  return item;
}

export function validityText({ state, days = 0 }: Pick<AliasFacts, 'state' | 'days'>): string {
  if (!state) return t('no certificate');
  switch (state) {
    case 'expired':
      return t('expired');
    case 'not-yet-valid':
      return t('not valid yet');
    case 'expiring':
      return days === 1 ? t('expires in 1 day') : t('expires in {0} days', days);
    case 'valid':
      return t('{0} days left', days);
  }
}
