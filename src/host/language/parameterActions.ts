import * as vscode from 'vscode';
import { structuralKeys } from '../../core/flow/externalize';
import { hasPlaceholder } from '../../core/flow/parameters';
import { anyValueAt } from '../../core/languageService/parameterAt';
import { isChangeable, type FlowDocuments } from './flowDocuments';

const { t } = vscode.l10n;

/** In the light bulb of a flow's text: a value, or the piece that is selected, becomes a parameter; a parameter becomes a value. */
export class ParameterActions implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.RefactorExtract, vscode.CodeActionKind.RefactorInline];

  constructor(private readonly documents: FlowDocuments) {}

  async provideCodeActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
    if (!isChangeable(document.uri)) return [];
    const { flow, parametersFile } = await this.documents.checkedFlow(document);
    const offset = document.offsetAt(range.start);
    const at = anyValueAt(flow, offset, parametersFile?.parameters);
    if (!at || structuralKeys.has(at.property.key)) return [];
    const length = document.offsetAt(range.end) - offset;
    const value = at.cell?.value ?? at.property.value;
    const argument = { flow: document.uri.toString(), offset, length };
    const make = (title: string, kind: vscode.CodeActionKind, command: string): vscode.CodeAction => {
      const action = new vscode.CodeAction(title, kind);
      action.command = { command, title, arguments: [argument] };
      return action;
    };
    const piece = length > 0 && !at.cell;
    const [inline, extract] = [vscode.CodeActionKind.RefactorInline, vscode.CodeActionKind.RefactorExtract];
    return [
      ...(/\{\{|\}\}/.test(piece ? document.getText(range) : value)
        ? []
        : [
            make(
              piece
                ? t('Externalize "{0}"...', document.getText(range).slice(0, 40))
                : t('Externalize {0}...', at.property.key),
              extract,
              'flowKeystore.externalize',
            ),
          ]),
      ...(hasPlaceholder(value) && at.cell?.tableIn !== 'parameter'
        ? [make(t('Internalize {0}', at.property.key), inline, 'flowKeystore.internalize')]
        : []),
    ];
  }
}
