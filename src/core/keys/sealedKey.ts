import { createPrivateKey, type KeyObject } from 'node:crypto';
import { FlowKeystoreError } from '../errors';
import { openPrivateKeyInfo, sealPrivateKeyInfo } from './passwordEncryption';

/** A private key as it lies in a keystore: see `SealedKey` of the keystore model. */
interface Sealed {
  readonly form: 'encrypted' | 'plain';
  readonly der: Uint8Array;
}

/**
 * Opens a sealed key for use.
 * @returns PrivateKeyInfo (PKCS#8, DER); the caller forgets it as soon as it can
 * @throws FlowKeystoreError `wrong-password`, `unsupported`, `damaged`
 */
export async function openSealedKey(key: Sealed, password: string, signal?: AbortSignal): Promise<Uint8Array> {
  return key.form === 'plain' ? key.der : openPrivateKeyInfo(key.der, password, signal);
}

/** Seals a PrivateKeyInfo with AES-256 under the keystore's password. */
export async function sealKey(
  privateKeyInfo: Uint8Array,
  password: string,
): Promise<{ form: 'encrypted'; der: Uint8Array }> {
  return { form: 'encrypted', der: await sealPrivateKeyInfo(privateKeyInfo, password) };
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
