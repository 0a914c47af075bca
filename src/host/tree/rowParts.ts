import * as vscode from 'vscode';
import type { AliasUse } from '../../core/checks/whereUsed';
import type { Certificate } from '../../core/certificates/certificate';
import { certificateOf } from '../../core/keystore/chain';
import { expiryState, type ExpiryState, type WarnFrom } from '../../core/keystore/expiry';
import type { Filter } from '../../core/keystore/filter';
import type { Entry } from '../../core/keystore/model';
import { numberText } from '../ui/texts';
import type { EntryNode, GroupNode, KeystoreNode, ShelfNode } from './nodes';

const { t } = vscode.l10n;
const { None } = vscode.TreeItemCollapsibleState;

/** What rows show beside their own node. */
export interface Look {
  readonly now: Date;
  /** From when on a certificate counts as expiring. */
  readonly warnFrom: WarnFrom;
  readonly filter: Filter;
  /** Undefined where it is not known. */
  readonly usesOf: (alias: string) => readonly AliasUse[] | undefined;
  /** When a certification request was made whose response is still to come. */
  readonly requestOut: (node: EntryNode) => Date | undefined;
  /** Whether a keystore or group is to be unfolded when it is shown for the first time. */
  readonly unfolded: (node: KeystoreNode | GroupNode | ShelfNode) => boolean;
}

export function entryCount(entries: number): string {
  return entries === 1 ? t('1 entry') : t('{0} entries', numberText(entries));
}

export function expirySummary(entries: readonly Entry[], look: Look): string[] {
  let expiring = 0;
  let expired = 0;
  let early = 0;
  for (const entry of entries) {
    const certificate = certificateOf(entry);
    const state = certificate && stateOf(certificate, look);
    if (state === 'expiring') expiring++;
    else if (state === 'expired') expired++;
    else if (state === 'not-yet-valid') early++;
  }
  return [
    ...(expired ? [t('{0} expired', numberText(expired))] : []),
    ...(expiring ? [expiring === 1 ? t('1 expires soon') : t('{0} expire soon', numberText(expiring))] : []),
    ...(early ? [t('{0} not valid yet', numberText(early))] : []),
  ];
}

export interface PlainRow {
  readonly label: string | vscode.TreeItemLabel;
  readonly description?: string;
  readonly icon: vscode.ThemeIcon;
  readonly command?: vscode.Command;
  readonly context: string;
  /** What the icon says, for whom cannot see it; put before the label. */
  readonly spoken?: string;
}

export function plainRow({ label, description, icon, command, context, spoken }: PlainRow): vscode.TreeItem {
  const row = new vscode.TreeItem(label, None);
  if (description !== undefined) row.description = description;
  if (command) row.command = command;
  row.iconPath = icon;
  row.contextValue = context;
  const text = typeof label === 'string' ? label : label.label;
  const named = spoken === undefined ? text : `${spoken}: ${text}`;
  row.accessibilityInformation = { label: description === undefined ? named : `${named}, ${description}` };
  return row;
}

export function joined(facts: readonly string[]): string {
  return facts.join(' \u00b7 ');
}

export function stateOf(certificate: Certificate, { now, warnFrom }: Look): ExpiryState {
  return expiryState(certificate, now, warnFrom);
}

export function matchText({ session }: KeystoreNode, matches: number): string {
  if (!session.seen) return session.state.kind === 'locked' ? t('locked: not searched') : t('cannot be opened');
  const total = session.seen.entries.length;
  return matches ? t('{0} of {1} match', numberText(matches), numberText(total)) : t('no match');
}
