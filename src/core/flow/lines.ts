/** Offsets to lines and columns, counted as VS Code does: a line ends with LF, CRLF or a lone CR; columns in UTF-16 code units. */
export class LineMap {
  private readonly starts: number[] = [0];

  constructor(private readonly text: string) {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 13 && text.charCodeAt(at + 1) === 10) continue;
      if (code === 10 || code === 13) this.starts.push(at + 1);
    }
  }

  /** 1-based line and column; a byte order mark at the start of the text takes no column. */
  positionAt(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const start = this.starts[low] ?? 0;
    const mark = low === 0 && this.text.charCodeAt(0) === 0xfeff && offset > 0 ? 1 : 0;
    return { line: low + 1, column: offset - start + 1 - mark };
  }
}

const maps = new WeakMap<object, LineMap>();

/** The line map of a text, made once per owner (a flow, a parameters file). */
export function linesOf(owner: { readonly text: string }): LineMap {
  let map = maps.get(owner);
  if (!map) maps.set(owner, (map = new LineMap(owner.text)));
  return map;
}
