import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ServiceAsk } from '../../src/core/connectivity/protocols/ask';
import type { ConnectivityReport, Step } from '../../src/core/connectivity/report';
import type { ClientKeyPair } from '../../src/core/connectivity/secondPass';
import { testConnectivity, type ConnectivityTest } from '../../src/core/connectivity/test';
import { sshPublicKeyLine } from '../../src/core/keys/openssh/publicKey';
import { closedPort, untilListening } from '../support/faultServers';
import { hasDaemon } from '../support/mailServers';
import { makeCa } from '../support/testCertificates';

/** OpenSSH's own server and tools. */
describe('connectivity test against a real sshd', function () {
  this.timeout(60_000);
  let folder: string;
  let port: number;
  let strictPort: number;
  const running: ChildProcess[] = [];
  const keys: Record<string, ClientKeyPair> = {};
  const at = (name: string): string => path.join(folder, name);
  const user = os.userInfo().username;

  before(async function () {
    if (!hasDaemon('sshd')) {
      console.log('      skipped: sshd is not installed');
      this.skip();
    }
    folder = mkdtempSync(path.join(os.tmpdir(), 'sshd-'));
    chmodSync(folder, 0o755);
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    for (const type of ['ed25519', 'rsa', 'ecdsa']) {
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', at(`host-${type}`)]);
    }
    const ca = await makeCa('SSH CA');
    for (const [name, key] of [
      ['rsa', { algorithm: 'RSA', bits: 2048 }],
      ['ec', { algorithm: 'EC', curve: 'P-256' }],
      ['ed', { algorithm: 'Ed25519' }],
      ['stranger', { algorithm: 'Ed25519' }],
    ] as const) {
      const identity = await ca.issue(name, { key });
      keys[name] = {
        alias: name,
        chain: [identity.certificate],
        privateKeyPem: () => Promise.resolve(identity.privateKeyPem),
      };
    }
    const lines = ['rsa', 'ec', 'ed'].map((name) => sshPublicKeyLine(keys[name]!.chain[0]!.spki, name));
    writeFileSync(at('authorized'), `${lines.join('\n')}\n`);
    port = await start('sshd_config', '');
    strictPort = await start(
      'strict_config',
      'AuthenticationMethods publickey,password\nKexAlgorithms diffie-hellman-group14-sha1\nHostKeyAlgorithms ssh-rsa\n',
    );
  });
  after(() => {
    for (const child of running) child.kill();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  async function start(name: string, more: string): Promise<number> {
    const free = await closedPort();
    writeFileSync(
      at(name),
      `Port ${free}
ListenAddress 127.0.0.1
HostKey ${at('host-ed25519')}
HostKey ${at('host-rsa')}
HostKey ${at('host-ecdsa')}
PidFile none
AuthorizedKeysFile ${at('authorized')}
StrictModes no
PermitRootLogin yes
UsePAM no
Subsystem sftp internal-sftp
${more}`,
    );
    const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', at(name)], { stdio: ['ignore', 'ignore', 'pipe'] });
    running.push(child);
    await untilListening(free);
    return free;
  }

  const run = (more: Partial<ConnectivityTest> = {}, on = port): Promise<ConnectivityReport> =>
    testConnectivity({
      target: { host: '127.0.0.1', port: on, serverName: '127.0.0.1', protocol: 'ssh', protection: 'ssh' },
      anchors: [],
      timeoutMs: 8_000,
      from: 'here',
      ...more,
    });
  const login: ServiceAsk = { login: { user, password: '', way: 'key' } };
  const stepOf = ({ steps }: ConnectivityReport, step: Step['step']): Step => steps.find((each) => each.step === step)!;
  const told = ({ verdict, steps }: ConnectivityReport): string =>
    [verdict, ...steps.map(({ step, status, message }) => `${step} ${status}: ${message}`)].join('\n');

  it('says the same of the host key as ssh-keyscan and ssh-keygen, hashed names too', async () => {
    const report = await run();
    assert.equal(report.verdict, 'ok', told(report));
    const scan = execFileSync('ssh-keyscan', ['-p', String(port), '127.0.0.1'], { encoding: 'utf8', stdio: 'pipe' });
    assert.ok(scan.split('\n').includes(report.ssh?.hostKey?.knownHostsLine ?? 'none'), scan);
    const fingerprint = execFileSync('ssh-keygen', ['-l', '-f', at('host-ed25519.pub')], { encoding: 'utf8' });
    assert.ok(fingerprint.includes(report.ssh?.hostKey?.fingerprint ?? 'none'), fingerprint);
    writeFileSync(at('known'), scan);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', at('known')], { stdio: 'pipe' });
    const hashed = execFileSync('cat', [at('known')], { encoding: 'utf8' });
    assert.match(hashed, /^\|1\|/m);
    const known = await run({ knownHosts: hashed });
    assert.match(stepOf(known, 'hostKey').message, /as in line \d of the known hosts/);
    const elsewhere = await run({ knownHosts: hashed }, strictPort);
    assert.equal(elsewhere.verdict, 'host-key-unknown', told(elsewhere));
  });

  it('logs in with RSA, EC and Ed25519 keys of a keystore, and looks into a directory', async () => {
    for (const name of ['rsa', 'ec', 'ed']) {
      const report = await run({ ask: { ...login, contents: { directory: folder } }, client: keys[name]! });
      assert.equal(report.verdict, 'ok', told(report));
      assert.equal(stepOf(report, 'login').message, `Logged in as "${user}" (publickey; key pair "${name}").`);
      const [directory, names] = report.service?.found ?? [];
      assert.deepEqual(directory?.values, [folder]);
      assert.ok(names?.values.includes('host-rsa.pub'), told(report));
    }
    const home = await run({ ask: { ...login, contents: { directory: '' } }, client: keys['ed']! });
    assert.equal(home.verdict, 'ok', told(home));
    const missing = await run({ ask: { ...login, contents: { directory: '/no/such' } }, client: keys['ed']! });
    assert.equal(missing.verdict, 'contents-refused', told(missing));
    const stranger = await run({ ask: login, client: keys['stranger']! });
    assert.equal(stranger.verdict, 'login-refused', told(stranger));
    assert.match(stepOf(stranger, 'login').message, /It takes: publickey/);
    assert.match(stranger.ssh?.publicKeyLine ?? '', /^ssh-ed25519 AAAA\S+ stranger$/);
    const nobody = await run({ ask: { login: { user: 'no-such-user', password: 'x', way: 'plain' } } });
    assert.equal(nobody.verdict, 'login-refused', told(nobody));
  });

  it('tells old algorithms, and a server that wants key and password', async () => {
    const report = await run({ ask: login, client: keys['ed']! }, strictPort);
    assert.equal(stepOf(report, 'ssh').status, 'warning', told(report));
    assert.match(stepOf(report, 'ssh').message, /diffie-hellman-group14-sha1, ssh-rsa/);
    assert.equal(report.verdict, 'login-refused', told(report));
    assert.match(stepOf(report, 'login').message, /It takes: password\./);
  });
});
