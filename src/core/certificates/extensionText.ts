import { readNode } from '../asn1/der';
import { visible } from '../visible';
import { furtherDecoders, generalNameText, pairs, type Decoder } from './extensionDecoders';
import { extendedKeyUsageName, extensionOid, type Extensions, type NameConstraints } from './extensions';

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
  [extensionOid.nameConstraints]: {
    name: 'Name constraints',
    read: (_, all) => constraintLines(wellFormed(all.nameConstraints)),
  },
  ...furtherDecoders,
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

function constraintLines({ permitted, excluded }: NameConstraints): string[] {
  return [
    ...permitted.map((name) => `permitted ${generalNameText(name)}`),
    ...excluded.map((name) => `excluded ${generalNameText(name)}`),
  ];
}
