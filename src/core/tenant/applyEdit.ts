import type { Certificate } from '../certificates/certificate';
import { FlowKeystoreError } from '../errors';
import { firstFew } from '../firstFew';
import { describeStep, keyPairFile, keystoreFile, type TenantStep } from './editPlan';
import type { TenantSession } from './session';
import { deleteEntries, postKeyPair, putCertificate, putChain, rename, uploadKeystore, type Trusting } from './writes';

/** What a tenant does not trust by itself, before somebody has compared its fingerprint. */
export interface Untrusted {
  readonly alias: string;
  /** That it would trust, or whose chain it does not know. */
  readonly certificates: readonly Certificate[];
}

export interface ApplyOptions {
  /** Of the private keys that are sent: of this edit alone. */
  readonly password: string;
  /** Asked once, with all that the tenant asked for. @returns whether it is to be trusted */
  readonly confirm: (untrusted: readonly Untrusted[]) => Promise<boolean>;
  readonly onStep?: (step: TenantStep, done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Carries out what was planned, one after the other. What the tenant wants to have confirmed is gathered, asked for once and sent again; what is only to go once
 * something else is there waits for it.
 * @returns the steps that were taken; none where nothing was confirmed
 * @throws FlowKeystoreError as `TenantSession.send` where nothing was done; `tenant-partly` where some was, naming what was done and what not
 */
export async function applyTenantEdit(
  session: TenantSession,
  steps: readonly TenantStep[],
  options: ApplyOptions,
): Promise<readonly TenantStep[]> {
  const done: TenantStep[] = [];
  const untrusted: TenantStep[] = [];
  const after: TenantStep[] = [];
  const run = async (step: TenantStep, fingerprintVerified: boolean): Promise<void> => {
    options.onStep?.(step, done.length, steps.length);
    await send(session, step, { ...options, fingerprintVerified });
    done.push(step);
  };
  try {
    for (const step of steps) {
      if (untrusted.length && step.kind === 'delete') {
        after.push(step);
        continue;
      }
      try {
        await run(step, false);
      } catch (error) {
        if (!(error instanceof FlowKeystoreError && error.code === 'tenant-untrusted')) throw error;
        untrusted.push(step);
      }
    }
    if (untrusted.length) {
      if (!(await options.confirm(untrusted.map(untrustedOf)))) {
        if (!done.length) return [];
        throw new FlowKeystoreError('tenant-untrusted', 'The rest was not confirmed.');
      }
      for (const step of untrusted) await run(step, true);
    }
    for (const step of after) await run(step, false);
    return done;
  } catch (error) {
    throw done.length ? partly(error, done, steps) : error;
  }
}

async function send(session: TenantSession, step: TenantStep, options: ApplyOptions & Trusting): Promise<void> {
  const { signal, password } = options;
  switch (step.kind) {
    case 'delete':
      return deleteEntries(session, step.aliases, signal);
    case 'rename':
      return rename(session, step.from, step.to, signal);
    case 'certificate':
      return putCertificate(session, step.entry.alias, step.entry.certificate, { ...options, update: step.update });
    case 'upload':
      return upload(
        session,
        step.entries.map(({ alias }) => alias),
        await keystoreFile(step.entries, password),
        options,
      );
    case 'chain':
      return putChain(session, step.alias, step.chain, options);
    case 'keyPair': {
      const { entry, update } = step;
      const pkcs12 = await keyPairFile(entry, password);
      return postKeyPair(session, { alias: entry.alias, pkcs12, password, update }, options);
    }
  }
}

/** @throws FlowKeystoreError `tenant-partly` naming what the tenant did not take, and why */
async function upload(
  session: TenantSession,
  aliases: readonly string[],
  file: Uint8Array,
  { password, signal }: ApplyOptions,
): Promise<void> {
  const status = await uploadKeystore(session, file, password, 'overwrite', signal);
  const sent = new Set(aliases);
  const refused = status.filter((each) => sent.has(each.alias) && /^notImported/i.test(each.status));
  if (!refused.length) return;
  const reasons = refused.map((each) => `"${each.alias}" (${each.status.replace(/^notImported\s*:\s*/i, '')})`);
  throw new FlowKeystoreError(
    'tenant-partly',
    `The tenant did not take ${firstFew(reasons, 4)}; the other ${sent.size - refused.length} are there.`,
    {},
    'The keystore is shown as it is now.',
  );
}

function untrustedOf(step: TenantStep): Untrusted {
  switch (step.kind) {
    case 'certificate':
      return { alias: step.entry.alias, certificates: [step.entry.certificate] };
    case 'keyPair':
      return { alias: step.entry.alias, certificates: step.entry.chain.slice(-1) };
    case 'chain':
      return { alias: step.alias, certificates: step.chain.slice(-1) };
    default:
      return { alias: describeStep(step), certificates: [] };
  }
}

function partly(cause: unknown, done: readonly TenantStep[], steps: readonly TenantStep[]): FlowKeystoreError {
  const missing = steps.filter((step) => !done.includes(step));
  const why =
    cause instanceof FlowKeystoreError ? cause.message : cause instanceof Error ? cause.message : String(cause);
  return new FlowKeystoreError(
    'tenant-partly',
    `Only a part was done. Done: ${listed(done)}. Not done: ${listed(missing)}. ${why}`,
    cause instanceof FlowKeystoreError ? cause.place : {},
    'The keystore is shown as it is now; do the rest again.',
    { cause },
  );
}

function listed(steps: readonly TenantStep[]): string {
  const shown = steps.slice(0, 4).map(describeStep);
  return shown.join(', ') + (steps.length > 4 ? `, and ${steps.length - 4} more` : '');
}
