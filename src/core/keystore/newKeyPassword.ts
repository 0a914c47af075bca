import { FlowKeystoreError } from '../errors';
import type { Keystore } from './model';

/**
 * Whether a private key that is put into a keystore has to be sealed under a password of its own: in a PEM file each block has one for itself, and
 * none is known that the file's keys have in common.
 * @param password of the keystore; undefined for one without
 * @throws FlowKeystoreError `password-required` for a keystore of another kind without a password: its keys would be open to all, or not to be
 * opened with the keystore's password
 */
export function needsKeyPassword({ type }: Pick<Keystore, 'type'>, password: string | undefined): boolean {
  if (password !== undefined && password !== '') return false;
  if (type === 'PEM') return true;
  throw new FlowKeystoreError(
    'password-required',
    'The keystore has no password, and private keys need one.',
    {},
    'Set one for the keystore first.',
    { remedy: 'set-password' },
  );
}
