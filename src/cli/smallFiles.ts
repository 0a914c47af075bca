import { readFile, stat } from 'node:fs/promises';
import { FlowKeystoreError } from '../core/errors';

const most = 10 * 1024 * 1024;

/**
 * Reads a file of certificates or a request.
 * @throws FlowKeystoreError `not-found`, `unreadable`, `too-large`
 */
export async function readSmallFile(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > most) throw new FlowKeystoreError('too-large', 'The file has more than 10 MB.', { file });
    return await readFile(file);
  } catch (error) {
    if (error instanceof FlowKeystoreError) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new FlowKeystoreError('not-found', 'There is no such file.', { file }, 'Check the path.', { cause: error })
      : new FlowKeystoreError('unreadable', `The file cannot be read (${code}).`, { file }, undefined, {
          cause: error,
        });
  }
}

/** The same, as text in UTF-8. */
export const readSmallText = async (file: string): Promise<string> =>
  Buffer.from(await readSmallFile(file)).toString('utf8');
