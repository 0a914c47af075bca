import { children, oidOf, rawOf, readNode, Tag, type Node } from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import { Certificate } from './certificate';
import { isCertificateLabel, isPkcs7Label, readPem } from './pem';
import { certificatesOfPkcs7, signedDataOid } from './pkcs7';

export interface ReadCertificates {
  /** Without duplicates; where they form one chain, the leaf first. */
  readonly certificates: readonly Certificate[];
  readonly form: 'pem' | 'der' | 'pkcs7' | 'pkiPath';
  /** What was passed over, by its PEM label (`PRIVATE KEY`). */
  readonly skipped: readonly string[];
}

/** SAP takes certificates of up to 10 kB; a bundle of every public root is about 300 kB. */
const maxBytes = 10 * 1024 * 1024;

/**
 * Certificates out of whatever people have: PEM (one or many, text around), DER, PKCS#7 in either form, PkiPath, base64 without its armour.
 * @param input file bytes, or text from the clipboard
 * @throws FlowKeystoreError `not-a-certificate`, saying what it looks like instead; `damaged`; `too-large`
 */
export function readCertificates(input: Uint8Array | string): ReadCertificates {
  const bytes = typeof input === 'string' ? Buffer.from(input, 'utf8') : input;
  if (bytes.length > maxBytes) {
    throw new FlowKeystoreError(
      'too-large',
      `This is ${Math.round(bytes.length / 1024 / 1024)} MB, too much for certificates.`,
    );
  }
  if (bytes[0] === Tag.sequence && typeof input !== 'string') return readDer(bytes);
  const text = Buffer.from(bytes).toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
  if (text.includes('-----BEGIN ')) return readPemText(text);
  const compact = text.replace(/\s/g, '');
  if (/^MI[A-Za-z0-9+/]{60,}={0,2}$/.test(compact)) return readDer(Buffer.from(compact, 'base64'));
  if (isSshPublicKey(text)) {
    throw notCertificates(
      'an SSH public key',
      'A keystore holds private keys: import the file beside it that has no .pub at its end. The public part is exported from the entry.',
    );
  }
  throw notCertificates(looksLikeText(text));
}

function readDer(bytes: Uint8Array): ReadCertificates {
  const whole = readNode(bytes);
  const [first, second] = children(whole);
  if (first?.tag === Tag.oid && oidOf(first) === signedDataOid) {
    const certificates = inOrder(certificatesOfPkcs7(bytes).map((der) => Certificate.parse(der)));
    if (!certificates.length) throw notCertificates('a PKCS#7 file without certificates');
    return { certificates, form: 'pkcs7', skipped: [] };
  }
  if (first?.tag === Tag.integer) {
    throw notCertificates(
      second?.tag === Tag.sequence && children(second)[0]?.tag === Tag.oid && isPfx(bytes)
        ? 'a PKCS#12 keystore'
        : 'a private key',
      isPfx(bytes)
        ? 'Its entries are imported, or it is opened as a keystore.'
        : 'A private key is no certificate: ask for the certificate that belongs to it.',
    );
  }
  const [version] = first?.tag === Tag.sequence ? children(first) : [];
  if (version?.tag === Tag.integer && children(whole).length === 3 && !looksLikeCertificate(bytes)) {
    throw notCertificates('a certification request', 'It has to be signed by an authority first.');
  }
  if (!looksLikeCertificate(bytes) && isPkiPath(children(whole))) {
    return {
      certificates: inOrder(children(whole).map((node) => Certificate.parse(rawOf(node)))),
      form: 'pkiPath',
      skipped: [],
    };
  }
  // Some programs end the file with a line feed or zeros.
  const trimmed = bytes.subarray(0, whole.end);
  return { certificates: [Certificate.parse(trimmed)], form: 'der', skipped: [] };
}

/** PkiPath (X.509 section 9.1): SEQUENCE OF Certificate, the one nearest to the root first. */
function isPkiPath(members: readonly Node[]): boolean {
  return members.length > 0 && members.every((node) => node.tag === Tag.sequence && looksLikeCertificate(rawOf(node)));
}

function readPemText(text: string): ReadCertificates {
  const found: Certificate[] = [];
  const skipped: string[] = [];
  let pkcs7 = false;
  for (const { label, der, line } of readPem(text)) {
    try {
      if (isCertificateLabel(label)) {
        // OpenSSL's TRUSTED CERTIFICATE has its own data after the certificate; some authorities call a bundle one.
        const inner = children(readNode(der))[0]?.tag === Tag.oid;
        pkcs7 ||= inner;
        if (inner) found.push(...certificatesOfPkcs7(der).map((each) => Certificate.parse(each)));
        else found.push(Certificate.parse(der.subarray(0, readNode(der).end)));
      } else if (isPkcs7Label(label)) {
        pkcs7 = true;
        found.push(...certificatesOfPkcs7(der).map((each) => Certificate.parse(each)));
      } else skipped.push(label);
    } catch (error) {
      throw error instanceof FlowKeystoreError ? error.at({ line }) : error;
    }
  }
  if (found.length) return { certificates: inOrder(found), form: pkcs7 ? 'pkcs7' : 'pem', skipped };
  const [label] = skipped;
  if (label === undefined) throw notCertificates('a PEM text without certificates');
  if (label.includes('PRIVATE KEY')) {
    throw notCertificates(
      'a private key',
      'A private key is no certificate: ask for the certificate that belongs to it.',
    );
  }
  if (label.includes('REQUEST')) {
    throw notCertificates('a certification request', 'It has to be signed by an authority first.');
  }
  throw notCertificates(label.toLowerCase());
}

const isPfx = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(0, 48)).toString('hex').includes('06092a864886f70d0107');

function looksLikeCertificate(bytes: Uint8Array): boolean {
  try {
    Certificate.parse(bytes.subarray(0, readNode(bytes).end));
    return true;
  } catch {
    return false;
  }
}

/** Longer bundles are no chain, and are not searched for one. */
const longestChain = 50;

/** Without duplicates; a chain given in any order is put leaf first. What is no one chain keeps its order. */
function inOrder(certificates: readonly Certificate[]): Certificate[] {
  const unique = [...new Map(certificates.map((certificate) => [certificate.sha256, certificate])).values()];
  if (unique.length > longestChain) return unique;
  const isIssuer = (candidate: Certificate): boolean =>
    unique.some((other) => other !== candidate && other.mayBeIssuedBy(candidate));
  const leaves = unique.filter((certificate) => !isIssuer(certificate));
  const [leaf] = leaves;
  if (leaves.length !== 1 || !leaf) return unique;
  const chain = [leaf];
  for (let at: Certificate | undefined = leaf; at && !at.selfIssued;) {
    const child: Certificate = at;
    at = unique.find((candidate) => !chain.includes(candidate) && child.mayBeIssuedBy(candidate));
    if (at) chain.push(at);
  }
  return chain.length === unique.length ? chain : unique;
}

/** One line as `id_rsa.pub` has it, or RFC 4716's block. */
const isSshPublicKey = (text: string): boolean => /^\s*(ssh-|ecdsa-sha2-|sk-|---- BEGIN SSH2 PUBLIC KEY)/.test(text);

function looksLikeText(text: string): string {
  const head = text.trimStart().slice(0, 200);
  if (head === '') return 'nothing at all';
  if (/^<(!doctype html|html)/i.test(head)) return 'a web page';
  if (head.startsWith('<?xml')) return 'XML';
  if (head.startsWith('{')) return 'JSON';
  if (head.charCodeAt(0) === 0xfffd) return 'a binary file of another kind';
  return 'something else';
}

function notCertificates(
  what: string,
  next = 'Certificates come as PEM (-----BEGIN CERTIFICATE-----), DER (.cer, .crt) or PKCS#7 (.p7b).',
): FlowKeystoreError {
  return new FlowKeystoreError('not-a-certificate', `There is no certificate in it; it looks like ${what}.`, {}, next);
}
