import { addCertificates } from '../../src/core/keystore/edit';
import { emptyKeystore, readWithoutPassword, writeKeystore } from '../../src/core/keystore/store';
import { readTenantKeystore } from '../../src/core/tenant/keystore';
import { nodePorts, TenantSession } from '../../src/core/tenant/session';
import { rowOf } from '../support/tenant/keystoreApi';
import { manyCertificates, median, type Goal } from './targets';

const entries = 6_000;

/** What a tenant's keystore costs once its answers are here, beside its public content as a file. */
export async function benchTenant(): Promise<Goal[]> {
  const made = await manyCertificates(entries);
  const content = await writeKeystore(addCertificates(emptyKeystore('JCEKS'), made).keystore, 'unknown');
  const rows = made.map(({ alias, certificate }) =>
    rowOf({ alias, kind: 'certificate', chain: [certificate] }, 'https://tenant.example'),
  );
  const answers = {
    list: Buffer.from(JSON.stringify({ d: { results: rows } })),
    content: Buffer.from(JSON.stringify({ d: { Name: 'system', Resource: Buffer.from(content).toString('base64') } })),
  };
  const ports = nodePorts(({ url }) =>
    Promise.resolve({
      status: 200,
      headers: {},
      body: url.includes('/KeystoreEntries') ? answers.list : answers.content,
    }),
  );
  const read = async (): Promise<void> => {
    const auth = { kind: 'basic', user: 'anna', password: 'x' } as const;
    const session = new TenantSession({ api: 'https://tenant.example/api/v1', auth }, ports);
    const { keystore } = await readTenantKeystore(session);
    if (keystore.entries.length !== entries) throw new Error(`${keystore.entries.length} entries`);
  };
  const alone = async (): Promise<void> => {
    await readWithoutPassword(content);
  };
  await read();
  await alone();
  const file = await median(5, alone);
  const tenant = await median(5, read);
  return [
    {
      what: `tenant's keystore of ${entries} entries, answers in memory (${tenant.toFixed(0)} ms), to the same as a file (${file.toFixed(0)} ms)`,
      ratio: tenant / file,
      atMost: 4,
    },
  ];
}
