import { FlowKeystoreError } from '../../core/errors';
import { externalize, internalize, type ProjectEdits, type Target } from '../../core/flow/externalize';
import { fieldsOf } from '../../core/flow/fields';
import type { Span } from '../../core/flow/model';
import { isChannel, propertyOf } from '../../core/flow/adapters';
import type { FlowFile } from '../../core/flow/project';
import { visible } from '../../core/visible';
import { badArguments, readOptions } from '../options';
import { fieldNamed, loadProject, requirePart, targetUsage } from '../parameterProject';
import type { Terminal } from '../terminal';

export const externalizeUsage = `externalize FLOW ${targetUsage} --name NAME [--piece TEXT] [--take-value] [--dry-run] [--json]`;
export const internalizeUsage = `internalize FLOW ${targetUsage} [--name NAME] [--dry-run] [--json]`;

const common = {
  channel: { type: 'string' },
  key: { type: 'string' },
  name: { type: 'string' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** Makes a parameter of a value: in the flow, parameters.prop and parameters.propdef. */
export async function externalizeValue(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    ...common,
    piece: { type: 'string' },
    'take-value': { type: 'boolean' },
  });
  const { name } = values;
  if (name === undefined) throw badArguments('externalize needs --name NAME, the name of the parameter.');
  return change('externalize', positionals, values, terminal, (project, target) => {
    const piece = values.piece === undefined ? {} : { piece: pieceOf(target, values.piece) };
    return {
      ...externalize(project, target, name, { ...piece, ...(values['take-value'] ? { takeValue: true } : {}) }),
      name,
    };
  });
}

/** Puts the value of a parameter into the flow, and removes the parameter where nothing else uses it. */
export async function internalizeValue(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, common);
  return change('internalize', positionals, values, terminal, (project, target) =>
    internalize(project, target, values.name),
  );
}

type Planned = ProjectEdits & {
  readonly value: string;
  readonly name?: string;
  readonly removed?: readonly string[];
};

interface Values {
  readonly channel?: string | undefined;
  readonly key?: string | undefined;
  readonly 'dry-run'?: boolean | undefined;
  readonly json?: boolean | undefined;
}

async function change(
  command: string,
  positionals: readonly string[],
  values: Values,
  terminal: Terminal,
  plan: (project: Parameters<typeof externalize>[0], target: Target) => Planned,
): Promise<number> {
  const [file, ...more] = positionals;
  if (file === undefined || more.length) throw badArguments(`${command} takes one flow.`);
  const { channel, key } = values;
  if (channel === undefined || key === undefined) {
    throw badArguments(
      `${command} needs --channel ID (of a channel or a step) and --key KEY.`,
      'List the channels with: flow-keystore flows FILE',
    );
  }
  const { source, project, write } = await loadProject(file, command, terminal.signal);
  let planned: Planned;
  try {
    planned = plan(project, targetOf(source, channel, key));
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file: source.file }) : error;
  }
  const { flows, parameters, definitions, value, ...told } = planned;
  const dryRun = values['dry-run'] === true;
  const files = dryRun ? [] : await write({ flows, parameters, definitions });
  if (values.json) {
    const data = { channel, key, value, ...told, ...(dryRun ? { dryRun } : { files }) };
    terminal.out(`${JSON.stringify(data, undefined, 2)}\n`);
    return 0;
  }
  const done = command === 'externalize' ? 'a parameter with the value' : 'in the flow with the value';
  terminal.out(`${channel}: ${key}: ${dryRun ? 'would be ' : ''}${done} "${visible(value)}"\n`);
  for (const each of files) terminal.out(`${each}: written\n`);
  return 0;
}

function targetOf(source: FlowFile, id: string, key: string): Target {
  const part = requirePart(source, id);
  const name = fieldNamed(key);
  const field = name && isChannel(part) ? fieldsOf(part, source.parametersFile?.parameters)[name] : undefined;
  if (name && !field) {
    throw new FlowKeystoreError(
      'property-unknown',
      `The channel has no ${key} that is known here.`,
      { detail: id },
      'Name the key as the flow has it.',
    );
  }
  return { file: source.file, part, key: field?.key ?? key };
}

/** Where a piece of the value is; it is there once. */
function pieceOf({ part, key }: Target, piece: string): Span {
  const value = propertyOf(part, key)?.value ?? '';
  const offset = value.indexOf(piece);
  if (piece === '' || offset < 0 || value.includes(piece, offset + 1)) {
    throw badArguments(
      `--piece takes a piece of the value that is there once; the value is "${visible(value)}".`,
      'Leave --piece out to take all of it.',
    );
  }
  return { offset, length: piece.length };
}
