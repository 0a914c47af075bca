import { readFile } from 'node:fs/promises';
import type { Certificate } from '../core/certificates/certificate';
import { FlowKeystoreError } from '../core/errors';
import { firstFew } from '../core/firstFew';
import { groups } from '../core/keystore/describe';
import { getKeyPair } from '../core/keystore/edit';
import type { Keystore } from '../core/keystore/model';
import { applyTenantEdit, type Untrusted } from '../core/tenant/applyEdit';
import { planTenantEdit } from '../core/tenant/editPlan';
import { generateOnTenant, type TenantKeyPair } from '../core/tenant/generate';
import { readTenantKeystore, type TenantKeystore } from '../core/tenant/keystore';
import { lastChangeOf } from '../core/tenant/lastChange';
import { readServiceKey } from '../core/tenant/serviceKey';
import { nodePorts, TenantSession } from '../core/tenant/session';
import { transferPassword } from '../core/tenant/transferPassword';
import { httpsTransport } from '../core/tenant/transport';
import { visible } from '../core/visible';
import { inFile } from './inFile';
import type { OpenKeystore } from './keystores';
import { badArguments } from './options';
import type { Terminal } from './terminal';

/** What stands in the place of a keystore file for the keystore of a tenant: `tenant:KEY`. */
const prefix = 'tenant:';

/** Of `--tenant KEY`. */
export const tenantPlace = (key: string): string => prefix + key;

export const isTenant = (place: string): boolean => place.startsWith(prefix);

/**
 * Reads the keystore of a tenant.
 * @param place `tenant:` and the environment variable that has a service key, or a file with one
 * @throws FlowKeystoreError as `readServiceKey` and `readTenantKeystore`
 */
export async function openTenant(place: string, terminal: Terminal): Promise<OpenKeystore> {
  const key = place.slice(prefix.length);
  if (key === '') {
    throw badArguments('--tenant needs a service key: its file, or the environment variable that has it.');
  }
  const access = await inFile(key, async () => readServiceKey(terminal.env[key] ?? (await serviceKeyIn(key))));
  const session = new TenantSession(access, nodePorts(httpsTransport()));
  const changed = await lastChangeOf(session, terminal.signal);
  const tenant = await readTenantKeystore(session, 'system', terminal.signal);
  // New private keys are sealed under it on their way, and never again.
  const password = transferPassword();
  return {
    file: session.host,
    keystore: tenant.keystore,
    password,
    stamp: '',
    tenant: { ...tenant, session, changed },
  };
}

async function serviceKeyIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new FlowKeystoreError(
      'not-found',
      'There is no file and no environment variable of that name.',
      {},
      'Put the service key into an environment variable, and name that with --tenant.',
      { cause },
    );
  }
}

/** What a tenant's keystore is besides its entries: the session that it is changed by. */
export interface OpenTenant extends TenantKeystore {
  readonly session: TenantSession;
  /** As `lastChangeOf` says it, when it was read. */
  readonly changed: string;
}

/**
 * Changes the keystore of a tenant to what an edit made of it.
 * @param trusts whether a certificate that the tenant does not trust by itself was confirmed
 * @throws FlowKeystoreError `tenant-changed` where somebody else changed it since it was read; `tenant-untrusted`; as `planTenantEdit` and `applyTenantEdit`
 */
export async function saveToTenant(
  { file, keystore, password, tenant }: OpenKeystore & { readonly tenant: OpenTenant },
  edited: Keystore,
  trusts: (certificate: Certificate) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const { session, facts, changed } = tenant;
  const steps = planTenantEdit(keystore, edited, (alias) => facts.get(alias)?.ownedBySap === true);
  if ((await lastChangeOf(session, signal)) !== changed) {
    throw new FlowKeystoreError(
      'tenant-changed',
      'Somebody else changed the keystore since it was read; nothing was done.',
      { file },
      'Run the command again.',
    );
  }
  await inFile(file, () =>
    applyTenantEdit(session, steps, {
      password: password ?? '',
      confirm: (untrusted) =>
        Promise.resolve(untrusted.every((each) => each.certificates.every(trusts)) || refuse(untrusted)),
      signal,
    }),
  );
}

/** Refuses what is known to be refused, and sends nothing. @throws as `planTenantEdit` */
export async function checkForTenant({ file, keystore, tenant }: OpenKeystore, edited: Keystore): Promise<void> {
  await inFile(file, () => planTenantEdit(keystore, edited, (alias) => tenant?.facts.get(alias)?.ownedBySap === true));
}

function refuse(untrusted: readonly Untrusted[]): never {
  const named = untrusted.flatMap(({ certificates }) => certificates);
  const texts = named.map(({ subject, sha256 }) => `"${visible(subject.short)}" (SHA-256 ${groups(sha256)})`);
  throw new FlowKeystoreError(
    'tenant-untrusted',
    `The tenant does not trust ${firstFew(texts, 3)} by itself.`,
    {},
    'Compare the fingerprints with what the owner tells you, then say --trust for all, or --sha256 FINGERPRINT for one.',
  );
}

/** Has the tenant make a key pair. @returns its certificate @throws as `generateOnTenant` */
export async function generateThere(
  { file, tenant }: { readonly file: string; readonly tenant: OpenTenant },
  plan: TenantKeyPair,
  terminal: Pick<Terminal, 'signal'>,
): Promise<readonly Certificate[]> {
  await inFile(file, () => generateOnTenant(tenant.session, plan, terminal.signal));
  const { keystore } = await readTenantKeystore(tenant.session, 'system', terminal.signal);
  return getKeyPair(keystore, plan.alias).chain;
}
