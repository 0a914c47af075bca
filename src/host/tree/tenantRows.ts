import * as vscode from 'vscode';
import type { TenantColour } from '../tenants/profile';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import { problemText } from '../ui/errors';
import { dateText } from '../ui/texts';
import { errorIcon } from './icons';
import type { KeystoreNode, ShelfNode } from './nodes';
import { entryCount, expirySummary, joined, matchText, plainRow, type Look } from './rowParts';

const { t } = vscode.l10n;
const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** A tenant in the view: how many entries, how old what is shown is, and what may be done. */
export function tenantRow(node: KeystoreNode, tenant: TenantKeystoreSession, look: Look): vscode.TreeItem {
  const { state, seen, profile } = tenant;
  const unfolded = look.unfolded(node) ? Expanded : Collapsed;
  const row = new vscode.TreeItem(tenant.name, node.matches === 0 ? None : unfolded);
  const guard = profile.protected ? [tenant.guarded ? t('protected') : t('protected, open for changes')] : [];
  const facts = seen ? [entryCount(seen.entries.length), ...expirySummary(seen.entries, look)] : [];
  row.iconPath = tenantIcon(profile.colour, profile.protected);
  switch (state.kind) {
    case 'error':
      row.description = t('cannot be read');
      row.iconPath = errorIcon();
      row.contextValue = 'tenant.error';
      break;
    case 'locked':
      row.description = joined([state.reason === 'offline' ? t('offline') : t('not connected'), ...guard, ...facts]);
      row.contextValue = 'tenant.locked';
      break;
    case 'open': {
      const readOnly = tenant.mayChange ? [] : [t('read-only')];
      row.description = joined([...guard, ...readOnly, ...facts, ageText(tenant.seenAt, look.now)]);
      row.contextValue = tenant.mayChange ? 'tenant.open' : 'tenant.readOnly';
    }
  }
  if (node.matches !== undefined) row.description = matchText(node, node.matches);
  row.accessibilityInformation = { label: [t('Tenant {0}', tenant.name), row.description].join(', ') };
  return row;
}

/** Above the entries that a tenant listed last. */
export function connectRow(tenant: TenantKeystoreSession): vscode.TreeItem {
  const { state: now, seenAt } = tenant;
  const offline = now.kind === 'locked' && now.reason === 'offline';
  const state = offline ? t('the tenant does not answer') : t('not connected');
  return plainRow({
    label: seenAt ? t('As of {0}', momentText(seenAt)) : t('Not read yet'),
    description: t('{0}: click to connect', state),
    icon: new vscode.ThemeIcon('debug-disconnect'),
    command: {
      command: 'flowKeystore.readTenant',
      title: t('Connect'),
      arguments: [{ keystore: tenant.uri.toString() }],
    },
    context: 'unlock',
  });
}

export function shelfRow({ session }: ShelfNode, look: Look): vscode.TreeItem {
  const names = {
    KeyRenewal: t('New SAP Keys'),
    KeyHistory: t('SAP Key History'),
    backup_admin_system: t('Backup'),
  };
  const icons = { KeyRenewal: 'sparkle', KeyHistory: 'history', backup_admin_system: 'archive' };
  const shelf = session.shelf ?? 'backup_admin_system';
  const label = names[shelf];
  const { state } = session;
  const entries = state.kind === 'open' ? state.keystore.entries : undefined;
  const row = new vscode.TreeItem(label, entries && !entries.length ? None : Collapsed);
  row.iconPath = new vscode.ThemeIcon(icons[shelf]);
  if (entries) {
    row.description = entries.length
      ? joined([entryCount(entries.length), ...expirySummary(entries, look)])
      : t('empty');
  } else if (state.kind === 'error') row.description = problemText(state.error);
  row.contextValue = 'shelf';
  row.accessibilityInformation = { label: [label, row.description].filter(Boolean).join(', ') };
  return row;
}

/** `read 2 minutes ago`. */
function ageText(at: Date | undefined, now: Date): string {
  if (!at) return '';
  const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000);
  if (minutes < 1) return t('read just now');
  if (minutes === 1) return t('read 1 minute ago');
  if (minutes < 60) return t('read {0} minutes ago', minutes);
  return t('read {0}', momentText(at));
}

const momentText = (at: Date): string => `${dateText(at)} ${at.toTimeString().slice(0, 5)}`;

export function tenantIcon(colour: TenantColour | undefined, isProtected = false): vscode.ThemeIcon {
  const shape = isProtected ? 'shield' : 'cloud';
  return new vscode.ThemeIcon(shape, colour && new vscode.ThemeColor(`charts.${colour}`));
}
