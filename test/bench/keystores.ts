import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { generateKeys } from '../../src/core/keys/generate';
import { openSealedKey, sealKey } from '../../src/core/keys/sealedKey';
import { addKeyPair, getKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { makeCa } from '../support/testCertificates';

const password = 'changeit';
const pairs = 1_800;

export interface Row {
  readonly what: string;
  readonly ours: number;
  /** `must`: a goal that is missed where ours takes longer. */
  readonly theirs?: readonly (readonly [name: string, ms: number, must?: 'must'])[];
  readonly note?: string;
}

/** Median of several runs, in milliseconds. */
async function median(runs: number, work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
}

async function longestStall(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  return delay.max / 1e6;
}

const tool =
  (name: string, ...args: string[]) =>
  (): void => {
    const { status, error } = spawnSync(name, args, { stdio: 'ignore' });
    if (error || status !== 0) throw error ?? new Error(`${name} failed`);
  };

/** Listing 1,800 key pairs with a chain of three, and generating RSA-3072, beside keytool and openssl. */
export async function benchKeystores(cli: string): Promise<Row[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  try {
    const file = path.join(folder, 'large.p12');
    const root = await makeCa('Bench Root', { key: { algorithm: 'RSA', bits: 2048 } });
    const issuing = await root.issue('Bench Issuing', { ca: {}, key: { algorithm: 'RSA', bits: 2048 } });
    let keystore = emptyKeystore();
    const leaf = await issuing.issue('leaf', { key: { algorithm: 'RSA', bits: 2048 } });
    const sealed = await sealKey(leaf.privateKeyInfo, password);
    for (let i = 0; i < pairs; i++) {
      const { certificate } = await issuing.issue(`pair ${i}`);
      keystore = addKeyPair(keystore, {
        alias: `pair_${i}`,
        key: sealed,
        chain: [certificate, issuing.certificate, root.certificate],
        created: new Date(1_700_000_000_000 + i),
      }).keystore;
    }
    writeFileSync(file, await writeKeystore(keystore, password));
    const read = (): Promise<unknown> => readKeystore(readFileSync(file), password);
    await read();
    const keytool = await median(3, tool('keytool', '-list', '-keystore', file, '-storepass', password));
    const openssl = await median(3, tool('openssl', 'pkcs12', '-in', file, '-nokeys', '-passin', `pass:${password}`));
    const rows: Row[] = [
      {
        what: `list ${pairs.toLocaleString('en')} key pairs (in the editor)`,
        ours: await median(5, read),
        theirs: [
          ['keytool -list', keytool],
          ['openssl pkcs12 -nokeys', openssl, 'must'],
        ],
        note: `longest stall of the event loop ${(await longestStall(read)).toFixed(0)} ms`,
      },
      {
        what: `list ${pairs.toLocaleString('en')} key pairs (flow-keystore list --json)`,
        ours: await median(3, () => {
          const { status } = spawnSync(process.execPath, [cli, 'list', file, '--password-env', 'BENCH', '--json'], {
            env: { ...process.env, BENCH: password },
            stdio: 'ignore',
          });
          if (status !== 0) throw new Error('the command line failed');
        }),
        theirs: [
          ['keytool -list', keytool],
          ['openssl pkcs12 -nokeys', openssl],
        ],
      },
      {
        what: 'open one of the keys',
        ours: await median(5, async () => openSealedKey(getKeyPair(keystore, 'pair_7').key, password)),
      },
    ];
    const generate = (): Promise<unknown> => generateKeys({ algorithm: 'RSA', bits: 3072 });
    rows.push({
      what: 'generate RSA-3072 (median of 9)',
      ours: await median(9, generate),
      theirs: [
        [
          'openssl genpkey',
          await median(
            9,
            tool(
              'openssl',
              'genpkey',
              '-algorithm',
              'RSA',
              '-pkeyopt',
              'rsa_keygen_bits:3072',
              '-out',
              path.join(folder, 'key.pem'),
            ),
          ),
        ],
      ],
      note: `longest stall of the event loop ${(await longestStall(generate)).toFixed(0)} ms`,
    });
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
