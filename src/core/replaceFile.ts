import { randomBytes } from 'node:crypto';
import { renameSync, type Stats } from 'node:fs';
import { open, readdir, realpath, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { FlowKeystoreError } from './errors';
import { whileLocked } from './saveLock';

export interface Replacement {
  /** What the thing is called in a message. */
  readonly what: string;
  /** Called when all is ready, just before the new version takes the place of the old one; what it throws leaves the old one there. */
  readonly justBefore?: (target: string) => Promise<void>;
  /** Called after that, with nothing between it and the replacement; what it throws leaves the old one there too. */
  readonly lastLook?: (target: string) => void;
  /** Nobody but the user may read it, whoever might read what it replaces. */
  readonly secret?: true;
}

/**
 * Makes a file's content these octets: written beside it, flushed, then renamed over it, so that a reader sees the old or the new file whole.
 * It keeps its permissions; a new one is the user's alone. A symbolic link stays one: what it points to is replaced.
 * @throws FlowKeystoreError `unwritable`; the file is as it was then
 */
export async function replaceFile(
  file: string,
  bytes: Uint8Array,
  { what, justBefore, lastLook, secret }: Replacement,
): Promise<void> {
  const target = await realpath(file).catch(() => file);
  await requireFileName(file, target);
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  await removeLeftovers(target);
  try {
    const before = await stat(target).catch(() => undefined);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      if (before && !secret) await keepOwnerAndPermissions(handle, before);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await whileLocked(target, async () => {
      await justBefore?.(target);
      lastLook?.(target);
      // Not asynchronous: another program could come in between for as long as the thread pool is busy.
      renameSync(temporary, target);
    });
    await syncFolder(path.dirname(target));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (cause instanceof FlowKeystoreError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw new FlowKeystoreError(
      'unwritable',
      `${what} could not be saved (${code || String(cause)}); the file is as it was.`,
      { file },
      code === 'ENOSPC' ? 'Free some space on the disk.' : 'Check that you may write to the file and its folder.',
      { cause },
    );
  }
}

/**
 * Refuses a name that no file can have: of a folder, or in a folder that there is not.
 * @param target what it leads to where it is a symbolic link
 * @throws FlowKeystoreError `unwritable`
 */
export async function requireFileName(file: string, target: string = file): Promise<void> {
  const refused = (what: string, next: string): FlowKeystoreError =>
    new FlowKeystoreError('unwritable', what, { file }, next);
  const found = await stat(target).catch(() => undefined);
  if (found?.isDirectory()) throw refused('This is a folder, not a file.', 'Name a file in it.');
  if (found) return;
  const folder = path.dirname(target);
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw refused(`There is no folder ${folder}.`, 'Make it, or name another place.');
    // What else there is (no permission) is told by the writing.
    if (code !== 'ENOTDIR') return;
  }
  throw refused(`${folder} is no folder.`, 'Name a file in a folder.');
}

/** Another owner can be kept by an administrator alone, another group by its members: who gets the file else gets it as everybody does. */
async function keepOwnerAndPermissions(handle: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  let permissions = mode & 0o777;
  const made = await handle.stat();
  if (made.uid !== uid || made.gid !== gid) {
    const kept = (await succeeds(handle.chown(uid, gid))) || (await succeeds(handle.chown(made.uid, gid)));
    if (!kept) permissions &= 0o707 | ((permissions & 0o007) << 3);
  }
  // Not at the opening: the process's mask would take something away.
  await handle.chmod(permissions);
}

const succeeds = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/** So that the new name outlasts a power failure. Windows has no such call, and some file systems refuse it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}

/** Milliseconds: what is younger may be of a save that is going on. */
const leftoverAge = 10 * 60 * 1000;

/** What a process left that was ended while it saved. */
async function removeLeftovers(target: string): Promise<void> {
  const folder = path.dirname(target);
  const start = `.${path.basename(target)}.`;
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(start) || !/^[0-9a-f]{12}\.tmp$/.test(name.slice(start.length))) continue;
    const leftover = path.join(folder, name);
    const found = await stat(leftover).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > leftoverAge) await rm(leftover, { force: true }).catch(() => undefined);
  }
}
