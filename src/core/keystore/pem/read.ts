import { sameOctets } from '../../asn1/der';
import type { Certificate } from '../../certificates/certificate';
import { FlowKeystoreError } from '../../errors';
import { publicKeyOf } from '../../keys/publicKeyOf';
import { aliasProposer } from '../alias';
import type { CarriedBag, CertificateEntry, Entry, Keystore, KeystoreNote, KeyPairEntry } from '../model';
import { emptyBundle, isCertificateLabel, piecesOf, type Piece } from './pieces';

/**
 * Reads a PEM bundle as a keystore: each private key with the chain that belongs to it, every other certificate an anchor. Aliases are OpenSSL's
 * `friendlyName`, else made of the subject. The text is kept, piece by piece, so that a save changes nothing else.
 * @throws FlowKeystoreError `damaged`, `not-a-keystore` for a PEM file without certificates and keys
 */
export function readPemBundle(bytes: Uint8Array): Keystore {
  const { pieces, rest } = piecesOf(textOf(bytes));
  const found = pieces.some(({ certificates, key }) => certificates.length || key);
  if (!found && !textOf(bytes).startsWith(emptyBundle)) throw nothingInIt(pieces);
  const { entries, notes } = entriesOf(pieces);
  const carried: CarriedBag[] = pieces.map(({ label, lead, block }) => carriedText(label, lead + block));
  if (rest) carried.push(carriedText('', rest));
  return { type: 'PEM', entries, notes, carried };
}

function carriedText(type: string, text: string): CarriedBag {
  return { level: 'text', type, raw: Buffer.from(text, 'latin1') };
}

/** One character for each octet, so that nothing is lost; UTF-16, as Windows' Notepad has written it, becomes UTF-8. */
function textOf(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const octets = utf16 ? Buffer.from(Buffer.from(bytes.subarray(2)).toString('utf16le'), 'utf8') : Buffer.from(bytes);
  return octets.toString('latin1');
}

/** The entries that the pieces make. Also asked by the writer: what it writes has to read back as it was meant. */
export function entriesOf(pieces: readonly Piece[]): { entries: Entry[]; notes: KeystoreNote[] } {
  const notes: KeystoreNote[] = [];
  const certificates = pieces.flatMap((piece) => piece.certificates.map((certificate) => ({ piece, certificate })));
  for (const { label, certificates: found, lead } of pieces) {
    if (isCertificateLabel(label) && !found.length) {
      notes.push({ code: 'certificate-unreadable', detail: lead.trim().split('\n')[0]?.slice(0, 60) ?? '' });
    }
  }
  const proposer = aliasProposer(pieces.flatMap(({ alias }) => (alias === undefined ? [] : [alias])));
  const keys = pieces.filter((piece) => piece.key);
  const inChains = new Set<Certificate>();
  const pairs = new Map<Piece, KeyPairEntry>();
  const all = certificates.map(({ certificate }) => certificate);
  for (const piece of keys) {
    const { key } = piece;
    if (!key) continue;
    const leaf = leafOf(piece, certificates, keys.length === 1);
    const chain = leaf ? chainFrom(leaf.certificate, all) : [];
    for (const member of chain) inChains.add(member);
    const alias =
      piece.alias ?? leaf?.piece.alias ?? (leaf ? proposer(leaf.certificate) : `private key ${pairs.size + 1}`);
    if (!leaf) notes.push({ code: 'key-without-certificate', alias });
    if (key.form === 'plain') notes.push({ code: 'key-not-encrypted', alias, sealedOnSave: false });
    pairs.set(piece, { kind: 'keyPair', alias, key, chain });
  }
  const leaves = new Set([...pairs.values()].map(({ chain }) => chain[0]));
  const entries: Entry[] = [];
  const seen = new Set<string>();
  const taken = new Set<string>();
  const put = (entry: Entry): void => {
    const folded = entry.alias.toLowerCase();
    if (taken.has(folded)) {
      const alias = entry.alias;
      notes.push({ code: 'duplicate-alias', alias });
      let n = 2;
      while (taken.has(`${folded} ${n}`)) n++;
      entries.push({ ...entry, alias: `${alias} ${n}` });
      taken.add(`${folded} ${n}`);
      return;
    }
    taken.add(folded);
    entries.push(entry);
  };
  for (const piece of pieces) {
    const pair = pairs.get(piece);
    if (pair) put(pair);
    for (const certificate of piece.certificates) {
      // A certificate of a chain is an entry of its own only if it has a name of its own.
      const isNamed = piece.alias !== undefined && piece.certificates.length === 1 && !leaves.has(certificate);
      if ((inChains.has(certificate) && !isNamed) || seen.has(certificate.sha256)) continue;
      seen.add(certificate.sha256);
      const alias = (piece.certificates.length === 1 ? piece.alias : undefined) ?? proposer(certificate);
      put({ kind: 'certificate', alias, certificate } satisfies CertificateEntry);
    }
  }
  return { entries, notes };
}

interface Placed {
  readonly piece: Piece;
  readonly certificate: Certificate;
}

/** By public key where it can be told without a password; else by OpenSSL's attributes; the only key of a file goes with its first certificate. */
function leafOf(piece: Piece, certificates: readonly Placed[], only: boolean): Placed | undefined {
  const { key, keyId, alias } = piece;
  const publicKey = key?.form === 'plain' ? publicKeyOf(key.der) : undefined;
  if (publicKey) return certificates.find(({ certificate }) => sameOctets(certificate.spki, publicKey));
  const byAttributes =
    (keyId === undefined ? undefined : certificates.find((each) => each.piece.keyId === keyId)) ??
    (alias === undefined ? undefined : certificates.find((each) => each.piece.alias === alias));
  return (
    byAttributes ?? (only ? (certificates.find(({ certificate }) => !certificate.isCa) ?? certificates[0]) : undefined)
  );
}

function chainFrom(leaf: Certificate, all: readonly Certificate[]): Certificate[] {
  const chain = [leaf];
  for (let at = leaf; !at.selfIssued;) {
    const issued = at;
    const issuer = all.find((candidate) => !chain.includes(candidate) && issued.mayBeIssuedBy(candidate));
    if (!issuer) break;
    chain.push(issuer);
    at = issuer;
  }
  return chain;
}

function nothingInIt(pieces: readonly Piece[]): FlowKeystoreError {
  const [first] = pieces;
  return new FlowKeystoreError(
    'not-a-keystore',
    `This is not a keystore; it looks like ${first ? `a PEM file with a ${first.label.toLowerCase()}` : 'text'}.`,
    {},
    'A PEM file is a keystore when it has certificates or private keys in it.',
  );
}
