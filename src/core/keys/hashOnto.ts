import { hash } from 'node:crypto';

/**
 * Writes the hash of `data` to the start of `target` (they may be one) and leaves what is behind it. By way of a string, since that takes a
 * third of the time of a new Hash or Buffer, and old key derivations hash hundreds of thousands of times.
 */
export function hashOnto(target: Buffer, algorithm: string, data: Uint8Array): void {
  target.write(hash(algorithm, data, 'binary'), 'binary');
}
