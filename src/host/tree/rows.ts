import * as vscode from 'vscode';
import type { Certificate } from '../../core/certificates/certificate';
import { extendedKeyUsageName } from '../../core/certificates/extensions';
import { publicKeyText } from '../../core/certificates/publicKey';
import type { FlowKeystoreError } from '../../core/errors';
import { standaloneRole } from '../../core/keystore/chain';
import { generalNameText, groups } from '../../core/keystore/describe';
import { expiryState, type ExpiryState } from '../../core/keystore/expiry';
import type { Entry } from '../../core/keystore/model';
import { settings } from '../services/settings';
import { dateText, kindText, noteText, roleText, validityText } from '../ui/texts';
import { childrenOfEntry, type EntryNode, type KeystoreNode, type TreeNode } from './nodes';

const { t } = vscode.l10n;
const { None, Collapsed } = vscode.TreeItemCollapsibleState;

/** A row as VS Code shows it. The tooltip comes later (`tooltipOf`): most rows are never pointed at. */
export function rowOf(node: TreeNode, now: Date): vscode.TreeItem {
  const row = rowWithoutId(node, now);
  row.id = node.id;
  return row;
}

function rowWithoutId(node: TreeNode, now: Date): vscode.TreeItem {
  switch (node.kind) {
    case 'keystore':
      return keystoreRow(node, now);
    case 'entry':
      return entryRow(node, now);
    case 'chain': {
      const state = stateOf(node.certificate, now);
      return plainRow({
        label: node.certificate.subject.short,
        description: [roleText(node.role), validityText(node.certificate, now, settings.warnDays())].join(' \u00b7 '),
        icon: stateIcon(state) ?? new vscode.ThemeIcon('verified'),
        command: { command: 'flowKeystore.showDetails', title: t('Show Details'), arguments: [node] },
        context: 'chain',
      });
    }
    case 'missingIssuer':
      return plainRow({
        label: node.issuer.short,
        description: t('not in the chain'),
        icon: warningIcon(),
        context: 'missingIssuer',
      });
    case 'note':
      if (node.note.code === 'old-encryption' && node.session.state.kind === 'open') {
        return plainRow({
          label: noteText(node.note),
          icon: new vscode.ThemeIcon('info'),
          command: { command: 'flowKeystore.modernise', title: t('Modernise'), arguments: [node] },
          context: 'note.oldEncryption',
        });
      }
      return plainRow({ label: noteText(node.note), icon: new vscode.ThemeIcon('info'), context: 'note' });
    case 'error': {
      const text = node.session.state.kind === 'error' ? problemText(node.session.state.error) : '';
      return plainRow({ label: text, icon: errorIcon(), context: 'note' });
    }
    case 'unlock': {
      const changed = node.session.state.kind === 'locked' && node.session.state.reason === 'password-changed';
      return plainRow({
        label: changed
          ? t('The password has changed: enter the new one...')
          : node.session.seen
            ? t('Enter the password to change it or to use its keys...')
            : t('Locked: enter the password...'),
        icon: new vscode.ThemeIcon('lock'),
        command: { command: 'flowKeystore.unlockKeystore', title: t('Unlock'), arguments: [node] },
        context: 'unlock',
      });
    }
    case 'more':
      return plainRow({
        label: t('Show more ({0} left)', node.left),
        icon: new vscode.ThemeIcon('ellipsis'),
        command: { command: 'flowKeystore.showMore', title: t('Show More'), arguments: [node] },
        context: 'more',
      });
  }
}

function keystoreRow({ session }: KeystoreNode, now: Date): vscode.TreeItem {
  const { state } = session;
  const empty = state.kind === 'open' && !state.keystore.entries.length && !state.keystore.notes.length;
  const row = new vscode.TreeItem(session.name, empty ? None : Collapsed);
  switch (state.kind) {
    case 'locked':
      row.description = state.reason
        ? t('locked: the password has changed')
        : [...(state.seen ? [state.seen.type, entryCount(state.seen.entries.length)] : []), t('locked')].join(
            ' \u00b7 ',
          );
      row.iconPath = new vscode.ThemeIcon('lock');
      row.contextValue = 'keystore.locked';
      break;
    case 'error':
      row.description = state.error.code === 'unsupported' ? t('not supported yet') : t('cannot be opened');
      row.iconPath = errorIcon();
      row.contextValue = 'keystore.error';
      break;
    case 'open': {
      const { type, entries } = state.keystore;
      row.description = [type, entryCount(entries.length), ...expirySummary(entries, now)].join(' \u00b7 ');
      row.iconPath = new vscode.ThemeIcon('archive');
      row.contextValue = `keystore.open.${type}`;
    }
  }
  row.accessibilityInformation = { label: t('Keystore {0}, {1}', session.name, row.description) };
  return row;
}

function entryCount(entries: number): string {
  return entries === 1 ? t('1 entry') : t('{0} entries', entries);
}

function expirySummary(entries: readonly Entry[], now: Date): string[] {
  let expiring = 0;
  let expired = 0;
  for (const entry of entries) {
    const certificate = certificateOf(entry);
    const state = certificate && stateOf(certificate, now);
    if (state === 'expiring') expiring++;
    else if (state === 'expired') expired++;
  }
  return [
    ...(expired ? [t('{0} expired', expired)] : []),
    ...(expiring ? [expiring === 1 ? t('1 expires soon') : t('{0} expire soon', expiring)] : []),
  ];
}

function entryRow(node: EntryNode, now: Date): vscode.TreeItem {
  const { entry } = node;
  const certificate = certificateOf(entry);
  const row = new vscode.TreeItem(entry.alias, childrenOfEntry(node).length ? Collapsed : None);
  const facts = factsOf(entry);
  if (certificate) facts.push(validityText(certificate, now, settings.warnDays()));
  row.description = facts.join(' \u00b7 ');
  row.iconPath = (certificate && stateIcon(stateOf(certificate, now))) ?? new vscode.ThemeIcon(kindIcon(entry));
  row.contextValue = `entry.${entry.kind}${node.session.state.kind === 'locked' ? '.locked' : ''}`;
  row.command = { command: 'flowKeystore.showDetails', title: t('Show Details'), arguments: [node] };
  row.accessibilityInformation = { label: [entry.alias, kindText(entry.kind), ...facts].join(', ') };
  return row;
}

/** Short, for a narrow side bar: a key pair is told by its algorithm, a certificate by its role. */
function factsOf(entry: Entry): string[] {
  switch (entry.kind) {
    case 'keyPair': {
      const [leaf] = entry.chain;
      return [leaf ? publicKeyText(leaf.publicKey) : t('key pair without a certificate')];
    }
    case 'certificate':
      return [roleText(standaloneRole(entry.certificate))];
    default:
      return [kindText(entry.kind)];
  }
}

function kindIcon(entry: Entry): string {
  switch (entry.kind) {
    case 'keyPair':
      return entry.chain.length ? 'key' : 'warning';
    case 'certificate':
      return 'verified';
    case 'secretKey':
      return 'symbol-string';
    case 'unknown':
      return 'question';
  }
}

interface PlainRow {
  readonly label: string;
  readonly description?: string;
  readonly icon: vscode.ThemeIcon;
  readonly command?: vscode.Command;
  readonly context: string;
}

function plainRow({ label, description, icon, command, context }: PlainRow): vscode.TreeItem {
  const row = new vscode.TreeItem(label, None);
  if (description !== undefined) row.description = description;
  if (command) row.command = command;
  row.iconPath = icon;
  row.contextValue = context;
  row.accessibilityInformation = { label: description === undefined ? label : `${label}, ${description}` };
  return row;
}

/** The facts of a row; undefined where the row says it all. */
export function tooltipOf(node: TreeNode, now: Date): vscode.MarkdownString | undefined {
  switch (node.kind) {
    case 'keystore':
      return facts([
        [t('File'), node.session.file],
        [t('Problem'), node.session.state.kind === 'error' ? problemText(node.session.state.error) : undefined],
      ]);
    case 'entry': {
      const certificate = certificateOf(node.entry);
      const { alias, created, kind } = node.entry;
      return facts([
        [t('Alias'), alias],
        [t('Kind'), kindText(kind)],
        ...(certificate ? certificateFacts(certificate, now) : []),
        [t('Created'), created && dateText(created)],
      ]);
    }
    case 'chain':
      return facts(certificateFacts(node.certificate, now));
    case 'missingIssuer':
      return facts([
        [t('Issuer'), node.issuer.toString()],
        [
          t('What it means'),
          t(
            'The certificate of this issuer is not in the key pair\u2019s chain. A server that knows only the root needs the intermediates from here.',
          ),
        ],
      ]);
    default:
      return undefined;
  }
}

function certificateFacts(certificate: Certificate, now: Date): [string, string | undefined][] {
  const { extensions, notBefore, notAfter } = certificate;
  const usage = [...(extensions.extendedKeyUsage ?? []).map(extendedKeyUsageName), ...(extensions.keyUsage ?? [])];
  const names = (extensions.subjectAltName ?? []).map(generalNameText);
  return [
    [t('Subject'), certificate.subject.toString()],
    [t('Issuer'), certificate.selfIssued ? t('itself (self-signed)') : certificate.issuer.toString()],
    [
      t('Valid'),
      t(
        '{0} to {1} ({2})',
        dateText(notBefore),
        dateText(notAfter),
        validityText(certificate, now, settings.warnDays()),
      ),
    ],
    [t('Key'), publicKeyText(certificate.publicKey)],
    [t('Usage'), usage.join(', ')],
    [t('Alternative names'), names.join(', ')],
    [t('Malformed extensions'), extensions.malformed.join(', ')],
    [t('SHA-256 fingerprint'), groups(certificate.sha256)],
  ];
}

function facts(rows: readonly (readonly [label: string, value: string | undefined])[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  for (const [label, value] of rows) {
    if (value) markdown.appendMarkdown(`**${label}**  \n`).appendText(value).appendMarkdown('\n\n');
  }
  return markdown;
}

export function certificateOf(entry: Entry): Certificate | undefined {
  return entry.kind === 'keyPair' ? entry.chain[0] : entry.kind === 'certificate' ? entry.certificate : undefined;
}

function stateOf(certificate: Certificate, now: Date): ExpiryState {
  return expiryState(certificate, now, settings.warnDays());
}

/** Each state has a shape of its own; the colour only repeats it. */
function stateIcon(state: ExpiryState): vscode.ThemeIcon | undefined {
  switch (state) {
    case 'expired':
      return errorIcon();
    case 'expiring':
      return warningIcon();
    case 'not-yet-valid':
      return new vscode.ThemeIcon('watch');
    case 'valid':
      return undefined;
  }
}

function warningIcon(): vscode.ThemeIcon {
  return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
}

function errorIcon(): vscode.ThemeIcon {
  return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
}

/** Without the file: the row stands under it. */
function problemText({ message, next }: FlowKeystoreError): string {
  return next ? `${message} ${next}` : message;
}
