import assert from 'node:assert/strict';
import { isPemBundle, pemContents } from '../../../src/core/keystore/pem/bundle';
import { emptyKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa, makeSelfSigned } from '../../support/testCertificates';

describe('PEM files among the keystores', () => {
  it('are those with a private key or with several certificates, and empty ones that were made here', async () => {
    const ca = await makeCa('CA');
    const leaf = await makeSelfSigned('Leaf');
    const is = (text: string | Uint8Array): boolean => isPemBundle(Buffer.from(text));
    assert.equal(is(leaf.pem), false, 'a lone certificate');
    assert.equal(is(leaf.pem + ca.pem), true, 'two certificates');
    assert.equal(is(leaf.pem + leaf.privateKeyPem), true, 'a key pair');
    assert.equal(is(leaf.privateKeyPem), true, 'a private key');
    assert.equal(
      is('# ours\n' + leaf.privateKeyPem.replaceAll('\n', '\r\n')),
      true,
      'text before, other ends of lines',
    );
    assert.equal(is(await writeKeystore(emptyKeystore('PEM'), undefined)), true, 'made here');
    assert.equal(is('-----BEGIN OPENSSH PRIVATE KEY-----\n'), false, 'an SSH key');
    assert.equal(is('-----BEGIN CERTIFICATE REQUEST-----\n'), false, 'a request');
    assert.equal(is(leaf.certificate.der), false, 'DER');
    assert.equal(is(''), false);
    const utf16 = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(leaf.pem + ca.pem, 'utf16le')]);
    assert.equal(is(utf16), true, 'UTF-16, as Windows writes it');
    assert.deepEqual(pemContents(Buffer.from(ca.pem + leaf.privateKeyPem + leaf.pem)), { certificates: 2, keys: 1 });
  });
});
