import { generateKeyPair as generateNatively, type KeyObject } from 'node:crypto';

export type KeySpec =
  | { readonly algorithm: 'RSA'; readonly bits: 2048 | 3072 | 4096 }
  | { readonly algorithm: 'EC'; readonly curve: 'P-256' | 'P-384' | 'P-521' };

export const keySpecs: readonly KeySpec[] = [
  { algorithm: 'RSA', bits: 2048 },
  { algorithm: 'RSA', bits: 3072 },
  { algorithm: 'RSA', bits: 4096 },
  { algorithm: 'EC', curve: 'P-256' },
  { algorithm: 'EC', curve: 'P-384' },
  { algorithm: 'EC', curve: 'P-521' },
];

/** `RSA 3072`, `EC P-256`. */
export function keySpecText(spec: KeySpec): string {
  return spec.algorithm === 'RSA' ? `RSA ${spec.bits}` : `EC ${spec.curve}`;
}

export interface GeneratedKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * Generates a key pair on the platform's thread pool: the calling thread stays free. A cancelled call rejects at once with the signal's
 * reason; the platform's work then ends unseen.
 */
export function generateKeys(spec: KeySpec, signal?: AbortSignal): Promise<GeneratedKeys> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    const done = (error: Error | null, publicKey: KeyObject, privateKey: KeyObject): void => {
      signal?.removeEventListener('abort', onAbort);
      if (error) reject(error);
      else resolve({ privateKey, publicKey });
    };
    if (spec.algorithm === 'RSA') generateNatively('rsa', { modulusLength: spec.bits, publicExponent: 0x10001 }, done);
    else generateNatively('ec', { namedCurve: spec.curve }, done);
  });
}

/** PrivateKeyInfo (PKCS#8), DER: what is sealed into a keystore. */
export function privateKeyInfoOf(keys: Pick<GeneratedKeys, 'privateKey'>): Uint8Array {
  return keys.privateKey.export({ format: 'der', type: 'pkcs8' });
}
