// Bundles the tests of one folder (or the files named) and runs them under mocha: node test/mocha.mjs unit|torture|interop [file ...]
// Writes out/results/<suite>.json once mocha has finished; exits with the verdict.
import Mocha from 'mocha';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleTests, programFiles, testFiles } from './support/bundle.mjs';
import { runByFile, sum } from './support/tally.mjs';

const root = path.resolve(import.meta.dirname, '..');
const [suite, ...only] = process.argv.slice(2);
const files = only.length ? only.map((file) => path.resolve(file)) : testFiles(suite);
const outdir = path.join(root, 'out/test', only.length ? `${suite}-some` : suite);
const bundles = (await bundleTests({ suite, files: [...files, ...programFiles(suite)], outdir })).slice(
  0,
  files.length,
);

process.setSourceMapsEnabled(true);
const mocha = new Mocha({
  ui: 'bdd',
  timeout: 20_000,
  forbidOnly: !!process.env.CI,
  reporter: process.env.MOCHA_REPORTER ?? 'dot',
});
for (const bundle of bundles) mocha.addFile(bundle);
const counts = sum(await runByFile(mocha));
if (!only.length) {
  mkdirSync(path.join(root, 'out/results'), { recursive: true });
  writeFileSync(path.join(root, 'out/results', `${suite}.json`), JSON.stringify(counts));
}
process.exit(counts.failed || !(counts.passed || counts.skipped) ? 1 : 0);
