import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

/**
 * Runs every bundled test beside it under mocha. VS Code calls this in its extension host (`extensionTestsPath`).
 * TEST_LOG: a file that takes what mocha prints, since the web host has no console of its own.
 * TEST_RESULTS: a file written once mocha has finished; a host that crashed leaves none.
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
    const bundles = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.js'))
      .sort();
    for (const file of bundles) mocha.addFile(path.join(__dirname, file));
    const stats = await new Promise<Mocha.Stats | undefined>((resolve) => {
      const runner = mocha.run(() => resolve(runner.stats));
    });
    if (!stats) throw new Error('mocha counted nothing');
    const counts = { passed: stats.passes, failed: stats.failures, skipped: stats.pending };
    if (results) writeFileSync(results, JSON.stringify(counts));
    if (counts.failed) throw new Error(`${counts.failed} tests failed`);
  } catch (error) {
    say(error);
    throw error;
  }
}
