import type { Certificate } from '../certificates/certificate';
import { sameOctets } from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import { getKeyPair, type Edited } from './edit';
import type { Keystore } from './model';

/**
 * Gives a key pair another chain. The key, the alias and what else the entry carries stay.
 * @param chain leaf first
 * @throws FlowKeystoreError `key-mismatch` where the leaf is not for this key, `alias-unknown`, `not-a-key-pair`
 */
export function replaceChain(keystore: Keystore, alias: string, chain: readonly Certificate[]): Edited {
  const entry = getKeyPair(keystore, alias);
  const [before] = entry.chain;
  const [leaf] = chain;
  if (!leaf || (before && !sameOctets(before.spki, leaf.spki))) {
    throw new FlowKeystoreError('key-mismatch', `The certificate is not for the private key of "${entry.alias}".`);
  }
  const same = chain.length === entry.chain.length && chain.every((each, i) => entry.chain[i]?.equals(each));
  if (same) return { keystore, changes: [] };
  const entries = keystore.entries.map((other) => (other === entry ? { ...entry, chain } : other));
  return { keystore: { ...keystore, entries }, changes: [{ kind: 'replaced', alias: entry.alias }] };
}
