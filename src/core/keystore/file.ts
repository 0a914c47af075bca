import { createHash, randomBytes } from 'node:crypto';
import { copyFile, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { FlowKeystoreError } from '../errors';
import { checkSize } from './store';

/** Which version of a file was read: SHA-256 of its content. */
export type FileStamp = string;

export interface FileContent {
  readonly bytes: Uint8Array;
  readonly stamp: FileStamp;
}

/**
 * Reads a keystore file.
 * @throws FlowKeystoreError `not-found`, `unreadable`, `too-large` (found by size, before anything is read)
 */
export async function readKeystoreFile(file: string, signal?: AbortSignal): Promise<FileContent> {
  try {
    const { size } = await stat(file);
    checkSize(size);
    const bytes = await readFile(file, signal && { signal });
    return { bytes, stamp: stampOf(bytes) };
  } catch (error) {
    throw readingFailed(error, file);
  }
}

/**
 * Replaces a keystore file: written beside it, flushed, the version before kept as `<name>.bak`, then renamed over it, so that a reader
 * sees the old or the new file whole.
 * @param expected what was read before; `null` when the file must not exist yet
 * @throws FlowKeystoreError `changed-on-disk` when another program wrote it meanwhile, `unwritable`
 */
export async function writeKeystoreFile(
  file: string,
  bytes: Uint8Array,
  expected: FileStamp | null,
): Promise<FileStamp> {
  // A symbolic link stays one: what it points to is replaced.
  const target = await realTarget(file);
  const before = await currentVersion(target);
  if ((before?.stamp ?? null) !== expected) throw conflict(file, before === undefined, expected === null);
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', before?.mode ?? 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (before) await copyFile(target, backupOf(target));
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw new FlowKeystoreError(
      'unwritable',
      `The keystore could not be saved (${code || String(cause)}); the file is as it was.`,
      { file },
      code === 'ENOSPC' ? 'Free some space on the disk.' : 'Check that you may write to the file and its folder.',
      { cause },
    );
  }
  return stampOf(bytes);
}

/** Where the version before the last save is kept. */
export function backupOf(file: string): string {
  return `${file}.bak`;
}

export function stampOf(bytes: Uint8Array): FileStamp {
  return createHash('sha256').update(bytes).digest('hex');
}

async function realTarget(file: string): Promise<string> {
  return realpath(file).catch(() => file);
}

async function currentVersion(file: string): Promise<{ stamp: FileStamp; mode: number } | undefined> {
  try {
    const [bytes, { mode }] = await Promise.all([readFile(file), stat(file)]);
    return { stamp: stampOf(bytes), mode: mode & 0o777 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw readingFailed(error, file);
  }
}

function conflict(file: string, gone: boolean, wasNew: boolean): FlowKeystoreError {
  const what = wasNew
    ? 'A file of that name exists already; it was not touched.'
    : gone
      ? 'The keystore was deleted by another program in the meantime; nothing was saved.'
      : 'The keystore was changed by another program in the meantime; nothing was saved.';
  const next = wasNew ? 'Choose another name.' : 'Reload it, look at what changed, and make your change again.';
  return new FlowKeystoreError('changed-on-disk', what, { file }, next);
}

function readingFailed(error: unknown, file: string): unknown {
  if (error instanceof FlowKeystoreError) return error.at({ file });
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    return new FlowKeystoreError('not-found', 'There is no such file.', { file }, 'Check the path.', { cause: error });
  }
  if (code === 'EISDIR') {
    return new FlowKeystoreError('unreadable', 'This is a folder, not a keystore file.', { file }, undefined, {
      cause: error,
    });
  }
  if (code === undefined) return error;
  return new FlowKeystoreError(
    'unreadable',
    `The file cannot be read (${code}).`,
    { file },
    'Check that you may read it.',
    { cause: error },
  );
}
