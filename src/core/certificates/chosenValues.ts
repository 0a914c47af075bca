import { FlowKeystoreError } from '../errors';
import { signatureHashes, type SignatureHash } from './signer';

const keyWords: Readonly<Record<string, string>> = { RSA: 'RSA', EC: 'ECDSA' };

/**
 * What a key can sign a certificate with, as Java names it: `SHA256withRSA` ...
 * @param algorithm of the key that signs, as `readPublicKey` names it
 * @returns none where the key leaves no choice
 */
export function signatureNames(algorithm: string): string[] {
  const word = keyWords[algorithm];
  return word === undefined ? [] : signatureHashes.map((hash) => `${hash.toUpperCase()}with${word}`);
}

/**
 * The hash that a name of a signature algorithm stands for: `SHA512withECDSA`, `SHA-512/RSA` as SAP writes it, `SHA-512`.
 * @param algorithm of the key that signs, as `readPublicKey` names it
 * @throws FlowKeystoreError `value-invalid` where a key of that kind does not sign so
 */
export function parseSignature(text: string, algorithm: string): SignatureHash {
  const names = signatureNames(algorithm);
  const wanted = text.trim().toUpperCase().replace(/^SHA-/, 'SHA').replace('/', 'WITH');
  const found = names.findIndex((name) => {
    const upper = name.toUpperCase();
    return upper === wanted || upper.split('WITH')[0] === wanted;
  });
  const hash = signatureHashes[found];
  if (hash) return hash;
  throw new FlowKeystoreError(
    'value-invalid',
    `The certificate cannot be signed with "${text.trim()}" by ${/^[AEFHILMNORSX]/.test(algorithm) ? 'an' : 'a'} ${algorithm} key.`,
    {},
    names.length ? `Possible: ${names.join(', ')}.` : 'Such a key leaves no choice.',
  );
}

/**
 * A serial number in hex, as certificates show it: `0x` before it and colons or blanks between the digits are left out.
 * @returns lower-case hex without leading zeros; undefined where the text is none, or not a positive number of at most 20 octets
 * (RFC 5280 section 4.1.2.2)
 */
export function parseSerialNumber(text: string): string | undefined {
  const digits = /^(?:0x)?([0-9a-f]+)$/i.exec(text.replace(/[\s:]/g, ''))?.[1]?.toLowerCase().replace(/^0+/, '');
  if (!digits) return undefined;
  return digits.length < 40 || (digits.length === 40 && /^[1-7]/.test(digits)) ? digits : undefined;
}
