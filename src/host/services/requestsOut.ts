import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { Entry } from '../../core/keystore/model';
import type { Memory } from '../storage/memory';

/**
 * For which key pairs a certification request was made whose response is still to come: by keystore and public key, so that a rename does not
 * lose it. Nothing secret.
 */
export class RequestsOut implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<string>();
  /** URI of the keystore concerned. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly memory: Memory) {}

  /** When the last request was made; undefined where none is out. */
  since(keystore: vscode.Uri, entry: Entry): Date | undefined {
    const spki = entry.kind === 'keyPair' ? entry.chain[0]?.spki : undefined;
    const known = this.memory.requestsOut;
    const start = `${keystore.toString()}#`;
    // Hashing the keys of thousands of rows would take its time.
    if (!spki || !Object.keys(known).some((key) => key.startsWith(start))) return undefined;
    const date = new Date(known[keyOf(keystore, spki)] ?? '');
    return Number.isNaN(date.getTime()) ? undefined : date;
  }

  /** @param spki SubjectPublicKeyInfo, DER */
  async note(keystore: vscode.Uri, spki: Uint8Array, made: Date): Promise<void> {
    await this.memory.setRequestsOut({ ...this.memory.requestsOut, [keyOf(keystore, spki)]: made.toISOString() });
    this.changed.fire(keystore.toString());
  }

  async clear(keystore: vscode.Uri, spki: Uint8Array): Promise<void> {
    const key = keyOf(keystore, spki);
    const known = Object.entries(this.memory.requestsOut);
    const left = known.filter(([other]) => other !== key);
    if (left.length === known.length) return;
    await this.memory.setRequestsOut(Object.fromEntries(left));
    this.changed.fire(keystore.toString());
  }

  dispose(): void {
    this.changed.dispose();
  }
}

function keyOf(keystore: vscode.Uri, spki: Uint8Array): string {
  return `${keystore.toString()}#${createHash('sha256').update(spki).digest('hex')}`;
}
