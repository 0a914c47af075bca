import { FlowKeystoreError } from '../errors';
import { publicKeyOf } from '../keys/publicKeyOf';
import type { Keystore, KeyPairEntry } from './model';

/**
 * The public keys (SubjectPublicKeyInfo, DER) of private keys that have no certificate, by alias: what a certificate can be recognised by that was
 * issued for one. Such keys lie in PKCS#12 and PEM files. The private keys are opened for it, one after the other, and wiped.
 * @param open gives the PrivateKeyInfo of an entry; a key that it cannot open is left out
 */
export async function lonePublicKeys(
  { entries }: Pick<Keystore, 'entries'>,
  open: (entry: KeyPairEntry) => Promise<Uint8Array>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const entry of entries) {
    if (entry.kind !== 'keyPair' || entry.chain.length) continue;
    signal?.throwIfAborted();
    try {
      const plain = await open(entry);
      const spki = publicKeyOf(plain);
      // A key that lies open in its keystore is part of the keystore in memory.
      if (entry.key.form !== 'plain') plain.fill(0);
      if (spki) found.set(entry.alias, Uint8Array.from(spki));
    } catch (error) {
      if (!(error instanceof FlowKeystoreError)) throw error;
    }
  }
  return found;
}
