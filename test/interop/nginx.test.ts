import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ConnectivityReport } from '../../src/core/connectivity/report';
import { testConnectivity } from '../../src/core/connectivity/test';
import { closedPort, untilListening } from '../support/faultServers';
import { localNames, makeCa, type TestIdentity } from '../support/testCertificates';
import { requireTool } from '../support/tools';

/** nginx ends every handshake and refuses in HTTP afterwards: what stands before many receivers does so. */
describe('connectivity test against nginx', function () {
  this.timeout(60_000);
  let folder: string;
  let root: TestIdentity;
  let clientCa: TestIdentity;
  let accepted: TestIdentity;
  let wrong: TestIdentity;
  const running: ChildProcess[] = [];
  const at = (name: string): string => path.join(folder, name);

  before(async function () {
    requireTool(this, 'nginx');
    folder = mkdtempSync(path.join(os.tmpdir(), 'nginx-'));
    root = await makeCa('nginx Root');
    const server = await root.issue('localhost', { alternativeNames: localNames });
    clientCa = await makeCa('nginx Client CA');
    accepted = await clientCa.issue('accepted');
    wrong = await (await makeCa('Stranger')).issue('wrong');
    writeFileSync(at('server.pem'), server.chainPem);
    writeFileSync(at('server.key'), server.privateKeyPem);
    writeFileSync(at('clientCa.pem'), clientCa.pem);
  });
  after(() => {
    for (const child of running) child.kill('SIGQUIT');
    if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function start(verify: string, version: string): Promise<number> {
    const port = await closedPort();
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${at('temporary')};`)
      .join('\n');
    writeFileSync(
      at(`${port}.conf`),
      `daemon off; master_process off; pid ${at(`${port}.pid`)}; error_log ${at('error.log')};
events {}
http {
  access_log off;
  ${temporary}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${at('server.pem')};
    ssl_certificate_key ${at('server.key')};
    ssl_protocols ${version};
    ssl_client_certificate ${at('clientCa.pem')};
    ssl_verify_client ${verify};
    location / { return 204; }
  }
}
`,
    );
    running.push(spawn('nginx', ['-p', folder, '-c', at(`${port}.conf`)], { stdio: 'ignore' }));
    await untilListening(port);
    return port;
  }

  const run = (port: number, identity?: TestIdentity): Promise<ConnectivityReport> =>
    testConnectivity({
      target: { host: '127.0.0.1', port, serverName: 'localhost', protocol: 'tls', protection: 'tls' },
      anchors: [{ alias: 'root', certificate: root.certificate }],
      timeoutMs: 4_000,
      from: 'here',
      ...(identity && { client: identity.asClient('pair') }),
    });

  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    it(`${version}: required, given, missing, wrong`, async () => {
      const port = await start('on', version);
      const good = await run(port, accepted);
      assert.equal(good.verdict, 'ok');
      assert.deepEqual([good.client?.required, good.client?.accepted], [true, true]);
      const missing = await run(port);
      assert.equal(missing.verdict, 'client-certificate-required');
      assert.deepEqual(missing.client?.acceptableIssuers, ['CN=nginx Client CA']);
      assert.match(missing.steps.find(({ code }) => code !== undefined)?.message ?? '', /No required SSL certificate/);
      const refused = await run(port, wrong);
      assert.equal(refused.verdict, 'client-certificate-rejected');
      assert.match(refused.steps.at(-1)?.message ?? '', /HTTP 400: The SSL certificate error/);
      assert.deepEqual([refused.client?.required, refused.client?.accepted], [true, false]);
    });

    it(`${version}: optional, and not verified`, async () => {
      const optional = await start('optional', version);
      assert.equal((await run(optional, accepted)).verdict, 'ok-client-certificate-optional');
      assert.equal((await run(optional)).verdict, 'ok');
      assert.equal((await run(optional, wrong)).verdict, 'client-certificate-rejected');
      assert.equal((await run(await start('off', version), accepted)).verdict, 'ok-client-certificate-not-requested');
    });
  }
});
