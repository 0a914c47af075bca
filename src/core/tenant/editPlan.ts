import type { Certificate } from '../certificates/certificate';
import { FlowKeystoreError } from '../errors';
import { openSealedKey, sealKey } from '../keys/sealedKey';
import { convertKeystore } from '../keystore/convert';
import { sameAlias } from '../keystore/edit';
import type { CertificateEntry, Entry, Keystore, KeyPairEntry } from '../keystore/model';
import { entryFindings, javaStoreSize, sapSizes } from '../keystore/sapLimits';
import { emptyKeystore, writeChecked } from '../keystore/store';

/** One thing that a tenant is asked to do. */
export type TenantStep =
  | { readonly kind: 'delete'; readonly aliases: readonly string[] }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'certificate'; readonly entry: CertificateEntry; readonly update: boolean }
  | { readonly kind: 'keyPair'; readonly entry: KeyPairEntry; readonly update: boolean }
  | { readonly kind: 'chain'; readonly alias: string; readonly chain: readonly Certificate[] }
  /** Many at once, as one keystore; what is there under their aliases is replaced. */
  | { readonly kind: 'upload'; readonly entries: readonly Uploadable[]; readonly updates: readonly string[] };

type Uploadable = KeyPairEntry | CertificateEntry;

/** From so many on they go as one keystore: SAP counts requests. */
const manyEntries = 8;

/**
 * What to ask of a tenant, so that its keystore becomes another one: renames first, then what is new or replaced, and at the end what goes, so that a failure in
 * between loses nothing. Only what stands in the way of something new goes before it.
 * @param sapOwned whether an entry belongs to SAP
 * @throws FlowKeystoreError `sap-owned`; `alias-invalid`, `too-large`, `unsupported` for what the tenant is known to refuse; `key-mismatch` for a key pair whose
 * private key stays on the tenant and whose place another takes
 */
export function planTenantEdit(
  before: Keystore,
  after: Keystore,
  sapOwned: (alias: string) => boolean,
): readonly TenantStep[] {
  const gone = before.entries.filter((entry) => !after.entries.includes(entry));
  const fresh = after.entries.filter((entry) => !before.entries.includes(entry));
  const renames: { from: string; to: string }[] = [];
  const puts: TenantStep[] = [];
  const going = new Set(gone);
  const blocking: string[] = [];
  const stepsOf = (entry: Entry): void => {
    const old = [...going].find((each) => sameAlias(each.alias, entry.alias));
    if (old) going.delete(old);
    puts.push(...stepsFor(old, entry));
    if (old && old.kind !== entry.kind) blocking.push(old.alias);
  };
  const moved = new Set<Entry>();
  for (const entry of fresh) {
    const old = gone.find((each) => going.has(each) && each.alias !== entry.alias && sameContent(each, entry));
    if (!old) continue;
    judgeAlias(entry);
    going.delete(old);
    moved.add(entry);
    renames.push({ from: old.alias, to: entry.alias });
  }
  for (const entry of fresh) if (!moved.has(entry)) stepsOf(entry);
  for (const entry of [...going]) {
    if (!renames.some(({ to }) => sameAlias(to, entry.alias))) continue;
    going.delete(entry);
    blocking.push(entry.alias);
  }
  const doomed = [...going].map(({ alias }) => alias);
  for (const alias of [...doomed, ...blocking, ...renames.map(({ from }) => from), ...puts.flatMap(aliasesOf)]) {
    if (sapOwned(alias)) throw ownedBySap(alias);
  }
  return [
    ...(blocking.length ? [{ kind: 'delete' as const, aliases: blocking }] : []),
    ...orderedRenames(renames, before, blocking),
    ...grouped(puts),
    ...(doomed.length ? [{ kind: 'delete' as const, aliases: doomed }] : []),
  ];
}

/**
 * Many puts as few uploads, each of a size that SAP takes. A keystore of Java has its aliases in lower case: what is written otherwise goes alone.
 */
function grouped(puts: readonly TenantStep[]): TenantStep[] {
  const single = puts.filter((step) => step.kind === 'certificate' || step.kind === 'keyPair');
  const fit = single.filter(({ entry }) => entry.alias === entry.alias.toLowerCase());
  if (fit.length < manyEntries) return [...puts];
  const uploads: { entries: Uploadable[]; updates: string[]; size: number }[] = [];
  for (const { entry, update } of fit) {
    const size = javaStoreSize({ entries: [entry] });
    let last = uploads.at(-1);
    if (!last || last.size + size > sapSizes.jksUpload) uploads.push((last = { entries: [], updates: [], size: 0 }));
    last.entries.push(entry);
    last.size += size;
    if (update) last.updates.push(entry.alias);
  }
  const rest = puts.filter((step) => !fit.includes(step as (typeof fit)[number]));
  return [...uploads.map(({ entries, updates }): TenantStep => ({ kind: 'upload', entries, updates })), ...rest];
}

function stepsFor(old: Entry | undefined, entry: Entry): TenantStep[] {
  if (entry.kind !== 'keyPair' && entry.kind !== 'certificate') {
    throw new FlowKeystoreError(
      'unsupported',
      `"${entry.alias}" is no key pair and no certificate: the tenant's keystore holds nothing else.`,
    );
  }
  judge(entry);
  const update = old?.kind === entry.kind;
  if (entry.kind === 'certificate') return [{ kind: 'certificate', entry, update }];
  if (entry.key.form !== 'elsewhere') return [{ kind: 'keyPair', entry, update }];
  const stays = old?.kind === 'keyPair' && old.key.form === 'elsewhere';
  if (!stays || old.chain[0]?.spki === undefined) {
    throw new FlowKeystoreError(
      'key-mismatch',
      `The private key of "${entry.alias}" stays on ${entry.key.where}: it cannot be copied.`,
      {},
      'Generate a key pair on this tenant instead, or upload the file that the key pair came from.',
    );
  }
  return [{ kind: 'chain', alias: entry.alias, chain: entry.chain }];
}

/** @throws FlowKeystoreError with what SAP would refuse for certain */
function judge(entry: KeyPairEntry | CertificateEntry): void {
  const finding = entryFindings(entry).find(({ severity }) => severity === 'error');
  if (!finding) return;
  const code =
    finding.code === 'alias' ? 'alias-invalid' : finding.code.endsWith('too-large') ? 'too-large' : 'unsupported';
  throw new FlowKeystoreError(code, finding.message, { detail: entry.alias });
}

function judgeAlias(entry: Entry): void {
  const finding = entryFindings(entry).find(({ severity, code }) => severity === 'error' && code === 'alias');
  if (finding) throw new FlowKeystoreError('alias-invalid', finding.message, { detail: entry.alias });
}

function sameContent(a: Entry, b: Entry): boolean {
  if (a.kind === 'certificate' && b.kind === 'certificate') return a.certificate.equals(b.certificate);
  return a.kind === 'keyPair' && b.kind === 'keyPair' && a.key === b.key && a.chain === b.chain;
}

/** Each alias is free when something is renamed to it; two that change places go over a third alias. */
function orderedRenames(
  renames: readonly { from: string; to: string }[],
  { entries }: Keystore,
  free: readonly string[],
): TenantStep[] {
  const steps: TenantStep[] = [];
  const waiting = [...renames];
  const taken = new Set(entries.map(({ alias }) => alias.toLowerCase()));
  for (const alias of free) taken.delete(alias.toLowerCase());
  const move = (from: string, to: string): void => {
    steps.push({ kind: 'rename', from, to });
    taken.delete(from.toLowerCase());
    taken.add(to.toLowerCase());
  };
  while (waiting.length) {
    const at = waiting.findIndex(({ from, to }) => !taken.has(to.toLowerCase()) || sameAlias(from, to));
    const [next] = waiting.splice(Math.max(0, at), 1);
    if (!next) break;
    if (at >= 0) {
      move(next.from, next.to);
      continue;
    }
    // None is free: they change places.
    let aside = `${next.from}_moving`;
    while (taken.has(aside.toLowerCase())) aside += '_';
    move(next.from, aside);
    waiting.push({ from: aside, to: next.to });
  }
  return steps;
}

function aliasesOf(step: TenantStep): readonly string[] {
  switch (step.kind) {
    case 'delete':
      return step.aliases;
    case 'rename':
      return [step.from];
    case 'chain':
      return [step.alias];
    case 'upload':
      return step.entries.map(({ alias }) => alias);
    default:
      return [step.entry.alias];
  }
}

/** @param alias of an entry that SAP keeps */
export function ownedBySap(alias: string): FlowKeystoreError {
  return new FlowKeystoreError(
    'sap-owned',
    `"${alias}" belongs to SAP: nobody else changes it.`,
    { detail: alias },
    alias.toLowerCase() === 'sap_cloudintegrationcertificate'
      ? 'SAP renews it; a new one waits under "New SAP Keys".'
      : 'Use an entry of your own.',
  );
}

/**
 * A key pair as a file of its own, as the API takes it.
 * @param password of the private key; of the file too
 * @throws FlowKeystoreError `too-large`; as `openSealedKey`
 */
export async function keyPairFile(entry: KeyPairEntry, password: string): Promise<Uint8Array> {
  const plain = await openSealedKey(entry.key, password);
  try {
    const pair = { ...entry, key: await sealKey(plain, password) };
    const { bytes } = await writeChecked({ ...emptyKeystore('PKCS12'), entries: [pair] }, password);
    if (bytes.length <= sapSizes.keyPair) return bytes;
    throw new FlowKeystoreError(
      'too-large',
      `As a file of its own "${entry.alias}" has ${bytes.length.toLocaleString('en')} octets; SAP takes ${sapSizes.keyPair.toLocaleString('en')}.`,
      { detail: entry.alias },
      'Leave the root out of its chain.',
    );
  } finally {
    if (entry.key.form !== 'plain') plain.fill(0);
  }
}

/**
 * Entries as one keystore, as the API takes it: JKS, all private keys under its password.
 * @param password of the private keys; of the file too
 * @throws FlowKeystoreError as `convertKeystore`
 */
export async function keystoreFile(entries: readonly Uploadable[], password: string): Promise<Uint8Array> {
  const whole = { ...emptyKeystore('PKCS12'), entries };
  const { keystore } = await convertKeystore(whole, { store: password }, { type: 'JKS', password });
  return (await writeChecked(keystore, password)).bytes;
}

/** The aliases that a step puts something under. */
export function touchedBy(step: TenantStep): readonly string[] {
  return step.kind === 'rename' ? [step.from, step.to] : aliasesOf(step);
}

/** `add "a"`, `delete 3 entries`: for progress, errors and the audit. */
export function describeStep(step: TenantStep): string {
  switch (step.kind) {
    case 'delete':
      return step.aliases.length === 1 ? `delete "${step.aliases[0] ?? ''}"` : `delete ${step.aliases.length} entries`;
    case 'rename':
      return `rename "${step.from}" to "${step.to}"`;
    case 'chain':
      return `give "${step.alias}" another chain`;
    case 'upload':
      return `add or replace ${step.entries.length} entries as one keystore`;
    default:
      return `${step.update ? 'replace' : 'add'} "${step.entry.alias}"`;
  }
}
