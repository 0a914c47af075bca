import { FlowKeystoreError } from '../errors';
import { publicKeyOf } from '../keys/publicKeyOf';
import type { Entry, Keystore, KeyPairEntry } from './model';

/** A private key without a certificate: what its public key is only the key itself says. */
export function isLoneKey(entry: Entry | undefined): entry is KeyPairEntry {
  return entry?.kind === 'keyPair' && !entry.chain.length;
}

/**
 * The public key (SubjectPublicKeyInfo, DER) that lies sealed with a private key. What was opened for it is wiped.
 * @param open gives the PrivateKeyInfo of the entry
 * @returns undefined where the key does not tell it
 */
export async function publicKeyWithin(
  pair: KeyPairEntry,
  open: (pair: KeyPairEntry) => Promise<Uint8Array>,
): Promise<Uint8Array | undefined> {
  const plain = await open(pair);
  try {
    const spki = publicKeyOf(plain);
    return spki && Uint8Array.from(spki);
  } finally {
    // A key that lies open in its keystore is part of the keystore in memory.
    if (pair.key.form !== 'plain') plain.fill(0);
  }
}

/**
 * The public keys (SubjectPublicKeyInfo, DER) of private keys that have no certificate, by alias: what a certificate can be recognised by that was
 * issued for one. Such keys lie in PKCS#12 and PEM files. The private keys are opened for it, one after the other.
 * @param open gives the PrivateKeyInfo of an entry; a key that it cannot open is left out
 */
export async function lonePublicKeys(
  { entries }: Pick<Keystore, 'entries'>,
  open: (entry: KeyPairEntry) => Promise<Uint8Array>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const entry of entries) {
    if (!isLoneKey(entry)) continue;
    signal?.throwIfAborted();
    try {
      const spki = await publicKeyWithin(entry, open);
      if (spki) found.set(entry.alias, spki);
    } catch (error) {
      if (!(error instanceof FlowKeystoreError)) throw error;
    }
  }
  return found;
}
