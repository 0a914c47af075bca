import { firstFew } from '../firstFew';
import { keyIsElsewhere, keyObjectOf, openSealedKey } from '../keys/sealedKey';
import { findEntry } from '../keystore/edit';
import type { Keystore } from '../keystore/model';
import type { KeyPairChain } from './candidates';
import type { ClientKeyPair, UnusableClient } from './secondPass';

/**
 * The key pair of an alias, ready to authenticate with; its key stays sealed until the server asks for a certificate.
 * @param password asked for then, by the alias of the entry
 */
export function clientOf(
  keystore: Keystore | undefined,
  alias: string,
  password: (alias: string) => string,
): ClientKeyPair | UnusableClient {
  if (!keystore) return { alias, unusable: 'There is no keystore to take it from.' };
  const entry = findEntry(keystore, alias);
  if (!entry) return { alias, unusable: `There is no such entry in the keystore. ${keyPairList(keystore)}` };
  if (entry.kind !== 'keyPair') return { alias, unusable: 'The entry is not a key pair: it has no private key.' };
  if (entry.key.form === 'elsewhere') {
    const { message } = keyIsElsewhere(entry.key.where);
    return { alias: entry.alias, unusable: message, elsewhere: entry.key.where };
  }
  return {
    alias: entry.alias,
    chain: entry.chain,
    privateKeyPem: async () => {
      const key = keyObjectOf(await openSealedKey(entry.key, password(entry.alias)));
      return key.export({ format: 'pem', type: 'pkcs8' }) as string;
    },
  };
}

function keyPairList(keystore: Keystore): string {
  const aliases = keyPairsOf(keystore).map(({ alias }) => alias);
  return aliases.length ? `Its key pairs: ${firstFew(aliases, 5)}.` : 'It has no key pair.';
}

/** Every key pair of a keystore, without its key. */
export function keyPairsOf(keystore: Keystore): KeyPairChain[] {
  return keystore.entries.flatMap((entry) =>
    entry.kind === 'keyPair' && entry.chain.length ? [{ alias: entry.alias, chain: entry.chain }] : [],
  );
}
