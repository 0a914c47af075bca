/**
 * The word that was meant by one that is mistyped: the start of one alone, or at most a third of its letters away.
 * @returns undefined where none is near
 */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  const text = typed.toLowerCase();
  const begun = text.length > 1 ? words.filter((word) => word.startsWith(text)) : [];
  if (begun.length === 1) return begun[0];
  const [nearest] = words
    .map((word) => ({ word, away: distance(text, word.toLowerCase()) }))
    .filter(({ word, away }) => away <= Math.max(1, Math.floor(Math.min(word.length, text.length) / 3)))
    .sort((a, b) => a.away - b.away);
  return nearest?.word;
}

/** Letters to put in, leave out, replace, or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
