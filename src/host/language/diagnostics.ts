import * as vscode from 'vscode';
import { checkFlows } from '../../core/checks/check';
import type { Finding, Severity } from '../../core/checks/finding';
import { fixSentence, helpSentence, messageSentences, type Sentence } from '../../core/report/findingText';
import { isChangeable, isFlowUri, isParametersUri, type FlowDocuments, type FlowProject } from './flowDocuments';
import type { LanguageServices } from './services';
import { rangeOf } from './ranges';

const delay = 200;

/** Findings of the projects that have a flow or a parameters.prop open, kept up to date with a short delay. */
export class FlowDiagnostics implements vscode.Disposable, vscode.CodeActionProvider {
  private readonly collection = vscode.languages.createDiagnosticCollection('flow-keystore');
  /** What was last said of each file, with the changes that would mend it. */
  private told: ReadonlyMap<string, readonly Told[]> = new Map();
  private readonly subscriptions: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private run = 0;

  constructor(
    private readonly documents: FlowDocuments,
    private readonly services: LanguageServices,
  ) {
    const ifConcerned = (document: vscode.TextDocument): void => {
      if (concerns(document)) this.schedule();
    };
    this.subscriptions = [
      vscode.workspace.onDidOpenTextDocument(ifConcerned),
      vscode.workspace.onDidCloseTextDocument(ifConcerned),
      vscode.workspace.onDidChangeTextDocument(({ document }) => ifConcerned(document)),
      this.services.keystores.onDidChange(() => this.schedule()),
      this.services.onDidChangeChecks(() => this.schedule()),
    ];
    if (vscode.workspace.textDocuments.some(concerns)) this.schedule();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.run++;
    for (const subscription of this.subscriptions) subscription.dispose();
    this.collection.dispose();
  }

  /** Checks again soon; many calls in a row are one. */
  schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), delay);
  }

  private async refresh(): Promise<void> {
    const run = ++this.run;
    const projects = new Map<string, FlowProject>();
    for (const document of vscode.workspace.textDocuments) {
      if (document.isClosed || !concerns(document)) continue;
      const project = await this.documents.projectOf(document);
      // A newer run has begun: it will say it all.
      if (run !== this.run) return;
      projects.set(project.key, project);
    }
    const told = new Map<string, Told[]>();
    for (const project of projects.values()) this.check(project, told);
    const files = new Set([...this.told.keys(), ...told.keys()]);
    this.told = told;
    // All at once: a collection that is cleared first flickers.
    this.collection.set(
      [...files].map((file) => [vscode.Uri.parse(file, true), told.get(file)?.map(({ diagnostic }) => diagnostic)]),
    );
  }

  private check({ flows }: FlowProject, told: Map<string, Told[]>): void {
    const texts = new Map<string, Text>();
    const add = (file: string, diagnostic: vscode.Diagnostic, fixes: readonly ReadyFix[] = []): void => {
      diagnostic.source = 'Flow Keystore';
      told.set(file, [...(told.get(file) ?? []), { diagnostic, fixes }]);
    };
    for (const { file, flow, parametersFile } of flows) {
      texts.set(file, flow);
      if (parametersFile) texts.set(parametersFile.file, parametersFile.parameters);
      for (const { message, offset } of flow.problems) {
        const range = rangeOf(flow, { offset, length: 1 });
        add(file, new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error));
      }
    }
    const options = { now: this.services.now(), days: this.services.warnFrom(), ...this.services.checks() };
    for (const finding of checkFlows(flows, this.services.keystores.views(), options)) {
      const owner = texts.get(finding.place.file);
      if (owner) add(finding.place.file, toDiagnostic(finding, owner, texts), readyFixes(finding, texts));
    }
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const told = this.told.get(document.uri.toString()) ?? [];
    return context.diagnostics.flatMap((diagnostic) => {
      const fixes =
        told.find(
          (known) => known.diagnostic.code === diagnostic.code && known.diagnostic.range.isEqual(diagnostic.range),
        )?.fixes ?? [];
      return fixes.flatMap((fix) => {
        const edit = editOf(fix);
        if (!edit) return [];
        const action = new vscode.CodeAction(translate(fix.label), vscode.CodeActionKind.QuickFix);
        action.diagnostics = [diagnostic];
        action.isPreferred = fixes.length === 1;
        action.edit = edit;
        return [action];
      });
    });
  }
}

function concerns({ uri }: vscode.TextDocument): boolean {
  return (isFlowUri(uri) || isParametersUri(uri)) && isChangeable(uri);
}

interface Text {
  readonly text: string;
}

interface Told {
  readonly diagnostic: vscode.Diagnostic;
  readonly fixes: readonly ReadyFix[];
}

interface ReadyFix {
  readonly label: Sentence;
  readonly uri: vscode.Uri;
  readonly changes: readonly { readonly range: vscode.Range; readonly before: string; readonly after: string }[];
}

const severities: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

function toDiagnostic(finding: Finding, owner: Text, texts: ReadonlyMap<string, Text>): vscode.Diagnostic {
  const help = helpSentence(finding);
  const message = [...messageSentences(finding), ...(help ? [help] : [])].map(translate).join(' ');
  const diagnostic = new vscode.Diagnostic(rangeOf(owner, finding.place.span), message, severities[finding.severity]);
  diagnostic.code = finding.code;
  const { related, channel, step } = finding;
  const relatedOwner = related && texts.get(related.file);
  if (related && relatedOwner) {
    const location = new vscode.Location(vscode.Uri.parse(related.file, true), rangeOf(relatedOwner, related.span));
    const used = channel
      ? vscode.l10n.t('Used by the channel {0}', channel.name || channel.id)
      : vscode.l10n.t('Used by the step {0}', step?.name ?? '');
    diagnostic.relatedInformation = [new vscode.DiagnosticRelatedInformation(location, used)];
  }
  return diagnostic;
}

function readyFixes({ fixes = [] }: Finding, texts: ReadonlyMap<string, Text>): ReadyFix[] {
  return fixes.flatMap((fix) => {
    const { file, edits } = fix;
    const owner = texts.get(file);
    if (!owner) return [];
    const changes = edits.map((edit) => ({
      range: rangeOf(owner, edit),
      before: owner.text.slice(edit.offset, edit.offset + edit.length),
      after: edit.text,
    }));
    return [{ label: fixSentence(fix), uri: vscode.Uri.parse(file, true), changes }];
  });
}

/** Undefined where the text has moved on since it was checked. */
function editOf({ uri, changes }: ReadyFix): vscode.WorkspaceEdit | undefined {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  const edit = new vscode.WorkspaceEdit();
  for (const { range, before, after } of changes) {
    if (document && document.getText(range) !== before) return undefined;
    edit.replace(uri, range, after);
  }
  return edit;
}

/** The sentences of `core/report/findingText` are the keys of the translations. */
function translate({ text, args }: Sentence): string {
  return vscode.l10n.t(text, { ...args });
}
