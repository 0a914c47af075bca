import {
  bitStringOf,
  children,
  contentsOf,
  hex,
  oidOf,
  readNode,
  smallIntegerOf,
  stringOf,
  Tag,
  type Node,
} from '../asn1/der';
import { extensionOid, generalNameOf, type Extension, type Extensions, type GeneralName } from './extensions';

export interface Decoder {
  readonly name: string;
  /** A line for each thing it says. Throws where the extension is malformed. */
  readonly read: (extension: Extension, all: Extensions) => readonly string[];
}

export const pairs = (hexText: string): string => (hexText.toUpperCase().match(/.{1,2}/g) ?? []).join(':');

export function generalNameText(name: GeneralName): string {
  return `${name.kind}:${name.value}`;
}

/** CA/Browser Forum (2.23.140.1) and RFC 5280. */
const policyNames: Readonly<Record<string, string>> = {
  '2.5.29.32.0': 'any policy',
  '2.23.140.1.1': 'extended validation',
  '2.23.140.1.2.1': 'domain validated',
  '2.23.140.1.2.2': 'organization validated',
  '2.23.140.1.2.3': 'individual validated',
};

/** RFC 5280 section 4.2.1.13, bit 0 first. */
const reasons = [
  'unused',
  'key compromise',
  'CA compromise',
  'affiliation changed',
  'superseded',
  'cessation of operation',
  'certificate hold',
  'privilege withdrawn',
  'AA compromise',
] as const;

/** Netscape's forerunner of key usage, bit 0 first. */
const netscapeTypes = [
  'SSL client',
  'SSL server',
  'S/MIME',
  'object signing',
  'reserved',
  'SSL CA',
  'S/MIME CA',
  'object signing CA',
];

/** RFC 7633: TLS extensions that a server has to answer by. */
const tlsFeatures: Readonly<Record<number, string>> = {
  5: 'status_request (OCSP must staple)',
  17: 'status_request_v2 (OCSP must staple)',
};

/** RFC 5246 section 7.4.1.4.1, as certificate transparency uses them. */
const sctHashes = ['none', 'MD5', 'SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512'] as const;
const sctSignatures = ['anonymous', 'RSA', 'DSA', 'ECDSA'] as const;

const accessMethods: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.48.3': 'time stamping',
  '1.3.6.1.5.5.7.48.5': 'certificate repository',
};

/** Extensions that nothing here is judged by: they are shown alone. */
export const furtherDecoders: Readonly<Record<string, Decoder>> = {
  [extensionOid.authorityKeyIdentifier]: {
    name: 'Authority key identifier',
    read: ({ value }) => children(readNode(value)).flatMap(authorityKeyPart),
  },
  [extensionOid.crlDistributionPoints]: { name: 'Revocation lists', read: distributionPoints },
  '2.5.29.46': { name: 'Newest revocation lists', read: distributionPoints },
  [extensionOid.certificatePolicies]: {
    name: 'Certificate policies',
    read: ({ value }) => children(readNode(value)).map(policyText),
  },
  '2.5.29.33': {
    name: 'Policy mappings',
    read: ({ value }) =>
      children(readNode(value)).map((mapping) => {
        const [issuer, subject] = children(mapping);
        return `${policyName(issuer)} is ${policyName(subject)}`;
      }),
  },
  '2.5.29.36': {
    name: 'Policy constraints',
    read: ({ value }) =>
      children(readNode(value)).map((part) => {
        const after = number(contentsOf(part));
        return part.tag === 0x80
          ? `an explicit policy after ${after} certificates`
          : `no policy mapping after ${after} certificates`;
      }),
  },
  '2.5.29.54': {
    name: 'Inhibit any policy',
    read: ({ value }) => [`after ${smallIntegerOf(readNode(value))} certificates`],
  },
  '2.5.29.18': {
    name: 'Alternative names of the issuer',
    read: ({ value }) => children(readNode(value)).map((name) => generalNameText(generalNameOf(name))),
  },
  '1.3.6.1.5.5.7.1.11': {
    name: 'Subject information access',
    read: ({ value }) =>
      children(readNode(value)).map((description) => {
        const [method, location] = children(description);
        const id = method ? oidOf(method) : '?';
        return `${accessMethods[id] ?? id}: ${location ? generalNameText(generalNameOf(location)) : '?'}`;
      }),
  },
  '1.3.6.1.5.5.7.1.24': {
    name: 'TLS features',
    read: ({ value }) =>
      children(readNode(value)).map((node) => tlsFeatures[smallIntegerOf(node)] ?? String(smallIntegerOf(node))),
  },
  '2.16.840.1.113730.1.1': {
    name: 'Netscape certificate type',
    read: ({ value }) => [bitNames(bitStringOf(readNode(value)), netscapeTypes)],
  },
  '2.16.840.1.113730.1.13': { name: 'Netscape comment', read: ({ value }) => [textOf(readNode(value))] },
  '1.3.6.1.4.1.11129.2.4.2': { name: 'Certificate transparency', read: ({ value }) => timestamps(value) },
  '1.3.6.1.4.1.11129.2.4.3': { name: 'Precertificate (certificate transparency)', read: () => ['not for use'] },
  '1.3.6.1.5.5.7.48.1.5': { name: 'OCSP no check', read: () => ['its own revocation need not be checked'] },
};

/** RFC 5280 section 4.2.1.1: key identifier [0], issuer's names [1] and serial number [2] of the issuer's certificate. */
function authorityKeyPart(part: Node): string[] {
  switch (part.tag) {
    case 0x80:
      return [pairs(hex(contentsOf(part)))];
    case 0xa1:
      return children(part).map((name) => `issued by ${generalNameText(generalNameOf(name))}`);
    case 0x82:
      return [`serial number ${pairs(hex(contentsOf(part)))}`];
    default:
      return [];
  }
}

/** RFC 5280 section 4.2.1.13: where a list lies [0], the reasons it has [1], and whose it is [2]. */
function distributionPoints({ value }: Extension): string[] {
  return children(readNode(value)).map((point) => {
    const parts: string[] = [];
    for (const part of children(point)) {
      if (part.tag === 0xa0) parts.push(...children(part).flatMap(pointName));
      else if (part.tag === 0x81) parts.push(`for ${bitNames(contentsOf(part).subarray(1), reasons)}`);
      else if (part.tag === 0xa2) {
        parts.push(...children(part).map((name) => `issued by ${generalNameText(generalNameOf(name))}`));
      }
    }
    return parts.join(', ') || '(empty)';
  });
}

/** Full names [0], or a name relative to that of the issuer [1]. Addresses are what one looks for: they stand alone. */
function pointName(node: Node): string[] {
  if (node.tag === 0xa1) return [`relative name ${children(node).map(relativeText).join('+')}`];
  return children(node).map((name) => {
    const read = generalNameOf(name);
    return read.kind === 'uri' ? read.value : generalNameText(read);
  });
}

function relativeText(attribute: Node): string {
  const [type, value] = children(attribute);
  return `${type ? oidOf(type) : '?'}=${value ? textOf(value) : ''}`;
}

const policyName = (node: Node | undefined): string => {
  const id = node ? oidOf(node) : '?';
  const name = policyNames[id];
  return name === undefined ? id : `${name} (${id})`;
};

/** RFC 5280 section 4.2.1.4, with practice statements and user notices. */
function policyText(node: Node): string {
  const [id, qualifiers] = children(node);
  const statements = (qualifiers ? children(qualifiers) : []).flatMap((qualifier) => {
    const [, content] = children(qualifier);
    if (!content) return [];
    return content.tag === Tag.sequence ? noticeText(content) : [textOf(content)];
  });
  return [policyName(id), ...statements].join(', ');
}

/** A notice: whose and which numbers, and the text itself. */
function noticeText(notice: Node): string[] {
  return children(notice).map((part) => {
    if (part.tag !== Tag.sequence) return `notice "${textOf(part)}"`;
    const [organization, numbers] = children(part);
    const list = numbers ? children(numbers).map(smallIntegerOf).join(', ') : '';
    return `notice ${list} of "${organization ? textOf(organization) : ''}"`;
  });
}

const textOf = (node: Node): string => stringOf(node) ?? `#${hex(contentsOf(node))}`;

const number = (octets: Uint8Array): number => octets.reduce((sum, octet) => sum * 256 + octet, 0);

function bitNames(octets: Uint8Array, names: readonly string[]): string {
  return names.filter((_, bit) => (octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))).join(', ') || '(none)';
}

/** RFC 6962 sections 3.2 and 3.3: an OCTET STRING with a list of timestamps, each after its length in two octets. */
function timestamps(value: Uint8Array): string[] {
  const list = Buffer.from(contentsOf(readNode(value)));
  const found: string[] = [];
  for (let at = 2; at < list.length; at += 2 + list.readUInt16BE(at)) {
    found.push(timestampText(list.subarray(at + 2, at + 2 + list.readUInt16BE(at))));
  }
  const count = `${found.length} signed certificate ${found.length === 1 ? 'timestamp' : 'timestamps'}`;
  return [count, ...found];
}

/** Version, log id (32 octets), milliseconds since 1970 (8), extensions after their length (2), hash and signature algorithm (1 each). */
function timestampText(sct: Buffer): string {
  const version = sct.readUInt8(0);
  if (version !== 0) return `of version ${version + 1}`;
  const log = pairs(sct.toString('hex', 1, 33));
  const time = new Date(Number(sct.readBigUInt64BE(33)))
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  const behind = 43 + sct.readUInt16BE(41);
  const hash = sctHashes[sct.readUInt8(behind)] ?? '?';
  const signature = sctSignatures[sct.readUInt8(behind + 1)] ?? '?';
  return `${time}, ${hash} with ${signature}, log ${log}`;
}
