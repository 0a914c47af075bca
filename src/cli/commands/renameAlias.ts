import { FlowKeystoreError } from '../../core/errors';
import { checkAlias, describeAliasProblem } from '../../core/keystore/alias';
import { badArguments, readOptions } from '../options';
import { flowLines, flowsData, planFlowsRename } from '../renameInFlows';
import { note, type Terminal } from '../terminal';
import { rename } from './rename';

export const renameAliasUsage =
  'rename-alias OLD NEW PATH... [--keystore FILE] [--dry-run] [--password-env NAME] [--json]';

/** Gives an alias another name in flows and their parameters; with a keystore its entry first. */
export async function renameAliasIn(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    json: { type: 'boolean' },
    keystore: { type: 'string' },
    'dry-run': { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  const [from, to, ...paths] = positionals;
  if (from === undefined || to === undefined || !paths.length) {
    throw badArguments('rename-alias takes an alias, the new alias, and files, folders or archives with flows.');
  }
  const dryRun = values['dry-run'] === true;
  if (values.keystore !== undefined) {
    const passwords = (values['password-env'] ?? []).map((name) => `--password-env=${name}`);
    const flags = [...(values.json ? ['--json'] : []), ...(dryRun ? ['--dry-run'] : []), ...passwords];
    return rename([...flags, ...paths.map((each) => `--flows=${each}`), '--', values.keystore, from, to], terminal);
  }
  for (const problem of checkAlias(to, [])) {
    if (problem.severity !== 'warning') {
      throw new FlowKeystoreError('alias-invalid', describeAliasProblem(problem), {}, 'Choose another alias.');
    }
    note(terminal, describeAliasProblem(problem));
  }
  const flows = await planFlowsRename(paths, { from, to }, terminal.signal);
  if (!dryRun) await flows.write();
  for (const problem of flows.problems) note(terminal, `${problem.file} was not looked at: ${problem.message}`);
  const data = { from, to, ...(dryRun && { dryRun }), ...flowsData(flows) };
  terminal.out(values.json ? `${JSON.stringify(data, undefined, 2)}\n` : `${flowLines(flows).join('\n')}\n`);
  return 0;
}
