import { FlowKeystoreError } from '../../core/errors';
import { detectStoreType } from '../../core/keystore/detect';
import { readKeystoreFile } from '../../core/keystore/file';
import { openForText } from '../../core/keystore/openForText';
import { stableText } from '../../core/keystore/stableText';
import type { KeystoreOpener } from '../keystores';
import { note, type Terminal } from '../terminal';

/**
 * A keystore as text for comparisons. Git gives up on a comparison in which this fails, and may ask for versions with passwords of long ago: a
 * keystore that does not open is said to be so in the text, with the digest that tells two versions apart. Nobody is asked for a password.
 */
export async function stableListing(file: string, { passwords }: KeystoreOpener, terminal: Terminal): Promise<string> {
  const { bytes, stamp } = await readKeystoreFile(file, terminal.signal);
  try {
    if (!bytes.length) return 'An empty file\n';
    const keystore = await openForText(bytes, passwords, terminal.signal);
    if (keystore) return await stableText(keystore);
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file }) : error;
  }
  note(
    terminal,
    `${file}: nothing of it can be seen without its password. Put that into an environment variable and name it with --password-env NAME.`,
  );
  const why = passwords.length ? 'none of the passwords given opens it' : 'no password was given';
  return `${detectStoreType(bytes) ?? 'Unknown'} keystore, not opened: ${why}\nSHA-256 of the file: ${stamp}\n`;
}
