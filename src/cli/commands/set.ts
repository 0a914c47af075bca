import { FlowKeystoreError } from '../../core/errors';
import { encodeText } from '../../core/flow/encoding';
import { applyEdits, editField, requireChannel, type EditPlace } from '../../core/flow/edit';
import { fieldsOf } from '../../core/flow/fields';
import type { Field, FieldName } from '../../core/flow/model';
import { hasPlaceholder, isDynamic, readParameters } from '../../core/flow/parameters';
import type { FlowFile } from '../../core/flow/project';
import { readFlow } from '../../core/flow/read';
import { requireFlows } from '../flowFiles';
import { writeFiles } from '../writeFiles';
import { badArguments, readOptions } from '../options';
import { note, type Terminal } from '../terminal';

export const setUsage =
  'set FLOW --channel ID [--authentication VALUE] [--private-key-alias VALUE] [--address VALUE] [--credential VALUE] [--in flow|parameters] [--add] [--json]';

const fieldOptions: Readonly<Record<string, FieldName>> = {
  authentication: 'authentication',
  'private-key-alias': 'privateKeyAlias',
  address: 'address',
  credential: 'credential',
};

interface Change {
  readonly file: string;
  /** In octets, in the file as it was before this change. */
  readonly offset: number;
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** Changes values of a channel, and nothing but their bytes. */
export async function set(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    channel: { type: 'string' },
    authentication: { type: 'string' },
    'private-key-alias': { type: 'string' },
    address: { type: 'string' },
    credential: { type: 'string' },
    in: { type: 'string' },
    add: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length) throw badArguments('set takes one flow.');
  if (values.channel === undefined) {
    throw badArguments('set needs --channel ID.', 'List the channels with: flow-keystore flows FILE');
  }
  const place = readPlace(values.in);
  const wanted = Object.entries(fieldOptions).flatMap(([option, field]) => {
    const value = values[option as keyof typeof values];
    return typeof value === 'string' ? [{ field, value }] : [];
  });
  if (!wanted.length) throw badArguments(`set needs a value to set: --${Object.keys(fieldOptions).join(', --')}.`);

  const changes: Change[] = [];
  const notes: string[] = [];
  const texts = new Map<string, { text: string; encode: (text: string) => Uint8Array }>();
  let source = await loadOne(file, terminal.signal);
  for (const { field, value } of wanted) {
    const made = change(source, values.channel, field, value, place, values.add ?? false);
    if (made) {
      changes.push(made.change);
      if (made.note !== undefined) notes.push(made.note);
      texts.set(made.change.file, made);
      source = made.source;
    }
  }
  for (const text of notes) note(terminal, text);
  await writeFiles(new Map([...texts].map(([target, { text, encode }]) => [target, encode(text)])));
  if (values.json) terminal.out(`${JSON.stringify({ ...changes[0], changes }, undefined, 2)}\n`);
  else terminal.out(changes.length ? changes.map(changeText).join('') : 'Nothing to change.\n');
  return 0;
}

function readPlace(text: string | undefined): EditPlace | undefined {
  if (text === undefined || text === 'flow' || text === 'parameters') return text;
  throw badArguments(`--in takes flow or parameters, not "${text}".`);
}

async function loadOne(file: string, signal: AbortSignal): Promise<FlowFile> {
  const [only, ...others] = await requireFlows(file, signal);
  if (!others.length) return only;
  throw new FlowKeystoreError(
    'arguments',
    'set changes one flow, and there are several.',
    { file },
    `Name one of them: ${[only, ...others.slice(0, 9)].map((each) => each.file).join(', ')}`,
  );
}

/** One value changed in memory; undefined where it is that value already. */
function change(
  source: FlowFile,
  channelId: string,
  name: FieldName,
  value: string,
  place: EditPlace | undefined,
  add: boolean,
) {
  const { flow, parametersFile } = source;
  try {
    const channel = requireChannel(flow, channelId);
    const parameters = parametersFile?.parameters;
    const field = fieldsOf(channel, parameters)[name];
    if (!field) {
      throw new FlowKeystoreError(
        'property-unknown',
        `The ${channel.adapter || 'unknown'} adapter of the channel has no such setting (${name}).`,
        { detail: channelId },
        'Change it as text.',
      );
    }
    const edit = editField({ flow, part: channel, parameters }, field, value, place, { add });
    const [first] = edit.edits;
    if (!first) return undefined;
    const inFlow = edit.place === 'flow' || !parametersFile;
    const owner = inFlow
      ? { file: source.file, text: flow.text, encoding: 'utf-8' as const }
      : { file: parametersFile.file, text: parametersFile.parameters.text, encoding: parametersFile.encoding };
    const encode = (text: string): Uint8Array => encodeText(text, owner.encoding);
    const text = applyEdits(owner.text, edit.edits);
    const offset = encode(owner.text.slice(0, first.offset)).length;
    return {
      change: { file: owner.file, offset, key: edit.key, before: edit.before ?? '', after: edit.after },
      text,
      encode,
      note: unknownValue(field, edit.after),
      source: reread(source, inFlow, text),
    };
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file: source.file }) : error;
  }
}

/** An adapter may have values that are not in the table, so an unknown one is written, but not in silence. */
function unknownValue({ options, key }: Field, value: string): string | undefined {
  if (!options?.length || isDynamic(value) || hasPlaceholder(value)) return undefined;
  if (options.some((option) => option.value === value)) return undefined;
  return `"${value}" is no value of ${key} that is known here. Known: ${options.map((option) => option.value).join(', ')}.`;
}

/** The flow with its new text, so that the next value is placed in what the file will be. */
function reread(source: FlowFile, inFlow: boolean, text: string): FlowFile {
  if (inFlow) return { ...source, flow: readFlow(text, source.flow.name) };
  const { parametersFile } = source;
  return parametersFile
    ? { ...source, parametersFile: { ...parametersFile, parameters: readParameters(text) } }
    : source;
}

function changeText({ file, key, before, after }: Change): string {
  return `${file}: ${key}: "${before}" -> "${after}"\n`;
}
