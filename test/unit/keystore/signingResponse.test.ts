import assert from 'node:assert/strict';
import { sequence } from '../../../src/core/asn1/der';
import type { Certificate } from '../../../src/core/certificates/certificate';
import { certificatesPem, writePem } from '../../../src/core/certificates/pem';
import { pkcs7Of } from '../../../src/core/certificates/pkcs7';
import { issueCertificate } from '../../../src/core/certificates/issue';
import { parseSubject } from '../../../src/core/certificates/subjectText';
import { addCertificates, addKeyPair, getKeyPair } from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { replaceChain } from '../../../src/core/keystore/replaceChain';
import {
  chainOf,
  describeResponseWarning,
  matchFor,
  planResponse,
  readSigningResponse,
  requireMatches,
} from '../../../src/core/keystore/signingResponse';
import { emptyKeystore, sealFor } from '../../../src/core/keystore/store';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

const now = new Date();

describe('signing responses', function () {
  this.timeout(60_000);
  let root: TestIdentity;
  let issuing: TestIdentity;
  let partner: TestIdentity;
  let other: TestIdentity;
  let signed: Certificate;
  let keystore: Keystore;

  const certify = (ca: TestIdentity, of: TestIdentity, days = 365): Promise<Certificate> =>
    issueCertificate({
      subject: parseSubject('CN=Partner A'),
      publicKey: of.certificate.spki,
      signingKey: ca.privateKey,
      issuer: ca.certificate,
      notBefore: new Date(now.getTime() - 3 * 86_400_000),
      notAfter: new Date(now.getTime() + days * 86_400_000),
      extendedKeyUsage: ['clientAuth'],
    });
  const withKey = async (before: Keystore, alias: string, of: TestIdentity): Promise<Keystore> => {
    const key = await sealFor(before.type, of.privateKeyInfo, 'Keystore-1');
    return addKeyPair(before, { alias, key, chain: of.chain, created: now }).keystore;
  };
  const trusting = (before: Keystore, alias: string, certificate: Certificate): Keystore =>
    addCertificates(before, [{ alias, certificate }]).keystore;

  before(async () => {
    root = await makeCa('Root');
    issuing = await root.issue('Issuing', { ca: { pathLength: 0 } });
    partner = await makeSelfSigned('partner_a', { key: { algorithm: 'RSA', bits: 2048 } });
    other = await makeSelfSigned('partner_b');
    signed = await certify(issuing, partner);
    keystore = await withKey(await withKey(emptyKeystore(), 'partner_a', partner), 'partner_b', other);
  });

  const forms: Readonly<Record<string, (chain: readonly Certificate[]) => Uint8Array | string>> = {
    'PEM chain': (chain) => certificatesPem(chain),
    'PEM chain, root first': (chain) => certificatesPem([...chain].reverse()),
    'PKCS#7 DER': (chain) => pkcs7Of(chain),
    'PKCS#7 PEM': (chain) => writePem('PKCS7', pkcs7Of(chain)),
    'PKCS#7 in a block called CERTIFICATE': (chain) => writePem('CERTIFICATE', pkcs7Of(chain)),
    'PKCS#7 base64 without armour': (chain) => Buffer.from(pkcs7Of(chain)).toString('base64'),
    PkiPath: (chain) => sequence(...[...chain].reverse().map(({ der }) => der)),
  };
  for (const [form, write] of Object.entries(forms)) {
    it(`${form}: found by its key, the chain complete`, () => {
      const response = readSigningResponse(write([signed, issuing.certificate, root.certificate]));
      const [match, ...more] = requireMatches(response, [{ keystore }]);
      assert.equal(match?.entry.alias, 'partner_a');
      assert.equal(more.length, 0);
      const plan = planResponse(match, response, now);
      assert.deepEqual(
        plan.chain.members.map(({ certificate, from }) => [certificate.subject.short, from]),
        [
          ['Partner A', 'response'],
          ['Issuing', 'response'],
          ['Root', 'response'],
        ],
      );
      assert.equal(plan.trusted, false, 'nobody vouched for the root yet');
      assert.equal(plan.top.sha256, root.certificate.sha256);
      assert.deepEqual(plan.warnings, []);
      assert.equal(chainOf(plan, false).length, 2);
      assert.equal(chainOf(plan, true).length, 3);
    });
  }

  it('a certificate alone, DER: missing issuers come from the keystore, where they are trusted', () => {
    const store = trusting(trusting(keystore, 'root', root.certificate), 'issuing', issuing.certificate);
    const response = readSigningResponse(signed.der);
    const plan = planResponse(matchFor(response, { keystore: store }, 'PARTNER_A'), response, now);
    assert.deepEqual(
      plan.chain.members.map(({ from }) => from),
      ['response', 'store', 'store'],
    );
    assert.equal(plan.trusted, true);
    const { keystore: after, changes } = replaceChain(store, 'partner_a', chainOf(plan, false));
    assert.deepEqual(changes, [{ kind: 'replaced', alias: 'partner_a' }]);
    const entry = getKeyPair(after, 'partner_a');
    assert.deepEqual(entry.key, getKeyPair(store, 'partner_a').key, 'the key stays');
    assert.deepEqual(
      entry.chain.map(({ subject }) => subject.short),
      ['Partner A', 'Issuing'],
    );
  });

  it('is for the key that was certified, not for that of the authority, whose keystore may be open too', async () => {
    const authority = await withKey(emptyKeystore(), 'test_ca', issuing);
    const response = readSigningResponse(certificatesPem([signed, issuing.certificate, root.certificate]));
    const matches = requireMatches(response, [{ keystore: authority }, { keystore }]);
    assert.deepEqual(
      matches.map(({ entry }) => entry.alias),
      ['partner_a'],
    );
    const own = readSigningResponse(certificatesPem([issuing.certificate, root.certificate]));
    assert.equal(requireMatches(own, [{ keystore: authority }])[0]?.entry.alias, 'test_ca');
  });

  it('says what is missing, and takes it from what was fetched', () => {
    const response = readSigningResponse(signed.der);
    const match = matchFor(response, { keystore }, 'partner_a');
    const plan = planResponse(match, response, now);
    assert.equal(plan.chain.missing?.toString(), 'CN=Issuing');
    assert.deepEqual(
      plan.warnings.map(({ code }) => code),
      ['incomplete'],
    );
    assert.match(describeResponseWarning(plan.warnings[0]!), /"CN=Issuing" is missing/);
    const helped = planResponse(match, response, now, [
      { from: 'download', certificates: [issuing.certificate, root.certificate] },
    ]);
    assert.equal(helped.chain.missing, undefined);
  });

  it('refuses a certificate for another key, naming the entry it belongs to', async () => {
    const response = readSigningResponse(signed.der);
    assert.throws(() => matchFor(response, { keystore }, 'partner_b'), {
      code: 'key-mismatch',
      next: 'It belongs to "partner_a".',
    });
    const foreign = readSigningResponse((await makeSelfSigned('stranger')).certificate.der);
    assert.throws(() => requireMatches(foreign, [{ keystore }]), { code: 'key-mismatch', message: /"stranger"/ });
    assert.throws(() => replaceChain(keystore, 'partner_b', [signed]), { code: 'key-mismatch' });
  });

  it('refuses an expired certificate, and one that an issuer of that name did not sign', async () => {
    const expired = readSigningResponse((await certify(issuing, partner, -1)).der);
    assert.throws(() => planResponse(matchFor(expired, { keystore }, 'partner_a'), expired, now), {
      code: 'certificate-expired',
    });
    const key = issuing.certificate.extensions.subjectKeyIdentifier ?? '';
    const impostor = await makeCa('Issuing');
    const forged = await issueCertificate({
      subject: parseSubject('CN=Partner A'),
      publicKey: partner.certificate.spki,
      signingKey: impostor.privateKey,
      issuer: issuing.certificate,
      notBefore: now,
      notAfter: new Date(now.getTime() + 86_400_000),
    });
    assert.equal(forged.extensions.authorityKeyIdentifier, key);
    const response = readSigningResponse(certificatesPem([forged, issuing.certificate, root.certificate]));
    assert.throws(() => planResponse(matchFor(response, { keystore }, 'partner_a'), response, now), {
      code: 'signature-invalid',
      message: /"Partner A" was not made by "Issuing"/,
    });
  });

  it('takes the newest of several certificates for one key, and says when the old one is valid longer', async () => {
    const longer = await certify(issuing, partner, 800);
    const store = replaceChain(keystore, 'partner_a', [longer, issuing.certificate]).keystore;
    const response = readSigningResponse(certificatesPem([signed, issuing.certificate, root.certificate]));
    const plan = planResponse(matchFor(response, { keystore: store }, 'partner_a'), response, now);
    assert.deepEqual(
      plan.warnings.map(({ code }) => code),
      ['not-newer'],
    );
  });

  it('warns of a response that SAP does not take', () => {
    const big = Buffer.concat([
      Buffer.from(certificatesPem([signed, issuing.certificate, root.certificate])),
      Buffer.alloc(31_000, ' '),
    ]);
    const response = readSigningResponse(big);
    const plan = planResponse(matchFor(response, { keystore }, 'partner_a'), response, now);
    assert.deepEqual(
      plan.warnings.map(({ code }) => code),
      ['too-large-for-sap'],
    );
  });
});
