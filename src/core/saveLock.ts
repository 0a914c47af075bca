import { rmSync, writeFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds: who holds it longer is not coming back, wherever it ran. */
const longest = 10_000;
/** Milliseconds between two attempts. */
const between = 15;

/**
 * Keeps other processes of this product from saving the same file, for the moments between the last look at it and its replacement: two that
 * have seen the same version would both put theirs in its place, and one be lost. It is a file beside it, which goes with the work; one that a
 * killed process left is taken away.
 * @param target the file itself, not a link to it
 * @throws what creating a file throws, and what `work` does
 */
export async function whileLocked<T>(target: string, work: () => Promise<T>): Promise<T> {
  const lock = path.join(path.dirname(target), `.${path.basename(target)}.lock`);
  const me = `${process.pid} ${os.hostname()}`;
  while (!create(lock, me)) {
    if (await isLeft(lock)) await rm(lock, { force: true });
    else await pause(between);
  }
  try {
    return await work();
  } finally {
    release(lock);
  }
}

/** Not asynchronous, as it is the work of microseconds that would wait for the thread pool five times. */
function create(lock: string, owner: string): boolean {
  try {
    writeFileSync(lock, owner, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function release(lock: string): void {
  try {
    rmSync(lock, { force: true });
  } catch {
    // What is left is taken away by the next save.
  }
}

/** Whether the process that made it has ended: known of processes of this machine, judged by time of others. */
async function isLeft(lock: string): Promise<boolean> {
  try {
    const [owner, { mtimeMs }] = await Promise.all([readFile(lock, 'utf8'), stat(lock)]);
    if (Date.now() - mtimeMs > longest) return true;
    const [, pid, host] = /^(\d+) (.+)$/.exec(owner) ?? [];
    return pid !== undefined && host === os.hostname() && !isRunning(Number(pid));
  } catch (error) {
    // It went meanwhile, which is as well.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
