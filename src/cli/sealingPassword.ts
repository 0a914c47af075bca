import { FlowKeystoreError } from '../core/errors';
import type { Keystore } from '../core/keystore/model';
import { needsKeyPassword } from '../core/keystore/newKeyPassword';
import { inFile } from './inFile';
import { emptyPassword, type KeystoreOpener } from './keystores';
import { askNewSecret, type Terminal } from './terminal';

/**
 * The password that new private keys are sealed with: that of the keystore. Of a PEM file that has none of its own, the first one that is named is
 * that of the keys.
 * @throws FlowKeystoreError `password-required`
 */
export async function sealingPassword(
  file: string,
  keystore: Keystore,
  password: string | undefined,
  opener: KeystoreOpener,
  terminal: Terminal,
): Promise<string> {
  if (!(await inFile(file, () => needsKeyPassword(keystore, password)))) return password ?? '';
  const own = opener.passwords[0] ?? (await askNewSecret(terminal, `Password of the new private key in ${file}: `));
  if (own) return own;
  if (own !== undefined && opener.firstVariable !== undefined) throw emptyPassword(opener.firstVariable, file);
  throw new FlowKeystoreError(
    'password-required',
    'The PEM file has no password, and the private key needs one of its own.',
    { file },
    'Put it into an environment variable and name that with --password-env NAME.',
  );
}
