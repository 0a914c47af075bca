import * as vscode from 'vscode';
import { definitionOf, readDefinitions } from '../../core/flow/definitions';
import { renameParameter, requireName } from '../../core/flow/externalize';
import type { Span } from '../../core/flow/model';
import { parameterOf } from '../../core/flow/parameters';
import {
  parameterCompletions,
  parameterInDefinitions,
  parameterInFlow,
  parameterNameAt,
  placesOf,
  usersOf,
  type ParameterAt,
} from '../../core/languageService/parameterAt';
import { describeError } from '../../core/errors';
import { isFlowUri, isParametersUri, type FlowDocuments } from './flowDocuments';
import { isDefinitionsUri, projectEdit, projectFor, type OpenProject } from './parameterProject';
import { rangeOf } from './ranges';

const { t } = vscode.l10n;

/** Externalized parameters in flows, parameters.prop and parameters.propdef: what they are, where they are, other names for them, and which there are. */
export class ParameterNavigation
  implements
    vscode.HoverProvider,
    vscode.DefinitionProvider,
    vscode.ReferenceProvider,
    vscode.CompletionItemProvider,
    vscode.DocumentSymbolProvider
{
  constructor(private readonly documents: FlowDocuments) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const found = await this.find(document, position);
    if (!found) return undefined;
    const { name, span } = found.at;
    const { project } = found.open;
    const text = new vscode.MarkdownString()
      .appendMarkdown('**')
      .appendText(t('Parameter {0}', name))
      .appendMarkdown('**\n\n');
    const entry = project.parameters && parameterOf(project.parameters, name);
    const definition = project.definitions && definitionOf(project.definitions, name);
    const users = [...new Set(usersOf(project, name))];
    const lines = [
      entry
        ? entry.value === ''
          ? t('Default value: empty')
          : t('Default value: {0}', cut(entry.value))
        : t('Not defined in parameters.prop'),
      definition?.description ? t('Description: {0}', cut(definition.description)) : undefined,
      definition ? t('Type: {0}', definition.type) : undefined,
      users.length
        ? t('Used by: {0}', users.slice(0, 8).join(', ') + (users.length > 8 ? ', ...' : ''))
        : t('No flow of this project uses it.'),
    ];
    for (const line of lines) if (line !== undefined) text.appendText(line).appendMarkdown('  \n');
    return new vscode.Hover(text, rangeIn(document, span));
  }

  /** Of a placeholder its value; of that the description. */
  async provideDefinition(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.LocationLink[] | undefined> {
    const found = await this.find(document, position);
    if (!found) return undefined;
    const { open, at } = found;
    const { defined, described } = placesOf(open.project, at.name);
    const originSelectionRange = rangeIn(document, at.span);
    const [value] = defined.slice(-1);
    if (value && open.project.parameters && !isParametersUri(document.uri)) {
      const targetRange = rangeOf(open.project.parameters, value);
      return [{ originSelectionRange, targetUri: open.parametersUri, targetRange }];
    }
    const [description] = described;
    if (!description || !open.project.definitions || isDefinitionsUri(document.uri)) return undefined;
    const targetRange = rangeOf(open.project.definitions, description);
    return [{ originSelectionRange, targetUri: open.definitionsUri, targetRange }];
  }

  async provideReferences(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Location[]> {
    const found = await this.find(document, position);
    if (!found) return [];
    const { open, at } = found;
    const { project, parametersUri, definitionsUri } = open;
    const { defined, described, used } = placesOf(project, at.name);
    const { parameters, definitions } = project;
    return [
      ...used.flatMap(({ file, span }) => {
        const owner = project.flows.find((each) => each.file === file)?.flow;
        return owner ? [new vscode.Location(vscode.Uri.parse(file, true), rangeOf(owner, span))] : [];
      }),
      ...(parameters ? defined.map((span) => new vscode.Location(parametersUri, rangeOf(parameters, span))) : []),
      ...(definitions ? described.map((span) => new vscode.Location(definitionsUri, rangeOf(definitions, span))) : []),
    ];
  }

  /** Undefined where there is no parameter. */
  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ range: vscode.Range; placeholder: string } | undefined> {
    const found = await this.find(document, position);
    return found && { range: rangeIn(document, found.at.span), placeholder: found.at.name };
  }

  /** Undefined where there is no parameter. @throws Error with the reason, which VS Code shows */
  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    newName: string,
  ): Promise<vscode.WorkspaceEdit | undefined> {
    const found = await this.find(document, position);
    if (!found) return undefined;
    const { name } = found.at;
    if (newName === name) return new vscode.WorkspaceEdit();
    try {
      requireName(newName);
      return await projectEdit(this.documents, document, (project) => renameParameter(project, name, newName));
    } catch (error) {
      throw new Error(describeError(error), { cause: error });
    }
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    const offset = document.offsetAt(position);
    const before = document.getText(new vscode.Range(document.positionAt(Math.max(0, offset - 300)), position));
    if (!/\{\{[^{}<>\r\n]*$/.test(before)) return [];
    const { project } = await projectFor(this.documents, document);
    const found = parameterCompletions(project, this.documents.flowOf(document), offset);
    return found.map(({ name, value, description, span, text }) => {
      const item = new vscode.CompletionItem(
        { label: name, description: cut(value) },
        vscode.CompletionItemKind.Variable,
      );
      item.range = rangeIn(document, span);
      item.insertText = text;
      item.filterText = name;
      if (description) item.documentation = description;
      return item;
    });
  }

  /** The parameters of a parameters.propdef, with their types. */
  provideDocumentSymbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
    const definitions = readDefinitions(document.getText());
    return definitions.parameters.map(
      ({ name, type, span, nameSpan }) =>
        new vscode.DocumentSymbol(
          name || t('(without a name)'),
          type,
          vscode.SymbolKind.Variable,
          rangeOf(definitions, span),
          rangeOf(definitions, nameSpan),
        ),
    );
  }

  private async find(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ readonly at: ParameterAt; readonly open: OpenProject } | undefined> {
    const offset = document.offsetAt(position);
    const at = isFlowUri(document.uri)
      ? parameterInFlow(this.documents.flowOf(document), offset)
      : isDefinitionsUri(document.uri)
        ? parameterInDefinitions(readDefinitions(document.getText()), offset)
        : parameterNameAt(this.documents.parametersOf(document), offset);
    if (!at) return undefined;
    const open = await projectFor(this.documents, document);
    if (!isFlowUri(document.uri)) return { at, open };
    const exact = parameterInFlow(this.documents.flowOf(document), offset, open.project.parameters);
    return exact && { at: exact, open };
  }
}

const cut = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 120)}...` : line;
};

function rangeIn(document: vscode.TextDocument, { offset, length }: Span): vscode.Range {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}
