import assert from 'node:assert/strict';
import { apiOf, readServiceKey } from '../../../src/core/tenant/serviceKey';

const host = 'https://12345abc.it-xyz789.cfapps.us10-001.hana.ondemand.com';
const tokenurl = 'https://sub.authentication.us10.hana.ondemand.com/oauth/token';
const pem = '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n';

describe('service keys', () => {
  it('are read in every form that they are issued in', () => {
    const secret = { clientid: 'sb-1', clientsecret: 'geheim', tokenurl };
    const expected = {
      api: `${host}/api/v1`,
      auth: { kind: 'clientSecret', tokenUrl: tokenurl, clientId: 'sb-1', clientSecret: 'geheim' },
    };
    for (const key of [
      { oauth: { ...secret, url: host, createdate: '2026-11-30' } },
      // The authorisation server as the inner url.
      { url: host, oauth: { ...secret, url: 'https://sub.authentication.us10.hana.ondemand.com' } },
      { ...secret, url: `${host}/` },
      { credentials: { oauth: { ...secret, url: host } } },
    ]) {
      assert.deepEqual(readServiceKey(JSON.stringify(key)), expected);
      assert.deepEqual(readServiceKey(`\ufeff${JSON.stringify(key, undefined, 2)}\n`), expected);
    }
  });

  it('may be user and password of a tenant that issues none', () => {
    const key = { url: 'https://acct-tmn.hci.eu1.hana.ondemand.com/itspaces', user: 'anna', password: 'geheim' };
    assert.deepEqual(readServiceKey(JSON.stringify(key)), {
      api: 'https://acct-tmn.hci.eu1.hana.ondemand.com/api/v1',
      auth: { kind: 'basic', user: 'anna', password: 'geheim' },
    });
  });

  it('may have a certificate with its key, their line ends spelt out', () => {
    const key = { clientid: 'sb-1', certificate: pem, key: pem.replaceAll('CERTIFICATE', 'PRIVATE KEY'), tokenurl };
    const { auth } = readServiceKey(JSON.stringify({ oauth: { ...key, url: host } }));
    assert.ok(auth.kind === 'clientCertificate');
    assert.equal(auth.certificatePem, '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
    assert.match(auth.privateKeyPem, /^-----BEGIN PRIVATE KEY-----\nMIIB\n/);
  });

  it('are refused in words that quote nothing of them', () => {
    const base = { clientid: 'sb-1', clientsecret: 'geheim', tokenurl, url: host };
    const cases: [string, RegExp][] = [
      ['', /no JSON/],
      ['{"oauth":{"clientsecret":"geheim"', /no JSON/],
      ['["geheim"]', /no service key/],
      [JSON.stringify({ ...base, url: undefined }), /no "url"/],
      [JSON.stringify({ ...base, tokenurl: undefined }), /no "tokenurl"/],
      [JSON.stringify({ ...base, clientid: '' }), /no "clientid"/],
      [JSON.stringify({ ...base, clientsecret: undefined }), /no "clientsecret" or "certificate"/],
      [JSON.stringify({ ...base, clientsecret: undefined, certificate: pem }), /no private key/],
      [JSON.stringify({ ...base, url: host.replace('https', 'http') }), /is not https/],
      [JSON.stringify({ ...base, tokenurl: 'geheim geheim' }), /"tokenurl" of the service key is no address/],
      [JSON.stringify({ ...base, url: host.replace('.it-', '.it-').replace('xyz789.', 'xyz789-rt.') }), /runs flows/],
    ];
    for (const [text, message] of cases) {
      assert.throws(
        () => readServiceKey(text),
        (error: Error) => {
          assert.match(error.message, message);
          assert.ok(!`${error.message} ${(error as { next?: string }).next ?? ''}`.includes('geheim'), text);
          return true;
        },
      );
    }
  });

  it('find the API from a host, a page of the tenant and an address of the API', () => {
    assert.equal(apiOf('tenant.example'), 'https://tenant.example/api/v1');
    const neo = 'https://acct-tmn.hci.eu1.hana.ondemand.com';
    assert.equal(apiOf(`${neo}/itspaces/shell/monitoring`), `${neo}/api/v1`);
    assert.equal(apiOf(`${neo}/api/v1/KeystoreEntries`), `${neo}/api/v1`);
    // Of an Edge Integration Cell.
    assert.equal(apiOf(`${host}/location/edge-1/api/v1/`), `${host}/location/edge-1/api/v1`);
  });
});
