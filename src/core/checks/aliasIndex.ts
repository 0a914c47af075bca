import { loadFlows, parametersPathsOf, type FlowFiles } from '../flow/project';
import { mayNameAlias } from './mayNameAlias';
import { whereUsed, type AliasUse } from './whereUsed';

/** Files that are read at the same time: while one is waited for, another is looked through. */
const together = 8;

/** What is known of one file. */
interface Indexed {
  /** By alias in lower case: Java finds aliases without regard to case. */
  readonly uses: ReadonlyMap<string, readonly AliasUse[]>;
  readonly unreadable: boolean;
}

const nothing: Indexed = { uses: new Map(), unreadable: false };

/**
 * Which channels and steps of many flows use an alias. Taking a changed file in costs what that file costs, however many there are. Flows are files with their
 * parameters.prop, or archives of projects. Values that are left over do not count.
 */
export class AliasIndex {
  private readonly files = new Map<string, Indexed>();
  private readonly byAlias = new Map<string, Map<string, readonly AliasUse[]>>();
  /** Flows by where their parameters may lie. */
  private readonly flowsOf = new Map<string, Set<string>>();

  constructor(private readonly source: FlowFiles) {}

  /** How many flows and archives are known. */
  get size(): number {
    return this.files.size;
  }

  /** Whether all that was added could be read: else that no use of an alias is known says nothing. */
  get complete(): boolean {
    return this.unreadable === 0;
  }
  private unreadable = 0;

  of(alias: string): readonly AliasUse[] {
    const found = this.byAlias.get(alias.toLowerCase());
    return found ? [...found].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, uses]) => uses) : [];
  }

  /**
   * Reads flows and archives, also those known already. What cannot be read makes the index incomplete.
   * @param signal ends it between two files
   */
  async add(paths: readonly string[], signal?: AbortSignal): Promise<void> {
    const waiting = [...paths].reverse();
    const work = async (): Promise<void> => {
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
        signal?.throwIfAborted();
        this.put(path, await this.read(path));
      }
    };
    await Promise.all(Array.from({ length: together }, work));
  }

  /** Takes a file that was changed, made or deleted: a flow, an archive or a parameters.prop. Others are of no interest. */
  async update(path: string): Promise<void> {
    if (/(?:^|[/\\])parameters\.prop$/.test(path)) return this.add([...(this.flowsOf.get(path) ?? [])]);
    if ((await this.source.kindOf(path)) === 'file') await this.add([path]);
    else this.remove(path);
  }

  /** Forgets a file, or all files of a folder. */
  remove(path: string): void {
    for (const file of this.files.has(path) ? [path] : [...this.files.keys()]) {
      if (file !== path && !(file.startsWith(path) && /^[/\\]/.test(file.slice(path.length)))) continue;
      this.put(file, undefined);
    }
  }

  private async read(path: string): Promise<Indexed> {
    try {
      const isArchive = /\.zip$/i.test(path);
      if (!isArchive && !mayNameAlias(await this.source.read(path))) return nothing;
      const { flows, problems } = await loadFlows([path], this.source);
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

  private put(path: string, found: Indexed | undefined): void {
    const known = this.files.get(path);
    for (const alias of known?.uses.keys() ?? []) {
      const uses = this.byAlias.get(alias);
      uses?.delete(path);
      if (!uses?.size) this.byAlias.delete(alias);
    }
    if (known?.unreadable) this.unreadable--;
    if (!found) {
      this.files.delete(path);
      for (const parameters of parametersPathsOf(path)) this.flowsOf.get(parameters)?.delete(path);
      return;
    }
    this.files.set(path, found);
    for (const parameters of parametersPathsOf(path)) {
      const flows = this.flowsOf.get(parameters);
      if (flows) flows.add(path);
      else this.flowsOf.set(parameters, new Set([path]));
    }
    if (found.unreadable) this.unreadable++;
    for (const [alias, uses] of found.uses) {
      const all = this.byAlias.get(alias) ?? new Map<string, readonly AliasUse[]>();
      this.byAlias.set(alias, all.set(path, uses));
    }
  }
}
