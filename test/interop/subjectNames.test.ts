import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Certificate } from '../../src/core/certificates/certificate';
import { readPem, writePem } from '../../src/core/certificates/pem';
import { parseSubject, subjectDer, subjectTextOf } from '../../src/core/certificates/subjectText';
import { makeKeyPair, planKeyPair } from '../../src/core/keystore/newKeyPair';
import type { Keystore } from '../../src/core/keystore/model';
import { requireTool, runTool } from '../support/tools';

const empty: Keystore = { type: 'PKCS12', entries: [], notes: [], carried: [] };

const names = [
  'CN=Partner \u00c4, O=Example\\, Inc., OU=a, OU=b, DC=partner, DC=example, C=DE',
  'CN=a+serialNumber=HRB 7, SN=b, GN=c, title=d, STREET=1 Main St\\; back, postalCode=10115, L=e, ST=f',
  'CN="x + y", organizationIdentifier=PSDDE-1, businessCategory=Private Organization, jurisdictionC=DE, UID=u1, emailAddress=a@b.example',
  'CN=\\ blank\\ , O=\\#1 \\<\\>, 1.2.3.4=dq',
];

describe('names and openssl', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'names-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const subject of names) {
    it(`openssl prints what reads back as ${subject.slice(0, 30)}`, async function () {
      requireTool(this, 'openssl');
      const plan = planKeyPair(
        { alias: 'x', subject, key: 'EC P-256', validity: '1 year', usage: ['clientAuth'], alternativeNames: '' },
        empty,
        new Date(),
      );
      const [certificate] = (await makeKeyPair(plan)).chain;
      assert.ok(certificate);
      writeFileSync(at('ours.pem'), writePem('CERTIFICATE', certificate.der));
      const line = runTool(
        'openssl',
        'x509 -noout -subject -nameopt RFC2253,utf8,-esc_msb -in'.split(' ').concat(at('ours.pem')),
      );
      const text = line.replace(/^subject=/, '').trimEnd();
      assert.deepEqual(Buffer.from(subjectDer(parseSubject(text))), Buffer.from(certificate.subject.raw), text);
    });
  }

  it('reads what openssl makes, and writes the same octets', function () {
    requireTool(this, 'openssl');
    const subject =
      '/C=DE/DC=example/DC=partner/O=Acme, Inc. + Sons/OU=a/OU=b/CN=One/CN=Two+serialNumber=7/UID=u/GN=c/SN=d/street=1 Main/2.5.4.46=dq';
    runTool('openssl', [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -utf8 -multivalue-rdn -keyout'.split(
        ' ',
      ),
      at('key.pem'),
      '-out',
      at('theirs.pem'),
      '-subj',
      subject.replace('Acme, Inc. + Sons', 'Acme, Inc. \\+ Sons'),
    ]);
    const [block] = readPem(readFileSync(at('theirs.pem'), 'utf8'));
    assert.ok(block);
    const { subject: name } = Certificate.parse(block.der);
    const text = subjectTextOf(name) ?? '';
    assert.ok(text.includes('Acme\\, Inc. \\+ Sons'), text);
    for (const typed of [text, name.toString()]) {
      // openssl has no string type of its own for dnQualifier but PrintableString.
      const ours = Buffer.from(subjectDer(parseSubject(typed)))
        .toString('hex')
        .replace('0c026471', '13026471');
      assert.equal(ours, Buffer.from(name.raw).toString('hex'), typed);
    }
  });

  it('openssl sees the beginning, the serial number and the signature that were asked for', async function () {
    requireTool(this, 'openssl');
    for (const [key, signature] of [
      ['RSA 2048', 'SHA512withRSA'],
      ['EC P-256', 'SHA384withECDSA'],
    ] as const) {
      const plan = planKeyPair(
        {
          ...{ alias: 'x', subject: 'CN=x', key, validity: '90 days', usage: ['clientAuth'], alternativeNames: '' },
          ...{ validFrom: '2031-02-03 04:05', serialNumber: '0x80:00:2A', signature },
        },
        empty,
        new Date(),
      );
      const [certificate] = (await makeKeyPair(plan)).chain;
      assert.ok(certificate);
      writeFileSync(at('chosen.pem'), writePem('CERTIFICATE', certificate.der));
      const text = runTool('openssl', [
        'x509',
        '-noout',
        '-text',
        '-serial',
        '-startdate',
        '-enddate',
        '-in',
        at('chosen.pem'),
      ]);
      assert.match(text, /serial=80002A/);
      assert.match(text, /notBefore=Feb {2}3 04:05:00 2031 GMT/);
      assert.match(text, /notAfter=May {2}4 04:05:00 2031 GMT/);
      assert.match(text, key.startsWith('RSA') ? /sha512WithRSAEncryption/ : /ecdsa-with-SHA384/);
      runTool('openssl', [
        'verify',
        '-partial_chain',
        '-attime',
        '1930000000',
        '-CAfile',
        at('chosen.pem'),
        at('chosen.pem'),
      ]);
    }
  });
});
