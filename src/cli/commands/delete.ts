import { backupOf } from '../../core/keystore/backups';
import { removeEntries } from '../../core/keystore/edit';
import { inFile } from '../inFile';
import { KeystoreOpener, saveKeystore } from '../keystores';
import { badArguments, readOptions } from '../options';
import type { Terminal } from '../terminal';

export const deleteUsage = 'delete KEYSTORE ALIAS... --yes [--password-env NAME] [--json]';

/** Takes entries out of a keystore, all or none. */
export async function deleteEntries(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    json: { type: 'boolean' },
    yes: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  const [file, ...aliases] = positionals;
  if (file === undefined || !aliases.length) {
    throw badArguments('delete takes a keystore file and the aliases to delete.');
  }
  const opened = await new KeystoreOpener(values['password-env'] ?? [], terminal).open(file);
  const edited = await inFile(file, () => removeEntries(opened.keystore, aliases));
  const keys = edited.changes.filter(
    (change) =>
      change.kind === 'removed' &&
      opened.keystore.entries.some(({ alias, kind }) => alias === change.alias && kind === 'keyPair'),
  ).length;
  if (!values.yes) {
    const lost = keys ? `, ${keys === 1 ? 'a private key' : `${keys} private keys`} among them` : '';
    const what = edited.changes.length === 1 ? 'one entry' : `${edited.changes.length} entries`;
    throw badArguments(`This would delete ${what}${lost}; nothing was deleted.`, 'Say --yes to delete.');
  }
  await saveKeystore(opened, edited.keystore);
  if (values.json) terminal.out(`${JSON.stringify({ file, changes: edited.changes }, undefined, 2)}\n`);
  else {
    for (const change of edited.changes) {
      if (change.kind === 'removed') terminal.out(`${file}: "${change.alias}" is deleted\n`);
    }
    if (!opened.tenant) terminal.out(`The keystore as it was is kept as ${backupOf(file)}\n`);
  }
  return 0;
}
