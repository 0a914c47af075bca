import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FlowFiles } from './project';

/** The file system of this machine. */
export const nodeFiles: FlowFiles = {
  async kindOf(file) {
    try {
      const stats = await stat(file);
      return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : undefined;
    } catch {
      return undefined;
    }
  },
  read: (file) => readFile(file),
  /** A link to a file is that file. Links to folders are not followed: they may lead in circles. */
  async list(folder) {
    const entries = await readdir(folder, { withFileTypes: true });
    const found = await Promise.all(
      entries.map(async (entry) => {
        const { name } = entry;
        if (entry.isDirectory()) return { name, kind: 'folder' as const };
        const isFile = entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(path.join(folder, name))));
        return isFile ? { name, kind: 'file' as const } : undefined;
      }),
    );
    return found.filter((entry) => entry !== undefined);
  },
};

async function leadsToFile(link: string): Promise<boolean> {
  return stat(link).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
