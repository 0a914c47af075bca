import type Mocha from 'mocha';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** The title of each test that failed, and the first line of why. */
  failures: string[];
}

/** By test file. */
export type CountsByFile = Record<string, Counts>;

export function runByFile(mocha: Mocha): Promise<CountsByFile>;
export function toRepeat(counts: CountsByFile): string[];
export function merged(first: CountsByFile, second: CountsByFile): CountsByFile;
export function sum(counts: CountsByFile): Counts;
export function repeatedNote(files: readonly string[], counts: CountsByFile): string;
