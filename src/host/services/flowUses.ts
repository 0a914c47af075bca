import path from 'node:path';
import * as vscode from 'vscode';
import { AliasUses } from '../../core/checks/aliasUses';
import type { AliasUse } from '../../core/checks/whereUsed';
import { nodeFiles } from '../../core/flow/nodeFiles';
import { loadFlows } from '../../core/flow/project';
import { findFlowFiles } from '../language/flowDocuments';

const maximumFlows = 2000;
/** Milliseconds: a checkout writes many files. */
const settleTime = 500;

/** Which channels of the workspace's flows use an alias, as the flows are on disk. Nothing is read before somebody asks. */
export class FlowUses implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly resources: { dispose(): unknown }[] = [this.changed];
  private uses: AliasUses | undefined;
  /** Whether all flows were read: else that no channel was found says nothing. */
  private complete = false;
  private asked = false;
  private timer: NodeJS.Timeout | undefined;
  private run = 0;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Undefined where it is not known (yet): there are no flows, or some could not be read. The first call starts reading; `onDidChange` tells. */
  readonly of = (alias: string): readonly AliasUse[] | undefined => {
    if (!this.asked) this.start();
    const found = this.uses?.of(alias);
    return found?.length || this.complete ? found : undefined;
  };

  dispose(): void {
    clearTimeout(this.timer);
    this.run++;
    vscode.Disposable.from(...this.resources).dispose();
  }

  private start(): void {
    this.asked = true;
    const later = (): void => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.readAll(), settleTime);
    };
    const watcher = vscode.workspace.createFileSystemWatcher('**/{parameters.prop,*.iflw,*.IFLW}');
    // Of a folder that comes or goes with its files VS Code tells the folder alone.
    const folders = vscode.workspace.createFileSystemWatcher('**', false, true, false);
    const folder = ({ path: name }: vscode.Uri): void => {
      if (path.extname(name) === '') later();
    };
    this.resources.push(
      ...[watcher, watcher.onDidChange(later), watcher.onDidCreate(later), watcher.onDidDelete(later)],
      ...[folders, folders.onDidCreate(folder), folders.onDidDelete(folder)],
      vscode.workspace.onDidChangeWorkspaceFolders(later),
    );
    this.readAll();
  }

  private readAll(): void {
    const run = ++this.run;
    this.read(run).catch((error: unknown) => this.log.warn(`Looking for the uses of aliases: ${String(error)}`));
  }

  private async read(run: number): Promise<void> {
    const uris = await findFlowFiles(maximumFlows);
    const files = uris.filter(({ scheme }) => scheme === 'file' || scheme === 'vscode-remote');
    const { flows, problems } = await loadFlows(
      files.map(({ fsPath }) => fsPath),
      nodeFiles,
    );
    // A newer run has begun: it will say it all.
    if (run !== this.run) return;
    this.uses = new AliasUses(flows);
    this.complete = flows.length > 0 && !problems.length && uris.length < maximumFlows;
    this.changed.fire();
  }
}
