import { children, expectNode, hex, oidOf, rawOf, sameOctets, stringOf, Tag, type Node } from '../asn1/der';
import { visible } from '../visible';

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

/** RFC 4514 section 3's short names, and those Java and OpenSSL both print. */
const labels: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC',
};

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
  if (!valueNode) return { type, label: labels[type] ?? type, value: '' };
  const label = labels[type] ?? type;
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
