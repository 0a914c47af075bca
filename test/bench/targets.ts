import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { Certificate } from '../../src/core/certificates/certificate';
import type { addCertificates } from '../../src/core/keystore/edit';
import type { StoreType } from '../../src/core/keystore/model';
import { emptyKeystore, readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { makeCa } from '../support/testCertificates';

/** What must hold, as a ratio of two times of one run. */
export interface Goal {
  readonly what: string;
  readonly ratio: number;
  readonly atMost: number;
}

const password = 'changeit';

/** Median of several runs, in milliseconds. */
export async function median(runs: number, work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
}

export const tool =
  (name: string, ...args: string[]) =>
  (): void => {
    const { status, error } = spawnSync(name, args, { stdio: 'ignore', env: { ...process.env, BENCH: password } });
    if (error || status !== 0) throw error ?? new Error(`${name} failed`);
  };

/** JKS beside keytool, and how time grows with the number of certificates. */
export async function benchGrowth(cli: string): Promise<Goal[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  try {
    const all = await manyCertificates(60_000);
    const made = async (type: StoreType, count: number): Promise<string> => {
      const file = path.join(folder, `${type}-${count}`);
      writeFileSync(file, await writeKeystore({ ...emptyKeystore(type), entries: all.slice(0, count) }, password));
      return file;
    };
    const goals: Goal[] = [];
    for (const type of ['PKCS12', 'JKS', 'PEM'] as const) {
      const [some, many] = [await made(type, 6_000), await made(type, 60_000)];
      const read = (file: string) => (): Promise<unknown> => readKeystore(readFileSync(file), password);
      await read(some)();
      const few = await median(5, read(some));
      goals.push({
        what: `${type}: time for 60,000 certificates to that for 6,000 (${few.toFixed(0)} ms)`,
        ratio: (await median(3, read(many))) / few,
        // 10 is linear; what is read anew for each certificate would make it 100.
        atMost: 15,
      });
      if (type !== 'JKS') continue;
      const keytool = await median(3, tool('keytool', '-list', '-keystore', some, '-storepass', password));
      const list = tool(process.execPath, cli, 'list', some, '--password-env', 'BENCH', '--json');
      const beside = `to that of keytool -list (${keytool.toFixed(0)} ms), 6,000 certificates`;
      goals.push({ what: `JKS in the editor: time ${beside}`, ratio: few / keytool, atMost: 0.1 });
      goals.push({
        what: `JKS on the command line: time ${beside}`,
        ratio: (await median(3, list)) / keytool,
        atMost: 1,
      });
    }
    return goals;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Certificates that differ in their serial numbers; nobody checks the signatures. */
export async function manyCertificates(count: number): Promise<ReturnType<typeof entriesOf>> {
  const { certificate } = await makeCa('Bench Root', { key: { algorithm: 'RSA', bits: 2048 } });
  const serial = Buffer.from(certificate.serialNumber, 'hex');
  const made: { alias: string; certificate: Certificate }[] = [];
  for (let i = 0; i < count; i++) {
    const der = Buffer.from(certificate.der);
    der.writeUInt32BE(0x10000000 + i, der.indexOf(serial));
    made.push({ alias: `certificate ${i}`, certificate: Certificate.parse(der) });
  }
  return entriesOf(made);
}

const entriesOf = (certificates: Parameters<typeof addCertificates>[1]) =>
  certificates.map((each) => ({ kind: 'certificate' as const, ...each }));
