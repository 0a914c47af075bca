import { serverChain } from '../../core/connectivity/serverChain';
import { parseTarget, targetText } from '../../core/connectivity/target';
import type { Certificate } from '../../core/certificates/certificate';
import { FlowKeystoreError } from '../../core/errors';
import { groups } from '../../core/keystore/describe';
import { readKeystoreFile } from '../../core/keystore/file';
import {
  certificateOfItem,
  type AskPassword,
  type ImportItem,
  type ImportSource,
  type Recognised,
} from '../../core/keystore/import/items';
import { applyMerge, sealItems } from '../../core/keystore/import/merge';
import {
  chosenRows,
  planMerge,
  withActions,
  type ConflictPolicy,
  type MergePlan,
} from '../../core/keystore/import/plan';
import { recognise, type RecogniseOptions } from '../../core/keystore/import/recognise';
import { withoutDuplicates } from '../../core/keystore/import/unique';
import type { Keystore } from '../../core/keystore/model';
import { KeystoreOpener } from '../keystores';
import { badArguments, readNumber, readOptions } from '../options';
import { sealingPassword } from '../sealingPassword';
import { openOrCreate, readStoreType, secretsOf } from '../targetKeystore';
import { readFingerprint } from '../fingerprint';
import { note, type Terminal } from '../terminal';
import { refuseConflicts, refuseTrust, refuseWhereNothingIsOverwritten } from './importRefusals';
import { resultData, resultText } from './importText';

export const importUsage =
  'import KEYSTORE [SOURCE...] [--from-host HOST[:PORT]] [--alias ALIAS] [--overwrite | --keep | --rename] [--trust | --sha256 FINGERPRINT...] [--ssh] [--type PKCS12|JKS|JCEKS|PEM] [--dry-run] [--password-env NAME]... [--from-password-env NAME]... [--timeout SECONDS] [--json]';

/** Takes certificates, key pairs and the entries of other keystores into a keystore, which is made where there is none. */
export async function importInto(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    alias: { type: 'string' },
    overwrite: { type: 'boolean' },
    keep: { type: 'boolean' },
    rename: { type: 'boolean' },
    trust: { type: 'boolean' },
    yes: { type: 'boolean' },
    ssh: { type: 'boolean' },
    sha256: { type: 'string', multiple: true },
    type: { type: 'string' },
    'dry-run': { type: 'boolean' },
    'from-host': { type: 'string' },
    'from-password-env': { type: 'string', multiple: true },
    'password-env': { type: 'string', multiple: true },
    timeout: { type: 'string', default: '10' },
    json: { type: 'boolean' },
  });
  const [file, ...names] = positionals;
  const host = values['from-host'];
  if (file === undefined || (!names.length && host === undefined)) {
    throw badArguments('import takes a keystore and what is to be imported: files, or --from-host HOST.');
  }
  const isTrusting = values.trust === true || values.yes === true;
  if (host !== undefined && names.length && isTrusting) throw trustOfBoth(host);
  const onConflict = policyOf(values);
  const fingerprints = values.sha256?.map(readFingerprint);
  const type = values.type === undefined ? undefined : readStoreType(values.type);
  const timeoutMs = readNumber(values.timeout, 'timeout', 1, 600) * 1000;
  const passwordNames = values['password-env'] ?? [];
  const opener = new KeystoreOpener(passwordNames, terminal);
  const own = secretsOf(passwordNames, 'password-env', terminal);
  const given = secretsOf(values['from-password-env'] ?? [], 'from-password-env', terminal);
  const ask = asker(given, own, terminal);

  const recognising = { signal: terminal.signal, now: terminal.now(), certifyAll: values.ssh === true };
  const found = await whatToImport(names, host, ask, timeoutMs, recognising, terminal);
  const items = named(found.items, values.alias);
  const target = await openOrCreate(file, type, opener, terminal);
  const { keystore } = target;
  let plan = planMerge(keystore, items, { onConflict: onConflict ?? 'rename' });
  if (fingerprints && !isTrusting) plan = onlyTrusting(keystore, plan, fingerprints);
  const dryRun = values['dry-run'] === true;
  const result = { file, type: keystore.type, isNew: !target.opened, dryRun, onConflict, passedOver: found.passedOver };
  const say = (rest: { changed: boolean; refused?: FlowKeystoreError }): void => {
    const whole = { ...result, plan, ...rest };
    terminal.out(values.json ? `${JSON.stringify(resultData(whole), undefined, 2)}\n` : resultText(whole));
  };
  try {
    if (!onConflict) refuseConflicts(plan, file);
    if (!isTrusting && !fingerprints) refuseTrust(plan, file);
    if (onConflict === 'overwrite') refuseWhereNothingIsOverwritten(plan, file);
    const hasKeys = chosenRows(plan).some(({ item }) => item.kind === 'keyPair');
    const password = hasKeys
      ? await sealingPassword(file, keystore, target.password, opener, terminal)
      : target.password;
    const sealed = await sealItems(plan, { type: keystore.type, password }, ask, { signal: terminal.signal });
    const edited = applyMerge(keystore, plan, sealed, terminal.now());
    const trusts = ({ sha256 }: Certificate): boolean => isTrusting || fingerprints?.includes(sha256) === true;
    const isChange = edited.changes.length > 0;
    if (isChange) await (dryRun ? target.check(edited.keystore) : target.save(edited.keystore, { trusts }));
    say({ changed: isChange && !dryRun });
  } catch (error) {
    // Whoever tries it out sees what there is, fingerprints above all, beside what the import itself would be refused for.
    if (dryRun && error instanceof FlowKeystoreError) say({ changed: false, refused: error });
    throw error;
  }
  return 0;
}

function policyOf(values: { overwrite?: boolean; keep?: boolean; rename?: boolean }): ConflictPolicy | undefined {
  const chosen = (['overwrite', 'keep', 'rename'] as const).filter((name) => values[name]);
  if (chosen.length > 1) throw badArguments('--overwrite, --keep and --rename exclude one another.');
  const [only] = chosen;
  return only === 'keep' ? 'skip' : only;
}

/** `--trust` takes no file: what was meant to vouch for the server would be one more thing to import, and nothing would be checked. */
function trustOfBoth(host: string): FlowKeystoreError {
  return badArguments(
    `--trust takes no file: it would trust everything that ${host} sends without a check, and import the files besides.`,
    'Say --sha256 FINGERPRINT for each certificate that is to be trusted; --dry-run lists them.',
  );
}

/** Each of the passwords that were given, then what is typed on a terminal. */
function asker(from: readonly string[], own: readonly string[], terminal: Terminal): AskPassword {
  const given = [...from, ...own];
  return async ({ of, from: source, alias, wrong }) => {
    const next = given[wrong];
    if (next !== undefined) return next;
    const what = of === 'key' ? `the private key${alias === undefined ? '' : ` "${alias}"`} in ${source}` : source;
    const typed = wrong < given.length + 3 ? await terminal.askSecret(`Password of ${what}: `) : undefined;
    if (typed !== undefined) return typed;
    const place = { file: source, ...(alias !== undefined && { detail: alias }) };
    if (of === 'key') throw keyPasswordWanted(place, given.length > 0, from.length > 0);
    throw given.length
      ? new FlowKeystoreError(
          'wrong-password',
          from.length
            ? 'The password that --from-password-env names does not open it.'
            : 'It has another password than the keystore that it is imported into.',
          place,
          from.length
            ? 'Put the right one into that environment variable, or name another with one more --from-password-env.'
            : 'Name the environment variable that has its password with --from-password-env NAME.',
        )
      : new FlowKeystoreError(
          'password-required',
          'It needs its password.',
          place,
          'Put it into an environment variable and name that with --from-password-env NAME.',
        );
  };
}

function keyPasswordWanted(
  place: { readonly file: string; readonly detail?: string },
  isAnyGiven: boolean,
  isFromGiven: boolean,
): FlowKeystoreError {
  return new FlowKeystoreError(
    isAnyGiven ? 'wrong-password' : 'password-required',
    isAnyGiven ? 'The private key has a password of its own.' : 'The private key needs its password.',
    place,
    isFromGiven
      ? 'Name the variable that has it with another --from-password-env.'
      : 'Name the variable that has it with --from-password-env NAME.',
  );
}

async function whatToImport(
  files: readonly string[],
  host: string | undefined,
  ask: AskPassword,
  timeoutMs: number,
  recognising: RecogniseOptions,
  terminal: Terminal,
): Promise<Recognised> {
  const { signal } = terminal;
  const sources: ImportSource[] = [];
  for (const name of files) sources.push({ name, bytes: (await readKeystoreFile(name, signal)).bytes });
  const found: Recognised = sources.length ? await recognise(sources, ask, recognising) : { items: [], passedOver: [] };
  if (host === undefined) return found;
  const target = parseTarget(host);
  const chain = await serverChain(target, { timeoutMs, signal });
  const from = targetText(target);
  if (!chain.some(({ selfIssued }) => selfIssued)) {
    note(terminal, `${from} did not send the root of its chain, as most servers do not: get it from its issuer.`);
  }
  const sent = chain.map((certificate) => ({ kind: 'certificate', from, certificate }) as const);
  return { ...found, items: withoutDuplicates([...found.items, ...sent]) };
}

function named(items: readonly ImportItem[], alias: string | undefined): readonly ImportItem[] {
  if (alias === undefined) return items;
  const [only] = items;
  if (items.length === 1 && only) return [{ ...only, alias }];
  throw badArguments(
    `--alias is for one thing; there are ${items.length}.`,
    'Leave it out, or name the source that has one.',
  );
}

/** Of the certificates only those whose fingerprints were given. */
function onlyTrusting(keystore: Keystore, plan: MergePlan, fingerprints: readonly string[]): MergePlan {
  const wanted = new Set(fingerprints);
  const there = new Set(plan.rows.map(({ item }) => certificateOfItem(item)?.sha256));
  const missing = fingerprints.find((each) => !there.has(each));
  if (missing !== undefined) {
    throw new FlowKeystoreError(
      'not-a-certificate',
      `There is no certificate with the SHA-256 fingerprint ${groups(missing)}.`,
      {},
      'Compare with what --dry-run lists: somebody else may be answering.',
    );
  }
  return withActions(keystore, plan, ({ item, actions }) => {
    if (item.kind !== 'certificate') return undefined;
    if (!wanted.has(item.certificate.sha256)) return 'skip';
    // One that Java ignored is wanted if its fingerprint was given.
    return actions[0] === 'skip' ? 'add' : undefined;
  });
}
