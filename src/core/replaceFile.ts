import { randomBytes } from 'node:crypto';
import { copyFile, open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { FlowKeystoreError } from './errors';

export interface Replacement {
  /** What the thing is called in a message. */
  readonly what: string;
  /** Where a copy of the version before is kept. Absent: nowhere. */
  readonly backup?: string;
}

/**
 * Makes a file's content these octets: written beside it, flushed, then renamed over it, so that a reader sees the old or the new file whole.
 * It keeps its permissions; a new one is the user's alone. A symbolic link stays one: what it points to is replaced.
 * @throws FlowKeystoreError `unwritable`; the file is as it was then
 */
export async function replaceFile(file: string, bytes: Uint8Array, { what, backup }: Replacement): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const before = await stat(target).catch(() => undefined);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      // Not at the opening: the process's mask would take something away.
      if (before) await handle.chmod(before.mode & 0o777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (before && backup !== undefined) await copyFile(target, backup);
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
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
