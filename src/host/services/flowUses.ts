import path from 'node:path';
import * as vscode from 'vscode';
import { AliasIndex } from '../../core/checks/aliasIndex';
import type { AliasUse } from '../../core/checks/whereUsed';
import { nodeFiles } from '../../core/flow/nodeFiles';

const maximumFiles = 10_000;
/** Milliseconds: a checkout writes many files. */
const settleTime = 500;

/**
 * Which channels and steps of the workspace's flows use an alias, as the flows are on disk, in folders and in exported archives. Nothing is read before
 * somebody asks; after that, what changes.
 */
export class FlowUses implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly resources: { dispose(): unknown }[] = [this.changed];
  private index = new AliasIndex(nodeFiles);
  /** Whether all files were read: else that no channel was found says nothing. */
  private complete = false;
  private asked = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly touched = new Set<string>();
  private queue: Promise<void> = Promise.resolve();
  private readonly disposed = new AbortController();

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Undefined where it is not known (yet): there are no flows, or some could not be read. The first call starts reading; `onDidChange` tells. */
  readonly of = (alias: string): readonly AliasUse[] | undefined => {
    if (!this.asked) this.start();
    const found = this.index.of(alias);
    return found.length || (this.complete && this.index.complete && this.index.size > 0) ? found : undefined;
  };

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
      for (const each of paths) await this.index.update(each);
    });
  }

  private readAll(): void {
    this.enqueue(async () => {
      const uris = await vscode.workspace.findFiles(
        '**/*.{iflw,IFLW,zip,ZIP}',
        '**/{node_modules,__MACOSX}/**',
        maximumFiles,
      );
      const index = new AliasIndex(nodeFiles);
      await index.add(
        uris.filter((uri) => isOnDisk(uri) && !path.basename(uri.path).startsWith('.')).map(({ fsPath }) => fsPath),
        this.disposed.signal,
      );
      this.index = index;
      this.complete = uris.length < maximumFiles;
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
        if (!this.disposed.signal.aborted) this.log.warn(`Looking for the uses of aliases: ${String(error)}`);
      });
  }
}

const isOnDisk = ({ scheme }: vscode.Uri): boolean => scheme === 'file' || scheme === 'vscode-remote';
