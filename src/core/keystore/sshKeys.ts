import type { Certificate } from '../certificates/certificate';
import { readPem, sshKeyLabel } from '../certificates/pem';
import { FlowKeystoreError } from '../errors';
import { keySpecs, keySpecText } from '../keys/generate';
import { openSshKey, readSealedSshKey, type SealedSshKey } from '../keys/openssh/privateKey';
import { publicKeyOf } from '../keys/publicKeyOf';
import { keyObjectOf, openSealedKey, type SealedKey } from '../keys/sealedKey';
import { readPublicKey } from '../certificates/publicKey';
import { parseSubject, subjectText } from '../certificates/subjectText';
import { certify, period } from './newKeyPair';
import { keyOf } from './pem/pieces';

/** What SAP proposes for a new SSH key. */
export interface SshKeyWish {
  readonly alias: string;
  readonly validity: string;
}

/**
 * SAP finds the SSH keys of the SFTP adapter by the aliases `id_rsa`, `id_dsa` and `id_ecdsa` unless the channel names another.
 * @param key `RSA 3072`, `EC P-256`
 * @throws FlowKeystoreError `value-invalid`
 */
export function sshKeyWish(key: string): SshKeyWish {
  const found = sshKeySpecs.find((spec) => spec === key.trim().replace(/\s+/g, ' ').toUpperCase());
  if (found === undefined) {
    throw new FlowKeystoreError(
      'value-invalid',
      `"${key}" is no kind of SSH key that is made here.`,
      {},
      `Possible: ${sshKeySpecs.join(', ')}.`,
    );
  }
  return { alias: sshAliasOf(found.startsWith('RSA') ? 'RSA' : 'EC'), validity: sshValidity };
}

/** SAP: ten years for keys that are uploaded. */
const sshValidity = '10 years';

export const sshKeySpecs: readonly string[] = keySpecs.map(keySpecText);

/** @param algorithm as `readPublicKey` names it */
export function sshAliasOf(algorithm: string): string {
  return (
    { RSA: 'id_rsa', DSA: 'id_dsa', EC: 'id_ecdsa', Ed25519: 'id_ed25519' }[algorithm] ??
    `id_${algorithm.toLowerCase()}`
  );
}

/** What the certificate of an SSH key is issued to: nobody reads it, but a keystore wants one. */
export function sshSubject(alias: string): string {
  return subjectText([{ label: 'CN', value: alias.slice(0, 64) }]);
}

/**
 * The certificate that a private key which came without one gets, since a keystore wants one: self-signed, for as long as SAP proposes.
 * @param subject as `CN=id_rsa`
 * @throws FlowKeystoreError `value-invalid` for the subject; `unsupported` for a key that the platform does not sign with
 */
export async function certifySshKey(
  privateKeyInfo: Uint8Array,
  subject: string,
  now: Date,
): Promise<readonly Certificate[]> {
  const { notBefore, notAfter } = period(sshValidity, now, undefined);
  const plan = { subject: parseSubject(subject), notBefore, notAfter, usage: [], alternativeNames: [], ca: false };
  return certify(plan, keyObjectOf(privateKeyInfo));
}

/** SAP takes SSH and RSA key files of up to 10,000 octets. */
export const maxSshKeyBytes = 10_000;

/** A private key file, as ssh-keygen, openssl and others write it; nothing is opened yet. */
export type PrivateKeyFile =
  { readonly form: 'openssh'; readonly sealed: SealedSshKey } | { readonly form: 'pem'; readonly sealed: SealedKey };

/**
 * OpenSSH's own form, PKCS#8 and the older PEM forms, encrypted or not.
 * @throws FlowKeystoreError `unsupported` for what it is instead, with the next step; `damaged`, `too-large`
 */
export function readPrivateKeyFile(input: Uint8Array | string): PrivateKeyFile {
  if (input.length > 1024 * 1024) throw new FlowKeystoreError('too-large', 'This is more than 1 MB: no private key.');
  const text = typeof input === 'string' ? input : Buffer.from(input).toString('latin1');
  if (text.trimStart().startsWith('PuTTY-User-Key-File-')) {
    throw noKey('a key of PuTTY', 'Convert it first: puttygen KEY.ppk -O private-openssh -o id_rsa');
  }
  if (/^(ssh-|ecdsa-)/.test(text.trimStart()) || text.includes('BEGIN SSH2 PUBLIC KEY')) {
    throw noKey('a public SSH key', 'Choose the file without .pub.');
  }
  for (const block of readPem(text)) {
    if (block.label === sshKeyLabel) return { form: 'openssh', sealed: readSealedSshKey(block.der) };
    const sealed = keyOf(block);
    if (sealed) return { form: 'pem', sealed };
  }
  throw noKey(
    'something else',
    'Private keys come as PEM: -----BEGIN OPENSSH PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----.',
  );
}

function noKey(what: string, next: string): FlowKeystoreError {
  return new FlowKeystoreError(
    'unsupported',
    `There is no private key in it that can be read; it looks like ${what}.`,
    {},
    next,
  );
}

export function needsPassphrase({ form, sealed }: PrivateKeyFile): boolean {
  return form === 'openssh' ? sealed.encrypted : sealed.form !== 'plain';
}

export interface OpenedPrivateKey {
  /** PKCS#8, DER; wiped by whoever seals it. */
  readonly privateKeyInfo: Uint8Array;
  readonly comment?: string;
  /** The alias that SAP would have for it. */
  readonly alias: string;
}

/** @throws FlowKeystoreError `wrong-password`, `unsupported`, `damaged`, `limit-exceeded` */
export async function openPrivateKeyFile(
  file: PrivateKeyFile,
  passphrase: string,
  signal?: AbortSignal,
): Promise<OpenedPrivateKey> {
  const opened =
    file.form === 'openssh'
      ? await openSshKey(file.sealed, passphrase, signal)
      : { privateKeyInfo: Uint8Array.from(await openSealedKey(file.sealed, passphrase, signal)), comment: undefined };
  const spki = publicKeyOf(opened.privateKeyInfo);
  return {
    privateKeyInfo: opened.privateKeyInfo,
    ...(opened.comment && { comment: opened.comment }),
    alias: sshAliasOf(spki ? readPublicKey(spki).algorithm : 'key'),
  };
}
