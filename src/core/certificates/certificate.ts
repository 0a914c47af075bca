import { createHash } from 'node:crypto';
import {
  bitStringOf,
  children,
  contentsOf,
  expectNode,
  integerHexOf,
  octetsOf,
  oidOf,
  rawOf,
  readNode,
  sameOctets,
  smallIntegerOf,
  Tag,
  timeOf,
  type Node,
} from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import { Extensions, type Extension } from './extensions';
import { Name } from './name';
import { readPublicKey, type PublicKey } from './publicKey';

/**
 * An X.509 certificate (RFC 5280), read by our own view of the DER: no platform is asked, so that certificates with keys that it
 * refuses (brainpool, DSA, ML-DSA) can be listed and shown too. The structure is checked at once, but little is kept beside the octets: of
 * 6,000 certificates the garbage collector has more work with what was made of them than all reading takes.
 */
export class Certificate {
  private digest: string | undefined;
  private digestOfKey: string | undefined;
  private key: PublicKey | undefined;
  private decoded: Extensions | undefined;

  private constructor(
    readonly der: Uint8Array,
    readonly issuer: Name,
    readonly subject: Name,
    readonly notBefore: Date,
    readonly notAfter: Date,
    /** 1 to 3, as people count; extensions come with 3. */
    readonly version: number,
  ) {}

  /**
   * @param der exactly one certificate; octets after it are refused.
   * @throws FlowKeystoreError `damaged` where the structure is broken.
   */
  static parse(der: Uint8Array): Certificate {
    const parts = partsOf(der);
    const [notBefore, notAfter] = children(parts.validity);
    if (!notBefore || !notAfter) throw incomplete();
    // What is read later must not turn out to be broken then.
    integerHexOf(parts.serial);
    readSignatureAlgorithm(parts.algorithm);
    bitStringOf(parts.signature);
    for (const extension of parts.extensions) readExtension(extension);
    return new Certificate(
      der,
      Name.fromNode(parts.issuer),
      Name.fromNode(parts.subject),
      timeOf(notBefore),
      timeOf(notAfter),
      parts.version,
    );
  }

  /** Lower-case hex, no leading zeros. */
  get serialNumber(): string {
    return integerHexOf(partsOf(this.der).serial);
  }

  get extensions(): Extensions {
    this.decoded ??= new Extensions(partsOf(this.der).extensions.map(readExtension));
    return this.decoded;
  }

  /** SubjectPublicKeyInfo, DER. */
  get spki(): Uint8Array {
    return rawOf(partsOf(this.der).spki);
  }

  /** The part that is signed. */
  get tbs(): Uint8Array {
    return rawOf(partsOf(this.der).tbs);
  }

  get signatureAlgorithm(): SignatureAlgorithm {
    return readSignatureAlgorithm(partsOf(this.der).algorithm);
  }

  get signature(): Uint8Array {
    return bitStringOf(partsOf(this.der).signature);
  }

  /** SHA-256 of the DER, lower-case hex. */
  get sha256(): string {
    this.digest ??= createHash('sha256').update(this.der).digest('hex');
    return this.digest;
  }

  fingerprint(algorithm: 'sha1' | 'sha256' | 'sha512'): string {
    return createHash(algorithm).update(this.der).digest('hex');
  }

  get publicKey(): PublicKey {
    this.key ??= readPublicKey(this.spki);
    return this.key;
  }

  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER), lower-case hex: the same for all certificates of one key. */
  get keyDigest(): string {
    this.digestOfKey ??= createHash('sha256').update(this.spki).digest('hex');
    return this.digestOfKey;
  }

  /** Subject and issuer are the same name: a root, or a self-signed certificate. The signature is not checked. */
  get selfIssued(): boolean {
    return this.subject.equals(this.issuer);
  }

  /** RFC 5280 section 4.2.1.9; a certificate without the extension (version 1) is none. */
  get isCa(): boolean {
    return this.extensions.basicConstraints?.ca ?? false;
  }

  /** Whether `candidate` could have issued this certificate by names and key identifiers. The signature is not checked. */
  mayBeIssuedBy(candidate: Certificate): boolean {
    if (!this.issuer.equals(candidate.subject)) return false;
    const wanted = this.extensions.authorityKeyIdentifier;
    const offered = candidate.extensions.subjectKeyIdentifier;
    return wanted === undefined || offered === undefined || wanted === offered;
  }

  equals(other: Certificate): boolean {
    return sameOctets(this.der, other.der);
  }
}

export interface SignatureAlgorithm {
  readonly oid: string;
  /** As Java names it (`SHA256withRSA`); the dotted form where it is unknown. */
  readonly name: string;
  /** Lower-case, as Node names it; undefined where the algorithm has none of its own (Ed25519) or is unknown. */
  readonly hash?: string;
  /** RSASSA-PSS salt length in octets, where it is PSS. */
  readonly saltLength?: number;
}

const signatureAlgorithms: Readonly<Record<string, readonly [name: string, hash?: string]>> = {
  '1.2.840.113549.1.1.2': ['MD2withRSA', 'md2'],
  '1.2.840.113549.1.1.4': ['MD5withRSA', 'md5'],
  '1.2.840.113549.1.1.5': ['SHA1withRSA', 'sha1'],
  '1.3.14.3.2.29': ['SHA1withRSA', 'sha1'],
  '1.2.840.113549.1.1.14': ['SHA224withRSA', 'sha224'],
  '1.2.840.113549.1.1.11': ['SHA256withRSA', 'sha256'],
  '1.2.840.113549.1.1.12': ['SHA384withRSA', 'sha384'],
  '1.2.840.113549.1.1.13': ['SHA512withRSA', 'sha512'],
  '1.2.840.10045.4.1': ['SHA1withECDSA', 'sha1'],
  '1.2.840.10045.4.3.1': ['SHA224withECDSA', 'sha224'],
  '1.2.840.10045.4.3.2': ['SHA256withECDSA', 'sha256'],
  '1.2.840.10045.4.3.3': ['SHA384withECDSA', 'sha384'],
  '1.2.840.10045.4.3.4': ['SHA512withECDSA', 'sha512'],
  '1.2.840.10040.4.3': ['SHA1withDSA', 'sha1'],
  '2.16.840.1.101.3.4.3.1': ['SHA224withDSA', 'sha224'],
  '2.16.840.1.101.3.4.3.2': ['SHA256withDSA', 'sha256'],
  '1.3.101.112': ['Ed25519'],
  '1.3.101.113': ['Ed448'],
  '2.16.840.1.101.3.4.3.17': ['ML-DSA-44'],
  '2.16.840.1.101.3.4.3.18': ['ML-DSA-65'],
  '2.16.840.1.101.3.4.3.19': ['ML-DSA-87'],
};

const hashOids: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Written as one less than people count; what is malformed is taken for what nearly all are. */
function versionOf(node: Node | undefined): number {
  const octet = node && contentsOf(node).at(-1);
  return octet !== undefined && octet < 3 ? octet + 1 : 3;
}

/** AlgorithmIdentifier of a signature (RFC 5280 section 4.1.1.2). */
export function readSignatureAlgorithm(node: Node): SignatureAlgorithm {
  const [oidNode, parameters] = children(node);
  const oid = oidOf(expectNode(oidNode, Tag.oid, 'a signature algorithm'));
  if (oid === '1.2.840.113549.1.1.10') return readPss(oid, parameters);
  const [name, hash] = signatureAlgorithms[oid] ?? [oid];
  return hash === undefined ? { oid, name } : { oid, name, hash };
}

/** RSASSA-PSS-params (RFC 4055 section 3.1): hash [0], default SHA-1; salt length [2], default 20. */
function readPss(oid: string, parameters: Node | undefined): SignatureAlgorithm {
  let hash = 'sha1';
  let saltLength = 20;
  for (const part of parameters?.tag === Tag.sequence ? children(parameters) : []) {
    const [inner] = children(part);
    if (part.tag === 0xa0 && inner) {
      const [hashOid] = children(inner);
      hash = (hashOid && hashOids[oidOf(hashOid)]) ?? 'unknown';
    }
    if (part.tag === 0xa2 && inner) saltLength = smallIntegerOf(inner);
  }
  return { oid, name: `${hash.toUpperCase()}withRSAandMGF1`, hash, saltLength };
}

/** Extensions (RFC 5280 section 4.1): those of a certificate, and those that a request asks for. */
export function extensionListOf(list: Node | undefined): Extension[] {
  return children(expectNode(list, Tag.sequence, 'extensions')).map(readExtension);
}

function readExtension(node: Node): Extension {
  const parts = children(node);
  const flag = parts[1];
  return {
    oid: oidOf(expectNode(parts[0], Tag.oid, 'an extension')),
    critical: flag?.tag === Tag.boolean && contentsOf(flag)[0] !== 0,
    value: octetsOf(expectNode(parts.at(-1), Tag.octetString, 'an extension value')),
  };
}

interface Parts {
  readonly tbs: Node;
  readonly version: number;
  readonly serial: Node;
  readonly issuer: Node;
  readonly validity: Node;
  readonly subject: Node;
  readonly spki: Node;
  readonly extensions: readonly Node[];
  readonly algorithm: Node;
  readonly signature: Node;
}

/** Certificate and TBSCertificate (RFC 5280 section 4.1). @throws FlowKeystoreError `damaged` */
function partsOf(der: Uint8Array): Parts {
  const whole = expectNode(readNode(der), Tag.sequence, 'a certificate');
  if (whole.end !== der.length) throw new FlowKeystoreError('damaged', 'There is more data after the certificate.');
  const [tbs, algorithm, signature] = children(whole);
  const fields = children(expectNode(tbs, Tag.sequence, 'the contents of a certificate'));
  const version = fields[0]?.tag === 0xa0 ? versionOf(fields.shift()) : 1;
  const [serial, , issuer, validity, subject, spki, ...optional] = fields;
  if (!serial || !issuer || !subject || !tbs) throw incomplete();
  const wrapped = optional.find((field) => field.tag === 0xa3);
  return {
    tbs,
    version,
    serial,
    issuer,
    validity: expectNode(validity, Tag.sequence, 'a validity period'),
    subject,
    spki: expectNode(spki, Tag.sequence, 'a public key'),
    extensions: wrapped ? children(expectNode(children(wrapped)[0], Tag.sequence, 'extensions')) : [],
    algorithm: expectNode(algorithm, Tag.sequence, 'a signature algorithm'),
    signature: expectNode(signature, Tag.bitString, 'a signature'),
  };
}

function incomplete(): FlowKeystoreError {
  return new FlowKeystoreError('damaged', 'The certificate is incomplete.');
}
