import * as vscode from 'vscode';
import { usesOfAlias } from '../services/receivers';
import type { Host } from '../services/host';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import { showInformation } from '../ui/messages';

const { t } = vscode.l10n;

/** After keys or roots changed: a tenant's connections keep them for up to 24 hours, until the flows that use them are deployed again. */
export async function offerRedeploy(_: Host, tenant: TenantKeystoreSession, aliases: readonly string[]): Promise<void> {
  const uses = (await Promise.all(aliases.map((alias) => usesOfAlias(alias)))).flat();
  const flows = [...new Set(uses.map(({ flow }) => flow))];
  const said = t(
    'Connections of {0} keep the keystore for up to 24 hours: deploy the flows again that use what changed.',
    tenant.name,
  );
  await showInformation(flows.length ? `${said} ${t('In this workspace: {0}.', flows.slice(0, 5).join(', '))}` : said);
}
