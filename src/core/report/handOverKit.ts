import { zipSync } from 'fflate';
import type { Certificate } from '../certificates/certificate';
import type { Name } from '../certificates/name';
import { certificatesPem } from '../certificates/pem';
import { pkcs7Of } from '../certificates/pkcs7';
import { publicKeyText } from '../certificates/publicKey';
import { FlowKeystoreError } from '../errors';
import { groups } from '../keystore/describe';
import type { KeyPairEntry } from '../keystore/model';
import { letterOf } from './handOverLetter';
import { completeChain, type KitChain } from './kitChain';
import type { KeyUse } from './keyUses';

/** A file of the kit; its name has no folder in it. */
export interface KitFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface KitOptions {
  /** What stands in the letter as the day. */
  readonly now: Date;
  /** Where the key pair is used. */
  readonly uses?: readonly KeyUse[];
  /** Name of the receiver; the hosts of the uses when absent. */
  readonly receiver?: string;
  /** Certificates that may complete the chain: those of the keystore. */
  readonly known?: readonly Certificate[];
}

export interface Kit {
  readonly files: readonly KitFile[];
  /** The issuer whose certificate is not there. */
  readonly missing?: Name;
}

/**
 * What the administrator of a receiver needs to accept a key pair: certificate, chain, root, fingerprints and a letter. There is no private key in
 * it: none is opened for it.
 * @throws FlowKeystoreError `not-a-certificate` for a private key without a certificate
 */
export function handOverKit(entry: KeyPairEntry, options: KitOptions): Kit {
  const [leaf] = entry.chain;
  if (!leaf) {
    throw new FlowKeystoreError(
      'not-a-certificate',
      `The private key "${entry.alias}" has no certificate: there is nothing to hand over.`,
      {},
      'Import its certificate first.',
    );
  }
  const chain = completeChain(entry.chain, options.known ?? []);
  const base = fileName(entry.alias);
  const files: KitFile[] = [text(`${base}.pem`, certificatesPem([leaf])), { name: `${base}.cer`, bytes: leaf.der }];
  if (chain.members.length > 1) {
    files.push(text(`${base}-chain.pem`, certificatesPem(chain.members)));
    files.push({ name: `${base}-chain.p7b`, bytes: pkcs7Of(chain.members) });
  }
  if (chain.root && chain.members.length > 1) {
    files.push(text(`${base}-root.pem`, certificatesPem([chain.root])));
    files.push({ name: `${base}-root.cer`, bytes: chain.root.der });
  }
  if (chain.missing) files.push(text(rootMissingFile, missingRootText(chain)));
  files.push(text('fingerprints.txt', fingerprintsText(chain.members)));
  const names = files.map(({ name }) => name);
  files.push(text('letter.md', letterOf({ alias: entry.alias, base, leaf, chain, names, options })));
  return { files, ...(chain.missing && { missing: chain.missing }) };
}

/** What stands in the kit in place of the root. */
export const rootMissingFile = 'ROOT-IS-MISSING.txt';

/** The files as one archive. */
export function zipKit(files: readonly KitFile[], now: Date): Uint8Array {
  return zipSync(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])), { mtime: now });
}

/** A name that every file system takes. */
export function fileName(alias: string): string {
  const clean = alias.replace(/[^\p{L}\p{N} .-]+/gu, '_').replace(/^[ .]+|[ .]+$/g, '');
  return clean.slice(0, 80) || 'certificate';
}

function text(name: string, content: string): KitFile {
  return { name, bytes: Buffer.from(content, 'utf8') };
}

/** Subject, serial (hex and decimal: programs show either) and fingerprints of each certificate. */
export function fingerprintsText(certificates: readonly Certificate[]): string {
  return certificates
    .map((certificate) =>
      [
        certificate.subject.toString() || '(no name)',
        `  Issuer:          ${certificate.selfIssued ? 'itself' : certificate.issuer.toString()}`,
        `  Valid:           ${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}`,
        `  Key:             ${publicKeyText(certificate.publicKey)}`,
        `  Serial, hex:     ${groups(evenHex(certificate.serialNumber))}`,
        `  Serial, decimal: ${decimalSerial(certificate)}`,
        `  SHA-256:         ${groups(certificate.sha256)}`,
        `  SHA-1:           ${groups(certificate.fingerprint('sha1'))}`,
        '',
      ].join('\n'),
    )
    .join('\n');
}

export function decimalSerial({ serialNumber }: Certificate): string {
  return /^[0-9a-f]+$/.test(serialNumber) ? BigInt(`0x${serialNumber}`).toString() : serialNumber;
}

/** With a leading zero where it takes one to make whole octets. */
export const evenHex = (text: string): string => (text.length % 2 ? `0${text}` : text);

function missingRootText({ members, missing }: KitChain): string {
  const last = members.at(-1);
  const addresses = last?.extensions.caIssuers ?? [];
  return [
    'The root certificate is not in this kit: it was not in the keystore.',
    '',
    `Missing is the certificate of: ${missing?.toString() ?? ''}`,
    `It issued:                     ${last?.subject.toString() ?? ''}`,
    addresses.length
      ? `Its authority offers it at:    ${addresses.join(' , ')}`
      : 'The certificates do not say where it can be had: ask the authority of that name.',
    '',
    'Take it from its authority itself and compare its fingerprint with what the authority publishes.',
    '',
  ].join('\n');
}
