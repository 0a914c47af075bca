import assert from 'node:assert/strict';
import { createHmac, pbkdf2Sync } from 'node:crypto';
import {
  children,
  integer,
  nullValue,
  octetString,
  octetsOf,
  oid,
  rawOf,
  readNode,
  sequence,
} from '../../../src/core/asn1/der';
import { emptyKeystore, readKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { addCertificates } from '../../../src/core/keystore/edit';
import { makeCa } from '../../support/testCertificates';

const password = 'Mac-1a';
const salt = Buffer.alloc(16, 7);
const hmacSha256 = '1.2.840.113549.2.9';
const hmacSha512 = '1.2.840.113549.2.11';
const pbkdf2 = '1.2.840.113549.1.5.12';
const scrypt = '1.3.6.1.4.1.11591.4.11';

/** A file with its MAC replaced by PBMAC1 (RFC 9579): a key by PBKDF2, then HMAC with SHA-512. */
async function withPbmac1(keyDerivation: string): Promise<Uint8Array> {
  const { certificate } = await makeCa('Root');
  const { keystore } = addCertificates(emptyKeystore('PKCS12'), [{ alias: 'root', certificate }]);
  const [version, content] = children(readNode(await writeKeystore(keystore, password)));
  assert.ok(version && content);
  const safe = children(content)[1];
  assert.ok(safe);
  const safeOctets = octetsOf(children(safe)[0]!);
  const key = pbkdf2Sync(password, salt, 2048, 64, 'sha256');
  const value = createHmac('sha512', key).update(safeOctets).digest();
  const kdf = sequence(
    oid(keyDerivation),
    sequence(octetString(salt), integer(2048), integer(64), sequence(oid(hmacSha256), nullValue())),
  );
  const algorithm = sequence(oid('1.2.840.113549.1.5.14'), sequence(kdf, sequence(oid(hmacSha512), nullValue())));
  return sequence(
    integer(3),
    rawOf(content),
    sequence(sequence(algorithm, octetString(value)), octetString(Buffer.from('NOT USED')), integer(1)),
  );
}

describe('MAC of a PKCS#12 by PBMAC1', () => {
  it('is checked', async () => {
    const file = await withPbmac1(pbkdf2);
    const { entries } = await readKeystore(file, password);
    assert.deepEqual(
      entries.map(({ alias }) => alias),
      ['root'],
    );
    await assert.rejects(readKeystore(file, 'another'), { code: 'wrong-password' });
  });

  it('with another key derivation than PBKDF2 is not taken for it', async () => {
    await assert.rejects(readKeystore(await withPbmac1(scrypt), password), {
      code: 'unsupported',
      message: /PBMAC1/,
    });
  });
});
