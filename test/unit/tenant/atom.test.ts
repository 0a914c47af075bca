import assert from 'node:assert/strict';
import { looksLikeAtom, readAtom } from '../../../src/core/tenant/atom';
import { listFlows, listPackages } from '../../../src/core/tenant/content/catalogue';
import { readTenantKeystore } from '../../../src/core/tenant/keystore';
import { pageOf } from '../../../src/core/tenant/odata';
import { readServiceKey } from '../../../src/core/tenant/serviceKey';
import { TenantSession } from '../../../src/core/tenant/session';
import { httpsTransport } from '../../../src/core/tenant/transport';
import { simulatedFlow } from '../../support/tenant/contentApi';
import { quickPorts } from '../../support/tenant/quickPorts';
import { TenantSimulator } from '../../support/tenantSimulator';
import { makeCa } from '../../support/testCertificates';

describe('answers in Atom', () => {
  it('say the same as those in JSON', async () => {
    const root = await makeCa('Root & "Co" <1>');
    const partner = await root.issue('partner');
    const packages = [
      { id: 'P', name: 'P & Q', flows: [simulatedFlow('A', 'A <1>', {}), simulatedFlow('B', 'B', {})] },
    ];
    const entries = [
      { alias: 'partner & co', kind: 'keyPair', chain: partner.chain, modifiedBy: '<Anna>' },
      { alias: 'root', kind: 'certificate', chain: [root.certificate], owner: 'SAP' },
    ] as const;
    const all = [];
    for (const atom of [false, true]) {
      const simulator = await TenantSimulator.start({ entries, packages, pageSize: 1, atom });
      try {
        const ports = quickPorts(httpsTransport({ ca: simulator.ca }));
        const session = new TenantSession(readServiceKey(simulator.serviceKey), ports);
        const { keystore, facts } = await readTenantKeystore(session);
        const names = keystore.entries.map(({ alias, kind }) => [alias, kind]);
        all.push([names, [...facts.values()], await listPackages(session), await listFlows(session, 'P')]);
      } finally {
        await simulator.stop();
      }
    }
    const [json, xml] = all;
    assert.deepEqual(xml, json);
  });

  it('that are something else, or broken, are said to be', () => {
    assert.ok(!looksLikeAtom('<html><body>Login</body></html>'));
    const feed = '<feed xmlns="http://www.w3.org/2005/Atom">';
    assert.throws(() => readAtom(`${feed}<entry></feed>`), { code: 'tenant-answer' });
    assert.deepEqual(readAtom(`${feed}</feed>`), { entities: [], isFeed: true });
    assert.throws(() => pageOf('<entry xmlns="http://www.w3.org/2005/Atom"/>'), /no list/);
  });
});
