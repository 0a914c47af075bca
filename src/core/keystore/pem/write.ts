import type { Certificate } from '../../certificates/certificate';
import { writePem } from '../../certificates/pem';
import { keptKey, type SealedKey } from '../../keys/sealedKey';
import { certificatesOf } from '../chain';
import type { Entry, Keystore } from '../model';
import { emptyBundle, piecesOf, type Piece } from './pieces';
import { entriesOf } from './read';

/**
 * Writes a PEM bundle: the pieces of the file that are still wanted as they were, what is new after them with its alias as OpenSSL's
 * `friendlyName`. Comments and blocks of other kinds stay.
 */
export function writePemBundle(keystore: Keystore): Uint8Array {
  const { pieces: before, rest } = piecesOf(
    Buffer.concat(keystore.carried.filter(({ level }) => level === 'text').map(({ raw }) => raw)).toString('latin1'),
  );
  const wanted = new Wanted(keystore.entries);
  const kept = before.flatMap((piece) => wanted.keep(piece));
  const changed = named([...kept, ...wanted.missing()], keystore.entries);
  const after = readsBack(changed, keystore.entries) ? changed : anew(before, keystore.entries);
  const text = after.map(({ lead, block }) => lead + block);
  const joined = text.map((piece, i) => (i && !/[\r\n]$/.test(text[i - 1] ?? '') ? `\n${piece}` : piece)).join('');
  const whole = joined + rest;
  return Buffer.from(whole.trim() === '' ? `${emptyBundle}\n` : whole, 'latin1');
}

/** What the file has to hold, and which of it has been written. */
class Wanted {
  private readonly certificates = new Set<string>();
  private readonly done = new Set<string>();
  /** How many entries have a private key, and how many of them were written. */
  private readonly keys = new Map<string, { wanted: number; done: number }>();

  constructor(private readonly entries: readonly Entry[]) {
    for (const entry of entries) {
      for (const { sha256 } of certificatesOf(entry)) this.certificates.add(sha256);
      if (entry.kind !== 'keyPair') continue;
      const key = this.keys.get(keyIdentity(entry.key));
      if (key) key.wanted++;
      else this.keys.set(keyIdentity(entry.key), { wanted: 1, done: 0 });
    }
  }

  keep(piece: Piece): Piece[] {
    if (piece.key) {
      const key = this.keys.get(keyIdentity(piece.key));
      if (!key || key.done === key.wanted) return [];
      key.done++;
      return [piece];
    }
    const left = piece.certificates.filter(({ sha256 }) => this.certificates.has(sha256));
    if (left.length === piece.certificates.length) {
      for (const { sha256 } of left) this.done.add(sha256);
      return [piece];
    }
    // Of a bundle some of which is gone the others become pieces of their own.
    return this.notDone(left).map((certificate) => certificatePiece(certificate));
  }

  missing(): Piece[] {
    const pieces: Piece[] = [];
    const seen = new Map<string, number>();
    for (const entry of this.entries) {
      if (entry.kind === 'keyPair') {
        const identity = keyIdentity(entry.key);
        const number = (seen.get(identity) ?? 0) + 1;
        seen.set(identity, number);
        if (number > (this.keys.get(identity)?.done ?? 0)) pieces.push(keyPiece(entry.key, entry.alias));
      }
      pieces.push(...this.notDone(certificatesOf(entry)).map((certificate) => certificatePiece(certificate)));
    }
    return pieces;
  }

  private notDone(certificates: readonly Certificate[]): Certificate[] {
    const left = certificates.filter(({ sha256 }) => !this.done.has(sha256));
    for (const { sha256 } of left) this.done.add(sha256);
    return left;
  }
}

/**
 * All entries one after the other, each under its name, a key before its chain: where the pieces of the file, put together again, would
 * read back as something else (one certificate under two names, say). What is neither key nor certificate comes first, as it was.
 */
function anew(before: readonly Piece[], entries: readonly Entry[]): Piece[] {
  const pieces = before.filter(({ key, certificates }) => !key && !certificates.length);
  const named = new Set(entries.flatMap((entry) => (entry.kind === 'certificate' ? [entry.certificate.sha256] : [])));
  const done = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'keyPair') pieces.push(keyPiece(entry.key, entry.alias));
    certificatesOf(entry).forEach((certificate, i) => {
      const piece = certificatePiece(certificate);
      if (i === 0) pieces.push({ ...piece, ...withAlias(piece.lead, entry.alias) });
      else if (!done.has(certificate.sha256) && !named.has(certificate.sha256)) pieces.push(piece);
      done.add(certificate.sha256);
    });
  }
  return pieces;
}

function readsBack(pieces: readonly Piece[], entries: readonly Entry[]): boolean {
  const rows = (of: readonly Entry[]): string =>
    of
      .map((entry) => JSON.stringify([identityOf(entry), shapeOf(entry)]))
      .sort()
      .join('\n');
  return rows(entriesOf(pieces).entries) === rows(entries);
}

function certificatePiece(certificate: Certificate): Piece {
  const names = `subject=${certificate.subject.toString()}\nissuer=${certificate.issuer.toString()}\n`;
  return {
    label: 'CERTIFICATE',
    lead: Buffer.from(names, 'utf8').toString('latin1'),
    block: writePem('CERTIFICATE', certificate.der),
    certificates: [certificate],
  };
}

function keyPiece(sealed: SealedKey, alias: string): Piece {
  const key = keptKey(sealed);
  const label = key.form === 'legacyPem' ? key.label : key.form === 'plain' ? 'PRIVATE KEY' : 'ENCRYPTED PRIVATE KEY';
  const body = writePem(label, key.der);
  const block =
    key.form === 'legacyPem' ? body.replace('\n', `\nProc-Type: 4,ENCRYPTED\nDEK-Info: ${key.dekInfo}\n\n`) : body;
  return { label, ...withAlias('', alias), block, certificates: [], key };
}

/** Gives names to the pieces that would read back under other aliases than the entries have. */
function named(pieces: readonly Piece[], entries: readonly Entry[]): readonly Piece[] {
  const wanted = new Map(entries.map((entry) => [identityOf(entry), entry.alias]));
  const leaves = new Map(
    entries.flatMap((entry) =>
      entry.kind === 'keyPair' && entry.chain[0] ? [[entry.chain[0].sha256, entry] as const] : [],
    ),
  );
  let current = pieces;
  // A name that is given can change what the others are called: again until all is right, or nothing more can be done.
  for (let round = 0; round < mostRounds; round++) {
    const found = new Map(entriesOf(current).entries.map((entry) => [identityOf(entry), shapeOf(entry)]));
    const wrong = new Set<string>();
    for (const entry of entries) if (found.get(identityOf(entry)) !== shapeOf(entry)) wrong.add(identityOf(entry));
    if (!wrong.size) break;
    current = current.map((piece) => {
      const [certificate, ...more] = piece.certificates;
      const leafOf = certificate && !more.length ? leaves.get(certificate.sha256) : undefined;
      const identity = leafOf
        ? identityOf(leafOf)
        : piece.key
          ? keyIdentity(piece.key)
          : certificate && !more.length
            ? certificate.sha256
            : undefined;
      const alias = identity !== undefined && wrong.has(identity) ? wanted.get(identity) : undefined;
      return alias === undefined || alias === piece.alias ? piece : { ...piece, ...withAlias(piece.lead, alias) };
    });
  }
  return current;
}

const mostRounds = 10;

/** What is the same for an entry and for the piece that names it: the private key, the certificate. */
function identityOf(entry: Entry): string {
  if (entry.kind === 'keyPair') return keyIdentity(entry.key);
  return entry.kind === 'certificate' ? entry.certificate.sha256 : `other ${entry.alias}`;
}

/** What has to be read back: the alias, and for a private key that it found its certificate. */
function shapeOf(entry: Entry): string {
  return JSON.stringify([entry.alias, entry.kind === 'keyPair' ? (entry.chain[0]?.sha256 ?? '') : '']);
}

function keyIdentity(key: SealedKey): string {
  return `key ${Buffer.from(keptKey(key).der).toString('latin1')}`;
}

const nameLine = /^([ \t]*friendlyName:[ \t]*)[^\r\n]*/m;

function withAlias(lead: string, alias: string): { lead: string; alias: string } {
  const octets = Buffer.from(alias.replace(/[\r\n]+/g, ' '), 'utf8').toString('latin1');
  if (nameLine.test(lead)) return { lead: lead.replace(nameLine, (_, start: string) => start + octets), alias };
  // The mark of UTF-8 at the start of a file is no part of a line.
  const attributes = `${/^\u00ef\u00bb\u00bf$/.test(lead) ? '\n' : ''}Bag Attributes\n    friendlyName: ${octets}\n`;
  // OpenSSL puts the names of the certificate between its attributes and the block.
  const at = lead.search(/^subject=/m);
  return { lead: at < 0 ? lead + attributes : lead.slice(0, at) + attributes + lead.slice(at), alias };
}
