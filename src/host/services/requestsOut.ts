import * as vscode from 'vscode';
import type { Entry, KeyPairEntry } from '../../core/keystore/model';
import { PendingRequests } from '../../core/keystore/pendingRequests';
import type { Memory } from '../storage/memory';

/** For which key pairs a certification request was made whose response is still to come; remembered beyond the session. */
export class RequestsOut implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** What is stored, and what was read of it. */
  private read: { readonly stored: Memory['requestsOut']; readonly pending: PendingRequests } | undefined;

  constructor(private readonly memory: Memory) {}

  /** When the last request was made; undefined where none is out. */
  since(entry: Entry): Date | undefined {
    return this.pending().since(entry);
  }

  /** @param spki SubjectPublicKeyInfo, DER */
  async note(entry: KeyPairEntry, spki: Uint8Array, made: Date): Promise<void> {
    await this.keep(this.pending().with(entry, spki, made));
  }

  async clear(spki: Uint8Array): Promise<void> {
    const known = this.pending();
    const left = known.without(spki);
    if (left !== known) await this.keep(left);
  }

  /** After private keys were sealed anew, or taken over into another keystore under their aliases. */
  async resealed(before: readonly Entry[], after: readonly Entry[]): Promise<void> {
    const known = this.pending();
    const moved = known.resealed(before, after);
    if (moved !== known) await this.keep(moved);
  }

  dispose(): void {
    this.changed.dispose();
  }

  /** Read again where another window has stored something else. */
  private pending(): PendingRequests {
    const stored = this.memory.requestsOut;
    if (this.read?.stored !== stored) this.read = { stored, pending: PendingRequests.from(stored) };
    return this.read.pending;
  }

  private async keep(pending: PendingRequests): Promise<void> {
    await this.memory.setRequestsOut(pending.stored);
    this.changed.fire();
  }
}
