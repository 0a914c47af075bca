import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { describeAliasProblem, checkAlias, proposeAlias } from '../../../src/core/keystore/alias';
import { readCertificates } from '../../../src/core/certificates/import';
import { alternativeNameProblem, parseAlternativeNames } from '../../../src/core/certificates/alternativeNames';
import { issueCertificate } from '../../../src/core/certificates/issue';
import { subjectProblem } from '../../../src/core/certificates/subjectText';
import { certificatesPem, readPem, writePem } from '../../../src/core/certificates/pem';
import { generateKeys, keySpecs, keySpecText, privateKeyInfoOf } from '../../../src/core/keys/generate';
import { context, element, integer, oid, sequence, Tag } from '../../../src/core/asn1/der';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';
import type { Certificate } from '../../../src/core/certificates/certificate';

const day = 24 * 60 * 60 * 1000;

function signedBy(certificate: Certificate, issuer: Certificate): boolean {
  const key = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' });
  return verify(certificate.signatureAlgorithm.hash, certificate.tbs, key, certificate.signature);
}

/** A PKCS#7 bundle as `openssl crl2pkcs7` makes it. */
function pkcs7(certificates: readonly Certificate[]): Uint8Array {
  const data = sequence(oid('1.2.840.113549.1.7.1'));
  const signed = sequence(
    integer(1),
    element(Tag.set),
    data,
    context(0, ...certificates.map((c) => c.der)),
    element(Tag.set),
  );
  return sequence(oid('1.2.840.113549.1.7.2'), context(0, signed));
}

describe('key pairs and certificates made here', function () {
  this.timeout(120_000);

  for (const spec of keySpecs) {
    it(`${keySpecText(spec)}: self-signed, for client authentication, verified by its own key`, async () => {
      const { privateKey, publicKey } = await generateKeys(spec);
      const certificate = await issueCertificate({
        subject: [
          { label: 'CN', value: 'Partner Ä' },
          { label: 'O', value: 'Acme, Inc.' },
          { label: 'C', value: 'de' },
        ],
        publicKey,
        signingKey: privateKey,
        notBefore: new Date('2026-11-23T10:00:00.900Z'),
        notAfter: new Date('2051-01-01T00:00:00Z'),
        extendedKeyUsage: ['clientAuth'],
        alternativeNames: parseAlternativeNames('client.example, 10.0.0.1 a@b.example https://x.example/y'),
      });
      assert.equal(certificate.subject.toString(), 'CN=Partner Ä,O=Acme\\, Inc.,C=DE');
      assert.ok(certificate.selfIssued && signedBy(certificate, certificate));
      assert.equal(certificate.notBefore.toISOString(), '2026-11-23T10:00:00.000Z');
      assert.equal(certificate.notAfter.toISOString(), '2051-01-01T00:00:00.000Z');
      assert.match(certificate.serialNumber, /^[4-7][0-9a-f]{31}$/);
      assert.equal(certificate.publicKey.size, spec.algorithm === 'RSA' ? spec.bits : Number(spec.curve.slice(2)));
      const { extensions } = certificate;
      assert.deepEqual(extensions.extendedKeyUsage, ['1.3.6.1.5.5.7.3.2']);
      assert.deepEqual(
        extensions.subjectAltName?.map(({ kind, value }) => `${kind}:${value}`),
        ['dns:client.example', 'ip:10.0.0.1', 'email:a@b.example', 'uri:https://x.example/y'],
      );
      assert.deepEqual(extensions.basicConstraints, { ca: false });
      assert.ok(extensions.keyUsage?.has('digitalSignature'));
      assert.equal(extensions.keyUsage?.has('keyEncipherment'), spec.algorithm === 'RSA');
      assert.match(extensions.subjectKeyIdentifier ?? '', /^[0-9a-f]{40}$/);
      assert.ok(privateKeyInfoOf({ privateKey }).length > 60);
    });
  }

  it('by a CA: names and key identifiers chain, signatures hold', async () => {
    const root = await makeCa('Root');
    const issuing = await root.issue('Issuing', { ca: { pathLength: 0 } });
    const leaf = await issuing.issue('leaf', { key: { algorithm: 'RSA', bits: 2048 } });
    assert.ok(leaf.certificate.mayBeIssuedBy(issuing.certificate) && signedBy(leaf.certificate, issuing.certificate));
    assert.ok(issuing.certificate.mayBeIssuedBy(root.certificate) && signedBy(issuing.certificate, root.certificate));
    assert.ok(!leaf.certificate.mayBeIssuedBy(root.certificate));
    assert.deepEqual(issuing.certificate.extensions.basicConstraints, { ca: true, pathLength: 0 });
  });

  it('can be cancelled at once', async () => {
    const aborter = new AbortController();
    const started = process.hrtime.bigint();
    const making = generateKeys({ algorithm: 'RSA', bits: 4096 }, aborter.signal);
    aborter.abort();
    await assert.rejects(making, { name: 'AbortError' });
    assert.ok(process.hrtime.bigint() - started < 500_000_000n);
    await assert.rejects(generateKeys({ algorithm: 'EC', curve: 'P-256' }, aborter.signal), { name: 'AbortError' });
  });

  it('are refused with impossible names and dates', async () => {
    const { privateKey, publicKey } = await generateKeys({ algorithm: 'EC', curve: 'P-256' });
    const base = { publicKey, signingKey: privateKey, notBefore: new Date(0), notAfter: new Date(day) };
    const refused = (part: object): Promise<void> =>
      assert.rejects(issueCertificate({ ...base, subject: [{ label: 'CN', value: 'x' }], ...part }), {
        code: 'value-invalid',
      });
    await refused({ subject: [] });
    await refused({ subject: [{ label: 'C', value: 'Germany' }] });
    await refused({ notAfter: new Date(0) });
    await refused({ alternativeNames: [{ kind: 'ip', value: '300.1.1.1' }] });
    assert.equal(subjectProblem('CN', 'x'.repeat(64)), undefined);
    assert.match(subjectProblem('CN', 'x'.repeat(65)) ?? '', /64/);
    assert.equal(alternativeNameProblem({ kind: 'dns', value: '*.example.com' }), undefined);
    assert.match(alternativeNameProblem({ kind: 'dns', value: 'a b' }) ?? '', /no DNS name/);
  });
});

describe('importing certificates', () => {
  let root: TestIdentity;
  let issuing: TestIdentity;
  let leaf: TestIdentity;
  before(async () => {
    root = await makeCa('Import Root');
    issuing = await root.issue('Import Issuing', { ca: {} });
    leaf = await issuing.issue('import leaf');
  });
  const names = (input: Uint8Array | string): string[] =>
    readCertificates(input).certificates.map((c) => c.subject.short);

  it('takes PEM with anything around it, in any order, without duplicates, and puts a chain leaf first', () => {
    const mixed = `\ufeffBag Attributes\n  friendlyName: x\r\n${root.pem.replaceAll('\n', '\r\n')}subject=CN = y\n${leaf.pem}${issuing.pem}${leaf.pem}\n`;
    assert.deepEqual(names(mixed), ['import leaf', 'Import Issuing', 'Import Root']);
    assert.deepEqual(names(Buffer.from(mixed)), ['import leaf', 'Import Issuing', 'Import Root']);
    assert.deepEqual(names(leaf.pem.replace(/CERTIFICATE/g, 'TRUSTED CERTIFICATE')), ['import leaf']);
    const withKey = readCertificates(leaf.privateKeyPem + leaf.pem);
    assert.deepEqual([withKey.certificates.length, withKey.skipped], [1, ['PRIVATE KEY']]);
  });

  it('takes DER, also with a line feed after it, bare base64, PKCS#7 in both forms', () => {
    assert.deepEqual(names(leaf.certificate.der), ['import leaf']);
    assert.deepEqual(names(Buffer.concat([leaf.certificate.der, Buffer.from('\n')])), ['import leaf']);
    assert.deepEqual(names(Buffer.from(leaf.certificate.der).toString('base64')), ['import leaf']);
    const bundle = pkcs7([root.certificate, leaf.certificate, issuing.certificate]);
    assert.deepEqual(names(bundle), ['import leaf', 'Import Issuing', 'Import Root']);
    assert.equal(readCertificates(writePem('PKCS7', bundle)).form, 'pkcs7');
  });

  it('says what something else looks like', () => {
    const cases: [Uint8Array | string, RegExp][] = [
      ['', /nothing at all/],
      ['hello', /something else/],
      ['<!DOCTYPE html>', /web page/],
      ['{"a":1}', /JSON/],
      [leaf.privateKeyPem, /a private key/],
      [leaf.privateKeyInfo, /a private key/],
      [writePem('CERTIFICATE REQUEST', sequence(integer(0))), /certification request/],
      [writePem('X509 CRL', sequence(integer(0))), /x509 crl/],
      [pkcs7([]), /PKCS#7 file without certificates/],
      [Buffer.from([0xff, 0xd8, 0xff, 0xe0]), /binary file/],
    ];
    for (const [input, message] of cases) {
      assert.throws(() => readCertificates(input), { code: 'not-a-certificate', message });
    }
    assert.throws(() => readCertificates(new Uint8Array(11 * 1024 * 1024)), { code: 'too-large' });
  });

  it('names the line of a broken block', () => {
    const half = `one\n\n${leaf.pem.slice(0, 200)}`;
    assert.throws(() => readCertificates(half), { code: 'damaged', place: { line: 3 } });
    assert.throws(() => readPem('-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----'), {
      code: 'damaged',
      place: { line: 1 },
    });
    const cut = writePem('CERTIFICATE', leaf.certificate.der.subarray(0, 100));
    assert.throws(() => readCertificates(`\n${cut}`), { code: 'damaged', place: { line: 2 } });
  });

  it('PEM comes back as it went in', () => {
    assert.deepEqual(
      readPem(certificatesPem(leaf.chain)).map((block) => Buffer.from(block.der)),
      leaf.chain.map((c) => Buffer.from(c.der)),
    );
  });
});

describe('aliases', () => {
  const codes = (alias: string, taken: string[] = []): string[] =>
    checkAlias(alias, taken).map(({ code, severity }) => `${severity} ${code}`);

  it("follow SAP's rules", () => {
    assert.deepEqual(codes('partner_a'), []);
    assert.deepEqual(codes('x'.repeat(250)), []);
    assert.deepEqual(codes('x'.repeat(251)), ['error too-long']);
    assert.deepEqual(codes('  '), ['error empty']);
    assert.deepEqual(codes(' a'), ['error white-space']);
    assert.deepEqual(codes('a\tb'), ['error control-character']);
    assert.deepEqual(codes('Partner_A', ['partner_a']), ['error taken']);
    assert.deepEqual(codes('sap_cloudintegrationcertificate'), ['warning reserved-by-sap']);
    assert.deepEqual(codes('hcimsgcertificate'), ['warning reserved-by-sap']);
    assert.deepEqual(codes('TRUE'), ['warning not-for-http']);
    for (const alias of ['', 'x'.repeat(300), ' a', 'a\tb', 'sap_x', 'true']) {
      for (const problem of checkAlias(alias)) assert.match(describeAliasProblem(problem), /\.$/);
    }
  });

  it('are proposed after the subject, free and within the rules', async () => {
    const { certificate } = await makeSelfSigned('Example "Root" CA');
    assert.equal(proposeAlias(certificate), 'Example Root CA');
    assert.equal(proposeAlias(certificate, ['example root ca', 'Example Root CA 2']), 'Example Root CA 3');
    const reserved = await makeSelfSigned('sap_something');
    assert.deepEqual(checkAlias(proposeAlias(reserved.certificate)), []);
  });
});
