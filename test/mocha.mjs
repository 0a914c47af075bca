// Bundles the tests of one folder (or the files named) and runs them under mocha: node test/mocha.mjs unit|interop [file ...]
// Writes out/results/<suite>.json once mocha has finished; exits with the verdict.
import { build } from 'esbuild';
import Mocha from 'mocha';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const [suite, ...only] = process.argv.slice(2);
const folder = path.join(root, 'test', suite);
const files = only.length
  ? only.map((file) => path.resolve(file))
  : readdirSync(folder, { recursive: true })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => path.join(folder, file));

const outdir = path.join(root, 'out/test', only.length ? `${suite}-some` : suite);
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: files,
  outdir,
  outbase: folder,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
  external: ['vscode', 'mocha'],
  define: { 'process.env.PROJECT_ROOT': JSON.stringify(root) },
});

process.setSourceMapsEnabled(true);
const mocha = new Mocha({
  ui: 'bdd',
  timeout: 20_000,
  forbidOnly: !!process.env.CI,
  reporter: process.env.MOCHA_REPORTER ?? 'dot',
});
for (const file of files) mocha.addFile(path.join(outdir, path.relative(folder, file)).replace(/\.ts$/, '.js'));
const stats = await new Promise((done) => {
  const runner = mocha.run(() => done(runner.stats));
});
if (!only.length) {
  mkdirSync(path.join(root, 'out/results'), { recursive: true });
  writeFileSync(
    path.join(root, 'out/results', `${suite}.json`),
    JSON.stringify({ passed: stats.passes, failed: stats.failures, skipped: stats.pending }),
  );
}
process.exit(stats.failures || !(stats.passes || stats.pending) ? 1 : 0);
