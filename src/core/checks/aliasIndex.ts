import { FileIndex } from '../flow/fileIndex';
import { loadFlows, type FlowFiles } from '../flow/project';
import { mayNameAlias } from './mayNameAlias';
import { whereUsed, type AliasUse } from './whereUsed';

/** What is known of one file. */
interface Indexed {
  /** By alias in lower case: Java finds aliases without regard to case. */
  readonly uses: ReadonlyMap<string, readonly AliasUse[]>;
  readonly unreadable: boolean;
}

const nothing: Indexed = { uses: new Map(), unreadable: false };

/** Which channels and steps of many flows use an alias. Values that are left over do not count. */
export class AliasIndex {
  private readonly byAlias = new Map<string, Map<string, readonly AliasUse[]>>();
  private readonly files: FileIndex<Indexed>;
  private unreadable = 0;

  constructor(private readonly source: FlowFiles) {
    this.files = new FileIndex<Indexed>(source, {
      read: (path) => this.read(path),
      changed: (path, before, after) => this.changed(path, before, after),
    });
  }

  /** How many flows and archives are known. */
  get size(): number {
    return this.files.size;
  }

  /** Whether all that was added could be read: else that no use of an alias is known says nothing. */
  get complete(): boolean {
    return this.unreadable === 0;
  }

  of(alias: string): readonly AliasUse[] {
    const found = this.byAlias.get(alias.toLowerCase());
    return found ? [...found].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, uses]) => uses) : [];
  }

  /** As `FileIndex.add`. What cannot be read makes the index incomplete. */
  add(paths: readonly string[], signal?: AbortSignal): Promise<void> {
    return this.files.add(paths, signal);
  }

  /** As `FileIndex.update`. */
  update(path: string): Promise<void> {
    return this.files.update(path);
  }

  /** As `FileIndex.remove`. */
  remove(path: string): void {
    this.files.remove(path);
  }

  private async read(path: string): Promise<Indexed> {
    try {
      const isArchive = /\.zip$/i.test(path);
      const bytes = await this.source.read(path);
      if (!isArchive && !mayNameAlias(bytes)) return nothing;
      const { flows, problems } = await loadFlows([path], withRead(this.source, path, bytes));
      const uses = new Map<string, AliasUse[]>();
      for (const [alias, all] of whereUsed(flows)) {
        const key = alias.toLowerCase();
        const used = all.filter((use) => use.used !== 'no');
        if (used.length) uses.set(key, [...(uses.get(key) ?? []), ...used]);
      }
      // An archive of something else is none of ours.
      const unreadable = problems.some(
        ({ code }) => code !== 'not-a-flow' && !(isArchive && code === 'archive-broken'),
      );
      return uses.size || unreadable ? { uses, unreadable } : nothing;
    } catch {
      return { uses: new Map(), unreadable: true };
    }
  }

  private changed(path: string, before: Indexed | undefined, after: Indexed | undefined): void {
    for (const alias of before?.uses.keys() ?? []) {
      const uses = this.byAlias.get(alias);
      uses?.delete(path);
      if (!uses?.size) this.byAlias.delete(alias);
    }
    if (before?.unreadable) this.unreadable--;
    if (after?.unreadable) this.unreadable++;
    for (const [alias, uses] of after?.uses ?? []) {
      const all = this.byAlias.get(alias) ?? new Map<string, readonly AliasUse[]>();
      this.byAlias.set(alias, all.set(path, uses));
    }
  }
}

/** The same files, of which one is not read again. */
const withRead = (source: FlowFiles, path: string, bytes: Uint8Array): FlowFiles => ({
  kindOf: (each) => (each === path ? Promise.resolve('file') : source.kindOf(each)),
  read: (each) => (each === path ? Promise.resolve(bytes) : source.read(each)),
  list: (each) => source.list(each),
});
