import * as vscode from 'vscode';
import { foldingOf } from '../../core/languageService/folding';
import { symbolsOf, type FlowSymbol } from '../../core/languageService/symbols';
import type { FlowDocuments } from './flowDocuments';
import { rangeOf } from './ranges';

const kinds: Readonly<Record<FlowSymbol['kind'], vscode.SymbolKind>> = {
  group: vscode.SymbolKind.Namespace,
  process: vscode.SymbolKind.Namespace,
  channel: vscode.SymbolKind.Interface,
  step: vscode.SymbolKind.Method,
  event: vscode.SymbolKind.Event,
  gateway: vscode.SymbolKind.Operator,
  value: vscode.SymbolKind.Property,
};

/** Channels, processes and steps of a flow in the outline and the breadcrumbs, and what folds. */
export class FlowOutline implements vscode.DocumentSymbolProvider, vscode.FoldingRangeProvider {
  constructor(private readonly documents: FlowDocuments) {}

  provideDocumentSymbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
    const flow = this.documents.flowOf(document);
    return symbolsOf(flow).map((symbol) => toSymbol(flow, symbol));
  }

  provideFoldingRanges(document: vscode.TextDocument): vscode.FoldingRange[] {
    return foldingOf(this.documents.flowOf(document)).map(({ start, end }) => new vscode.FoldingRange(start, end));
  }
}

function toSymbol(owner: { readonly text: string }, symbol: FlowSymbol): vscode.DocumentSymbol {
  const { name, detail, kind, span, selection, children } = symbol;
  const made = new vscode.DocumentSymbol(name, detail, kinds[kind], rangeOf(owner, span), rangeOf(owner, selection));
  made.children = children.map((child) => toSymbol(owner, child));
  return made;
}
