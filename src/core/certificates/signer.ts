import { sign as signNatively, type KeyObject } from 'node:crypto';
import { nullValue, oid, sequence } from '../asn1/der';
import { FlowKeystoreError } from '../errors';

/** A private key with the algorithm that it signs with. */
export interface Signer {
  /** AlgorithmIdentifier (RFC 5280 section 4.1.1.2), DER. */
  readonly algorithm: Uint8Array;
  /** On the platform's thread pool. @throws FlowKeystoreError `unsupported` where the platform refuses */
  sign(octets: Uint8Array): Promise<Uint8Array>;
}

/** What certificates are signed with here; receivers refuse SHA-1, and nothing asks for SHA-224. */
export const signatureHashes = ['sha256', 'sha384', 'sha512'] as const;
export type SignatureHash = (typeof signatureHashes)[number];

/** By curve, as Node names it; other curves sign with SHA-256. */
const curveHashes: Readonly<Record<string, SignatureHash>> = {
  secp384r1: 'sha384',
  brainpoolP384r1: 'sha384',
  secp521r1: 'sha512',
  brainpoolP512r1: 'sha512',
};

const rsaOids: Readonly<Record<SignatureHash, string>> = {
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
};

const ecdsaOids: Readonly<Record<SignatureHash, string>> = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};

/**
 * SHA-256 for RSA, DSA and P-256, SHA-384 for P-384, SHA-512 for P-521; Edwards curves have a hash of their own.
 * @param wanted another hash than that, for RSA and EC
 * @throws FlowKeystoreError `unsupported` for a key that signs nothing (X25519, say)
 */
export function signerOf(key: KeyObject, wanted?: SignatureHash): Signer {
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      const hash = wanted ?? 'sha256';
      return signer(key, hash, sequence(oid(rsaOids[hash]), nullValue()));
    }
    case 'dsa':
      return signer(key, 'sha256', sequence(oid('2.16.840.1.101.3.4.3.2')));
    case 'ec': {
      const hash = wanted ?? curveHashes[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'sha256';
      return signer(key, hash, sequence(oid(ecdsaOids[hash])));
    }
    case 'ed25519':
      return signer(key, null, sequence(oid('1.3.101.112')));
    case 'ed448':
      return signer(key, null, sequence(oid('1.3.101.113')));
    default:
      throw refused();
  }
}

function signer(key: KeyObject, hash: string | null, algorithm: Uint8Array): Signer {
  return {
    algorithm,
    sign: (octets) =>
      new Promise((resolve, reject) => {
        signNatively(hash, octets, key, (error, signature) => {
          if (error) reject(refused(error));
          else resolve(signature);
        });
      }),
  };
}

function refused(cause?: unknown): FlowKeystoreError {
  return new FlowKeystoreError(
    'unsupported',
    'This platform cannot sign with a private key of this kind.',
    {},
    'Use an RSA key or an EC key on P-256, P-384 or P-521.',
    cause === undefined ? undefined : { cause },
  );
}
