import assert from 'node:assert/strict';
import type net from 'node:net';
import type { ProtocolName, Protection } from '../../../src/core/connectivity/protocols/protocols';
import { parseProxy, proxyFor, type Proxy } from '../../../src/core/connectivity/proxy';
import { reportData, type ConnectivityReport, type VerdictCode } from '../../../src/core/connectivity/report';
import { serverChain } from '../../../src/core/connectivity/serverChain';
import { testConnectivity, type ConnectivityTest } from '../../../src/core/connectivity/test';
import { reportText } from '../../../src/core/report/connectivityText';
import { proofCommands } from '../../../src/core/report/proofCommands';
import { closedPort, startTcpServer, startTlsServer, type FaultServer } from '../../support/faultServers';
import {
  amqpMechanisms,
  amqpSaslHeader,
  secured,
  serveAmqp,
  serveAmqpWebSocket,
  serveKafka,
  startHttpProxy,
  startLineServer,
  startSocksProxy,
  type LineServer,
} from '../../support/protocolServers';
import { localNames, makeCa, type TestIdentity } from '../../support/testCertificates';

describe('connectivity test of other protocols and through proxies', function () {
  this.timeout(30_000);
  let root: TestIdentity;
  let identity: TestIdentity;
  let clientCa: TestIdentity;
  let client: TestIdentity;
  const running: FaultServer[] = [];

  before(async () => {
    root = await makeCa('Server Root');
    identity = await root.issue('localhost', { alternativeNames: localNames });
    clientCa = await makeCa('Client Root');
    client = await clientCa.issue('partner_a', { extendedKeyUsage: ['clientAuth'] });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
  });
  const started = async <T extends FaultServer>(server: Promise<T>): Promise<T> => {
    const found = await server;
    running.push(found);
    return found;
  };
  const run = (
    port: number,
    protocol: ProtocolName,
    protection: Protection,
    more: Partial<ConnectivityTest> & { readonly path?: string } = {},
  ): Promise<ConnectivityReport> => {
    const { path, ...rest } = more;
    const where = { host: '127.0.0.1', port, serverName: 'localhost', protocol, protection };
    return testConnectivity({
      target: { ...where, ...(path === undefined ? {} : { path }) },
      anchors: [{ alias: 'root', certificate: root.certificate }],
      timeoutMs: 1_500,
      from: 'here',
      ...rest,
    });
  };
  const expect = (report: ConnectivityReport, verdict: VerdictCode): void => {
    assert.equal(report.verdict, verdict, JSON.stringify(reportData(report), undefined, 1));
    const first = report.steps.find(({ status }) => status === 'failed');
    assert.equal(first?.code, report.ok ? undefined : verdict);
  };
  const message = (report: ConnectivityReport, step: string): string =>
    report.steps.find((each) => each.step === step)?.message ?? '';
  const withKey = (): Pick<ConnectivityTest, 'client'> => ({
    client: client.asClient('partner_a'),
  });

  const smtp: LineServer = {
    greeting: '220-mail.example ESMTP\r\n220 ready\r\n',
    answers: {
      EHLO: '250-mail.example\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n',
      STARTTLS: { answer: '220 go\r\n', tls: true },
      QUIT: { answer: '221 bye\r\n', close: true },
    },
  };
  const imap: LineServer = {
    greeting: '* OK [CAPABILITY IMAP4rev1] ready\r\n',
    answers: {
      'a CAPABILITY': '* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\na OK done\r\n',
      'b STARTTLS': { answer: 'b OK go\r\n', tls: true },
      'z LOGOUT': { answer: '* BYE\r\nz OK bye\r\n', close: true },
    },
  };
  const pop3: LineServer = {
    greeting: '+OK ready\r\n',
    answers: {
      CAPA: '+OK\r\nSTLS\r\nUSER\r\n.\r\n',
      STLS: { answer: '+OK go\r\n', tls: true },
      QUIT: { answer: '+OK bye\r\n', close: true },
    },
  };
  const ftp: LineServer = {
    greeting: '220 files.example\r\n',
    answers: {
      'AUTH TLS': { answer: '234 go\r\n', tls: true },
      FEAT: '211-Features:\r\n AUTH TLS\r\n UTF8\r\n211 End\r\n',
      QUIT: { answer: '221 bye\r\n', close: true },
    },
  };

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const [protocol, server, offer] of [
      ['smtp', smtp, 'AUTH PLAIN LOGIN'],
      ['imap', imap, 'AUTH=PLAIN'],
      ['pop3', pop3, 'USER'],
      ['ftp', ftp, 'UTF8'],
    ] as const) {
      it(`${protocol} with STARTTLS and from the first octet on, with a client certificate, ${version}`, async () => {
        const begun = await started(startLineServer(server, { identity, version }));
        const report = await run(begun.port, protocol, 'starttls');
        expect(report, 'ok');
        assert.ok(report.service?.offers.includes(offer), message(report, 'service'));
        assert.equal(report.tls?.version, version);
        const implicit = await started(startLineServer({ ...server, implicit: true }, { identity, version }));
        expect(await run(implicit.port, protocol, 'tls'), 'ok');
        const strict = await started(startLineServer(server, { identity, clientCa, version }));
        expect(await run(strict.port, protocol, 'starttls'), 'client-certificate-required');
        const known = await run(strict.port, protocol, 'starttls', withKey());
        expect(known, 'ok');
        assert.equal(known.client?.sent, 'partner_a');
      });
    }
  }

  it('servers that do not begin TLS', async () => {
    const without = { ...smtp, answers: { ...smtp.answers, EHLO: '250 mail.example\r\n' } };
    const plain = await started(startLineServer(without, { identity }));
    expect(await run(plain.port, 'smtp', 'starttls'), 'starttls-refused');
    const open = await run(plain.port, 'smtp', 'starttls-optional');
    expect(open, 'ok-not-encrypted');
    assert.deepEqual(
      open.steps.filter(({ status }) => status === 'warning').map(({ step }) => step),
      ['starttls', 'tls'],
    );
    expect(await run(plain.port, 'smtp', 'off'), 'ok-not-encrypted');
    const busy = { ...smtp, answers: { ...smtp.answers, STARTTLS: '454 not now\r\n' } };
    const refusing = await started(startLineServer(busy, { identity }));
    const refused = await run(refusing.port, 'smtp', 'starttls');
    expect(refused, 'starttls-refused');
    assert.match(message(refused, 'starttls'), /454 not now/);
    // Offered, and not done: no reason to go on in the clear.
    expect(await run(refusing.port, 'smtp', 'starttls-optional'), 'starttls-refused');
    const full = await started(startLineServer({ ...smtp, greeting: '554 no service\r\n' }, { identity }));
    assert.match(message(await run(full.port, 'smtp', 'starttls'), 'starttls'), /greets with "554 no service"/);
  });

  it('what is said in the clear behind STARTTLS is never taken for what is said in TLS', async () => {
    const answers = { ...smtp.answers, STARTTLS: { answer: '220 go\r\n250 injected\r\n', tls: true } as const };
    const injecting = await started(startLineServer({ ...smtp, answers }, { identity }));
    expect(await run(injecting.port, 'smtp', 'starttls'), 'starttls-refused');
  });

  it('Kafka', async () => {
    const mechanisms = ['PLAIN', 'SCRAM-SHA-256'];
    const secure = await started(startTlsServer({ identity, onSecure: (socket) => serveKafka(socket, mechanisms) }));
    const report = await run(secure.port, 'kafka', 'tls');
    expect(report, 'ok');
    assert.deepEqual(report.service?.offers, ['SASL PLAIN', 'SASL SCRAM-SHA-256']);
    const plain = await started(startTcpServer((socket) => serveKafka(socket, ['GSSAPI'])));
    const open = await run(plain.port, 'kafka', 'off');
    expect(open, 'ok-not-encrypted');
    assert.deepEqual(open.service?.offers, ['SASL GSSAPI']);
    expect(await run(plain.port, 'kafka', 'tls'), 'connection-closed');
    const web = await started(startTlsServer({ identity }));
    expect(await run(web.port, 'kafka', 'tls'), 'service-refused');
    const strict = await started(
      startTlsServer({ identity, clientCa, onSecure: (socket) => serveKafka(socket, mechanisms) }),
    );
    expect(await run(strict.port, 'kafka', 'tls', withKey()), 'ok');
  });

  it('AMQP, in TLS and in a WebSocket', async () => {
    const answers = (names: readonly string[]): Buffer => Buffer.concat([amqpSaslHeader, amqpMechanisms(names)]);
    for (const names of [['PLAIN', 'EXTERNAL', 'ANONYMOUS'], ['EXTERNAL']]) {
      const broker = await started(
        startTlsServer({ identity, onSecure: (socket) => serveAmqp(socket, answers(names)) }),
      );
      const report = await run(broker.port, 'amqp', 'tls');
      expect(report, 'ok');
      assert.deepEqual(
        report.service?.offers,
        names.map((name) => `SASL ${name}`),
      );
      const web = await started(
        startTlsServer({ identity, onSecure: (socket) => serveAmqpWebSocket(socket, '/events', answers(names)) }),
      );
      const inside = await run(web.port, 'amqp-ws', 'tls', { path: 'events' });
      expect(inside, 'ok');
      assert.deepEqual(
        inside.service?.offers,
        names.map((name) => `SASL ${name}`),
      );
      const elsewhere = await run(web.port, 'amqp-ws', 'tls', { path: '/other' });
      expect(elsewhere, 'service-refused');
      assert.match(message(elsewhere, 'service'), /404/);
    }
    const old = Buffer.from('AMQP\u0000\u0000\u0009\u0001', 'latin1');
    const rabbit = await started(startTlsServer({ identity, onSecure: (socket) => serveAmqp(socket, old) }));
    assert.match(message(await run(rabbit.port, 'amqp', 'tls'), 'service'), /AMQP 0\.9\.1 and not 1\.0/);
  });

  it('proxies: HTTP, SOCKS 4a and 5, with a login and without', async () => {
    const web = await started(startTlsServer({ identity, clientCa }));
    const mail = await started(startLineServer(smtp, { identity }));
    const open = await started(startHttpProxy());
    const strict = await started(startHttpProxy('me:s3cret'));
    const socks = await started(startSocksProxy());
    const known = await started(startSocksProxy({ user: 'me', password: 's3cret' }));
    const at = (kind: Proxy['kind'], { port }: FaultServer, login?: boolean): Proxy => ({
      kind,
      host: '127.0.0.1',
      port,
      ...(login ? { login: { user: 'me', password: 's3cret' } } : {}),
    });
    for (const proxy of [
      at('http', open),
      at('http', strict, true),
      at('socks4', socks),
      at('socks5', socks),
      at('socks5', known, true),
    ]) {
      const report = await run(web.port, 'tls', 'tls', { proxy, ...withKey() });
      expect(report, 'ok');
      assert.equal(report.steps.find(({ step }) => step === 'proxy')?.status, 'ok');
      // The greeting may come in one piece with the proxy's answer.
      expect(await run(mail.port, 'smtp', 'starttls', { proxy }), 'ok');
      const nowhere = await run(await closedPort(), 'tls', 'tls', { proxy });
      expect(nowhere, 'proxy-refused');
      for (const text of [reportText(report), JSON.stringify(reportData(report))]) assert.ok(!text.includes('s3cret'));
      assert.match(reportText(report), /through the (?:HTTP|SOCKS[45]) proxy 127\.0\.0\.1:/);
    }
    assert.equal(open.asked[0], `127.0.0.1:${web.port}`);
    for (const [proxy, words] of [
      [at('http', strict), /wants a login \(HTTP 407\)/],
      [at('http', web), /hung up|no HTTP proxy/],
      [at('socks5', known), /wants a login/],
      [at('socks5', open), /no SOCKS5 proxy|hung up/],
      [at('socks4', mail), /no SOCKS4 proxy/],
    ] as const) {
      const report = await run(web.port, 'tls', 'tls', { proxy });
      expect(report, 'proxy-refused');
      assert.match(message(report, 'proxy'), words);
    }
    const chain = await serverChain(
      { host: '127.0.0.1', port: web.port, serverName: 'localhost', protocol: 'tls', protection: 'tls' },
      { timeoutMs: 1_500, proxy: at('socks5', socks) },
    );
    assert.equal(chain[0]?.subject.short, 'localhost');
    await assert.rejects(
      serverChain(
        { host: '127.0.0.1', port: web.port, serverName: 'localhost', protocol: 'tls', protection: 'tls' },
        { timeoutMs: 1_500, proxy: at('http', strict) },
      ),
      /the proxy does not connect to it/,
    );
    const gone = { kind: 'http', host: '127.0.0.1', port: await closedPort() } as const;
    // One that sends elsewhere, to itself: it is not followed.
    let asked = 0;
    const elsewhere = await started(
      startTcpServer((socket) => {
        socket.once('data', () => {
          asked++;
          socket.end('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/login\r\nContent-Length: 0\r\n\r\n');
        });
      }),
    );
    const sent = await run(web.port, 'tls', 'tls', { proxy: at('http', elsewhere) });
    expect(sent, 'proxy-refused');
    assert.match(message(sent, 'proxy'), /sends elsewhere instead of connecting \(HTTP 302\)/);
    assert.equal(asked, 1);
    const report = await run(web.port, 'tls', 'tls', { proxy: gone });
    expect(report, 'connection-refused');
    assert.match(message(report, 'tcp'), /The proxy refuses/);
  });

  it('servers that say nothing, or rubbish, or too much: a verdict in time, each time', async () => {
    const rubbish = Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 7919 + 13) % 251));
    const drip = (socket: net.Socket): void => {
      const timer = setInterval(() => socket.write('2'), 50);
      socket.on('close', () => clearInterval(timer));
    };
    const flood = (socket: net.Socket): void => {
      const more = (): void => {
        while (!socket.destroyed && socket.write('220-more and more\r\n'.repeat(1_000)));
      };
      socket.on('drain', more);
      more();
    };
    const servers: readonly ((socket: net.Socket) => unknown)[] = [
      () => undefined,
      (socket) => socket.write(rubbish),
      drip,
      flood,
      (socket) => socket.end(),
      (socket) => socket.destroy(),
    ];
    const before = process.memoryUsage().rss;
    for (const behave of servers) {
      const tests: (readonly [port: number, ProtocolName, Protection, Partial<ConnectivityTest>])[] = [];
      for (const inTls of [false, true]) {
        const server = await started(
          startTcpServer((socket) => {
            if (inTls) {
              const secure = secured(socket, { identity });
              secure.once('secure', () => behave(secure));
            } else behave(socket);
          }),
        );
        for (const protocol of ['smtp', 'imap', 'pop3', 'ftp'] as const) {
          tests.push([server.port, protocol, inTls ? 'tls' : 'starttls', {}]);
        }
      }
      const { port } = await started(startTcpServer(behave));
      for (const protocol of ['kafka', 'amqp', 'amqp-ws'] as const) tests.push([port, protocol, 'off', {}]);
      for (const kind of ['http', 'socks4', 'socks5'] as const) {
        tests.push([443, 'tls', 'tls', { proxy: { kind, host: '127.0.0.1', port } }]);
      }
      const start = performance.now();
      const reports = await Promise.all(
        tests.map(([at, protocol, protection, more]) => run(at, protocol, protection, { timeoutMs: 400, ...more })),
      );
      assert.ok(performance.now() - start < 5_000);
      for (const report of reports) {
        assert.equal(report.ok, false, reportText(report));
        if (report.proxy !== undefined) {
          assert.ok(['proxy-refused', 'timeout'].includes(report.verdict), report.verdict);
        }
      }
    }
    assert.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024);
  });

  it('is cancelled within a moment, wherever it waits', async () => {
    const silent = await started(startTcpServer(() => undefined));
    const secure = await started(startTlsServer({ identity, onSecure: () => undefined }));
    const proxy = { kind: 'socks5', host: '127.0.0.1', port: silent.port } as const;
    for (const start of [
      (signal: AbortSignal) => run(silent.port, 'smtp', 'starttls', { signal, timeoutMs: 20_000 }),
      (signal: AbortSignal) => run(silent.port, 'kafka', 'off', { signal, timeoutMs: 20_000 }),
      (signal: AbortSignal) => run(secure.port, 'imap', 'tls', { signal, timeoutMs: 20_000 }),
      (signal: AbortSignal) => run(443, 'tls', 'tls', { signal, timeoutMs: 20_000, proxy }),
    ]) {
      const stop = new AbortController();
      const test = start(stop.signal);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const stopped = performance.now();
      stop.abort();
      await assert.rejects(test, { name: 'AbortError' });
      assert.ok(performance.now() - stopped < 100);
    }
  });

  it('the same test as a command', async () => {
    const begun = await started(startLineServer(smtp, { identity }));
    const report = await run(begun.port, 'smtp', 'starttls');
    assert.match(
      proofCommands(report)[0]?.command ?? '',
      /^openssl s_client -connect 127\.0\.0\.1:\d+ -starttls smtp /,
    );
  });
});

describe('the address of a proxy', () => {
  it('is read as settings and variables have it', () => {
    for (const [text, kind, host, port, user] of [
      ['http://proxy.example:3128', 'http', 'proxy.example', 3128, undefined],
      ['proxy.example:3128', 'http', 'proxy.example', 3128, undefined],
      ['http://proxy.example', 'http', 'proxy.example', 8080, undefined],
      ['http://proxy.example:80/', 'http', 'proxy.example', 80, undefined],
      ['socks5://me:a%40b@10.0.0.1', 'socks5', '10.0.0.1', 1080, 'me'],
      ['socks4a://[::1]:99', 'socks4', '::1', 99, undefined],
    ] as const) {
      const proxy = parseProxy(text);
      assert.deepEqual([proxy.kind, proxy.host, proxy.port, proxy.login?.user], [kind, host, port, user], text);
    }
    assert.equal(parseProxy('socks5://me:a%40b@10.0.0.1').login?.password, 'a@b');
    for (const text of ['', 'ftp://x', 'https://me:s3cret@proxy.example', 'http://']) {
      assert.throws(
        () => parseProxy(text),
        (error: Error & { code?: string }) => error.code === 'address-invalid' && !error.message.includes('s3cret'),
        text,
      );
    }
  });

  it('is not for this machine, nor for what is excepted', () => {
    const settings = { address: 'http://p:1', noProxy: ['intern.example', '*.lab.example', 'one.example:8443'] };
    const goes = (host: string, port = 443): boolean => proxyFor(settings, { host, port }) !== undefined;
    for (const host of ['localhost', '127.0.0.1', '::1', 'intern.example', 'a.Intern.example', 'x.lab.example']) {
      assert.equal(goes(host), false, host);
    }
    for (const host of ['partner.example', 'notintern.example', 'one.example']) assert.equal(goes(host), true, host);
    assert.equal(goes('one.example', 8443), false);
    assert.equal(proxyFor({ address: 'http://p:1', noProxy: ['*'] }, { host: 'x.example', port: 1 }), undefined);
    assert.equal(proxyFor({ address: '', noProxy: [] }, { host: 'x.example', port: 1 }), undefined);
  });
});
