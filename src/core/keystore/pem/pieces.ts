import { Certificate } from '../../certificates/certificate';
import { isCertificateLabel, isPkcs7Label, readPem, type PemBlock } from '../../certificates/pem';
import { certificatesOfPkcs7 } from '../../certificates/pkcs7';
import { readNode } from '../../asn1/der';
import { isLegacyKeyLabel, legacyToPkcs8 } from '../../keys/legacyPem';
import type { SealedKey } from '../../keys/sealedKey';

/** The first line of a bundle with nothing in it yet: by it the file is known for what it is. */
export const emptyBundle = '# PEM bundle';

/** A PEM block with the text before it, where OpenSSL writes "Bag Attributes". */
export interface Piece {
  readonly label: string;
  /** Line feeds as in the file. The parts make up the file when they are put together again. */
  readonly lead: string;
  readonly block: string;
  /** From a line `friendlyName: ...` of the lead. */
  readonly alias?: string;
  /** From a line `localKeyID: ...` of the lead, as written. */
  readonly keyId?: string;
  readonly certificates: readonly Certificate[];
  readonly key?: SealedKey;
}

/**
 * @param text octets of the file as Latin-1, so that nothing is lost
 * @returns the pieces and the text after the last
 * @throws FlowKeystoreError `damaged`, with the line
 */
export function piecesOf(text: string): { pieces: Piece[]; rest: string } {
  let end = 0;
  const pieces = readPem(text).map((block) => {
    const piece = pieceOf(block, text.slice(end, block.start), text.slice(block.start, block.end));
    end = block.end;
    return piece;
  });
  return { pieces, rest: text.slice(end) };
}

function pieceOf(parsed: PemBlock, lead: string, block: string): Piece {
  const { label, der } = parsed;
  const alias = attributeOf(lead, 'friendlyName');
  const keyId = attributeOf(lead, 'localKeyID');
  const key = keyOf(parsed);
  return {
    label,
    lead,
    block,
    ...(alias !== undefined && { alias: Buffer.from(alias, 'latin1').toString('utf8') }),
    ...(keyId !== undefined && { keyId }),
    certificates: certificatesOf(label, der),
    ...(key && { key }),
  };
}

function attributeOf(lead: string, name: string): string | undefined {
  const value = new RegExp(`^[ \\t]*${name}:[ \\t]*(.*?)[ \\t]*\\r?$`, 'm').exec(lead)?.[1];
  return value === '' ? undefined : value;
}

/** What cannot be read stays text: the rest of the file is of use without it. */
function certificatesOf(label: string, der: Uint8Array): Certificate[] {
  try {
    // OpenSSL's TRUSTED CERTIFICATE has its own data after the certificate.
    if (isCertificateLabel(label)) return [Certificate.parse(der.subarray(0, readNode(der).end))];
    return isPkcs7Label(label) ? certificatesOfPkcs7(der).map((each) => Certificate.parse(each)) : [];
  } catch {
    return [];
  }
}

/** The private key of a PEM block; undefined for another block, and for a key that cannot be read. */
export function keyOf({ label, der, headers }: Pick<PemBlock, 'label' | 'der' | 'headers'>): SealedKey | undefined {
  if (label === 'PRIVATE KEY') return { form: 'plain', der };
  if (label === 'ENCRYPTED PRIVATE KEY') return { form: 'encrypted', der };
  if (!isLegacyKeyLabel(label)) return undefined;
  const dekInfo = headers['DEK-Info'];
  if (dekInfo !== undefined) return { form: 'legacyPem', der, label, dekInfo };
  try {
    return { form: 'plain', der: legacyToPkcs8(label, der) };
  } catch {
    return undefined;
  }
}
