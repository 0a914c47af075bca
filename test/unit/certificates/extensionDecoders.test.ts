import assert from 'node:assert/strict';
import { octetString } from '../../../src/core/asn1/der';
import { decodeExtensions } from '../../../src/core/certificates/extensionText';
import { buildCertificate } from '../../support/certificateBuilder';

const sct = '1.3.6.1.4.1.11129.2.4.2';

/** A timestamp by RFC 6962 section 3.2, in octets. */
function timestamp(milliseconds: bigint, algorithms: readonly [hash: number, signature: number]): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(milliseconds);
  return Buffer.concat([
    Buffer.from([0]),
    Buffer.alloc(32, 0xab),
    time,
    Buffer.from([0, 2, 9, 9]),
    Buffer.from(algorithms),
    Buffer.from([0, 1, 7]),
  ]);
}
const lengthOf = (octets: Buffer): Buffer => Buffer.from([octets.length >> 8, octets.length & 0xff]);
const withLength = (octets: Buffer): Buffer => Buffer.concat([lengthOf(octets), octets]);

const linesOf = (value: Uint8Array): readonly string[] =>
  decodeExtensions(buildCertificate({ extensions: [[sct, value]] }).extensions)[0]?.lines ?? [];

describe('certificate transparency', () => {
  it('is shown timestamp by timestamp: when, by which log, signed how', () => {
    const list = Buffer.concat(
      [timestamp(1_767_225_600_000n, [4, 3]), timestamp(0n, [4, 1])].map((each) => withLength(each)),
    );
    const log = Array.from({ length: 32 }, () => 'AB').join(':');
    assert.deepEqual(linesOf(octetString(withLength(list))), [
      '2 signed certificate timestamps',
      `2026-01-01 00:00:00 UTC, SHA-256 with ECDSA, log ${log}`,
      `1970-01-01 00:00:00 UTC, SHA-256 with RSA, log ${log}`,
    ]);
  });

  it('is said to be unreadable where it is cut off or says an impossible time', () => {
    const whole = timestamp(1_767_225_600_000n, [4, 3]);
    for (const broken of [whole.subarray(0, 20), timestamp(0xffff_ffff_ffff_ffffn, [4, 3])]) {
      assert.deepEqual(linesOf(octetString(withLength(withLength(broken)))), ['cannot be read']);
    }
  });
});
