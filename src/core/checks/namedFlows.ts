import { FlowKeystoreError } from '../errors';
import { archivedPlace } from '../flow/archivedPlace';
import { loadFlows, type FlowFiles, type FlowProjects } from '../flow/project';
import { isZip } from '../flow/zip';
import { detectStoreType } from '../keystore/detect';

/**
 * The flows of files, folders and archives that somebody named: a wrong path must not pass for flows without findings.
 * @throws FlowKeystoreError as `loadFlows`; `flow-broken` for a file that is something else, `not-found` where there is no flow at all
 */
export async function loadNamedFlows(
  paths: readonly string[],
  files: FlowFiles,
  signal?: AbortSignal,
): Promise<FlowProjects> {
  for (const path of paths) await refuseOther(path, files);
  const projects = await loadFlows(paths, files, signal);
  const [file] = paths;
  if (file === undefined || projects.flows.length || projects.problems.length) return projects;
  throw new FlowKeystoreError(
    'not-found',
    paths.length > 1 ? 'There is no flow in it, nor in the others.' : 'There is no flow in it.',
    { file },
    'Name an .iflw file, a folder with such files in it, or a project or package as SAP exports it (.zip).',
  );
}

async function refuseOther(file: string, files: FlowFiles): Promise<void> {
  const kind = await files.kindOf(file);
  // A flow in an archive: the loader says where there is none.
  if (!kind && archivedPlace(file)) return;
  if (!kind) throw new FlowKeystoreError('not-found', 'There is no such file or folder.', { file }, 'Check the path.');
  if (kind === 'folder' || /\.(iflw|zip)$/i.test(file)) return;
  // What cannot be read is said by the loader.
  const bytes = await files.read(file).catch(() => undefined);
  const error = bytes && notAFlow(file, bytes);
  if (error) throw error;
}

const whatToGive = 'Give the .iflw file, the folder of its project, or the project as SAP exports it (.zip)';

/**
 * Says what a file is that was given in place of a flow. To speak of its broken XML would send the reader off to mend it.
 * @returns undefined for what may be a flow, be it broken, and for an archive
 */
export function notAFlow(file: string, bytes: Uint8Array): FlowKeystoreError | undefined {
  if (isZip(bytes)) return undefined;
  const error = (what: string, next: string): FlowKeystoreError =>
    new FlowKeystoreError('flow-broken', `This is ${what}, not a flow.`, { file }, next);
  const store = detectStoreType(bytes);
  if (store) return error(`a keystore (${store})`, `${whatToGive}; keystores have an option of their own.`);
  if (/\.(prop|propdef|properties)$/i.test(file)) {
    return error('a file of parameters', `${whatToGive}: its parameters are read along with it.`);
  }
  if (!bytes.length) return error('an empty file', `${whatToGive}.`);
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096))
    .toString('utf8')
    .replace(/^\ufeff?\s*/, '');
  return start.startsWith('<') ? undefined : error('something else', `${whatToGive}.`);
}
