import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import { runByFile, sum } from '../support/tally.mjs';

/**
 * Runs every bundled test beside it under mocha. VS Code calls this in its extension host (`extensionTestsPath`).
 * TEST_LOG: a file that takes what mocha prints, since the web host has no console of its own.
 * TEST_RESULTS: a file written once mocha has finished, with the counts of each test file; a host that crashed leaves none.
 * TEST_FILES: a JSON list of bundles, relative to this one; none: all of them.
 */
export async function run(): Promise<void> {
  const log = process.env['TEST_LOG'];
  const results = process.env['TEST_RESULTS'];
  const say = (...parts: unknown[]): void => {
    if (log) appendFileSync(log, `${format(...parts)}\n`);
    else console.log(...parts);
  };
  try {
    // mocha's own hook for where reporters print, missing in its types.
    (Mocha.reporters.Base as unknown as { consoleLog: typeof say }).consoleLog = say;
    process.setSourceMapsEnabled(true);
    const mocha = new Mocha({
      ui: 'bdd',
      color: false,
      timeout: 20_000,
      reporter: process.env['MOCHA_REPORTER'] ?? 'spec',
      forbidOnly: Boolean(process.env['CI']),
    });
    const chosen: unknown = JSON.parse(process.env['TEST_FILES'] ?? 'null');
    const bundles = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.js') && (!Array.isArray(chosen) || chosen.includes(file)))
      .sort();
    for (const file of bundles) mocha.addFile(path.join(__dirname, file));
    const counted = Object.entries(await runByFile(mocha));
    const counts = Object.fromEntries(counted.map(([file, each]) => [file && path.relative(__dirname, file), each]));
    if (results) writeFileSync(results, JSON.stringify(counts));
    const { failed } = sum(counts);
    if (failed) throw new Error(`${failed} tests failed`);
  } catch (error) {
    say(error);
    throw error;
  }
}
