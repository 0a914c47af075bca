import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { parseSerialNumber, parseSignature, signatureNames } from '../../../src/core/certificates/chosenValues';
import { signerOf } from '../../../src/core/certificates/signer';
import { checkSignature } from '../../../src/core/certificates/signature';
import { parseMoment } from '../../../src/core/certificates/validity';
import { privateKeyInfoOf } from '../../../src/core/keys/generate';
import { keyObjectOf } from '../../../src/core/keys/sealedKey';
import { addCertificates, addKeyPair } from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { makeKeyPair, planKeyPair, type KeyPairWish } from '../../../src/core/keystore/newKeyPair';
import { sealFor } from '../../../src/core/keystore/store';

const now = new Date('2026-06-01T12:00:00Z');
const empty: Keystore = { type: 'PKCS12', entries: [], notes: [], carried: [] };
const wish: KeyPairWish = {
  alias: 'partner_a',
  subject: 'CN=Partner A',
  key: 'EC P-256',
  validity: '1 year',
  usage: ['clientAuth'],
  alternativeNames: '',
};

describe('what can be chosen of a new key pair', () => {
  it('is random, from now on and as fits the key where nothing is chosen', async () => {
    const [certificate] = (await makeKeyPair(planKeyPair(wish, empty, now))).chain;
    assert.equal(certificate?.notBefore.toISOString(), '2026-06-01T11:55:00.000Z');
    assert.equal(certificate.serialNumber.length, 32);
    assert.equal(certificate.signatureAlgorithm.name, 'SHA256withECDSA');
  });

  it('begins when it is to, and a length counts from there', async () => {
    const chosen = { ...wish, validFrom: '2027-01-31 14:30', serialNumber: 'FF:01', signature: 'SHA512withECDSA' };
    const [certificate] = (await makeKeyPair(planKeyPair(chosen, empty, now))).chain;
    assert.ok(certificate);
    assert.equal(certificate.notBefore.toISOString(), '2027-01-31T14:30:00.000Z');
    assert.equal(certificate.notAfter.toISOString(), '2028-01-31T14:30:00.000Z');
    assert.equal(certificate.serialNumber, 'ff01');
    assert.equal(certificate.signatureAlgorithm.name, 'SHA512withECDSA');
    assert.equal(checkSignature(certificate, certificate), 'good');
  });

  it('takes what the key of the issuer signs with, and no number that it has given', async () => {
    const issuing = planKeyPair(
      { ...wish, alias: 'ca', subject: 'CN=CA', key: 'RSA 2048', ca: true, usage: [], signature: 'SHA-512/RSA' },
      empty,
      now,
    );
    const ca = await makeKeyPair(issuing);
    assert.equal(ca.chain[0]?.signatureAlgorithm.name, 'SHA512withRSA');
    const key = await sealFor('PKCS12', ca.privateKeyInfo, 'Keystore-1');
    const { keystore } = addKeyPair(empty, { alias: 'ca', key, chain: ca.chain, created: now });
    const signed = { ...wish, issuer: 'ca', signature: 'SHA384withRSA', serialNumber: '2a' };
    const made = await makeKeyPair(planKeyPair(signed, keystore, now), { issuerKey: keyObjectOf(ca.privateKeyInfo) });
    const [leaf, authority] = made.chain;
    assert.ok(leaf && authority);
    assert.equal(leaf.signatureAlgorithm.name, 'SHA384withRSA');
    assert.equal(checkSignature(leaf, authority), 'good');
    assert.throws(() => planKeyPair({ ...signed, signature: 'SHA256withECDSA' }, keystore, now), {
      code: 'value-invalid',
      message: /by an RSA key/,
      next: /SHA256withRSA, SHA384withRSA, SHA512withRSA/,
    });
    const more = addCertificates(keystore, [{ alias: 'first', certificate: leaf }]).keystore;
    assert.throws(() => planKeyPair({ ...signed, serialNumber: '00 2A' }, more, now), {
      code: 'value-invalid',
      message: /"ca" has given the serial number 2a to "first"/,
    });
    // Another authority counts for itself.
    assert.equal(planKeyPair({ ...wish, serialNumber: '2a' }, more, now).serialNumber, '2a');
  });

  for (const [what, part, message] of [
    ['no day', { validFrom: '2027-02-30' }, /"2027-02-30" is no day/],
    [
      'a beginning after the end',
      { validFrom: '2030-01-01', validity: '2029-01-01' },
      /begin on 2030-01-01 and end on 2029-01-01/,
    ],
    ['what is over by now', { validFrom: '2020-01-01', validity: '1 year' }, /no time in the future/],
    ['zero', { serialNumber: '0' }, /"0" is no serial number/],
    ['21 octets', { serialNumber: '80'.repeat(20) }, /no serial number/],
    ['letters', { serialNumber: 'xyz' }, /no serial number/],
    ['SHA-1', { signature: 'SHA1withECDSA' }, /cannot be signed with "SHA1withECDSA" by an EC key/],
    ["another key's", { signature: 'SHA256withRSA' }, /by an EC key/],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => planKeyPair({ ...wish, ...part }, empty, now), { code: 'value-invalid', message });
    });
  }

  it('reads moments, serial numbers and names of signatures as people write them', () => {
    assert.equal(parseMoment('2027-01-31T14:30:05Z')?.toISOString(), '2027-01-31T14:30:05.000Z');
    assert.equal(parseMoment(' 2027-01-31 ')?.toISOString(), '2027-01-31T00:00:00.000Z');
    assert.equal(parseMoment('2027-01-31 25:00'), undefined);
    assert.equal(parseMoment('tomorrow'), undefined);
    assert.equal(parseSerialNumber('0x7f' + 'ff'.repeat(19)), '7f' + 'ff'.repeat(19));
    assert.equal(parseSignature('sha-384', 'RSA'), 'sha384');
    assert.deepEqual(signatureNames('Ed25519'), []);
    assert.throws(() => parseSignature('SHA256', 'Ed25519'), { next: /leaves no choice/ });
  });

  it('leaves Edwards curves their own hash', async () => {
    const keys = generateKeyPairSync('ed25519');
    assert.ok(privateKeyInfoOf(keys).length);
    assert.equal((await signerOf(keys.privateKey, 'sha512').sign(Buffer.from('x'))).length, 64);
  });
});
