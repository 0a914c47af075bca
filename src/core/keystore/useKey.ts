import type { KeyObject } from 'node:crypto';
import { keyObjectOf } from '../keys/sealedKey';
import { openKeyOf, type KeystorePasswords } from './convert';
import type { KeyPairEntry } from './model';

/**
 * The private key of an entry for signing, in the platform's hands; the opened octets are wiped.
 * @throws FlowKeystoreError `wrong-password`, `unsupported`, `damaged`
 */
export async function signingKeyOf(
  entry: KeyPairEntry,
  passwords: KeystorePasswords,
  signal?: AbortSignal,
): Promise<KeyObject> {
  const opened = await openKeyOf(entry, passwords, signal);
  try {
    return keyObjectOf(opened);
  } finally {
    // An unencrypted key is the file's own copy.
    if (entry.key.form !== 'plain') opened.fill(0);
  }
}
