import { readFile, readdir, stat } from 'node:fs/promises';
import type { FlowFiles } from './project';

/** The file system of this machine. */
export const nodeFiles: FlowFiles = {
  async kindOf(path) {
    try {
      const stats = await stat(path);
      return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : undefined;
    } catch {
      return undefined;
    }
  },
  read: (path) => readFile(path),
  async list(path) {
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isDirectory())
      .map((entry) => ({ name: entry.name, kind: entry.isFile() ? 'file' : 'folder' }));
  },
};
