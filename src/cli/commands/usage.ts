import { whereUsed, type AliasUse } from '../../core/checks/whereUsed';
import { parameterOf } from '../../core/flow/parameters';
import type { FlowFile } from '../../core/flow/project';
import { visible } from '../../core/visible';
import { counted } from '../counted';
import { flowsIn } from '../flowFiles';
import { KeystoreOpener } from '../keystores';
import { badArguments, readOptions } from '../options';
import { partData } from '../renameInFlows';
import { note, type Terminal } from '../terminal';

export const usageUsage = 'usage [ALIAS] PATH... [--keystore FILE [--unused]] [--password-env NAME] [--json]';

/**
 * Where an alias is used in flows; with a keystore and no alias, where each of its entries is, or which are used nowhere. Left-over values are listed, and marked:
 * they do not count as a use.
 */
export async function usage(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    json: { type: 'boolean' },
    keystore: { type: 'string' },
    unused: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  if (values.unused && values.keystore === undefined) throw badArguments('--unused goes with --keystore FILE.');
  const ofKeystore = values.keystore !== undefined;
  const alias = ofKeystore ? undefined : positionals[0];
  const rest = ofKeystore ? positionals : positionals.slice(1);
  if ((!ofKeystore && alias === undefined) || !rest.length) {
    throw badArguments('usage takes an alias (or --keystore FILE), and files, folders or archives with flows.');
  }
  const entries =
    values.keystore === undefined
      ? undefined
      : (await new KeystoreOpener(values['password-env'] ?? [], terminal).open(values.keystore)).keystore.entries;
  const { flows, problems } = await flowsIn(rest, terminal.signal);
  for (const problem of problems) note(terminal, `${problem.file} was not looked at: ${problem.message}`);
  const all = usesByAlias(flows);
  const wanted = entries?.map((entry) => entry.alias) ?? [alias ?? ''];
  const found = wanted
    .map((each) => ({ alias: each, uses: all.get(each.toLowerCase()) ?? [] }))
    .filter(({ uses }) => !values.unused || !uses.some(({ use }) => use.used !== 'no'));
  if (values.json) {
    const data = { aliases: found.map((each) => ({ alias: each.alias, uses: each.uses.map(useData) })) };
    terminal.out(`${JSON.stringify(data, undefined, 2)}\n`);
  } else if (values.unused) {
    terminal.out(
      found.map((each) => `${visible(each.alias)}\n`).join('') ||
        `Each of ${counted(wanted.length, 'entry', 'entries')} is used.\n`,
    );
  } else terminal.out(found.map(usesText).join('\n'));
  return 0;
}

interface FoundUse {
  readonly use: AliasUse;
  /** The parameter whose value it is, with the file that has it. */
  readonly parameter?: { readonly name: string; readonly file: string };
}

/** By the alias in lower case: Java finds entries so. */
function usesByAlias(flows: readonly FlowFile[]): ReadonlyMap<string, readonly FoundUse[]> {
  const found = new Map<string, FoundUse[]>();
  for (const source of flows) {
    for (const [alias, uses] of whereUsed([source])) {
      const known = found.get(alias.toLowerCase()) ?? [];
      found.set(alias.toLowerCase(), [...known, ...uses.map((use) => ({ use, ...parameterOfUse(source, use) }))]);
    }
  }
  return found;
}

function parameterOfUse({ flow, parametersFile }: FlowFile, { place }: AliasUse): Pick<FoundUse, 'parameter'> {
  const { offset, length } = place.span;
  const [, name] = /^\{\{([^{}]+)\}\}$/.exec(flow.text.slice(offset, offset + length)) ?? [];
  if (name === undefined || !parametersFile || !parameterOf(parametersFile.parameters, name)) return {};
  return { parameter: { name, file: parametersFile.file } };
}

function useData({ use, parameter }: FoundUse): unknown {
  const { flow, part, key, role, place, used } = use;
  return {
    file: place.file,
    line: place.line,
    column: place.column,
    flow,
    ...partData(part),
    key,
    role,
    used,
    ...(parameter && { parameter }),
  };
}

function usesText({ alias, uses }: { readonly alias: string; readonly uses: readonly FoundUse[] }): string {
  const lines = uses.map(({ use, parameter }) => {
    const { flow, part, key, place, used } = use;
    const facts = [
      `${part.kind} ${visible(part.name || part.id)} (${part.label})`,
      key,
      ...(parameter ? [`parameter "${visible(parameter.name)}"`] : []),
      ...(used === 'no' ? ['left over, not read'] : used === 'unknown' ? ['may be read'] : []),
    ];
    return `  ${place.file}:${place.line}:${place.column}: ${visible(flow)}: ${facts.join(', ')}\n`;
  });
  return `${visible(alias)}: ${lines.length ? counted(lines.length, 'place') : 'used nowhere'}\n${lines.join('')}`;
}
