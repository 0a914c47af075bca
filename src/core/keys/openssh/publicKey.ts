import { createHash } from 'node:crypto';
import { bitStringOf, children, concat, contentsOf, expectNode, oidOf, readNode, Tag } from '../../asn1/der';
import { FlowKeystoreError } from '../../errors';
import { wireString } from './wire';

/** By the object identifier of the curve: its name in SSH (RFC 5656 section 10.1). */
export const sshCurves: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.7': 'nistp256',
  '1.3.132.0.34': 'nistp384',
  '1.3.132.0.35': 'nistp521',
};

export interface SshPublicKey {
  /** `ssh-rsa`, `ecdsa-sha2-nistp256` ... */
  readonly type: string;
  /** RFC 4253 section 6.6. */
  readonly blob: Uint8Array;
}

/**
 * A public key as SSH writes it: RSA, DSA, EC on P-256, P-384 and P-521, Ed25519.
 * @param spki SubjectPublicKeyInfo, DER
 * @throws FlowKeystoreError `unsupported` for a key that SSH has no form for
 */
export function sshPublicKey(spki: Uint8Array): SshPublicKey {
  const [algorithm, bits] = children(expectNode(readNode(spki), Tag.sequence, 'a public key'));
  const [oidNode, parameters] = children(expectNode(algorithm, Tag.sequence, 'a key algorithm'));
  const key = bitStringOf(expectNode(bits, Tag.bitString, 'a public key'));
  const numbers = (octets: Uint8Array): Uint8Array[] =>
    children(readNode(octets)).map((node) => wireString(contentsOf(expectNode(node, Tag.integer, 'a number'))));
  const made = (type: string, ...parts: readonly Uint8Array[]): SshPublicKey => ({
    type,
    blob: concat([wireString(type), ...parts]),
  });
  switch (oidNode ? oidOf(oidNode) : '') {
    case '1.2.840.113549.1.1.1': {
      const [modulus, exponent] = numbers(key);
      if (modulus && exponent) return made('ssh-rsa', exponent, modulus);
      break;
    }
    case '1.2.840.10040.4.1': {
      const [p, q, g] = parameters?.tag === Tag.sequence ? children(parameters).map(contentsOf) : [];
      const y = contentsOf(expectNode(readNode(key), Tag.integer, 'a number'));
      if (p && q && g) return made('ssh-dss', wireString(p), wireString(q), wireString(g), wireString(y));
      break;
    }
    case '1.2.840.10045.2.1': {
      const curve = parameters?.tag === Tag.oid ? sshCurves[oidOf(parameters)] : undefined;
      if (curve !== undefined) return made(`ecdsa-sha2-${curve}`, wireString(curve), wireString(key));
      break;
    }
    case '1.3.101.112':
      return made('ssh-ed25519', wireString(key));
  }
  throw new FlowKeystoreError(
    'unsupported',
    'SSH has no form for a key of this kind.',
    {},
    'Use RSA, EC on P-256, P-384 or P-521, or Ed25519.',
  );
}

/** One line, as `authorized_keys` has it: type, base64, comment. Without a line feed. */
export function sshPublicKeyLine(spki: Uint8Array, comment: string): string {
  const { type, blob } = sshPublicKey(spki);
  // A comment of more lines would be more keys to the server.
  // eslint-disable-next-line no-control-regex -- control characters are just what must go
  const tidy = comment.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return `${type} ${Buffer.from(blob).toString('base64')}${tidy ? ` ${tidy}` : ''}`;
}

/** As `ssh-keygen -l` shows it: `SHA256:` and base64 without padding. */
export const sshFingerprint = (spki: Uint8Array): string => blobFingerprint(sshPublicKey(spki).blob);

/** The same, of a key as SSH writes it (RFC 4253 section 6.6). */
export function blobFingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** SAP exports the public part of RSA and DSA keys only ("Export Public Key in OpenSSH Format"). */
export function sapExportsSshKey(spki: Uint8Array): boolean {
  return /^ssh-(rsa|dss)$/.test(sshPublicKey(spki).type);
}
