import { linesOf } from '../flow/lines';
import type { Span } from '../flow/model';
import { visitXml, type XmlVisitor } from '../flow/xml';

/** Lines that fold into their first one; 0-based, both included. */
export interface FoldingLines {
  readonly start: number;
  readonly end: number;
}

/** Every element and comment over more than one line, and values with several lines: what is between the first line and the end tag folds away. */
export function foldingOf(flow: { readonly text: string }): FoldingLines[] {
  const lines = linesOf(flow);
  const found = new Map<number, number>();
  const add = ({ offset, length }: Span): void => {
    const start = lines.positionAt(offset).line - 1;
    const end = lines.positionAt(offset + length).line - 1;
    // The outermost of what begins in one line.
    if (end > start) found.set(start, Math.max(found.get(start) ?? 0, end));
  };
  const visitor: XmlVisitor = {
    open: () => undefined,
    close: (element, end) => {
      if (end.matched && !element.selfClosing) {
        // The line of the end tag stays where it has one of its own.
        const before = flow.text.slice(flow.text.lastIndexOf('\n', end.start - 1) + 1, end.start);
        const own = before.trim() === '';
        const upTo = own ? end.start - before.length - 1 : end.end;
        add({ offset: element.start, length: Math.max(0, upTo - element.start) });
      }
    },
    text: () => undefined,
    cdata: () => undefined,
    other: add,
    error: () => undefined,
  };
  visitXml(flow.text, () => {
    found.clear();
    return visitor;
  });
  return [...found].map(([start, end]) => ({ start, end })).sort((a, b) => a.start - b.start);
}
