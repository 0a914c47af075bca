import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { certificatesPem } from '../../src/core/certificates/pem';
import { testConnectivity } from '../../src/core/connectivity/test';
import type { ConnectivityReport } from '../../src/core/connectivity/report';
import { closedPort, untilListening } from '../support/faultServers';
import { localNames, makeCa, type TestIdentity } from '../support/testCertificates';
import { requireTool } from '../support/tools';

describe('connectivity test against openssl s_server', function () {
  this.timeout(60_000);
  let folder: string;
  let root: TestIdentity;
  let server: TestIdentity;
  let clientCa: TestIdentity;
  const running: ChildProcess[] = [];
  const at = (name: string): string => path.join(folder, name);

  before(async function () {
    requireTool(this, 'openssl');
    folder = mkdtempSync(path.join(os.tmpdir(), 'ss-'));
    root = await makeCa('s_server Root');
    server = await root.issue('localhost', { alternativeNames: localNames, key: { algorithm: 'RSA', bits: 2048 } });
    clientCa = await makeCa('s_server Client CA');
    writeFileSync(at('server.pem'), server.chainPem + server.privateKeyPem);
    writeFileSync(at('clientCa.pem'), certificatesPem([clientCa.certificate]));
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
  });

  async function start(...args: string[]): Promise<number> {
    const port = await closedPort();
    const child = spawn(
      'openssl',
      ['s_server', '-accept', `127.0.0.1:${port}`, '-cert', at('server.pem'), '-quiet', ...args],
      { stdio: ['pipe', 'ignore', 'ignore'] },
    );
    running.push(child);
    await untilListening(port);
    return port;
  }
  const run = (port: number, identity?: TestIdentity): Promise<ConnectivityReport> => {
    const client = identity?.asClient('pair');
    return testConnectivity({
      target: { host: '127.0.0.1', port, serverName: 'localhost', protocol: 'tls', protection: 'tls' },
      anchors: [{ alias: 'root', certificate: root.certificate }],
      timeoutMs: 4_000,
      from: 'here',
      ...(client && { client }),
    });
  };
  const demand = ['-Verify', '3', '-verify_return_error', '-CAfile'];

  for (const version of ['-tls1_2', '-tls1_3']) {
    it(`${version}: required, given, wrong, self-signed; refusals come as alerts`, async () => {
      const port = await start(version, ...demand, at('clientCa.pem'));
      const missing = await run(port);
      assert.equal(missing.verdict, 'client-certificate-required');
      assert.deepEqual(missing.client?.acceptableIssuers, ['CN=s_server Client CA']);
      const good = await run(port, await clientCa.issue('good'));
      assert.equal(good.verdict, 'ok');
      assert.equal(good.client?.required, true);
      const wrong = await run(port, await root.issue('wrong'));
      assert.equal(wrong.verdict, 'client-certificate-rejected');
      assert.match(wrong.steps.at(-1)?.message ?? '', /unknown_ca|handshake_failure|bad_certificate/);
      const expired = await run(port, await clientCa.issue('old', { fromDays: -9, toDays: -1 }));
      assert.equal(expired.verdict, 'client-key-unusable');
    });

    it(`${version}: no certificate asked`, async () => {
      assert.equal((await run(await start(version))).verdict, 'ok');
    });

    it(`${version}: every cipher that reads along: AES-128, AES-256, ChaCha20`, async () => {
      const suites =
        version === '-tls1_3'
          ? ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']
          : ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'];
      for (const suite of suites) {
        const port = await start(
          version,
          version === '-tls1_3' ? '-ciphersuites' : '-cipher',
          suite,
          ...demand,
          at('clientCa.pem'),
        );
        const report = await run(port);
        assert.deepEqual(
          [report.verdict, report.client?.acceptableIssuers],
          ['client-certificate-required', ['CN=s_server Client CA']],
          suite,
        );
      }
    });
  }

  it('HelloRetryRequest: a group that the client did not guess', async () => {
    const report = await run(await start('-tls1_3', '-groups', 'P-384', ...demand, at('clientCa.pem')));
    assert.deepEqual(
      [report.verdict, report.client?.acceptableIssuers],
      ['client-certificate-required', ['CN=s_server Client CA']],
    );
  });

  it('TLS 1.1 at most', async () => {
    const report = await run(await start('-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'));
    assert.equal(report.verdict, 'protocol-version');
  });

  it('a certificate asked for only after the request, by a new handshake of TLS 1.2', async () => {
    const port = await closedPort();
    // Without -quiet, "R" on its standard input makes s_server renegotiate and ask for a certificate.
    const child = spawn(
      'openssl',
      [
        ...['s_server', '-accept', `127.0.0.1:${port}`, '-cert', at('server.pem'), '-tls1_2'],
        ...['-CAfile', at('clientCa.pem'), '-no_ticket'],
      ],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    running.push(child);
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('GET / ')) child.stdin.write('R\n');
    });
    await untilListening(port);
    const accepted = await clientCa.issue('accepted');
    const report = await run(port, accepted);
    const step = report.steps.find(({ step: name }) => name === 'clientCertificate');
    assert.match(step?.message ?? '', /begins a new handshake after the request/);
    assert.equal(report.client?.requested, true);
    assert.equal(report.client.sent, 'pair');
    assert.equal(report.verdict, 'ok-client-certificate-optional');
  });
});
