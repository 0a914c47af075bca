import { FlowKeystoreError } from '../core/errors';

/** Does something with a file: what goes wrong names it. */
export async function inFile<T>(file: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file }) : error;
  }
}
