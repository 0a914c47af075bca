// Ratios of one run on this machine: npm run bench. Needs keytool and openssl. Absolute times say little, ratios a bit more.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = path.resolve(import.meta.dirname, '../..');
const outfile = path.join(root, 'out/bench/keystores.cjs');
if (spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' }).status !== 0) process.exit(1);
await build({
  entryPoints: [path.join(import.meta.dirname, 'keystores.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
});
const { benchKeystores } = (await import(pathToFileURL(outfile).href)).default;

for (const { what, ours, theirs = [], note } of await benchKeystores(path.join(root, 'dist/cli.cjs'))) {
  console.log(`${what}: ${ours.toFixed(1)} ms${note ? `; ${note}` : ''}`);
  for (const [name, ms] of theirs)
    console.log(`    ${(ms / ours).toFixed(2)} x as fast as ${name} (${ms.toFixed(0)} ms)`);
}

// Activation and work in a real extension host.
const host = spawnSync(process.execPath, ['test/extension.mjs', 'test/bench/host.test.ts'], {
  cwd: root,
  env: { ...process.env, MOCHA_REPORTER: 'min' },
  stdio: 'inherit',
});
if (host.status !== 0) process.exit(1);

console.log('bundles (bytes, gzip):');
for (const file of readdirSync(path.join(root, 'dist'), { recursive: true }).sort()) {
  const full = path.join(root, 'dist', file);
  if (!statSync(full).isFile() || file.endsWith('.map')) continue;
  console.log(
    `    ${file.padEnd(32)} ${String(statSync(full).size).padStart(9)} ${String(gzipSync(readFileSync(full)).length).padStart(9)}`,
  );
}
