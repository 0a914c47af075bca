import forge from 'node-forge/lib/forge';
import 'node-forge/lib/des';
import 'node-forge/lib/rc2';

/**
 * The ciphers of old PKCS#12 files in CBC mode, in JavaScript. RC2's effective key length is that of the key.
 * @returns undefined when the padding is wrong, as it is after a wrong password
 */
export function decryptCbc(
  cipher: '3des' | 'rc2',
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array | undefined {
  const input = forge.util.createBuffer(binary(data));
  if (cipher === '3des') {
    const decipher = forge.cipher.createDecipher('3DES-CBC', binary(key));
    decipher.start({ iv: binary(iv) });
    decipher.update(input);
    return decipher.finish() ? octets(decipher.output.getBytes()) : undefined;
  }
  const decipher = forge.rc2.createDecryptionCipher(binary(key), key.length * 8);
  decipher.start(binary(iv));
  decipher.update(input);
  return decipher.finish() ? octets(decipher.output.getBytes()) : undefined;
}

const binary = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');
