import { children, oidOf, readNode, Tag, type Node } from '../../asn1/der';
import { Certificate } from '../../certificates/certificate';
import { readCertificates } from '../../certificates/import';
import { isCertificateLabel, isPkcs7Label, sshKeyLabel } from '../../certificates/pem';
import { certificatesOfPkcs7, signedDataOid } from '../../certificates/pkcs7';
import { FlowKeystoreError } from '../../errors';
import { legacyToPkcs8 } from '../../keys/legacyPem';
import type { SealedKey } from '../../keys/sealedKey';
import { detectStoreType, octetsOfText } from '../detect';
import { piecesOf } from '../pem/pieces';
import { readPrivateKeyFile, type PrivateKeyFile } from '../sshKeys';
import type { ImportSource, PassedOver } from './items';

/** Certificates and keys that lie about singly, before it is known which belong together. */
export interface LoosePieces {
  readonly certificates: LooseCertificate[];
  readonly keys: LooseKey[];
  readonly sshKeys: LooseSshKey[];
  readonly passedOver: PassedOver[];
}

export interface LooseCertificate {
  readonly from: string;
  readonly alias?: string;
  readonly certificate: Certificate;
}

export interface LooseKey {
  readonly from: string;
  readonly alias?: string;
  readonly key: SealedKey;
  /** It is an SSH key: one that has no certificate gets one. */
  readonly ssh?: true;
}

/** A private key in OpenSSH's own form. */
export interface LooseSshKey {
  readonly from: string;
  readonly file: PrivateKeyFile;
}

const noPieces = (): LoosePieces => ({ certificates: [], keys: [], sshKeys: [], passedOver: [] });

/**
 * What a source holds that is no keystore with aliases of its own: PEM blocks, a certificate, a PKCS#7 bundle, a PkiPath or a private key in
 * DER, or base64 of these without its armour.
 * @throws FlowKeystoreError `not-a-certificate`, saying what it looks like, where there is nothing of use in it; `damaged`
 */
export function loosePieces({ name, bytes }: ImportSource): LoosePieces {
  if (bytes[0] === Tag.sequence) return piecesOfDer(name, bytes);
  const text = inLines(textOf(bytes));
  if (text.includes('-----BEGIN ')) {
    const found = piecesOfPem(name, text);
    // It says best what is wrong with a text of which nothing can be used.
    const isEmpty = !found.certificates.length && !found.keys.length && !found.sshKeys.length;
    return isEmpty && !found.passedOver.length ? certificatesOnly(name, bytes) : found;
  }
  const compact = text.replace(/\s/g, '');
  if (/^MI[A-Za-z0-9+/]{60,}={0,2}$/.test(compact)) return piecesOfDer(name, Buffer.from(compact, 'base64'));
  return certificatesOnly(name, bytes);
}

export interface PiecesInText {
  readonly certificates: number;
  readonly keys: number;
  /** In OpenSSH's own form: they need no certificate. */
  readonly sshKeys: number;
}

/** What a text holds, at a glance: nothing is decrypted. Undefined where nothing of it can be imported. */
export function piecesInText(text: string): PiecesInText | undefined {
  try {
    const { certificates, keys, sshKeys } = loosePieces({ name: '', bytes: Buffer.from(text, 'utf8') });
    const found = { certificates: certificates.length, keys: keys.length, sshKeys: sshKeys.length };
    return Object.values(found).some((count) => count > 0) ? found : undefined;
  } catch (error) {
    if (error instanceof FlowKeystoreError) return undefined;
    throw error;
  }
}

/** Whether all that sources hold are private keys whose certificates are not among them. Nothing is decrypted. */
export function areKeysAlone(sources: readonly ImportSource[]): boolean {
  let keys = 0;
  for (const source of sources) {
    const type = detectStoreType(source.bytes);
    if (type !== undefined && type !== 'PEM') return false;
    try {
      const found = loosePieces(source);
      if (found.certificates.length || found.sshKeys.length) return false;
      keys += found.keys.length;
    } catch (error) {
      if (error instanceof FlowKeystoreError) return false;
      throw error;
    }
  }
  return keys > 0;
}

/** Octets as Latin-1, as the reader of PEM wants them; UTF-16, as Windows' Notepad has written it, becomes UTF-8 first. */
function textOf(bytes: Uint8Array): string {
  return octetsOfText(bytes).toString('latin1');
}

/** PEM that was pasted into a box of one line has lost its ends of lines. */
function inLines(text: string): string {
  if (!/-----BEGIN [A-Z0-9 #]+-----[ \t]*[A-Za-z0-9+/]/.test(text)) return text;
  const blocks = /-----BEGIN ([A-Z0-9 #]+)-----(.*?)-----END \1-----/gs;
  return text.replace(blocks, (_, label: string, body: string) =>
    ['', `-----BEGIN ${label}-----`, ...bodyInLines(body), `-----END ${label}-----`, ''].join('\n'),
  );
}

/** The headers of an encrypted key (RFC 1421 section 4.6) stand in lines of their own, before an empty one. */
function bodyInLines(body: string): string[] {
  const headers = /^\s*Proc-Type:\s*4,\s*ENCRYPTED\s*DEK-Info:\s*([A-Z0-9-]+),\s*/i.exec(body);
  const [all = '', cipher = ''] = headers ?? [];
  if (!headers) return [body.replace(/ /g, '')];
  // The initialisation vector has the length of a block; nothing else may part it from what follows.
  const digits = /^AES/i.test(cipher) ? 32 : 16;
  const rest = body.slice(all.length);
  return [
    'Proc-Type: 4,ENCRYPTED',
    `DEK-Info: ${cipher},${rest.slice(0, digits)}`,
    '',
    rest.slice(digits).replace(/\s/g, ''),
  ];
}

function piecesOfPem(from: string, text: string): LoosePieces {
  const found = noPieces();
  for (const { label, block, certificates, key, alias } of piecesOf(text).pieces) {
    const named = alias === undefined ? {} : { alias };
    for (const certificate of certificates) {
      found.certificates.push({ from, certificate, ...(certificates.length === 1 ? named : {}) });
    }
    if (key) found.keys.push({ from, key, ...named });
    if (label === sshKeyLabel) {
      found.sshKeys.push({ from, file: readPrivateKeyFile(block) });
      continue;
    }
    // OpenSSL writes the parameters of an EC key before the key, which names its curve itself.
    if (certificates.length || key || label === 'EC PARAMETERS') continue;
    const isOurs = isCertificateLabel(label) || isPkcs7Label(label);
    found.passedOver.push({
      from,
      what: label,
      why: isOurs || label.endsWith('PRIVATE KEY') ? 'unreadable' : 'not-for-keystores',
    });
  }
  return found;
}

function certificatesOnly(from: string, bytes: Uint8Array): LoosePieces {
  const { certificates } = readCertificates(bytes);
  return { ...noPieces(), certificates: certificates.map((certificate) => ({ from, certificate })) };
}

function piecesOfDer(from: string, bytes: Uint8Array): LoosePieces {
  const whole = readNode(bytes);
  const fields = children(whole);
  const der = bytes.subarray(0, whole.end);
  const key = keyOfDer(der, fields);
  if (key) return { ...noPieces(), keys: [{ from, key }] };
  const certificates = certificatesOfDer(der, fields);
  if (!certificates) return certificatesOnly(from, bytes);
  return { ...noPieces(), certificates: certificates.map((certificate) => ({ from, certificate })) };
}

/** PKCS#8, plain or encrypted, or the bare key of one algorithm: told apart by their first fields. */
function keyOfDer(der: Uint8Array, fields: readonly Node[]): SealedKey | undefined {
  const [first, second, third] = fields;
  if (first?.tag === Tag.sequence) {
    const isEncrypted = fields.length === 2 && second?.tag === Tag.octetString && children(first)[0]?.tag === Tag.oid;
    return isEncrypted ? { form: 'encrypted', der } : undefined;
  }
  if (first?.tag !== Tag.integer) return undefined;
  if (second?.tag === Tag.sequence) return third?.tag === Tag.octetString ? { form: 'plain', der } : undefined;
  const label =
    second?.tag === Tag.octetString
      ? 'EC PRIVATE KEY'
      : fields.every(({ tag }) => tag === Tag.integer)
        ? ({ 6: 'DSA PRIVATE KEY', 9: 'RSA PRIVATE KEY' } as const)[fields.length]
        : undefined;
  return label === undefined ? undefined : { form: 'plain', der: legacyToPkcs8(label, der) };
}

/** PKCS#7 and PkiPath (a sequence of certificates, ITU-T X.509); undefined for anything else. */
function certificatesOfDer(der: Uint8Array, fields: readonly Node[]): Certificate[] | undefined {
  const [first] = fields;
  if (first?.tag === Tag.oid && oidOf(first) === signedDataOid) {
    const found = certificatesOfPkcs7(der).map((each) => Certificate.parse(each));
    return found.length ? found : undefined;
  }
  if (!fields.length || !fields.every(looksLikeCertificate)) return undefined;
  return fields.map(({ source, start, end }) => Certificate.parse(source.subarray(start, end)));
}

/** SEQUENCE { SEQUENCE, SEQUENCE, BIT STRING }. */
function looksLikeCertificate(node: Node): boolean {
  if (node.tag !== Tag.sequence) return false;
  const [tbs, algorithm, signature] = children(node);
  return tbs?.tag === Tag.sequence && algorithm?.tag === Tag.sequence && signature?.tag === Tag.bitString;
}
