// The unit tests and the extension tests inside a real extension host: node test/extension.mjs [test file ...]
// In desktop VS Code where it can be had (VSCODE_PATH names an installed one), else in code-server with a headless browser
// (VSCODE_HOST=desktop or web insists on one). Writes out/results/extension.json.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundleTests, programFiles, testFiles } from './support/bundle.mjs';
import { merged, repeatedNote, sum, toRepeat } from './support/tally.mjs';

const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, 'out/results/extension.json');
const limit = 15 * 60_000;
const only = process.argv.slice(2).map((file) => path.resolve(file));

if (!process.env.ALREADY_BUILT) execFileSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' });
const bundles = path.join(root, 'out/test/host');
rmSync(bundles, { recursive: true, force: true });
for (const suite of ['unit', 'extension', 'bench']) {
  // Figures are asked for by name (npm run bench); they prove nothing.
  // The command line is another program: it never runs in this host, and what it calls has unit tests of its own, which run here.
  const elsewhere = path.join(root, 'test/unit/cli') + path.sep;
  const files = testFiles(suite).filter((file) =>
    only.length ? only.includes(file) : suite !== 'bench' && !file.startsWith(elsewhere),
  );
  if (!files.length) continue;
  await bundleTests({ suite, files: [...files, ...programFiles(suite)], outdir: path.join(bundles, suite) });
}
await build({
  entryPoints: [path.join(root, 'test/extension/index.ts')],
  outfile: path.join(bundles, 'index.js'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
  external: ['mocha'],
});

const scratch = mkdtempSync(path.join(os.tmpdir(), 'fk-'));
const env = { TEST_RESULTS: path.join(scratch, 'results.json') };
for (const name of ['CI', 'MOCHA_REPORTER']) if (process.env[name]) env[name] = process.env[name];
let desktop;
let counted;
try {
  desktop = await desktopPath();
  counted = await runAll();
  const again = only.length ? [] : toRepeat(counted ?? {});
  if (counted && again.length) {
    console.log(`\nOnce more, in a fresh extension host: ${again.join(', ')}`);
    counted = merged(counted, (await runAll(again)) ?? {});
    const note = repeatedNote(again, counted);
    if (note) console.log(note);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
const counts = counted && sum(counted);
if (!counts) console.error('The extension host ended before the tests did.');
else {
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (!only.length) {
    mkdirSync(path.dirname(results), { recursive: true });
    writeFileSync(results, JSON.stringify(counts));
  }
}
process.exit(counts && !counts.failed && counts.passed ? 0 : 1);

/** Runs all bundles, or the ones named. Resolves with the counts of each, or nothing where the host left none. */
async function runAll(files) {
  rmSync(env.TEST_RESULTS, { force: true });
  if (files) env.TEST_FILES = JSON.stringify(files);
  try {
    await (desktop ? runInDesktop(desktop) : runInServer());
  } catch (error) {
    console.error(error);
  }
  return existsSync(env.TEST_RESULTS) ? JSON.parse(readFileSync(env.TEST_RESULTS, 'utf8')) : undefined;
}

async function desktopPath() {
  if (process.env.VSCODE_HOST === 'web') return undefined;
  if (process.env.VSCODE_PATH) return process.env.VSCODE_PATH;
  const { DISPLAY, WAYLAND_DISPLAY, VSCODE_HOST } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY && VSCODE_HOST !== 'desktop') {
    console.log('No display for a desktop VS Code: code-server it is.');
    return undefined;
  }
  const { downloadAndUnzipVSCode, SilentReporter } = await import('@vscode/test-electron');
  try {
    return await downloadAndUnzipVSCode({
      version: 'stable',
      cachePath: path.join(root, '.vscode-test'),
      timeout: 15_000,
      reporter: new SilentReporter(),
    });
  } catch (error) {
    if (VSCODE_HOST === 'desktop') throw error;
    console.log(`No desktop VS Code can be downloaded (${error.code ?? error.message}): code-server it is.`);
    return undefined;
  }
}

async function runInDesktop(vscodeExecutablePath) {
  const { runTests } = await import('@vscode/test-electron');
  const workspace = path.join(scratch, 'ws');
  mkdirSync(workspace, { recursive: true });
  console.log(`Extension tests in ${vscodeExecutablePath}`);
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(bundles, 'index.js'),
    launchArgs: [
      ...[workspace, '--disable-extensions', '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes'],
      `--user-data-dir=${path.join(scratch, 'data')}`,
    ],
    extensionTestsEnv: env,
  });
}

async function runInServer() {
  const { browser, closeBrowser, startHost } = await import('./support/host/host.mjs');
  const log = path.join(scratch, 'mocha.log');
  writeFileSync(log, '');
  let shown = 0;
  const show = () => {
    const all = readFileSync(log);
    process.stdout.write(all.subarray(shown));
    shown = all.length;
  };
  const host = await startHost({ smokeTestDriver: true, env: { ...env, TEST_LOG: log } });
  const following = setInterval(show, 200);
  let late;
  try {
    const context = await (
      await browser()
    ).newContext({
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`page error: ${error.message}`));
    const finished = new Promise((resolve, reject) => {
      late = setTimeout(() => reject(new Error(`The tests have not ended within ${limit / 60_000} min.`)), limit);
      page.on('crash', () => reject(new Error('The workbench crashed.')));
      void host.exited.then((code) => reject(new Error(`code-server ended (${code}).`)));
      // The workbench calls these two by name; the code says nothing reliable, the results file does.
      Promise.all([
        page.exposeFunction('codeAutomationLog', () => undefined),
        page.exposeFunction('codeAutomationExit', resolve),
      ])
        .then(() => page.goto(testPage(host)))
        .catch(reject);
    });
    await finished;
  } finally {
    clearTimeout(late);
    clearInterval(following);
    show();
    await closeBrowser();
    await host.stop();
  }
}

function testPage(host) {
  const remote = (file) => `vscode-remote://${host.authority}${file}`;
  const payload = [
    ['extensionDevelopmentPath', remote(root)],
    ['extensionTestsPath', remote(path.join(bundles, 'index.js'))],
    ['skipWelcome', 'true'],
  ];
  return `${host.url}/?folder=${host.workspace}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}
