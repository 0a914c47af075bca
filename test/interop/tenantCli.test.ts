import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startPracticeReceiver } from '../../src/core/connectivity/practice/receiver';
import { makePracticeIdentities } from '../support/practiceIdentities';
import { issueCertificate } from '../../src/core/certificates/issue';
import { certificatesPem } from '../../src/core/certificates/pem';
import { readRequest } from '../../src/core/certificates/request';
import { addKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { TenantSimulator } from '../support/tenantSimulator';
import { makeCa, makeSelfSigned, type TestIdentity } from '../support/testCertificates';
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
      assert.equal(code, 0, out);
      assert.match(out, /ok-client-key-elsewhere/);
      assert.match(out, /The private key of "partner_a" stays on localhost:\d+, so it was not shown/);
      assert.match(out, /ok +Server trust/);
      assert.match(out, /partner_a: usable/);
    } finally {
      await receiver.stop();
    }
  });

  it('compares it with a file, and exports what can be exported', async () => {
    const exported = await cli(['export', 'tenant:KEY', 'partner_a', '--out', at('partner.pem')], {
      KEY: simulator.serviceKey,
    });
    assert.equal(exported.code, 0, exported.err);
    assert.match(readFileSync(at('partner.pem'), 'utf8'), /BEGIN CERTIFICATE/);
    const same = await cli(['diff', 'tenant:KEY', 'tenant:KEY'], { KEY: simulator.serviceKey });
    assert.deepEqual([same.code, same.out], [0, 'The same entries.\n']);
  });

  it('changes it: import, generate, request, response, rename, delete; trust only where it was said', async () => {
    const env = { KEY: simulator.serviceKey, STORE: 'Keystore-1' };
    const run = async (...args: readonly string[]): Promise<Answer> => cli(args, env);
    const other = await makeCa('Other Root');
    const client = await other.issue('client b', { extendedKeyUsage: ['clientAuth'] });
    writeFileSync(at('other.pem'), other.pem);
    const key = await sealFor('PKCS12', client.privateKeyInfo, 'Keystore-1');
    const pair = { alias: 'client_b', key, chain: client.chain, created: new Date() };
    const { keystore } = addKeyPair(emptyKeystore(), pair);
    writeFileSync(at('client.p12'), await writeKeystore(keystore, 'Keystore-1'));

    const untold = await run('import', '--tenant', 'KEY', at('client.p12'), '--from-password-env', 'STORE');
    assert.equal(untold.code, 2);
    assert.match(untold.err, /does not trust "Other Root" \(SHA-256 /);
    assert.equal(simulator.keystore.get('client_b'), undefined);
    const wrong = await run('import', '--tenant', 'KEY', at('other.pem'), '--sha256', client.certificate.sha256);
    assert.equal(simulator.keystore.get('other root'), undefined, wrong.out);
    const root = await run('import', '--tenant', 'KEY', at('other.pem'), '--sha256', other.certificate.sha256);
    assert.equal(root.code, 0, root.err);
    const told = await run('import', 'tenant:KEY', at('client.p12'), '--from-password-env', 'STORE');
    assert.equal(told.code, 0, told.err);
    assert.ok(simulator.keystore.get('client_b')?.key);

    const made = await run(
      ...['generate', '--tenant', 'KEY', '--alias', 'made', '--key', 'EC P-256', '--subject', 'CN=Made, C=DE'],
    );
    assert.equal(made.code, 0, made.err);
    assert.match(made.out, /made, EC P-256, self-signed/);
    const usage = await run('generate', 'tenant:KEY', '--alias', 'x', '--subject', 'CN=x, C=DE', '--san', 'a.example');
    assert.match(usage.err, /without --san/);
    const request = await run('request', 'tenant:KEY', 'made');
    assert.match(request.out, /BEGIN CERTIFICATE REQUEST/);
    const madeEntry = simulator.keystore.get('made');
    const signed = await issueCertificate({
      subject: readRequest(request.out).subject,
      publicKey: madeEntry?.chain[0]?.spki ?? Buffer.alloc(0),
      signingKey: other.privateKey,
      issuer: other.certificate,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 86_400_000),
    });
    writeFileSync(at('made.pem'), certificatesPem([signed, other.certificate]));
    const responded = await run('respond', 'tenant:KEY', at('made.pem'));
    assert.equal(responded.code, 0, responded.err);
    assert.ok(simulator.keystore.get('made')?.chain[0]?.equals(signed));

    assert.equal((await run('rename', 'tenant:KEY', 'made', 'made_b')).code, 0);
    const refused = await run('delete', 'tenant:KEY', 'sap_cloudintegrationcertificate', '--yes');
    assert.equal(refused.code, 2);
    assert.match(refused.err, /belongs to SAP/);
    const deleted = await run('delete', '--tenant=KEY', 'made_b', 'client_b', 'other root', '--yes');
    assert.equal(deleted.code, 0, deleted.err);
    assert.ok(!deleted.out.includes('is kept as'));
    assert.equal(simulator.keystore.entries.length, 3);
    for (const { out, err } of [untold, told, made, responded]) {
      assert.ok(!(out + err).includes(simulator.clientSecret) && !(out + err).includes('Keystore-1'));
    }
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
