import { readdir, readFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  makeIdentity,
  makePracticePartner,
  type PracticeAuthorities,
} from '../src/core/connectivity/practice/identities';
import { manifestPath, symbolicName, type ProjectFiles } from '../src/core/tenant/content/archive';
import { simulatedFlow, type SimulatedFlow } from '../test/support/tenant/contentApi';
import type { SimulatedEntry } from '../test/support/tenant/keystore';
import { TenantSimulator } from '../test/support/tenantSimulator';

export interface DemoTenant {
  readonly url: string;
  /** Path of the file with its service key. */
  readonly serviceKey: string;
  /** Path of the certificate that its clients have to trust. */
  readonly authority: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a simulated tenant with a keystore and the flows of the example workspace. It forgets all when it ends, but its secret stays the same, so that a tenant that
 * was connected once is there the next time.
 * @param folder of its own, for the service key
 */
export async function startDemoTenant(
  folder: string,
  workspace: string,
  { clientCa, issuing }: PracticeAuthorities,
  port: number,
): Promise<DemoTenant> {
  const now = new Date();
  await mkdir(folder, { recursive: true });
  const serviceKey = path.join(folder, 'service-key.json');
  const clientSecret = await secretIn(serviceKey);
  const simulator = await TenantSimulator.start({
    port,
    entries: await entriesFor(clientCa, issuing, now),
    packages: [
      { id: 'PartnerIntegration', name: 'Partner Integration', flows: await flowsIn(workspace) },
      { id: 'ERPtoSuccessFactors', name: 'ERP to SuccessFactors (configure-only)', mode: 'READ_ONLY', flows: [] },
    ],
    ...(clientSecret !== undefined && { clientSecret }),
  });
  const alias = 'sap_cloudintegrationcertificate';
  const next = await makeIdentity({ name: 'sap_cloudintegrationcertificate', days: [-1, 365] }, now);
  simulator.keystore.renewal = [{ alias, kind: 'keyPair', chain: next.chain, owner: 'SAP' }];
  const authority = path.join(folder, 'ca.pem');
  await writeFile(authority, simulator.ca);
  await writeFile(serviceKey, `${simulator.serviceKey}\n`, { mode: 0o600 });
  return { url: simulator.origin, serviceKey, authority, stop: () => simulator.stop() };
}

async function entriesFor(
  clientCa: PracticeAuthorities['clientCa'],
  issuing: PracticeAuthorities['issuing'],
  now: Date,
): Promise<SimulatedEntry[]> {
  const partner = await makePracticePartner(clientCa, now, 'partner_a');
  const expiring = await makeIdentity(
    { name: 'erp_client', issuer: clientCa, days: [-700, 20], usage: 'clientAuth' },
    now,
  );
  const sap = await makeIdentity({ name: 'sap_cloudintegrationcertificate', days: [-320, 45] }, now);
  const root = issuing.chain.at(-1);
  return [
    { alias: 'partner_a', kind: 'keyPair', chain: partner.chain, key: partner.privateKey },
    {
      alias: 'erp_client',
      kind: 'keyPair',
      chain: expiring.chain,
      key: expiring.privateKey,
      modifiedBy: 'anna@example',
    },
    ...(root ? [{ alias: 'practice receiver root', kind: 'certificate' as const, chain: [root] }] : []),
    { alias: 'sap_cloudintegrationcertificate', kind: 'keyPair', chain: sap.chain, owner: 'SAP' },
  ];
}

/** The projects of the example workspace, as they would be on a tenant. */
async function flowsIn(workspace: string): Promise<SimulatedFlow[]> {
  const found: SimulatedFlow[] = [];
  for (const entry of await readdir(workspace, { withFileTypes: true })) {
    const folder = path.join(workspace, entry.name);
    const files = entry.isDirectory() ? await filesOf(folder) : new Map<string, Buffer>();
    if (!files.has(manifestPath)) continue;
    const id = symbolicName(files) ?? entry.name.replaceAll(' ', '_');
    found.push({ ...simulatedFlow(id, entry.name, {}, await parametersIn(folder)), files });
  }
  return found;
}

async function filesOf(folder: string): Promise<ProjectFiles> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Uint8Array>();
  for (const name of names) {
    if (!name.isFile() || name.name.startsWith('.')) continue;
    const file = path.join(name.parentPath, name.name);
    files.set(path.relative(folder, file).split(path.sep).join('/'), await readFile(file));
  }
  return files;
}

async function parametersIn(folder: string): Promise<Record<string, string>> {
  const text = await readFile(path.join(folder, 'src/main/resources/parameters.prop'), 'utf8').catch(() => '');
  const rows = [...text.matchAll(/^((?:\\.|[^=#\s\\])+)=(.*)$/gm)];
  return Object.fromEntries(
    rows.map(([, key = '', value = '']) => [key.replace(/\\(.)/g, '$1'), value.replace(/\\(.)/g, '$1')]),
  );
}

/** Of the tenant that was started before. */
async function secretIn(file: string): Promise<string | undefined> {
  try {
    const { oauth } = JSON.parse(await readFile(file, 'utf8')) as { oauth: { clientsecret: string } };
    return oauth.clientsecret;
  } catch {
    return undefined;
  }
}
