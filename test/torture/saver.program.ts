import { readFileSync } from 'node:fs';
import { addCertificates, removeEntries } from '../../src/core/keystore/edit';
import { readKeystoreFile, writeKeystoreFile } from '../../src/core/keystore/file';
import { readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { Certificate } from '../../src/core/certificates/certificate';

/** Saves a keystore over and over until it is killed: a certificate comes and goes. A dot on the standard output for each save. */
async function main(): Promise<void> {
  const [file = '', password = '', der = ''] = process.argv.slice(2);
  const certificate = Certificate.parse(readFileSync(der));
  for (;;) {
    const { bytes, stamp } = await readKeystoreFile(file);
    const keystore = await readKeystore(bytes, password);
    const has = keystore.entries.some(({ alias }) => alias === 'guest');
    const edited = has
      ? removeEntries(keystore, ['guest'])
      : addCertificates(keystore, [{ alias: 'guest', certificate }]);
    const written = await writeKeystore(edited.keystore, password);
    for (let again = stamp, both = [bytes, written], i = 1; i < 40; i++) {
      // Thousands of replacements, and the time of a derived key but once.
      again = await writeKeystoreFile(file, both[i % 2] ?? written, again, { backups: 2 });
      process.stdout.write('.');
    }
  }
}

void main();
