import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { FlowKeystoreError } from '../../core/errors';
import { trustAnchors } from '../../core/keystore/anchors';
import { getKeyPair } from '../../core/keystore/edit';
import { handOverKit, rootMissingFile, zipKit, type KitFile } from '../../core/report/handOverKit';
import { keyUsesIn } from '../../core/report/keyUses';
import { counted } from '../counted';
import { flowsIn } from '../flowFiles';
import { inFile } from '../inFile';
import { KeystoreOpener } from '../keystores';
import { requireNew, writeNew } from '../newFile';
import { badArguments, readOptions } from '../options';
import { note, type Terminal } from '../terminal';

export const kitUsage =
  'kit KEYSTORE ALIAS --out FOLDER|FILE.zip [--force] [--flows PATH]... [--receiver NAME] [--password-env NAME] [--json]';

/** Writes what the administrator of a receiver needs to accept a key pair. */
export async function kit(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    out: { type: 'string' },
    force: { type: 'boolean' },
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
  const zip = isZip(out);
  const force = values.force ?? false;
  if (zip) await requireNew(out, force);
  const { keystore } = await new KeystoreOpener(values['password-env'] ?? [], terminal).open(file);
  const entry = await inFile(file, () => getKeyPair(keystore, alias));
  const { flows, problems } = await flowsIn(values.flows ?? [], terminal.signal);
  for (const problem of problems) note(terminal, `${problem.file}: ${problem.message}`);
  const uses = keyUsesIn(flows, entry.alias);
  if (values.flows && !uses.length) {
    note(
      terminal,
      `no receiver channel of ${counted(flows.length, 'flow')} uses "${entry.alias}": the letter names none.`,
    );
  }
  const made = handOverKit(entry, {
    now: terminal.now(),
    uses,
    known: trustAnchors(keystore).map(({ certificate }) => certificate),
    ...(values.receiver !== undefined && { receiver: values.receiver }),
  });
  let written = [out];
  if (zip) await writeNew(out, zipKit(made.files, terminal.now()), { what: 'The kit', force });
  else written = await writeFolder(out, made.files, force);
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

/** What a name says that looks like an archive of another kind: a folder of that name is not what was meant. */
const otherArchive = /\.(7z|ar|arj|bz2|cab|gz|jar|lha|lzh|rar|tar|tbz2?|tgz|txz|xz|zipx|zst)$/i;

function isZip(out: string): boolean {
  const [ending] = otherArchive.exec(out) ?? [];
  if (ending === undefined) return /\.zip$/i.test(out);
  throw badArguments(
    `The kit is written as a folder or as a .zip, not as ${ending}.`,
    'Name a folder, or a file that ends in .zip.',
  );
}

async function writeFolder(out: string, files: readonly KitFile[], force: boolean): Promise<string[]> {
  await makeFolder(out);
  const named = files.map(({ name, bytes }) => ({ file: path.join(out, name), bytes }));
  // All of them before the first is written: half a kit is none.
  for (const { file } of named) await requireNew(file, force);
  for (const { file, bytes } of named) await writeNew(file, bytes, { what: 'The kit', force });
  // Of an earlier kit: the root has come since, and the letter speaks of it no more.
  if (force && !files.some(({ name }) => name === rootMissingFile)) {
    await rm(path.join(out, rootMissingFile), { force });
  }
  return named.map(({ file }) => file);
}

async function makeFolder(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new FlowKeystoreError(
      'unwritable',
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'The kit could not be written: a file is where a folder would have to be.'
        : `The kit could not be written (${code}).`,
      { file: out },
      'Name a folder that may be written to, or a file that ends in .zip.',
      { cause },
    );
  }
}
