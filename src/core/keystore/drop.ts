import type { Certificate } from '../certificates/certificate';
import { readCertificates } from '../certificates/import';
import { certificatesPem } from '../certificates/pem';
import { FlowKeystoreError } from '../errors';
import { detectStoreType } from './detect';
import type { Keystore, KeyPairEntry } from './model';
import { pemContents } from './pem/bundle';
import { matchingKeyPairs, maxResponseBytes } from './signingResponse';

/** A file that was dropped. */
export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Absent for what came without a place of its own: out of a browser, or from another machine. */
  readonly path?: string;
}

/** Rows of the tree that were dropped. */
export interface DroppedEntries {
  /** Of the keystore they come from. */
  readonly keystore: string;
  /** All entries when absent. */
  readonly aliases?: readonly string[];
}

export interface Dropped {
  readonly files?: readonly DroppedFile[];
  readonly text?: string;
  readonly entries?: readonly DroppedEntries[];
}

/** What it was dropped on: nothing, a keystore, or an entry of one. */
export interface DropTarget {
  readonly keystore?: string;
  readonly alias?: string;
}

/** A keystore that is on the list. */
export interface DropStore {
  /** The name it has in targets and actions. */
  readonly id: string;
  /** Its file. */
  readonly path: string;
  /** As far as it can be seen; absent where nothing can. */
  readonly keystore?: Keystore;
  /** Whether a certification request was made for an entry whose response is still to come. */
  readonly requestOut: (entry: KeyPairEntry) => boolean;
}

export type DropAction =
  /** A signing response goes into the key pair that it is for. */
  | { readonly do: 'respond'; readonly keystore: string; readonly alias: string; readonly response: ResponseSource }
  /** Keystore files go on the list. */
  | { readonly do: 'add'; readonly files: readonly DroppedFile[] }
  /** `keystore` is absent where it has to be asked for. */
  | { readonly do: 'import'; readonly keystore?: string; readonly files: readonly DroppedFile[] }
  | { readonly do: 'import'; readonly keystore?: string; readonly text: string }
  | { readonly do: 'copy'; readonly keystore: string; readonly from: DroppedEntries };

/** Paths, else PEM. */
export type ResponseSource = { readonly files: readonly string[] } | { readonly text: string };

/** A larger one is no answer of an authority. Octets; PEM takes more than the DER that SAP's limit is about. */
const largestResponse = 4 * maxResponseBytes;

/**
 * What is to be done with what was dropped.
 * - Certificates for a key pair whose request is out go into it, those above them with them; so do certificates for the very key pair that they
 *   were dropped on. Only the keystore that was pointed at is searched, or all where none was.
 * - Anything else that was dropped on a keystore is imported into it.
 * - Beside the keystores, files that are keystores go on the list, and what else there is asks for a keystore to be imported into.
 * - Entries are copied into the other keystore that they were dropped on.
 */
export function planDrop(dropped: Dropped, target: DropTarget, stores: readonly DropStore[]): DropAction[] {
  const { text } = dropped;
  const own = stores.find(({ id }) => id === target.keystore)?.path;
  const files = (dropped.files ?? []).filter(({ path }) => own === undefined || path !== own);
  const copies = (dropped.entries ?? []).flatMap((from): DropAction[] =>
    target.keystore === undefined || target.keystore === from.keystore
      ? []
      : [{ do: 'copy', keystore: target.keystore, from }],
  );
  const pieces: Piece[] = [
    ...files.map((file) => ({ file, certificates: certificatesIn(file.bytes) })),
    ...(!text?.trim() ? [] : [{ text, certificates: certificatesIn(text) }]),
  ];
  const { responses, left } = responsesAmong(pieces, target, stores);
  return [...copies, ...responses, ...placesFor(left, target)];
}

interface Piece {
  readonly file?: DroppedFile;
  readonly text?: string;
  /** Where it holds certificates and nothing else, and could be an authority's answer. */
  readonly certificates: readonly Certificate[];
}

function certificatesIn(content: Uint8Array | string): readonly Certificate[] {
  if (content.length > largestResponse) return [];
  try {
    const { certificates, skipped } = readCertificates(content);
    return skipped.some((label) => label.includes('PRIVATE KEY')) ? [] : certificates;
  } catch (error) {
    // What it is, and what is wrong with it, the import says.
    if (error instanceof FlowKeystoreError) return [];
    throw error;
  }
}

function responsesAmong(
  pieces: readonly Piece[],
  target: DropTarget,
  stores: readonly DropStore[],
): { responses: DropAction[]; left: readonly Piece[] } {
  const all = pieces.flatMap(({ certificates }) => certificates);
  if (!all.length) return { responses: [], left: pieces };
  const searched = stores.flatMap((store) =>
    store.keystore && (target.keystore === undefined || target.keystore === store.id)
      ? [{ ...store, keystore: store.keystore }]
      : [],
  );
  // What an entry has already is nobody's answer, and must not stand before one for the same key.
  const present = new Set(
    searched.flatMap(({ keystore }) =>
      keystore.entries.flatMap((entry) => (entry.kind === 'keyPair' ? (entry.chain[0]?.sha256 ?? []) : [])),
    ),
  );
  const fresh = all.filter(({ sha256 }) => !present.has(sha256));
  const used = new Set<Piece>();
  const responses: DropAction[] = [];
  for (const { store, entry, certificate } of matchingKeyPairs({ certificates: fresh }, searched)) {
    const isPointedAt = target.keystore === store.id && target.alias === entry.alias;
    if (!isPointedAt && !store.requestOut(entry)) continue;
    const chain = upwards(certificate, all);
    const parts = pieces.filter(({ certificates }) => certificates.some((each) => chain.has(each.sha256)));
    for (const part of parts) used.add(part);
    responses.push({ do: 'respond', keystore: store.id, alias: entry.alias, response: responseOf(parts) });
  }
  return { responses, left: pieces.filter((piece) => !used.has(piece)) };
}

/** SHA-256 of a certificate and of those that may stand above it. */
function upwards(certificate: Certificate, all: readonly Certificate[]): ReadonlySet<string> {
  const found = new Map([[certificate.sha256, certificate]]);
  for (const below of found.values()) {
    for (const each of all) if (below.mayBeIssuedBy(each)) found.set(each.sha256, each);
  }
  return new Set(found.keys());
}

function responseOf(parts: readonly Piece[]): ResponseSource {
  const files = parts.flatMap(({ file }) => file?.path ?? []);
  return files.length === parts.length
    ? { files }
    : { text: certificatesPem(parts.flatMap(({ certificates }) => certificates)) };
}

function placesFor(pieces: readonly Piece[], { keystore }: DropTarget): DropAction[] {
  const files = pieces.flatMap(({ file }) => file ?? []);
  const stores = keystore === undefined ? files.filter(({ bytes }) => isKeystore(bytes)) : [];
  const others = files.filter((file) => !stores.includes(file));
  const into = keystore === undefined ? {} : { keystore };
  return [
    ...(stores.length ? [{ do: 'add', files: stores } as const] : []),
    ...(others.length ? [{ do: 'import', ...into, files: others } as const] : []),
    ...pieces.flatMap(({ text }) => (text === undefined ? [] : [{ do: 'import', ...into, text } as const])),
  ];
}

/** Of PEM files those are that hold more than one certificate: that one alone is rather to be put into a keystore. */
function isKeystore(bytes: Uint8Array): boolean {
  const pem = pemContents(bytes);
  if (!pem) return detectStoreType(bytes) !== undefined;
  return pem.certificates > 1 || (pem.certificates > 0 && pem.keys > 0);
}
