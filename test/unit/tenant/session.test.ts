import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { readServiceKey } from '../../../src/core/tenant/serviceKey';
import { nodePorts, TenantSession, type SessionPorts } from '../../../src/core/tenant/session';
import { httpsTransport } from '../../../src/core/tenant/transport';
import { makeSelfSigned } from '../../support/testCertificates';
import { TenantSimulator, type SimulatorOptions } from '../../support/tenantSimulator';

const list = '/KeystoreEntries?keystoreName=system';

describe('a session with a tenant', () => {
  let simulator: TenantSimulator;
  /** What was waited for, instead of waiting. */
  let waits: number[];

  const start = async (options: SimulatorOptions = {}): Promise<void> => {
    simulator = await TenantSimulator.start(options);
  };
  beforeEach(() => {
    waits = [];
  });
  afterEach(() => simulator.stop());

  const open = (more: Partial<SessionPorts> = {}): TenantSession => {
    let skipped = 0;
    const ports: SessionPorts = {
      ...nodePorts(httpsTransport({ ca: simulator.ca, timeoutMs: 2_000 })),
      clock: () => performance.now() + skipped,
      wait: (ms) => {
        waits.push(ms);
        skipped += ms;
        return Promise.resolve();
      },
      ...more,
    };
    return new TenantSession(readServiceKey(simulator.serviceKey), ports);
  };
  const paths = (): string[] => simulator.requests.map((line) => line.replace(/\?.*/, ''));

  it('gets a token once, keeps it, and gets another before it ends or when it was taken away', async () => {
    await start({ tokenSeconds: 100 });
    let ahead = 0;
    const session = open({ clock: () => performance.now() + ahead });
    await Promise.all([session.json(list), session.json(list)]);
    await session.json(list);
    assert.equal(simulator.tokensGiven, 1);
    const before = simulator.tokensGiven;
    simulator.endTokens();
    await session.json(list);
    assert.equal(simulator.tokensGiven, before + 1);
    // A minute before its end it is renewed.
    ahead = 50_000;
    await session.json(list);
    assert.equal(simulator.tokensGiven, before + 2);
  });

  it('knows the roles of the token', async () => {
    await start({ roles: ['MonitoringDataRead', 'WorkspacePackagesRead'] });
    assert.deepEqual(await open().scopes(), ['MonitoringDataRead', 'WorkspacePackagesRead']);
  });

  it('gets in with user and password too', async () => {
    await start();
    const { api } = readServiceKey(simulator.serviceKey);
    const { user, password } = simulator;
    const basic = (secret: string): TenantSession =>
      new TenantSession(
        { api, auth: { kind: 'basic', user, password: secret } },
        nodePorts(httpsTransport({ ca: simulator.ca })),
      );
    assert.equal(await basic(password).scopes(), undefined);
    await basic(password).json(list);
    await assert.rejects(basic('wrong').json(list), { code: 'tenant-unauthorized' });
    assert.deepEqual(paths(), ['GET /api/v1/KeystoreEntries', 'GET /api/v1/KeystoreEntries']);
  });

  it('gets its token by a certificate, without a secret', async () => {
    const client = await makeSelfSigned('sb-simulator');
    await start({ client });
    const opened = (key: string): TenantSession =>
      new TenantSession(readServiceKey(key), nodePorts(httpsTransport({ ca: simulator.ca })));
    await opened(simulator.certificateKey).json(list);
    assert.equal(simulator.tokensGiven, 1);
    const stranger = await makeSelfSigned('stranger');
    const access = readServiceKey(simulator.certificateKey);
    assert.ok(access.auth.kind === 'clientCertificate');
    const auth = { ...access.auth, certificatePem: stranger.pem, privateKeyPem: stranger.privateKeyPem };
    const refused = new TenantSession({ ...access, auth }, nodePorts(httpsTransport({ ca: simulator.ca })));
    await assert.rejects(refused.json(list), { code: 'tenant-unauthorized' });
  });

  it('says that the service key lets nobody in, without its secret', async () => {
    await start();
    const key = simulator.serviceKey.replace(simulator.clientSecret, 'gone-s3cret');
    const session = new TenantSession(readServiceKey(key), nodePorts(httpsTransport({ ca: simulator.ca })));
    await assert.rejects(session.json(list), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'tenant-unauthorized');
      assert.match(error.message, /gives no token \(HTTP 401\)/);
      assert.ok(!inspect(error, { depth: 9 }).includes('gone-s3cret'));
      return true;
    });
  });

  it('says which role is missing', async () => {
    await start({ roles: [] });
    await assert.rejects(open().json(list), { code: 'tenant-forbidden', next: /MonitoringDataRead/ });
  });

  it('repeats what changes nothing while the tenant is busy, as long as it asks for', async () => {
    await start();
    simulator.faults.push(
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 503 },
      { status: 502, cut: true },
    );
    await open().json(list);
    assert.deepEqual(waits, [7_000, 1_000, 2_000]);
    waits.length = 0;
    simulator.faults.push(...Array.from({ length: 4 }, () => ({ status: 429 })));
    await assert.rejects(open().json(list), { code: 'tenant-busy' });
    simulator.faults.push(...Array.from({ length: 4 }, () => ({ status: 503 })));
    await assert.rejects(open().json(list), { code: 'tenant-locked', message: /being changed by somebody else/ });
  });

  it('waits for slow answers as long as it said, and asks again for what changes nothing', async () => {
    await start();
    const session = open(nodePorts(httpsTransport({ ca: simulator.ca, timeoutMs: 300 })));
    simulator.faults.push({ status: 200, after: 900 });
    await session.json(list);
    assert.equal(simulator.requests.filter((line) => line.includes('KeystoreEntries')).length, 2);
    simulator.faults.push({ status: 204, after: 900 });
    const deleting = session.send({ method: 'DELETE', path: "/KeystoreEntries('61')" });
    await assert.rejects(deleting, { code: 'tenant-unreachable', message: /no answer within 0\.3 seconds/ });
  });

  it('sends what changes something once', async () => {
    await start();
    for (const fault of [{ status: 503 }, { status: 504 }, { status: 500, cut: true as const }]) {
      simulator.requests.length = 0;
      simulator.faults.push(fault);
      await assert.rejects(open().send({ method: 'DELETE', path: "/KeystoreEntries('61')" }));
      assert.equal(paths().filter((path) => path.startsWith('DELETE')).length, 1);
    }
  });

  it('fetches a CSRF token where that is wanted, and repeats the request with it and its cookies', async () => {
    await start();
    const seen: Record<string, string>[] = [];
    const real = httpsTransport({ ca: simulator.ca });
    const session = open({
      transport: async (request) => {
        if (request.url.endsWith('/api/v1/')) {
          return {
            status: 200,
            headers: { 'x-csrf-token': 'T1', 'set-cookie': ['a=1; Path=/', 'b=2'] },
            body: Buffer.from(''),
          };
        }
        if (request.method !== 'DELETE') return real(request);
        seen.push({ ...request.headers });
        const isIt = request.headers?.['x-csrf-token'] === 'T1';
        return { status: isIt ? 204 : 403, headers: isIt ? {} : { 'x-csrf-token': 'Required' }, body: Buffer.from('') };
      },
    });
    assert.equal((await session.send({ method: 'DELETE', path: "/KeystoreEntries('61')" })).status, 204);
    assert.deepEqual(
      seen.map(({ cookie }) => cookie),
      [undefined, 'a=1; b=2'],
    );
  });

  it('keeps to ten requests in two seconds', async () => {
    await start();
    const session = open();
    await Promise.all(Array.from({ length: 12 }, () => session.json(list)));
    assert.ok(waits.length > 0, 'it waited');
    assert.ok(
      waits.every((ms) => ms <= 2_000),
      waits.join(),
    );
  });

  it('quotes what the tenant says of an error, in JSON and in XML', async () => {
    await start();
    const says = async (body: string, message: RegExp): Promise<void> => {
      simulator.faults.push({ status: 400, body });
      await assert.rejects(open().json(list), { code: 'tenant-refused', message });
    };
    await says(
      '{"error":{"code":"Bad Request","message":{"lang":"en","value":"Alias is empty"}}}',
      /It says: Alias is empty/,
    );
    await says('{"code":"Bad","message":{"lang":"en","value":"unwrapped"}}', /It says: unwrapped/);
    await says(
      '<?xml version="1.0"?><error><code/><message xml:lang="en">A &amp; B</message></error>',
      /It says: A & B/,
    );
    await says('', /\(HTTP 400\)\.$/);
  });

  it('understands no page of HTML, and shows its token to no other host', async () => {
    await start();
    const { api } = readServiceKey(simulator.serviceKey);
    const { user, password } = simulator;
    const web = { api: `${new URL(api).origin}/web`, auth: { kind: 'basic', user, password } } as const;
    await assert.rejects(new TenantSession(web, nodePorts(httpsTransport({ ca: simulator.ca }))).collection('/x'), {
      code: 'not-found',
    });
    simulator.faults.push({ status: 200, body: '<html></html>' });
    await assert.rejects(open().collection(list), { code: 'tenant-answer', message: /XML or HTML/ });
    simulator.faults.push({ status: 200, body: '{"d":{"results":[],"__next":"https://evil.example/api/v1/x"}}' });
    await assert.rejects(open().collection(list), { code: 'tenant-answer', message: /evil\.example/ });
    const circle = JSON.stringify({ d: { results: [], __next: `${api}${list}` } });
    simulator.faults.push({ status: 200, body: circle });
    await assert.rejects(open().collection(list), { code: 'tenant-answer', message: /circles/ });
  });

  it('ends at once when it is cancelled', async () => {
    await start();
    const stop = new AbortController();
    const reason = new Error('enough');
    stop.abort(reason);
    simulator.faults.push({ status: 429 });
    await assert.rejects(
      open({ wait: (_, signal) => Promise.reject(signal?.reason as Error) }).send({ path: list, signal: stop.signal }),
      reason,
    );
  });

  it('says that the host is not trusted, or not there', async () => {
    await start();
    const key = readServiceKey(simulator.serviceKey);
    const untrusting = new TenantSession(key, { ...nodePorts(httpsTransport()), wait: () => Promise.resolve() });
    await assert.rejects(untrusting.json(list), { code: 'tenant-unreachable', message: /not trusted on this machine/ });
  });
});
