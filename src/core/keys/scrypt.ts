import { scrypt } from 'node:crypto';
import { children, octetsOf, smallIntegerOf, type Node } from '../asn1/der';
import { FlowKeystoreError } from '../errors';

export const scryptOid = '1.3.6.1.4.1.11591.4.11';

/** Octets: eight times what OpenSSL asks for. */
const mostMemory = 128 * 1024 * 1024;
/** Blocks that are mixed, of all lanes together: a second or two. */
const mostWork = 4 * 1024 * 1024;

/**
 * A key derived by scrypt (RFC 7914 section 7.1: salt, cost, block size, parallelization).
 * @param keyLength octets
 * @throws FlowKeystoreError `limit-exceeded` where it would take more memory or time than any honest file, `damaged`
 */
export function scryptKey(parameters: Node, password: Uint8Array, keyLength: number): Promise<Buffer> {
  const [salt, cost, block, lanes] = children(parameters);
  if (!salt || !cost || !block || !lanes) {
    throw new FlowKeystoreError('damaged', 'The parameters of the key derivation (scrypt) are incomplete.');
  }
  const [N, r, p] = [smallIntegerOf(cost), smallIntegerOf(block), smallIntegerOf(lanes)];
  if (N < 2 || (N & (N - 1)) !== 0 || r < 1 || p < 1) {
    throw new FlowKeystoreError('damaged', 'The parameters of the key derivation (scrypt) are none that there can be.');
  }
  if (128 * r * (N + p) > mostMemory || N * r * p > mostWork) {
    throw new FlowKeystoreError(
      'limit-exceeded',
      `The file asks for scrypt with a cost of ${N}, blocks of ${r} and ${p} lanes; that much is refused.`,
      {},
      'Have the file written anew with ordinary values (OpenSSL uses 16384, 8 and 1).',
    );
  }
  return new Promise((resolve, reject) => {
    // Some room for what it needs besides its table.
    scrypt(password, octetsOf(salt), keyLength, { N, r, p, maxmem: 128 * r * (N + p + 2) + 4096 }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
