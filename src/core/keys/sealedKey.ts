import { createPrivateKey, type KeyObject } from 'node:crypto';
import { FlowKeystoreError } from '../errors';
import { openLegacyPem } from './legacyPem';
import { sealPrivateKeyInfo } from './encrypt';
import type { EncryptionScheme } from './encryptionSchemes';
import { openPrivateKeyInfo } from './passwordEncryption';

/**
 * A private key as it lies in a file. `encrypted`: EncryptedPrivateKeyInfo (RFC 5958, DER), be it by PBES2, a scheme of PKCS#12 or one of Java's
 * keystores. `plain`: PrivateKeyInfo (PKCS#8, DER). `legacyPem`: what OpenSSL before 1.0 wrote, encrypted by the headers of the PEM block.
 */
export type SealedKey =
  | { readonly form: 'encrypted' | 'plain'; readonly der: Uint8Array }
  | {
      readonly form: 'legacyPem';
      readonly der: Uint8Array;
      /** `RSA PRIVATE KEY`, `EC PRIVATE KEY`, `DSA PRIVATE KEY`. */
      readonly label: string;
      /** The DEK-Info header: cipher and initialisation vector. */
      readonly dekInfo: string;
    }
  /** It never leaves where it is: `where` names that. Nobody here signs with it, and no file has it. */
  | { readonly form: 'elsewhere'; readonly where: string };

/**
 * Opens a sealed key for use.
 * @returns PrivateKeyInfo (PKCS#8, DER); the caller forgets it as soon as it can
 * @throws FlowKeystoreError `wrong-password`, `unsupported` (also for a key that is elsewhere), `damaged`
 */
export async function openSealedKey(key: SealedKey, password: string, signal?: AbortSignal): Promise<Uint8Array> {
  switch (key.form) {
    case 'plain':
      return key.der;
    case 'encrypted':
      return openPrivateKeyInfo(key.der, password, signal);
    case 'legacyPem':
      return openLegacyPem(key, password);
    case 'elsewhere':
      throw keyIsElsewhere(key.where);
  }
}

/** A key that is at hand. */
export type KeptKey = Exclude<SealedKey, { readonly form: 'elsewhere' }>;

/** @throws FlowKeystoreError `unsupported` for a key that is elsewhere */
export function keptKey(key: SealedKey): KeptKey {
  if (key.form === 'elsewhere') throw keyIsElsewhere(key.where);
  return key;
}

/** The octets as they lie in the file; none of a key that is elsewhere. */
export function sealedOctets(key: SealedKey): Uint8Array {
  return key.form === 'elsewhere' ? new Uint8Array() : key.der;
}

/** @param where the tenant that has it */
export function keyIsElsewhere(where: string): FlowKeystoreError {
  return new FlowKeystoreError(
    'unsupported',
    `The private key stays on ${where}; it cannot be used or written here.`,
    {},
    'Use the file that the key pair was uploaded from, where there is one.',
  );
}

/**
 * Seals a PrivateKeyInfo under a password, as PKCS#12 and PEM files have it.
 * @param scheme AES-256 (PBES2) when absent: what every new key gets, in a file of older methods too
 */
export async function sealKey(
  privateKeyInfo: Uint8Array,
  password: string,
  scheme?: EncryptionScheme,
): Promise<{ form: 'encrypted'; der: Uint8Array }> {
  return { form: 'encrypted', der: await sealPrivateKeyInfo(privateKeyInfo, password, scheme) };
}

/**
 * The platform's own key object, for signing and TLS.
 * @throws FlowKeystoreError `unsupported` for an algorithm that this platform does not know (DSA or brainpool on BoringSSL, say)
 */
export function keyObjectOf(privateKeyInfo: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(privateKeyInfo), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new FlowKeystoreError(
      'unsupported',
      'This platform cannot use a private key of this kind.',
      {},
      'Use an RSA key or an EC key on P-256, P-384 or P-521.',
      { cause },
    );
  }
}
