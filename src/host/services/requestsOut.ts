import * as vscode from 'vscode';
import type { Entry, KeyPairEntry } from '../../core/keystore/model';
import { PendingRequests } from '../../core/keystore/pendingRequests';
import type { Memory } from '../storage/memory';

/** For which key pairs a certification request was made whose response is still to come; remembered beyond the session. */
export class RequestsOut implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private pending: PendingRequests;

  constructor(private readonly memory: Memory) {
    this.pending = PendingRequests.from(memory.requestsOut);
  }

  /** When the last request was made; undefined where none is out. */
  since(entry: Entry): Date | undefined {
    return this.pending.since(entry);
  }

  /** @param spki SubjectPublicKeyInfo, DER */
  async note(entry: KeyPairEntry, spki: Uint8Array, made: Date): Promise<void> {
    // Another window may have noted others meanwhile.
    await this.keep(PendingRequests.from(this.memory.requestsOut).with(entry, spki, made));
  }

  async clear(spki: Uint8Array): Promise<void> {
    const known = PendingRequests.from(this.memory.requestsOut);
    const left = known.without(spki);
    if (left !== known) await this.keep(left);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async keep(pending: PendingRequests): Promise<void> {
    this.pending = pending;
    await this.memory.setRequestsOut(pending.stored);
    this.changed.fire();
  }
}
