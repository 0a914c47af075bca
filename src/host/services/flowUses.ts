import type * as vscode from 'vscode';
import { AliasIndex } from '../../core/checks/aliasIndex';
import type { AliasUse } from '../../core/checks/whereUsed';
import { nodeFiles } from '../../core/flow/nodeFiles';
import { WatchedFlows } from './watchedFlows';

/** Which channels and steps of the workspace's flows use an alias. */
export class FlowUses implements vscode.Disposable {
  private readonly flows: WatchedFlows<AliasIndex>;
  readonly onDidChange: vscode.Event<void>;

  constructor(log: vscode.LogOutputChannel) {
    this.flows = new WatchedFlows(
      () => new AliasIndex(nodeFiles),
      (error) => log.warn(`Looking for the uses of aliases: ${String(error)}`),
    );
    this.onDidChange = this.flows.onDidChange;
  }

  /** Undefined where it is not known (yet): there are no flows, or some could not be read. The first call starts reading; `onDidChange` tells. */
  readonly of = (alias: string): readonly AliasUse[] | undefined => {
    const { index } = this.flows;
    const found = index.of(alias);
    return found.length || (this.flows.complete && index.complete && index.size > 0) ? found : undefined;
  };

  dispose(): void {
    this.flows.dispose();
  }
}
