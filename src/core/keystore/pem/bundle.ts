import { isCertificateLabel, sshKeyLabel } from '../../certificates/pem';
import { detectStoreType, octetsOfText } from '../detect';
import { emptyBundle } from './pieces';

export interface PemContents {
  readonly certificates: number;
  /** Those of OpenSSH's own form, which no keystore is made of, are not counted. */
  readonly keys: number;
}

/** What a PEM file holds, by its headlines alone; undefined for another file. */
export function pemContents(bytes: Uint8Array): PemContents | undefined {
  if (detectStoreType(bytes) !== 'PEM') return undefined;
  const text = octetsOfText(bytes).toString('latin1');
  let certificates = 0;
  let keys = 0;
  for (const [, label = ''] of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)) {
    if (isCertificateLabel(label)) certificates++;
    else if (label.endsWith('PRIVATE KEY') && label !== sshKeyLabel) keys++;
  }
  return { certificates, keys };
}

/**
 * Whether a file is a PEM bundle that is worth a place among the keystores: one with a private key or with several certificates, or one that was made
 * here and is empty yet. Lone certificates are too many, and belong into a keystore.
 * @param start of the file: 64 KB tell enough
 */
export function isPemBundle(start: Uint8Array): boolean {
  const found = pemContents(start);
  if (!found) return false;
  return found.keys > 0 || found.certificates > 1 || Buffer.from(start).toString('latin1').startsWith(emptyBundle);
}
