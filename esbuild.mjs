// Builds everything that ships: node esbuild.mjs [--watch] [--dev]. Heavy libraries are bundles of their own, loaded when first used.
import { build, context } from 'esbuild';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const dev = process.argv.includes('--dev') || process.argv.includes('--watch');
const common = {
  bundle: true,
  minify: !dev,
  sourcemap: dev ? 'linked' : false,
  sourcesContent: false,
  logLevel: 'warning',
  legalComments: 'none',
};
const node = { ...common, platform: 'node', format: 'cjs', target: 'node20' };
/** `await import('./x.late')` becomes a require of dist/x.late.cjs: a bundle of its own, loaded when first used. */
const late = {
  name: 'late',
  setup(b) {
    b.onResolve({ filter: /\.late$/ }, (args) =>
      args.kind === 'dynamic-import' ? { path: `./${path.basename(args.path)}.cjs`, external: true } : undefined,
    );
  },
};
const lateEntries = readdirSync('src/core', { recursive: true })
  .filter((file) => file.endsWith('.late.ts'))
  .map((file) => path.join('src/core', file));
const bundles = [
  { ...node, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'], plugins: [late] },
  {
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.cjs',
    banner: { js: '#!/usr/bin/env node' },
    plugins: [late],
  },
  ...lateEntries.map((entry) => ({
    ...node,
    entryPoints: [entry],
    outfile: `dist/${path.basename(entry, '.ts')}.cjs`,
    plugins: [late],
    // ssh2 goes on without them.
    external: ['cpu-features', '*.node'],
  })),
  ...['adapterEditor', 'connectivityReport'].map((name) => ({
    ...common,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    entryPoints: [`src/webview/${name}/main.ts`],
    outfile: `dist/webview/${name}.js`,
  })),
].filter((b) => existsSync(b.entryPoints[0]));

if (process.argv.includes('--watch')) for (const b of bundles) await (await context(b)).watch();
else for (const b of bundles) await build(b);
