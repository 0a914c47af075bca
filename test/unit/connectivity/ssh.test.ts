import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { Server, type AuthContext } from 'ssh2';
import { sshPrivateKeyPem } from '../../../src/core/connectivity/ssh/sshKey';
import type { ServiceAsk } from '../../../src/core/connectivity/protocols/ask';
import type { ConnectivityReport, Step } from '../../../src/core/connectivity/report';
import { testConnectivity, type ConnectivityTest } from '../../../src/core/connectivity/test';
import { startTcpServer, type FaultServer } from '../../support/faultServers';
import { startHttpProxy } from '../../support/protocolServers';
import { makeSelfSigned } from '../../support/testCertificates';

const pemOf = (type: 'rsa' | 'ed25519'): string =>
  (type === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ed25519')
  ).privateKey.export({
    format: 'pem',
    type: 'pkcs8',
  }) as string;
const hostPem = pemOf('ed25519');
const otherHostPem = pemOf('ed25519');
const rsaHostPem = pemOf('rsa');
const userPem = pemOf('ed25519');

interface SshFaults {
  readonly host?: string;
  readonly algorithms?: Readonly<Record<string, readonly string[]>>;
  readonly login?: (context: AuthContext, round: number) => void;
}

function startSsh({ host = hostPem, algorithms, login }: SshFaults): Promise<FaultServer> {
  return startTcpServer((socket) => {
    const server = new Server({ hostKeys: [sshPrivateKeyPem(host)], ...(algorithms && { algorithms }) }, (client) => {
      let round = 0;
      client.on('error', () => undefined);
      client.on('authentication', (context) => {
        if (login) login(context, round++);
        else context.reject();
      });
    });
    server.injectSocket(socket);
  });
}

describe('connectivity test of SSH servers', () => {
  const running: FaultServer[] = [];
  const started = async <T extends FaultServer>(server: Promise<T>): Promise<T> => {
    running.push(await server);
    return server;
  };
  afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())));

  const run = (port: number, more: Partial<ConnectivityTest> = {}): Promise<ConnectivityReport> =>
    testConnectivity({
      target: { host: '127.0.0.1', port, serverName: 'localhost', protocol: 'ssh', protection: 'ssh' },
      anchors: [],
      timeoutMs: 3_000,
      from: 'here',
      ...more,
    });
  const stepOf = ({ steps }: ConnectivityReport, step: Step['step']): Step => steps.find((each) => each.step === step)!;
  const told = ({ verdict, steps }: ConnectivityReport): string =>
    [verdict, ...steps.map(({ step, status, message }) => `${step} ${status}: ${message}`)].join('\n');
  const password: ServiceAsk = { login: { user: 'me', password: 's3cret', way: 'plain' } };

  it('shows the host key, and holds it against known hosts', async () => {
    const { port } = await started(startSsh({}));
    const shown = await run(port);
    assert.equal(shown.verdict, 'ok', told(shown));
    assert.deepEqual(
      shown.steps.map(({ step }) => step),
      ['address', 'dns', 'tcp', 'ssh', 'hostKey'],
    );
    assert.match(shown.ssh?.hostKey?.fingerprint ?? '', /^SHA256:[A-Za-z0-9+/]{43}$/);
    const line = shown.ssh?.hostKey?.knownHostsLine ?? '';
    assert.match(line, new RegExp(`^\\[localhost\\]:${port} ssh-ed25519 AAAA`));
    const known = await run(port, { knownHosts: `# mine\n${line}\n` });
    assert.match(stepOf(known, 'hostKey').message, /as in line 2 of the known hosts/);

    const other = await started(startSsh({ host: otherHostPem }));
    const moved = line.replace(String(port), String(other.port));
    const changed = await run(other.port, { knownHosts: moved, ask: password });
    assert.equal(changed.verdict, 'host-key-mismatch', told(changed));
    assert.equal(stepOf(changed, 'login').status, 'skipped');
    const unknown = await run(port, { knownHosts: 'example.com ssh-ed25519 AAAA', ask: password });
    assert.equal(unknown.verdict, 'host-key-unknown', told(unknown));
    const rsa = await started(startSsh({ host: rsaHostPem }));
    const otherType = await run(rsa.port, { knownHosts: line.replace(String(port), String(rsa.port)) });
    assert.equal(otherType.verdict, 'host-key-unknown', told(otherType));
    assert.match(told(otherType), /another kind of key is known/);
    const revoked = await run(port, { knownHosts: `@revoked ${line}` });
    assert.equal(revoked.verdict, 'host-key-mismatch', told(revoked));
  });

  it('logs in by password, by questions, by key, and by both', async () => {
    const seen: string[] = [];
    const takes = async (
      login: NonNullable<SshFaults['login']>,
      more: Partial<ConnectivityTest>,
    ): Promise<ConnectivityReport> => {
      seen.length = 0;
      const server = await started(
        startSsh({
          login: (context, round) => {
            seen.push(context.method);
            assert.equal(context.username, 'me');
            login(context, round);
          },
        }),
      );
      return run(server.port, more);
    };
    const byPassword = (context: AuthContext): void =>
      context.method === 'password' && context.password === 's3cret' ? context.accept() : context.reject(['password']);
    const ok = await takes(byPassword, { ask: password });
    assert.equal(stepOf(ok, 'login').message, 'Logged in as "me" (password).', told(ok));
    const wrong = await takes(byPassword, { ask: { login: { ...password.login!, password: 'no' } } });
    assert.equal(wrong.verdict, 'login-refused', told(wrong));
    assert.deepEqual(seen, ['password']);
    assert.ok(!JSON.stringify(ok).includes('s3cret'));

    const questions = await takes(
      (context) => {
        if (context.method !== 'keyboard-interactive') {
          context.reject(['keyboard-interactive']);
          return;
        }
        context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) =>
          answer === 's3cret' ? context.accept() : context.reject(),
        );
      },
      { ask: password },
    );
    assert.equal(stepOf(questions, 'login').message, 'Logged in as "me" (keyboard-interactive).', told(questions));

    const pair = makeSelfSigned('ssh user');
    const client = { alias: 'ssh', chain: [(await pair).certificate], privateKeyPem: () => Promise.resolve(userPem) };
    const byKey = await takes((context) => (context.method === 'publickey' ? context.accept() : context.reject()), {
      ask: { login: { user: 'me', password: '', way: 'key' } },
      client,
    });
    assert.equal(stepOf(byKey, 'login').message, 'Logged in as "me" (publickey; key pair "ssh").', told(byKey));
    const both = (context: AuthContext): void => {
      if (context.method === 'publickey' && !context.signature) context.accept();
      else if (context.method === 'publickey') context.reject(['password'], true);
      else if (context.password === 's3cret') context.accept();
      else context.reject();
    };
    const dual = await takes(both, { ask: { login: { ...password.login!, way: 'dual' } }, client });
    assert.match(stepOf(dual, 'login').message, /\(publickey, password; key pair "ssh"\)/, told(dual));
    const half = await takes(both, { ask: { login: { user: 'me', password: '', way: 'key' } }, client });
    assert.equal(half.verdict, 'login-refused', told(half));
    assert.match(stepOf(half, 'login').message, /It takes: password\./);
    const keyless = await takes(both, { ask: { login: { user: 'me', password: '', way: 'key' } } });
    assert.equal(keyless.verdict, 'client-key-unusable', told(keyless));
    assert.deepEqual(seen, []);
  });

  it('tells what is no SSH, what is silent, and what shares no algorithm', async () => {
    const answers: [string, Parameters<typeof startTcpServer>[0], string][] = [
      ['HTTP', (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')), 'not-ssh'],
      ['hangs up', (socket) => socket.end(), 'not-ssh'],
      ['SMTP', (socket) => socket.write('220 mail.example ESMTP\r\n'), 'timeout'],
      ['random octets', (socket) => socket.end(Buffer.alloc(4_000, 0xa7)), 'not-ssh'],
      ['silent', () => undefined, 'timeout'],
      ['breaks off', (socket) => socket.end('SSH-2.0-Odd\r\n'), 'connection-closed'],
      ['old version', (socket) => socket.end('SSH-1.5-Old\r\n'), 'connection-closed'],
      ['endless banner', (socket) => void setInterval(() => socket.write('x'.repeat(1_000)), 1).unref(), 'not-ssh'],
    ];
    for (const [name, serve, verdict] of answers) {
      const { port } = await started(startTcpServer(serve));
      const report = await run(port, { timeoutMs: 700 });
      const accepted = name === 'endless banner' ? ['not-ssh', 'timeout'] : [verdict];
      assert.ok(accepted.includes(report.verdict), `${name}: ${told(report)}`);
      assert.ok(report.ms < 3_000, `${name}: ${report.ms} ms`);
    }
    const odd = await started(
      startSsh({ algorithms: { cipher: ['aes128-cbc'], kex: ['diffie-hellman-group14-sha1'] } }),
    );
    const old = await run(odd.port);
    assert.equal(old.verdict, 'ok', told(old));
    assert.equal(stepOf(old, 'ssh').status, 'warning');
    assert.match(stepOf(old, 'ssh').message, /diffie-hellman-group14-sha1.*deprecated algorithms/);
  });

  it('goes through a proxy, and is cancelled at once', async () => {
    const { port } = await started(startSsh({}));
    const proxy = await started(startHttpProxy());
    const through = await run(port, { proxy: { kind: 'http', host: '127.0.0.1', port: proxy.port } });
    assert.equal(through.verdict, 'ok', told(through));
    assert.deepEqual(proxy.asked, [`127.0.0.1:${port}`]);
    const silent = await started(startTcpServer(() => undefined));
    const stop = new AbortController();
    const test = run(silent.port, { signal: stop.signal });
    const rejected = assert.rejects(test, /enough/);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const at = performance.now();
    stop.abort(new Error('enough'));
    await rejected;
    assert.ok(performance.now() - at < 100);
  });
});
