// Feeds damaged files of every format to what reads them: node test/fuzz/run.mjs [--count N] [--seed N] [--only NUMBER].
// Each input follows from the seed and its number, and runs in a process of its own memory limit; what fails is printed with both.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { count: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' }, jobs: { type: 'string' } },
});
const seed = Number(values.seed ?? 1);
const only = values.only === undefined ? undefined : Number(values.only);
const count = Number(values.count ?? 100_000);
/** Inputs per process: a new one begins with an empty memory. */
const batch = 2_500;
/** Milliseconds without a sign of life: what counts as too slow is measured by the process itself, this is for what never ends. */
const silence = 60_000;

const root = path.resolve(import.meta.dirname, '../..');
const outfile = path.join(root, 'out/fuzz/worker.cjs');
await build({
  entryPoints: [path.join(import.meta.dirname, 'worker.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});

const batches = [];
if (only !== undefined) batches.push([only, only + 1]);
else for (let from = 0; from < count; from += batch) batches.push([from, Math.min(from + batch, count)]);
const total = { inputs: 0, read: 0, refused: 0, longest: 0, memory: 0, failures: 0 };
const started = performance.now();

async function work() {
  for (let next = batches.shift(); next; next = batches.shift()) await run(...next);
}
const jobs = Number(values.jobs ?? Math.max(1, availableParallelism() - 1));
await Promise.all(Array.from({ length: jobs }, work));

console.log(
  `${total.inputs} inputs (seed ${seed}): ${total.read} read, ${total.refused} refused, ${total.failures} failed; ` +
    `longest ${total.longest.toFixed(0)} ms, most memory ${Math.round(total.memory / 1024)} MB, ` +
    `${((performance.now() - started) / 1000).toFixed(0)} s`,
);
process.exit(total.failures || total.inputs === 0 || total.read === 0 || total.refused === 0 ? 1 : 0);

function run(from, to) {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      ['--max-old-space-size=448', '--enable-source-maps', outfile, String(seed), String(from), String(to)],
      { stdio: ['ignore', 'inherit', 'pipe', 'pipe'] },
    );
    let last = from;
    let finished = false;
    let rest = '';
    let errors = '';
    let alarm = setTimeout(stop, silence);
    function stop() {
      child.kill('SIGKILL');
    }
    child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-2_000)));
    child.stdio[3].setEncoding('utf8');
    child.stdio[3].on('data', (chunk) => {
      clearTimeout(alarm);
      alarm = setTimeout(stop, silence);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        const message = JSON.parse(line);
        if (message.why) report(message);
        else if (message.done) {
          finished = true;
          total.read += message.read;
          total.refused += message.refused;
          total.longest = Math.max(total.longest, message.longest);
          total.memory = Math.max(total.memory, message.memory);
        } else {
          last = message.number;
          total.inputs++;
        }
      }
    });
    child.on('close', (code, signal) => {
      clearTimeout(alarm);
      if (!finished) {
        report({ number: last, target: '?', why: `the process ended (${signal ?? code}): ${errors}` });
        // The inputs after the one that ended it have their turn all the same.
        if (last + 1 < to) batches.push([last + 1, to]);
      }
      done();
    });
  });
}

function report({ number, target, why, input }) {
  total.failures++;
  console.error(`\nFAILED: input ${number} of seed ${seed} (${target}): ${why}`);
  console.error(`    again: npm run fuzz -- --seed ${seed} --only ${number}`);
  if (input) console.error(`    input: ${input.length > 4_000 ? `${input.slice(0, 4_000)}...` : input}`);
}
