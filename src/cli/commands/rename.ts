import { FlowKeystoreError } from '../../core/errors';
import { checkAlias, describeAliasProblem } from '../../core/keystore/alias';
import { getEntry, renameEntry } from '../../core/keystore/edit';
import { inFile } from '../inFile';
import { KeystoreOpener, saveKeystore } from '../keystores';
import { badArguments, readOptions } from '../options';
import { note, type Terminal } from '../terminal';

export const renameUsage = 'rename KEYSTORE OLD NEW [--password-env NAME] [--json]';

/** Gives an entry another alias. */
export async function rename(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    json: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  const [file, from, to, ...more] = positionals;
  if (file === undefined || from === undefined || to === undefined || more.length) {
    throw badArguments('rename takes a keystore file, an alias and the new alias.');
  }
  const opened = await new KeystoreOpener(values['password-env'] ?? [], terminal).open(file);
  const entry = await inFile(file, () => getEntry(opened.keystore, from));
  const taken = opened.keystore.entries.filter((other) => other !== entry).map(({ alias }) => alias);
  for (const problem of checkAlias(to, taken)) {
    const text = describeAliasProblem(problem);
    if (problem.severity === 'warning') note(terminal, text);
    else {
      const code = problem.code === 'taken' ? 'alias-exists' : 'alias-invalid';
      throw new FlowKeystoreError(code, text, { file }, 'Choose another alias.');
    }
  }
  const edited = await inFile(file, () => renameEntry(opened.keystore, entry.alias, to));
  if (edited.changes.length) await saveKeystore(opened, edited.keystore);
  if (values.json) terminal.out(`${JSON.stringify({ file, changes: edited.changes }, undefined, 2)}\n`);
  else if (!edited.changes.length) terminal.out('Nothing to change.\n');
  for (const change of values.json ? [] : edited.changes) {
    if (change.kind === 'renamed') terminal.out(`${file}: "${change.from}" is "${change.to}" now\n`);
  }
  return 0;
}
