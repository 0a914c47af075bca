import * as vscode from 'vscode';
import { AliasNavigation } from './aliasNavigation';
import { ChannelLensProvider } from './codeLenses';
import { ValueCompletionProvider } from './completions';
import { FlowDiagnostics } from './diagnostics';
import { FlowOutline } from './outline';
import { ParameterActions } from './parameterActions';
import { ParameterNavigation } from './parameterNavigation';
import { definitionsPattern, flowPattern, parametersPattern, type LanguageServices } from './services';

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
  const completions = new ValueCompletionProvider(documents, services);
  const outline = new FlowOutline(documents);
  const parameters = new ParameterNavigation(documents);
  const navigation = new AliasNavigation(documents, services, parameters);
  const both = [flowPattern, parametersPattern];
  const all = [...both, definitionsPattern];
  return vscode.Disposable.from(
    vscode.languages.registerDocumentSymbolProvider(flowPattern, outline, { label: 'Flow' }),
    vscode.languages.registerFoldingRangeProvider(flowPattern, outline),
    vscode.languages.registerHoverProvider(both, navigation),
    vscode.languages.registerDefinitionProvider(both, navigation),
    vscode.languages.registerReferenceProvider(both, navigation),
    vscode.languages.registerRenameProvider(both, navigation),
    vscode.languages.registerHoverProvider(all, parameters),
    vscode.languages.registerDefinitionProvider(all, parameters),
    vscode.languages.registerReferenceProvider(all, parameters),
    vscode.languages.registerRenameProvider(definitionsPattern, {
      prepareRename: async (document, position) => {
        const found = await parameters.prepareRename(document, position);
        if (found) return found;
        throw new Error(vscode.l10n.t('There is no parameter here.'));
      },
      provideRenameEdits: (document, position, newName) => parameters.provideRenameEdits(document, position, newName),
    }),
    vscode.languages.registerCodeActionsProvider(flowPattern, new ParameterActions(documents), {
      providedCodeActionKinds: ParameterActions.kinds,
    }),
    vscode.languages.registerCompletionItemProvider(flowPattern, parameters, '{'),
    vscode.languages.registerDocumentSymbolProvider(definitionsPattern, parameters, { label: 'Parameters' }),
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
