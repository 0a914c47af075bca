import { writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { inspect } from 'node:util';
import { FlowKeystoreError } from '../../src/core/errors';
import { mutate } from './mutate';
import { Random } from './random';
import { fuzzTargets } from './targets';

/** Milliseconds of work, on all threads. */
const mostTime = 2_000;
/** Kilobytes, of the whole process. */
const mostMemory = 512 * 1024;

const [seed = 1, from = 0, to = 0] = process.argv.slice(2).map(Number);

/** A line for the process that watches: before each input its number, so that it is known when this one dies of it. */
const say = (message: object): void => void writeSync(3, `${JSON.stringify(message)}\n`);

async function main(): Promise<void> {
  const targets = fuzzTargets();
  const everything = targets.flatMap(({ seeds }) => seeds);
  let refused = 0;
  let read = 0;
  let longest = 0;
  for (let number = from; number < to; number++) {
    const target = targets[number % targets.length];
    if (!target) continue;
    const random = new Random(Math.imul(seed, 0x9e3779b1) ^ number);
    for (let warm = 0; warm < 4; warm++) random.next();
    const input = mutate(random.pick(target.seeds), random, everything);
    const failed = (why: string): void =>
      say({ number, target: target.name, why, input: Buffer.from(input).toString('base64') });
    say({ number });
    const memory = process.resourceUsage().maxRSS;
    const cpu = process.cpuUsage();
    const started = performance.now();
    try {
      await target.run(input, number);
      read++;
    } catch (error) {
      if (error instanceof FlowKeystoreError) refused++;
      else failed(inspect(error));
    }
    const { user, system } = process.cpuUsage(cpu);
    // Other programs may keep a processor busy: neither the clock nor the processor's time alone says that it took too long.
    const time = Math.min((user + system) / 1_000, performance.now() - started);
    longest = Math.max(longest, time);
    if (time > mostTime) failed(`took ${time.toFixed(0)} ms`);
    const after = process.resourceUsage().maxRSS;
    if (after > mostMemory && after > memory) failed(`took ${Math.round(after / 1024)} MB`);
  }
  say({ done: true, read, refused, longest, memory: process.resourceUsage().maxRSS });
}

void main();
