import assert from 'node:assert/strict';
import { testConnectivity } from '../../../src/core/connectivity/test';
import { faultMatrix, verdictOf, versions, type Fault } from '../../support/faultMatrix';

/** Runs in plain Node, and in the extension host as all unit tests do. */
describe('the matrix of faults', function () {
  this.timeout(120_000);
  let faults: Fault[];

  before(async () => {
    faults = await faultMatrix();
  });

  for (const version of versions) {
    it(`has the verdict of each server, ${version}`, async () => {
      assert.ok(faults.length >= 40, String(faults.length));
      const wrong: string[] = [];
      for (const fault of faults) {
        const server = await fault.start(version);
        const { client } = fault;
        const report = await testConnectivity({
          target: { host: '127.0.0.1', port: server.port, serverName: 'localhost', protocol: 'tls', protection: 'tls' },
          anchors: fault.trusted.map(({ certificate }, i) => ({ alias: `anchor ${i}`, certificate })),
          ...(client && { client: client.asClient('client') }),
          timeoutMs: fault.name === 'silent' ? 500 : 5_000,
          from: 'here',
        }).finally(() => server.stop());
        const expected = verdictOf(fault, version);
        if (report.verdict === expected) continue;
        const steps = report.steps.map(({ step, status, message }) => `    ${step} ${status}: ${message}`);
        wrong.push(`${fault.name}: ${report.verdict}, not ${expected}\n${steps.join('\n')}`);
      }
      assert.deepEqual(wrong, [], wrong.join('\n'));
    });
  }
});
