// Ratios of one run on this machine: npm run bench. Needs keytool and openssl. Absolute times say little, ratios a bit more.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
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

// Loading the extension's bundle in a fresh process with an empty stand-in for the editor's API, beside an empty process.
const loadTime = (script) => {
  const times = Array.from({ length: 7 }, () => {
    const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
    return Number(stdout);
  });
  return times.sort((a, b) => a - b)[3];
};
const bundle = path.join(root, 'dist/extension.js');
if (existsSync(bundle)) {
  // The bundle's module wrapper copies own properties and keeps the prototype: so the stand-in has to be the prototype.
  const stub =
    "const M=require('module'),load=M._load;" +
    'const any=()=>new Proxy(function(){},{get:(t,k)=>k===Symbol.toPrimitive?()=>"":any(),apply:()=>any(),construct:()=>any()});' +
    "M._load=(r,...a)=>r==='vscode'?Object.create(any()):load(r,...a);const t=performance.now();";
  console.log(
    `load dist/extension.js: ${loadTime(`${stub}require(${JSON.stringify(bundle)});console.log(performance.now()-t)`).toFixed(1)} ms (median of 7 processes)`,
  );
}

console.log('bundles (bytes, gzip):');
for (const file of readdirSync(path.join(root, 'dist'), { recursive: true }).sort()) {
  const full = path.join(root, 'dist', file);
  if (!statSync(full).isFile() || file.endsWith('.map')) continue;
  console.log(
    `    ${file.padEnd(32)} ${String(statSync(full).size).padStart(9)} ${String(gzipSync(readFileSync(full)).length).padStart(9)}`,
  );
}
