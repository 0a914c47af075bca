import { FlowKeystoreError } from '../../core/errors';
import { convertKeystore } from '../../core/keystore/convert';
import { planConversion } from '../../core/keystore/conversionPlan';
import { writeKeystoreFile } from '../../core/keystore/file';
import type { Entry, StoreType } from '../../core/keystore/model';
import { writeChecked } from '../../core/keystore/store';
import { storeTypes, typeOfName } from '../../core/keystore/typeOfName';
import { requireFileName } from '../../core/replaceFile';
import { keyPasswordMissing, KeystoreOpener, newPassword, notePassword } from '../keystores';
import { badArguments, readOptions } from '../options';
import { note, type Terminal } from '../terminal';

export const convertUsage =
  'convert KEYSTORE TO [--type PKCS12|JKS|JCEKS|PEM] [--password-env NAME] [--new-password-env NAME] [--json]';

/** Writes a keystore anew: in another format, under another password, or with today's encryption. The first file stays as it is. */
export async function convert(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    type: { type: 'string' },
    json: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
    'new-password-env': { type: 'string' },
  });
  const [file, to, ...more] = positionals;
  if (file === undefined || to === undefined || more.length) {
    throw badArguments('convert takes a keystore file and the name of the new one.');
  }
  const type = readType(values.type, to);
  await requireFileName(to);
  const chosen = newPassword(values['new-password-env'], terminal, type);
  const opener = new KeystoreOpener(values['password-env'] ?? [], terminal);
  const opened = await opener.open(file);
  const password = chosen ?? opened.password;
  if (password === undefined && (type !== 'PEM' || opened.keystore.entries.some(({ kind }) => kind === 'keyPair'))) {
    throw badArguments(
      'The new keystore needs a password.',
      'Put it into an environment variable and name that with --new-password-env NAME.',
    );
  }
  if (chosen === undefined && password !== undefined) {
    notePassword(password, type, `the password of ${to}`, terminal);
  }
  const plan = planConversion(opened.keystore, type);
  try {
    const converted = await convertKeystore(
      opened.keystore,
      { store: opened.password },
      { type, password: password ?? '' },
      { signal: terminal.signal, passwordFor: opener.otherPasswords() },
    );
    const { bytes, keystore } = await writeChecked(converted.keystore, type === 'PEM' ? undefined : password);
    // A file of that name is not replaced: a keystore in it would be lost.
    await writeKeystoreFile(to, bytes, null).catch((error: unknown) => {
      throw error instanceof FlowKeystoreError ? error.at({ file: to }) : error;
    });
    if (plan.carried) {
      note(terminal, `${plan.carried} parts of ${file} that are no entries are not in ${to}.`);
    }
    const result = {
      file: to,
      type,
      entries: keystore.entries.length,
      renamed: plan.renamed,
      leftOut: converted.leftOut,
      sealed: converted.sealed,
    };
    if (values.json) terminal.out(`${JSON.stringify(result, undefined, 2)}\n`);
    else terminal.out(resultText(result));
    return 0;
  } catch (error) {
    if (!(error instanceof FlowKeystoreError)) throw error;
    const { detail } = error.place;
    throw error.code === 'wrong-password' && detail !== undefined
      ? keyPasswordMissing(file, detail, error)
      : error.at({ file });
  }
}

function readType(given: string | undefined, file: string): StoreType {
  const type = given === undefined ? typeOfName(file) : storeTypes.find((each) => each === given.toUpperCase());
  if (type) return type;
  if (given !== undefined) throw badArguments(`--type takes ${storeTypes.join(', ')}, not "${given}".`);
  throw badArguments(`The name ${file} does not say which kind of keystore it is to be.`, 'Say it with --type.');
}

interface Result {
  readonly file: string;
  readonly type: StoreType;
  readonly entries: number;
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  readonly leftOut: readonly {
    readonly alias: string;
    readonly kind: Entry['kind'];
    readonly why: 'format' | 'password';
  }[];
}

function resultText({ file, type, entries, renamed, leftOut }: Result): string {
  const lines = [`${file}: ${type}, ${entries} ${entries === 1 ? 'entry' : 'entries'}`];
  for (const { from, to } of renamed) lines.push(`  "${from}" is "${to}" in it: ${type} has aliases in lower case`);
  for (const { alias, why } of leftOut) {
    const reason = why === 'format' ? `${type} cannot hold it` : 'it has another password';
    lines.push(`  left out: "${alias}" (${reason})`);
  }
  return `${lines.join('\n')}\n`;
}
