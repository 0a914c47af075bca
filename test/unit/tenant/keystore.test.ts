import assert from 'node:assert/strict';
import { openSealedKey } from '../../../src/core/keys/sealedKey';
import { addCertificates, getKeyPair } from '../../../src/core/keystore/edit';
import { writeKeystore } from '../../../src/core/keystore/store';
import { readTenantKeystore, type TenantKeystore } from '../../../src/core/tenant/keystore';
import { readServiceKey } from '../../../src/core/tenant/serviceKey';
import { TenantSession } from '../../../src/core/tenant/session';
import { httpsTransport } from '../../../src/core/tenant/transport';
import type { SimulatedEntry } from '../../support/tenant/keystore';
import { quickPorts } from '../../support/tenant/quickPorts';
import { TenantSimulator, type SimulatorOptions } from '../../support/tenantSimulator';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

describe('the keystore of a tenant', () => {
  let root: TestIdentity;
  let issuing: TestIdentity;
  let partner: TestIdentity;
  let simulator: TenantSimulator;

  before(async () => {
    root = await makeCa('Partner Root');
    issuing = await root.issue('Partner Issuing', { ca: {} });
    partner = await issuing.issue('partner a', { extendedKeyUsage: ['clientAuth'] });
  });
  afterEach(() => simulator.stop());

  const read = async (entries: readonly SimulatedEntry[], options: SimulatorOptions = {}): Promise<TenantKeystore> => {
    simulator = await TenantSimulator.start({ ...options, entries });
    const ports = quickPorts(httpsTransport({ ca: simulator.ca }));
    return readTenantKeystore(new TenantSession(readServiceKey(simulator.serviceKey), ports));
  };

  it('has certificates and whole chains, whose entry each is, and no private key', async () => {
    const sap = await makeSelfSigned('SAP');
    const { keystore, facts, withoutCertificate } = await read([
      {
        alias: 'partner_a',
        kind: 'keyPair',
        chain: partner.chain,
        modifiedBy: 'Anna',
        modified: new Date('2026-10-01T12:00:00Z'),
      },
      { alias: 'Partner Root', kind: 'certificate', chain: [root.certificate] },
      { alias: 'sap_cloudintegrationcertificate', kind: 'keyPair', chain: sap.chain, owner: 'SAP' },
    ]);
    assert.deepEqual(
      keystore.entries.map(({ alias, kind }) => [alias, kind]),
      [
        ['partner_a', 'keyPair'],
        ['Partner Root', 'certificate'],
        ['sap_cloudintegrationcertificate', 'keyPair'],
      ],
    );
    const pair = getKeyPair(keystore, 'partner_a');
    assert.deepEqual(
      pair.chain.map(({ sha256 }) => sha256),
      partner.chain.map(({ sha256 }) => sha256),
    );
    assert.deepEqual(facts.get('partner_a'), {
      alias: 'partner_a',
      ownedBySap: false,
      lastModifiedBy: 'Anna',
      lastModified: new Date('2026-10-01T12:00:00Z'),
      createdBy: 'Anna',
      created: new Date('2026-10-01T12:00:00Z'),
    });
    assert.equal(facts.get('sap_cloudintegrationcertificate')?.ownedBySap, true);
    assert.deepEqual(withoutCertificate, []);
    await assert.rejects(openSealedKey(pair.key, ''), {
      code: 'unsupported',
      message: /stays on localhost:\d+; it cannot be used/,
    });
    const { keystore: more } = addCertificates(keystore, []);
    await assert.rejects(writeKeystore(more, 'Keystore-1'), /stays on localhost/);
  });

  it('takes a chain apart from an entry that has the name of its second certificate', async () => {
    const other = await makeCa('Other');
    const { keystore } = await read([
      { alias: 'a', kind: 'keyPair', chain: partner.chain },
      { alias: 'a_1', kind: 'certificate', chain: [other.certificate] },
      { alias: 'A ; \\ /', kind: 'certificate', chain: [issuing.certificate] },
    ]);
    assert.deepEqual(
      keystore.entries.map(({ alias }) => alias),
      ['a', 'a_1', 'A ; \\ /'],
    );
    assert.equal(getKeyPair(keystore, 'a').chain.length, 3);
    const entry = keystore.entries[1];
    assert.ok(entry?.kind === 'certificate' && entry.certificate.equals(other.certificate));
  });

  it('is read in two requests and a token, and page by page where it has more than a page', async () => {
    const entries = Array.from({ length: 7 }, (_, at): SimulatedEntry => ({
      alias: `c${at}`,
      kind: 'certificate',
      chain: [root.certificate],
    }));
    const { keystore } = await read(entries);
    assert.equal(keystore.entries.length, 7);
    assert.equal(simulator.requests.filter((line) => line.startsWith('GET /api')).length, 2);
    await simulator.stop();
    assert.equal((await read(entries, { pageSize: 3 })).keystore.entries.length, 7);
    assert.equal(simulator.requests.filter((line) => line.startsWith('GET /api/v1/KeystoreEntries')).length, 3);
  });

  it('may be empty', async () => {
    assert.deepEqual((await read([])).keystore.entries, []);
  });
});
