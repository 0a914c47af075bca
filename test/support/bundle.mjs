// Bundles test files as CommonJS, one bundle per file: the same bundles run under mocha alone and in VS Code's extension host.
import { build } from 'esbuild';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** The test files of test/<suite>, absolute. */
export function testFiles(suite) {
  const folder = path.join(root, 'test', suite);
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .map((file) => path.join(folder, file));
}

/** Programs that tests of test/<suite> run in processes of their own, absolute. They are bundled beside the tests. */
export function programFiles(suite) {
  const folder = path.join(root, 'test', suite);
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.program.ts'))
    .sort()
    .map((file) => path.join(folder, file));
}

/** Bundles `files`, which lie in test/<suite>, into an emptied `outdir`. Returns the bundles' paths, in the same order. */
export async function bundleTests({ suite, files, outdir, external = [], plugins = [] }) {
  const folder = path.join(root, 'test', suite);
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
    // ssh2 tries natives of its own.
    external: ['vscode', 'mocha', 'ssh2', ...external],
    plugins,
    define: { 'process.env.PROJECT_ROOT': JSON.stringify(root) },
  });
  return files.map((file) => path.join(outdir, path.relative(folder, file)).replace(/\.ts$/, '.js'));
}
