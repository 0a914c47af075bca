import {
  bmpString,
  bmpOf,
  children,
  contentsOf,
  context,
  element,
  expectNode,
  octetsOf,
  octetString,
  oid,
  oidOf,
  rawOf,
  readNode,
  sequence,
  setOf,
  stringOf,
  Tag,
  type Node,
} from '../../asn1/der';
import { anyExtendedKeyUsageOid, attributeOid, bagOid, x509CertificateOid } from './oids';

/**
 * A SafeBag (RFC 7292 section 4.2), read whole. Little of it is kept, its attributes least of all: where a file has thousands of bags, the garbage
 * collector would have more work with them than reading takes.
 */
export interface SafeBag {
  readonly type: string;
  readonly node: Node;
  /** The element inside the explicit tag of bagValue. */
  readonly value: Node;
  /** Its friendlyName. */
  readonly alias: string | undefined;
  /** As Latin-1 text: Java writes `Time <milliseconds>`, OpenSSL 20 octets of SHA-1. */
  readonly localKeyId: string | undefined;
  /** Java takes a certificate for an entry of its own only where it has the trustedKeyUsage attribute. */
  readonly isTrustedByJava: boolean;
}

export interface BagAttribute {
  readonly type: string;
  readonly values: readonly Node[];
  readonly node: Node;
}

export function readBag(node: Node): SafeBag {
  const [typeNode, wrapped, attributeSet] = children(expectNode(node, Tag.sequence, 'a bag'));
  const [value] = children(expectNode(wrapped, 0xa0, 'the contents of a bag'));
  const type = oidOf(expectNode(typeNode, Tag.oid, 'the type of a bag'));
  const attributes = readAttributes(attributeSet);
  const first = (wanted: string): Node | undefined => attributes.find((each) => each.type === wanted)?.values[0];
  const name = first(attributeOid.friendlyName);
  const keyId = first(attributeOid.localKeyId);
  return {
    type,
    node,
    value: value ?? expectNode(value, Tag.sequence, 'the contents of a bag'),
    alias: name && (name.tag === Tag.bmpString ? bmpOf(contentsOf(name)) : stringOf(name)),
    localKeyId: keyId && Buffer.from(octetsOf(keyId)).toString('latin1'),
    isTrustedByJava: attributes.some((each) => each.type === attributeOid.trustedKeyUsage),
  };
}

export function attributesOf(bag: SafeBag): readonly BagAttribute[] {
  return readAttributes(children(bag.node)[2]);
}

function readAttributes(set: Node | undefined): readonly BagAttribute[] {
  return set ? children(set).map(readAttribute) : [];
}

function readAttribute(node: Node): BagAttribute {
  const [typeNode, values] = children(expectNode(node, Tag.sequence, 'an attribute'));
  return {
    type: oidOf(expectNode(typeNode, Tag.oid, 'an attribute')),
    values: values ? children(values) : [],
    node,
  };
}

/** The certificate of a CertBag; undefined for another kind than X.509 (SDSI). */
export function certificateDerOf(bag: SafeBag): Uint8Array | undefined {
  const [kind, wrapped] = children(bag.value);
  if (!kind || !wrapped || oidOf(kind) !== x509CertificateOid) return undefined;
  const [octets] = children(wrapped);
  return octets && octetsOf(octets);
}

// ------------------------------------------------------------------ writing

const attributeElement = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), element(Tag.set, value));

export interface BagNames {
  readonly alias?: string;
  /** Latin-1 text. */
  readonly localKeyId?: string;
  readonly trusted?: boolean;
  /** Attributes of the bag this one replaces; those of other types than named here are kept. */
  readonly kept?: readonly BagAttribute[];
}

function attributeSet(names: BagNames): Uint8Array[] {
  const made: Uint8Array[] = [];
  const replaced = new Set<string>([attributeOid.friendlyName, attributeOid.localKeyId]);
  if (names.alias !== undefined) made.push(attributeElement(attributeOid.friendlyName, bmpString(names.alias)));
  if (names.localKeyId !== undefined) {
    made.push(attributeElement(attributeOid.localKeyId, octetString(Buffer.from(names.localKeyId, 'latin1'))));
  }
  if (names.trusted) {
    replaced.add(attributeOid.trustedKeyUsage);
    made.push(attributeElement(attributeOid.trustedKeyUsage, oid(anyExtendedKeyUsageOid)));
  }
  for (const kept of names.kept ?? []) if (!replaced.has(kept.type)) made.push(rawOf(kept.node));
  return made.length ? [setOf(...made)] : [];
}

export function makeBag(type: string, value: Uint8Array, names: BagNames = {}): Uint8Array {
  return sequence(oid(type), context(0, value), ...attributeSet(names));
}

export function makeCertificateBag(der: Uint8Array, names: BagNames = {}): Uint8Array {
  return makeBag(bagOid.certificate, sequence(oid(x509CertificateOid), context(0, octetString(der))), names);
}

/** A bag as it was, under another alias: value and other attributes untouched. */
export function renameBag(raw: Uint8Array, alias: string): Uint8Array {
  const bag = readBag(readNode(raw));
  return bag.alias === alias ? raw : remade(bag, rawOf(bag.value), alias);
}

/** A bag with another value, its attributes untouched. */
export function refillBag(bag: SafeBag, value: Uint8Array): Uint8Array {
  return remade(bag, value, bag.alias);
}

function remade(bag: SafeBag, value: Uint8Array, alias: string | undefined): Uint8Array {
  const { localKeyId } = bag;
  return makeBag(bag.type, value, {
    kept: attributesOf(bag),
    ...(alias !== undefined && { alias }),
    ...(localKeyId !== undefined && { localKeyId }),
  });
}
