import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { clientOf, keyPairsOf } from '../../src/core/connectivity/client';
import { testConnectivity } from '../../src/core/connectivity/test';
import { trustAnchors } from '../../src/core/keystore/anchors';
import { addCertificates, addKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, readKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { faultMatrix, versions, type Fault } from '../support/faultMatrix';
import type { FaultServer } from '../support/faultServers';
import { requireTool } from '../support/tools';

const password = 'Keystore-1';

/** Where a Java client connects, our verdict is ok, and nowhere else: with the same keystore as key and trust store. */
describe('the verdict, held against a Java client', function () {
  this.timeout(180_000);
  let folder: string;
  let faults: Fault[];

  before(async function () {
    requireTool(this, 'keytool');
    folder = mkdtempSync(path.join(os.tmpdir(), 'oracle-'));
    faults = await faultMatrix();
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  for (const version of versions) {
    it(`agrees over the whole matrix, ${version}`, async () => {
      const running: FaultServer[] = [];
      const ours: string[] = [];
      const questions: string[] = [];
      try {
        for (const [at, fault] of faults.entries()) {
          const server = await fault.start(version);
          running.push(server);
          const file = path.join(folder, `${version}-${at}.p12`);
          const bytes = await keystoreOf(fault);
          writeFileSync(file, bytes);
          const keystore = await readKeystore(bytes, password);
          const alias = fault.client ? 'client' : undefined;
          const client = alias === undefined ? undefined : clientOf(keystore, alias, () => password);
          const report = await testConnectivity({
            target: {
              host: 'localhost',
              port: server.port,
              serverName: 'localhost',
              protocol: 'tls',
              protection: 'tls',
            },
            anchors: trustAnchors(keystore),
            candidates: keyPairsOf(keystore),
            ...(client && { client }),
            timeoutMs: fault.name === 'silent' ? 500 : 5_000,
            from: 'here',
          });
          ours.push(`${fault.name}: ${report.ok ? 'connects' : 'refused'}`);
          questions.push([file, server.port, alias ?? '-'].join('\t'));
        }
        const asked = path.join(folder, `${version}.txt`);
        writeFileSync(asked, `${questions.join('\n')}\n`);
        const program = path.join(process.env['PROJECT_ROOT']!, 'test/support/OracleClient.java');
        // Not synchronously: the servers answer from this very process.
        const { stdout } = await promisify(execFile)('java', [program, password, asked]);
        const answers = stdout.trim().split('\n');
        const java = faults.map(
          ({ name }, i) => `${name}: ${answers[i]?.startsWith('HTTP ') ? 'connects' : 'refused'}`,
        );
        assert.deepEqual(ours, java, faults.map(({ name }, i) => `${name}: ${answers[i] ?? ''}`).join('\n'));
        assert.equal(answers.length, faults.length);
        assert.ok(ours.some((line) => line.endsWith('connects')) && ours.some((line) => line.endsWith('refused')));
      } finally {
        await Promise.all(running.map((server) => server.stop()));
      }
    });
  }

  async function keystoreOf({ trusted, client }: Fault): Promise<Uint8Array> {
    const empty = emptyKeystore();
    let { keystore } = addCertificates(
      empty,
      trusted.map(({ certificate }, i) => ({ alias: `anchor ${i}`, certificate })),
    );
    if (client) {
      const key = await sealFor(empty.type, client.privateKeyInfo, password);
      keystore = addKeyPair(keystore, { alias: 'client', key, chain: client.chain, created: new Date() }).keystore;
    }
    return writeKeystore(keystore, password);
  }
});
