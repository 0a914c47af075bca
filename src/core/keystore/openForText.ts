import { FlowKeystoreError } from '../errors';
import type { Keystore } from './model';
import { isPartial, readKeystore, readWithoutPassword } from './store';

/**
 * Opens a version of a keystore to be looked at, and never to be written: with the first of the passwords that fits.
 * @returns the keystore; where none fits, what can be seen without one; undefined where that is nothing
 * @throws FlowKeystoreError `not-a-keystore`, `damaged` and whatever else is wrong with it but the password
 */
export async function openForText(
  bytes: Uint8Array,
  passwords: readonly (string | undefined)[],
  signal?: AbortSignal,
): Promise<Keystore | undefined> {
  const options = signal ? { signal } : {};
  for (const password of new Set([undefined, ...passwords])) {
    try {
      return await readKeystore(bytes, password, options);
    } catch (error) {
      const refused =
        error instanceof FlowKeystoreError && (error.code === 'wrong-password' || error.code === 'password-required');
      if (!refused) throw error;
    }
  }
  return readWithoutPassword(bytes, options);
}

/** Whether a keystore was opened so far that a comparison with another version makes sense: all certificates are there. */
export function showsAllCertificates(keystore: Keystore): boolean {
  return (
    !isPartial(keystore) || !keystore.notes.some((note) => note.code === 'read-without-password' && note.encryptedParts)
  );
}
