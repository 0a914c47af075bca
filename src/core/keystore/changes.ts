/** What an edit did, for undo, previews and audit. */
export type Change =
  | { readonly kind: 'added'; readonly alias: string }
  | { readonly kind: 'replaced'; readonly alias: string }
  | { readonly kind: 'removed'; readonly alias: string }
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  /** Of the file as a whole: another format, another password, keys sealed by today's methods. */
  | { readonly kind: 'file'; readonly what: string };

const verbs = { added: 'add', replaced: 'replace', removed: 'delete' } as const;

/** In a few words: `rename "a" to "b"`, `delete 3 entries`. */
export function describeChanges(changes: readonly Change[]): string {
  const [first, ...more] = changes;
  if (!first) return 'nothing';
  if (first.kind === 'file') return first.what;
  if (!more.length) return describeChange(first);
  const kinds = new Set(changes.map(({ kind }) => kind));
  const [only] = kinds;
  const verb =
    kinds.size > 1 || only === undefined || only === 'file' ? 'change' : only === 'renamed' ? 'rename' : verbs[only];
  return `${verb} ${changes.length} entries`;
}

/** One change: `delete "a"`. */
export function describeChange(change: Change): string {
  if (change.kind === 'file') return change.what;
  return change.kind === 'renamed'
    ? `rename "${change.from}" to "${change.to}"`
    : `${verbs[change.kind]} "${change.alias}"`;
}
