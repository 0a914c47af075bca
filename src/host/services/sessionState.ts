import { FlowKeystoreError } from '../../core/errors';
import type { Change } from '../../core/keystore/changes';
import type { FileStamp } from '../../core/keystore/file';
import type { Keystore } from '../../core/keystore/model';

export type SessionState =
  /**
   * `password-changed`: it was open, and its password no longer fits. `offline`: a tenant that does not answer. `seen`: what anybody can see of it without the
   * password; of a tenant what it listed last.
   */
  | { readonly kind: 'locked'; readonly reason?: 'password-changed' | 'offline'; readonly seen?: Keystore }
  /** `stamp`: of a file, as it was read. */
  | { readonly kind: 'open'; readonly keystore: Keystore; readonly stamp?: FileStamp }
  | { readonly kind: 'error'; readonly error: FlowKeystoreError };

/** What an edit made; `password` where it is another one from now on. */
export interface SessionEdit {
  readonly keystore: Keystore;
  readonly changes: readonly Change[];
  readonly password?: string;
}

export function isPasswordError(error: unknown): boolean {
  return error instanceof FlowKeystoreError && (error.code === 'wrong-password' || error.code === 'password-required');
}
