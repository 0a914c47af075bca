import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { describeError } from '../../src/core/errors';
import { childrenOfContent, type ContentNode } from '../../src/host/tree/contentNodes';
import { simulatedFlow } from '../support/tenant/contentApi';
import { quickPorts } from '../support/tenant/quickPorts';
import { TenantSimulator, type SimulatorOptions } from '../support/tenantSimulator';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { HostFixture, run } from './hostFixture';

const iflw = 'src/main/resources/scenarioflows/integrationflow/Orders.iflw';
const prop = 'src/main/resources/parameters.prop';

describe('flows of a tenant in VS Code', function () {
  this.timeout(60_000);
  let fixture: HostFixture;
  let simulator: TenantSimulator;
  let uri: string;
  let folder: string;

  before(async () => {
    fixture = await HostFixture.start();
  });
  after(async () => {
    fixture.host.tenants.ca = undefined;
    fixture.host.tenants.ports = (ports) => ports;
    await fixture.stop();
  });
  afterEach(async () => {
    await run('flowKeystore.removeTenant', { keystore: uri, silent: true });
    await simulator.stop();
  });

  const start = async (options: SimulatorOptions = {}, isProtected = false): Promise<void> => {
    const flow = simulatedFlow(
      'Orders',
      'Orders to Partner A',
      { [iflw]: flowText(httpReceiver({ privateKeyAlias: 'partner_a' })), [prop]: 'Partner Host=a.example\n' },
      { 'Partner Host': 'a.example' },
    );
    const packages = [{ id: 'Partners', name: 'Partners', flows: [flow] }];
    simulator = await TenantSimulator.start({ packages, ...options });
    fixture.host.tenants.ca = simulator.ca;
    fixture.host.tenants.ports = ({ transport }) => quickPorts(transport);
    const wish = { key: simulator.serviceKey, name: 'ACME flows', protected: isProtected, silent: true } as const;
    uri = (await run('flowKeystore.connectTenant', wish)) ?? '';
    folder = path.join(fixture.folder, `orders-${Math.random().toString(36).slice(2)}`);
  };
  const pull = (): Promise<string | undefined> =>
    run('flowKeystore.pullFlow', { keystore: uri, id: 'Orders', into: folder, silent: true });
  const at = (file: string): string => path.join(folder, file);
  const onTenant = (file: string): string =>
    Buffer.from(simulator.content.flow('Orders').files.get(file) ?? []).toString('utf8');
  const messageOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (error) {
      return describeError(error);
    }
    throw new Error('It was to be refused.');
  };

  it('are listed level by level, with what runs', async () => {
    await start();
    const session = fixture.host.tenants.find(uri);
    assert.ok(session);
    const before = simulator.requests.length;
    const root: ContentNode<undefined> = { kind: 'packages', id: 'x', session, parent: undefined };
    const [inside] = await childrenOfContent(root);
    assert.ok(inside?.kind === 'package');
    assert.equal(simulator.requests.length, before + 1, 'no flow was asked for yet');
    const [flow] = await childrenOfContent(inside);
    assert.ok(flow?.kind === 'flow');
    assert.equal(flow.flow.name, 'Orders to Partner A');
    assert.equal(flow.running, undefined);
    assert.equal(await run('flowKeystore.deployFlow', { keystore: uri, id: 'Orders', silent: true }), 'STARTED');
    const [again] = await childrenOfContent(inside);
    assert.equal(again?.kind === 'flow' ? again.running?.status : '', 'STARTED');
  });

  it('are listed lazily, a thousand of them too: a package is asked for when it is unfolded', async () => {
    const packages = Array.from({ length: 25 }, (_, i) => ({
      id: `P${i}`,
      name: `Package ${i}`,
      flows: Array.from({ length: 40 }, (_unused, j) => simulatedFlow(`F${i}_${j}`, `Flow ${i} ${j}`, {})),
    }));
    await start({ packages });
    const session = fixture.host.tenants.find(uri);
    assert.ok(session);
    const before = simulator.requests.length;
    const root: ContentNode<undefined> = { kind: 'packages', id: 'x', session, parent: undefined };
    const rows = await childrenOfContent(root);
    assert.equal(rows.length, 25);
    assert.equal(simulator.requests.length, before + 1);
    const [first] = rows;
    assert.ok(first);
    assert.equal((await childrenOfContent(first)).length, 40);
    assert.equal(simulator.requests.length, before + 3, 'the flows of one package, and what runs');
    await childrenOfContent(first);
    assert.equal(simulator.requests.length, before + 3, 'and not again');
  });

  it('are pulled, edited, pushed and deployed; nothing else of them changes', async () => {
    await start();
    assert.equal(await pull(), folder);
    assert.equal(readFileSync(at(iflw), 'utf8'), onTenant(iflw));
    assert.equal(await run('flowKeystore.pushFlow', { folder, silent: true }), false, 'nothing to push');
    const changed = readFileSync(at(iflw), 'utf8').replace('partner_a', 'partner_b');
    writeFileSync(at(iflw), changed);
    writeFileSync(at('.hidden'), 'mine alone');
    const flow = vscode.Uri.file(at(iflw)).toString();
    assert.deepEqual(await run('flowKeystore.compareFlow', { flow, silent: true }), [
      { path: iflw, here: 'changed', there: 'same' },
    ]);
    assert.equal(await run('flowKeystore.pushFlow', { flow, deploy: true, silent: true }), true);
    assert.equal(onTenant(iflw), changed);
    assert.ok(!simulator.content.flow('Orders').files.has('.hidden'));
    assert.ok(simulator.content.running.has('Orders'));
    assert.deepEqual(await run('flowKeystore.compareFlow', { folder, silent: true }), []);
    // What was there before is kept on this machine.
    const kept = readdirSync(path.join(fixture.host.tenants.backups.fsPath, new URL(uri).host));
    assert.equal(kept.length, 1);
  });

  it('that the tenant wrote anew in part are here as they are there', async () => {
    await start();
    await pull();
    simulator.content.flow('Orders').rewrites = [prop, Buffer.from('#by the tenant\n')];
    writeFileSync(at(iflw), readFileSync(at(iflw), 'utf8').replace('partner_a', 'mine'));
    await run('flowKeystore.pushFlow', { folder, silent: true });
    assert.equal(readFileSync(at(prop), 'utf8'), '#by the tenant\n');
    assert.deepEqual(await run('flowKeystore.compareFlow', { folder, silent: true }), []);
    assert.equal(await run('flowKeystore.pushFlow', { folder, silent: true }), false);
  });

  it('that somebody else changed are not pushed over, and are pulled anew', async () => {
    await start();
    await pull();
    const flow = simulator.content.flow('Orders');
    flow.files = new Map(flow.files).set(prop, Buffer.from('Partner Host=b.example\n'));
    writeFileSync(at(iflw), readFileSync(at(iflw), 'utf8').replace('partner_a', 'mine'));
    assert.match(await messageOf(run('flowKeystore.pushFlow', { folder, silent: true })), /parameters\.prop/);
    assert.ok(!onTenant(iflw).includes('mine'));
    assert.match(await messageOf(run('flowKeystore.pullFlow', { folder, silent: true })), /was changed here/);
    assert.ok(readFileSync(at(iflw), 'utf8').includes('mine'));
    writeFileSync(at(iflw), onTenant(iflw));
    await run('flowKeystore.pullFlow', { folder, silent: true });
    assert.equal(readFileSync(at(prop), 'utf8'), 'Partner Host=b.example\n');
  });

  it('are not pulled into a folder that has other files', async () => {
    await start();
    folder = fixture.folder;
    assert.match(await messageOf(pull()), /other files/);
    assert.ok(!existsSync(at('META-INF')));
  });

  it('have their parameters set on the tenant', async () => {
    await start();
    const all = await run('flowKeystore.tenantParameters', {
      ...{ keystore: uri, id: 'Orders', key: 'Partner Host', value: 'c.example', silent: true },
    });
    assert.deepEqual(
      all.map(({ key, value }) => [key, value]),
      [['Partner Host', 'c.example']],
    );
    const wrong = { keystore: uri, id: 'Orders', key: 'None', value: '', silent: true } as const;
    assert.match(await messageOf(run('flowKeystore.tenantParameters', wrong)), /no parameter "None"/);
  });

  it('of a protected tenant, or without the role, are not pushed just like that', async () => {
    const roles = ['MonitoringDataRead', 'WorkspacePackagesRead', 'WorkspacePackagesEdit'];
    await start({ roles }, true);
    await pull();
    writeFileSync(at(iflw), readFileSync(at(iflw), 'utf8').replace('partner_a', 'mine'));
    const gate = fixture.host.tenants.gate;
    let asked = 0;
    fixture.host.tenants.gate = {
      ...gate,
      confirmName: () => {
        asked++;
        return Promise.resolve(asked > 1);
      },
    };
    try {
      await messageOf(run('flowKeystore.pushFlow', { folder, silent: true }));
      assert.ok(!onTenant(iflw).includes('mine'));
      await run('flowKeystore.pushFlow', { folder, silent: true });
      assert.ok(onTenant(iflw).includes('mine'));
      assert.equal(asked, 2);
    } finally {
      fixture.host.tenants.gate = gate;
    }
    assert.match(await messageOf(run('flowKeystore.deployFlow', { folder, silent: true })), /WorkspaceArtifactsDeploy/);
  });
});
