import { readFile } from 'node:fs/promises';
import { FlowKeystoreError } from '../core/errors';
import { readTenantKeystore } from '../core/tenant/keystore';
import { readServiceKey } from '../core/tenant/serviceKey';
import { nodePorts, TenantSession } from '../core/tenant/session';
import { httpsTransport } from '../core/tenant/transport';
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
  const tenant = await readTenantKeystore(session, 'system', terminal.signal);
  return { file: session.host, keystore: tenant.keystore, password: undefined, stamp: '', tenant };
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

/** @throws FlowKeystoreError `unsupported` for the keystore of a tenant */
export function refuseTenant({ file, tenant }: Pick<OpenKeystore, 'file' | 'tenant'>): void {
  if (!tenant) return;
  throw new FlowKeystoreError(
    'unsupported',
    'The keystore of a tenant is read here, not changed.',
    { file },
    'Change it in SAP Integration Suite, under Manage Keystore.',
  );
}
