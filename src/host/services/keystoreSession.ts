import { open } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { lockedKeystore, viewOfKeystore, type KeystoreView } from '../../core/checks/keystoreView';
import { FlowKeystoreError } from '../../core/errors';
import { detectStoreType } from '../../core/keystore/detect';
import type { Change, Edited } from '../../core/keystore/edit';
import { readKeystoreFile, writeKeystoreFile, type FileStamp } from '../../core/keystore/file';
import type { Keystore, StoreType } from '../../core/keystore/model';
import { maxKeystoreBytes, readKeystore, writeKeystore } from '../../core/keystore/store';

export type SessionState =
  /** `password-changed`: it was open, and its password no longer fits. */
  | { readonly kind: 'locked'; readonly reason?: 'password-changed' }
  | { readonly kind: 'open'; readonly keystore: Keystore; readonly stamp: FileStamp }
  | { readonly kind: 'error'; readonly error: FlowKeystoreError };

/** Octets that tell what kind of keystore a file is. */
const headOctets = 64;

/**
 * One keystore file: locked, open or in error. While it is open its password is kept in memory, for edits and for the private keys that are
 * unsealed when used. Reads and writes follow one another; a write is refused when the file is no longer the one that was read.
 */
export class KeystoreSession implements vscode.Disposable {
  #password: string | undefined;
  #state: SessionState = { kind: 'locked' };
  #view: KeystoreView | undefined;
  /** How often it was locked by hand: what was under way then must not open it again. */
  private locks = 0;
  private last: Promise<unknown> = Promise.resolve();
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** As its content says, as far as that can be told without the password. */
  type: StoreType | undefined;
  /** Locked by hand: it does not open again by itself. */
  lockedByHand = false;

  constructor(
    readonly uri: vscode.Uri,
    /** Added by hand rather than found in the workspace. */
    readonly added: boolean,
  ) {}

  get file(): string {
    return this.uri.fsPath;
  }

  get name(): string {
    return path.basename(this.file);
  }

  get state(): SessionState {
    return this.#state;
  }

  get keystore(): Keystore | undefined {
    return this.#state.kind === 'open' ? this.#state.keystore : undefined;
  }

  /** PEM files are shown, not changed. */
  get readOnly(): boolean {
    return this.keystore !== undefined && this.keystore.type !== 'PKCS12';
  }

  /** As checks and completions see it. */
  get view(): KeystoreView {
    this.#view ??= this.keystore
      ? viewOfKeystore(this.keystore, this.name, this.uri.toString())
      : lockedKeystore(this.name, this.uri.toString());
    return this.#view;
  }

  /** Tells the kind of file by its first octets. What needs no password, or cannot be opened here, is known at once: nobody is asked for one. */
  async inspect(): Promise<void> {
    const head = await readHead(this.file);
    this.type = head && detectStoreType(head.octets);
    if (head && this.type === 'PKCS12' && head.size <= maxKeystoreBytes) return;
    // What is wrong is the session's state now.
    await this.open(undefined).catch(() => undefined);
  }

  /**
   * @throws FlowKeystoreError `wrong-password`, `password-required` (it stays locked), or what is wrong with the file (its state then);
   * an AbortError when it was locked meanwhile
   */
  open(password: string | undefined, signal?: AbortSignal): Promise<Keystore> {
    const { locks } = this;
    return this.afterTheLast(async () => {
      const content = await this.read(signal);
      const keystore = await this.parse(content.bytes, password, signal);
      if (locks !== this.locks) throw new DOMException('The keystore was locked meanwhile.', 'AbortError');
      this.#password = password;
      this.lockedByHand = false;
      this.set({ kind: 'open', keystore, stamp: content.stamp });
      return keystore;
    });
  }

  /** At once; what is under way ends, and leaves it locked. */
  lock(): void {
    this.locks++;
    this.#password = undefined;
    this.lockedByHand = true;
    this.set({ kind: 'locked' });
  }

  /** Reads the file again if it changed. What is wrong with it becomes the state; nothing is thrown. */
  reload(): Promise<void> {
    return this.afterTheLast(async () => {
      const { locks } = this;
      const before = this.#state;
      if (before.kind === 'locked') return;
      try {
        const content = await this.read();
        if (before.kind === 'open' && content.stamp === before.stamp) return;
        if (this.#password === undefined && this.type === 'PKCS12') {
          this.set({ kind: 'locked' });
          return;
        }
        const keystore = await this.parse(content.bytes, this.#password);
        if (locks === this.locks) this.set({ kind: 'open', keystore, stamp: content.stamp });
      } catch (error) {
        if (isPasswordError(error)) {
          const hadPassword = this.#password !== undefined;
          this.#password = undefined;
          this.set(hadPassword ? { kind: 'locked', reason: 'password-changed' } : { kind: 'locked' });
        }
      }
    });
  }

  /**
   * Changes the keystore and saves it. What is about to be written is read back first, so that a file that cannot be opened never
   * replaces one that can.
   * @throws FlowKeystoreError `password-required` when locked, `changed-on-disk`, `unwritable`, and what the edit throws; nothing has changed then
   */
  edit(change: (keystore: Keystore, password: string) => Edited | Promise<Edited>): Promise<readonly Change[]> {
    return this.afterTheLast(async () => {
      const { locks } = this;
      const before = this.#state;
      const password = this.#password ?? '';
      if (before.kind !== 'open') throw this.lockedError();
      const edited = await change(before.keystore, password);
      if (!edited.changes.length) return [];
      const bytes = await writeKeystore(edited.keystore, password);
      const keystore = await readKeystore(bytes, password);
      if (contentsOf(keystore) !== contentsOf(edited.keystore)) {
        throw new FlowKeystoreError(
          'unwritable',
          'The keystore would not read back as it was to be written; nothing was saved.',
          { file: this.file },
          'Please report this, with the kind of program that made the file.',
        );
      }
      const stamp = await writeKeystoreFile(this.file, bytes, before.stamp);
      if (locks === this.locks) this.set({ kind: 'open', keystore, stamp });
      return edited.changes;
    });
  }

  /**
   * The password, for the moment of using a private key.
   * @throws FlowKeystoreError `password-required` when locked
   */
  passwordForUse(): string {
    if (this.#state.kind !== 'open') throw this.lockedError();
    return this.#password ?? '';
  }

  /** Whoever still holds it finds it locked. */
  dispose(): void {
    this.changed.dispose();
    this.lock();
  }

  private lockedError(): FlowKeystoreError {
    return new FlowKeystoreError(
      'password-required',
      'The keystore is locked.',
      { file: this.file },
      'Unlock it first.',
    );
  }

  private async read(signal?: AbortSignal): Promise<Awaited<ReturnType<typeof readKeystoreFile>>> {
    try {
      const content = await readKeystoreFile(this.file, signal);
      this.type = detectStoreType(content.bytes);
      return content;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  private async parse(bytes: Uint8Array, password: string | undefined, signal?: AbortSignal): Promise<Keystore> {
    try {
      return await readKeystore(bytes, password, signal ? { signal } : {});
    } catch (error) {
      const placed = error instanceof FlowKeystoreError ? error.at({ file: this.file }) : error;
      if (!isPasswordError(placed)) this.fail(placed);
      throw placed;
    }
  }

  private fail(error: unknown): void {
    if (error instanceof FlowKeystoreError) this.set({ kind: 'error', error });
  }

  private set(state: SessionState): void {
    this.#state = state;
    this.#view = undefined;
    this.changed.fire();
  }

  private afterTheLast<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work, work);
    this.last = next.catch(() => undefined);
    return next;
  }
}

export function isPasswordError(error: unknown): boolean {
  return error instanceof FlowKeystoreError && (error.code === 'wrong-password' || error.code === 'password-required');
}

/** Aliases, kinds and certificates, told apart without hashing thousands. Chains are left out: a certificate that was added may lengthen one. */
function contentsOf(keystore: Keystore): string {
  const rows = keystore.entries.map((entry) => {
    const certificate = entry.kind === 'keyPair' ? entry.chain[0] : entry.kind === 'certificate' && entry.certificate;
    return JSON.stringify([
      entry.alias,
      entry.kind,
      ...(certificate ? [certificate.serialNumber, certificate.der.length] : []),
    ]);
  });
  return rows.sort().join('\n');
}

async function readHead(file: string): Promise<{ octets: Uint8Array; size: number } | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(headOctets), 0, headOctets, 0);
      return { octets: buffer.subarray(0, bytesRead), size: (await handle.stat()).size };
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
