import {
  bitStringOf,
  children,
  context,
  element,
  expectNode,
  integer,
  oid,
  oidOf,
  rawOf,
  readNode,
  sequence,
  setOf,
  Tag,
  type Node,
} from '../asn1/der';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { FlowKeystoreError } from '../errors';
import { extensionListOf, readSignatureAlgorithm, type Certificate, type SignatureAlgorithm } from './certificate';
import { extensionOid, Extensions, type Extension } from './extensions';
import { Name } from './name';
import { isCertificateLabel, isPkcs7Label, readPem, writePem } from './pem';
import { readPublicKey, type PublicKey } from './publicKey';
import { verifySignature, type SignatureState } from './signature';
import { signerOf } from './signer';
import { subjectDer, type SubjectAttribute } from './subjectText';
import { extensionsDer } from './writeExtensions';

/** PKCS#9's extensionRequest, and the attribute that Microsoft's programs use for the same. */
const extensionRequestOids = ['1.2.840.113549.1.9.14', '1.3.6.1.4.1.311.2.1.14'];

/** A certification request (PKCS#10, RFC 2986), read by our own view of the DER. */
export class CertificationRequest {
  private constructor(
    readonly der: Uint8Array,
    readonly subject: Name,
    /** SubjectPublicKeyInfo, DER. */
    readonly spki: Uint8Array,
    /** Those it asks for. */
    readonly extensions: Extensions,
    /** Object identifiers of attributes beside the wish for extensions (a challenge password, say). */
    readonly otherAttributes: readonly string[],
    readonly signatureAlgorithm: SignatureAlgorithm,
    readonly signature: Uint8Array,
    /** The part that is signed. */
    readonly info: Uint8Array,
  ) {}

  /**
   * @param der one request; octets after it (a line feed at the end of a file) are left alone
   * @throws FlowKeystoreError `damaged`
   */
  static parse(der: Uint8Array): CertificationRequest {
    const whole = expectNode(readNode(der), Tag.sequence, 'a certification request');
    const [info, algorithm, signature] = children(whole);
    const [version, subject, spki, ...optional] = children(
      expectNode(info, Tag.sequence, 'the contents of a certification request'),
    );
    expectNode(version, Tag.integer, 'the version of a certification request');
    const attributes = optional.find(({ tag }) => tag === 0xa0);
    const { extensions, others } = readAttributes(attributes);
    return new CertificationRequest(
      rawOf(whole),
      Name.fromNode(expectNode(subject, Tag.sequence, 'a name')),
      rawOf(expectNode(spki, Tag.sequence, 'a public key')),
      new Extensions(extensions),
      others,
      readSignatureAlgorithm(expectNode(algorithm, Tag.sequence, 'a signature algorithm')),
      bitStringOf(expectNode(signature, Tag.bitString, 'a signature')),
      rawOf(expectNode(info, Tag.sequence, 'the contents of a certification request')),
    );
  }

  get publicKey(): PublicKey {
    return readPublicKey(this.spki);
  }

  /** Whether the private key that belongs to it made it; `unsupported` where the platform cannot say. */
  get signatureState(): SignatureState {
    return verifySignature(
      { algorithm: this.signatureAlgorithm, signed: this.info, signature: this.signature },
      this.spki,
    );
  }
}

function readAttributes(node: Node | undefined): { extensions: Extension[]; others: string[] } {
  const extensions: Extension[] = [];
  const others: string[] = [];
  for (const attribute of node ? children(node) : []) {
    const [typeNode, values] = children(attribute);
    const type = oidOf(expectNode(typeNode, Tag.oid, 'an attribute'));
    if (extensionRequestOids.includes(type)) {
      for (const value of children(expectNode(values, Tag.set, 'values of an attribute'))) {
        extensions.push(...extensionListOf(value));
      }
    } else others.push(type);
  }
  return { extensions, others };
}

/** A request is a few kilobytes. */
const maxBytes = 1024 * 1024;

/**
 * A request out of a file or the clipboard: PEM (text around it), DER, base64 without its armour.
 * @throws FlowKeystoreError `not-a-request`, saying what it looks like instead; `damaged`, `too-large`
 */
export function readRequest(input: Uint8Array | string): CertificationRequest {
  const bytes = typeof input === 'string' ? Buffer.from(input, 'utf8') : input;
  if (bytes.length > maxBytes) {
    throw new FlowKeystoreError('too-large', 'This is more than 1 MB, too much for a certification request.');
  }
  if (bytes[0] === Tag.sequence && typeof input !== 'string') return parseOrSay(bytes);
  const text = Buffer.from(bytes).toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
  if (text.includes('-----BEGIN ')) {
    const blocks = readPem(text);
    const found = blocks.find(({ label }) => /^(NEW )?CERTIFICATE REQUEST$/.test(label));
    if (!found) throw notThisPem(blocks[0]?.label);
    try {
      return CertificationRequest.parse(found.der);
    } catch (error) {
      throw error instanceof FlowKeystoreError ? error.at({ line: found.line }) : error;
    }
  }
  const compact = text.replace(/\s/g, '');
  if (/^MI[A-Za-z0-9+/]{60,}={0,2}$/.test(compact)) return parseOrSay(Buffer.from(compact, 'base64'));
  throw notARequest(compact === '' ? 'nothing at all' : 'something else');
}

function parseOrSay(bytes: Uint8Array): CertificationRequest {
  try {
    return CertificationRequest.parse(bytes);
  } catch (error) {
    const [first] = children(readNode(bytes));
    const [version] = first?.tag === Tag.sequence ? children(first) : [];
    if (version?.tag === Tag.integer && rawOf(version).at(-1) === 0) throw error;
    throw notARequest('a certificate, a key or a keystore');
  }
}

function notThisPem(label: string | undefined): FlowKeystoreError {
  if (label === undefined) return notARequest('PEM without a request');
  if (isCertificateLabel(label) || isPkcs7Label(label)) {
    return notARequest(
      'a certificate',
      'A certificate is signed already. Sign the request it was made from, or make one: flow-keystore request, or Create Certification Request.',
    );
  }
  if (label.includes('PRIVATE KEY')) {
    return notARequest(
      'a private key',
      'Make a request with it: flow-keystore request, or Create Certification Request.',
    );
  }
  return notARequest(`PEM of another kind (${label})`);
}

function notARequest(
  what: string,
  next = 'Requests come as PEM (-----BEGIN CERTIFICATE REQUEST-----) or DER (.csr, .p10).',
): FlowKeystoreError {
  return new FlowKeystoreError(
    'not-a-request',
    `There is no certification request in it; it looks like ${what}.`,
    {},
    next,
  );
}

export interface RequestContents {
  /** A name that was read goes in as it was. */
  readonly subject: readonly SubjectAttribute[] | Name;
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER; worked out by the platform when absent. */
  readonly spki?: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** Writes a request, signed by its own key. @throws FlowKeystoreError `unsupported` for a key that the platform cannot sign with */
export async function writeRequest({ subject, privateKey, spki, extensions }: RequestContents): Promise<Uint8Array> {
  const signer = signerOf(privateKey);
  const wish = extensions.length
    ? [sequence(oid(extensionRequestOids[0] ?? ''), setOf(extensionsDer(extensions)))]
    : [];
  const info = sequence(
    integer(0),
    subject instanceof Name ? subject.raw : subjectDer(subject),
    spki ?? createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    context(0, ...wish),
  );
  return sequence(info, signer.algorithm, element(Tag.bitString, Uint8Array.of(0), await signer.sign(info)));
}

const askedAgain: readonly string[] = [
  extensionOid.subjectAltName,
  extensionOid.keyUsage,
  extensionOid.extendedKeyUsage,
];

/** What a request for the successor of a certificate asks for: the same names and usages. */
export function extensionsToAskFor(certificate: Certificate): Extension[] {
  return certificate.extensions.all.filter(({ oid: type }) => askedAgain.includes(type));
}

export function requestPem(der: Uint8Array): string {
  return writePem('CERTIFICATE REQUEST', der);
}
