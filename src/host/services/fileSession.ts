import path from 'node:path';
import * as vscode from 'vscode';
import { lockedKeystore, viewOfKeystore, type KeystoreView } from '../../core/checks/keystoreView';
import { FlowKeystoreError } from '../../core/errors';
import { openSealedKey } from '../../core/keys/sealedKey';
import type { KeystorePasswords } from '../../core/keystore/convert';
import { detectStoreType } from '../../core/keystore/detect';
import { describeChanges, type Change } from '../../core/keystore/changes';
import { findEntry } from '../../core/keystore/edit';
import { readKeystoreFile, writeKeystoreFile, type FileContent, type FileStamp } from '../../core/keystore/file';
import { History, type Version } from '../../core/keystore/history';
import { KeyPasswords } from '../../core/keystore/keyPasswords';
import type { Keystore, KeyPairEntry, StoreType } from '../../core/keystore/model';
import { readKeystore, readWithoutPassword, writeChecked } from '../../core/keystore/store';
import { InTurn } from './inTurn';
import type { KeystoreSession } from './keystoreSession';
import { isPasswordError, type SessionEdit, type SessionState } from './sessionState';

/**
 * One keystore file: locked, open or in error. Once open, its password is kept in memory until it is locked by hand, for edits and for the
 * private keys that are unsealed when used. Reads and writes follow one another; a write is refused when the file is no longer the one that was read.
 */
export class FileSession implements KeystoreSession {
  #password: string | undefined;
  readonly #keyPasswords = new KeyPasswords();
  #state: SessionState = { kind: 'locked' };
  #view: KeystoreView | undefined;
  readonly #history = new History();
  /** The file as it was read or written last, for undo. */
  #bytes: Uint8Array | undefined;
  /** How often it was locked by hand: what was under way then must not open it again. */
  private locks = 0;
  private readonly turn = new InTurn();
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
    /** How many versions before a save are kept beside the file. */
    private readonly backups: () => number,
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

  /** Of the file as it was read or written last, in octets; undefined while it is locked. */
  get fileSize(): number | undefined {
    return this.#state.kind === 'open' ? this.#bytes?.length : undefined;
  }

  get keystore(): Keystore | undefined {
    return this.#state.kind === 'open' ? this.#state.keystore : undefined;
  }

  /** The keystore; of a locked one what can be seen without its password. */
  get seen(): Keystore | undefined {
    return this.#state.kind === 'locked' ? this.#state.seen : this.keystore;
  }

  /** What would be undone and redone, in words; undefined where there is nothing. */
  get undoLabel(): string | undefined {
    return this.#state.kind === 'open' ? this.#history.undoLabel : undefined;
  }

  get redoLabel(): string | undefined {
    return this.#state.kind === 'open' ? this.#history.redoLabel : undefined;
  }

  /** As checks and completions see it. */
  get view(): KeystoreView {
    const { seen } = this;
    this.#view ??= seen
      ? viewOfKeystore(seen, this.name, this.uri.toString())
      : lockedKeystore(this.name, this.uri.toString());
    return this.#view;
  }

  /** Looks at the file for the first time. What needs no password is open at once, of the rest what can be seen without it is shown. */
  async inspect(): Promise<void> {
    // What is wrong is the session's state now.
    await this.turn.run(() => this.look()).catch(() => undefined);
  }

  /**
   * @throws FlowKeystoreError `wrong-password`, `password-required` (it stays locked), or what is wrong with the file (its state then);
   * an AbortError when it was locked meanwhile
   */
  open(password: string | undefined, signal?: AbortSignal): Promise<Keystore> {
    const { locks } = this;
    return this.turn.run(async () => {
      const content = await this.read(signal);
      const keystore = await this.parse(content.bytes, password, signal);
      if (locks !== this.locks) throw new DOMException('The keystore was locked meanwhile.', 'AbortError');
      this.#password = password;
      this.lockedByHand = false;
      this.becomeOpen(keystore, content);
      return keystore;
    });
  }

  /** At once; what is under way ends, and leaves it locked. */
  lock(): void {
    this.locks++;
    const { seen } = this;
    this.forgetSecrets();
    this.lockedByHand = true;
    this.set({ kind: 'locked' });
    if (seen) void this.inspect();
  }

  /**
   * Reads the file again if it changed. What is wrong with it becomes the state; nothing is thrown. One whose password no longer fitted
   * opens again where it fits by now.
   */
  reload(): Promise<void> {
    return this.turn.run(async () => {
      const { locks } = this;
      const before = this.#state;
      try {
        if (before.kind === 'locked' && this.#password === undefined) {
          await this.look();
          return;
        }
        const content = await this.read();
        if (before.kind === 'open' && content.stamp === before.stamp) return;
        this.#history.clear();
        const keystore = await this.parse(content.bytes, this.#password);
        if (locks === this.locks) this.becomeOpen(keystore, content);
      } catch (error) {
        if (!isPasswordError(error)) return;
        // The password stays known: another program that writes in place may be in the midst of it, and be done the next time.
        this.forgetVersions();
        this.set({ kind: 'locked', ...(this.#password !== undefined && { reason: 'password-changed' as const }) });
        await this.look().catch(() => undefined);
      }
    });
  }

  /**
   * Changes the keystore and saves it. What is about to be written is read back first, so that a file that cannot be opened never
   * replaces one that can.
   * @throws FlowKeystoreError `password-required` when locked, `changed-on-disk`, `unwritable`, and what the edit throws; nothing has changed then
   */
  edit(
    change: (keystore: Keystore, password: string, passwords: KeystorePasswords) => SessionEdit | Promise<SessionEdit>,
  ): Promise<readonly Change[]> {
    return this.turn.run(async () => {
      const before = this.#state;
      const { locks } = this;
      if (before.kind !== 'open') throw this.lockedError();
      const oldPassword = this.#password;
      const edited = await change(before.keystore, oldPassword ?? '', this.passwords());
      if (!edited.changes.length) return [];
      const password = edited.password ?? oldPassword;
      const written = await this.placed(writeChecked(edited.keystore, password));
      const saved = {
        label: describeChanges(edited.changes),
        before: { bytes: this.#bytes ?? new Uint8Array(), password: oldPassword },
        after: { bytes: written.bytes, password },
      };
      const open = await this.replace(stampOf(before), saved.after, written.keystore, locks);
      if (open && saved.before.bytes.length) this.#history.add(saved);
      return edited.changes;
    });
  }

  /** Takes the last change back. @returns what was taken back; undefined where there is nothing @throws as `edit` does */
  undo(): Promise<string | undefined> {
    return this.travel(() => ({ version: this.#history.toUndo, label: this.#history.undoLabel }), 'undid');
  }

  /** Makes the change again that was taken back last. */
  redo(): Promise<string | undefined> {
    return this.travel(() => ({ version: this.#history.toRedo, label: this.#history.redoLabel }), 'redid');
  }

  /**
   * Puts another version of the file in its place: a backup. It can be undone where the keystore was open; one that is locked or cannot be read
   * becomes open.
   * @throws FlowKeystoreError `wrong-password` where it does not open with that password; nothing has changed then
   */
  restore(bytes: Uint8Array, password: string | undefined, label: string): Promise<void> {
    return this.turn.run(async () => {
      const before = this.#state;
      const { locks } = this;
      const keystore = await this.placed(readKeystore(bytes, password));
      if (before.kind !== 'open') {
        const open = await this.replace(await this.currentStamp(), { bytes, password }, keystore, locks);
        if (open) this.lockedByHand = false;
        return;
      }
      const saved = {
        label,
        before: { bytes: this.#bytes ?? new Uint8Array(), password: this.#password },
        after: { bytes, password },
      };
      if (await this.replace(stampOf(before), saved.after, keystore, locks)) this.#history.add(saved);
    });
  }

  /**
   * The password of a private key, for the moment of using it: its own where it is known, else the file's.
   * @throws FlowKeystoreError `password-required` when locked
   */
  passwordForUse(alias?: string): string {
    if (this.#state.kind !== 'open') throw this.lockedError();
    const entry = alias === undefined ? undefined : findEntry(this.#state.keystore, alias);
    const own = entry?.kind === 'keyPair' ? this.#keyPasswords.get(entry.key) : undefined;
    return own ?? this.#password ?? '';
  }

  /** All that is known, for work on the whole keystore. */
  passwords(): KeystorePasswords {
    return { store: this.#password, keys: this.#keyPasswords.of(this.keystore) };
  }

  /** Whether the private key opens with what is known. @throws FlowKeystoreError what else is wrong with it */
  async canUseKey(entry: KeyPairEntry): Promise<boolean> {
    if (this.#state.kind !== 'open') throw this.lockedError();
    try {
      await openSealedKey(entry.key, this.#keyPasswords.get(entry.key) ?? this.#password ?? '');
      return true;
    } catch (error) {
      if (isPasswordError(error)) return false;
      throw error instanceof FlowKeystoreError ? error.at({ file: this.file, detail: entry.alias }) : error;
    }
  }

  /** Keeps the password of a private key in memory, as long as the keystore is open. @returns whether it is the right one */
  async useKeyPassword(entry: KeyPairEntry, password: string): Promise<boolean> {
    try {
      await openSealedKey(entry.key, password);
    } catch (error) {
      if (isPasswordError(error)) return false;
      throw error;
    }
    this.#keyPasswords.set(entry.key, password);
    return true;
  }

  /** Whoever still holds it finds it locked. */
  dispose(): void {
    this.changed.dispose();
    this.locks++;
    this.forgetSecrets();
    this.#state = { kind: 'locked' };
  }

  private travel(
    where: () => { version: Version | undefined; label: string | undefined },
    done: 'undid' | 'redid',
  ): Promise<string | undefined> {
    return this.turn.run(async () => {
      const before = this.#state;
      const { locks } = this;
      if (before.kind !== 'open') throw this.lockedError();
      const { version, label } = where();
      if (!version) return undefined;
      const keystore = await this.placed(readKeystore(version.bytes, version.password));
      if (await this.replace(stampOf(before), version, keystore, locks)) this.#history[done]();
      return label;
    });
  }

  /** Of the file as it lies there, whatever is in it; null where it is gone. */
  private async currentStamp(): Promise<FileStamp | null> {
    try {
      return (await readKeystoreFile(this.file)).stamp;
    } catch (error) {
      if (error instanceof FlowKeystoreError && error.code === 'not-found') return null;
      throw error;
    }
  }

  /** @param locks how often it was locked when the work began @returns whether it is open still: locked meanwhile, it stays so */
  private async replace(
    stamp: FileStamp | null,
    version: Version,
    keystore: Keystore,
    locks: number,
  ): Promise<boolean> {
    const newStamp = await writeKeystoreFile(this.file, version.bytes, stamp, { backups: this.backups() });
    if (locks !== this.locks) return false;
    this.#password = version.password;
    this.type = keystore.type;
    this.becomeOpen(keystore, { bytes: version.bytes, stamp: newStamp });
    return true;
  }

  private becomeOpen(keystore: Keystore, { bytes, stamp }: FileContent): void {
    this.#bytes = bytes;
    this.set({ kind: 'open', keystore, stamp });
  }

  private forgetSecrets(): void {
    this.#password = undefined;
    this.#keyPasswords.clear();
    this.forgetVersions();
  }

  private forgetVersions(): void {
    this.#history.clear();
    this.#bytes = undefined;
  }

  /** As far as it goes without a password; also for one that is locked already. */
  private async look(): Promise<void> {
    const { locks } = this;
    const content = await this.read();
    try {
      const seen = await readWithoutPassword(content.bytes);
      if (locks !== this.locks || this.#state.kind === 'open') return;
      if (seen && !seen.notes.some(({ code }) => code === 'read-without-password')) {
        this.becomeOpen(seen, content);
      } else if (seen ?? this.#state.kind !== 'locked') {
        this.set({ ...(this.#state.kind === 'locked' ? this.#state : { kind: 'locked' }), ...(seen && { seen }) });
      }
    } catch (error) {
      const placed = error instanceof FlowKeystoreError ? error.at({ file: this.file }) : error;
      if (!isPasswordError(placed)) this.fail(placed);
    }
  }

  private lockedError(): FlowKeystoreError {
    return new FlowKeystoreError(
      'password-required',
      'The keystore is locked.',
      { file: this.file },
      'Unlock it first.',
    );
  }

  private async read(signal?: AbortSignal): Promise<FileContent> {
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
      return await this.placed(readKeystore(bytes, password, signal ? { signal } : {}));
    } catch (error) {
      if (!isPasswordError(error)) this.fail(error);
      throw error;
    }
  }

  /** With the file's name in an error. */
  private async placed<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw error instanceof FlowKeystoreError ? error.at({ file: this.file }) : error;
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
}

/** None: no file. */
const stampOf = ({ stamp }: { readonly stamp?: FileStamp }): FileStamp | null => stamp ?? null;
