import * as vscode from 'vscode';
import { randomUUID } from 'node:crypto';
import { FlowKeystoreError } from '../../core/errors';
import { roleFor, type TenantTask } from '../../core/tenant/roles';
import { askChoice, type Asked } from '../input/quickInput';
import { runSteps } from '../input/steps';
import type { Host } from '../services/host';
import { tenantUri } from '../tenants/tenantKeystore';
import { showInformation } from '../ui/messages';
import { numberText } from '../ui/texts';
import { GaveUp } from './choosing';
import type { ConnectTenantArgument, EditTenantArgument } from './commandMap';
import { askColour, askName, connectSteps, readThrough, refuseName, serviceKeyIn, type Answers } from './connectSteps';

const { t } = vscode.l10n;

/**
 * Puts a tenant on the list: by its service key, or by host and credentials. They are tried out before they are kept, and what the client may not do is said.
 * @returns its URI
 */
export async function connectTenant(host: Host, argument: ConnectTenantArgument): Promise<string | undefined> {
  if (argument.key !== undefined && argument.name !== undefined) {
    const { name, key, colour, protected: isProtected = false } = argument;
    refuseName(host, name);
    await readThrough(host, key);
    const session = await host.tenants.add({ name, protected: isProtected, ...(colour && { colour }) }, key);
    await session.open();
    return session.uri.toString();
  }
  if (argument.silent) throw new FlowKeystoreError('arguments', 'The arguments "key" and "name" are needed.');
  const { clipboard } = vscode.env;
  const onClipboard = argument.key ?? serviceKeyIn(await clipboard.readText());
  const answers = await runSteps<Answers>(connectSteps(host, onClipboard), {});
  if (!answers?.key || !answers.name) throw new GaveUp();
  const { name, key, colour = 'none' } = answers;
  const wish = { name, protected: answers.protected ?? false, ...(colour !== 'none' && { colour }) };
  const id = randomUUID();
  host.tree.showUnfolded(tenantUri(id));
  const session = await host.tenants.add(wish, key, id);
  await vscode.commands.executeCommand('flowKeystore.keystores.focus');
  await session.open();
  // A secret is no longer lying about.
  if (onClipboard === key && (await clipboard.readText()) === onClipboard) await clipboard.writeText('');
  void sayConnected(host, name, session.missing, session.seen?.entries.length ?? 0);
  return session.uri.toString();
}

/** Another name, colour, protection, or other credentials. */
export async function editTenant(host: Host, argument: EditTenantArgument): Promise<void> {
  const session = host.tenants.find(argument.keystore ?? '') ?? (await chooseTenant(host));
  const { profile } = session;
  const { key, name, colour, protected: isProtected } = argument;
  const given = {
    ...(name !== undefined && { name }),
    ...(colour && { colour }),
    ...(isProtected !== undefined && { protected: isProtected }),
  };
  if (key !== undefined || Object.keys(given).length) {
    await host.tenants.update(profile.id, given, key);
    return;
  }
  if (argument.silent) return;
  const asked = await askChoice<'name' | 'colour' | 'protection' | 'key'>({
    title: t('Edit {0}', profile.name),
    placeholder: t('What is to change?'),
    items: [
      { label: t('Name'), description: profile.name, iconPath: new vscode.ThemeIcon('tag'), value: 'name' },
      { label: t('Colour'), iconPath: new vscode.ThemeIcon('symbol-color'), value: 'colour' },
      {
        label: profile.protected ? t('No longer protect it') : t('Protect it'),
        description: t('a protected tenant is changed only once its name was typed'),
        iconPath: new vscode.ThemeIcon(profile.protected ? 'unlock' : 'shield'),
        value: 'protection',
      },
      { label: t('Credentials'), description: session.file, iconPath: new vscode.ThemeIcon('key'), value: 'key' },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  switch (asked.value) {
    case 'name': {
      const fresh = answerOf(await askName(host, profile.name, t('Edit {0}', profile.name), profile.name));
      return host.tenants.update(profile.id, { name: fresh });
    }
    case 'colour': {
      const fresh = answerOf(await askColour(t('Edit {0}', profile.name), profile.colour));
      return host.tenants.update(profile.id, { colour: fresh });
    }
    case 'protection':
      return host.tenants.update(profile.id, { protected: !profile.protected });
    case 'key': {
      const onClipboard = serviceKeyIn(await vscode.env.clipboard.readText());
      const credentials = connectSteps(host, onClipboard).filter(
        ({ id }) => !['name', 'colour', 'protected'].includes(id),
      );
      const answers = await runSteps<Answers>(credentials, {});
      if (answers?.key === undefined) throw new GaveUp();
      await host.tenants.update(profile.id, {}, answers.key);
      await session.open();
    }
  }
}

async function chooseTenant(host: Host): Promise<ReturnType<Host['tenants']['sessions']>[number]> {
  const sessions = host.tenants.sessions();
  const [only, second] = sessions;
  if (!only) {
    throw new FlowKeystoreError('not-found', t('There is no tenant yet.'), {}, t('Connect one with Connect Tenant.'));
  }
  if (!second) return only;
  const items = sessions.map((session) => ({ label: session.name, description: session.file, value: session }));
  return answerOf(await askChoice({ title: t('Edit Tenant'), placeholder: t('Which tenant?'), items }));
}

function answerOf<T>(asked: Asked<T>): T {
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function sayConnected(host: Host, name: string, missing: readonly TenantTask[], entries: number): Promise<void> {
  const tasks: Readonly<Record<TenantTask, string>> = {
    readKeystore: t('read the keystore'),
    changeKeystore: t('change the keystore'),
    readFlows: t('read flows'),
    changeFlows: t('change flows'),
    setParameters: t('set parameters of flows'),
    deploy: t('deploy flows'),
  };
  const text =
    entries === 1
      ? t('{0} is connected: 1 entry.', name)
      : t('{0} is connected: {1} entries.', name, numberText(entries));
  if (!missing.length) {
    void showInformation(text);
    return;
  }
  const rows = missing.map((task) => t('{0} (role {1})', tasks[task], roleFor(task)));
  await showInformation(`${text} ${t('Its client may not: {0}.', rows.join('; '))}`);
  host.log.info(`${name}: roles missing: ${missing.map(roleFor).join(', ')}`);
}
