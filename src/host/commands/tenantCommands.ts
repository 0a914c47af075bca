import * as vscode from 'vscode';
import { stat } from 'node:fs/promises';
import type { Certificate } from '../../core/certificates/certificate';
import { FlowKeystoreError } from '../../core/errors';
import { activateSapKey, backUp, copyFromHistory, restoreBackup } from '../../core/tenant/writes';
import { askChoice, askText } from '../input/quickInput';
import type { Host } from '../services/host';
import { tenantPrefix } from '../services/settings';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import { confirmed, showInformation } from '../ui/messages';
import { certificateOf } from '../../core/keystore/chain';
import { groups } from '../../core/keystore/describe';
import { dateText, numberText } from '../ui/texts';
import { chooseEntry, chooseKeystore, GaveUp, unlock } from './choosing';
import type { Commands, EntryArgument, KeystoreArgument } from './commandMap';
import { connectTenant, editTenant } from './connectTenant';
import { offerRedeploy } from './redeploy';

const { t } = vscode.l10n;

type TenantCommands = Pick<
  Commands,
  | 'flowKeystore.connectTenant'
  | 'flowKeystore.editTenant'
  | 'flowKeystore.removeTenant'
  | 'flowKeystore.readTenant'
  | 'flowKeystore.backUpTenant'
  | 'flowKeystore.restoreTenantBackup'
  | 'flowKeystore.activateSapKey'
  | 'flowKeystore.addToNewSapKeys'
  | 'flowKeystore.openInSap'
  | 'flowKeystore.showAudit'
  | 'flowKeystore.judgeFlowsBy'
>;

export function tenantCommands(host: Host): TenantCommands {
  return {
    'flowKeystore.connectTenant': (argument = {}) => connectTenant(host, argument),
    'flowKeystore.editTenant': (argument = {}) => editTenant(host, argument),

    async 'flowKeystore.removeTenant'(argument = {}) {
      const tenant = await chooseTenant(host, argument, t('Remove Tenant from the List'));
      const { name, id } = tenant.profile;
      const detail = t('Its credentials are deleted here. On the tenant nothing changes.');
      if (!argument.silent && !(await confirmed(t('Remove {0} from the list?', name), detail, t('Remove')))) return;
      await host.tenants.remove(id);
    },

    async 'flowKeystore.readTenant'(argument = {}) {
      const tenant = await chooseTenant(host, argument, t('Read Tenant Again'));
      await unlock(host, tenant, { ...argument, again: true });
      if (!argument.silent) await host.tree.expand(tenant);
    },

    'flowKeystore.backUpTenant': (argument = {}) => backUpTenant(host, argument),
    'flowKeystore.restoreTenantBackup': (argument = {}) => restore(host, argument),

    async 'flowKeystore.activateSapKey'(argument = {}) {
      const { tenant, alias, leaf } = await sapKey(host, argument, 'KeyRenewal', t('Activate New SAP Key'));
      const detail = [
        ...(leaf
          ? [
              t('Issuer: {0}', leaf.issuer.toString()),
              t('Valid to {0}', dateText(leaf.notAfter)),
              t('SHA-256 fingerprint: {0}', groups(leaf.sha256)),
            ]
          : []),
        t(
          'Receivers that know only the old certificate refuse the new one: hand it over to them first. The old key goes to the history.',
        ),
      ].join('\n');
      const question = t('Put the new "{0}" in the place of the current one?', alias);
      if (!argument.silent && !(await confirmed(question, detail, t('Activate')))) throw new GaveUp();
      await tenant.act(t('Activating {0}', alias), `activate "${alias}"`, (session, signal) =>
        activateSapKey(session, alias, signal),
      );
      if (!argument.silent) void offerRedeploy(host, tenant, [alias]);
    },

    async 'flowKeystore.addToNewSapKeys'(argument = {}) {
      const { tenant, alias } = await sapKey(host, argument, 'KeyHistory', t('Add to New SAP Keys'));
      const original = tenant.shelves.find(({ shelf }) => shelf === 'KeyHistory')?.factsOf(alias)?.originalAlias;
      await tenant.act(t('Adding {0}', alias), `copy "${alias}" from the history`, (session, signal) =>
        copyFromHistory(session, alias, argument.destination ?? original, signal),
      );
      if (argument.silent) return;
      void showInformation(t('"{0}" is among the new SAP keys: activate it there.', original ?? alias));
    },

    'flowKeystore.openInSap': (argument = {}) => openInSap(host, argument),

    async 'flowKeystore.showAudit'(argument = {}) {
      const tenant = await chooseTenant(host, argument, t('Show Audit File'));
      const file = host.tenants.audit.fileOf(tenant.profile.id);
      await stat(file).catch(() => {
        throw new FlowKeystoreError('not-found', t('Nothing was changed on {0} from here.', tenant.name));
      });
      await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: true });
    },

    async 'flowKeystore.judgeFlowsBy'(argument = {}) {
      const session = await chooseKeystore(host, argument, {
        title: t('Judge the Flows of This Workspace by'),
        any: true,
      });
      const { tenant } = session;
      const value = tenant ? tenantPrefix + tenant.profile.name : vscode.workspace.asRelativePath(session.uri, false);
      const target = vscode.workspace.workspaceFolders
        ? vscode.ConfigurationTarget.Workspace
        : vscode.ConfigurationTarget.Global;
      await vscode.workspace.getConfiguration('flowKeystore').update('keystore', value, target);
      if (argument.silent) return;
      const all = t('By All Keystores');
      const said = t('Flows of this workspace are judged by {0}.', session.name);
      if ((await showInformation(said, all)) === all) {
        await vscode.workspace.getConfiguration('flowKeystore').update('keystore', undefined, target);
      }
    },
  };
}

async function backUpTenant(host: Host, argument: KeystoreArgument): Promise<void> {
  const tenant = await chooseTenant(host, argument, t('Back Up Entries on the Tenant'));
  const detail = t('SAP keeps one backup: the one before is gone then. It has the private keys too.');
  const question = t('Back up the entries of {0}?', tenant.name);
  if (!argument.silent && !(await confirmed(question, detail, t('Back Up')))) throw new GaveUp();
  const what = 'back up the entries of the administrator';
  await tenant.act(t('Backing up {0}', tenant.name), what, backUp, { aboutBackup: true });
  if (!argument.silent) void showInformation(t('The entries of {0} are backed up.', tenant.name));
}

async function restore(
  host: Host,
  argument: KeystoreArgument & { readonly option?: 'overwrite' | 'replace' },
): Promise<void> {
  const tenant = await chooseTenant(host, argument, t('Restore Backup of the Tenant'));
  const shelf = tenant.shelves.find((each) => each.shelf === 'backup_admin_system');
  const backup = await shelf?.open();
  if (!backup?.entries.length) {
    throw new FlowKeystoreError('not-found', t('There is no backup on {0}.', tenant.name));
  }
  const option = argument.option ?? (argument.silent ? 'overwrite' : await askOption(tenant, backup.entries.length));
  if (!argument.silent && option === 'replace') {
    const kept = new Set(backup.entries.map(({ alias }) => alias.toLowerCase()));
    const lost = (tenant.keystore?.entries ?? []).filter(
      ({ alias }) => !tenant.isSapOwned(alias) && !kept.has(alias.toLowerCase()),
    );
    const question = t('Replace all entries of {0} by those of the backup?', tenant.name);
    const detail = lost.length
      ? t('Deleted with their private keys: {0}.', lost.map(({ alias }) => alias).join(', '))
      : t('Nothing is deleted.');
    if (!(await confirmed(question, detail, t('Replace')))) throw new GaveUp();
  }
  await tenant.act(
    t('Restoring {0}', tenant.name),
    `restore the backup (${option})`,
    (session, signal) => restoreBackup(session, option, signal),
    { aboutBackup: true },
  );
  if (!argument.silent) {
    void offerRedeploy(
      host,
      tenant,
      backup.entries.map(({ alias }) => alias),
    );
  }
}

async function askOption(tenant: TenantKeystoreSession, entries: number): Promise<'overwrite' | 'replace'> {
  const asked = await askChoice<'overwrite' | 'replace'>({
    title: t('Restore Backup of {0}', tenant.name),
    placeholder: t('The backup has {0} entries', numberText(entries)),
    items: [
      {
        label: t('Put them back'),
        description: t('what is not in the backup stays'),
        iconPath: new vscode.ThemeIcon('discard'),
        value: 'overwrite',
      },
      {
        label: t('Replace all entries'),
        description: t('what is not in the backup is deleted; entries of SAP stay'),
        iconPath: new vscode.ThemeIcon('replace-all'),
        value: 'replace',
      },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** @throws FlowKeystoreError `not-found` where there are none on that shelf */
async function sapKey(
  host: Host,
  argument: EntryArgument,
  shelf: 'KeyRenewal' | 'KeyHistory',
  title: string,
): Promise<{ tenant: TenantKeystoreSession; alias: string; leaf?: Certificate }> {
  const named = argument.keystore === undefined ? undefined : host.tenants.find(argument.keystore);
  const tenant = named?.beside ?? named ?? (await chooseTenant(host, argument, title));
  const keys = tenant.shelves.find((each) => each.shelf === shelf);
  if (!keys) throw new FlowKeystoreError('not-found', t('{0} has no such keys.', tenant.name));
  if (!(await keys.open()).entries.length) {
    throw new FlowKeystoreError(
      'not-found',
      shelf === 'KeyRenewal'
        ? t('No new key of SAP waits on {0}.', tenant.name)
        : t('{0} has no history.', tenant.name),
      {},
      shelf === 'KeyRenewal' ? t('SAP puts one there 60 days before the current one expires.') : undefined,
    );
  }
  const { entry } = await chooseEntry(host, { ...argument, keystore: keys.uri.toString() }, { title });
  const leaf = certificateOf(entry);
  return { tenant, alias: entry.alias, ...(leaf && { leaf }) };
}

/** The pages of SAP that have what its API does not. Where they are, only a person knows. */
async function openInSap(host: Host, argument: EntryArgument): Promise<void> {
  const tenant = await chooseTenant(host, argument, t('Open in SAP Integration Suite'));
  const { profile } = tenant;
  let { web } = profile;
  if (web === undefined) {
    const isNeo = profile.api.includes('-tmn.');
    const asked = await askText({
      title: t('Open {0} in SAP Integration Suite', tenant.name),
      prompt: t('Address of its web page; it is remembered.'),
      value: isNeo ? `${new URL(profile.api).origin}/itspaces` : 'https://',
      placeholder: 'https://subaccount.integrationsuite.cfapps.eu10.hana.ondemand.com',
      check: (value) =>
        /^https:\/\/[^/]+\./.test(value) ? undefined : { severity: 'error', text: t('This is no address.') },
    });
    if (asked.kind !== 'answer') throw new GaveUp();
    web = asked.value.replace(/\/+$/, '');
    await host.tenants.update(profile.id, { web });
  }
  if (argument.alias !== undefined) {
    await vscode.env.clipboard.writeText(argument.alias);
    void showInformation(t('"{0}" is on the clipboard, to be pasted there.', argument.alias));
  }
  await vscode.env.openExternal(vscode.Uri.parse(`${web}/shell/monitoring/Keystore`, true));
}

/** The tenant of an argument, else the only one, else the one a person chooses. */
export async function chooseTenant(
  host: Host,
  argument: KeystoreArgument,
  title: string,
): Promise<TenantKeystoreSession> {
  const { tenant } = await chooseKeystore(host, argument, { title, where: 'tenant', any: true });
  const found = tenant?.beside ?? tenant;
  if (found) return found;
  throw new FlowKeystoreError('not-found', t('There is no tenant yet.'), {}, t('Connect one with Connect Tenant.'));
}
