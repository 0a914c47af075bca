import * as vscode from 'vscode';
import { publicKeyText } from '../../core/certificates/publicKey';
import { isTorn } from '../../core/keystore/chainState';
import { certificateOf, standaloneRole } from '../../core/keystore/chain';
import { matchesIn, type Filter } from '../../core/keystore/filter';
import type { Entry } from '../../core/keystore/model';
import { problemText } from '../ui/errors';
import { dateText, kindText, noteText, numberText, roleText, validityText } from '../ui/texts';
import { groupText } from './groupTexts';
import { entryCount, expirySummary, joined, matchText, plainRow, stateOf, type Look } from './rowParts';
import { connectRow, shelfRow, tenantRow } from './tenantRows';
import { contentRow } from './contentNodes';
import { errorIcon, kindIcon, stateIcon, warningIcon } from './icons';
import type { ChainNode, EntryNode, GroupNode, KeystoreNode, TreeNode } from './nodes';

const { t } = vscode.l10n;
const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** A row as VS Code shows it. The tooltip comes later (`tooltipOf`): most rows are never pointed at. */
export function rowOf(node: TreeNode, look: Look): vscode.TreeItem {
  const row = rowWithoutId(node, look);
  row.id = node.id;
  return row;
}

function rowWithoutId(node: TreeNode, look: Look): vscode.TreeItem {
  switch (node.kind) {
    case 'keystore':
      return keystoreRow(node, look);
    case 'shelf':
      return shelfRow(node, look);
    case 'packages':
    case 'package':
    case 'flow':
    case 'contentError':
      return contentRow(node);
    case 'group':
      return groupRow(node, look);
    case 'entry':
      return entryRow(node, look);
    case 'chain':
      return plainRow({
        label: labelled(node.certificate.subject.short, look.filter),
        description: joined([
          ...brokenText(node),
          roleText(node.role),
          validityText(node.certificate, look.now, look.warnFrom),
        ]),
        icon: brokenText(node).length
          ? errorIcon()
          : (stateIcon(stateOf(node.certificate, look)) ?? new vscode.ThemeIcon('verified')),
        command: { command: 'flowKeystore.showDetails', title: t('Show Details'), arguments: [node] },
        context: 'chain',
      });
    case 'missingIssuer':
      return plainRow({
        label: labelled(node.issuer.short, look.filter),
        description: node.alias === undefined ? t('not in the chain') : t('in the keystore as "{0}"', node.alias),
        icon: node.alias === undefined ? warningIcon() : new vscode.ThemeIcon('verified'),
        context: 'missingIssuer',
        spoken: node.alias === undefined ? t('Missing issuer') : t('Issuer, not in the chain'),
      });
    case 'note':
      if (
        (node.note.code === 'old-encryption' || node.note.code === 'few-rounds') &&
        node.session.state.kind === 'open'
      ) {
        return plainRow({
          label: noteText(node.note),
          icon: new vscode.ThemeIcon('info'),
          command: { command: 'flowKeystore.modernise', title: t('Modernise'), arguments: [node] },
          context: 'note.oldEncryption',
          spoken: t('Note'),
        });
      }
      return plainRow({
        label: noteText(node.note),
        icon: new vscode.ThemeIcon('info'),
        context: 'note',
        spoken: t('Note'),
      });
    case 'error': {
      const text = node.session.state.kind === 'error' ? problemText(node.session.state.error) : '';
      return plainRow({ label: text, icon: errorIcon(), context: 'note', spoken: t('Problem') });
    }
    case 'unlock': {
      if (node.session.tenant) return connectRow(node.session.tenant);
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
        label: t('Show more ({0} left)', numberText(node.left)),
        icon: new vscode.ThemeIcon('ellipsis'),
        command: { command: 'flowKeystore.showMore', title: t('Show More'), arguments: [node] },
        context: 'more',
      });
  }
}

function keystoreRow(node: KeystoreNode, look: Look): vscode.TreeItem {
  const { session } = node;
  if (session.tenant) return tenantRow(node, session.tenant, look);
  const { state } = session;
  const empty = state.kind === 'open' && !state.keystore.entries.length && !state.keystore.notes.length;
  const folded = look.unfolded(node) ? Expanded : Collapsed;
  const row = new vscode.TreeItem(session.name, empty || node.matches === 0 ? None : folded);
  switch (state.kind) {
    case 'locked':
      row.description = state.reason
        ? t('locked: the password has changed')
        : joined([...(state.seen ? [state.seen.type, entryCount(state.seen.entries.length)] : []), t('locked')]);
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
      row.description = joined([type, entryCount(entries.length), ...expirySummary(entries, look)]);
      row.iconPath = new vscode.ThemeIcon('archive');
      row.contextValue = `keystore.open.${type}`;
    }
  }
  if (node.matches !== undefined) row.description = matchText(node, node.matches);
  const spoken = state.kind === 'locked' && state.seen && node.matches !== undefined ? [t('locked')] : [];
  row.accessibilityInformation = { label: [t('Keystore {0}', session.name), row.description, ...spoken].join(', ') };
  return row;
}

function groupRow(node: GroupNode, look: Look): vscode.TreeItem {
  const { title, entries, worst } = node.group;
  const { label, hint } = groupText(title);
  const row = new vscode.TreeItem(labelled(label, look.filter), look.unfolded(node) ? Expanded : Collapsed);
  // By expiry, the label says it.
  const summary = title.by === 'expiry' ? [] : expirySummary(entries, look);
  row.description = joined([...summary, entryCount(entries.length), ...(hint ? [hint] : [])]);
  row.iconPath = stateIcon(worst) ?? new vscode.ThemeIcon('list-tree');
  row.contextValue = 'group';
  row.accessibilityInformation = { label: t('Group {0}, {1}', label, row.description) };
  return row;
}

function entryRow(node: EntryNode, look: Look): vscode.TreeItem {
  const { entry } = node;
  const certificate = certificateOf(entry);
  const hasChain = entry.kind === 'keyPair' && entry.chain.length > 0;
  const row = new vscode.TreeItem(labelled(entry.alias, look.filter), hasChain ? Collapsed : None);
  // Signatures are looked at when the row is unfolded: there may be thousands.
  const torn = entry.kind === 'keyPair' && isTorn(entry.chain);
  const state = certificate && stateOf(certificate, look);
  const validity = certificate ? [validityText(certificate, look.now, look.warnFrom)] : [];
  // A narrow side bar cuts the end off: what is wrong comes first.
  const told = state === 'valid' ? [...factsOf(entry), ...validity] : [...validity, ...factsOf(entry)];
  const sap = node.session.tenant?.isSapOwned(entry.alias) ?? false;
  const facts = [...(sap ? ['SAP'] : []), ...(torn ? [t('chain broken')] : []), ...told, ...useFacts(entry, look)];
  const since = look.requestOut(node);
  row.description = joined([...(since ? [t('request out')] : []), ...facts]);
  row.iconPath = torn ? errorIcon() : (stateIcon(state) ?? (sap ? new vscode.ThemeIcon('lock') : kindIcon(entry)));
  row.contextValue = `entry.${entry.kind}${contextOf(node)}`;
  row.command = { command: 'flowKeystore.showDetails', title: t('Show Details'), arguments: [node] };
  const spoken = since ? [t('request out since {0}', dateText(since))] : [];
  row.accessibilityInformation = { label: [entry.alias, kindText(entry.kind), ...spoken, ...facts].join(', ') };
  return row;
}

/** What can be done with an entry beside looking at it: `.tenant`, `.sap` (nobody else changes it), `.readOnly`, and on the shelves of a tenant their names. */
function contextOf({ session, entry }: EntryNode): string {
  const { tenant } = session;
  if (session.state.kind === 'locked') return '.locked';
  if (!tenant) return '';
  if (tenant.shelf) return `.${tenant.shelf}`;
  if (tenant.isSapOwned(entry.alias)) return '.sap';
  return tenant.mayChange ? '.tenant' : '.readOnly';
}

/** What is wrong with the place of a certificate in a chain. */
function brokenText({ link, refused }: ChainNode): string[] {
  if (link === 'other-issuer') return [t('the next one is not its issuer')];
  if (link === 'bad-signature') return [t('not signed by the next one')];
  return refused ? [t('refused in this chain')] : [];
}

/** Short, for a narrow side bar: a key pair is told by its algorithm, a certificate by its role, where it has one. */
function factsOf(entry: Entry): string[] {
  switch (entry.kind) {
    case 'keyPair': {
      const [leaf] = entry.chain;
      return [leaf ? publicKeyText(leaf.publicKey) : t('key pair without a certificate')];
    }
    case 'certificate': {
      const role = standaloneRole(entry.certificate);
      return role === 'certificate' ? [] : [roleText(role)];
    }
    default:
      return [kindText(entry.kind)];
  }
}

/** What names an entry. A certificate is trusted without being named: of it, only uses are said. */
function useFacts(entry: Entry, { usesOf }: Look): string[] {
  const uses = usesOf(entry.alias);
  if (!uses) return [];
  if (!uses.length) return entry.kind === 'keyPair' ? [t('unused')] : [];
  const steps = uses.filter(({ part }) => part.kind === 'step').length;
  const channels = uses.length - steps;
  if (!steps) return [channels === 1 ? t('used by 1 channel') : t('used by {0} channels', channels)];
  if (!channels) return [steps === 1 ? t('used by 1 step') : t('used by {0} steps', steps)];
  return [t('used in {0} places', uses.length)];
}

/** With what matches marked. */
function labelled(label: string, filter: Filter): string | vscode.TreeItemLabel {
  const highlights = matchesIn(label, filter);
  return highlights.length ? { label, highlights } : label;
}
