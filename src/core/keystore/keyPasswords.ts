import { createHash } from 'node:crypto';
import { type SealedKey, sealedOctets } from '../keys/sealedKey';
import type { Keystore } from './model';

/**
 * Passwords of private keys that have others than their keystore. They belong to the sealed keys and not to the aliases: so they hold after a
 * rename, when a successor takes over an alias, and when that is undone; and none is ever tried on another key that has come to an alias.
 */
export class KeyPasswords {
  readonly #known = new Map<string, string>();

  get(key: SealedKey): string | undefined {
    return this.#known.size ? this.#known.get(digestOf(key)) : undefined;
  }

  set(key: SealedKey, password: string): void {
    this.#known.set(digestOf(key), password);
  }

  clear(): void {
    this.#known.clear();
  }

  /** Those of the keys of a keystore, by alias. */
  of(keystore: Keystore | undefined): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    if (!this.#known.size) return found;
    for (const entry of keystore?.entries ?? []) {
      const password = entry.kind === 'keyPair' ? this.get(entry.key) : undefined;
      if (password !== undefined) found.set(entry.alias, password);
    }
    return found;
  }
}

/** A sealed key lies in its file as it is until it is sealed anew, which makes another one of it. */
function digestOf(key: SealedKey): string {
  return createHash('sha256').update(sealedOctets(key)).digest('base64');
}
