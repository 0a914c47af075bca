import type { Certificate } from '../../certificates/certificate';
import { isCertificateLabel, sshKeyLabel } from '../../certificates/pem';
import type { FlowKeystoreError } from '../../errors';
import { publicKeyOf } from '../../keys/publicKeyOf';
import { aliasProposer } from '../alias';
import { looksLike, octetsOfText } from '../detect';
import type { CarriedBag, Entry, Keystore, KeystoreNote, KeyPairEntry } from '../model';
import { emptyBundle, piecesOf, type Piece } from './pieces';

/**
 * Reads a PEM bundle as a keystore: each private key with the chain that belongs to it, every other certificate an anchor. Aliases are OpenSSL's
 * `friendlyName`, else made of the subject. The text is kept, piece by piece, so that a save changes nothing else.
 * @throws FlowKeystoreError `damaged`, `not-a-keystore` for a PEM file without certificates and keys
 */
export function readPemBundle(bytes: Uint8Array): Keystore {
  const octets = octetsOfText(bytes);
  const text = octets.toString('latin1');
  const { pieces } = piecesOf(text);
  const found = pieces.some(({ certificates, key }) => certificates.length || key);
  if (!found && !text.startsWith(emptyBundle)) throw nothingInIt(pieces);
  const { entries, notes } = entriesOf(pieces);
  // Views of the file, not copies: a bundle may have tens of thousands of pieces.
  let at = 0;
  const carried: CarriedBag[] = pieces.map(({ label, lead, block }) => {
    const raw = octets.subarray(at, (at += lead.length + block.length));
    return { level: 'text', type: label, raw };
  });
  if (at < octets.length) carried.push({ level: 'text', type: '', raw: octets.subarray(at) });
  return { type: 'PEM', entries, notes, carried };
}

/** The entries that the pieces make. Also asked by the writer: what it writes has to read back as it was meant. */
export function entriesOf(pieces: readonly Piece[]): { entries: Entry[]; notes: KeystoreNote[] } {
  const notes: KeystoreNote[] = [];
  for (const { label, certificates, lead } of pieces) {
    if (isCertificateLabel(label) && !certificates.length) {
      notes.push({ code: 'certificate-unreadable', detail: lead.trim().split('\n')[0]?.slice(0, 60) ?? '' });
    }
  }
  const proposer = aliasProposer(pieces.flatMap(({ alias }) => (alias === undefined ? [] : [alias])));
  const index = new CertificateIndex(pieces);
  const keys = pieces.filter((piece) => piece.key);
  const inChains = new Set<string>();
  const pairs = new Map<Piece, KeyPairEntry>();
  const leaves = new Set<Certificate>();
  for (const piece of keys) {
    const { key } = piece;
    if (!key) continue;
    const leaf = index.leafOf(piece, keys.length === 1);
    const chain = leaf ? index.chainFrom(leaf.certificate) : [];
    if (leaf) leaves.add(leaf.certificate);
    for (const member of chain) inChains.add(member.sha256);
    const alias =
      piece.alias ?? leaf?.piece.alias ?? (leaf ? proposer(leaf.certificate) : `private key ${pairs.size + 1}`);
    if (!leaf) notes.push({ code: 'key-without-certificate', alias });
    if (key.form === 'plain') notes.push({ code: 'key-not-encrypted', alias, sealedOnSave: false });
    pairs.set(piece, { kind: 'keyPair', alias, key, chain });
  }
  const entries = new Entries(notes);
  for (const piece of pieces) {
    const pair = pairs.get(piece);
    if (pair) entries.put(pair);
    for (const certificate of piece.certificates) {
      const name = piece.certificates.length === 1 ? piece.alias : undefined;
      // A certificate of a chain, and one that was there before, is an entry of its own only if it has a name of its own.
      if (name === undefined ? inChains.has(certificate.sha256) : leaves.has(certificate)) continue;
      if (entries.has(certificate, name)) continue;
      entries.put({ kind: 'certificate', alias: name ?? proposer(certificate), certificate });
    }
  }
  return { entries: entries.all, notes };
}

/** Entries under aliases that are there once. */
class Entries {
  readonly all: Entry[] = [];
  private readonly taken = new Set<string>();
  private readonly numbers = new Map<string, number>();
  private readonly certificates = new Set<string>();

  constructor(private readonly notes: KeystoreNote[]) {}

  /** Whether that certificate is there already: under that name, or without one under any. */
  has({ sha256 }: Certificate, name: string | undefined): boolean {
    return this.certificates.has(name === undefined ? sha256 : named(sha256, name));
  }

  put(entry: Entry): void {
    const certificate = entry.kind === 'certificate' ? entry.certificate : undefined;
    const first = certificate ?? (entry.kind === 'keyPair' ? entry.chain[0] : undefined);
    if (certificate) this.certificates.add(certificate.sha256);
    if (first) this.certificates.add(named(first.sha256, entry.alias));
    const folded = entry.alias.toLowerCase();
    if (!this.taken.has(folded)) {
      this.taken.add(folded);
      this.all.push(entry);
      return;
    }
    this.notes.push({ code: 'duplicate-alias', alias: entry.alias });
    let n = this.numbers.get(folded) ?? 2;
    while (this.taken.has(`${folded} ${n}`)) n++;
    this.numbers.set(folded, n + 1);
    this.taken.add(`${folded} ${n}`);
    this.all.push({ ...entry, alias: `${entry.alias} ${n}` });
  }
}

const named = (sha256: string, alias: string): string => `${sha256} ${alias.toLowerCase()}`;

interface Placed {
  readonly piece: Piece;
  readonly certificate: Certificate;
}

/** The certificates of a file, found in no more time where there are thousands. */
class CertificateIndex {
  private readonly all: readonly Placed[];
  private readonly found = new Map<string, ReadonlyMap<string, readonly Placed[]>>();

  constructor(pieces: readonly Piece[]) {
    this.all = pieces.flatMap((piece) => piece.certificates.map((certificate) => ({ piece, certificate })));
  }

  /**
   * By public key where it can be told without a password; else by OpenSSL's attributes; the only key of a file goes with its first
   * certificate that has not another name.
   */
  leafOf(piece: Piece, only: boolean): Placed | undefined {
    const { key, keyId, alias } = piece;
    const publicKey = key?.form === 'plain' ? publicKeyOf(key.der) : undefined;
    if (publicKey) {
      const fitting = this.by('key', ({ certificate }) => latin1(certificate.spki), latin1(publicKey));
      return fitting.find((each) => alias !== undefined && each.piece.alias === alias) ?? fitting[0];
    }
    const [byAttributes] = [
      ...(keyId === undefined ? [] : this.by('keyId', (each) => each.piece.keyId, keyId)),
      ...(alias === undefined ? [] : this.by('alias', (each) => each.piece.alias, alias)),
    ];
    if (byAttributes ?? !only) return byAttributes;
    const free = this.all.filter((each) => alias === undefined || each.piece.alias === undefined);
    return free.find(({ certificate }) => !certificate.isCa) ?? free[0];
  }

  chainFrom(leaf: Certificate): Certificate[] {
    const chain = [leaf];
    const inChain = new Set(chain);
    for (let at = leaf; !at.selfIssued;) {
      const issued = at;
      const issuer = this.by('subject', (each) => each.certificate.subject.comparisonKey, at.issuer.comparisonKey).find(
        ({ certificate }) => !inChain.has(certificate) && issued.mayBeIssuedBy(certificate),
      )?.certificate;
      if (!issuer) break;
      chain.push(issuer);
      inChain.add(issuer);
      at = issuer;
    }
    return chain;
  }

  private by(what: string, keyOf: (each: Placed) => string | undefined, key: string): readonly Placed[] {
    let index = this.found.get(what);
    if (!index) {
      const made = new Map<string, Placed[]>();
      for (const each of this.all) {
        const own = keyOf(each);
        if (own === undefined) continue;
        const others = made.get(own);
        if (others) others.push(each);
        else made.set(own, [each]);
      }
      index = made;
      this.found.set(what, index);
    }
    return index.get(key) ?? [];
  }
}

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');

function nothingInIt(pieces: readonly Piece[]): FlowKeystoreError {
  const labels = pieces.map(({ label }) => label);
  if (labels.includes(sshKeyLabel)) {
    return looksLike('a private key of OpenSSH', 'Import it into a keystore.', 'import-ssh-key');
  }
  const [first] = labels;
  if (first !== undefined && /^(NEW )?CERTIFICATE REQUEST$/.test(first)) {
    return looksLike(
      'a certification request',
      'Have it signed; the response is imported into the keystore with its key.',
      'respond',
    );
  }
  return looksLike(
    first === undefined ? 'text' : `a PEM file with ${/^[aeio]/i.test(first) ? 'an' : 'a'} ${first.toLowerCase()}`,
    'A PEM file is a keystore when it has certificates or private keys in it.',
  );
}
