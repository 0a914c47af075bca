import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { describeError } from '../../core/errors';
import { deployFlow, type Deployed } from '../../core/tenant/content/deploy';
import type { Host } from '../services/host';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import { showError, showInformation } from '../ui/messages';

const { t } = vscode.l10n;

export interface DeployResult {
  readonly name: string;
  readonly deployed?: Deployed;
  /** Why there is none. */
  readonly failure?: Error;
}

/**
 * Deploys flows one after the other, and follows each until it runs or has failed. One that fails does not keep the others from it.
 * @throws as `TenantKeystoreSession.actOnFlows` where nothing may be deployed; CancellationError
 */
export async function deployFlows(
  tenant: TenantKeystoreSession,
  flows: readonly { readonly id: string; readonly name: string }[],
): Promise<readonly DeployResult[]> {
  const results: DeployResult[] = [];
  for (const { id, name } of flows) {
    const title =
      flows.length > 1
        ? t('Deploying {0} ({1} of {2})', name, results.length + 1, flows.length)
        : t('Deploying {0}', name);
    try {
      const deployed = await tenant.actOnFlows('deploy', title, `deploy flow "${id}"`, (session, signal, report) =>
        deployFlow(session, id, {
          signal,
          onStatus: (status) => report(status.toLowerCase()),
          pause: async (ms, aborted) => {
            await pause(ms, undefined, aborted ? { signal: aborted } : {});
          },
        }),
      );
      results.push({ name, deployed });
    } catch (error) {
      if (error instanceof vscode.CancellationError || flows.length === 1) throw error;
      results.push({ name, failure: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return results;
}

export async function tellDeployed(
  host: Host,
  tenant: TenantKeystoreSession,
  results: readonly DeployResult[],
): Promise<void> {
  const bad = results.filter(({ deployed }) => deployed?.running.status !== 'STARTED');
  const [only] = results;
  if (!bad.length) {
    const said =
      results.length === 1 && only
        ? t('"{0}" runs on {1}.', only.name, tenant.name)
        : t('{0} flows run on {1}.', results.length, tenant.name);
    await showInformation(said);
    return;
  }
  const texts = bad.map(({ name, deployed, failure }) =>
    t('"{0}": {1}', name, deployed ? (deployed.error ?? deployed.running.status) : describeError(failure)),
  );
  host.log.error(`Deploying on ${tenant.name}: ${texts.join('; ')}`);
  const log = t('Show Log');
  const said = t('Not running on {0}: {1}', tenant.name, texts.slice(0, 2).join('; ').slice(0, 400));
  if ((await showError(said, log)) === log) host.log.show();
}

/** @returns the status of the first */
export async function deployThese(
  host: Host,
  tenant: TenantKeystoreSession,
  flows: readonly { readonly id: string; readonly name: string }[],
  silent?: true,
): Promise<string | undefined> {
  const results = await deployFlows(tenant, flows);
  if (!silent) void tellDeployed(host, tenant, results);
  const [first] = results;
  if (silent && first?.failure !== undefined) throw first.failure;
  return first?.deployed?.running.status;
}
