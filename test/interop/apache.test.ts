import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ClientKeyPair } from '../../src/core/connectivity/secondPass';
import { testConnectivity } from '../../src/core/connectivity/test';
import type { ConnectivityReport } from '../../src/core/connectivity/report';
import { closedPort, untilListening } from '../support/faultServers';
import { hasDaemon } from '../support/mailServers';
import { localNames, makeCa, type TestIdentity } from '../support/testCertificates';

/** Apache httpd that asks for the client certificate of a path alone, not in the first handshake. */
describe('connectivity test against a real Apache', function () {
  this.timeout(60_000);
  let folder: string;
  let root: TestIdentity;
  let client: ClientKeyPair;
  const running: ChildProcess[] = [];
  const at = (name: string): string => path.join(folder, name);

  before(async function () {
    if (!hasDaemon('apache2')) {
      console.log('      skipped: apache2 is not installed');
      this.skip();
    }
    folder = mkdtempSync(path.join(os.tmpdir(), 'apache-'));
    chmodSync(folder, 0o755);
    root = await makeCa('Apache Root');
    const server = await root.issue('localhost', { alternativeNames: localNames });
    const clientRoot = await makeCa('Apache Client Root');
    const partner = await clientRoot.issue('partner_a', { extendedKeyUsage: ['clientAuth'] });
    client = partner.asClient('partner_a');
    writeFileSync(at('server.pem'), server.chainPem);
    writeFileSync(at('server.key'), server.privateKeyPem);
    writeFileSync(at('clients.pem'), clientRoot.pem);
    mkdirSync(at('www'));
    writeFileSync(at('www/index.html'), 'fine\n');
  });
  after(async () => {
    await Promise.all(
      running.map(
        (child) => new Promise((resolve) => child.once('exit', resolve).kill('SIGTERM') || resolve(undefined)),
      ),
    );
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  async function start(protocol: 'TLSv1.2' | 'TLSv1.3'): Promise<number> {
    const port = await closedPort();
    const modules = ['mpm_event', 'authz_core', 'authn_core', 'socache_shmcb', 'ssl', 'dir'];
    writeFileSync(
      at(`${protocol}.conf`),
      `ServerRoot ${folder}
ServerName localhost
PidFile ${at(`${protocol}.pid`)}
Listen 127.0.0.1:${port}
ErrorLog ${at(`${protocol}.log`)}
DefaultRuntimeDir ${folder}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${process.getuid?.() === 0 ? 'User nobody\nGroup nogroup' : ''}
DocumentRoot ${at('www')}
DirectoryIndex index.html
SSLEngine on
SSLProtocol ${protocol}
SSLCertificateFile ${at('server.pem')}
SSLCertificateKeyFile ${at('server.key')}
SSLCACertificateFile ${at('clients.pem')}
<Location />
  Require all granted
  SSLVerifyClient require
  SSLVerifyDepth 3
</Location>
`,
    );
    const child = spawn('/usr/sbin/apache2', ['-D', 'FOREGROUND', '-f', at(`${protocol}.conf`)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    running.push(child);
    await untilListening(port);
    return port;
  }

  const run = (port: number, given?: ClientKeyPair): Promise<ConnectivityReport> =>
    testConnectivity({
      target: { host: '127.0.0.1', port, serverName: 'localhost', protocol: 'tls', protection: 'tls' },
      anchors: [{ alias: 'root', certificate: root.certificate }],
      ...(given && { client: given }),
      timeoutMs: 5_000,
      from: 'here',
    });
  const told = ({ verdict, steps }: ConnectivityReport): string =>
    [verdict, ...steps.map(({ step, status, message }) => `${step} ${status}: ${message}`)].join('\n');

  it('TLS 1.2: it begins a new handshake, and takes the certificate then', async () => {
    const port = await start('TLSv1.2');
    const without = await run(port);
    assert.equal(without.client?.requested, true, told(without));
    assert.equal(without.verdict, 'client-certificate-required', told(without));
    const given = await run(port, client);
    assert.equal(given.verdict, 'ok', told(given));
    assert.equal(given.client?.sent, 'partner_a');
  });

  it('TLS 1.3: it wants post-handshake authentication, which Java has not', async () => {
    const port = await start('TLSv1.3');
    for (const given of [undefined, client]) {
      const report = await run(port, given);
      const verdict = given ? 'client-certificate-rejected' : 'client-certificate-required';
      assert.equal(report.verdict, verdict, told(report));
      assert.match(told(report), /only after the handshake, which no Java client takes part in/);
    }
  });
});
