import { Tag } from '../asn1/der';

/** A kind of attribute of a distinguished name. */
export interface AttributeType {
  readonly oid: string;
  /** As names are printed: RFC 4514 section 3's short names, and those that Java and OpenSSL both print. */
  readonly label: string;
  /** As people and other programs write it besides. */
  readonly spellings: readonly string[];
  /** Most characters of a value (RFC 5280 appendix A.1, X.520). */
  readonly most: number;
  /** The string type that RFC 5280 appendix A.1 and X.520 ask for. */
  readonly tag: number;
}

const { utf8String, printableString, ia5String } = Tag;

const type = (
  oid: string,
  label: string,
  most: number,
  spellings: readonly string[] = [],
  tag: number = utf8String,
): AttributeType => ({ oid, label, spellings, most, tag });

/** RFC 5280's ub-name: for kinds without a bound of their own. */
const widest = 32768;

export const attributeTypes: readonly AttributeType[] = [
  type('2.5.4.3', 'CN', 64, ['commonName']),
  type('2.5.4.11', 'OU', 64, ['organizationalUnitName', 'organizationalUnit']),
  type('2.5.4.10', 'O', 64, ['organizationName']),
  type('2.5.4.7', 'L', 128, ['localityName']),
  type('2.5.4.8', 'ST', 128, ['S', 'stateOrProvinceName']),
  type('2.5.4.6', 'C', 2, ['countryName'], printableString),
  type('1.2.840.113549.1.9.1', 'emailAddress', 255, ['E', 'email'], ia5String),
  type('2.5.4.5', 'serialNumber', 64, [], printableString),
  type('0.9.2342.19200300.100.1.25', 'DC', widest, ['domainComponent'], ia5String),
  type('0.9.2342.19200300.100.1.1', 'UID', 256, ['userId']),
  type('2.5.4.12', 'title', 64, ['T']),
  type('2.5.4.42', 'GN', widest, ['givenName']),
  type('2.5.4.4', 'SN', widest, ['surname']),
  type('2.5.4.9', 'STREET', 128, ['streetAddress']),
  type('2.5.4.17', 'postalCode', 40),
  type('2.5.4.15', 'businessCategory', 128),
  type('2.5.4.97', 'organizationIdentifier', widest),
  type('1.3.6.1.4.1.311.60.2.1.3', 'jurisdictionC', 2, ['jurisdictionCountryName'], printableString),
];

const byOid = new Map(attributeTypes.map((each) => [each.oid, each]));
const bySpelling = new Map(
  attributeTypes.flatMap((each) => [each.label, ...each.spellings].map((word) => [word.toLowerCase(), each])),
);

/** The label that stands for the dotted form; that form itself where there is none. */
export function labelOf(oid: string): string {
  return byOid.get(oid)?.label ?? oid;
}

/** The kind that a label in any case, another spelling or a dotted form (`OID.2.5.4.3` too) stands for. Undefined where none does. */
export function attributeTypeOf(text: string): AttributeType | undefined {
  const known = bySpelling.get(text.toLowerCase());
  if (known) return known;
  const dotted = /^(?:oid\.)?([012](?:\.(?:0|[1-9]\d*))+)$/i.exec(text)?.[1];
  if (dotted === undefined || !isOid(dotted)) return undefined;
  return byOid.get(dotted) ?? type(dotted, dotted, widest);
}

/** Below 0 and 1 there are 40 arcs (X.660). */
function isOid(dotted: string): boolean {
  const [first, second = ''] = dotted.split('.');
  return dotted.length <= 100 && (first === '2' || Number(second) < 40);
}
