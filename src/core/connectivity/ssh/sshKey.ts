import { createPrivateKey, createPublicKey } from 'node:crypto';
import { concat } from '../../asn1/der';
import { FlowKeystoreError } from '../../errors';
import { sshPublicKey } from '../../keys/openssh/publicKey';
import { wireString } from '../../keys/openssh/wire';

/**
 * A private key as ssh2 reads it: PKCS#1, SEC 1, and OpenSSH's own for Ed25519, none of them encrypted. In memory alone.
 * @param pem PKCS#8
 * @throws FlowKeystoreError `unsupported` for keys that no SSH server takes
 */
export function sshPrivateKeyPem(pem: string): string {
  const key = createPrivateKey(pem);
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ format: 'pem', type: 'pkcs1' }) as string;
    case 'ec':
      // The curve decides whether SSH has a form for it.
      publicBlob(pem);
      return key.export({ format: 'pem', type: 'sec1' }) as string;
    case 'ed25519': {
      const blob = publicBlob(pem);
      const point = blob.subarray(blob.length - 32);
      const seed = key.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
      const check = new Uint8Array(8);
      const fields = concat([
        check,
        wireString('ssh-ed25519'),
        wireString(point),
        wireString(concat([seed, point])),
        wireString(''),
      ]);
      const padding = Uint8Array.from({ length: (8 - (fields.length % 8)) % 8 }, (_, i) => i + 1);
      const file = concat([
        Buffer.from('openssh-key-v1\0', 'latin1'),
        wireString('none'),
        wireString('none'),
        wireString(''),
        Uint8Array.of(0, 0, 0, 1),
        wireString(blob),
        wireString(concat([fields, padding])),
      ]);
      const lines = Buffer.from(file).toString('base64').replace(/.{70}/g, '$&\n');
      return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
    }
    default:
      throw new FlowKeystoreError(
        'unsupported',
        `SSH has no form for keys of the kind ${key.asymmetricKeyType ?? 'unknown'}.`,
        {},
        'Use RSA, EC on P-256, P-384 or P-521, or Ed25519.',
      );
  }
}

const publicBlob = (pem: string): Uint8Array =>
  sshPublicKey(new Uint8Array(createPublicKey(pem).export({ format: 'der', type: 'spki' }))).blob;
