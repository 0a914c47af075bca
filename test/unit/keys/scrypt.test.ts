import assert from 'node:assert/strict';
import { integer, octetString, readNode, sequence, type Node } from '../../../src/core/asn1/der';
import { scryptKey } from '../../../src/core/keys/scrypt';

const parameters = (salt: string, ...numbers: number[]): Node =>
  readNode(sequence(octetString(Buffer.from(salt)), ...numbers.map((each) => integer(each))));
const derive = async (...how: Parameters<typeof parameters>): Promise<string> =>
  (await scryptKey(parameters(...how), Buffer.from('password'), 64)).toString('hex');

describe('scrypt', () => {
  it('derives the key of RFC 7914 section 12', async () => {
    assert.equal(
      await derive('NaCl', 1024, 8, 16),
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
    );
  });

  it('takes eight times the memory that OpenSSL asks for, and refuses more at once', async () => {
    assert.equal((await derive('NaCl', 65_536, 8, 1)).length, 128);
    for (const numbers of [
      [262_144, 8, 1],
      [16_384, 1024, 1],
      [16_384, 8, 1000],
      [2, 1, 2_000_000],
    ]) {
      const before = performance.now();
      await assert.rejects(
        async () => derive('NaCl', ...numbers),
        (error: { code: string; next: string }) =>
          error.code === 'limit-exceeded' && error.next.includes('OpenSSL uses 16384, 8 and 1'),
        numbers.join(),
      );
      assert.ok(performance.now() - before < 500);
    }
  });

  it('says what is damaged', async () => {
    for (const numbers of [[1000, 8, 1], [1, 8, 1], [0, 8, 1], [1024, 0, 1], [1024, 8, 0], [1024, 8], []]) {
      await assert.rejects(async () => derive('NaCl', ...numbers), { code: 'damaged' }, numbers.join());
    }
  });
});
