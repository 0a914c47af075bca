import { bitStringOf, children, contentsOf, expectNode, oidOf, readNode, Tag } from '../asn1/der';

/** What a SubjectPublicKeyInfo says of its key (RFC 3279, 5480, 8410). */
export interface PublicKey {
  /** `RSA`, `RSASSA-PSS`, `EC`, `DSA`, `Ed25519`, `ML-DSA-65` ...; the dotted object identifier where unknown. */
  readonly algorithm: string;
  /** In bits; undefined where the algorithm is unknown. */
  readonly size?: number;
  /** `P-256` ... for EC keys; the dotted form for an unknown curve. */
  readonly curve?: string;
}

const curves: Readonly<Record<string, readonly [name: string, size: number]>> = {
  '1.2.840.10045.3.1.1': ['P-192', 192],
  '1.3.132.0.33': ['P-224', 224],
  '1.2.840.10045.3.1.7': ['P-256', 256],
  '1.3.132.0.34': ['P-384', 384],
  '1.3.132.0.35': ['P-521', 521],
  '1.3.132.0.10': ['secp256k1', 256],
  // RFC 5639.
  '1.3.36.3.3.2.8.1.1.1': ['brainpoolP160r1', 160],
  '1.3.36.3.3.2.8.1.1.2': ['brainpoolP160t1', 160],
  '1.3.36.3.3.2.8.1.1.3': ['brainpoolP192r1', 192],
  '1.3.36.3.3.2.8.1.1.4': ['brainpoolP192t1', 192],
  '1.3.36.3.3.2.8.1.1.5': ['brainpoolP224r1', 224],
  '1.3.36.3.3.2.8.1.1.6': ['brainpoolP224t1', 224],
  '1.3.36.3.3.2.8.1.1.7': ['brainpoolP256r1', 256],
  '1.3.36.3.3.2.8.1.1.8': ['brainpoolP256t1', 256],
  '1.3.36.3.3.2.8.1.1.9': ['brainpoolP320r1', 320],
  '1.3.36.3.3.2.8.1.1.10': ['brainpoolP320t1', 320],
  '1.3.36.3.3.2.8.1.1.11': ['brainpoolP384r1', 384],
  '1.3.36.3.3.2.8.1.1.12': ['brainpoolP384t1', 384],
  '1.3.36.3.3.2.8.1.1.13': ['brainpoolP512r1', 512],
  '1.3.36.3.3.2.8.1.1.14': ['brainpoolP512t1', 512],
  '1.3.132.0.1': ['sect163k1', 163],
  '1.3.132.0.15': ['sect163r2', 163],
  '1.3.132.0.26': ['sect233k1', 233],
  '1.3.132.0.27': ['sect233r1', 233],
  '1.3.132.0.16': ['sect283k1', 283],
  '1.3.132.0.17': ['sect283r1', 283],
  '1.3.132.0.36': ['sect409k1', 409],
  '1.3.132.0.37': ['sect409r1', 409],
  '1.3.132.0.38': ['sect571k1', 571],
  '1.3.132.0.39': ['sect571r1', 571],
};

const fixedSize: Readonly<Record<string, readonly [name: string, size: number]>> = {
  '1.3.101.110': ['X25519', 255],
  '1.3.101.111': ['X448', 448],
  '1.3.101.112': ['Ed25519', 255],
  '1.3.101.113': ['Ed448', 448],
  '2.16.840.1.101.3.4.3.17': ['ML-DSA-44', 10_496],
  '2.16.840.1.101.3.4.3.18': ['ML-DSA-65', 15_616],
  '2.16.840.1.101.3.4.3.19': ['ML-DSA-87', 20_736],
};

/** @param spki SubjectPublicKeyInfo, DER; a malformed key is of an unknown algorithm, or of no size */
export function readPublicKey(spki: Uint8Array): PublicKey {
  try {
    return read(spki);
  } catch {
    return { algorithm: 'unknown' };
  }
}

function read(spki: Uint8Array): PublicKey {
  const [algorithmNode, keyNode] = children(readNode(spki));
  const [oidNode, parameters] = children(expectNode(algorithmNode, Tag.sequence, 'a key algorithm'));
  const oid = oidOf(expectNode(oidNode, Tag.oid, 'a key algorithm'));
  const key = bitStringOf(expectNode(keyNode, Tag.bitString, 'a public key'));
  switch (oid) {
    case '1.2.840.113549.1.1.1':
    case '1.2.840.113549.1.1.10': {
      const algorithm = oid.endsWith('.10') ? 'RSASSA-PSS' : 'RSA';
      const [modulus] = isSequence(key) ? children(readNode(key)) : [];
      return modulus?.tag === Tag.integer ? { algorithm, size: bitLength(contentsOf(modulus)) } : { algorithm };
    }
    case '1.2.840.10040.4.1': {
      const prime = parameters?.tag === Tag.sequence ? children(parameters)[0] : undefined;
      return prime ? { algorithm: 'DSA', size: bitLength(contentsOf(prime)) } : { algorithm: 'DSA' };
    }
    case '1.2.840.10045.2.1': {
      if (parameters?.tag !== Tag.oid) return { algorithm: 'EC', curve: 'explicit parameters' };
      const curveOid = oidOf(parameters);
      const known = curves[curveOid];
      return known ? { algorithm: 'EC', curve: known[0], size: known[1] } : { algorithm: 'EC', curve: curveOid };
    }
    default: {
      const known = fixedSize[oid];
      return known ? { algorithm: known[0], size: known[1] } : { algorithm: oid };
    }
  }
}

/** `RSA 3072`, `EC P-256`: short, for people. */
export function publicKeyText(key: PublicKey): string {
  if (key.curve !== undefined) return `${key.algorithm} ${key.curve}`;
  return /^(RSA|RSASSA-PSS|DSA)$/.test(key.algorithm) && key.size !== undefined
    ? `${key.algorithm} ${key.size}`
    : key.algorithm;
}

const isSequence = (octets: Uint8Array): boolean => octets[0] === Tag.sequence;

function bitLength(integerOctets: Uint8Array): number {
  let skip = 0;
  while (skip < integerOctets.length - 1 && integerOctets[skip] === 0) skip++;
  return (integerOctets.length - skip) * 8 - Math.clz32(integerOctets[skip] ?? 0) + 24;
}
