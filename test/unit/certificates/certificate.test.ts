import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { Certificate } from '../../../src/core/certificates/certificate';
import { ipText } from '../../../src/core/certificates/extensions';
import { Name } from '../../../src/core/certificates/name';
import { element, integer, oid, readNode, sequence, setOf, Tag } from '../../../src/core/asn1/der';

/** A distinguished name of one-attribute RDNs, most significant first. */
function nameOf(...attributes: readonly (readonly [type: string, value: Uint8Array | string])[]): Name {
  const rdns = attributes.map(([type, value]) =>
    setOf(sequence(oid(type), typeof value === 'string' ? element(Tag.utf8String, Buffer.from(value)) : value)),
  );
  return Name.fromNode(readNode(sequence(...rdns)));
}
const cn = '2.5.4.3';

describe('certificates', () => {
  it('agree with the platform about every root it knows', function () {
    let compared = 0;
    for (const pem of tls.rootCertificates) {
      const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
      const ours = Certificate.parse(der);
      let theirs: X509Certificate;
      try {
        theirs = new X509Certificate(der);
      } catch {
        continue; // A platform may refuse one; ours must not.
      }
      compared++;
      assert.equal(
        ours.serialNumber.padStart(theirs.serialNumber.length, '0').toUpperCase(),
        theirs.serialNumber.padStart(ours.serialNumber.length, '0'),
      );
      assert.equal(ours.notAfter.getTime(), Date.parse(theirs.validTo));
      assert.equal(ours.notBefore.getTime(), Date.parse(theirs.validFrom));
      assert.equal(ours.sha256, theirs.fingerprint256.replaceAll(':', '').toLowerCase());
      assert.equal(ours.isCa, theirs.ca);
      assert.deepEqual(Buffer.from(ours.spki), theirs.publicKey.export({ format: 'der', type: 'spki' }));
      const { modulusLength, namedCurve } = theirs.publicKey.asymmetricKeyDetails ?? {};
      assert.equal(
        ours.publicKey.size,
        modulusLength ?? { prime256v1: 256, secp384r1: 384, secp521r1: 521 }[namedCurve ?? ''],
      );
      assert.ok(ours.selfIssued);
    }
    assert.ok(compared > 20, `only ${compared} compared`);
  });

  it('show what deceives in a name as what it is', () => {
    const name = nameOf([cn, 'Good Root\nSHA-256: 00 \u202Etoor\u2028x']);
    const shown = 'Good Root\\0ASHA-256: 00 \\E2\\80\\AEtoor\\E2\\80\\A8x';
    assert.equal(name.short, shown);
    assert.equal(name.toString(), `CN=${shown}`);
    assert.equal(nameOf([cn, 'Müller 株式会社 🔑']).short, 'Müller 株式会社 🔑');
  });

  it('that are cut off or followed by something are refused', () => {
    const der = Buffer.from(tls.rootCertificates[0]!.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    for (const length of [1, 4, 50, der.length - 1]) {
      assert.throws(() => Certificate.parse(der.subarray(0, length)), { code: 'damaged' });
    }
    assert.throws(() => Certificate.parse(Buffer.concat([der, Buffer.from([0])])), {
      code: 'damaged',
      message: /more data/,
    });
    assert.throws(() => Certificate.parse(sequence(integer(1))), { code: 'damaged' });
  });

  it('name: RFC 4514 text', () => {
    const name = nameOf(['2.5.4.6', 'DE'], ['2.5.4.10', ' Acme, "Inc" '], [cn, '#1 a+b\\c\u0000']);
    assert.equal(name.toString(), 'CN=\\#1 a\\+b\\\\c\\00,O=\\ Acme\\, \\"Inc\\"\\ ,C=DE');
    assert.equal(nameOf(['1.2.3.4', integer(5)]).toString(), '1.2.3.4=#020105');
    assert.equal(nameOf([cn, 'Zoë <z>']).toString(), 'CN=Zoë \\<z\\>');
    assert.equal(nameOf().toString(), '');
  });

  it('name: equal but for case, white space and string type', () => {
    assert.ok(nameOf([cn, 'Example  Root ']).equals(nameOf([cn, 'example root'])));
    assert.ok(nameOf([cn, element(Tag.printableString, Buffer.from('A'))]).equals(nameOf([cn, 'a'])));
    assert.ok(!nameOf([cn, 'a'], ['2.5.4.10', 'b']).equals(nameOf(['2.5.4.10', 'b'], [cn, 'a'])));
    assert.ok(!nameOf([cn, 'a']).equals(nameOf(['2.5.4.10', 'a'])));
  });

  it('addresses in text form (RFC 5952)', () => {
    const v6 = (text: string): string => ipText(Buffer.from(text, 'hex'));
    assert.equal(ipText(Uint8Array.of(127, 0, 0, 1)), '127.0.0.1');
    assert.equal(v6('00000000000000000000000000000001'), '::1');
    assert.equal(v6('00000000000000000000000000000000'), '::');
    assert.equal(v6('20010db8000000000001000000000001'), '2001:db8::1:0:0:1');
    assert.equal(v6('20010db8000100000001000100010001'), '2001:db8:1:0:1:1:1:1');
    assert.equal(v6('fe800000000000000000000000000000'), 'fe80::');
    assert.equal(ipText(Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0)), '10.0.0.0/255.0.0.0');
  });
});
