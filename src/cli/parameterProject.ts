import path from 'node:path';
import { FlowKeystoreError } from '../core/errors';
import { decodeUtf8, encodeText } from '../core/flow/encoding';
import { readDefinitions } from '../core/flow/definitions';
import { applyEdits } from '../core/flow/edit';
import type { ParameterProject, ProjectEdits } from '../core/flow/externalize';
import { archivedPlace } from '../core/flow/archivedPlace';
import type { FlowPart, TextEdit } from '../core/flow/model';
import { allParts } from '../core/flow/partFields';
import { nodeFiles } from '../core/flow/nodeFiles';
import { definitionsPathOf, loadFlows, parametersPathsOf, type FlowFile } from '../core/flow/project';
import { readInArchive } from '../core/flow/zipEntries';
import { requireFlows } from './flowFiles';
import { writeFiles } from './writeFiles';

/** A flow with all that shares its parameters, and what writes to it. */
export interface FlowProject {
  readonly source: FlowFile;
  readonly project: ParameterProject;
  /** Writes the files, each whole; those that had nothing to change are left alone. @returns the files written */
  readonly write: (edits: ProjectEdits) => Promise<string[]>;
}

/** @throws FlowKeystoreError `arguments` for a folder or an archive with several flows; as `requireFlows` */
export async function loadProject(file: string, command: string, signal: AbortSignal): Promise<FlowProject> {
  const [source, ...others] = await requireFlows(file, signal);
  if (others.length) {
    throw new FlowKeystoreError(
      'arguments',
      `${command} changes one flow; there are ${others.length + 1} here.`,
      { file },
      'Name the .iflw file; one in an archive as project.zip!/src/main/resources/....',
    );
  }
  const parametersFile = source.parametersFile?.file ?? parametersPathsOf(source.file)[0] ?? '';
  const definitionsFile = definitionsPathOf(parametersFile);
  const archive = archivedPlace(source.file)?.archive;
  const beside = await loadFlows([archive ?? path.dirname(source.file)], nodeFiles, signal);
  const flows = beside.flows.filter(
    (each) =>
      each.archived === source.archived &&
      path.resolve(each.file) !== path.resolve(source.file) &&
      parametersPathsOf(path.resolve(each.file)).includes(path.resolve(parametersFile)),
  );
  const definitionsText = await textOf(definitionsFile);
  const project: ParameterProject = {
    flows: [source, ...flows],
    parameters: source.parametersFile?.parameters,
    ...(definitionsText === undefined ? {} : { definitions: readDefinitions(definitionsText) }),
  };
  return {
    source,
    project,
    write: async (edits) => {
      const encoding = source.parametersFile?.encoding ?? 'utf-8';
      const values = (): [string, Uint8Array] => [
        parametersFile,
        encodeText(applyEdits(project.parameters?.text ?? '', edits.parameters), encoding),
      ];
      const utf8 = (target: string, text: string, all: readonly TextEdit[]): [string, Uint8Array] => [
        target,
        encodeText(applyEdits(text, all), 'utf-8'),
      ];
      // First what is named, then what names it: a flow never names a parameter that is not there. In an archive all is written at once.
      const removes = edits.parameters.some(({ text, length }) => text === '' && length > 0);
      const textOfFlow = (name: string): string => project.flows.find((each) => each.file === name)?.flow.text ?? '';
      const written = new Map([
        ...(edits.parameters.length && !removes ? [values()] : []),
        ...edits.flows
          .filter((each) => each.edits.length)
          .map((each) => utf8(each.file, textOfFlow(each.file), each.edits)),
        ...(edits.parameters.length && removes ? [values()] : []),
        ...(edits.definitions.length
          ? [utf8(definitionsFile, project.definitions?.text ?? '', edits.definitions)]
          : []),
      ]);
      await writeFiles(written);
      return [...written.keys()];
    },
  };
}

/** @throws FlowKeystoreError `unreadable` for a file that is no UTF-8 */
async function textOf(file: string): Promise<string | undefined> {
  const bytes = await bytesOf(file);
  if (!bytes) return undefined;
  const text = decodeUtf8(bytes);
  if (text !== undefined) return text;
  throw new FlowKeystoreError('unreadable', 'The file is not UTF-8.', { file }, 'Export the project again.');
}

/** In an archive too; undefined where there is no such file. */
async function bytesOf(file: string): Promise<Uint8Array | undefined> {
  const place = archivedPlace(file);
  if (!place) return (await nodeFiles.kindOf(file)) === 'file' ? nodeFiles.read(file) : undefined;
  try {
    return readInArchive(await nodeFiles.read(place.archive), place.inner);
  } catch (error) {
    if (error instanceof FlowKeystoreError && error.code === 'not-found') return undefined;
    throw error instanceof FlowKeystoreError ? error.at({ file: place.archive, detail: place.inner }) : error;
  }
}

/** Keys by the names that `set` has for them. */
const keyNames: Readonly<Record<string, 'authentication' | 'privateKeyAlias' | 'address' | 'credential'>> = {
  authentication: 'authentication',
  'private-key-alias': 'privateKeyAlias',
  address: 'address',
  credential: 'credential',
};

export const targetUsage = `--channel ID --key KEY|${Object.keys(keyNames).join('|')}`;

/** The name of one of the main fields, where a key is given as one. */
export const fieldNamed = (key: string): (typeof keyNames)[string] | undefined =>
  Object.hasOwn(keyNames, key) ? keyNames[key] : undefined;

/** @throws FlowKeystoreError `channel-unknown` */
export function requirePart({ flow }: FlowFile, id: string): FlowPart {
  const parts = allParts(flow);
  const part = parts.find((each) => each.id === id);
  if (part) return part;
  const known = parts.map((each) => (each.name ? `${each.id} (${each.name})` : each.id));
  throw new FlowKeystoreError(
    'channel-unknown',
    'The flow has no such channel or step.',
    { detail: id },
    known.length ? `There are: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', ...' : ''}.` : 'It has none.',
  );
}
