import { FlowKeystoreError } from '../../core/errors';
import { checkAlias, describeAliasProblem } from '../../core/keystore/alias';
import type { Change } from '../../core/keystore/changes';
import { getEntry, renameEntry } from '../../core/keystore/edit';
import { visible } from '../../core/visible';
import { inFile } from '../inFile';
import { KeystoreOpener, saveKeystore } from '../keystores';
import { badArguments, readOptions } from '../options';
import { flowLines, flowsData, planFlowsRename, type FlowsRename } from '../renameInFlows';
import { note, type Terminal } from '../terminal';

export const renameUsage = 'rename KEYSTORE OLD NEW [--flows PATH]... [--dry-run] [--password-env NAME] [--json]';

/** Gives an entry another alias, in the keystore and in the flows that are named. */
export async function rename(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    json: { type: 'boolean' },
    flows: { type: 'string', multiple: true },
    'dry-run': { type: 'boolean' },
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
  // As the keystore has it: JKS knows no capitals.
  const [change] = edited.changes;
  const stored = change?.kind === 'renamed' ? change.to : entry.alias;
  const flows =
    values.flows &&
    (await planFlowsRename(values.flows, { from: entry.alias, to: stored, before: file }, terminal.signal));
  const dryRun = values['dry-run'] === true;
  if (!dryRun) {
    if (edited.changes.length) await saveKeystore(opened, edited.keystore);
    await flows?.write();
  }
  for (const problem of flows?.problems ?? []) note(terminal, `${problem.file} was not looked at: ${problem.message}`);
  if (values.json) terminal.out(`${JSON.stringify(data(file, edited.changes, flows, dryRun), undefined, 2)}\n`);
  else terminal.out(text(file, edited.changes, flows, dryRun));
  return 0;
}

function data(
  file: string,
  changes: readonly Change[],
  flows: FlowsRename | undefined,
  dryRun: boolean,
): Readonly<Record<string, unknown>> {
  return { ...{ file, changes, ...(dryRun && { dryRun }) }, ...(flows && flowsData(flows)) };
}

function text(file: string, changes: readonly Change[], flows: FlowsRename | undefined, dryRun: boolean): string {
  const lines = changes.flatMap((change) =>
    change.kind === 'renamed'
      ? [
          `${file}: "${visible(change.from)}" ${dryRun ? 'would be' : 'is'} "${visible(change.to)}"${dryRun ? '' : ' now'}`,
        ]
      : [],
  );
  if (flows) lines.push(...flowLines(flows));
  return `${(lines.length ? lines : ['Nothing to change.']).join('\n')}\n`;
}
