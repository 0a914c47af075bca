import { createHash } from 'node:crypto';
import { statSync, type BigIntStats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { FlowKeystoreError } from '../errors';
import { replaceFile } from '../replaceFile';
import { keepBackup } from './backups';
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
    const found = await stat(file);
    // A device or a pipe may never end.
    if (!found.isFile() && !found.isDirectory()) {
      throw new FlowKeystoreError(
        'unreadable',
        'This is no file, but a device or a pipe.',
        { file },
        'Name a keystore file.',
      );
    }
    checkSize(found.size);
    const bytes = await readFile(file, signal && { signal });
    return { bytes, stamp: stampOf(bytes) };
  } catch (error) {
    throw readingFailed(error, file);
  }
}

export interface WriteOptions {
  /** How many versions before this one are kept beside the file; 1 when absent. */
  readonly backups?: number;
}

/**
 * Replaces a keystore file whole (`replaceFile`); versions before are kept (`backups.ts`). Whether it is still what was read is looked at
 * before anything is written, and again just before the new version takes its place, while no other process of this product saves it.
 * @param expected what was read before; `null` when the file must not exist yet
 * @throws FlowKeystoreError `changed-on-disk` when another program wrote it meanwhile, `unwritable`
 */
export async function writeKeystoreFile(
  file: string,
  bytes: Uint8Array,
  expected: FileStamp | null,
  { backups = 1 }: WriteOptions = {},
): Promise<FileStamp> {
  await requireVersion(file, expected);
  let seen: BigIntStats | undefined;
  await replaceFile(file, bytes, {
    what: 'The keystore',
    justBefore: async (target) => {
      const current = await requireVersion(file, expected);
      if (current && backups > 0) await keepBackup(target, current, backups);
      // Keeping it took its time, and so does reading.
      seen = await stat(target, { bigint: true }).catch(() => undefined);
      await requireVersion(file, expected);
    },
    lastLook: (target) => {
      const now = statSync(target, { bigint: true, throwIfNoEntry: false });
      const isSame = now ? seen?.ino === now.ino && seen.size === now.size && seen.mtimeNs === now.mtimeNs : !seen;
      if (!isSame) throw conflict(file, !now, expected === null);
    },
  });
  return stampOf(bytes);
}

/** The content of the file, which is that version. @throws FlowKeystoreError `changed-on-disk` */
async function requireVersion(file: string, expected: FileStamp | null): Promise<Uint8Array | undefined> {
  const current = await currentContent(file);
  if ((current ? stampOf(current) : null) !== expected) throw conflict(file, !current, expected === null);
  return current;
}

export function stampOf(bytes: Uint8Array): FileStamp {
  return createHash('sha256').update(bytes).digest('hex');
}

async function currentContent(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
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
  const next = wasNew ? 'Choose another name.' : 'Look at what changed, and make your change again.';
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
