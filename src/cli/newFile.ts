import { lstatSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { FlowKeystoreError } from '../core/errors';
import { replaceFile, requireFileName } from '../core/replaceFile';

export interface NewFile {
  /** What the thing is called in a message. */
  readonly what: string;
  /** A file that is there may be replaced. */
  readonly force: boolean;
}

/**
 * Refuses the name of a file that is there (a keystore would be lost), and one that no file can have: before the work, not after it.
 * @throws FlowKeystoreError `changed-on-disk`, `unwritable`
 */
export async function requireNew(file: string, force: boolean): Promise<void> {
  await requireFileName(file);
  if (!force && (await lstat(file).catch(() => undefined))) throw fileExists(file);
}

/**
 * Writes what `--out` names, whole or not at all.
 * @throws FlowKeystoreError as `requireNew`, which the caller has asked before the work: a file may have been made in the meantime
 */
export async function writeNew(file: string, bytes: Uint8Array, { what, force }: NewFile): Promise<void> {
  await replaceFile(file, bytes, {
    what,
    lastLook: () => {
      if (!force && lstatSync(file, { throwIfNoEntry: false })) throw fileExists(file);
    },
  });
}

function fileExists(file: string): FlowKeystoreError {
  return new FlowKeystoreError(
    'changed-on-disk',
    'The file exists already; it was not touched.',
    { file },
    'Choose another name, or say --force.',
  );
}
