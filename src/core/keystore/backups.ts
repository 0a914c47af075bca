import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A version of a keystore from before a save, kept beside it. */
export interface Backup {
  /** Path. */
  readonly file: string;
  /** When that version was replaced. */
  readonly replaced: Date;
  /** Octets. */
  readonly size: number;
}

export const mostBackups = 20;

/** How many are kept where nobody says otherwise; the default of the setting `flowKeystore.backups` too. */
export const usualBackups = 3;

/** Where versions before a save are kept, the youngest first: `x.p12.bak`, `x.p12.bak2` ... */
export function backupOf(file: string, number = 1): string {
  return `${file}.bak${number === 1 ? '' : number}`;
}

/**
 * Keeps a version of a file; those kept before move up one number, and the oldest goes.
 * @param target the file itself, not a link to it
 * @param count how many are kept; 0 for none
 */
export async function keepBackup(target: string, bytes: Uint8Array, count: number): Promise<void> {
  const keep = Math.min(count, mostBackups);
  if (keep < 1) return;
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  const before = await stat(target).catch(() => undefined);
  try {
    const handle = await open(temporary, 'wx', before ? before.mode & 0o777 : 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Where a number is free, as after a save that was cut off, those above it need not move.
    const free = await firstFree(target, keep);
    for (let number = free - 1; number >= 1; number--) {
      await rename(backupOf(target, number), backupOf(target, number + 1)).catch(ignoreMissing);
    }
    await rename(temporary, backupOf(target));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Another process that saves the same keystore moves them too. */
function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** The first number without a backup; `keep` where all are there. */
async function firstFree(target: string, keep: number): Promise<number> {
  for (let number = 1; number < keep; number++) {
    const found = await stat(backupOf(target, number)).catch(() => undefined);
    if (!found) return number;
  }
  return keep;
}

/** The versions that are kept of a keystore, the youngest first. */
export async function backupsOf(file: string): Promise<Backup[]> {
  const target = await realpath(file).catch(() => file);
  const found: Backup[] = [];
  for (let number = 1; number <= mostBackups; number++) {
    const backup = backupOf(target, number);
    const facts = await stat(backup).catch(() => undefined);
    if (facts?.isFile()) found.push({ file: backup, replaced: facts.mtime, size: facts.size });
  }
  return found;
}
