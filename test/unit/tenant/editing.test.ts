import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Certificate } from '../../../src/core/certificates/certificate';
import { readCertificates } from '../../../src/core/certificates/import';
import { CertificationRequest, readRequest } from '../../../src/core/certificates/request';
import { parseSubject } from '../../../src/core/certificates/subjectText';
import {
  addCertificates,
  addKeyPair,
  findEntry,
  getKeyPair,
  removeEntries,
  renameEntry,
} from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { replaceChain } from '../../../src/core/keystore/replaceChain';
import { emptyKeystore, sealFor, writeKeystore } from '../../../src/core/keystore/store';
import { applyTenantEdit, type ApplyOptions, type Untrusted } from '../../../src/core/tenant/applyEdit';
import { describeStep, planTenantEdit, type TenantStep } from '../../../src/core/tenant/editPlan';
import { generateOnTenant } from '../../../src/core/tenant/generate';
import { readTenantKeystore, type TenantKeystore } from '../../../src/core/tenant/keystore';
import { readServiceKey } from '../../../src/core/tenant/serviceKey';
import { TenantSession } from '../../../src/core/tenant/session';
import { readShelf } from '../../../src/core/tenant/shelves';
import { httpsTransport } from '../../../src/core/tenant/transport';
import * as writes from '../../../src/core/tenant/writes';
import { openApi } from '../../support/openApi';
import type { SimulatedEntry } from '../../support/tenant/keystore';
import { quickPorts } from '../../support/tenant/quickPorts';
import { TenantSimulator, type SimulatorOptions } from '../../support/tenantSimulator';
import { makeCa, type TestIdentity } from '../../support/testCertificates';

const password = 'Of-this-edit-1';
const api = openApi();

describe('changing the keystore of a tenant', () => {
  let root: TestIdentity;
  let partner: TestIdentity;
  let simulator: TenantSimulator;
  let session: TenantSession;
  let asked: Untrusted[];
  let answer: boolean;
  /** What is not as SAP describes its API. */
  let surprises: string[];

  before(async () => {
    root = await makeCa('Partner Root');
    partner = await root.issue('partner a', { extendedKeyUsage: ['clientAuth'] });
  });
  beforeEach(() => {
    asked = [];
    answer = true;
    surprises = [];
  });
  afterEach(async () => {
    await simulator.stop();
    assert.deepEqual(surprises, []);
  });

  const start = async (entries: readonly SimulatedEntry[] = [], options: SimulatorOptions = {}): Promise<void> => {
    simulator = await TenantSimulator.start({ ...options, entries });
    const access = readServiceKey(simulator.serviceKey);
    const transport = httpsTransport({ ca: simulator.ca });
    session = new TenantSession(
      access,
      quickPorts(async (request) => {
        const given = await transport(request);
        const { method, url } = request;
        if (api && url.startsWith(access.api) && !url.endsWith('/')) {
          const isJson = String(given.headers['content-type']).includes('json');
          const body = isJson ? Buffer.from(given.body).toString('utf8') : '';
          surprises.push(...api.problems(method, url.slice(access.api.length), given.status, body));
        }
        return given;
      }),
    );
  };
  const pair = (identity: TestIdentity, more: Partial<SimulatedEntry> = {}): SimulatedEntry => ({
    ...{ alias: 'partner_a', kind: 'keyPair', chain: identity.chain, key: identity.privateKey },
    ...more,
  });
  const cert = (alias: string, certificate: Certificate, more: Partial<SimulatedEntry> = {}): SimulatedEntry => ({
    ...{ alias, kind: 'certificate', chain: [certificate] },
    ...more,
  });
  const owned =
    ({ facts }: TenantKeystore) =>
    (alias: string): boolean =>
      facts.get(alias)?.ownedBySap === true;
  /** @returns what was done, in words */
  const edit = async (
    change: (keystore: Keystore) => Keystore | Promise<Keystore>,
    more: Partial<ApplyOptions> = {},
  ): Promise<string[]> => {
    const tenant = await readTenantKeystore(session);
    const steps = planTenantEdit(tenant.keystore, await change(tenant.keystore), owned(tenant));
    const confirm = (untrusted: readonly Untrusted[]): Promise<boolean> => {
      asked.push(...untrusted);
      return Promise.resolve(answer);
    };
    const done = await applyTenantEdit(session, steps, { password, confirm, ...more });
    return done.map(describeStep);
  };
  const kept = (): string[] => simulator.keystore.entries.map(({ alias }) => alias);

  it('adds certificates, asking once for what the tenant does not trust by itself', async () => {
    const other = await makeCa('Other Root');
    await start([cert('known', root.certificate)]);
    const add = (keystore: Keystore): Keystore =>
      addCertificates(keystore, [
        { alias: 'Partner; \\ A', certificate: partner.certificate },
        { alias: 'other', certificate: other.certificate },
      ]).keystore;
    assert.deepEqual(await edit(add), ['add "Partner; \\ A"', 'add "other"']);
    assert.deepEqual(
      asked.map(({ alias, certificates }) => [alias, certificates[0]?.sha256]),
      [['other', other.certificate.sha256]],
    );
    assert.deepEqual(kept(), ['known', 'Partner; \\ A', 'other']);
    assert.deepEqual(await edit((keystore) => removeEntries(keystore, ['Partner; \\ A', 'other']).keystore), [
      'delete 2 entries',
    ]);
    assert.deepEqual(kept(), ['known']);
  });

  it('does nothing of what was not confirmed, and deletes nothing for it', async () => {
    await start([cert('old', partner.certificate)]);
    answer = false;
    const exchange = (keystore: Keystore): Keystore =>
      addCertificates(removeEntries(keystore, ['old']).keystore, [{ alias: 'new', certificate: root.certificate }])
        .keystore;
    assert.deepEqual(await edit(exchange), []);
    assert.deepEqual(kept(), ['old']);
    // What is trusted anyway is there by then: that the rest is not is said.
    const both = (keystore: Keystore): Keystore =>
      addCertificates(keystore, [
        { alias: 'again', certificate: partner.certificate },
        { alias: 'new', certificate: root.certificate },
      ]).keystore;
    await assert.rejects(edit(both), {
      code: 'tenant-partly',
      message: /Done: add "again"\. Not done: add "new"\. .*not confirmed/,
    });
    await edit((keystore) => removeEntries(keystore, ['again']).keystore);
    answer = true;
    assert.deepEqual(await edit(exchange), ['add "new"', 'delete "old"']);
    assert.deepEqual(kept(), ['new']);
  });

  it('uploads a key pair under a password of this edit, and replaces it under its alias; keytool finds it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tenant-'));
    const file = { path: path.join(folder, 'system.p12'), password: 'Simulated-1' };
    try {
      await start([cert('root', root.certificate)], { file });
      const withPair =
        (identity: TestIdentity) =>
        async (keystore: Keystore): Promise<Keystore> => {
          const key = await sealFor(keystore.type, identity.privateKeyInfo, password);
          const before = findEntry(keystore, 'partner_a');
          const without = before ? removeEntries(keystore, ['partner_a']).keystore : keystore;
          return addKeyPair(without, { alias: 'partner_a', key, chain: identity.chain, created: new Date() }).keystore;
        };
      assert.deepEqual(await edit(withPair(partner)), ['add "partner_a"']);
      const next = await root.issue('partner a', {});
      assert.deepEqual(await edit(withPair(next)), ['replace "partner_a"']);
      assert.equal(asked.length, 0);
      const { keystore } = await readTenantKeystore(session);
      assert.equal(getKeyPair(keystore, 'partner_a').chain[0]?.sha256, next.certificate.sha256);
      const listed = keytoolList(file);
      if (listed !== undefined) assert.match(listed, /partner_a, .*PrivateKeyEntry/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('renames; two that change places go over a third alias, and what leaves its alias goes first', async () => {
    await start([
      cert('a', root.certificate),
      cert('b', partner.certificate),
      cert('c', (await makeCa('C')).certificate),
    ]);
    assert.deepEqual(await edit((keystore) => renameEntry(keystore, 'a', 'A new one').keystore), [
      'rename "a" to "A new one"',
    ]);
    const swapped = (keystore: Keystore): Keystore => ({
      ...keystore,
      entries: keystore.entries.map((entry) =>
        entry.alias === 'b' ? { ...entry, alias: 'c' } : entry.alias === 'c' ? { ...entry, alias: 'b' } : entry,
      ),
    });
    assert.deepEqual(await edit(swapped), [
      'rename "b" to "b_moving"',
      'rename "c" to "b"',
      'rename "b_moving" to "c"',
    ]);
    const shifted = (keystore: Keystore): Keystore =>
      renameEntry(removeEntries(keystore, ['c']).keystore, 'b', 'c').keystore;
    assert.deepEqual(await edit(shifted), ['delete "c"', 'rename "b" to "c"']);
    assert.deepEqual(kept(), ['A new one', 'c']);
  });

  it('gives a key pair the chain of a signing response; the tenant makes the request', async () => {
    const self = await makeCa('self-signed');
    await start([pair(self)]);
    const request = readRequest(await writes.signingRequest(session, 'partner_a'));
    assert.ok(request instanceof CertificationRequest);
    assert.equal(Buffer.compare(request.spki, self.certificate.spki), 0);
    const answerChain = await signedBy(root, self);
    assert.deepEqual(await edit((keystore) => replaceChain(keystore, 'partner_a', answerChain).keystore), [
      'give "partner_a" another chain',
    ]);
    assert.equal(asked[0]?.certificates[0]?.sha256, root.certificate.sha256);
    assert.deepEqual(
      simulator.keystore.get('partner_a')?.chain.map(({ sha256 }) => sha256),
      answerChain.map(({ sha256 }) => sha256),
    );
    // The tenant has the last word on whose key it is.
    const wrong = { kind: 'chain', alias: 'partner_a', chain: partner.chain } as const;
    await assert.rejects(
      applyTenantEdit(session, [wrong], { password, confirm: () => Promise.resolve(true) }),
      /The public key of the CA Reply is different/,
    );
  });

  it('has a key pair made on the tenant, RSA or EC, with the name that was asked for', async () => {
    await start();
    const plan = {
      alias: 'made',
      subject: parseSubject('CN=Partner A, OU=Test, O=Example, L=Berlin, ST=Berlin, C=de'),
      notBefore: new Date('2026-11-30T00:00:00Z'),
      notAfter: new Date('2028-11-30T00:00:00Z'),
    };
    await generateOnTenant(session, { ...plan, spec: { algorithm: 'EC', curve: 'P-384' } });
    await generateOnTenant(session, { ...plan, alias: 'rsa', spec: { algorithm: 'RSA', bits: 2048 } });
    const { keystore } = await readTenantKeystore(session);
    const [certificate] = getKeyPair(keystore, 'made').chain;
    assert.equal(certificate?.subject.toString(), 'CN=Partner A,OU=Test,O=Example,L=Berlin,ST=Berlin,C=DE');
    assert.equal(certificate.publicKey.size, 384);
    assert.equal(certificate.notAfter.toISOString(), '2028-11-30T00:00:00.000Z');
    assert.equal(getKeyPair(keystore, 'rsa').chain[0]?.publicKey.algorithm, 'RSA');
    for (const [subject, words] of [
      ['CN=Partner A', /country of two letters/],
      ['CN=A, C=DE, DC=example', /no certificate with DC/],
      ['CN=A, OU=x, OU=y, C=DE', /OU once/],
    ] as const) {
      const bad = {
        ...plan,
        alias: 'bad',
        subject: parseSubject(subject),
        spec: { algorithm: 'RSA', bits: 2048 },
      } as const;
      await assert.rejects(generateOnTenant(session, bad), words);
    }
    await assert.rejects(
      generateOnTenant(session, { ...plan, spec: { algorithm: 'EC', curve: 'P-256' } }),
      /Keystore entry with alias "made" already exists/,
    );
  });

  it('uploads a whole keystore, and tells what became of each entry', async () => {
    await start([cert('old', root.certificate), cert('sap_root', partner.certificate, { owner: 'SAP' })]);
    const { keystore } = addCertificates(emptyKeystore('JKS'), [
      { alias: 'old', certificate: partner.certificate },
      { alias: 'sap_mine', certificate: partner.certificate },
      { alias: 'new', certificate: partner.certificate },
    ]);
    const file = await writeKeystore(keystore, password);
    const status = await writes.uploadKeystore(session, file, password, 'overwrite');
    assert.deepEqual(Object.fromEntries(status.map((each) => [each.alias, each.status])), {
      sap_root: 'unchanged',
      old: 'changed',
      new: 'new',
      sap_mine: "notImported: The alias is not allowed. Aliases starting with 'sap_' are reserved for SAP.",
    });
    const p12 = await writeKeystore(emptyKeystore('PKCS12'), password);
    await assert.rejects(writes.uploadKeystore(session, p12, password, 'overwrite'), { code: 'tenant-refused' });
  });

  it('backs up, restores, activates a new key of SAP and takes an old one back', async () => {
    const sap = await makeCa('sap old');
    const next = await makeCa('sap new');
    const alias = 'sap_cloudintegrationcertificate';
    await start([cert('mine', root.certificate), pair(sap, { alias, owner: 'SAP' })]);
    simulator.keystore.renewal = [pair(next, { alias, owner: 'SAP' })];
    assert.deepEqual((await readShelf(session, 'backup_admin_system')).keystore.entries, []);
    await assert.rejects(writes.restoreBackup(session, 'replace'), { code: 'not-found' });
    await writes.backUp(session);
    await writes.deleteEntries(session, ['mine']);
    assert.deepEqual(aliasesOf(await readShelf(session, 'backup_admin_system')), ['mine']);
    await writes.restoreBackup(session, 'replace');
    assert.deepEqual(kept(), [alias, 'mine']);
    const [waiting] = (await readShelf(session, 'KeyRenewal')).keystore.entries;
    assert.equal(waiting?.kind === 'keyPair' ? waiting.chain[0]?.sha256 : undefined, next.certificate.sha256);
    await writes.activateSapKey(session, alias);
    assert.equal(simulator.keystore.get(alias)?.chain[0]?.sha256, next.certificate.sha256);
    const history = await readShelf(session, 'KeyHistory');
    assert.deepEqual(aliasesOf(history), [`[1]_${alias}`]);
    assert.equal(history.facts.get(`[1]_${alias}`)?.originalAlias, alias);
    await writes.copyFromHistory(session, `[1]_${alias}`);
    assert.deepEqual(aliasesOf(await readShelf(session, 'KeyRenewal')), [alias]);
    await assert.rejects(writes.copyFromHistory(session, `[1]_${alias}`), /already exists/);
  });

  it('refuses before anything is sent what belongs to SAP, has no name, or is too large', async () => {
    await start([
      pair(partner, { alias: 'sap_cloudintegrationcertificate', owner: 'SAP' }),
      cert('mine', root.certificate),
    ]);
    const alias = 'sap_cloudintegrationcertificate';
    await assert.rejects(
      edit((keystore) => removeEntries(keystore, [alias]).keystore),
      { code: 'sap-owned' },
    );
    await assert.rejects(
      edit((keystore) => renameEntry(keystore, alias, 'x').keystore),
      { code: 'sap-owned' },
    );
    await assert.rejects(
      edit((keystore) => renameEntry(keystore, 'mine', 'sap_x').keystore),
      { code: 'alias-invalid' },
    );
    await assert.rejects(
      edit(
        (keystore) => addCertificates(keystore, [{ alias: 'hcicertificate', certificate: root.certificate }]).keystore,
      ),
      { code: 'alias-invalid' },
    );
    const elsewhere = getKeyPair((await readTenantKeystore(session)).keystore, alias);
    await assert.rejects(
      edit((keystore) => ({ ...keystore, entries: [...keystore.entries, { ...elsewhere, alias: 'copy' }] })),
      { code: 'key-mismatch' },
    );
    assert.ok(
      simulator.requests.every((line) => !/^(PUT|DELETE) |Resources\?/.test(line)),
      simulator.requests.join('\n'),
    );
  });

  it('sends many entries as one keystore, and tells which of them the tenant did not take', async () => {
    await start([cert('root', root.certificate), pair(partner, { alias: 'taken_08' })]);
    const key = await sealFor('PKCS12', partner.privateKeyInfo, password);
    const many = Array.from({ length: 20 }, (_, i) => `many_${String(i).padStart(2, '0')}`);
    const add = (keystore: Keystore): Keystore => {
      const certificates = [...many, 'Upper Case'].map((alias) => ({ alias, certificate: partner.certificate }));
      const withAll = addCertificates(keystore, certificates).keystore;
      return addKeyPair(withAll, { alias: 'pair', key, chain: partner.chain, created: new Date() }).keystore;
    };
    const before = simulator.requests.length;
    assert.deepEqual(await edit(add), ['add or replace 21 entries as one keystore', 'add "Upper Case"']);
    assert.equal(simulator.requests.length - before, 5, simulator.requests.join());
    assert.ok(simulator.keystore.get('pair')?.key && simulator.keystore.get('Upper Case'));
    // What was a certificate here may be a key pair there by now.
    simulator.keystore.entries = simulator.keystore.entries.map((entry) =>
      entry.alias === 'many_03' ? pair(partner, { alias: 'many_03' }) : entry,
    );
    const steps: TenantStep[] = [
      {
        kind: 'upload',
        updates: [],
        entries: many.map((alias) => ({ kind: 'certificate', alias, certificate: root.certificate })),
      },
    ];
    await assert.rejects(
      applyTenantEdit(session, steps, { password, confirm: () => Promise.resolve(true) }),
      /did not take "many_03" \(Key Pair entry cannot be overwritten by a certificate entry\.\); the other 19 are there/,
    );
  });

  it('that is cancelled in the middle says what was done', async () => {
    await start([cert('root', root.certificate)]);
    const controller = new AbortController();
    const add = (keystore: Keystore): Keystore =>
      addCertificates(
        keystore,
        ['a', 'b', 'c'].map((alias) => ({ alias, certificate: partner.certificate })),
      ).keystore;
    const cancelling = (_: TenantStep, done: number): void => {
      if (done === 1) controller.abort();
    };
    await assert.rejects(edit(add, { onStep: cancelling, signal: controller.signal }), {
      code: 'tenant-partly',
      message: /Done: add "a"\. Not done: add "b", add "c"/,
    });
    assert.deepEqual(kept(), ['root', 'a']);
  });

  it('says what was done and what not where it breaks off in the middle', async () => {
    await start([cert('root', root.certificate)]);
    const add = (keystore: Keystore): Keystore =>
      addCertificates(
        keystore,
        ['a', 'b', 'c'].map((alias) => ({ alias, certificate: partner.certificate })),
      ).keystore;
    const breaks = (_: TenantStep, done: number): void => {
      if (done === 1) simulator.faults.push({ status: 500, body: '{"error":{"message":{"value":"Out of order"}}}' });
    };
    await assert.rejects(edit(add, { onStep: breaks }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'tenant-partly');
      assert.match(error.message, /Done: add "a"\. Not done: add "b", add "c"\. .*Out of order/);
      return true;
    });
    assert.deepEqual(kept(), ['root', 'a']);
    // Nothing done is said as what it is.
    simulator.faults.push({ status: 403 });
    await assert.rejects(edit(add), { code: 'tenant-forbidden' });
    surprises = [];
  });

  it('repeats a change only where the tenant said that it did nothing', async () => {
    await start([cert('root', root.certificate)]);
    const add = (keystore: Keystore): Keystore =>
      addCertificates(keystore, [{ alias: 'a', certificate: partner.certificate }]).keystore;
    const later = (fault: (typeof simulator.faults)[number]) => (): void => void simulator.faults.push(fault);
    const locked = { status: 503, body: '{"error":{"code":"Locked","message":{"value":"The keystore is locked"}}}' };
    assert.deepEqual(await edit(add, { onStep: later(locked) }), ['add "a"']);
    await edit((keystore) => removeEntries(keystore, ['a']).keystore, { onStep: later({ status: 429 }) });
    assert.deepEqual(kept(), ['root']);
    for (const [fault, code] of [
      [{ status: 503, body: '<html>gateway</html>' }, 'tenant-locked'],
      [{ status: 502 }, 'tenant-refused'],
      [{ status: 500, cut: true }, 'tenant-unreachable'],
    ] as const) {
      await assert.rejects(edit(add, { onStep: later(fault) }), { code });
      assert.deepEqual(kept(), ['root']);
    }
    surprises = [];
  });

  it('needs the role, and a token against forged requests where the tenant asks for one', async () => {
    await start([], { roles: ['MonitoringDataRead'] });
    const add = (keystore: Keystore): Keystore =>
      addCertificates(keystore, [{ alias: 'a', certificate: root.certificate }]).keystore;
    await assert.rejects(edit(add), { code: 'tenant-forbidden', next: /SecurityMaterialEdit/ });
    await simulator.stop();
    await start([], { csrf: true });
    assert.deepEqual(await edit(add), ['add "a"']);
    assert.equal(simulator.requests.filter((line) => line === 'GET /api/v1/').length, 1);
  });
});

const aliasesOf = ({ keystore }: TenantKeystore): string[] => keystore.entries.map(({ alias }) => alias);

/** Leaf first: the same key, signed by an authority. */
async function signedBy(authority: TestIdentity, self: TestIdentity): Promise<readonly Certificate[]> {
  const { issueCertificate } = await import('../../../src/core/certificates/issue');
  const leaf = await issueCertificate({
    subject: self.certificate.subject,
    publicKey: self.certificate.spki,
    signingKey: authority.privateKey,
    issuer: authority.certificate,
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000 * 365),
  });
  return readCertificates(Buffer.concat([leaf.der])).certificates.concat(authority.chain);
}

/** Undefined where there is no Java. */
function keytoolList(file: { path: string; password: string }): string | undefined {
  try {
    return execFileSync('keytool', ['-list', '-keystore', file.path, '-storepass', file.password], {
      encoding: 'utf8',
    });
  } catch {
    return undefined;
  }
}
