import * as vscode from 'vscode';
import { ChannelLensProvider } from './codeLenses';
import { AliasCompletionProvider } from './completions';
import { FlowDiagnostics } from './diagnostics';
import { flowPattern, parametersPattern, type LanguageServices } from './services';

/** Registers lenses, completions, diagnostics and quick fixes for flows and parameters.prop. Nothing is read before a document asks for it. */
export function registerLanguageFeatures(services: LanguageServices): vscode.Disposable {
  const documents = services.flows;
  const diagnostics = new FlowDiagnostics(documents, services);
  const lensesChanged = new vscode.EventEmitter<void>();
  const watcher = vscode.workspace.createFileSystemWatcher('**/{parameters.prop,*.iflw}');
  const changedOutside = (): void => {
    lensesChanged.fire();
    diagnostics.schedule();
  };
  const completions = new AliasCompletionProvider(documents, services);
  return vscode.Disposable.from(
    diagnostics,
    lensesChanged,
    watcher,
    watcher.onDidChange(changedOutside),
    watcher.onDidCreate(changedOutside),
    watcher.onDidDelete(changedOutside),
    services.keystores.onDidChange(() => lensesChanged.fire()),
    // A lens of a flow also shows what parameters.prop says, unsaved changes included.
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.path.endsWith('/parameters.prop')) lensesChanged.fire();
    }),
    vscode.languages.registerCodeLensProvider(
      flowPattern,
      new ChannelLensProvider(documents, services, lensesChanged.event),
    ),
    vscode.languages.registerCompletionItemProvider(flowPattern, completions, '>'),
    vscode.languages.registerCompletionItemProvider(parametersPattern, completions, '='),
    vscode.languages.registerCodeActionsProvider([flowPattern, parametersPattern], diagnostics, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
}
