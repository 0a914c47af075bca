import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FlowKeystoreError } from '../../core/errors';
import { nodeFiles } from '../../core/flow/nodeFiles';
import { loadFlows } from '../../core/flow/project';
import { trustAnchors } from '../../core/keystore/anchors';
import { getKeyPair } from '../../core/keystore/edit';
import { handOverKit, zipKit, type KitFile } from '../../core/report/handOverKit';
import { keyUsesIn } from '../../core/report/keyUses';
import { KeystoreOpener } from '../keystores';
import { badArguments, readOptions } from '../options';
import { note, type Terminal } from '../terminal';

export const kitUsage =
  'kit KEYSTORE ALIAS --out FOLDER|FILE.zip [--flows PATH]... [--receiver NAME] [--password-env NAME] [--json]';

/** Writes what the administrator of a receiver needs to accept a key pair. */
export async function kit(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    out: { type: 'string' },
    flows: { type: 'string', multiple: true },
    receiver: { type: 'string' },
    json: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  const [file, alias, ...more] = positionals;
  if (file === undefined || alias === undefined || more.length) {
    throw badArguments('kit takes a keystore and an alias.');
  }
  const { out } = values;
  if (out === undefined) throw badArguments('kit needs --out: a folder, or a file that ends in .zip.');
  const { keystore } = await new KeystoreOpener(values['password-env'] ?? [], terminal).open(file);
  const entry = getKeyPair(keystore, alias);
  const { flows, problems } = await loadFlows(values.flows ?? [], nodeFiles, terminal.signal);
  for (const problem of problems) note(terminal, `${problem.file}: ${problem.message}`);
  const made = handOverKit(entry, {
    now: terminal.now(),
    uses: keyUsesIn(flows, entry.alias),
    known: trustAnchors(keystore).map(({ certificate }) => certificate),
    ...(values.receiver !== undefined && { receiver: values.receiver }),
  });
  const written = /\.zip$/i.test(out)
    ? await writeZip(out, made.files, terminal.now())
    : await writeFolder(out, made.files);
  if (made.missing) note(terminal, `the root is not in the keystore: ${made.missing.toString()}`);
  if (values.json) {
    const answer = {
      out,
      files: made.files.map(({ name }) => name),
      ...(made.missing && { missing: made.missing.toString() }),
    };
    terminal.out(`${JSON.stringify(answer, undefined, 2)}\n`);
  } else terminal.out(written.map((each) => `${each}\n`).join(''));
  return 0;
}

async function writeZip(out: string, files: readonly KitFile[], now: Date): Promise<string[]> {
  await written(out, () => writeFile(out, zipKit(files, now)));
  return [out];
}

async function writeFolder(out: string, files: readonly KitFile[]): Promise<string[]> {
  await written(out, async () => {
    await mkdir(out, { recursive: true });
    if (!(await stat(out)).isDirectory()) throw new Error('no folder');
    for (const { name, bytes } of files) await writeFile(path.join(out, name), bytes);
  });
  return files.map(({ name }) => path.join(out, name));
}

async function written(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new FlowKeystoreError(
      'unwritable',
      `The kit could not be written (${code}).`,
      { file },
      'Name a folder that may be written to, or a file that ends in .zip.',
      { cause },
    );
  }
}
