import assert from 'node:assert/strict';
import { Certificate } from '../../../src/core/certificates/certificate';
import { lintCertificate } from '../../../src/core/certificates/lint';
import { readPem } from '../../../src/core/certificates/pem';
import { publicKeyText } from '../../../src/core/certificates/publicKey';
import { describeEntry } from '../../../src/core/keystore/details';
import { addCertificates } from '../../../src/core/keystore/edit';
import { emptyKeystore, readKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { buildCertificate } from '../../support/certificateBuilder';
import { oddCertificates } from '../../support/oddCertificates';

const password = 'Keystore-1';
const now = new Date('2026-12-01T00:00:00Z');

const read = (pem: string): Certificate => Certificate.parse(readPem(pem)[0]!.der);

/** ML-DSA keys and signatures are of no interest to a reader: their algorithm is (FIPS 204; OIDs of NIST's CSOR). */
const mlDsa = (level: number): Certificate =>
  buildCertificate({ subject: `ml-dsa ${level}`, algorithm: `2.16.840.1.101.3.4.3.${16 + level}` });

const expected: readonly (readonly [certificate: Certificate, key: string, signature: string])[] = [
  [read(oddCertificates.brainpool), 'EC brainpoolP256r1', 'SHA256withECDSA'],
  [read(oddCertificates.explicit), 'EC explicit parameters', 'SHA256withECDSA'],
  [read(oddCertificates.dsa), 'DSA 1024', 'SHA256withDSA'],
  [read(oddCertificates.ed25519), 'Ed25519', 'Ed25519'],
  [read(oddCertificates.ed448), 'Ed448', 'Ed448'],
  [mlDsa(1), 'ML-DSA-44', 'ML-DSA-44'],
  [mlDsa(2), 'ML-DSA-65', 'ML-DSA-65'],
  [mlDsa(3), 'ML-DSA-87', 'ML-DSA-87'],
  [buildCertificate({ subject: 'unheard of', algorithm: '1.2.3.4.5' }), '1.2.3.4.5', '1.2.3.4.5'],
];

describe('certificates that a platform may refuse', () => {
  for (const [certificate, key, signature] of expected) {
    const name = certificate.subject.short;

    it(`${name}: is told by its key and signature`, () => {
      assert.equal(publicKeyText(certificate.publicKey), key);
      assert.equal(certificate.signatureAlgorithm.name, signature);
    });

    it(`${name}: lists from every format, and shows in full`, async () => {
      for (const type of ['PKCS12', 'JKS', 'JCEKS', 'PEM'] as const) {
        const { keystore } = addCertificates(emptyKeystore(type), [{ alias: 'odd', certificate }]);
        const secret = type === 'PEM' ? undefined : password;
        const { entries } = await readKeystore(await writeKeystore(keystore, secret), secret);
        const [entry] = entries;
        assert.ok(entry?.kind === 'certificate', type);
        assert.equal(entry.certificate.sha256, certificate.sha256, type);
        const text = describeEntry(entry, { now, warnDays: 30, keystore: { entries } });
        assert.ok(text.includes(`Key:                        ${key}`), text);
        assert.ok(text.includes(certificate.subject.toString()), text);
      }
    });
  }

  it('is said of a DSA key and of a curve that is spelled out', () => {
    const codes = (certificate: Certificate): string[] =>
      lintCertificate(certificate, 'trusted').map(({ code }) => code);
    assert.deepEqual(codes(read(oddCertificates.dsa)), ['dsa-key']);
    assert.deepEqual(codes(read(oddCertificates.explicit)), ['explicit-curve']);
    assert.deepEqual(codes(read(oddCertificates.brainpool)), []);
    assert.deepEqual(codes(mlDsa(2)), []);
  });
});
