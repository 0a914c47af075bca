// The packaged extension in a real workbench, driven by Playwright: node test/ui.mjs [test file ...]
// Leaves screenshots in out/screenshots/<theme>/ and writes out/results/ui.json once mocha has finished.
import Mocha from 'mocha';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleTests, testFiles } from './support/bundle.mjs';
import { closeBrowser, installVsix } from './support/host/host.mjs';

const root = path.resolve(import.meta.dirname, '..');
const only = process.argv.slice(2).map((file) => path.resolve(file));

const bundles = await bundleTests({
  suite: 'ui',
  files: only.length ? only : testFiles('ui'),
  outdir: path.join(root, 'out/test/ui'),
  external: ['playwright-core'],
  // Modules of this process, shared by all bundles: one browser for all.
  plugins: [
    {
      name: 'shared',
      setup(build) {
        build.onResolve({ filter: /^\..*\.mjs$/ }, ({ path: file, resolveDir }) => ({
          path: pathToFileURL(path.resolve(resolveDir, file)).href,
          external: true,
        }));
      },
    },
  ],
});

const vsix = path.join(root, 'out/flow-keystore.vsix');
if (!process.env.ALREADY_BUILT) run('esbuild.mjs');
run(
  'node_modules/@vscode/vsce/vsce',
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  '--out',
  vsix,
);
// Short: the profiles beside it hold unix sockets.
const scratch = mkdtempSync(path.join(os.tmpdir(), 'fk-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
process.env.UI_EXTENSIONS = path.join(scratch, 'extensions');
installVsix(vsix, process.env.UI_EXTENSIONS);
if (!only.length) rmSync(path.join(root, 'out/screenshots'), { recursive: true, force: true });

process.setSourceMapsEnabled(true);
const mocha = new Mocha({
  ui: 'bdd',
  timeout: 120_000,
  forbidOnly: Boolean(process.env.CI),
  reporter: process.env.MOCHA_REPORTER ?? 'spec',
});
for (const bundle of bundles) mocha.addFile(bundle);
const stats = await new Promise((done) => {
  const runner = mocha.run(() => done(runner.stats));
});
await closeBrowser();
const counts = { passed: stats.passes, failed: stats.failures, skipped: stats.pending };
if (!only.length) {
  mkdirSync(path.join(root, 'out/results'), { recursive: true });
  writeFileSync(path.join(root, 'out/results/ui.json'), JSON.stringify(counts));
}
process.exit(counts.failed || !counts.passed ? 1 : 0);

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  console.error(stdout, stderr);
  throw new Error(`${args[0]} failed`);
}
