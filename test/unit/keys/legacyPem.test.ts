import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readPem } from '../../../src/core/certificates/pem';
import { isLegacyKeyLabel, legacyToPkcs8, openLegacyPem, type LegacyPemKey } from '../../../src/core/keys/legacyPem';
import { foreignPassword, legacyKeysByOpenssl } from '../../support/foreignKeystores';

/** The one encrypted block of a PEM text, with its DEK-Info. */
function blockOf(pem: string): LegacyPemKey {
  const [block] = readPem(pem);
  assert.ok(block);
  const dekInfo = /^DEK-Info: *(.*)$/m.exec(pem)?.[1]?.trim() ?? '';
  return { label: block.label, der: block.der, dekInfo };
}
const objectOf = (der: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });

describe('private keys in the form before PKCS#8', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;

  it('opens those of openssl: EC by AES-128, DSA by AES-256, EC by 3DES', async () => {
    const text = legacyKeysByOpenssl.toString('latin1');
    const pems = text.match(/-----BEGIN[^]*?-----END [A-Z ]+-----/g) ?? [];
    assert.equal(pems.length, 3);
    for (const [i, kind] of (['ec', 'dsa', 'ec'] as const).entries()) {
      const info = await openLegacyPem(blockOf(pems[i]!), foreignPassword);
      assert.equal(objectOf(info).asymmetricKeyType, kind);
      await assert.rejects(openLegacyPem(blockOf(pems[i]!), 'foreign-1a'), { code: 'wrong-password' });
    }
  });

  for (const cipher of ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc']) {
    for (const [name, key, type] of [
      ['RSA', rsa, 'pkcs1'],
      ['EC', ec, 'sec1'],
    ] as const) {
      it(`opens ${name} by ${cipher}, with an umlaut in the password`, async () => {
        const passphrase = 'Gr\u00fc\u00dfe 1';
        const pem = String(key.export({ format: 'pem', type, cipher, passphrase }));
        const info = await openLegacyPem(blockOf(pem), passphrase);
        assert.ok(objectOf(info).equals(key));
        await assert.rejects(openLegacyPem(blockOf(pem), 'Gr\u00fc\u00dfe 2'), { code: 'wrong-password' });
      });
    }
  }

  it('says what is wrong with the header', async () => {
    const pem = ec.export({ format: 'pem', type: 'sec1', cipher: 'aes-128-cbc', passphrase: 'Secret-1' }) as string;
    const block = blockOf(pem);
    for (const [dekInfo, code, message] of [
      ['DES-CBC,0011223344556677', 'unsupported', /encrypted by DES-CBC/],
      ['', 'unsupported', /nothing named/],
      ['AES-128-CBC', 'damaged', /DEK-Info/],
      ['AES-128-CBC,0011', 'damaged', /DEK-Info/],
      ['AES-128-CBC,zz112233445566778899aabbccddeeff', 'damaged', /DEK-Info/],
    ] as const) {
      await assert.rejects(openLegacyPem({ ...block, dekInfo }, 'Secret-1'), { code, message }, dekInfo);
    }
    // Names are taken in any case.
    const lower = { ...block, dekInfo: block.dekInfo.toLowerCase() };
    assert.ok(objectOf(await openLegacyPem(lower, 'Secret-1')).equals(ec));
    await assert.rejects(openLegacyPem({ ...block, der: block.der.subarray(0, -3) }, 'Secret-1'), {
      code: 'wrong-password',
    });
  });

  it('makes PKCS#8 of the bare forms, and refuses what is incomplete', () => {
    assert.ok(objectOf(legacyToPkcs8('RSA PRIVATE KEY', rsa.export({ format: 'der', type: 'pkcs1' }))).equals(rsa));
    assert.ok(objectOf(legacyToPkcs8('EC PRIVATE KEY', ec.export({ format: 'der', type: 'sec1' }))).equals(ec));
    const bare = Buffer.from('3003020100', 'hex');
    assert.throws(() => legacyToPkcs8('RSA PRIVATE KEY', bare), { code: 'damaged' });
    assert.throws(() => legacyToPkcs8('EC PRIVATE KEY', bare), { code: 'unsupported', message: /curve/ });
    assert.throws(() => legacyToPkcs8('DSA PRIVATE KEY', bare), { code: 'damaged' });
    assert.throws(() => legacyToPkcs8('SM2 PRIVATE KEY', bare), { code: 'unsupported' });
    assert.throws(() => legacyToPkcs8('RSA PRIVATE KEY', Buffer.from('0500', 'hex')), { code: 'damaged' });
    assert.deepEqual(
      ['RSA PRIVATE KEY', 'EC PRIVATE KEY', 'DSA PRIVATE KEY', 'PRIVATE KEY', 'X RSA PRIVATE KEY'].map(
        isLegacyKeyLabel,
      ),
      [true, true, true, false, false],
    );
  });
});
