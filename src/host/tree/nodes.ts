import type { Certificate } from '../../core/certificates/certificate';
import type { Name } from '../../core/certificates/name';
import { missingIssuer, roleInChain, type ChainRole } from '../../core/keystore/chain';
import type { Entry, KeystoreNote } from '../../core/keystore/model';
import type { KeystoreSession } from '../services/keystoreSession';

/** A row of the tree. Ids stay the same as long as the row means the same. */
export type TreeNode =
  KeystoreNode | EntryNode | ChainNode | MissingIssuerNode | NoteNode | ErrorNode | UnlockNode | MoreNode;

interface NodeBase {
  readonly id: string;
  readonly parent: TreeNode | undefined;
  readonly session: KeystoreSession;
}

export interface KeystoreNode extends NodeBase {
  readonly kind: 'keystore';
}

export interface EntryNode extends NodeBase {
  readonly kind: 'entry';
  readonly entry: Entry;
}

/** A member of a key pair's chain. */
export interface ChainNode extends NodeBase {
  readonly kind: 'chain';
  /** 0 is the leaf. */
  readonly index: number;
  readonly certificate: Certificate;
  readonly role: ChainRole;
}

/** The issuer that a chain ends before. */
export interface MissingIssuerNode extends NodeBase {
  readonly kind: 'missingIssuer';
  readonly issuer: Name;
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
  readonly left: number;
}

/** VS Code takes seconds for many thousand rows under one. */
export const pageSize = 500;

export function keystoreNode(session: KeystoreSession): KeystoreNode {
  return { kind: 'keystore', id: session.uri.toString(), parent: undefined, session };
}

/** @param shown how many entries at most */
export function childrenOfKeystore(parent: KeystoreNode, shown: number): TreeNode[] {
  const { session } = parent;
  const base = { parent, session };
  if (session.state.kind === 'error') return [{ ...base, kind: 'error', id: `${parent.id}?error` }];
  const rows: TreeNode[] = [];
  if (session.state.kind === 'locked') rows.push({ ...base, kind: 'unlock', id: `${parent.id}?unlock` });
  const { entries, notes } = session.seen ?? { entries: [], notes: [] };
  const left = entries.length - shown;
  for (const entry of entries.slice(0, shown)) rows.push(entryNode(parent, entry));
  if (left > 0) rows.push({ ...base, kind: 'more', id: `${parent.id}?more`, left });
  notes.forEach((note, at) => rows.push({ ...base, kind: 'note', id: `${parent.id}?note=${at}`, note }));
  return rows;
}

export function entryNode(parent: KeystoreNode, entry: Entry): EntryNode {
  const { session } = parent;
  return { kind: 'entry', id: `${parent.id}#${encodeURIComponent(entry.alias)}`, parent, session, entry };
}

/** The chain of a key pair, leaf first; what is missing is a row too. */
export function childrenOfEntry(parent: EntryNode): TreeNode[] {
  const { session, entry } = parent;
  if (entry.kind !== 'keyPair') return [];
  const { chain } = entry;
  const rows: TreeNode[] = chain.map((certificate, index) => {
    const role = roleInChain(chain, index);
    return {
      kind: 'chain',
      id: `${parent.id}/${index}/${certificate.sha256}`,
      parent,
      session,
      index,
      certificate,
      role,
    };
  });
  const issuer = missingIssuer(chain);
  if (issuer) rows.push({ kind: 'missingIssuer', id: `${parent.id}/missing`, parent, session, issuer });
  return rows;
}
