import path from 'node:path';
import * as vscode from 'vscode';
import { isOnDisk } from '../language/flowDocuments';

const maximumFiles = 10_000;
/** Milliseconds: a checkout writes many files. */
const settleTime = 500;

/** What is to be known of the flows of a workspace. */
export interface WatchedIndex {
  add(paths: readonly string[], signal: AbortSignal): Promise<void>;
  update(path: string): Promise<void>;
}

/**
 * Keeps an index of the workspace's flows as they are on disk, in folders and in exported archives. Nothing is read before somebody asks; after
 * that, what changes.
 */
export class WatchedFlows<T extends WatchedIndex> implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly resources: { dispose(): unknown }[] = [this.changed];
  private current: T;
  /** Whether all files were found. */
  private all = false;
  private asked = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly touched = new Set<string>();
  private queue: Promise<void> = Promise.resolve();
  private readonly disposed = new AbortController();

  /** @param make an empty index @param log what goes wrong on the way, by its purpose */
  constructor(
    private readonly make: () => T,
    private readonly log: (error: unknown) => void,
  ) {
    this.current = make();
  }

  /** What is known by now. The first call starts reading; `onDidChange` tells. */
  get index(): T {
    this.begin();
    return this.current;
  }

  /** Starts reading, unless that was begun. */
  begin(): void {
    if (!this.asked) this.start();
  }

  /** Whether the files were all found and given to the index. */
  get complete(): boolean {
    return this.all;
  }

  /** When what is under way has been taken in. */
  get settled(): Promise<void> {
    return this.queue;
  }

  /** Changes the index, after all that is under way. */
  change(work: (index: T, signal: AbortSignal) => Promise<void>): void {
    if (this.asked) this.enqueue(() => work(this.current, this.disposed.signal));
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.disposed.abort();
    vscode.Disposable.from(...this.resources).dispose();
  }

  private start(): void {
    this.asked = true;
    const touch = (uri: vscode.Uri): void => {
      if (!isOnDisk(uri)) return;
      this.touched.add(uri.fsPath);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.takeIn(), settleTime);
    };
    const watcher = vscode.workspace.createFileSystemWatcher('**/{parameters.prop,*.iflw,*.IFLW,*.zip,*.ZIP}');
    // Of a folder that comes or goes with its files VS Code tells the folder alone.
    const folders = vscode.workspace.createFileSystemWatcher('**', false, true, false);
    const isFolder = ({ path: name }: vscode.Uri): boolean => path.extname(name) === '';
    this.resources.push(
      ...[watcher, watcher.onDidChange(touch), watcher.onDidCreate(touch), watcher.onDidDelete(touch)],
      folders,
      folders.onDidCreate((uri) => isFolder(uri) && this.readAll()),
      folders.onDidDelete((uri) => isFolder(uri) && touch(uri)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.readAll()),
    );
    this.readAll();
  }

  private takeIn(): void {
    const paths = [...this.touched];
    this.touched.clear();
    this.enqueue(async () => {
      for (const each of paths) await this.current.update(each);
    });
  }

  private readAll(): void {
    this.enqueue(async () => {
      const uris = await vscode.workspace.findFiles(
        '**/*.{iflw,IFLW,zip,ZIP}',
        '**/{node_modules,__MACOSX}/**',
        maximumFiles,
      );
      const index = this.make();
      await index.add(
        uris.filter((uri) => isOnDisk(uri) && !path.basename(uri.path).startsWith('.')).map(({ fsPath }) => fsPath),
        this.disposed.signal,
      );
      this.current = index;
      this.all = uris.length < maximumFiles;
    });
  }

  /** One after the other: a file that changes while all are read is taken in after that. */
  private enqueue(work: () => Promise<void>): void {
    this.queue = this.queue
      .then(async () => {
        if (this.disposed.signal.aborted) return;
        await work();
        this.changed.fire();
      })
      .catch((error: unknown) => {
        if (!this.disposed.signal.aborted) this.log(error);
      });
  }
}
