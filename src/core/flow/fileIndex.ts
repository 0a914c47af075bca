import { parametersPathsOf, type FlowFiles } from './project';

/** Files that are read at the same time: while one is waited for, another is looked through. */
const together = 8;

/** What an index knows of one file. */
export interface FileReader<T> {
  /** Never rejects: what cannot be read is a kind of knowledge too. @param path of a flow or an archive */
  read(path: string): Promise<T>;
  /** Told of every change, undefined standing for what is not there. */
  changed?(path: string, before: T | undefined, after: T | undefined): void;
}

/**
 * What is to be known of many flows, each a file with its parameters.prop, or an archive of projects. Taking a changed file in costs what
 * that file costs, however many there are.
 */
export class FileIndex<T> {
  private readonly files = new Map<string, T>();
  /** Flows by where their parameters may lie. */
  private readonly flowsOf = new Map<string, Set<string>>();

  constructor(
    private readonly source: FlowFiles,
    private readonly reader: FileReader<T>,
  ) {}

  /** How many flows and archives are known. */
  get size(): number {
    return this.files.size;
  }

  values(): IterableIterator<T> {
    return this.files.values();
  }

  /** Reads flows and archives, also those known already. @param signal ends it between two files */
  async add(paths: readonly string[], signal?: AbortSignal): Promise<void> {
    const waiting = [...paths].reverse();
    const work = async (): Promise<void> => {
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
        signal?.throwIfAborted();
        this.put(path, await this.reader.read(path));
      }
    };
    await Promise.all(Array.from({ length: together }, work));
  }

  /** Reads all of them anew. */
  reread(signal?: AbortSignal): Promise<void> {
    return this.add([...this.files.keys()], signal);
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

  private put(path: string, found: T | undefined): void {
    const known = this.files.get(path);
    if (found === undefined) {
      this.files.delete(path);
      for (const parameters of parametersPathsOf(path)) this.flowsOf.get(parameters)?.delete(path);
    } else {
      this.files.set(path, found);
      for (const parameters of parametersPathsOf(path)) {
        const flows = this.flowsOf.get(parameters);
        if (flows) flows.add(path);
        else this.flowsOf.set(parameters, new Set([path]));
      }
    }
    this.reader.changed?.(path, known, found);
  }
}
