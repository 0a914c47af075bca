import type { Certificate } from '../../core/certificates/certificate';
import type { Name } from '../../core/certificates/name';
import type { PathProblem } from '../../core/certificates/pathRules';
import { missingIssuer, roleInChain, type ChainRole } from '../../core/keystore/chain';
import { chainState, isBroken, type Link } from '../../core/keystore/chainState';
import type { EntryGroup } from '../../core/keystore/group';
import type { Entry, KeystoreNote } from '../../core/keystore/model';
import type { ContentNode } from './contentNodes';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import type { KeystoreSession } from '../services/keystoreSession';
import type { Arranged } from './arrangement';

/** A row of the tree. Ids stay the same as long as the row means the same. */
export type TreeNode =
  | KeystoreNode
  | ShelfNode
  | ContentNode<KeystoreNode>
  | GroupNode
  | EntryNode
  | ChainNode
  | MissingIssuerNode
  | NoteNode
  | ErrorNode
  | UnlockNode
  | MoreNode;

interface NodeBase {
  readonly id: string;
  readonly parent: TreeNode | undefined;
  readonly session: KeystoreSession;
}

export interface KeystoreNode extends NodeBase {
  readonly kind: 'keystore';
  /** How many entries match; absent where all are shown. */
  readonly matches?: number;
}

/** What a tenant keeps beside its current keystore: read when it is unfolded. */
export interface ShelfNode extends NodeBase {
  readonly kind: 'shelf';
  readonly parent: KeystoreNode;
  readonly session: TenantKeystoreSession;
}

/** Entries with something in common. */
export interface GroupNode extends NodeBase {
  readonly kind: 'group';
  readonly parent: KeystoreNode;
  readonly group: EntryGroup;
}

export interface EntryNode extends NodeBase {
  readonly kind: 'entry';
  readonly entry: Entry;
}

/** A member of a key pair's chain. */
export interface ChainNode extends NodeBase {
  readonly kind: 'chain';
  readonly parent: EntryNode;
  /** 0 is the leaf. */
  readonly index: number;
  readonly certificate: Certificate;
  readonly role: ChainRole;
  /** How it hangs on the next member, where that is broken. */
  readonly link?: Link;
  /** Why a path with it would be refused. */
  readonly refused?: PathProblem;
}

/** The issuer that a chain ends before. */
export interface MissingIssuerNode extends NodeBase {
  readonly kind: 'missingIssuer';
  readonly parent: EntryNode;
  readonly issuer: Name;
  /** It is an entry of the keystore: what is trusted, and not sent along. */
  readonly alias?: string;
}

export interface NoteNode extends NodeBase {
  readonly kind: 'note';
  readonly note: KeystoreNote;
}

/** Why the file cannot be shown. */
export interface ErrorNode extends NodeBase {
  readonly kind: 'error';
}

export interface UnlockNode extends NodeBase {
  readonly kind: 'unlock';
}

/** Shows the next page of entries. */
export interface MoreNode extends NodeBase {
  readonly kind: 'more';
  readonly parent: KeystoreNode | GroupNode;
  readonly left: number;
}

/** VS Code takes seconds for many thousand rows under one. */
export const pageSize = 500;

/**
 * @param matches how many entries match the filter. VS Code keeps what is folded by the id of a row: with another one the keystores with
 * matches unfold, and the others fold.
 * @param many whether there are too many matches to unfold them: else the first letter typed would keep folded what the next ones find
 */
export function keystoreNode(session: KeystoreSession, matches?: number, many = false): KeystoreNode {
  const uri = session.uri.toString();
  const base = { kind: 'keystore' as const, parent: undefined, session };
  if (matches === undefined) return { ...base, id: uri };
  return { ...base, id: `${uri}?${!matches ? 'none' : many ? 'many' : 'match'}`, matches };
}

/** @param shown how many entries or groups at most */
export function childrenOfKeystore(parent: KeystoreNode, { entries, groups }: Arranged, shown: number): TreeNode[] {
  const { session } = parent;
  const base = { parent, session };
  if (session.state.kind === 'error') return [{ ...base, kind: 'error', id: `${parent.id}?error` }];
  const rows: TreeNode[] = [];
  if (session.state.kind === 'locked') rows.push({ ...base, kind: 'unlock', id: `${parent.id}?unlock` });
  rows.push(
    ...(groups
      ? page(parent, groups, shown, (group) => groupNode(parent, group))
      : page(parent, entries, shown, (entry) => entryNode(parent, entry))),
  );
  // Notes are about the file: who looks for entries has no use for them.
  const notes = parent.matches === undefined ? (session.seen?.notes ?? []) : [];
  notes.forEach((note, at) => rows.push({ ...base, kind: 'note', id: `${parent.id}?note=${at}`, note }));
  const shelves = session.state.kind === 'open' && parent.matches === undefined ? (session.tenant?.shelves ?? []) : [];
  rows.push(
    ...shelves.map((shelf): ShelfNode => ({ kind: 'shelf', id: shelf.uri.toString(), parent, session: shelf })),
  );
  if (shelves.length && session.tenant) {
    rows.push({ kind: 'packages', id: `${session.uri.toString()}?flows`, parent, session: session.tenant });
  }
  return rows;
}

export function childrenOfGroup(parent: GroupNode, shown: number): TreeNode[] {
  return page(parent, parent.group.entries, shown, (entry) => entryNode(parent, entry));
}

/** The entries of a shelf, or why they cannot be shown. */
export function childrenOfShelf(parent: ShelfNode): TreeNode[] {
  const { session } = parent;
  if (session.state.kind === 'open') return session.state.keystore.entries.map((entry) => entryNode(parent, entry));
  return [{ kind: 'error', id: `${parent.id}?error`, parent, session }];
}

/** The chain of a key pair, leaf first; what is missing is a row too. */
export function childrenOfEntry(parent: EntryNode): TreeNode[] {
  const { session, entry } = parent;
  if (entry.kind !== 'keyPair') return [];
  const { chain } = entry;
  const state = chainState(chain, session.seen);
  const rows: TreeNode[] = chain.map((certificate, index) => {
    const id = `${parent.id}/${index}/${certificate.sha256}`;
    const link = state?.links[index];
    const refused = state?.problems.find((placed) => placed.index === index)?.problem;
    const wrong = link && isBroken(link) ? { link } : refused ? { refused } : {};
    return { kind: 'chain', id, parent, session, index, certificate, role: roleInChain(chain, index), ...wrong };
  });
  const issuer = missingIssuer(chain);
  if (issuer) {
    const end = state?.end.kind === 'issuer-in-keystore' ? state.end : undefined;
    const alias = end && !isBroken(end.link) ? { alias: end.alias } : {};
    rows.push({ kind: 'missingIssuer', id: `${parent.id}/missing`, parent, session, issuer, ...alias });
  }
  return rows;
}

function groupNode(parent: KeystoreNode, group: EntryGroup): GroupNode {
  const id = `${parent.id}&${group.title.by}=${JSON.stringify(group.key)}`;
  return { kind: 'group', id, parent, session: parent.session, group };
}

/** Wherever an entry stands, it is the same row: it stays selected when it is grouped. */
function entryNode(parent: KeystoreNode | GroupNode | ShelfNode, entry: Entry): EntryNode {
  const { session } = parent;
  const id = `${session.uri.toString()}#${JSON.stringify(entry.alias)}`;
  return { kind: 'entry', id, parent, session, entry };
}

function page<T>(
  parent: KeystoreNode | GroupNode,
  items: readonly T[],
  shown: number,
  nodeOf: (item: T) => TreeNode,
): TreeNode[] {
  const rows = items.slice(0, shown).map(nodeOf);
  const left = items.length - shown;
  if (left > 0) rows.push({ kind: 'more', id: `${parent.id}?more`, parent, session: parent.session, left });
  return rows;
}
