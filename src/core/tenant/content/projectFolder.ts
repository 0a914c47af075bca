import { mkdir, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { FlowKeystoreError } from '../../errors';
import { replaceFile } from '../../replaceFile';
import { hashesOf, type ProjectFiles } from './archive';
import { originFile, originText, readOrigin, type FlowOrigin } from './origin';

/** A flow that was pulled into a folder. */
export interface PulledProject {
  readonly folder: string;
  readonly origin: FlowOrigin;
}

/**
 * The pulled project that a file or folder is in, or is.
 * @throws FlowKeystoreError `not-found` where it is in none; `damaged`
 */
export async function projectOf(place: string): Promise<PulledProject> {
  for (let folder = path.resolve(place); ; folder = path.dirname(folder)) {
    const text = await readFile(path.join(folder, originFile), 'utf8').catch(() => undefined);
    if (text !== undefined) {
      try {
        return { folder, origin: readOrigin(text) };
      } catch (error) {
        throw error instanceof FlowKeystoreError ? error.at({ file: path.join(folder, originFile) }) : error;
      }
    }
    if (path.dirname(folder) === folder) break;
  }
  throw new FlowKeystoreError(
    'not-found',
    'This was not pulled from a tenant.',
    { file: place },
    'Pull the flow from its tenant first.',
  );
}

/**
 * The files of a pulled project as they are now: what was pulled and what came since; of hidden files (a leading dot) those alone that were pulled.
 * @throws FlowKeystoreError `unreadable`
 */
export async function readProject({ folder, origin }: PulledProject): Promise<ProjectFiles> {
  const files = new Map<string, Uint8Array>();
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(path.join(folder, below), { withFileTypes: true });
    for (const entry of entries) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      const pulled = Object.keys(origin.files).some((each) => each === name || each.startsWith(`${name}/`));
      if (entry.name === originFile || (entry.name.startsWith('.') && !pulled) || entry.name === 'node_modules') {
        continue;
      }
      if (entry.isDirectory()) await walk(name);
      else if (entry.isFile()) files.set(name, await readFile(path.join(folder, name)));
    }
  };
  try {
    await walk('');
  } catch (cause) {
    throw new FlowKeystoreError('unreadable', 'The project cannot be read.', { file: folder }, undefined, { cause });
  }
  return files;
}

/**
 * Writes a project into a folder. What was pulled before and is no longer part of it is deleted; other files stay.
 * @param before as it was pulled last
 * @throws FlowKeystoreError `unwritable`
 */
export async function writeProject(
  folder: string,
  files: ProjectFiles,
  origin: FlowOrigin,
  before?: FlowOrigin,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of Object.keys(before?.files ?? {})) {
    if (files.has(name) || !(await staysInside(folder, name))) continue;
    await rm(path.join(folder, name), { force: true });
  }
  for (const [name, bytes] of files) {
    const file = path.join(folder, name);
    const same = await readFile(file).then(
      (old) => Buffer.compare(old, bytes) === 0,
      () => false,
    );
    if (same) continue;
    if (!(await staysInside(folder, name))) {
      throw new FlowKeystoreError('unwritable', 'A link leads out of the folder of the project.', { file });
    }
    await mkdir(path.dirname(file), { recursive: true });
    await replaceFile(file, bytes, { what: 'the file' });
  }
  await writeOrigin(folder, origin);
}

/** Whether the folders that are there on the way to a file lead nowhere else: links may lie in a folder that somebody else made. */
async function staysInside(folder: string, name: string): Promise<boolean> {
  const root = await realpath(folder);
  for (let parent = path.dirname(path.join(folder, name)); ; parent = path.dirname(parent)) {
    const real = await realpath(parent).catch(() => undefined);
    if (real !== undefined) return real === root || real.startsWith(root + path.sep);
  }
}

/** @throws FlowKeystoreError `unwritable` */
export async function writeOrigin(folder: string, origin: FlowOrigin): Promise<void> {
  await mkdir(folder, { recursive: true });
  await replaceFile(path.join(folder, originFile), Buffer.from(originText(origin)), { what: 'the file' });
}

/** Whether a folder is there and has something in it. */
export async function isOccupied(folder: string): Promise<boolean> {
  if (!(await stat(folder).catch(() => undefined))) return false;
  return (await readdir(folder).catch(() => ['?'])).length > 0;
}

/** The files that are not as they were pulled. */
export function changedSince(origin: FlowOrigin, files: ProjectFiles): readonly string[] {
  const now = hashesOf(files);
  const paths = new Set([...Object.keys(origin.files), ...Object.keys(now)]);
  return [...paths].filter((each) => origin.files[each] !== now[each]).sort();
}
