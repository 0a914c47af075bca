import type { Certificate } from '../certificates/certificate';
import { readCertificates } from '../certificates/import';
import { assembled, readTenantKeystore, type TenantKeystore } from './keystore';
import { textOf, type Entity } from './odata';
import { unlessMissing } from './refusal';
import type { TenantSession } from './session';
import { entryPath } from './writes';

/**
 * What a tenant keeps beside its current keystore: the new keys of SAP that wait to be activated, those that were in use before, and the administrator's backup.
 * The names are those of the API.
 */
export type ShelfName = 'KeyRenewal' | 'KeyHistory' | 'backup_admin_system';

export const shelfNames: readonly ShelfName[] = ['KeyRenewal', 'KeyHistory', 'backup_admin_system'];

/**
 * Reads a shelf. SAP's keys are few: their chains are asked for one by one, there is no public content of them.
 * @throws FlowKeystoreError as `TenantSession.send`, `tenant-answer`
 */
export async function readShelf(
  session: TenantSession,
  name: ShelfName,
  signal?: AbortSignal,
): Promise<TenantKeystore> {
  if (name === 'backup_admin_system') return readBackup(session, signal);
  const path = name === 'KeyHistory' ? '/HistoryKeystoreEntries' : `/KeystoreEntries?keystoreName=${name}`;
  const entries = await session.collection(path, signal);
  const chains = new Map<string, readonly Certificate[]>();
  for (const entity of entries) {
    const alias = textOf(entity, 'Alias');
    if (alias !== undefined) chains.set(alias, await chainOf(session, name, entity, alias, signal));
  }
  return assembled({ host: session.host, entries }, ({ alias }) => chains.get(alias) ?? []);
}

/** There may be no backup yet. */
async function readBackup(session: TenantSession, signal?: AbortSignal): Promise<TenantKeystore> {
  const backup = await unlessMissing(readTenantKeystore(session, 'backup_admin_system', signal));
  return backup ?? assembled({ host: session.host, entries: [] }, () => []);
}

async function chainOf(
  session: TenantSession,
  name: ShelfName,
  entity: Entity,
  alias: string,
  signal?: AbortSignal,
): Promise<readonly Certificate[]> {
  const part = textOf(entity, 'Type') === 'Key Pair' ? 'ChainResource' : 'Certificate';
  const rootless = part === 'Certificate' ? '&rootCA=false' : '';
  const { body } = await session.send({
    path: `${entryPath(alias)}/${part}/$value?keystoreName=${name}${rootless}`,
    signal,
  });
  return readCertificates(body).certificates;
}
