import { isIgnored, type ImportItem } from './items';

/** The same certificate, or key pair, of two sources is one; one that was trusted stands before one that only lay about. */
export function withoutDuplicates(items: readonly ImportItem[]): readonly ImportItem[] {
  const seen = new Set<string>();
  const identity = (item: ImportItem): string | undefined =>
    item.kind === 'other'
      ? undefined
      : `${item.kind} ${(item.kind === 'keyPair' ? item.chain[0] : item.certificate)?.sha256 ?? ''}`;
  const trusted = new Set(items.filter((item) => !isIgnored(item)).map(identity));
  return items.filter((item) => {
    const id = identity(item);
    if (id === undefined) return true;
    // Java has several entries of one certificate, each by its own alias: within a keystore all of them are meant.
    const full = item.alias === undefined ? id : `${id} ${item.alias}`;
    if (seen.has(full) || (item.alias === undefined && seen.has(`any ${id}`))) return false;
    if (isIgnored(item) && trusted.has(id)) return false;
    seen.add(full).add(`any ${id}`);
    return true;
  });
}
