import * as vscode from 'vscode';
import { linesOf } from '../../core/flow/lines';
import type { Span } from '../../core/flow/model';

/** A span of a text as VS Code counts. @param owner the flow or parameters that have the text: its lines are counted once */
export function rangeOf(owner: { readonly text: string }, { offset, length }: Span): vscode.Range {
  const lines = linesOf(owner);
  const start = lines.positionAt(offset);
  const end = lines.positionAt(offset + length);
  return new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
}
