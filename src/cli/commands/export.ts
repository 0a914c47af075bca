import path from 'node:path';
import { FlowKeystoreError } from '../../core/errors';
import { firstFew } from '../../core/firstFew';
import { getEntry, getKeyPair } from '../../core/keystore/edit';
import {
  certificatesToExport,
  writeCertificates,
  writeKeyPairs,
  type CertificateForm,
  type ExportedPart,
  type KeyPairForm,
} from '../../core/keystore/export';
import { sshPublicKeys } from '../../core/keystore/sshPublicKeys';
import { keystoreReport, type ReportForm } from '../../core/report/keystoreReport';
import { visible } from '../../core/visible';
import { inFile } from '../inFile';
import { KeystoreOpener, type OpenKeystore } from '../keystores';
import { requireNew, writeNew } from '../newFile';
import { badArguments, readOptions } from '../options';
import { secretsOf } from '../targetKeystore';
import { askNewSecret, note, type Terminal } from '../terminal';

export const exportUsage =
  'export KEYSTORE [ALIAS...] [--what certificate|chain|root|key-pair] [--form pem|der|p7b|p12|pkcs8|openssh|csv|json|md] [--out FILE [--force]] [--password-env NAME]... [--new-password-env NAME] [--json]';

const parts: readonly ExportedPart[] = ['certificate', 'chain', 'root'];
const certificateForms: readonly CertificateForm[] = ['pem', 'der', 'p7b'];
const keyPairForms: readonly KeyPairForm[] = ['p12', 'pkcs8'];
const reportForms: readonly ReportForm[] = ['csv', 'json', 'md'];

interface Options {
  readonly what?: string;
  readonly form?: string;
  readonly newPassword: () => Promise<string>;
}

/** Writes certificates, key pairs (encrypted), public keys for SSH or a report of a keystore. */
export async function exportFrom(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    what: { type: 'string' },
    form: { type: 'string' },
    out: { type: 'string' },
    force: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
    'new-password-env': { type: 'string' },
    json: { type: 'boolean' },
  });
  const [file, ...aliases] = positionals;
  if (file === undefined) throw badArguments('export takes a keystore, and the aliases of entries.');
  if (values.json && values.out === undefined) {
    throw badArguments('--json tells what was written, and goes with --out FILE. A report in JSON is --form json.');
  }
  const force = values.force ?? false;
  if (values.out !== undefined) await requireNew(values.out, force);
  const names = values['new-password-env'] === undefined ? [] : [values['new-password-env']];
  const [given] = secretsOf(names, 'new-password-env', terminal);
  const opener = new KeystoreOpener(values['password-env'] ?? [], terminal);
  const opened = await opener.open(file);
  const form = formNamed(values.form) ?? (values.out?.toLowerCase().endsWith('.pub') ? 'openssh' : undefined);
  const wanted = {
    ...values,
    ...(form !== undefined && { form }),
    newPassword: async () => given ?? (await askNewPassword(terminal)),
  };
  const made = await inFile(file, () => contentOf(opened, aliases, opener, terminal, wanted));
  if (values.out === undefined) {
    if (!made.isText) throw badArguments(`--form ${made.form} is not text.`, 'Name a file with --out FILE.');
    terminal.out(Buffer.from(made.bytes).toString('utf8'));
    return 0;
  }
  await writeNew(values.out, made.bytes, { what: 'The export', force });
  const result = { file: values.out, form: made.form, entries: made.aliases, octets: made.bytes.length };
  if (values.json) terminal.out(`${JSON.stringify(result, undefined, 2)}\n`);
  else terminal.out(`${values.out}: ${writtenText(made)}\n`);
  return 0;
}

function writtenText({ form, aliases }: Content): string {
  const names = aliases.map((alias) => `"${visible(alias)}"`);
  return `${form}, of ${aliases.length === 1 ? 'the entry' : `${aliases.length} entries:`} ${firstFew(names, 5)}`;
}

/** PKCS#12 has two names. @throws FlowKeystoreError `arguments`, with all forms that there are */
function formNamed(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const form = text.toLowerCase() === 'pkcs12' ? 'p12' : text;
  const known: readonly string[] = [...certificateForms, ...keyPairForms, 'openssh', ...reportForms];
  if (known.includes(form)) return form;
  throw badArguments(
    `--form takes ${certificateForms.join(', ')} (certificates), ${keyPairForms.join(', ')} (key pairs), openssh (public keys) or ${reportForms.join(', ')} (reports), not "${text}".`,
  );
}

interface Content {
  readonly bytes: Uint8Array;
  readonly form: string;
  readonly isText: boolean;
  readonly aliases: readonly string[];
}

async function contentOf(
  opened: OpenKeystore,
  aliases: readonly string[],
  opener: KeystoreOpener,
  terminal: Terminal,
  { what, form: wanted, newPassword }: Options,
): Promise<Content> {
  const { keystore } = opened;
  const report = reportForms.find((each) => each === wanted);
  if (report) {
    if (what !== undefined) throw badArguments(`--form ${report} is a report: --what does not go with it.`);
    const entries = aliases.length ? aliases.map((alias) => getEntry(keystore, alias)) : keystore.entries;
    const options = { name: path.basename(opened.file), now: terminal.now(), warnDays: 30 };
    const text = keystoreReport({ ...keystore, entries }, report, options);
    return { bytes: Buffer.from(text), form: report, isText: true, aliases: entries.map(({ alias }) => alias) };
  }
  if (wanted === 'openssh') {
    if (what !== undefined) throw badArguments('--form openssh is a public key: --what does not go with it.');
    return sshContent(opened, aliases, opener);
  }
  const isKeyPair = what === 'key-pair' || (what === undefined && keyPairForms.some((each) => each === wanted));
  if (isKeyPair) {
    const form = oneOf(keyPairForms, wanted ?? 'p12', 'form', 'of a key pair');
    if (!aliases.length) throw badArguments('Name the key pairs that are to be exported.');
    const pairs = aliases.map((alias) => getKeyPair(keystore, alias));
    if (form === 'p12' && pairs.length > 1) {
      note(
        terminal,
        `SAP takes one key pair from a PKCS#12 file that is uploaded as "Key Pair"; this one has ${pairs.length}.`,
      );
    }
    const password = await newPassword();
    const bytes = await writeKeyPairs(pairs, (pair) => opener.privateKeyOf(opened, pair), {
      form,
      password,
      created: terminal.now(),
    });
    return { bytes, form, isText: form === 'pkcs8', aliases: pairs.map(({ alias }) => alias) };
  }
  const part = oneOf(parts, what ?? 'certificate', 'what', 'besides key-pair');
  const form = oneOf(certificateForms, wanted ?? 'pem', 'form', `with --what ${part}`);
  const entries = aliases.length
    ? aliases.map((alias) => getEntry(keystore, alias))
    : keystore.entries.filter(
        (entry) => entry.kind === 'certificate' || (entry.kind === 'keyPair' && entry.chain.length),
      );
  if (!entries.length) {
    throw new FlowKeystoreError('not-a-certificate', 'There is no certificate in it.', { file: opened.file });
  }
  const bytes = await inFile(opened.file, () => writeCertificates(certificatesToExport(keystore, entries, part), form));
  return { bytes, form, isText: form === 'pem', aliases: entries.map(({ alias }) => alias) };
}

/** Of the key pairs that are named; of all where none is. */
async function sshContent(opened: OpenKeystore, aliases: readonly string[], opener: KeystoreOpener): Promise<Content> {
  const { keystore, file } = opened;
  const entries = aliases.length
    ? aliases.map((alias) => getEntry(keystore, alias))
    : keystore.entries.filter(({ kind }) => kind === 'keyPair');
  if (!entries.length) throw new FlowKeystoreError('not-a-key-pair', 'There is no key pair in it.', { file });
  const text = await inFile(file, () => sshPublicKeys(entries, (pair) => opener.privateKeyOf(opened, pair)));
  return { bytes: Buffer.from(text), form: 'openssh', isText: true, aliases: entries.map(({ alias }) => alias) };
}

function oneOf<T extends string>(possible: readonly T[], text: string, option: string, where: string): T {
  const found = possible.find((each) => each === text);
  if (found) return found;
  throw badArguments(`--${option} takes ${possible.join(', ')} ${where}, not "${text}".`);
}

async function askNewPassword(terminal: Terminal): Promise<string> {
  const password = await askNewSecret(terminal, 'New password, for the exported file: ');
  if (password !== undefined) return password;
  throw new FlowKeystoreError(
    'password-required',
    'A private key leaves the keystore only under a new password.',
    {},
    'Put it into an environment variable and name that with --new-password-env NAME.',
  );
}
