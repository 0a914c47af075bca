import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AliasIndex } from '../../src/core/checks/aliasIndex';
import { nodeFiles } from '../../src/core/flow/nodeFiles';
import { readFlow } from '../../src/core/flow/read';
import { completionsInFlow } from '../../src/core/languageService/completions';
import { foldingOf } from '../../src/core/languageService/folding';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { keyPair, keystore, options } from '../unit/checks/views';
import { median, tool, type Goal } from './targets';

/** Goals for flows: the index beside xmllint, completion, and what one edit costs. @param corpus folder of exported flows, where there is one */
export async function benchFlows(corpus: string): Promise<Goal[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  try {
    const files = existsSync(corpus) ? flowsIn(corpus) : manyFlows(path.join(folder, 'flows'), 120);
    return [await besideXmllint(files), ...(await inLargeFlow()), await afterOneEdit(folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function besideXmllint(files: readonly string[]): Promise<Goal> {
  const index = async (): Promise<void> => {
    const found = new AliasIndex(nodeFiles);
    await found.add(files);
    if (found.size !== files.length) throw new Error('not all flows were indexed');
  };
  await index();
  const xmllint = await median(7, tool('xmllint', '--noout', ...files));
  const ours = await median(7, index);
  return {
    what: `index of ${files.length} flows (${ours.toFixed(0)} ms) to xmllint --noout (${xmllint.toFixed(0)} ms)`,
    ratio: ours / xmllint,
    atMost: 1,
  };
}

/** 667 KB, as the largest exported flow at hand, with receivers whose aliases are completed. */
async function inLargeFlow(): Promise<Goal[]> {
  let text = '';
  for (let channels = 100; text.length < 667_000; channels += 50) {
    text = flowText(...Array.from({ length: channels }, (_, at) => httpReceiver({}, { id: `M_${at}` })));
  }
  const flow = readFlow(text);
  const offset = text.lastIndexOf('partner_a');
  const source = { file: 'x.iflw', flow };
  const keystores = [keystore(...Array.from({ length: 500 }, (_, at) => keyPair(`partner_${at}`)))];
  const complete = (): void => {
    const found = completionsInFlow(source, offset, { keystores, options });
    if (found.length !== 500) throw new Error(`${found.length} completions`);
  };
  for (let warm = 0; warm < 20; warm++) complete();
  for (let warm = 0; warm < 5; warm++) readFlow(text);
  const completion = await median(51, complete);
  const reading = await median(21, () => readFlow(text));
  const folding = await median(21, () => foldingOf(flow));
  const size = `a flow of ${Math.round(text.length / 1000)} KB`;
  return [
    { what: `completion in ${size}, ms to 5 ms`, ratio: completion / 5, atMost: 1 },
    { what: `reading ${size} after an edit, ms to 50 ms`, ratio: reading / 50, atMost: 1 },
    { what: `folding of ${size}, ms to 50 ms`, ratio: folding / 50, atMost: 1 },
  ];
}

async function afterOneEdit(folder: string): Promise<Goal> {
  const update = async (count: number): Promise<number> => {
    const files = manyFlows(path.join(folder, String(count)), count);
    const index = new AliasIndex(nodeFiles);
    await index.add(files);
    const one = files[Math.floor(count / 2)] ?? '';
    for (let warm = 0; warm < 20; warm++) await index.update(one);
    return median(51, () => index.update(one));
  };
  const few = await update(20);
  const many = await update(4000);
  return {
    what: `taking in one edit among 4,000 flows (${many.toFixed(1)} ms) to 20 flows (${few.toFixed(1)} ms)`,
    ratio: many / few,
    atMost: 2,
  };
}

function manyFlows(folder: string, count: number): string[] {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, at) => {
    const file = path.join(folder, `${at}.iflw`);
    writeFileSync(file, flowText(httpReceiver({ privateKeyAlias: `alias_${at % 50}` })));
    return file;
  });
}

function flowsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.iflw$/i.test(name))
    .map((name) => path.join(folder, name));
}
