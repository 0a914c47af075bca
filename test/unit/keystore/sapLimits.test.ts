import assert from 'node:assert/strict';
import type { Certificate } from '../../../src/core/certificates/certificate';
import { addCertificates, addKeyPair } from '../../../src/core/keystore/edit';
import { sealKey } from '../../../src/core/keys/sealedKey';
import type { Keystore, KeyPairEntry } from '../../../src/core/keystore/model';
import { judgeForSap, keyPairSize, signingResponseFinding } from '../../../src/core/keystore/sapLimits';
import { emptyKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

const password = 'Keystore-1';
const codes = (keystore: Keystore, question = {}): string[] =>
  judgeForSap(keystore, question).map(({ code, severity, alias = '' }) => `${severity} ${code} ${alias}`.trim());

describe('what SAP would say of a keystore', () => {
  let identity: TestIdentity;
  let mine: Keystore;

  before(async () => {
    identity = await (await makeCa('Limits Root')).issue('Partner A');
    const key = await sealKey(identity.privateKeyInfo, password);
    mine = addKeyPair(emptyKeystore(), { alias: 'a', key, chain: identity.chain, created: new Date() }).keystore;
  });

  const jks = (keystore: Keystore): Keystore => ({ ...keystore, type: 'JKS' });
  const certificateOf = (names: number): Promise<Certificate> =>
    makeSelfSigned(`Big ${names}`, {
      alternativeNames: Array.from({ length: names }, (_, n) => ({ kind: 'dns', value: `host-${n}.partner.example` })),
    }).then(({ certificate }) => certificate);

  it('has nothing against an ordinary JKS', () => {
    assert.deepEqual(codes(jks(mine), { fileSize: 5000, password }), []);
  });

  it('judges the file: sizes, password, format, keys of other passwords', () => {
    const mb = 1024 * 1024;
    assert.deepEqual(codes(jks(mine), { fileSize: 2 * mb }), []);
    assert.deepEqual(codes(jks(mine), { fileSize: 2 * mb + 1 }), ['error upload-too-large']);
    assert.deepEqual(codes(jks(mine), { fileSize: 6 * mb + 1 }), ['error file-too-large']);
    assert.deepEqual(codes(jks(mine), { password: 'short' }), ['error password']);
    assert.deepEqual(codes(jks(mine), { otherPasswords: ['a'] }), ['error key-password a']);
    assert.deepEqual(codes({ ...mine, type: 'PEM' }), ['error format']);
    assert.deepEqual(codes(mine, { fileSize: 6 * mb }), ['information format']);
  });

  it('judges entries: aliases, secret keys, keys without certificates, several keys in a PKCS#12', () => {
    const [pair] = mine.entries as [KeyPairEntry];
    const all = {
      ...jks(mine),
      entries: [
        { ...pair, alias: 'sap_mine' },
        { ...pair, alias: 'bare', chain: [] },
        { ...pair, alias: 'x'.repeat(251) },
        { kind: 'secretKey', alias: 'secret' } as const,
      ],
    };
    assert.deepEqual(codes(all), [
      'error alias sap_mine',
      'error key-without-certificate bare',
      `error alias ${'x'.repeat(251)}`,
      'warning dropped secret',
    ]);
    const two = { ...mine, entries: [pair, { ...pair, alias: 'b' }] };
    assert.deepEqual(codes(two), ['warning one-key-of-several', 'information format']);
  });

  it('judges sizes of certificates and key pairs at their limits', async () => {
    const big = await certificateOf(500);
    assert.ok(big.der.length > 10_240);
    const small = await certificateOf(300);
    assert.ok(small.der.length < 10_240);
    const { keystore } = addCertificates(emptyKeystore('JKS'), [
      { alias: 'big', certificate: big },
      { alias: 'small', certificate: small },
    ]);
    assert.deepEqual(codes(keystore), ['error certificate-too-large big']);
    const [pair] = mine.entries as [KeyPairEntry];
    const withChain = (chain: readonly Certificate[]): Keystore => ({ ...jks(mine), entries: [{ ...pair, chain }] });
    assert.deepEqual(codes(withChain([small, small])), []);
    assert.deepEqual(codes(withChain([small, small, small])), ['warning key-pair-near-limit a']);
    assert.deepEqual(codes(withChain([small, small, small, small])), ['error key-pair-too-large a']);
  });

  it('foretells the size of a key pair as a file well enough', async () => {
    const [pair] = mine.entries as [KeyPairEntry];
    const written = (await writeKeystore(mine, password)).length;
    const told = keyPairSize(pair);
    assert.ok(Math.abs(told - written) < 0.12 * written, `told ${told}, written ${written}`);
  });

  it('judges the size of a signing response', () => {
    assert.equal(signingResponseFinding(30_720), undefined);
    assert.equal(signingResponseFinding(30_721)?.severity, 'error');
  });
});
