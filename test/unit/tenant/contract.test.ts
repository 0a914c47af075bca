import assert from 'node:assert/strict';
import { readTenantKeystore } from '../../../src/core/tenant/keystore';
import { readServiceKey } from '../../../src/core/tenant/serviceKey';
import { TenantSession } from '../../../src/core/tenant/session';
import { httpsTransport } from '../../../src/core/tenant/transport';
import { openApi } from '../../support/openApi';
import { quickPorts } from '../../support/tenant/quickPorts';
import { TenantSimulator, type SimulatorOptions } from '../../support/tenantSimulator';
import { makeCa } from '../../support/testCertificates';

const api = openApi();

// SAP's description of its API is no part of the project: where it does not lie beside it, there is nothing to hold against it.
if (api) {
  describe('requests to a tenant, and what the simulator answers, beside the description of the API', () => {
    const problemsOf = async (options: SimulatorOptions): Promise<string[]> => {
      const simulator = await TenantSimulator.start(options);
      const problems: string[] = [];
      const send = httpsTransport({ ca: simulator.ca });
      const access = readServiceKey(simulator.serviceKey);
      const session = new TenantSession(
        access,
        quickPorts(async (request) => {
          const answer = await send(request);
          const { method, url } = request;
          if (url.startsWith(access.api)) {
            const body = Buffer.from(answer.body).toString('utf8');
            problems.push(...api.problems(method, url.slice(access.api.length), answer.status, body));
          }
          return answer;
        }),
      );
      try {
        await readTenantKeystore(session).catch(() => undefined);
      } finally {
        await simulator.stop();
      }
      return problems;
    };

    it('reading a keystore, with and without the role', async () => {
      const root = await makeCa('Contract Root');
      const partner = await root.issue('partner');
      const entries = [
        { alias: 'partner', kind: 'keyPair', chain: partner.chain },
        { alias: 'root', kind: 'certificate', chain: [root.certificate], owner: 'SAP' },
      ] as const;
      assert.deepEqual(await problemsOf({ entries }), []);
      assert.deepEqual(await problemsOf({ entries, pageSize: 1 }), []);
      assert.deepEqual(await problemsOf({ entries, roles: [] }), []);
    });

    it('finds what is not as described', () => {
      const row = { Alias: 'a', Surprise: 1 };
      assert.deepEqual(api.problems('GET', '/Nothing', 200, ''), ['GET /Nothing is not described']);
      assert.deepEqual(api.problems('GET', '/KeystoreEntries?keystoreName=other', 200, '{"d":{"results":[]}}'), [
        '/KeystoreEntries?keystoreName=other: keystoreName is not other',
      ]);
      const problems = api.problems('GET', '/KeystoreEntries', 200, JSON.stringify({ d: { results: [row] } }));
      assert.deepEqual(problems, ['/KeystoreEntries.d.results[0].Surprise is not described']);
    });
  });
}
