// Everything that must hold, in one command: node test/run.mjs [step ...]. Ends with one line `N passed, N failed, N skipped`.
// Suites are believed by the results file that they write when they have finished, never by their exit code.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, 'out/results');
const bin = (name) => path.join(root, 'node_modules/.bin', name);
const node = process.execPath;

/** `suite`: a results file of that name is expected; the others pass or fail as a whole. `lane`: steps of one lane run one after the other. */
const steps = [
  { name: 'build', run: [node, 'esbuild.mjs'] },
  ...['core', 'host', 'webview', 'test'].map((part) => ({
    name: `types: ${part}`,
    group: 'types',
    lane: 'interop',
    run: [bin('tsc'), '-p', `tsconfig.${part}.json`],
  })),
  { name: 'lint', lane: 'interop', run: [bin('eslint'), '.', '--max-warnings', '0'] },
  { name: 'format', lane: 'interop', run: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  { name: 'unit', lane: 'interop', suite: true, run: [node, 'test/mocha.mjs', 'unit'] },
  { name: 'fuzz', lane: 'interop', run: [node, 'test/fuzz/run.mjs', '--count', '2200'] },
  { name: 'interop', lane: 'interop', suite: true, run: [node, 'test/mocha.mjs', 'interop'] },
  { name: 'torture', lane: 'interop', suite: true, run: [node, 'test/mocha.mjs', 'torture'] },
  { name: 'extension', lane: 'ui', suite: true, run: [node, 'test/extension.mjs'] },
  { name: 'ui', lane: 'ui', suite: true, run: [node, 'test/ui.mjs'] },
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
const build = chosen.filter(({ name }) => name === 'build');
// Two at a time: what opens workbenches waits much, what calls other programs and compilers computes much.
const lanes = ['interop', 'ui'].map((lane) => chosen.filter((step) => step.lane === lane));
const together = lanes.every((steps) => steps.length);
for (const step of build) await runStep(step);
await Promise.all(
  lanes.map(async (steps) => {
    for (const step of steps) await runStep(step);
  }),
);
if (failures.length) console.log(`\nFailed: ${failures.join(', ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
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
  if (counts.failed) failures.push(step.name);
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
