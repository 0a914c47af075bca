import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Certificate } from '../../src/core/certificates/certificate';
import { FlowKeystoreError } from '../../src/core/errors';
import { addCertificates } from '../../src/core/keystore/edit';
import { readKeystoreFile, stampOf, writeKeystoreFile } from '../../src/core/keystore/file';
import { readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { Random } from '../fuzz/random';

/** What the program tells, a line of JSON each. */
export type Told =
  | { readonly kind: 'saved'; readonly alias: string; readonly from: string; readonly to: string }
  | { readonly kind: 'refused'; readonly alias: string }
  /** The file is there by half. */
  | { readonly kind: 'half' };

const [file = '', password = '', der = '', how = ''] = process.argv.slice(2);
const tell = (told: Told): boolean => process.stdout.write(`${JSON.stringify(told)}\n`);
const certificate = Certificate.parse(readFileSync(der));
const random = new Random(11);

interface NewVersion {
  readonly alias: string;
  readonly from: string;
  readonly bytes: Uint8Array;
}

async function nextVersion(alias: string): Promise<NewVersion> {
  const { bytes, stamp } = await readKeystoreFile(file);
  const keystore = await readKeystore(bytes, password);
  const edited = addCertificates(keystore, [{ alias, certificate }]);
  return { alias, from: stamp, bytes: await writeKeystore(edited.keystore, password) };
}

/** Adds one certificate after the other, at random moments, until its standard input ends. */
async function saveOften(): Promise<void> {
  process.stdin.resume();
  for (let i = 0; !process.stdin.readableEnded; i++) {
    await pause(random.below(30));
    const { alias, from, bytes } = await nextVersion(`theirs ${i}`);
    try {
      const to = await writeKeystoreFile(file, bytes, from, { backups: 3 });
      tell({ kind: 'saved', alias, from, to });
    } catch (error) {
      if (!(error instanceof FlowKeystoreError) || error.code !== 'changed-on-disk') throw error;
      tell({ kind: 'refused', alias });
    }
  }
}

/** As programs do that know no better: empties the file and fills it again, in two steps. A line of the standard input for each step. */
async function writeInPlace(): Promise<void> {
  let i = 0;
  let pending: { version: NewVersion; fd: number; half: number } | undefined;
  for await (const line of createInterface(process.stdin)) {
    if (!pending) {
      const version = await nextVersion(`in place ${i++}`);
      const fd = openSync(file, 'r+');
      // Some empty it first; some write over what is there.
      if (line === 'empty') ftruncateSync(fd);
      // Beyond what two versions begin with alike.
      const half = Math.floor(version.bytes.length / 4) + random.below(version.bytes.length / 2);
      writeSync(fd, version.bytes, 0, half, 0);
      pending = { version, fd, half };
      tell({ kind: 'half' });
      continue;
    }
    const { version, fd, half } = pending;
    writeSync(fd, version.bytes, half, version.bytes.length - half, half);
    ftruncateSync(fd, version.bytes.length);
    closeSync(fd);
    pending = undefined;
    tell({ kind: 'saved', alias: version.alias, from: version.from, to: stampOf(version.bytes) });
  }
}

void (how === 'in-place' ? writeInPlace() : saveOften());
