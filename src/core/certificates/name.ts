import { children, expectNode, hex, oidOf, rawOf, sameOctets, stringOf, Tag, type Node } from '../asn1/der';
import { visible } from '../visible';
import { labelOf } from './nameAttributes';

/** One attribute of a distinguished name. */
export interface NameAttribute {
  /** Dotted object identifier. */
  readonly type: string;
  /** Short name (`CN`, `OU` ...) where there is one, else the dotted form. */
  readonly label: string;
  /** The text; `#` and the hex of the DER where the value is no character string. */
  readonly value: string;
  /** Set where `value` is that hex form. */
  readonly encoded?: true;
}

/** A distinguished name (RFC 5280 section 4.1.2.4), read from its DER. */
export class Name {
  private text: string | undefined;
  private key: string | undefined;

  private constructor(private readonly node: Node) {}

  /** @throws FlowKeystoreError `damaged` where it is no name */
  static fromNode(node: Node): Name {
    readRdns(expectNode(node, Tag.sequence, 'a distinguished name'));
    return new Name(node);
  }

  get raw(): Uint8Array {
    return rawOf(this.node);
  }

  /** In the order of the encoding (most significant first); an inner array is a multi-valued RDN. Read anew each time. */
  get rdns(): readonly (readonly NameAttribute[])[] {
    return readRdns(this.node);
  }

  /** The first value of the attribute with that label (`CN`), if any. Of several, the most specific (last) one. */
  first(label: string): string | undefined {
    const { rdns } = this;
    for (let i = rdns.length - 1; i >= 0; i--) {
      const found = rdns[i]?.find((attribute) => attribute.label === label);
      if (found) return found.value;
    }
    return undefined;
  }

  /** A short name for people: common name, else organizational unit or organization, else the whole. */
  get short(): string {
    const name = this.first('CN') ?? this.first('OU') ?? this.first('O');
    return name === undefined ? this.toString() : visible(name);
  }

  /** RFC 4514: reversed order, escaped. The empty name is the empty string. */
  toString(): string {
    this.text ??= [...this.rdns]
      .reverse()
      .map((rdn) => rdn.map((a) => `${a.label}=${a.encoded ? a.value : escapeValue(a.value)}`).join('+'))
      .join(',');
    return this.text;
  }

  /** Equal as RFC 5280 section 7.1 compares names, near enough: same types, values equal but for case and inner white space. */
  equals(other: Name): boolean {
    return sameOctets(this.raw, other.raw) || this.comparisonKey === other.comparisonKey;
  }

  /** Two names are equal if and only if their keys are. For look-ups. */
  get comparisonKey(): string {
    this.key ??= JSON.stringify(
      this.rdns.map((rdn) => rdn.map((a) => [a.type, a.value.trim().replace(/\s+/g, ' ').toLowerCase()]).sort()),
    );
    return this.key;
  }
}

const readRdns = (node: Node): NameAttribute[][] => children(node).map((rdn) => children(rdn).map(readAttribute));

function readAttribute(node: Node): NameAttribute {
  const [typeNode, valueNode] = children(expectNode(node, Tag.sequence, 'a name attribute'));
  const type = oidOf(expectNode(typeNode, Tag.oid, 'an attribute type'));
  if (!valueNode) return { type, label: labelOf(type), value: '' };
  const label = labelOf(type);
  const text = stringOf(valueNode);
  return text === undefined
    ? { type, label, value: `#${hex(rawOf(valueNode))}`, encoded: true }
    : { type, label, value: text };
}

/** RFC 4514 section 2.4. */
function escapeValue(value: string): string {
  const escaped = visible(value.replace(/[\\",+<>;]/g, '\\$&'));
  return escaped.replace(/^[ #]/, '\\$&').replace(/ $/, '\\ ');
}
