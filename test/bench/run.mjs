// Ratios of one run on this machine: npm run bench. Needs keytool, openssl and xmllint. Absolute times say little, ratios a bit more.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = path.resolve(import.meta.dirname, '../..');
if (spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' }).status !== 0) process.exit(1);
/** The exports of a bundled module of this folder. */
async function bundled(name) {
  const outfile = path.join(root, 'out/bench', `${name}.cjs`);
  await build({
    entryPoints: [path.join(import.meta.dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // It has optional native parts.
    external: ['ssh2'],
    logLevel: 'warning',
  });
  return (await import(pathToFileURL(outfile).href)).default;
}
const cli = path.join(root, 'dist/cli.cjs');

// What must hold, as ratios of two times of this run.
let missed = 0;
const { benchKeystores } = await bundled('keystores');
for (const { what, ours, theirs = [], note } of await benchKeystores(cli)) {
  console.log(`${what}: ${ours.toFixed(1)} ms${note ? `; ${note}` : ''}`);
  for (const [name, ms, must] of theirs) {
    const verdict = must ? (ours > ms ? 'MISSED: ' : 'holds: ') : '';
    if (must && ours > ms) missed++;
    console.log(`    ${verdict}${(ms / ours).toFixed(2)} x as fast as ${name} (${ms.toFixed(0)} ms)`);
  }
}

const { benchGrowth } = await bundled('targets');
const { benchFlows } = await bundled('flows');
const { benchConnectivity } = await bundled('connectivity');
const { benchTenant } = await bundled('tenant');
const corpus = path.resolve(root, '../shared/corpus');
for (const bench of [benchConnectivity, benchTenant, () => benchFlows(corpus), () => benchGrowth(cli)]) {
  for (const { what, ratio, atMost } of await bench()) {
    if (ratio > atMost) missed++;
    console.log(`${ratio > atMost ? 'MISSED' : 'holds'}: ${what}: ${ratio.toFixed(2)} (at most ${atMost})`);
  }
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
if (missed) process.exit(1);
