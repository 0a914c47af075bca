import { children, contentsOf, hex, oidOf, readNode, Tag, type Node } from '../asn1/der';
import { visible } from '../visible';
import {
  extendedKeyUsageName,
  extensionOid,
  type Extension,
  type Extensions,
  type GeneralName,
  type NameConstraints,
} from './extensions';

/** An extension in words. */
export interface DecodedExtension {
  readonly oid: string;
  /** In English; undefined for one that is not known here. */
  readonly name?: string;
  readonly critical: boolean;
  /** What it says, a line each; what deceives in it is made visible. */
  readonly lines: readonly string[];
  /** It is known, and cannot be read. */
  readonly malformed: boolean;
}

const sctOid = '1.3.6.1.4.1.11129.2.4.2';

/** CA/Browser Forum (2.23.140.1) and RFC 5280. */
const policyNames: Readonly<Record<string, string>> = {
  '2.5.29.32.0': 'any policy',
  '2.23.140.1.1': 'extended validation',
  '2.23.140.1.2.1': 'domain validated',
  '2.23.140.1.2.2': 'organization validated',
  '2.23.140.1.2.3': 'individual validated',
};

interface Decoder {
  readonly name: string;
  /** Throws where the extension is malformed. */
  readonly read: (extension: Extension, all: Extensions) => readonly string[];
}

const known: Readonly<Record<string, Decoder>> = {
  [extensionOid.subjectAltName]: {
    name: 'Alternative names',
    read: (_, all) => wellFormed(all.subjectAltName).map(generalNameText),
  },
  [extensionOid.keyUsage]: { name: 'Key usage', read: (_, all) => [joined([...wellFormed(all.keyUsage)])] },
  [extensionOid.extendedKeyUsage]: {
    name: 'Extended key usage',
    read: (_, all) => [joined(wellFormed(all.extendedKeyUsage).map(extendedKeyUsageName))],
  },
  [extensionOid.basicConstraints]: {
    name: 'Basic constraints',
    read: (_, all) => {
      const { ca, pathLength } = wellFormed(all.basicConstraints);
      const length = pathLength === undefined ? 'no limit to the path length' : `path length ${pathLength}`;
      return [ca ? `certification authority, ${length}` : 'no certification authority'];
    },
  },
  [extensionOid.subjectKeyIdentifier]: {
    name: 'Subject key identifier',
    read: (_, all) => [pairs(wellFormed(all.subjectKeyIdentifier))],
  },
  [extensionOid.authorityKeyIdentifier]: {
    name: 'Authority key identifier',
    read: (extension) => authorityKey(readNode(extension.value)),
  },
  [extensionOid.crlDistributionPoints]: {
    name: 'Revocation lists',
    read: (extension, all) => {
      readNode(extension.value);
      return all.crlDistributionPoints;
    },
  },
  [extensionOid.authorityInfoAccess]: {
    name: 'Authority information access',
    read: (extension, all) => {
      readNode(extension.value);
      return [
        ...all.ocspResponders.map((address) => `OCSP: ${address}`),
        ...all.caIssuers.map((address) => `certificate of the issuer: ${address}`),
      ];
    },
  },
  [extensionOid.certificatePolicies]: {
    name: 'Certificate policies',
    read: (extension) => children(readNode(extension.value)).map(policyText),
  },
  [extensionOid.nameConstraints]: {
    name: 'Name constraints',
    read: (_, all) => constraintLines(wellFormed(all.nameConstraints)),
  },
  [sctOid]: {
    name: 'Certificate transparency',
    read: (extension) => {
      const n = countTimestamps(extension.value);
      return [`${n} signed certificate ${n === 1 ? 'timestamp' : 'timestamps'}`];
    },
  },
};

/** All extensions in the order of the certificate; unknown ones by their object identifier and size, so that nothing is left out. */
export function decodeExtensions(extensions: Extensions): DecodedExtension[] {
  return extensions.all.map((extension) => {
    const { oid, critical, value } = extension;
    const decoder = Object.hasOwn(known, oid) ? known[oid] : undefined;
    if (!decoder) return { oid, critical, lines: [`${value.length} bytes, not known here`], malformed: false };
    try {
      const lines = decoder.read(extension, extensions).map(visible);
      return { oid, name: decoder.name, critical, lines: lines.length ? lines : ['(empty)'], malformed: false };
    } catch {
      return { oid, name: decoder.name, critical, lines: ['cannot be read'], malformed: true };
    }
  });
}

function wellFormed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('malformed');
  return value;
}

const joined = (words: readonly string[]): string => words.join(', ') || '(none)';

const pairs = (hexText: string): string => (hexText.toUpperCase().match(/.{1,2}/g) ?? []).join(':');

function generalNameText(name: GeneralName): string {
  return `${name.kind}:${name.value}`;
}

/** RFC 5280 section 4.2.1.1: key identifier [0], issuer's name [1] and serial number [2] of the issuer's certificate. */
function authorityKey(node: Node): string[] {
  return children(node).flatMap((part) => {
    if (part.tag === 0x80) return [pairs(hex(contentsOf(part)))];
    if (part.tag === 0x82) return [`serial number ${pairs(hex(contentsOf(part)))}`];
    return [];
  });
}

/** RFC 5280 section 4.2.1.4, with the addresses of practice statements. */
function policyText(node: Node): string {
  const [id, qualifiers] = children(node);
  const oid = id ? oidOf(id) : '?';
  const name = policyNames[oid];
  const statements = (qualifiers ? children(qualifiers) : []).flatMap((qualifier) =>
    children(qualifier)
      .filter((part) => part.tag === Tag.ia5String)
      .map((part) => Buffer.from(contentsOf(part)).toString('latin1')),
  );
  return [name === undefined ? oid : `${name} (${oid})`, ...statements].join(', ');
}

function constraintLines({ permitted, excluded }: NameConstraints): string[] {
  return [
    ...permitted.map((name) => `permitted ${generalNameText(name)}`),
    ...excluded.map((name) => `excluded ${generalNameText(name)}`),
  ];
}

/** RFC 6962 section 3.3: an OCTET STRING with a list of timestamps, each after its length in two octets. */
function countTimestamps(value: Uint8Array): number {
  const list = Buffer.from(contentsOf(readNode(value)));
  let count = 0;
  for (let at = 2; at < list.length; at += 2 + list.readUInt16BE(at)) count++;
  return count;
}
