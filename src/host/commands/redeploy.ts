import * as vscode from 'vscode';
import { listRunning } from '../../core/tenant/content/catalogue';
import { projectOf } from '../../core/tenant/content/projectFolder';
import { askChoices } from '../input/quickInput';
import type { Host } from '../services/host';
import { findReceivers } from '../services/receivers';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import { showInformation } from '../ui/messages';
import { withProgress } from '../ui/progress';
import { deployFlows, tellDeployed } from './deployFlows';

const { t } = vscode.l10n;

/**
 * After keys or roots changed: a tenant's connections keep them for up to 24 hours, until the flows that use them are deployed again. Those of the workspace that
 * name one of the aliases are chosen already.
 * @param done what was done, to be said before
 */
export async function offerRedeploy(
  host: Host,
  tenant: TenantKeystoreSession,
  aliases: readonly string[],
  done = '',
): Promise<void> {
  const choose = t('Deploy Flows Again...');
  const why = t(
    'Connections of {0} keep the old keystore for up to 24 hours, until their flows are deployed again.',
    tenant.name,
  );
  const mayDeploy = !tenant.missing.includes('deploy');
  const said = [done, why].filter(Boolean).join(' ');
  if ((await showInformation(said, ...(mayDeploy ? [choose] : []))) !== choose) return;
  try {
    await redeploy(host, tenant, aliases);
  } catch (error) {
    await host.errors.show(error);
  }
}

async function redeploy(host: Host, tenant: TenantKeystoreSession, aliases: readonly string[]): Promise<void> {
  const session = await tenant.connect();
  const [running, users] = await withProgress(t('Reading {0}', tenant.name), (signal) =>
    Promise.all([listRunning(session, signal), usersOf(tenant, aliases)]),
  );
  const items = [...running.values()]
    .map(({ id, version, status }) => ({
      label: id,
      description: [version, status.toLowerCase(), ...(users.has(id) ? [t('uses it')] : [])].join(' \u00b7 '),
      value: id,
    }))
    .sort((a, b) => Number(users.has(b.value)) - Number(users.has(a.value)) || a.label.localeCompare(b.label));
  const asked = await askChoices<string>({
    title: t('Deploy Again on {0}', tenant.name),
    placeholder: t('Flows that run there; those of this workspace that use what changed are chosen'),
    items,
    selected: items.map(({ value }) => value).filter((id) => users.has(id)),
  });
  if (asked.kind !== 'answer' || !asked.value.length) return;
  const flows = asked.value.map((id) => ({ id, name: id }));
  await tellDeployed(host, tenant, await deployFlows(tenant, flows));
}

/** Ids of flows that were pulled from the tenant and name one of the aliases. */
async function usersOf(tenant: TenantKeystoreSession, aliases: readonly string[]): Promise<ReadonlySet<string>> {
  const wanted = new Set(aliases.map((alias) => alias.toLowerCase()));
  const receivers = (await findReceivers()).filter(
    ({ alias }) => alias !== undefined && wanted.has(alias.toLowerCase()),
  );
  const projects = await Promise.all(receivers.map(({ flow }) => projectOf(flow.fsPath).catch(() => undefined)));
  return new Set(projects.flatMap((project) => (project?.origin.host === tenant.file ? [project.origin.id] : [])));
}
