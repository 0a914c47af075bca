import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startPracticeReceiver } from '../../src/core/connectivity/practice/receiver';
import { makePracticeIdentities } from '../support/practiceIdentities';
import { TenantSimulator } from '../support/tenantSimulator';
import { makeSelfSigned, type TestIdentity } from '../support/testCertificates';
import { flowText, httpReceiver } from '../unit/flow/flowText';

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command line as it is shipped, against a tenant over TLS. */
describe('the command line with the keystore of a tenant', function () {
  this.timeout(60_000);
  let simulator: TenantSimulator;
  let identities: Awaited<ReturnType<typeof makePracticeIdentities>>;
  let partner: TestIdentity;
  let folder: string;
  const at = (name: string): string => path.join(folder, name);

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'tenant-'));
    identities = await makePracticeIdentities();
    partner = await identities.clientCa.issue('partner_a', { extendedKeyUsage: ['clientAuth'] });
    const sap = await makeSelfSigned('SAP Client');
    simulator = await TenantSimulator.start({
      entries: [
        {
          alias: 'partner_a',
          kind: 'keyPair',
          chain: partner.chain,
          modifiedBy: 'Anna',
          modified: new Date('2026-10-01'),
        },
        { alias: 'practice root', kind: 'certificate', chain: [identities.root.certificate] },
        { alias: 'sap_cloudintegrationcertificate', kind: 'keyPair', chain: sap.chain, owner: 'SAP' },
      ],
    });
    writeFileSync(at('ca.pem'), simulator.ca);
    writeFileSync(at('key.json'), simulator.serviceKey);
    writeFileSync(
      at('Orders.iflw'),
      flowText(
        httpReceiver({ privateKeyAlias: 'partner_a' }),
        httpReceiver({ privateKeyAlias: 'nobody' }, { id: 'Second' }),
      ),
    );
  });
  after(async () => {
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    new Promise((resolve) => {
      const program = path.join(process.env['PROJECT_ROOT'] ?? process.cwd(), 'dist/cli.cjs');
      const ca = { NODE_EXTRA_CA_CERTS: at('ca.pem') };
      execFile(process.execPath, [program, ...args], { env: { ...process.env, ...ca, ...env } }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      );
    });

  it('lists it, by a file or a variable with the service key; whose each entry is', async () => {
    const text = await cli(['list', '--tenant', at('key.json')]);
    assert.equal(text.code, 0, text.err);
    assert.match(text.out, /^localhost:\d+: keystore of a tenant, 3 entries/);
    assert.match(text.out, /partner_a {2}\(key pair\)\n {2}changed 2026-10-01 by Anna\n/);
    assert.match(text.out, /sap_cloudintegrationcertificate {2}\(key pair\)\n {2}SAP's own/);
    assert.match(text.out, /chain of 2 certificates/);
    const json = await cli(['list', 'tenant:KEY', '--json'], { KEY: simulator.serviceKey });
    assert.equal(json.code, 0, json.err);
    const data = JSON.parse(json.out) as {
      type: string;
      entries: { alias: string; sha256: string; tenant: { owner: string } }[];
    };
    assert.equal(data.type, 'tenant');
    assert.deepEqual(
      data.entries.map(({ alias, sha256, tenant }) => [alias, sha256 === partner.certificate.sha256, tenant.owner]),
      [
        ['partner_a', true, 'Tenant Administrator'],
        ['practice root', false, 'Tenant Administrator'],
        ['sap_cloudintegrationcertificate', false, 'SAP'],
      ],
    );
    assert.match((await cli(['list', '--tenant', at('key.json'), '--stable'])).out, /partner_a/);
  });

  it('checks flows against it', async () => {
    const { code, out } = await cli(['check', at('Orders.iflw'), '--tenant', at('key.json')]);
    assert.equal(code, 1);
    assert.match(out, /nobody/);
    assert.ok(!/partner_a.*(missing|no entry)/.test(out), out);
  });

  it('tests with its trust, and says which of its key pairs would do: their keys stay there', async () => {
    const receiver = await startPracticeReceiver({ port: 0, ...identities });
    try {
      const host = `localhost:${receiver.port}`;
      const { code, out } = await cli(['test', host, '--tenant', at('key.json'), '--alias', 'partner_a']);
      assert.equal(code, 1);
      assert.match(out, /client-key-unusable/);
      assert.match(out, /The private key stays on localhost:\d+; it cannot be used/);
      assert.match(out, /ok +Server trust/);
      assert.match(out, /partner_a: usable/);
    } finally {
      await receiver.stop();
    }
  });

  it('compares it with a file, and refuses to change it', async () => {
    const exported = await cli(['export', 'tenant:KEY', 'partner_a', '--out', at('partner.pem')], {
      KEY: simulator.serviceKey,
    });
    assert.equal(exported.code, 0, exported.err);
    assert.match(readFileSync(at('partner.pem'), 'utf8'), /BEGIN CERTIFICATE/);
    const same = await cli(['diff', 'tenant:KEY', 'tenant:KEY'], { KEY: simulator.serviceKey });
    assert.deepEqual([same.code, same.out], [0, 'The same entries.\n']);
    const changed = await cli(['delete', 'tenant:KEY', 'partner_a', '--yes'], { KEY: simulator.serviceKey });
    assert.equal(changed.code, 2);
    assert.match(changed.err, /read here, not changed/);
  });

  it('says what is wrong with a service key, and shows no secret of it', async () => {
    for (const [key, message] of [
      ['{}', /no "url"/],
      ['not there.json', /no file and no environment variable/],
      [simulator.serviceKey.replace(simulator.clientSecret, 'wr0ng-s3cret'), /gives no token \(HTTP 401\)/],
    ] as const) {
      const named = key.startsWith('{') ? 'KEY' : key;
      const { code, out, err } = await cli(['list', '--tenant', named], { KEY: key });
      assert.equal(code, 2, out);
      assert.match(err, message);
      assert.ok(!(out + err).includes('wr0ng-s3cret') && !(out + err).includes(simulator.clientSecret));
    }
  });
});
