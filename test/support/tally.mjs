// Runs mocha and counts by test file, so that files that failed can be run once more: workbenches are shared machines, and
// what a scenario waits for may come late on a busy one. A second failure is a failure.
import path from 'node:path';

/** The most files that are run once more: where more fail, it is not for the machine. */
const fewFiles = 3;

/** Runs `mocha`; resolves with the counts of each file as mocha names it ('' for what belongs to none), and what failed in it. */
export async function runByFile(mocha) {
  const counts = {};
  const count = (runnable, what) => {
    const file = runnable.file ?? runnable.parent?.file ?? '';
    counts[file] ??= { passed: 0, failed: 0, skipped: 0, failures: [] };
    counts[file][what] += 1;
    return counts[file];
  };
  await new Promise((done) => {
    const runner = mocha.run(done);
    runner.on('pass', (test) => count(test, 'passed'));
    runner.on('fail', (runnable, error) =>
      count(runnable, 'failed').failures.push(`${runnable.fullTitle()}: ${firstLine(error)}`),
    );
    runner.on('pending', (test) => count(test, 'skipped'));
  });
  return counts;
}

/** The files to be run once more, or none where nothing failed or too much did. */
export function toRepeat(counts) {
  const failed = Object.keys(counts).filter((file) => counts[file].failed);
  return failed.includes('') || failed.length > fewFiles ? [] : failed;
}

/** The counts of both runs: of a file that ran twice those of the second run. */
export function merged(first, second) {
  return { ...first, ...second };
}

export function sum(counts) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const each of Object.values(counts)) {
    for (const key of ['passed', 'failed', 'skipped']) total[key] += each[key];
    total.failures.push(...each.failures);
  }
  return total;
}

function firstLine(error) {
  return String(error?.message ?? error).split('\n', 1)[0];
}

/** What to say of files that ran twice, or ''. */
export function repeatedNote(files, counts) {
  const passed = files.filter((file) => !counts[file]?.failed).map((file) => path.basename(file, '.test.js'));
  return passed.length ? `Passed only when run once more, alone: ${passed.join(', ')}` : '';
}
