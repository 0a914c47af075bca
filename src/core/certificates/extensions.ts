import {
  bitStringOf,
  children,
  contentsOf,
  hex,
  octetsOf,
  oidOf,
  rawOf,
  readNode,
  smallIntegerOf,
  Tag,
  type Node,
} from '../asn1/der';
import { Name } from './name';

/** An extension as it lies in the certificate (RFC 5280 section 4.2). */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** The DER inside the OCTET STRING. */
  readonly value: Uint8Array;
}

export const extensionOid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;

export const extendedKeyUsageOid = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const extendedKeyUsageNames: Readonly<Record<string, string>> = {
  [extendedKeyUsageOid.any]: 'any',
  [extendedKeyUsageOid.serverAuth]: 'server authentication',
  [extendedKeyUsageOid.clientAuth]: 'client authentication',
  '1.3.6.1.5.5.7.3.3': 'code signing',
  '1.3.6.1.5.5.7.3.4': 'email protection',
  '1.3.6.1.5.5.7.3.8': 'time stamping',
  '1.3.6.1.5.5.7.3.9': 'OCSP signing',
};

export function extendedKeyUsageName(oid: string): string {
  return extendedKeyUsageNames[oid] ?? oid;
}

/** RFC 5280 section 4.2.1.3, bit 0 first. */
export const keyUsageBits = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof keyUsageBits)[number];

export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly value: string }
  /** `value` in text form; `octets` 4 or 16 of them (8 or 32, with a mask, in name constraints). */
  | { readonly kind: 'ip'; readonly value: string; readonly octets: Uint8Array }
  | { readonly kind: 'directory'; readonly value: string; readonly name: Name }
  | { readonly kind: 'other'; readonly value: string };

export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength?: number;
}

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/**
 * The extensions of a certificate, decoded when asked for. A malformed one is as if it were not there, so that the certificate can still be
 * shown; who judges by extensions asks `malformed` first.
 */
export class Extensions {
  private readonly broken = new Set<string>();

  constructor(readonly all: readonly Extension[]) {}

  find(oid: string): Extension | undefined {
    return this.all.find((extension) => extension.oid === oid);
  }

  private decode<T>(oid: string, read: (node: Node) => T): T | undefined {
    const extension = this.find(oid);
    try {
      return extension && read(readNode(extension.value));
    } catch {
      this.broken.add(oid);
      return undefined;
    }
  }

  /** Object identifiers of those that cannot be decoded. */
  get malformed(): readonly string[] {
    decoders.forEach((part) => this[part]);
    return [...this.broken];
  }

  get basicConstraints(): BasicConstraints | undefined {
    return this.decode(extensionOid.basicConstraints, (node) => {
      const parts = children(node);
      const ca = parts.some((part) => part.tag === Tag.boolean && contentsOf(part)[0] !== 0);
      const length = parts.find((part) => part.tag === Tag.integer);
      return length ? { ca, pathLength: smallIntegerOf(length) } : { ca };
    });
  }

  get keyUsage(): ReadonlySet<KeyUsage> | undefined {
    return this.decode(extensionOid.keyUsage, (node) => {
      const octets = bitStringOf(node);
      return new Set(keyUsageBits.filter((_, bit) => (octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))));
    });
  }

  /** Object identifiers. */
  get extendedKeyUsage(): readonly string[] | undefined {
    return this.decode(extensionOid.extendedKeyUsage, (node) => children(node).map(oidOf));
  }

  get subjectAltName(): readonly GeneralName[] | undefined {
    return this.decode(extensionOid.subjectAltName, (node) => children(node).map(generalNameOf));
  }

  /** Lower-case hex. */
  get subjectKeyIdentifier(): string | undefined {
    return this.decode(extensionOid.subjectKeyIdentifier, (node) => hex(octetsOf(node)));
  }

  /** The keyIdentifier field, lower-case hex. */
  get authorityKeyIdentifier(): string | undefined {
    return this.decode(extensionOid.authorityKeyIdentifier, (node) => {
      const id = children(node).find((part) => part.tag === 0x80);
      return id && hex(contentsOf(id));
    });
  }

  /** The issuer's own issuer, where the identifier names it (authorityCertIssuer). */
  get authorityCertIssuer(): Name | undefined {
    return this.decode(extensionOid.authorityKeyIdentifier, (node) => {
      const names = children(node).find((part) => part.tag === 0xa1);
      const directory =
        names &&
        children(names)
          .map(generalNameOf)
          .find((name) => name.kind === 'directory');
      return directory?.name;
    });
  }

  get nameConstraints(): NameConstraints | undefined {
    return this.decode(extensionOid.nameConstraints, (node) => {
      const subtrees = (tag: number): GeneralName[] =>
        children(node)
          .filter((part) => part.tag === tag)
          .flatMap((part) => children(part))
          .flatMap((subtree) => children(subtree).slice(0, 1).map(generalNameOf));
      return { permitted: subtrees(0xa0), excluded: subtrees(0xa1) };
    });
  }

  /** Addresses of the issuers' certificates (id-ad-caIssuers), http and others, as written. */
  get caIssuers(): readonly string[] {
    return this.accessLocations('1.3.6.1.5.5.7.48.2');
  }

  /** Addresses of OCSP responders (id-ad-ocsp). */
  get ocspResponders(): readonly string[] {
    return this.accessLocations('1.3.6.1.5.5.7.48.1');
  }

  private accessLocations(method: string): string[] {
    return (
      this.decode(extensionOid.authorityInfoAccess, (node) =>
        children(node).flatMap((description) => {
          const [methodNode, location] = children(description);
          return methodNode && location?.tag === 0x86 && oidOf(methodNode) === method ? [ascii(location)] : [];
        }),
      ) ?? []
    );
  }

  get crlDistributionPoints(): readonly string[] {
    const uris = (node: Node): string[] =>
      node.tag === 0x86 ? [ascii(node)] : node.tag & 0x20 ? children(node).flatMap(uris) : [];
    return this.decode(extensionOid.crlDistributionPoints, uris) ?? [];
  }
}

const decoders = [
  ...(['basicConstraints', 'keyUsage', 'extendedKeyUsage', 'subjectAltName', 'nameConstraints'] as const),
  ...(['authorityKeyIdentifier', 'authorityCertIssuer', 'subjectKeyIdentifier'] as const),
  ...(['caIssuers', 'ocspResponders', 'crlDistributionPoints'] as const),
];

const ascii = (node: Node): string => Buffer.from(contentsOf(node)).toString('latin1');

/** One of RFC 5280 section 4.2.1.6. */
export function generalNameOf(node: Node): GeneralName {
  switch (node.tag) {
    case 0x81:
      return { kind: 'email', value: ascii(node) };
    case 0x82:
      return { kind: 'dns', value: ascii(node) };
    case 0x86:
      return { kind: 'uri', value: ascii(node) };
    case 0x87: {
      const octets = contentsOf(node);
      return { kind: 'ip', value: ipText(octets), octets };
    }
    case 0xa4: {
      const [inner] = children(node);
      if (!inner) break;
      const name = Name.fromNode(inner);
      return { kind: 'directory', value: name.toString(), name };
    }
  }
  return { kind: 'other', value: hex(rawOf(node)) };
}

/** An IPv4 or IPv6 address of 4 or 16 octets; with a mask (8 or 32 octets) as `address/mask`. */
export function ipText(octets: Uint8Array): string {
  if (octets.length === 8 || octets.length === 32) {
    const half = octets.length / 2;
    return `${ipText(octets.subarray(0, half))}/${ipText(octets.subarray(half))}`;
  }
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return hex(octets);
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)).toString(16),
  );
  // RFC 5952: the longest run of zero groups (two at least) is written as ::
  const zeros = /(?:^|:)0(?::0)+(?=:|$)/g;
  const joined = groups.join(':');
  const longest = [...joined.matchAll(zeros)].sort((a, b) => b[0].length - a[0].length)[0];
  if (!longest) return joined;
  const before = joined.slice(0, longest.index);
  const after = joined.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}
