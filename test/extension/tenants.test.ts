import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { certificatesPem } from '../../src/core/certificates/pem';
import { readRequest } from '../../src/core/certificates/request';
import { findEntry } from '../../src/core/keystore/edit';
import { describeError } from '../../src/core/errors';
import type { TenantGate, TenantKeystoreSession } from '../../src/host/tenants/tenantKeystore';
import type { TreeNode } from '../../src/host/tree/nodes';
import { childrenOfKeystore, childrenOfShelf, keystoreNode } from '../../src/host/tree/nodes';
import type { SimulatedEntry } from '../support/tenant/keystore';
import { startPracticeReceiver } from '../../src/core/connectivity/practice/receiver';
import { makePracticeIdentities } from '../support/practiceIdentities';
import { quickPorts } from '../support/tenant/quickPorts';
import { TenantSimulator, type SimulatorOptions } from '../support/tenantSimulator';
import { makeCa, type TestIdentity } from '../support/testCertificates';
import { HostFixture, run } from './hostFixture';

describe('tenants', function () {
  this.timeout(60_000);
  let fixture: HostFixture;
  let simulator: TenantSimulator;
  let root: TestIdentity;
  let partner: TestIdentity;
  let sap: TestIdentity;
  let uri: string;
  let gateBefore: TenantGate;
  const asked: string[] = [];
  const answers = { trust: true, name: true };

  before(async () => {
    root = await makeCa('Partner Root');
    partner = await root.issue('partner a', { extendedKeyUsage: ['clientAuth'] });
    sap = await makeCa('SAP Cloud Root CA');
    fixture = await HostFixture.start();
    gateBefore = fixture.host.tenants.gate;
  });
  beforeEach(() => {
    asked.length = 0;
    Object.assign(answers, { trust: true, name: true });
    fixture.host.tenants.gate = {
      confirmTrust: (_, untrusted) => {
        asked.push(...untrusted.map(({ alias }) => `trust ${alias}`));
        return Promise.resolve(answers.trust);
      },
      confirmName: ({ name }) => {
        asked.push(`name ${name}`);
        return Promise.resolve(answers.name);
      },
    };
  });
  afterEach(async () => {
    if (uri) await run('flowKeystore.removeTenant', { keystore: uri, silent: true });
    uri = '';
    await simulator.stop();
  });
  after(async () => {
    fixture.host.tenants.ca = undefined;
    fixture.host.tenants.ports = (ports) => ports;
    fixture.host.tenants.gate = gateBefore;
    await fixture.stop();
  });

  const start = async (
    options: SimulatorOptions = {},
    more: { readonly name?: string; readonly protected?: boolean } = {},
  ): Promise<TenantKeystoreSession> => {
    const entries: readonly SimulatedEntry[] = [
      { alias: 'partner_a', kind: 'keyPair', chain: partner.chain, key: partner.privateKey, modifiedBy: 'Anna' },
      { alias: 'Partner Root', kind: 'certificate', chain: [root.certificate] },
      { alias: 'sap_cloudintegrationcertificate', kind: 'keyPair', chain: sap.chain, owner: 'SAP' },
    ];
    simulator = await TenantSimulator.start({ entries, ...options });
    fixture.host.tenants.ca = simulator.ca;
    fixture.host.tenants.ports = ({ transport }) => quickPorts(transport);
    uri =
      (await run('flowKeystore.connectTenant', {
        ...{ key: simulator.serviceKey, name: 'ACME test', silent: true },
        ...more,
      })) ?? '';
    const session = fixture.host.tenants.find(uri);
    assert.ok(session);
    return session;
  };
  const aliases = (session: TenantKeystoreSession): string[] =>
    (session.keystore?.entries ?? []).map(({ alias }) => alias);
  const contexts = async (session: TenantKeystoreSession): Promise<Record<string, string | undefined>> => {
    const arranged = await fixture.host.tree.arrangement.of(session);
    const rows = childrenOfKeystore(keystoreNode(session), arranged, 500);
    return Object.fromEntries(rows.map((node) => [labelOf(node), fixture.host.tree.getTreeItem(node).contextValue]));
  };
  const labelOf = (node: TreeNode): string => {
    const { label } = fixture.host.tree.getTreeItem(node);
    return typeof label === 'string' ? label : (label?.label ?? '');
  };
  const messageOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (error) {
      return describeError(error);
    }
    throw new Error('It was to be refused.');
  };

  it('are on the list with their entries: what belongs to SAP is locked, details say whose it is', async () => {
    const session = await start();
    assert.deepEqual(aliases(session), ['partner_a', 'Partner Root', 'sap_cloudintegrationcertificate']);
    assert.ok(fixture.host.registry.sessions().includes(session));
    assert.equal(fixture.host.registry.find('tenant:acme TEST'), session);
    assert.deepEqual(await contexts(session), {
      partner_a: 'entry.keyPair.tenant',
      'Partner Root': 'entry.certificate.tenant',
      sap_cloudintegrationcertificate: 'entry.keyPair.sap',
      'New SAP Keys': 'shelf',
      'SAP Key History': 'shelf',
      Backup: 'shelf',
      Flows: 'tenantPackages',
    });
    const row = fixture.host.tree.getTreeItem(keystoreNode(session));
    assert.match(String(row.description), /^3 entries \u00b7 .*read just now$/);
    await run('flowKeystore.showDetails', { keystore: uri, alias: 'partner_a', silent: true });
    const details = await until(() =>
      vscode.workspace.textDocuments.find((each) => each.uri.path === '/ACME test/partner_a.txt')?.getText(),
    );
    assert.match(details, /Owner: +tenant administrator/);
    assert.match(details, /Last modified: +2026-11-01 08:00 UTC by Anna/);
    // Settings and what is kept on this machine have no secret of it.
    const kept = JSON.stringify(fixture.host.memory.tenants);
    assert.ok(
      kept.includes('ACME test') && !kept.includes(simulator.clientSecret) && !kept.includes(simulator.clientId),
    );
  });

  it('take certificates and key pairs from a keystore file, and are asked what they ask', async () => {
    const session = await start();
    await fixture.generate('from_file');
    const imported = await run('flowKeystore.import', {
      keystore: uri,
      from: { keystore: fixture.keystore, aliases: ['from_file'] },
      silent: true,
    });
    assert.deepEqual(imported, ['from_file']);
    assert.deepEqual(asked, ['trust from_file']);
    assert.ok(simulator.keystore.get('from_file')?.key, 'with its private key');
    assert.ok(aliases(session).includes('from_file'));
    answers.trust = false;
    const other = await makeCa('Other Root');
    const refused = await messageOf(
      run('flowKeystore.import', { keystore: uri, text: certificatesPem([other.certificate]), silent: true }),
    );
    assert.match(refused, /Cancel/i);
    assert.equal(simulator.keystore.entries.length, 4);
  });

  it('are renamed in, deleted from and read again after another client changed them; what it changed is kept', async () => {
    const session = await start();
    await run('flowKeystore.renameEntry', { keystore: uri, alias: 'partner_a', newAlias: 'partner_b', silent: true });
    assert.deepEqual(aliases(session), ['partner_b', 'Partner Root', 'sap_cloudintegrationcertificate']);
    // Another client: nothing of it is known here when the next change begins.
    await simulator.keystore.rename('Partner Root', 'Partner Root 2', 'somebody');
    await run('flowKeystore.renameEntry', { keystore: uri, alias: 'partner_b', newAlias: 'partner_c', silent: true });
    assert.deepEqual(aliases(session), ['partner_c', 'Partner Root 2', 'sap_cloudintegrationcertificate']);
    const other = await makeCa('Other Root');
    await simulator.keystore.delete(['Partner Root 2'], 'somebody');
    await simulator.keystore.putCertificate('Partner Root 2', other.certificate.der, false, true, 'somebody');
    const deleting = run('flowKeystore.deleteEntry', { keystore: uri, alias: 'Partner Root 2', silent: true });
    assert.match(await messageOf(deleting), /Somebody else changed "Partner Root 2"/);
    assert.ok(simulator.keystore.get('Partner Root 2'));
    await run('flowKeystore.deleteEntry', { keystore: uri, alias: 'Partner Root 2', silent: true });
    assert.equal(simulator.keystore.get('Partner Root 2'), undefined);
    const sapKey = run('flowKeystore.deleteEntry', {
      ...{ keystore: uri, alias: 'sap_cloudintegrationcertificate', silent: true },
    });
    assert.match(await messageOf(sapKey), /belongs to SAP/);
  });

  it('make key pairs and requests, and take the signing response: no private key is ever sent', async () => {
    const session = await start();
    const generate = {
      keystore: uri,
      alias: 'made_there',
      key: 'EC P-256',
      validity: '2 years',
      silent: true,
      subject: 'CN=Made There, O=Example, C=DE',
    } as const;
    await run('flowKeystore.generateKeyPair', generate);
    const pem = (await run('flowKeystore.createRequest', { keystore: uri, alias: 'made_there', silent: true })) ?? '';
    const request = readRequest(pem);
    assert.equal(request.subject.toString(), 'CN=Made There,O=Example,C=DE');
    const file = path.join(fixture.folder, 'made_there.csr');
    writeFileSync(file, pem);
    await run('flowKeystore.createTestCa', {
      ...{ keystore: fixture.keystore, alias: 'test_ca', subject: 'CN=Test CA', silent: true },
      ...{ key: 'EC P-256', validity: '3 years' },
    });
    const response = await run('flowKeystore.signRequest', {
      ...{ keystore: fixture.keystore, alias: 'test_ca', file, form: 'clipboard', validity: '1 year', silent: true },
    });
    await run('flowKeystore.importResponse', {
      keystore: uri,
      text: response ?? '',
      alias: 'made_there',
      silent: true,
    });
    const entry = session.keystore && findEntry(session.keystore, 'made_there');
    assert.ok(entry?.kind === 'keyPair');
    assert.equal(entry.chain[0]?.issuer.toString(), 'CN=Test CA');
    assert.ok(simulator.requests.every((line) => !line.includes('KeyPairResources')));
    const missing = run('flowKeystore.generateKeyPair', { ...generate, alias: 'x', subject: 'CN=No Country' });
    assert.match(await messageOf(missing), /country of two letters/);
    assert.match(
      await messageOf(run('flowKeystore.exportKeyPair', { keystore: uri, alias: 'made_there', silent: true })),
      /is a tenant/,
    );
  });

  it('have their key pairs renewed: a successor, the switch, all on the tenant', async () => {
    const entries: SimulatedEntry[] = [{ alias: 'main', kind: 'keyPair', chain: sap.chain, key: sap.privateKey }];
    await start({ entries });
    const subject = 'CN=Renewed, O=Example, C=DE';
    const argument = { keystore: uri, alias: 'main', silent: true } as const;
    await run('flowKeystore.deleteEntry', argument);
    await run('flowKeystore.generateKeyPair', { ...argument, key: 'EC P-256', validity: '30 days', subject });
    const before = simulator.keystore.get('main')?.chain[0]?.sha256;
    const made = await run('flowKeystore.renewKeyPair', { ...argument, step: 'generate', validity: '2 years' });
    assert.equal(made?.stage, 'switch');
    const letter = await run('flowKeystore.renewKeyPair', { ...argument, step: 'letter' });
    assert.match(letter?.letter ?? '', /CN=Renewed/);
    const switched = await run('flowKeystore.renewKeyPair', { ...argument, step: 'switch' });
    assert.equal(switched?.stage, 'switched');
    assert.notEqual(simulator.keystore.get('main')?.chain[0]?.sha256, before);
    assert.equal(simulator.keystore.get(switched.predecessor ?? '')?.chain[0]?.sha256, before);
  });

  it('show new keys of SAP, activate one, and take it back from the history', async () => {
    const session = await start();
    const next = await makeCa('SAP Cloud Root CA 2');
    const alias = 'sap_cloudintegrationcertificate';
    simulator.keystore.renewal = [{ alias, kind: 'keyPair', chain: next.chain, owner: 'SAP' }];
    const [renewal, history] = session.shelves;
    assert.ok(renewal && history);
    const rows = childrenOfKeystore(keystoreNode(session), await fixture.host.tree.arrangement.of(session), 500);
    const shelf = rows.find((node) => node.kind === 'shelf');
    assert.ok(shelf);
    await fixture.host.tree.getChildren(shelf);
    assert.deepEqual(
      childrenOfShelf(shelf).map((node) => fixture.host.tree.getTreeItem(node).contextValue),
      ['entry.keyPair.KeyRenewal'],
    );
    await run('flowKeystore.activateSapKey', { keystore: renewal.uri.toString(), alias, silent: true });
    assert.equal(simulator.keystore.get(alias)?.chain[0]?.sha256, next.certificate.sha256);
    await history.open();
    const old = aliases(history);
    assert.deepEqual(old, [`[1]_${alias}`]);
    await run('flowKeystore.addToNewSapKeys', { keystore: history.uri.toString(), alias: old[0] ?? '', silent: true });
    assert.equal(simulator.keystore.renewal[0]?.alias, alias);
  });

  it('are backed up and restored', async () => {
    const session = await start();
    await run('flowKeystore.backUpTenant', { keystore: uri, silent: true });
    await run('flowKeystore.deleteEntry', { keystore: uri, alias: 'Partner Root', silent: true });
    await run('flowKeystore.restoreTenantBackup', { keystore: uri, silent: true });
    assert.ok(aliases(session).includes('Partner Root'));
  });

  it('that are protected are restored from the backup that is there: none is taken over it before', async () => {
    const session = await start({}, { protected: true });
    simulator.keystore.backUp();
    await simulator.keystore.delete(['Partner Root'], 'somebody');
    await run('flowKeystore.restoreTenantBackup', { keystore: uri, silent: true });
    assert.deepEqual(asked, ['name ACME test']);
    assert.ok(aliases(session).includes('Partner Root'));
  });

  it('that are protected are changed only once their name was typed, after a backup; all is noted', async () => {
    const session = await start({}, { name: 'ACME production', protected: true });
    answers.name = false;
    const rename = { keystore: uri, alias: 'Partner Root', newAlias: 'Root', silent: true } as const;
    await messageOf(run('flowKeystore.renameEntry', rename));
    assert.ok(simulator.keystore.get('Partner Root') && !simulator.keystore.backup);
    answers.name = true;
    await run('flowKeystore.renameEntry', rename);
    assert.deepEqual(asked, ['name ACME production', 'name ACME production']);
    const backup = simulator.keystore.backup as readonly SimulatedEntry[] | undefined;
    assert.ok(backup?.some(({ alias }) => alias === 'Partner Root'));
    await run('flowKeystore.deleteEntry', { keystore: uri, alias: 'Root', silent: true });
    assert.equal(asked.length, 2, 'once in a window');
    const lines = readFileSync(fixture.host.tenants.audit.fileOf(session.profile.id), 'utf8').trim().split('\n');
    const notes = lines.map((line) => JSON.parse(line) as { what: string; entries?: unknown });
    assert.deepEqual(
      notes.map(({ what }) => what),
      ['back up the entries of the administrator', 'rename "Partner Root" to "Root"', 'delete "Root"'],
    );
    assert.deepEqual(notes[2]?.entries, [{ alias: 'Root', before: root.certificate.sha256, after: null }]);
  });

  it('whose client may not change them are read-only, and say which role is missing', async () => {
    const session = await start({ roles: ['MonitoringDataRead'] });
    assert.equal((await contexts(session))['partner_a'], 'entry.keyPair.readOnly');
    assert.equal(fixture.host.tree.getTreeItem(keystoreNode(session)).contextValue, 'tenant.readOnly');
    const deleting = run('flowKeystore.deleteEntry', { keystore: uri, alias: 'partner_a', silent: true });
    assert.match(await messageOf(deleting), /no role SecurityMaterialEdit/);
    assert.ok(simulator.requests.every((line) => !line.startsWith('DELETE')));
  });

  it('that do not answer are shown as they were last', async () => {
    const session = await start();
    simulator.faults.push(...Array.from({ length: 20 }, () => ({ status: 500, cut: true as const })));
    await session.reload();
    assert.equal(session.state.kind, 'locked');
    assert.equal(session.seen?.entries.length, 3);
    assert.equal((await contexts(session))['partner_a'], 'entry.keyPair.locked');
    const row = fixture.host.tree.getTreeItem(keystoreNode(session));
    assert.match(String(row.description), /^offline .*3 entries/);
    simulator.faults.length = 0;
    await run('flowKeystore.readTenant', { keystore: uri, silent: true });
    assert.equal(session.state.kind, 'open');
  });

  it('judge the flows of the workspace where they are chosen', async () => {
    const session = await start();
    await run('flowKeystore.judgeFlowsBy', { keystore: uri, silent: true });
    try {
      assert.deepEqual(
        fixture.host.registry.views().map(({ name }) => name),
        ['ACME test'],
      );
      assert.equal(await fixture.host.registry.keystoreFor(), session);
    } finally {
      const settings = vscode.workspace.getConfiguration('flowKeystore');
      await settings.update('keystore', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('answer for their key pairs in a test of a connection: what the server would take, without the key', async () => {
    const identities = await makePracticeIdentities();
    const client = await identities.clientCa.issue('client', { extendedKeyUsage: ['clientAuth'] });
    const receiver = await startPracticeReceiver({ port: 0, ...identities });
    try {
      const entries: SimulatedEntry[] = [
        { alias: 'fits', kind: 'keyPair', chain: client.chain, key: client.privateKey },
        { alias: 'other', kind: 'keyPair', chain: partner.chain, key: partner.privateKey },
      ];
      const session = await start({ entries });
      const test = (alias: string): Promise<string | undefined> =>
        run('flowKeystore.testConnectivity', {
          ...{ keystore: uri, host: `localhost:${receiver.port}`, alias, silent: true },
        });
      assert.equal(await test('fits'), 'server-root-missing');
      // What is missing is one click from the keystore, be it that of a tenant.
      const der = identities.root.certificate.der;
      await run('flowKeystore.addServerCertificate', { keystore: uri, der, silent: true });
      assert.equal(session.keystore?.entries.length, 3);
      assert.equal(await test('fits'), 'ok-client-key-elsewhere');
      assert.equal(await test('other'), 'client-key-unusable');
    } finally {
      await receiver.stop();
    }
  });

  it('are no source of private keys: certificates are taken, key pairs passed over', async () => {
    await start();
    const taken = await run('flowKeystore.import', {
      keystore: fixture.keystore,
      from: { keystore: uri },
      silent: true,
    });
    assert.deepEqual(taken, ['Partner Root']);
    assert.ok(!fixture.aliases().includes('partner_a'));
  });

  it('make SSH keys', async () => {
    const session = await start();
    const subject = 'CN=id_ecdsa, C=DE';
    const alias = await run('flowKeystore.createSshKey', { keystore: uri, key: 'EC P-256', subject, silent: true });
    assert.equal(alias, 'id_ecdsa');
    const line = await run('flowKeystore.copySshPublicKey', { keystore: uri, alias, silent: true });
    assert.match(line ?? '', /^ecdsa-sha2-nistp256 /);
    assert.ok(aliases(session).includes('id_ecdsa'));
  });

  it('are not put on the list with credentials that let nobody in', async () => {
    await start();
    const key = simulator.serviceKey.replace(simulator.clientSecret, 'wrong');
    const refused = await messageOf(run('flowKeystore.connectTenant', { key, name: 'Refused', silent: true }));
    assert.match(refused, /gives no token \(HTTP 401\)/);
    assert.equal(fixture.host.tenants.sessions().length, 1);
    const twice = run('flowKeystore.connectTenant', { key: simulator.serviceKey, name: 'acme TEST', silent: true });
    assert.match(await messageOf(twice), /a tenant of that name already/);
  });

  it('are counted where something expires', async () => {
    const soon = await root.issue('soon', { fromDays: -400, toDays: 5 });
    await start({ entries: [{ alias: 'soon', kind: 'keyPair', chain: soon.chain, key: soon.privateKey }] });
    const found = await run('flowKeystore.showExpiring', { silent: true });
    assert.ok(found.some(({ keystore, alias }) => keystore === uri && alias === 'soon'));
  });

  it('leave nothing but their audit file behind', async () => {
    const session = await start();
    const { id } = session.profile;
    await run('flowKeystore.removeTenant', { keystore: uri, silent: true });
    uri = '';
    assert.equal(fixture.host.tenants.sessions().length, 0);
    assert.equal(session.profile.name, '(removed)');
    assert.ok(!existsSync(fixture.host.tenants.audit.fileOf(id)), 'nothing was changed on this one');
    await assert.rejects(session.open());
  });
});

async function until<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 100; i++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('It did not come.');
}
