import { createHash } from 'node:crypto';
import { FlowKeystoreError } from '../errors';
import { publicKeyOf } from '../keys/publicKeyOf';
import { type SealedKey, sealedOctets } from '../keys/sealedKey';
import type { Entry, KeyPairEntry } from './model';

/**
 * Key pairs whose certification request was made and whose response is still to come, by public key: so a request is known in whatever keystore has
 * the key, and whatever its alias. Of a private key without a certificate only itself tells the public key; it is known by its octets in the file, and whoever
 * seals it anew says so (`resealed`). Immutable; nothing secret.
 */
export class PendingRequests {
  private constructor(
    /** When, by the SHA-256 of the public key. */
    private readonly made: ReadonlyMap<string, Date>,
    /** SHA-256 of the public key, by that of the sealed key. */
    private readonly sealed: ReadonlyMap<string, string>,
  ) {}

  /** @param stored as `stored` gave it; before, the address of the keystore stood before each public key */
  static from(stored: Readonly<Record<string, string>>): PendingRequests {
    const made = new Map<string, Date>();
    const sealed = new Map<string, string>();
    for (const [key, value] of Object.entries(stored)) {
      if (key.startsWith(sealedPrefix)) {
        sealed.set(key.slice(sealedPrefix.length), value);
        continue;
      }
      const digest = key.slice(key.lastIndexOf('#') + 1);
      const date = new Date(value);
      const known = made.get(digest);
      if (!Number.isNaN(date.getTime()) && !(known && known > date)) made.set(digest, date);
    }
    return new PendingRequests(made, sealed);
  }

  get stored(): Record<string, string> {
    return Object.fromEntries([
      ...[...this.made].map(([digest, date]) => [digest, date.toISOString()] as const),
      ...[...this.sealed].map(([digest, publicKey]) => [`${sealedPrefix}${digest}`, publicKey] as const),
    ]);
  }

  /** When the last request was made; undefined where none is out. */
  since(entry: Entry): Date | undefined {
    // Hashing the keys of thousands of rows would take its time.
    if (!this.made.size || entry.kind !== 'keyPair') return undefined;
    const digest = this.digestOf(entry);
    return digest === undefined ? undefined : this.made.get(digest);
  }

  /** @param spki SubjectPublicKeyInfo, DER */
  with(entry: KeyPairEntry, spki: Uint8Array, made: Date): PendingRequests {
    const digest = sha256(spki);
    const sealed = entry.chain.length
      ? this.sealed
      : new Map([...this.sealed, [sha256(sealedOctets(entry.key)), digest]]);
    return new PendingRequests(new Map([...this.made, [digest, made]]), sealed);
  }

  /** @returns itself where none is out for that key */
  without(spki: Uint8Array): PendingRequests {
    const digest = sha256(spki);
    if (!this.made.has(digest)) return this;
    return new PendingRequests(
      new Map([...this.made].filter(([other]) => other !== digest)),
      new Map([...this.sealed].filter(([, other]) => other !== digest)),
    );
  }

  /**
   * After private keys were sealed anew under the same aliases. What was known of the old octets stays: the change can be undone.
   * @returns itself where nothing is out for any of them
   */
  resealed(before: readonly Entry[], after: readonly Entry[]): PendingRequests {
    if (!this.sealed.size) return this;
    const now = new Map(after.map((entry) => [entry.alias.toLowerCase(), entry]));
    const more = before.flatMap((entry): [string, string][] => {
      const other = now.get(entry.alias.toLowerCase());
      if (entry.kind !== 'keyPair' || entry.chain.length || other?.kind !== 'keyPair') return [];
      const known = this.sealed.get(sha256(sealedOctets(entry.key)));
      return known === undefined || other.key === entry.key ? [] : [[sha256(sealedOctets(other.key)), known]];
    });
    return more.length ? new PendingRequests(this.made, new Map([...this.sealed, ...more])) : this;
  }

  private digestOf({ chain: [leaf], key }: KeyPairEntry): string | undefined {
    if (leaf) return leaf.keyDigest;
    return this.sealed.get(sha256(sealedOctets(key))) ?? digestOfOpenKey(key);
  }
}

const sealedPrefix = 'sealed:';

function digestOfOpenKey(key: SealedKey): string | undefined {
  if (key.form !== 'plain') return undefined;
  try {
    const spki = publicKeyOf(key.der);
    return spki && sha256(spki);
  } catch (error) {
    // What is wrong with the key is said where it is used.
    if (error instanceof FlowKeystoreError) return undefined;
    throw error;
  }
}

const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');
