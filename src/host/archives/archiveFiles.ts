import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { archivedPlace, type ArchivedPlace } from '../../core/flow/archivedPlace';
import { writeArchived } from '../../core/flow/archiveFile';
import { isNestedArchive, isZip } from '../../core/flow/zip';
import { readInArchive, zipEntries } from '../../core/flow/zipEntries';

/** Files in archives have addresses of their own: `flow-archive:/folder/project.zip!/src/main/...`. */
export const archiveScheme = 'flow-archive';

const { FileSystemError, FileType } = vscode;

/** @param file as `FlowFile.file` has it */
export const archiveUri = (file: string): vscode.Uri => vscode.Uri.file(file).with({ scheme: archiveScheme });

interface Opened {
  readonly version: string;
  readonly bytes: Uint8Array;
  readonly changed: number;
}

/**
 * Exported projects and packages as if they were folders, archives inside them too: to look into, and to change, make and delete files in. A change replaces
 * the archive whole; every other entry stays byte for byte. Folders are what the names of files say; nothing is renamed.
 * @see https://code.visualstudio.com/api/references/vscode-api#FileSystemProvider
 */
export class ArchiveFiles implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  private readonly registration: vscode.Disposable;
  /** The one looked into last: a look into an archive is many calls. */
  private last: ({ readonly archive: string } & Opened) | undefined;
  /** One change of an archive after the other. */
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor() {
    this.registration = vscode.workspace.registerFileSystemProvider(archiveScheme, this, { isCaseSensitive: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  watch(uri: vscode.Uri): vscode.Disposable {
    const { archive } = placeOf(uri);
    const pattern = new vscode.RelativePattern(vscode.Uri.file(path.dirname(archive)), path.basename(archive));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const tell = (type: vscode.FileChangeType) => () => this.changed.fire([{ type, uri }]);
    return vscode.Disposable.from(
      watcher,
      watcher.onDidChange(tell(vscode.FileChangeType.Changed)),
      watcher.onDidCreate(tell(vscode.FileChangeType.Changed)),
      watcher.onDidDelete(tell(vscode.FileChangeType.Deleted)),
    );
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { inner, opened } = await this.open(uri);
    const { changed: mtime } = opened;
    if (inner === '') return { type: FileType.Directory, ctime: mtime, mtime, size: 0 };
    const { entries, name } = this.inside(uri, opened.bytes, inner);
    const entry = entries.find((each) => each.path === name && !each.isFolder);
    if (entry) return { type: FileType.File, ctime: mtime, mtime, size: entry.size };
    const isFolder = name === '' || entries.some((each) => each.path === name || each.path.startsWith(`${name}/`));
    if (isFolder) return { type: FileType.Directory, ctime: mtime, mtime, size: 0 };
    throw FileSystemError.FileNotFound(uri);
  }

  /** An archive inside is listed twice: as the file that it is, and, with `!`, as the folder that it looks like. */
  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const { inner, opened } = await this.open(uri);
    const { entries, name } = this.inside(uri, opened.bytes, inner);
    const prefix = name === '' ? '' : `${name}/`;
    const found = new Map<string, vscode.FileType>();
    for (const entry of entries) {
      if (!entry.path.startsWith(prefix)) continue;
      const [first = '', ...rest] = entry.path.slice(prefix.length).split('/');
      if (first === '') continue;
      found.set(first, rest.length || entry.isFolder ? FileType.Directory : FileType.File);
      if (!rest.length && isNestedArchive(first)) found.set(`${first}!`, FileType.Directory);
    }
    return [...found];
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { inner, opened } = await this.open(uri);
    return spoken(uri, () => readInArchive(opened.bytes, inner));
  }

  async writeFile(
    uri: vscode.Uri,
    content: Uint8Array,
    { create, overwrite }: { readonly create: boolean; readonly overwrite: boolean },
  ): Promise<void> {
    const isThere = await this.stat(uri).then(
      () => true,
      () => false,
    );
    if (isThere && create && !overwrite) throw FileSystemError.FileExists(uri);
    if (!isThere && !create) throw FileSystemError.FileNotFound(uri);
    await this.put(uri, content);
    this.changed.fire([{ type: isThere ? vscode.FileChangeType.Changed : vscode.FileChangeType.Created, uri }]);
  }

  async delete(uri: vscode.Uri): Promise<void> {
    const { type } = await this.stat(uri);
    if (type !== FileType.File) throw unsupported(uri);
    await this.put(uri, undefined);
    this.changed.fire([{ type: vscode.FileChangeType.Deleted, uri }]);
  }

  private async put(uri: vscode.Uri, content: Uint8Array | undefined): Promise<void> {
    const { archive, inner } = placeOf(uri);
    const before = this.queues.get(archive) ?? Promise.resolve();
    const work = before.catch(() => undefined).then(() => writeArchived(archive, new Map([[inner, content]])));
    this.queues.set(archive, work);
    try {
      await work;
    } catch (error) {
      throw failure(uri, error);
    } finally {
      if (this.queues.get(archive) === work) this.queues.delete(archive);
    }
  }

  /** Folders are there where files are. */
  createDirectory(): void {
    return undefined;
  }

  rename(uri: vscode.Uri): never {
    throw unsupported(uri);
  }

  private async open(uri: vscode.Uri): Promise<{ readonly inner: string; readonly opened: Opened }> {
    const { archive, inner } = placeOf(uri);
    let version: string;
    let changed: number;
    try {
      const { mtimeMs, size, ino } = await stat(archive);
      version = `${mtimeMs}/${size}/${ino}`;
      changed = Math.round(mtimeMs);
      if (this.last?.archive === archive && this.last.version === version) return { inner, opened: this.last };
      const bytes = await readFile(archive);
      if (!isZip(bytes)) throw FileSystemError.FileNotFound(uri);
      this.last = { archive, version, bytes, changed };
    } catch (error) {
      throw error instanceof FileSystemError ? error : FileSystemError.FileNotFound(uri);
    }
    return { inner, opened: this.last };
  }

  /** The directory of the innermost archive, and the name in it. */
  private inside(
    uri: vscode.Uri,
    bytes: Uint8Array,
    inner: string,
  ): { readonly entries: ReturnType<typeof zipEntries>; readonly name: string } {
    return spoken(uri, () => {
      const whole = inner.endsWith('!') ? `${inner}/` : inner;
      const at = whole.lastIndexOf('!/');
      const holder = at < 0 ? bytes : readInArchive(bytes, whole.slice(0, at));
      return { entries: zipEntries(holder), name: at < 0 ? whole : whole.slice(at + 2) };
    });
  }
}

/** `inner` is empty for the top of an archive. */
function placeOf(uri: vscode.Uri): ArchivedPlace {
  const file = uri.with({ scheme: 'file' }).fsPath.replaceAll('\\', '/');
  const place = archivedPlace(file);
  if (place) return place;
  const top = /^(.+\.zip)!?\/?$/i.exec(file)?.[1];
  if (top !== undefined) return { archive: top, inner: '' };
  throw FileSystemError.FileNotFound(uri);
}

function spoken<T>(uri: vscode.Uri, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failure(uri, error);
  }
}

function failure(uri: vscode.Uri, error: unknown): Error {
  if (!(error instanceof FlowKeystoreError)) return error instanceof Error ? error : new Error(String(error));
  if (error.code === 'not-found') return FileSystemError.FileNotFound(uri);
  return FileSystemError.Unavailable([error.message, error.next].filter(Boolean).join(' '));
}

const unsupported = (uri: vscode.Uri): Error =>
  FileSystemError.NoPermissions(
    vscode.l10n.t(
      'In an archive files can be made and deleted, and nothing renamed: {0}',
      path.posix.basename(uri.path),
    ),
  );
