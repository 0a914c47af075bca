import { FlowKeystoreError } from '../errors';
import { archivedPlace } from './archivedPlace';
import { decodeParameters, decodeUtf8, type TextEncoding } from './encoding';
import type { Flow, FlowProblem } from './model';
import { readParameters, type Parameters } from './parameters';
import { readFlow } from './read';
import { isZip, unzipFlows } from './zip';

/** What reading a project needs of a file system. Paths are the caller's: this room only joins them. */
export interface FlowFiles {
  /** Undefined where there is nothing. Symbolic links are followed. */
  kindOf(path: string): Promise<'file' | 'folder' | undefined>;
  read(path: string): Promise<Uint8Array>;
  /** Names with their kinds; symbolic links and special files are left out, so that a walk ends. */
  list(path: string): Promise<readonly { readonly name: string; readonly kind: 'file' | 'folder' }[]>;
}

export interface FlowFile {
  /** Path; inside an archive `project.zip!/src/main/...`. */
  readonly file: string;
  readonly flow: Flow;
  readonly parametersFile?: ParametersFile;
  /** Inside an archive. */
  readonly archived: boolean;
}

export interface ParametersFile {
  readonly file: string;
  readonly parameters: Parameters;
  readonly encoding: TextEncoding;
}

export interface ProjectProblem {
  readonly file: string;
  readonly code: FlowProblem['code'] | 'archive-broken';
  readonly message: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
}

export interface FlowProjects {
  readonly flows: readonly FlowFile[];
  readonly problems: readonly ProjectProblem[];
}

const maximumArchive = 256 * 1024 * 1024;
const maximumDepth = 40;
const skippedFolders = new Set(['node_modules', '__MACOSX']);

/**
 * Reads the flows of files (`project.zip!/...` for one in an archive), folders (walked; folders with a leading dot and node_modules left out) and archives (a project, or a package
 * export with projects inside), each with its parameters.prop. A flow named twice is read once.
 * @throws FlowKeystoreError `not-found` or `unreadable` where one of `paths` cannot be read; what is wrong deeper down is listed instead.
 */
export async function loadFlows(
  paths: readonly string[],
  files: FlowFiles,
  signal?: AbortSignal,
): Promise<FlowProjects> {
  const loader = new Loader(files, signal);
  for (const path of paths) await loader.addNamed(path);
  return { flows: loader.flows, problems: loader.problems };
}

class Loader {
  readonly flows: FlowFile[] = [];
  readonly problems: ProjectProblem[] = [];
  private readonly seen = new Set<string>();
  private readonly parameterFiles = new Map<string, ParametersFile | undefined>();

  constructor(
    private readonly files: FlowFiles,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async addNamed(path: string): Promise<void> {
    const kind = await this.files.kindOf(path);
    const place = kind ? undefined : archivedPlace(path);
    if (place) return this.addArchived(path, place.archive);
    if (!kind) throw new FlowKeystoreError('not-found', 'There is no such file or folder.', { file: path });
    if (kind === 'folder') return this.addFolder(path, 0);
    const bytes = await this.readNamed(path);
    if (isZip(bytes)) this.addArchive(path, bytes, true);
    else await this.addFlow(path, bytes);
  }

  /** One flow of an archive, named as these are here. */
  private async addArchived(path: string, archive: string): Promise<void> {
    if ((await this.files.kindOf(archive)) !== 'file') {
      throw new FlowKeystoreError('not-found', 'There is no such archive.', { file: archive });
    }
    const inside = new Loader(this.files, this.signal);
    inside.addArchive(archive, await this.readNamed(archive), true);
    const flow = inside.flows.find(({ file }) => file === path);
    if (!flow) throw new FlowKeystoreError('not-found', 'The archive has no such flow.', { file: path });
    if (this.seen.has(path)) return;
    this.seen.add(path);
    this.flows.push(flow);
    this.problems.push(...inside.problems.filter(({ file }) => file === path));
  }

  private async readNamed(path: string): Promise<Uint8Array> {
    try {
      return await this.files.read(path);
    } catch (cause) {
      throw new FlowKeystoreError(
        'unreadable',
        `The file cannot be read: ${reason(cause)}`,
        { file: path },
        undefined,
        { cause },
      );
    }
  }

  private async addFolder(path: string, depth: number): Promise<void> {
    this.signal?.throwIfAborted();
    if (depth > maximumDepth) return;
    let entries: Awaited<ReturnType<FlowFiles['list']>>;
    try {
      entries = await this.files.list(path);
    } catch (cause) {
      this.problem(path, 'unreadable', `The folder cannot be read: ${reason(cause)}`);
      return;
    }
    for (const { name, kind } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (name.startsWith('.') || skippedFolders.has(name)) continue;
      const inner = join(path, name);
      if (kind === 'folder') await this.addFolder(inner, depth + 1);
      else if (/\.iflw$/i.test(name)) await this.addFound(inner, (bytes) => this.addFlow(inner, bytes));
      else if (/\.zip$/i.test(name)) await this.addFound(inner, (bytes) => this.addArchive(inner, bytes, false));
    }
  }

  private async addFound(path: string, add: (bytes: Uint8Array) => Promise<void> | void): Promise<void> {
    this.signal?.throwIfAborted();
    let bytes: Uint8Array;
    try {
      bytes = await this.files.read(path);
    } catch (cause) {
      this.problem(path, 'unreadable', `The file cannot be read: ${reason(cause)}`);
      return;
    }
    await add(bytes);
  }

  private async addFlow(file: string, bytes: Uint8Array): Promise<void> {
    if (this.seen.has(file)) return;
    this.seen.add(file);
    const flow = this.readFlow(file, bytes);
    if (!flow) return;
    const parametersFile = await this.parametersOf(file);
    this.flows.push({ file, flow, ...(parametersFile ? { parametersFile } : {}), archived: false });
  }

  private async parametersOf(flowFile: string): Promise<ParametersFile | undefined> {
    for (const file of parametersPathsOf(flowFile)) {
      if (this.parameterFiles.has(file)) return this.parameterFiles.get(file);
      if ((await this.files.kindOf(file)) !== 'file') continue;
      try {
        const read = readParametersFile(file, await this.files.read(file));
        this.parameterFiles.set(file, read);
        return read;
      } catch (cause) {
        this.parameterFiles.set(file, undefined);
        this.problem(file, 'unreadable', `The file cannot be read: ${reason(cause)}`);
        return undefined;
      }
    }
    return undefined;
  }

  /** @param named whether the user gave this archive: one that is only come across may hold something else. */
  private addArchive(file: string, bytes: Uint8Array, named: boolean): void {
    if (this.seen.has(file)) return;
    this.seen.add(file);
    if (bytes.length > maximumArchive) {
      this.problem(file, 'too-large', 'The archive has more than 256 MB; it is not read.');
      return;
    }
    const archive = unzipFlows(bytes);
    for (const { path, message } of archive.broken) {
      if (named || path) this.problem(path ? `${file}!/${path}` : file, 'archive-broken', message);
    }
    const parameters = new Map(archive.parameters.map((entry) => [entry.path, entry.bytes]));
    for (const entry of archive.flows) {
      const inner = `${file}!/${entry.path}`;
      const flow = this.readFlow(inner, entry.bytes);
      if (!flow) continue;
      const path = parametersPathsOf(entry.path).find((candidate) => parameters.has(candidate));
      const content = path === undefined ? undefined : parameters.get(path);
      const parametersFile = content && readParametersFile(`${file}!/${path ?? ''}`, content);
      this.flows.push({ file: inner, flow, ...(parametersFile ? { parametersFile } : {}), archived: true });
    }
    if (named && !archive.flows.length && !archive.broken.length) {
      this.problem(file, 'not-a-flow', 'The archive holds no flow.');
    }
  }

  private readFlow(file: string, bytes: Uint8Array): Flow | undefined {
    const text = decodeUtf8(bytes);
    if (text === undefined) {
      this.problem(file, 'not-utf8', 'The file is not UTF-8, as flows are; it is left alone.');
      return undefined;
    }
    const flow = readFlow(text, flowNameOf(file));
    for (const { code, message, line, column } of flow.problems) {
      this.problems.push({ file, code, message, line, column });
    }
    return flow;
  }

  private problem(file: string, code: ProjectProblem['code'], message: string): void {
    this.problems.push({ file, code, message });
  }
}

function readParametersFile(file: string, bytes: Uint8Array): ParametersFile {
  const { text, encoding } = decodeParameters(bytes);
  return { file, parameters: readParameters(text), encoding };
}

/** Name of a flow by its path: the file's, without `.iflw`. */
export function flowNameOf(path: string): string {
  return (/[^/\\]*$/.exec(path)?.[0] ?? path).replace(/\.iflw$/i, '');
}

/**
 * Where the parameters.prop of a flow may lie, the likeliest first: in `src/main/resources` above the flow, else beside it. Works on paths
 * with slashes or backslashes and on the path of a URI.
 */
export function parametersPathsOf(flowPath: string): readonly string[] {
  const separator = flowPath.includes('/') || !flowPath.includes('\\') ? '/' : '\\';
  const parts = flowPath.split(/[/\\]/);
  const folder = parts.slice(0, -1);
  const resources = folder.findLastIndex(
    (part, at) => part === 'resources' && folder[at - 1] === 'main' && folder[at - 2] === 'src',
  );
  const folders = [...(resources < 0 ? [] : [folder.slice(0, resources + 1)]), folder];
  const paths = folders.map((parts) => [...parts, 'parameters.prop'].join(separator));
  return [...new Set(paths)];
}

/** Where the parameters.propdef that goes with a parameters.prop lies. */
export const definitionsPathOf = (parametersPath: string): string => parametersPath.replace(/\.prop$/, '.propdef');

function join(folder: string, name: string): string {
  if (/[/\\]$/.test(folder)) return folder + name;
  return `${folder}${folder.includes('\\') && !folder.includes('/') ? '\\' : '/'}${name}`;
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
