import assert from 'node:assert/strict';
import {
  byUse,
  isSapOwnedAlias,
  lockedKeystore,
  lookUpAlias,
  viewOfKeystore,
} from '../../../src/core/checks/keystoreView';
import type { Keystore } from '../../../src/core/keystore/model';
import { makeCa } from '../../support/testCertificates';
import { keyPair, keystore, now } from './views';

describe('the view of a keystore', () => {
  it('has the facts of each entry and no key', async () => {
    const ca = await makeCa('View CA');
    const leaf = await ca.issue('View Client');
    const sealed = { form: 'encrypted', der: new Uint8Array([1, 2, 3]) } as const;
    const store: Keystore = {
      type: 'PKCS12',
      entries: [
        { kind: 'keyPair', alias: 'client', chain: [leaf.certificate, ca.certificate], key: sealed },
        { kind: 'keyPair', alias: 'bare', chain: [], key: sealed },
        { kind: 'certificate', alias: 'ca', certificate: ca.certificate },
        { kind: 'secretKey', alias: 'secret' },
      ],
      notes: [],
      carried: [],
    };
    const view = viewOfKeystore(store, 'partner.p12', '/w/partner.p12');
    assert.deepEqual([view.name, view.file, view.state], ['partner.p12', '/w/partner.p12', 'open']);
    const [client, bare, trusted, secret] = view.entries;
    assert.deepEqual(client, {
      alias: 'client',
      kind: 'keyPair',
      algorithm: 'EC',
      size: 256,
      key: 'EC P-256',
      subject: leaf.certificate.subject.toString(),
      issuer: ca.certificate.subject.toString(),
      notBefore: leaf.certificate.notBefore,
      notAfter: leaf.certificate.notAfter,
      sha256: leaf.certificate.sha256,
      client: { selfSigned: false, forClients: true, chain: 'root', chainIssuer: ca.certificate.subject.toString() },
    });
    assert.match(client.subject, /CN=View Client/);
    assert.deepEqual(bare, { alias: 'bare', kind: 'keyPair' });
    assert.equal(trusted?.sha256, ca.certificate.sha256);
    assert.deepEqual(secret, { alias: 'secret', kind: 'secretKey' });
  });
});

describe('looking an alias up', () => {
  it('tells whether it is missing for certain', () => {
    assert.deepEqual(lookUpAlias('x', [], now), { state: 'no-keystore' });
    assert.deepEqual(lookUpAlias('x', [keystore(keyPair('y'))], now), { state: 'missing', certain: true });
    assert.deepEqual(lookUpAlias('x', [keystore(), lockedKeystore('z')], now), { state: 'missing', certain: false });
  });

  it('takes the key pair that lasts longest of those that are valid', () => {
    const ages = [
      keyPair('a', -3),
      keyPair('a', 10),
      keyPair('a', 900, { notBefore: new Date('2027-01-01') }),
      keyPair('a', 20),
    ];
    const found = lookUpAlias('a', [keystore(...ages)], now);
    assert.ok(found.state === 'key-pair');
    assert.equal(found.entry, ages[3]);
    assert.deepEqual(
      [...ages].sort((a, b) => byUse(a, b, now)),
      [ages[3], ages[1], ages[2], ages[0]],
    );
  });

  it('knows the aliases of SAP', () => {
    for (const alias of [
      'sap_cloudintegrationcertificate',
      'SAP_x',
      'hcicertificate',
      'hcicertificate1',
      'hcimsgcertificate',
    ]) {
      assert.ok(isSapOwnedAlias(alias), alias);
    }
    for (const alias of ['sapphire', 'my_sap_key', 'partner']) assert.ok(!isSapOwnedAlias(alias), alias);
  });
});
