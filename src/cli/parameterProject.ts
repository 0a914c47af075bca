import path from 'node:path';
import { FlowKeystoreError } from '../core/errors';
import { decodeUtf8, encodeText } from '../core/flow/encoding';
import { readDefinitions } from '../core/flow/definitions';
import { applyEdits } from '../core/flow/edit';
import type { ParameterProject, ProjectEdits } from '../core/flow/externalize';
import type { FlowPart } from '../core/flow/model';
import { allParts } from '../core/flow/partFields';
import { nodeFiles } from '../core/flow/nodeFiles';
import { definitionsPathOf, loadFlows, parametersPathsOf, type FlowFile } from '../core/flow/project';
import { replaceFile } from '../core/replaceFile';
import { requireFlows } from './flowFiles';

/** A flow with all that shares its parameters, and what writes to it. */
export interface FlowProject {
  readonly source: FlowFile;
  readonly project: ParameterProject;
  /** Writes the files, each whole; those that had nothing to change are left alone. @returns the files written */
  readonly write: (edits: ProjectEdits) => Promise<string[]>;
}

/** @throws FlowKeystoreError `arguments` for a folder or an archive; as `requireFlows` */
export async function loadProject(file: string, command: string, signal: AbortSignal): Promise<FlowProject> {
  const [source, ...others] = await requireFlows(file, signal);
  if (others.length || source.archived) {
    throw new FlowKeystoreError(
      'arguments',
      `${command} changes one flow file, not a folder or an archive.`,
      { file },
      'Name the .iflw file.',
    );
  }
  const parametersFile = source.parametersFile?.file ?? parametersPathsOf(source.file)[0] ?? '';
  const definitionsFile = definitionsPathOf(parametersFile);
  const beside = await loadFlows([path.dirname(source.file)], nodeFiles, signal);
  const flows = beside.flows.filter(
    (each) =>
      !each.archived &&
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
      const written: string[] = [];
      const put = async (
        target: string,
        text: string,
        bytes: (text: string) => Uint8Array,
        all = edits.parameters,
      ): Promise<void> => {
        if (!all.length) return;
        await replaceFile(target, bytes(applyEdits(text, all)), { what: 'The change' });
        written.push(target);
      };
      const utf8 = (text: string): Uint8Array => encodeText(text, 'utf-8');
      // First what is named, then what names it: a flow never names a parameter that is not there.
      const encoding = source.parametersFile?.encoding ?? 'utf-8';
      const removes = edits.parameters.some(({ text, length }) => text === '' && length > 0);
      const values = (): Promise<void> =>
        put(parametersFile, project.parameters?.text ?? '', (text) => encodeText(text, encoding));
      if (!removes) await values();
      for (const { file: flow, edits: all } of edits.flows) {
        await put(flow, project.flows.find((each) => each.file === flow)?.flow.text ?? '', utf8, all);
      }
      if (removes) await values();
      await put(definitionsFile, project.definitions?.text ?? '', utf8, edits.definitions);
      return written;
    },
  };
}

/** @throws FlowKeystoreError `unreadable` for a file that is no UTF-8 */
async function textOf(file: string): Promise<string | undefined> {
  if ((await nodeFiles.kindOf(file)) !== 'file') return undefined;
  const text = decodeUtf8(await nodeFiles.read(file));
  if (text !== undefined) return text;
  throw new FlowKeystoreError('unreadable', 'The file is not UTF-8.', { file }, 'Export the project again.');
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
