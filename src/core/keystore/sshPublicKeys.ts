import { FlowKeystoreError } from '../errors';
import { sshPublicKeyLine } from '../keys/openssh/publicKey';
import { certificateOf } from './chain';
import { publicKeyWithin } from './lonePublicKeys';
import type { Entry, KeyPairEntry } from './model';

/**
 * SubjectPublicKeyInfo, DER, of the certificate of an entry or else of its private key.
 * @param open as `sshPublicKeys` takes it
 */
export async function publicKeyOfEntry(
  entry: Entry,
  open: (pair: KeyPairEntry) => Promise<Uint8Array>,
): Promise<Uint8Array | undefined> {
  return certificateOf(entry)?.spki ?? (entry.kind === 'keyPair' ? publicKeyWithin(entry, open) : undefined);
}

/**
 * The public keys of entries as `authorized_keys` and `.pub` files have them: a line each, the alias as its comment.
 * @param open gives the PrivateKeyInfo of a private key without a certificate, whose public key lies sealed with it; what it gives is wiped
 * @throws FlowKeystoreError `unsupported` for a key that SSH has no form for, `not-a-certificate` for an entry without a public key, with the alias;
 * and what `open` throws
 */
export async function sshPublicKeys(
  entries: readonly Entry[],
  open: (pair: KeyPairEntry) => Promise<Uint8Array>,
): Promise<string> {
  const lines: string[] = [];
  for (const entry of entries) {
    const spki = await publicKeyOfEntry(entry, open);
    if (!spki) {
      throw new FlowKeystoreError('not-a-certificate', 'The entry has no public key that can be told.', {
        detail: entry.alias,
      });
    }
    try {
      lines.push(`${sshPublicKeyLine(spki, entry.alias)}\n`);
    } catch (error) {
      throw error instanceof FlowKeystoreError ? error.at({ detail: entry.alias }) : error;
    }
  }
  return lines.join('');
}
