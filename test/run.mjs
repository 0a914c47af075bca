// Everything that must hold, in one command: node test/run.mjs [step ...]. Ends with one line `N passed, N failed, N skipped`.
// Suites are believed by the results file that they write when they have finished, never by their exit code.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, 'out/results');
const bin = (name) => path.join(root, 'node_modules/.bin', name);
const node = process.execPath;

/** `suite`: a results file of that name is expected. The others pass or fail as a whole. */
const steps = [
  { name: 'build', run: [node, 'esbuild.mjs'] },
  ...['core', 'host', 'webview', 'test'].map((part) => ({
    name: `types: ${part}`,
    group: 'types',
    run: [bin('tsc'), '-p', `tsconfig.${part}.json`],
  })),
  { name: 'lint', run: [bin('eslint'), '.', '--max-warnings', '0'] },
  { name: 'format', run: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  { name: 'unit', suite: true, run: [node, 'test/mocha.mjs', 'unit'] },
  { name: 'torture', suite: true, run: [node, 'test/mocha.mjs', 'torture'] },
  { name: 'fuzz', run: [node, 'test/fuzz/run.mjs', '--count', '2200'] },
  { name: 'interop', suite: true, run: [node, 'test/mocha.mjs', 'interop'] },
  { name: 'extension', suite: true, run: [node, 'test/extension.mjs'] },
  { name: 'ui', suite: true, run: [node, 'test/ui.mjs'] },
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
for (const step of chosen) {
  const started = performance.now();
  const file = path.join(results, `${step.name}.json`);
  if (step.suite) rmSync(file, { force: true });
  console.log(`\n=== ${step.name}`);
  const code = await new Promise((done) => {
    const [command, ...args] = step.run;
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32' && command !== node,
    });
    child.on('error', (error) => {
      console.error(error.message);
      done(1);
    });
    child.on('exit', (status) => done(status ?? 1));
  });
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
if (failures.length) console.log(`\nFailed: ${failures.join(', ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed ? 1 : 0);

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
