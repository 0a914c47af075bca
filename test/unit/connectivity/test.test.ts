import assert from 'node:assert/strict';
import type net from 'node:net';
import { rootCertificates, type TLSSocket } from 'node:tls';
import { Certificate } from '../../../src/core/certificates/certificate';
import { testConnectivity, type ConnectivityTest } from '../../../src/core/connectivity/test';
import { reportData, type ConnectivityReport, type VerdictCode } from '../../../src/core/connectivity/report';
import { clientOf, keyPairsOf } from '../../../src/core/connectivity/client';
import { publicRootOf } from '../../../src/core/connectivity/publicRoots';
import { certificatesPem, readPem } from '../../../src/core/certificates/pem';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { addKeyPair } from '../../../src/core/keystore/edit';
import { emptyKeystore } from '../../../src/core/keystore/store';
import { explanationOf } from '../../../src/core/report/connectivityText';
import {
  closedPort,
  startTcpServer,
  startTlsServer,
  type FaultServer,
  type TlsServerOptions,
} from '../../support/faultServers';
import { localNames, makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

describe('connectivity test against real servers', function () {
  this.timeout(30_000);
  let root: TestIdentity;
  let issuing: TestIdentity;
  let server: TestIdentity;
  let clientRoot: TestIdentity;
  let client: TestIdentity;
  let stranger: TestIdentity;
  const running: FaultServer[] = [];

  before(async () => {
    root = await makeCa('Server Root');
    issuing = await root.issue('Server Issuing CA', { ca: {} });
    server = await issuing.issue('localhost', { alternativeNames: localNames, extendedKeyUsage: ['serverAuth'] });
    clientRoot = await makeCa('Client Root');
    client = await clientRoot.issue('partner_a', { extendedKeyUsage: ['clientAuth'] });
    stranger = await (await makeCa('Stranger Root')).issue('stranger', { extendedKeyUsage: ['clientAuth'] });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
  });

  const start = async (options: Partial<TlsServerOptions> = {}): Promise<number> => {
    const started = await startTlsServer({ identity: server, ...options });
    running.push(started);
    return started.port;
  };
  const tcp = async (onConnection: (socket: net.Socket) => void): Promise<number> => {
    const started = await startTcpServer(onConnection);
    running.push(started);
    return started.port;
  };
  const run = (
    port: number,
    more: Partial<ConnectivityTest> = {},
    trusted: readonly TestIdentity[] = [root],
  ): Promise<ConnectivityReport> =>
    testConnectivity({
      target: { host: '127.0.0.1', port, serverName: 'localhost', protocol: 'tls', protection: 'tls' },
      anchors: trusted.map(({ certificate }) => ({ alias: certificate.subject.short, certificate })),
      timeoutMs: 3_000,
      from: 'here',
      ...more,
    });
  const statuses = (report: ConnectivityReport): string =>
    report.steps.map(({ step, status }) => `${step} ${status}`).join(', ');
  const expectVerdict = (report: ConnectivityReport, verdict: VerdictCode): void => {
    assert.equal(report.verdict, verdict, JSON.stringify(reportData(report), undefined, 1));
    assert.equal(report.ok, verdict === 'ok' || verdict.startsWith('ok-'));
    assert.deepEqual(
      report.steps.map(({ step }) => step),
      ['address', 'dns', 'tcp', 'tls', 'serverName', 'serverTrust', 'clientCertificate', 'accepted'],
    );
    const first = report.steps.find(({ status }) => status === 'failed');
    assert.equal(first?.code, report.ok ? undefined : verdict);
  };

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    describe(version, () => {
      it('fine, no certificate asked', async () => {
        const report = await run(await start({ version }));
        expectVerdict(report, 'ok');
        assert.equal(report.tls?.version, version);
        assert.match(report.tls.cipher ?? '', /^TLS_/);
        assert.deepEqual(
          report.server?.chain.map((c) => c.subject.short),
          ['localhost', 'Server Issuing CA'],
        );
        assert.equal(report.server.anchor?.alias, 'Server Root');
        assert.deepEqual(
          [report.client?.requested, report.client?.required, report.client?.accepted],
          [false, false, true],
        );
      });

      it('fine, a certificate given that was never asked for', async () => {
        const report = await run(await start({ version }), { client: client.asClient('partner_a') });
        expectVerdict(report, 'ok-client-certificate-not-requested');
        assert.equal(report.client?.sent, undefined);
      });

      it('required and given', async () => {
        const report = await run(await start({ version, clientCa: clientRoot }), {
          client: client.asClient('partner_a'),
          candidates: [client.asClient('partner_a'), stranger.asClient('stranger'), server.asClient('server')],
        });
        expectVerdict(report, 'ok');
        assert.deepEqual(
          [report.client?.requested, report.client?.required, report.client?.accepted, report.client?.sent],
          [true, true, true, 'partner_a'],
        );
        assert.deepEqual(report.client?.acceptableIssuers, ['CN=Client Root']);
        assert.deepEqual(
          report.client.candidates.map(({ alias, usable }) => [alias, usable]),
          [
            ['partner_a', true],
            ['stranger', false],
            ['server', false],
          ],
        );
        assert.match(report.client.candidates[1]?.why ?? '', /Stranger Root, which is not among/);
      });

      it('required and missing', async () => {
        const report = await run(await start({ version, clientCa: clientRoot }));
        expectVerdict(report, 'client-certificate-required');
        assert.deepEqual(
          [report.client?.requested, report.client?.required, report.client?.accepted],
          [true, true, false],
        );
        assert.equal(
          statuses(report),
          'address ok, dns ok, tcp ok, tls ok, serverName ok, serverTrust ok, clientCertificate failed, accepted skipped',
        );
      });

      it('wrong client certificate', async () => {
        const report = await run(await start({ version, clientCa: clientRoot }), {
          client: stranger.asClient('stranger'),
        });
        expectVerdict(report, 'client-certificate-rejected');
        assert.deepEqual(
          [report.client?.required, report.client?.accepted, report.client?.sent],
          [true, false, 'stranger'],
        );
      });

      it('optional: goes on with and without', async () => {
        const port = await start({ version, clientCa: clientRoot, required: false });
        expectVerdict(await run(port), 'ok');
        const report = await run(port, { client: client.asClient('partner_a') });
        expectVerdict(report, 'ok-client-certificate-optional');
        assert.equal(report.client?.required, false);
      });

      it('asked for, not given, and hung up when something was asked: that is no yes', async () => {
        const port = await start({
          clientCa: clientRoot,
          required: false,
          version,
          onSecure: (socket) => {
            socket.on('error', () => undefined);
            socket.once('data', () => {
              if (socket.authorized) socket.end('HTTP/1.1 200 OK\r\n\r\n');
              else socket.destroy();
            });
          },
        });
        const without = await run(port);
        expectVerdict(without, 'connection-closed');
        assert.deepEqual([without.client?.required, without.client?.accepted], [null, null]);
        expectVerdict(await run(port, { client: client.asClient('partner_a') }), 'ok');
        expectVerdict(await run(port, { client: stranger.asClient('stranger') }), 'connection-closed');
      });

      it('names of 400 issuers are read', async () => {
        const many = await Promise.all(Array.from({ length: 8 }, (_, i) => makeCa(`Issuer ${i}`)));
        const moreIssuersPem = many.map((ca) => ca.pem).join('');
        const port = await start({ version, clientCa: clientRoot, moreIssuersPem });
        const report = await run(port);
        assert.deepEqual(
          report.client?.acceptableIssuers.toSorted(),
          ['CN=Client Root', ...many.map((_, i) => `CN=Issuer ${i}`)].toSorted(),
        );
      });

      it('a server that answers nothing to a request keeps to the handshake', async () => {
        const report = await run(await start({ version, clientCa: clientRoot, onSecure: () => undefined }), {
          client: client.asClient('partner_a'),
          timeoutMs: 1_000,
        });
        expectVerdict(report, 'ok');
      });

      it('hangs up right after the handshake', async () => {
        expectVerdict(await run(await start({ version, onSecure: (socket) => socket.destroy() })), 'connection-closed');
      });
    });
  }

  it('untrusted root, not sent: the issuer is named, the intermediate offered', async () => {
    const report = await run(await start(), {}, [clientRoot]);
    expectVerdict(report, 'server-root-missing');
    assert.equal(report.server?.missing, 'CN=Server Root');
    assert.equal(report.server.offer?.subject.short, 'Server Issuing CA');
    assert.equal(report.steps.at(-1)?.status, 'ok');
  });

  it('untrusted root, sent: it is offered', async () => {
    const report = await run(await start({ chainPem: certificatesPem(server.chain) }), {}, []);
    expectVerdict(report, 'server-root-missing');
    assert.deepEqual([report.server?.missing, report.server?.offer?.subject.short], ['CN=Server Root', 'Server Root']);
  });

  it('untrusted root of a public authority, not sent: that root is offered', async () => {
    const known = (below: Certificate): Certificate | undefined =>
      below.issuer.equals(root.certificate.subject) ? root.certificate : undefined;
    const report = await run(await start(), { rootOf: known }, [clientRoot]);
    expectVerdict(report, 'server-root-missing');
    assert.equal(report.server?.missing, 'CN=Server Root');
    assert.equal(report.server.offer, root.certificate);
    assert.match(explanationOf(report), /servers do not send their root.* Add "Server Root" to the keystore/);
  });

  it('finds the public root that signed a certificate, while it is valid', () => {
    const now = new Date();
    const roots = rootCertificates.map((pem) => Certificate.parse(readPem(pem)[0]!.der));
    const valid = roots.filter(({ notAfter }) => notAfter > now);
    for (const root of valid) assert.ok(publicRootOf(root, now)?.equals(root), root.subject.toString());
    const [some] = valid;
    const forged = Buffer.from(some!.der);
    forged.writeUInt8(forged.at(-1)! ^ 1, forged.length - 1);
    assert.equal(publicRootOf(Certificate.parse(forged), now), undefined);
    assert.equal(publicRootOf(some!, new Date(some!.notAfter.getTime() + 1)), undefined);
  });

  it('anchored by an intermediate, or by the certificate itself', async () => {
    const port = await start();
    expectVerdict(await run(port, {}, [issuing]), 'ok');
    expectVerdict(await run(port, {}, [server]), 'ok');
  });

  it('a chain in the wrong order is put right', async () => {
    const [leaf, middle, top] = server.chain;
    expectVerdict(await run(await start({ chainPem: certificatesPem([leaf!, top!, middle!]) })), 'ok');
  });

  it('missing intermediate', async () => {
    const report = await run(await start({ chainPem: server.pem }));
    expectVerdict(report, 'server-chain-incomplete');
    assert.equal(report.server?.missing, 'CN=Server Issuing CA');
  });

  it('issued by a root directly that is not in the keystore', async () => {
    const direct = await root.issue('localhost', { alternativeNames: localNames });
    expectVerdict(await run(await start({ identity: direct }), {}, [clientRoot]), 'server-root-missing');
  });

  it('expired, and not yet valid', async () => {
    const expired = await root.issue('localhost', { alternativeNames: localNames, fromDays: -10, toDays: -1 });
    expectVerdict(await run(await start({ identity: expired })), 'server-expired');
    const early = await root.issue('localhost', { alternativeNames: localNames, fromDays: 5, toDays: 10 });
    expectVerdict(await run(await start({ identity: early })), 'server-not-yet-valid');
  });

  it('wrong name, and a common name where there are no alternative ones', async () => {
    const other = await root.issue('localhost', { alternativeNames: [{ kind: 'dns', value: 'other.example' }] });
    const report = await run(await start({ identity: other }));
    expectVerdict(report, 'server-name-mismatch');
    assert.match(report.steps[4]?.message ?? '', /is for other\.example/);
    const nameless = await run(await start({ identity: await root.issue('localhost') }));
    expectVerdict(nameless, 'ok');
    assert.equal(nameless.steps[4]?.status, 'warning');
    const otherName = await root.issue('other.example');
    expectVerdict(await run(await start({ identity: otherName })), 'server-name-mismatch');
  });

  it('self-signed, unless it is in the keystore', async () => {
    const self = await makeSelfSigned('localhost', { alternativeNames: localNames });
    const port = await start({ identity: self });
    const report = await run(port);
    expectVerdict(report, 'server-self-signed');
    assert.equal(report.server?.offer?.sha256, self.certificate.sha256);
    expectVerdict(await run(port, {}, [self]), 'ok');
  });

  it('issued by something that is no authority, or not meant for servers', async () => {
    const noAuthority = await root.issue('not a CA');
    const below = await noAuthority.issue('localhost', { alternativeNames: localNames });
    expectVerdict(await run(await start({ identity: below })), 'server-certificate-invalid');
    const clientOnly = await root.issue('localhost', {
      alternativeNames: localNames,
      extendedKeyUsage: ['clientAuth'],
    });
    expectVerdict(await run(await start({ identity: clientOnly })), 'server-certificate-invalid');
  });

  it('a signature by another of the same name', async () => {
    const impostor = await makeCa('Server Root');
    const forged = await impostor.issue('localhost', { alternativeNames: localNames });
    const report = await run(await start({ identity: forged }));
    assert.ok(!report.ok);
    assert.equal(report.steps[5]?.status, 'failed');
  });

  it('a server that asks for the certificate after the handshake, as Apache does by path', async () => {
    const body =
      "You don't have permission to access this resource.<br />Reason: Cannot perform Post-Handshake Authentication.<br />";
    const port = await start({
      version: 'TLSv1.3',
      onSecure: (socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () =>
          socket.end(`HTTP/1.1 403 Forbidden\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
        );
      },
    });
    const without = await run(port);
    expectVerdict(without, 'client-certificate-required');
    assert.match(explanationOf(without), /only after the handshake.*has to ask in the handshake/);
    const given = await run(port, { client: client.asClient('partner_a') });
    expectVerdict(given, 'client-certificate-rejected');
    assert.match(given.steps[6]?.message ?? '', /only after the handshake/);
  });

  it('a thousand certificates, and ten megabytes of them: refused in time, and memory stays', async () => {
    const thousand = server.pem + certificatesPem([issuing.certificate]).repeat(999);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const port = await start({ chainPem: thousand, version });
      const report = await run(port, { timeoutMs: 5_000 });
      expectVerdict(report, 'server-certificate-invalid');
    }
    // The head of a Certificate message of TLS 1.2 that says 10 MB, and so much of it.
    const before = process.memoryUsage().rss;
    const port = await tcp((socket) => {
      socket.once('data', () => {
        const hello = Buffer.from(`020000260303${'11'.repeat(32)}00c02b00`, 'hex');
        const record = (content: Buffer): Buffer =>
          Buffer.concat([Buffer.from([0x16, 3, 3, content.length >> 8, content.length & 255]), content]);
        socket.write(record(hello));
        socket.write(record(Buffer.from([0x0b, 0x98, 0x96, 0x80])));
        for (let left = 640; left > 0 && !socket.destroyed; left--) socket.write(record(Buffer.alloc(16_000)));
      });
    });
    const report = await run(port);
    assert.ok(!report.ok && report.ms < 3_500, report.verdict);
    assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024);
  });

  it('plain HTTP, an SSH banner, garbage', async () => {
    for (const banner of [
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
      'SSH-2.0-OpenSSH_9.2\r\n',
      '\u0000\u0001\u0002',
    ]) {
      const port = await tcp((socket) => socket.once('data', () => socket.end(banner)));
      expectVerdict(await run(port), 'not-tls');
    }
  });

  it('asks for the name that the certificate has to be for', async () => {
    const requests: string[] = [];
    const onSecure = (socket: TLSSocket): void => {
      socket.once('data', (data: Buffer) => {
        requests.push(data.toString('latin1'));
        socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      });
    };
    const port = await start({ onSecure });
    expectVerdict(await run(port), 'ok');
    assert.match(requests.join(), new RegExp(`^GET / HTTP/1.1\r\nHost: localhost:${port}\r\n`));
  });

  it('refused, unknown host', async () => {
    expectVerdict(await run(await closedPort()), 'connection-refused');
    const target = {
      host: 'no-such-host.invalid',
      port: 443,
      serverName: 'no-such-host.invalid',
      protocol: 'tls',
      protection: 'tls',
    } as const;
    expectVerdict(await run(443, { target }), 'dns-not-found');
  });

  it('accepts and never answers: time-out', async () => {
    const port = await tcp(() => undefined);
    const report = await run(port, { timeoutMs: 400 });
    expectVerdict(report, 'timeout');
    assert.ok(report.ms < 3_000);
  });

  it('tells each step as it is decided: the name and the connection while the handshake still hangs', async () => {
    const before: string[] = [];
    const told: string[] = [];
    const port = await tcp((socket) => socket.once('data', () => setTimeout(() => before.push(...told), 100)));
    const target = { host: '127.0.0.1', port, serverName: 'localhost', protocol: 'tls', protection: 'tls' } as const;
    const report = await testConnectivity({ target, anchors: [], timeoutMs: 400, from: 'here' }, ({ step }) =>
      told.push(step),
    );
    assert.deepEqual(before, ['address', 'dns', 'tcp']);
    assert.deepEqual(
      told,
      report.steps.map(({ step }) => step),
    );
  });

  it('closes at once', async () => {
    expectVerdict(await run(await tcp((socket) => socket.end())), 'connection-closed');
    expectVerdict(
      await run(await tcp((socket) => socket.once('data', () => socket.resetAndDestroy()))),
      'connection-closed',
    );
  });

  it('alerts: protocol version, no shared cipher', async () => {
    const alert = (code: number) => (socket: net.Socket) =>
      socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, code])));
    expectVerdict(await run(await tcp(alert(70))), 'protocol-version');
    expectVerdict(await run(await tcp(alert(40))), 'no-shared-cipher');
    expectVerdict(await run(await tcp(alert(71))), 'no-shared-cipher');
    expectVerdict(await run(await tcp(alert(112))), 'server-name-mismatch');
  });

  it('no shared cipher with a real server', async () => {
    const port = await start({ version: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' });
    expectVerdict(await run(port), 'no-shared-cipher');
  });

  it('a key pair that cannot be used is said so, and the rest is still learned', async () => {
    const port = await start({ clientCa: clientRoot });
    const unknown = await run(port, { client: { alias: 'nobody', unusable: 'There is no such entry.' } });
    expectVerdict(unknown, 'client-key-unusable');
    assert.deepEqual(unknown.client?.acceptableIssuers, ['CN=Client Root']);
    const old = await clientRoot.issue('old', { fromDays: -10, toDays: -1 });
    expectVerdict(await run(port, { client: old.asClient('old') }), 'client-key-unusable');
  });

  it('takes the key pair of a keystore, and says when its key has a password of its own', async () => {
    const port = await start({ clientCa: clientRoot });
    const test = async (password: string, alias = 'partner_a'): Promise<ConnectivityReport> => {
      const key = await sealKey(client.privateKeyInfo, 'Keystore-1');
      const { keystore } = addKeyPair(emptyKeystore(), {
        alias: 'partner_a',
        key,
        chain: client.chain,
        created: new Date(),
      });
      return run(port, { client: clientOf(keystore, alias, () => password), candidates: keyPairsOf(keystore) });
    };
    expectVerdict(await test('Keystore-1'), 'ok');
    const locked = await test('Another-1');
    expectVerdict(locked, 'client-key-unusable');
    assert.match(locked.steps.find(({ step }) => step === 'clientCertificate')?.message ?? '', /password/);
    assert.deepEqual(locked.client?.candidates, [{ alias: 'partner_a', usable: true }]);
    expectVerdict(await test('Keystore-1', 'partner_b'), 'client-key-unusable');
    expectVerdict(await run(port, { client: clientOf(undefined, 'partner_a', () => '') }), 'client-key-unusable');
  });

  it('a key that does not belong to its certificate is not used', async () => {
    const port = await start({ clientCa: clientRoot });
    const mixed = { ...client.asClient('mixed'), privateKeyPem: () => Promise.resolve(stranger.privateKeyPem) };
    const report = await run(port, { client: mixed });
    expectVerdict(report, 'client-key-unusable');
    assert.match(report.steps.find(({ code }) => code !== undefined)?.message ?? '', /does not belong/);
  });

  it('a certificate of the server that cannot be read is trusted by nobody', async () => {
    // The Z of notAfter made an X: OpenSSL sends it all the same.
    const unreadable = Buffer.from(server.certificate.der);
    const dates = /\d{12}Z..\d{12}Z/s.exec(unreadable.toString('latin1'));
    unreadable[dates!.index + dates![0].length - 1] = 0x58;
    const chainPem = certificatesPem([{ der: unreadable }, issuing.certificate]);
    const report = await run(await start({ chainPem }), {}, [root, issuing]);
    expectVerdict(report, 'server-certificate-invalid');
    assert.match(report.steps.find(({ code }) => code !== undefined)?.message ?? '', /cannot be read/);
  });

  it('the first failing step decides: an untrusted server that refuses the client too', async () => {
    const report = await run(await start({ clientCa: clientRoot }), { client: stranger.asClient('stranger') }, []);
    expectVerdict(report, 'server-root-missing');
    assert.equal(report.steps.at(-1)?.code, 'client-certificate-rejected');
  });

  it('records split into single octets are read as well', async () => {
    const real = await startTlsServer({ identity: server, clientCa: clientRoot, version: 'TLSv1.3' });
    running.push(real);
    const { connect } = await import('node:net');
    const port = await tcp((socket) => {
      const upstream = connect(real.port, '127.0.0.1');
      upstream.on('error', () => socket.destroy());
      upstream.on('data', (chunk: Buffer) => {
        for (const octet of chunk) socket.write(Buffer.from([octet]));
      });
      upstream.on('end', () => socket.end());
      socket.pipe(upstream);
    });
    const report = await run(port, { client: client.asClient('partner_a') });
    expectVerdict(report, 'ok');
    assert.deepEqual(report.client?.acceptableIssuers, ['CN=Client Root']);
  });

  it('cancels at once at every stage, not when the time allowed is over', async () => {
    const port = await tcp(() => undefined);
    for (const delay of [0, 5, 60]) {
      const aborter = new AbortController();
      const testing = run(port, { signal: aborter.signal });
      await new Promise((resolve) => setTimeout(resolve, delay));
      const started = performance.now();
      aborter.abort();
      await assert.rejects(testing, { name: 'AbortError' });
      assert.ok(performance.now() - started < 2_000);
    }
  });

  it('tells every step, in order', async () => {
    const told: string[] = [];
    const report = await testConnectivity(
      {
        target: { host: '127.0.0.1', port: await start(), serverName: 'localhost', protocol: 'tls', protection: 'tls' },
        anchors: [],
        timeoutMs: 3_000,
        from: 'here',
      },
      (step) => told.push(step.step),
    );
    assert.deepEqual(
      told,
      report.steps.map(({ step }) => step),
    );
    assert.equal(JSON.stringify(reportData(report)).includes('PRIVATE KEY'), false);
  });
});
