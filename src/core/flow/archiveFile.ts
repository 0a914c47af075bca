import { statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { FlowKeystoreError } from '../errors';
import { replaceFile } from '../replaceFile';
import { putInArchive } from './zipEdit';

/**
 * Changes files of an archive, makes those that are not there and removes those that are `undefined`, all in one replacement of it: a reader sees the old or
 * the new archive, whole. Every other entry stays byte for byte.
 * @throws FlowKeystoreError as `putInArchive`, `replaceFile`; `changed-on-disk` where another program changed the archive meanwhile
 */
export async function writeArchived(
  archive: string,
  files: ReadonlyMap<string, Uint8Array | undefined>,
): Promise<void> {
  const before = await stat(archive);
  let bytes: Uint8Array = await readFile(archive);
  for (const [inner, content] of files) {
    bytes = withPlace(archive, inner, () => putInArchive(bytes, inner, content, new Date()));
  }
  await replaceFile(archive, bytes, {
    what: 'The archive',
    lastLook: (target) => {
      const now = statSync(target);
      if (now.mtimeMs === before.mtimeMs && now.size === before.size && now.ino === before.ino) return;
      throw new FlowKeystoreError(
        'changed-on-disk',
        'Another program changed the archive meanwhile; it is as that program left it.',
        { file: archive },
        'Open the file again and repeat the change.',
      );
    },
  });
}

/** What is wrong with an archive is said with its name. */
function withPlace<T>(archive: string, inner: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FlowKeystoreError)) throw error;
    throw new FlowKeystoreError(error.code, error.message, { file: archive, detail: inner }, error.next, {
      cause: error,
    });
  }
}
