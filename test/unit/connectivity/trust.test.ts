import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Certificate } from '../../../src/core/certificates/certificate';
import { issueCertificate } from '../../../src/core/certificates/issue';
import { judgeServer, type TrustJudgement } from '../../../src/core/connectivity/trust';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

const day = 24 * 60 * 60 * 1000;
const now = new Date();

describe('trust in a server', () => {
  const judge = (chain: readonly Certificate[], anchor: Certificate): TrustJudgement =>
    judgeServer({ chain, anchors: [{ alias: 'anchor', certificate: anchor }], now });
  const code = (judgement: TrustJudgement): string => (judgement.trusted ? 'trusted' : judgement.code);

  it('trusts an entry as it is, and says when it has ended', async () => {
    const over = await makeSelfSigned('over', { fromDays: -10, toDays: -2 });
    const judgement = judge(over.chain, over.certificate);
    assert.equal(code(judgement), 'trusted');
    assert.match(judgement.trusted ? (judgement.note ?? '') : '', /ended on .* entry itself/);
  });

  it('is not kept busy by authorities that certify each other', async () => {
    const keyOf = (): { privateKey: KeyObject; publicKey: KeyObject } =>
      generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [keyA, keyB] = [keyOf(), keyOf()];
    const rootA = await authority('A', keyA.publicKey, keyA.privateKey);
    const rootB = await authority('B', keyB.publicKey, keyB.privateKey);
    const loop: Certificate[] = [];
    for (let i = 0; i < 30; i++) {
      loop.push(await authority('A', keyA.publicKey, keyB.privateKey, rootB));
      loop.push(await authority('B', keyB.publicKey, keyA.privateKey, rootA));
    }
    const leaf = await issueCertificate({
      subject: [{ label: 'CN', value: 'leaf' }],
      publicKey: keyOf().publicKey,
      signingKey: keyA.privateKey,
      issuer: rootA,
      notBefore: new Date(now.getTime() - day),
      notAfter: new Date(now.getTime() + day),
    });
    const stranger = await makeCa('Stranger');
    assert.notEqual(code(judge([leaf, ...loop], stranger.certificate)), 'trusted');
    assert.equal(code(judge([leaf, ...loop], rootB)), 'trusted');
  });

  it('prefers an issuer that is valid today where two of one name and key were sent', async () => {
    const root = await makeCa('Root');
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const old = await authority('Issuing', publicKey, root.privateKey, root.certificate, -1);
    const renewed = await authority('Issuing', publicKey, root.privateKey, root.certificate);
    const leaf = await issueCertificate({
      subject: [{ label: 'CN', value: 'leaf' }],
      publicKey,
      signingKey: privateKey,
      issuer: renewed,
      notBefore: new Date(now.getTime() - day),
      notAfter: new Date(now.getTime() + day),
    });
    assert.equal(code(judge([leaf, old, renewed], root.certificate)), 'trusted');
    assert.equal(code(judge([leaf, old], root.certificate)), 'server-expired');
  });

  it('does not take a signature that cannot be checked for a missing root', async () => {
    const root = await makeCa('Root');
    const leaf = await root.issue('leaf');
    const judgement = judge([withUnknownAlgorithm(leaf)], root.certificate);
    assert.equal(code(judgement), 'server-certificate-invalid');
    assert.match(judgement.trusted ? '' : judgement.reason, /cannot be checked on this machine/);
  });

  it('takes no anchor that is no authority', async () => {
    const pretender = await makeSelfSigned('Pretender');
    const leaf = await pretender.issue('leaf');
    const judgement = judge([leaf.certificate], pretender.certificate);
    assert.equal(code(judgement), 'server-certificate-invalid');
    assert.match(judgement.trusted ? '' : judgement.reason, /no certification authority/);
  });

  /** ecdsa-with-SHA256 (1.2.840.10045.4.3.2) made an unassigned number, in both places where the algorithm stands. */
  function withUnknownAlgorithm({ certificate }: TestIdentity): Certificate {
    const known = Buffer.from('06082a8648ce3d040302', 'hex');
    const unknown = Buffer.from('06082a8648ce3d04037f', 'hex');
    const der = Buffer.from(certificate.der);
    let places = 0;
    for (let at = der.indexOf(known); at >= 0; at = der.indexOf(known, at + 1), places++) unknown.copy(der, at);
    assert.equal(places, 2);
    return Certificate.parse(der);
  }

  function authority(
    name: string,
    publicKey: KeyObject,
    signingKey: KeyObject,
    issuer?: Certificate,
    toDays = 30,
  ): Promise<Certificate> {
    return issueCertificate({
      subject: [{ label: 'CN', value: name }],
      publicKey,
      signingKey,
      ...(issuer && { issuer }),
      ca: {},
      notBefore: new Date(now.getTime() - 30 * day),
      notAfter: new Date(now.getTime() + toDays * day),
    });
  }
});
