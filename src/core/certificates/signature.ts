import { constants, createPublicKey, verify } from 'node:crypto';
import type { Certificate } from './certificate';

/** `unsupported`: this platform knows neither the key nor the algorithm; nothing is proven either way. */
export type SignatureState = 'good' | 'bad' | 'unsupported';

/** Whether the key of `issuer` made the signature of `certificate`. */
export function checkSignature(certificate: Certificate, issuer: Certificate): SignatureState {
  const { hash, saltLength } = certificate.signatureAlgorithm;
  try {
    const key = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' });
    // Without a hash of its own: Edwards curves and their like. For the others the algorithm is unknown, and Node would guess one.
    if (hash === undefined && /^(?:rsa|dsa|ec)/.test(key.asymmetricKeyType ?? '')) return 'unsupported';
    const options = saltLength === undefined ? key : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
    return verify(hash, certificate.tbs, options, certificate.signature) ? 'good' : 'bad';
  } catch {
    return 'unsupported';
  }
}
