import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { alternativeNameProblem, parseAlternativeNames } from '../../../src/core/certificates/alternativeNames';
import { describeRequest } from '../../../src/core/certificates/describeRequest';
import { extensionOid, extendedKeyUsageOid } from '../../../src/core/certificates/extensions';
import { extensionsToAskFor, readRequest, requestPem, writeRequest } from '../../../src/core/certificates/request';
import { parseSubject, subjectTextOf } from '../../../src/core/certificates/subjectText';
import {
  alternativeNamesExtension,
  alternativeNamesText,
  extendedKeyUsageExtension,
} from '../../../src/core/certificates/writeExtensions';
import { certificatesPem } from '../../../src/core/certificates/pem';
import { makeCa, makeSelfSigned } from '../../support/testCertificates';

const subject = parseSubject('CN=Partner \u00c4, O=Acme\\, Inc., C=DE');

describe('certification requests', function () {
  this.timeout(60_000);

  const keys = {
    RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    'EC P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    'EC P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    Ed25519: () => generateKeyPairSync('ed25519'),
  };
  for (const [kind, make] of Object.entries(keys)) {
    it(`${kind}: what is written is read, and signed by its own key`, async () => {
      const { privateKey, publicKey } = make();
      const der = await writeRequest({
        subject,
        privateKey,
        extensions: [
          alternativeNamesExtension(parseAlternativeNames('a.example, 10.0.0.1, 2001:db8::1, x@y.example')),
          extendedKeyUsageExtension(['clientAuth']),
        ],
      });
      for (const input of [
        der,
        requestPem(der),
        `mail text\n${requestPem(der)}more`,
        Buffer.from(der).toString('base64'),
      ]) {
        const request = readRequest(input);
        assert.equal(request.subject.toString(), 'CN=Partner \u00c4,O=Acme\\, Inc.,C=DE');
        assert.ok(publicKey.export({ format: 'der', type: 'spki' }).equals(request.spki));
        assert.equal(request.signatureState, 'good');
        assert.deepEqual(request.extensions.extendedKeyUsage, [extendedKeyUsageOid.clientAuth]);
        assert.deepEqual(
          request.extensions.subjectAltName?.map((name) => `${name.kind}:${name.value}`),
          ['dns:a.example', 'ip:10.0.0.1', 'ip:2001:db8::1', 'email:x@y.example'],
        );
      }
      const changed = Buffer.from(der);
      changed[changed.indexOf('Partner')] = 0x51;
      assert.equal(readRequest(changed).signatureState, 'bad');
      assert.match(describeRequest(readRequest(changed)), /WRONG/);
    });
  }

  it('asks for the successor of a certificate: the same name, names and usages', async () => {
    const { certificate, privateKey } = await makeSelfSigned('partner_a', {
      organization: 'Example',
      extendedKeyUsage: ['clientAuth', 'serverAuth'],
      alternativeNames: [{ kind: 'dns', value: 'partner.example' }],
    });
    const request = readRequest(
      await writeRequest({ subject: certificate.subject, privateKey, extensions: extensionsToAskFor(certificate) }),
    );
    assert.deepEqual(request.subject.raw, certificate.subject.raw);
    for (const oid of [extensionOid.subjectAltName, extensionOid.keyUsage, extensionOid.extendedKeyUsage]) {
      assert.deepEqual(request.extensions.find(oid), certificate.extensions.find(oid), oid);
    }
    assert.equal(request.extensions.find(extensionOid.subjectKeyIdentifier), undefined);
    assert.deepEqual(request.extensions.malformed, []);
  });

  it('is described as text', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const text = describeRequest(readRequest(await writeRequest({ subject, privateKey, extensions: [] })), {
      name: 'partner.csr',
      belongsTo: 'partner_a in partner.p12',
    });
    assert.match(text, /^partner\.csr\n===========\n/);
    assert.match(text, /Subject: +CN=Partner \u00c4,O=Acme\\, Inc\.,C=DE\n/);
    assert.match(text, /Signature: +SHA256withECDSA, made by the private key that belongs to it\n/);
    assert.match(text, /Private key: +partner_a in partner\.p12\n/);
  });

  it('says what something else looks like', async () => {
    const ca = await makeCa('Root');
    assert.throws(() => readRequest(certificatesPem([ca.certificate])), {
      code: 'not-a-request',
      message: /a certificate/,
    });
    assert.throws(() => readRequest(ca.certificate.der), { code: 'not-a-request' });
    assert.throws(() => readRequest(''), { code: 'not-a-request', message: /nothing at all/ });
    assert.throws(() => readRequest(Buffer.from([0x30, 0x03, 2, 1, 0])), { name: 'FlowKeystoreError' });
    assert.throws(() => readRequest(new Uint8Array(2_000_000)), { code: 'too-large' });
  });

  it('is no request where octets are missing, wherever it is cut', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const der = await writeRequest({ subject, privateKey, extensions: [] });
    for (let length = 0; length < der.length; length += 7) {
      assert.throws(() => readRequest(der.slice(0, length)), { name: 'FlowKeystoreError' }, String(length));
    }
  });

  it('turns names that were read into what people type, and back', async () => {
    const typed =
      'a.example, *.b.example, 10.0.0.1, 2001:db8::1, ::1, ::ffff:10.0.0.1, x@y.example, https://z.example/1, uri:urn:x:y';
    const names = parseAlternativeNames(typed);
    assert.deepEqual(names.map(alternativeNameProblem).filter(Boolean), []);
    const { certificate } = await makeSelfSigned('x', { alternativeNames: names });
    const read = certificate.extensions.subjectAltName ?? [];
    const text = alternativeNamesText(read);
    assert.ok(text);
    const again = await makeSelfSigned('x', { alternativeNames: parseAlternativeNames(text) });
    assert.deepEqual(
      again.certificate.extensions.find(extensionOid.subjectAltName)?.value,
      certificate.extensions.find(extensionOid.subjectAltName)?.value,
    );
    assert.equal(alternativeNamesText([{ kind: 'other', value: 'a0' }]), undefined);
    assert.equal(subjectTextOf(certificate.subject), 'CN=x');
  });
});
