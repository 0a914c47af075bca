import type { Certificate } from '../../core/certificates/certificate';
import { serverChain } from '../../core/connectivity/serverChain';
import { parseTarget, targetText } from '../../core/connectivity/target';
import { FlowKeystoreError } from '../../core/errors';
import { firstFew } from '../../core/firstFew';
import { groups } from '../../core/keystore/describe';
import { readKeystoreFile } from '../../core/keystore/file';
import { describePassedOver, describeRow, describeWarning, itemKind } from '../../core/keystore/import/describe';
import {
  certificateOfItem,
  type AskPassword,
  type ImportItem,
  type ImportSource,
  type PassedOver,
  type Recognised,
} from '../../core/keystore/import/items';
import { applyMerge, sealItems } from '../../core/keystore/import/merge';
import {
  newlyTrusted,
  planMerge,
  withAction,
  type ConflictPolicy,
  type MergePlan,
  type MergeRow,
} from '../../core/keystore/import/plan';
import { recognise } from '../../core/keystore/import/recognise';
import type { Keystore } from '../../core/keystore/model';
import { visible } from '../../core/visible';
import { KeystoreOpener } from '../keystores';
import { badArguments, readNumber, readOptions } from '../options';
import { openOrCreate, readStoreType, secretsOf } from '../targetKeystore';
import { note, type Terminal } from '../terminal';

export const importUsage =
  'import KEYSTORE [SOURCE...] [--from-host HOST[:PORT]] [--alias ALIAS] [--overwrite | --keep | --rename] [--trust | --sha256 FINGERPRINT...] [--type PKCS12|JKS|JCEKS|PEM] [--dry-run] [--password-env NAME]... [--from-password-env NAME]... [--timeout SECONDS] [--json]';

/** Takes certificates, key pairs and the entries of other keystores into a keystore, which is made where there is none. */
export async function importInto(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    alias: { type: 'string' },
    overwrite: { type: 'boolean' },
    keep: { type: 'boolean' },
    rename: { type: 'boolean' },
    trust: { type: 'boolean' },
    yes: { type: 'boolean' },
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
  const onConflict = policyOf(values);
  const fingerprints = values.sha256?.map(readFingerprint);
  const type = values.type === undefined ? undefined : readStoreType(values.type);
  const timeoutMs = readNumber(values.timeout, 'timeout', 1, 600) * 1000;
  const passwordNames = values['password-env'] ?? [];
  const opener = new KeystoreOpener(passwordNames, terminal);
  const own = secretsOf(passwordNames, 'password-env', terminal);
  const given = secretsOf(values['from-password-env'] ?? [], 'from-password-env', terminal);
  const ask = asker([...given, ...own], terminal);

  const found = await whatToImport(names, host, ask, timeoutMs, terminal);
  const items = named(found.items, values.alias);
  const target = await openOrCreate(file, type, opener, terminal);
  const { keystore } = target;
  const isTrusting = values.trust === true || values.yes === true;
  let plan = planMerge(keystore, items, { onConflict: onConflict ?? 'rename' });
  if (fingerprints && !isTrusting) plan = onlyTrusting(keystore, plan, fingerprints);
  const dryRun = values['dry-run'] === true;
  let changed = false;
  if (!dryRun) {
    if (!onConflict) refuseConflicts(plan, file);
    if (!isTrusting && !fingerprints) refuseTrust(plan, file);
    const { type: kind } = keystore;
    const sealed = await sealItems(plan, { type: kind, password: target.password }, ask, { signal: terminal.signal });
    const edited = applyMerge(keystore, plan, sealed, terminal.now());
    changed = edited.changes.length > 0;
    if (changed) await target.save(edited.keystore);
  }
  const result = {
    file,
    type: keystore.type,
    isNew: !target.opened,
    dryRun,
    changed,
    plan,
    passedOver: found.passedOver,
  };
  terminal.out(values.json ? `${JSON.stringify(resultData(result), undefined, 2)}\n` : resultText(result));
  return 0;
}

interface ImportResult {
  readonly file: string;
  readonly type: Keystore['type'];
  readonly isNew: boolean;
  readonly dryRun: boolean;
  readonly changed: boolean;
  readonly plan: MergePlan;
  readonly passedOver: readonly PassedOver[];
}

function policyOf(values: { overwrite?: boolean; keep?: boolean; rename?: boolean }): ConflictPolicy | undefined {
  const chosen = (['overwrite', 'keep', 'rename'] as const).filter((name) => values[name]);
  if (chosen.length > 1) throw badArguments('--overwrite, --keep and --rename exclude one another.');
  const [only] = chosen;
  return only === 'keep' ? 'skip' : only;
}

function readFingerprint(text: string): string {
  const hex = text.replace(/[:\s]/g, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  throw badArguments(`--sha256 takes a SHA-256 fingerprint of 64 hex digits, not "${text}".`);
}

/** Each of the passwords that were given, then what is typed on a terminal. */
function asker(given: readonly string[], terminal: Terminal): AskPassword {
  return async ({ of, from, alias, wrong }) => {
    const next = given[wrong];
    if (next !== undefined) return next;
    const what = of === 'key' ? `the private key${alias === undefined ? '' : ` "${alias}"`} in ${from}` : from;
    const typed = wrong < given.length + 3 ? await terminal.askSecret(`Password of ${what}: `) : undefined;
    if (typed !== undefined) return typed;
    throw new FlowKeystoreError(
      given.length ? 'wrong-password' : 'password-required',
      given.length ? 'None of the passwords fits.' : 'It needs its password.',
      { file: from, ...(alias !== undefined && { detail: alias }) },
      'Put it into an environment variable and name that with --from-password-env NAME.',
    );
  };
}

async function whatToImport(
  files: readonly string[],
  host: string | undefined,
  ask: AskPassword,
  timeoutMs: number,
  terminal: Terminal,
): Promise<Recognised> {
  const { signal } = terminal;
  const sources: ImportSource[] = [];
  for (const name of files) sources.push({ name, bytes: (await readKeystoreFile(name, signal)).bytes });
  const found: Recognised = sources.length ? await recognise(sources, ask, { signal }) : { items: [], passedOver: [] };
  if (host === undefined) return found;
  const target = parseTarget(host);
  const chain = await serverChain(target, { timeoutMs, signal });
  const from = targetText(target);
  if (!chain.some(({ selfIssued }) => selfIssued)) {
    note(terminal, `${from} did not send the root of its chain, as most servers do not: get it from its issuer.`);
  }
  return {
    ...found,
    items: [...found.items, ...chain.map((certificate) => ({ kind: 'certificate', from, certificate }) as const)],
  };
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
  return plan.rows.reduce(
    (planned, { item, actions }, i) =>
      item.kind === 'certificate' && !fingerprints.includes(item.certificate.sha256)
        ? withAction(keystore, planned, i, 'skip')
        : // One that Java ignored is wanted if its fingerprint was given.
          item.kind === 'certificate' && actions[0] === 'skip'
          ? withAction(keystore, planned, i, 'add')
          : planned,
    plan,
  );
}

function refuseConflicts({ rows }: MergePlan, file: string): void {
  const conflicts = rows.filter(({ state, item }) => state.kind === 'conflict' && !isIgnored(item));
  if (!conflicts.length) return;
  const aliases = conflicts.map(({ item }) => `"${item.alias ?? ''}"`);
  throw new FlowKeystoreError(
    'alias-exists',
    `The keystore has something else under the alias ${firstFew(aliases, 5)}.`,
    { file },
    'Say --overwrite, --keep (the entries that are there) or --rename (adds under another alias).',
  );
}

const isIgnored = (item: ImportItem): boolean => item.kind === 'certificate' && item.ignored === true;

/** Nothing becomes trusted unseen. */
function refuseTrust(plan: MergePlan, file: string): void {
  const trusted = newlyTrusted(plan);
  if (!trusted.length) return;
  const one = ({ certificate }: { certificate: Certificate }): string =>
    `"${visible(certificate.subject.short)}" (SHA-256 ${groups(certificate.sha256)})`;
  throw new FlowKeystoreError(
    'arguments',
    `The keystore would come to trust ${firstFew(trusted.map(one), 3)}.`,
    { file },
    'Compare the fingerprints with what the owner tells you, then say --trust for all, or --sha256 FINGERPRINT for one.',
  );
}

function rowData(row: MergeRow): unknown {
  const certificate = certificateOfItem(row.item);
  return {
    action: row.action,
    state: row.state.kind,
    alias: row.alias,
    kind: row.item.kind === 'other' ? row.item.entry.kind : row.item.kind,
    from: row.item.from,
    ...(row.item.alias !== undefined && { sourceAlias: row.item.alias }),
    ...(certificate && { subject: certificate.subject.toString(), sha256: certificate.sha256 }),
    warnings: row.warnings.map((warning) => ({ code: warning.code, message: describeWarning(warning) })),
    message: describeRow(row),
  };
}

function resultData({ file, type, isNew, dryRun, changed, plan, passedOver }: ImportResult): unknown {
  return {
    file,
    type,
    created: isNew && changed,
    dryRun,
    changed,
    rows: plan.rows.map(rowData),
    passedOver: passedOver.map((each) => ({ ...each, message: describePassedOver(each) })),
  };
}

function resultText({ file, isNew, dryRun, changed, plan, passedOver }: ImportResult): string {
  const lines = [
    dryRun
      ? `${file}: this would happen; nothing was changed`
      : changed
        ? `${file}: ${isNew ? 'made' : 'saved'}`
        : `${file}: nothing to do`,
  ];
  for (const row of plan.rows) {
    const certificate = certificateOfItem(row.item);
    const what = certificate ? visible(certificate.subject.toString()) : visible(row.alias);
    lines.push(`  ${itemKind(row.item)} ${what}`, `    ${describeRow(row)}`);
    if (certificate) lines.push(`    SHA-256 ${groups(certificate.sha256)}`);
    for (const warning of row.warnings) lines.push(`    Note: ${describeWarning(warning)}`);
  }
  for (const each of passedOver) lines.push(`Passed over, in ${each.from}: ${describePassedOver(each)}`);
  return `${lines.join('\n')}\n`;
}
