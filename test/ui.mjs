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
import { merged, repeatedNote, runByFile, sum, toRepeat } from './support/tally.mjs';

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
if (!process.env.ALREADY_BUILT) runNode('esbuild.mjs');
runNode(
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
let counted = await run(bundles);
const again = only.length ? [] : toRepeat(counted);
if (again.length) {
  console.log(`\nOnce more, in fresh workbenches: ${again.map((file) => path.basename(file, '.js')).join(', ')}`);
  counted = merged(counted, await run(again));
}
const note = repeatedNote(again, counted);
if (note) console.log(note);
await closeBrowser();
const counts = sum(counted);
if (!only.length) {
  mkdirSync(path.join(root, 'out/results'), { recursive: true });
  writeFileSync(path.join(root, 'out/results/ui.json'), JSON.stringify(counts));
}
process.exit(counts.failed || !counts.passed ? 1 : 0);

/** Each run loads the files anew: a mocha instance runs what it has loaded once. */
async function run(files) {
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 120_000,
    forbidOnly: Boolean(process.env.CI),
    reporter: process.env.MOCHA_REPORTER ?? 'spec',
  });
  for (const file of files) mocha.addFile(file);
  mocha.unloadFiles();
  return runByFile(mocha);
}

function runNode(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  console.error(stdout, stderr);
  throw new Error(`${args[0]} failed`);
}
