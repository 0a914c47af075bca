// Everything that must hold, in one command: node test/run.mjs [step ...]. Ends with one line `N passed, N failed, N skipped`.
// Suites are believed by the results file that they write when they have finished, never by their exit code.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { installHost } from './support/host/install.mjs';

const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, 'out/results');
const bin = (name) => path.join(root, 'node_modules/.bin', name);
const node = process.execPath;

/**
 * `suite`: a results file of that name is expected; the others pass or fail as a whole. After the build two run at a time, begun in
 * this order: the long ones first, so that both end together. The two that open workbenches do not begin together: that is
 * when a workbench computes most.
 */
const steps = [
  { name: 'build', run: [node, 'esbuild.mjs'] },
  { name: 'ui', suite: true, run: [node, 'test/ui.mjs'] },
  { name: 'interop', suite: true, run: [node, 'test/mocha.mjs', 'interop'] },
  { name: 'extension', suite: true, run: [node, 'test/extension.mjs'] },
  { name: 'lint', run: [bin('eslint'), '.', '--max-warnings', '0'] },
  { name: 'torture', suite: true, run: [node, 'test/mocha.mjs', 'torture'] },
  { name: 'unit', suite: true, run: [node, 'test/mocha.mjs', 'unit'] },
  { name: 'fuzz', run: [node, 'test/fuzz/run.mjs', '--count', '2200'] },
  ...['test', 'host', 'core', 'webview'].map((part) => ({
    name: `types: ${part}`,
    group: 'types',
    run: [bin('tsc'), '-p', `tsconfig.${part}.json`],
  })),
  { name: 'format', run: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
];

const wanted = process.argv.slice(2);
const chosen = steps.filter((step) => !wanted.length || wanted.includes(step.name) || wanted.includes(step.group));
if (!chosen.length) {
  console.error(`No such step. Steps: ${steps.map((step) => step.group ?? step.name).join(', ')}`);
  process.exit(2);
}
mkdirSync(results, { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const begun = performance.now();
const build = chosen.filter(({ name }) => name === 'build');
const waiting = chosen.filter(({ name }) => name !== 'build');
const together = waiting.length > 1;
for (const step of build) await runStep(step);
if (['ui', 'extension'].every((name) => waiting.some((step) => step.name === name))) {
  try {
    // Before two would install it at the same time.
    installHost();
  } catch {
    // The step that needs it says why it cannot be had.
  }
}
await Promise.all(
  [1, 2].map(async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) await runStep(step);
  }),
);
// Once more at the end: what a suite printed of it may be thousands of lines above.
if (failures.length) console.log(`\nFailed:\n${failures.join('\n')}`);
console.log(`\nIn ${((performance.now() - begun) / 1000).toFixed(0)} s:`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed ? 1 : 0);

async function runStep(step) {
  const started = performance.now();
  const file = path.join(results, `${step.name}.json`);
  if (step.suite) rmSync(file, { force: true });
  console.log(`\n=== ${step.name}`);
  // What two steps print at the same time is shown when each has ended.
  const pieces = [];
  const code = await new Promise((done) => {
    const [command, ...args] = step.run;
    const child = spawn(command, args, {
      cwd: root,
      stdio: together ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...(build.length && { ALREADY_BUILT: '1' }) },
      shell: process.platform === 'win32' && command !== node,
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => pieces.push(piece));
    child.on('error', (error) => {
      console.error(error.message);
      done(1);
    });
    child.on('close', (status) => done(status ?? 1));
  });
  process.stdout.write(Buffer.concat(pieces));
  const counts = step.suite
    ? readResults(file)
    : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  if (process.env.CI && counts.skipped) {
    console.error(`${counts.skipped} skipped: in CI every tool is there, so nothing may be.`);
    counts.failed += counts.skipped;
  }
  if (counts.failed) failures.push([step.name, ...(counts.failures ?? [])].join('\n  '));
  for (const key of Object.keys(total)) total[key] += counts[key];
  console.log(
    `--- ${step.name}: ${counts.failed ? 'FAILED' : 'ok'}, ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
}

function readResults(file) {
  if (!existsSync(file)) {
    console.error('The suite ended before it had results.');
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const counts = JSON.parse(readFileSync(file, 'utf8'));
  if (!counts.passed && !counts.failed && !counts.skipped) {
    console.error('No test ran.');
    counts.failed = 1;
  }
  return counts;
}
