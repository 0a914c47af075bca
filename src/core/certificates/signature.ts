import { constants, createPublicKey, verify } from 'node:crypto';
import type { Certificate, SignatureAlgorithm } from './certificate';

/** `unsupported`: this platform knows neither the key nor the algorithm; nothing is proven either way. */
export type SignatureState = 'good' | 'bad' | 'unsupported';

/** Whether the key of `issuer` made the signature of `certificate`. */
export function checkSignature(certificate: Certificate, issuer: Certificate): SignatureState {
  return verifySignature(
    { algorithm: certificate.signatureAlgorithm, signed: certificate.tbs, signature: certificate.signature },
    issuer.spki,
  );
}

export interface Signed {
  readonly algorithm: SignatureAlgorithm;
  /** The octets that were signed. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** Whether the key (SubjectPublicKeyInfo, DER) made the signature. */
export function verifySignature({ algorithm, signed, signature }: Signed, spki: Uint8Array): SignatureState {
  const { hash, saltLength } = algorithm;
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    // Without a hash of its own: Edwards curves and their like. For the others the algorithm is unknown, and Node would guess one.
    if (hash === undefined && /^(?:rsa|dsa|ec)/.test(key.asymmetricKeyType ?? '')) return 'unsupported';
    const options = saltLength === undefined ? key : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
    return verify(hash, signed, options, signature) ? 'good' : 'bad';
  } catch {
    return 'unsupported';
  }
}
