import type * as vscode from 'vscode';
import type { KeystoreView } from '../../core/checks/keystoreView';
import type { Change } from '../../core/keystore/changes';
import type { KeystorePasswords } from '../../core/keystore/convert';
import type { Keystore, KeyPairEntry, StoreType } from '../../core/keystore/model';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import type { SessionEdit, SessionState } from './sessionState';

/** A keystore as commands and the tree have it: a file (`FileSession`), or the keystore of a tenant (`TenantKeystoreSession`). */
export interface KeystoreSession {
  dispose(): void;
  readonly uri: vscode.Uri;
  /** Path of the file; the host of a tenant. */
  readonly file: string;
  readonly name: string;
  /** Added by hand rather than found in the workspace. */
  readonly added: boolean;
  readonly state: SessionState;
  /** As its content says, as far as that can be told without the password. */
  readonly type: StoreType | undefined;
  /** Locked by hand: it does not open again by itself. */
  readonly lockedByHand: boolean;
  readonly onDidChange: vscode.Event<void>;
  /** Undefined for a file. */
  readonly tenant?: TenantKeystoreSession;
  /** Of the file as it was read or written last, in octets; undefined while it is locked. */
  readonly fileSize: number | undefined;
  readonly keystore: Keystore | undefined;
  /** The keystore; of a locked one what can be seen without its password. */
  readonly seen: Keystore | undefined;
  /** What would be undone and redone, in words; undefined where there is nothing. */
  readonly undoLabel: string | undefined;
  readonly redoLabel: string | undefined;
  /** As checks and completions see it. */
  readonly view: KeystoreView;
  /** Looks at it for the first time. */
  inspect(): Promise<void>;
  /** @throws FlowKeystoreError why it does not open */
  open(password: string | undefined, signal?: AbortSignal): Promise<Keystore>;
  lock(): void;
  /** Reads it again if it changed. What is wrong with it becomes the state; nothing is thrown. */
  reload(): Promise<void>;
  /**
   * Changes the keystore and saves it.
   * @throws FlowKeystoreError what the edit throws, and why it could not be saved
   */
  edit(
    change: (keystore: Keystore, password: string, passwords: KeystorePasswords) => SessionEdit | Promise<SessionEdit>,
  ): Promise<readonly Change[]>;
  undo(): Promise<string | undefined>;
  redo(): Promise<string | undefined>;
  restore(bytes: Uint8Array, password: string | undefined, label: string): Promise<void>;
  passwordForUse(alias?: string): string;
  passwords(): KeystorePasswords;
  canUseKey(entry: KeyPairEntry): Promise<boolean>;
  useKeyPassword(entry: KeyPairEntry, password: string): Promise<boolean>;
}
