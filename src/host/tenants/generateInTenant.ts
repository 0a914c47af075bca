import * as vscode from 'vscode';
import { keySpecText } from '../../core/keys/generate';
import { generateOnTenant, subjectFields, type TenantKeyPair } from '../../core/tenant/generate';
import type { TenantKeystoreSession } from './tenantKeystore';

/**
 * Has a tenant make a key pair.
 * @throws FlowKeystoreError `value-invalid`, before anything is sent; as `TenantKeystoreSession.act`
 */
export async function generateInTenant(tenant: TenantKeystoreSession, plan: TenantKeyPair): Promise<void> {
  subjectFields(plan.subject);
  const title = vscode.l10n.t('{0} generates {1} for "{2}"', tenant.name, keySpecText(plan.spec), plan.alias);
  await tenant.act(title, `generate "${plan.alias}"`, (session, signal) => generateOnTenant(session, plan, signal));
}
