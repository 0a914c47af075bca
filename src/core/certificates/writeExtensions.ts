import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bitStringOf, children, element, integer, octetString, oid, readNode, sequence, Tag } from '../asn1/der';
import {
  extendedKeyUsageOid,
  extensionOid,
  ipText,
  keyUsageBits,
  type Extension,
  type GeneralName,
  type KeyUsage,
} from './extensions';
import { parseAlternativeNames, type AlternativeName } from './alternativeNames';

const booleanTrue = (): Uint8Array => Uint8Array.of(Tag.boolean, 1, 0xff);

/** Extensions (RFC 5280 section 4.1), DER. */
export function extensionsDer(extensions: readonly Extension[]): Uint8Array {
  return sequence(
    ...extensions.map(({ oid: type, critical, value }) =>
      sequence(oid(type), ...(critical ? [booleanTrue()] : []), octetString(value)),
    ),
  );
}

export function basicConstraintsExtension(ca: { readonly pathLength?: number } | undefined): Extension {
  const length = ca?.pathLength === undefined ? [] : [integer(ca.pathLength)];
  return {
    oid: extensionOid.basicConstraints,
    critical: true,
    value: sequence(...(ca ? [booleanTrue(), ...length] : [])),
  };
}

/** A named bit list: DER leaves trailing zero bits out. */
export function keyUsageExtension(usages: readonly KeyUsage[]): Extension {
  const bits = usages.map((usage) => keyUsageBits.indexOf(usage));
  const last = Math.max(0, ...bits);
  const octets = new Uint8Array((last >> 3) + 1);
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  const unused = octets.length * 8 - last - 1;
  return {
    oid: extensionOid.keyUsage,
    critical: true,
    value: element(Tag.bitString, Uint8Array.of(unused), octets),
  };
}

export function extendedKeyUsageExtension(usages: readonly ('clientAuth' | 'serverAuth')[]): Extension {
  return {
    oid: extensionOid.extendedKeyUsage,
    critical: false,
    value: sequence(...usages.map((usage) => oid(extendedKeyUsageOid[usage]))),
  };
}

/** The names have been checked (`alternativeNameProblem`). */
export function alternativeNamesExtension(names: readonly AlternativeName[]): Extension {
  const tags = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const;
  return {
    oid: extensionOid.subjectAltName,
    critical: false,
    value: sequence(
      ...names.map(({ kind, value }) =>
        element(tags[kind], kind === 'ip' ? ipOctets(value) : Buffer.from(value, 'latin1')),
      ),
    ),
  };
}

/** SHA-1 of the key's bits, as RFC 5280 section 4.2.1.2 proposes and everybody does. */
export function subjectKeyIdentifierExtension(spki: Uint8Array): Extension {
  const [, key] = children(readNode(spki));
  const digest = createHash('sha1')
    .update(key ? bitStringOf(key) : spki)
    .digest();
  return { oid: extensionOid.subjectKeyIdentifier, critical: false, value: octetString(digest) };
}

/** @param keyId the issuer's subjectKeyIdentifier, hex */
export function authorityKeyIdentifierExtension(keyId: string): Extension {
  return {
    oid: extensionOid.authorityKeyIdentifier,
    critical: false,
    value: sequence(element(0x80, Buffer.from(keyId, 'hex'))),
  };
}

/**
 * Where the certificate of the issuer lies: authority information access with id-ad-caIssuers (RFC 5280 section 4.2.2.1).
 * @param address a URL in ASCII
 */
export function issuerAddressExtension(address: string): Extension {
  return {
    oid: extensionOid.authorityInfoAccess,
    critical: false,
    value: sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), element(0x86, Buffer.from(address, 'latin1')))),
  };
}

/** 4 or 16 octets of an address in text form, which has been checked. */
function ipOctets(text: string): Uint8Array {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const [a = 0, b = 0, c = 0, d = 0] = dotted ? ipOctets(dotted[2] ?? '') : [];
  const plain = dotted
    ? `${dotted[1] ?? ''}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
    : text.replace(/%.*$/, '');
  const [head = '', tail] = plain.split('::');
  const before = head.split(':').filter(Boolean);
  const after = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after];
  return Uint8Array.from(
    groups.flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}

/**
 * Alternative names as people type them, which `parseAlternativeNames` reads back.
 * @returns undefined where some cannot be said so (a directory name, a text with blanks)
 */
export function alternativeNamesText(names: readonly GeneralName[]): string | undefined {
  const words = names.map((name): string | undefined => {
    if (name.kind === 'directory' || name.kind === 'other') return undefined;
    const value = name.kind === 'ip' ? ipText(name.octets) : name.value;
    return [value, `${name.kind}:${value}`].find((text) => {
      const [read, ...more] = parseAlternativeNames(text);
      return !more.length && read?.kind === name.kind && read.value === value;
    });
  });
  return words.includes(undefined) ? undefined : words.join(', ');
}
