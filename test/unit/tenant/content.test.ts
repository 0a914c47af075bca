import assert from 'node:assert/strict';
import { zipSync } from 'fflate';
import { hashesOf, packProject, symbolicName, unpackProject } from '../../../src/core/tenant/content/archive';
import { listFlows, listPackages, listRunning } from '../../../src/core/tenant/content/catalogue';
import { listParameters, setParameter } from '../../../src/core/tenant/content/configuration';
import { deployFlow, type Deployed } from '../../../src/core/tenant/content/deploy';
import { differencesSince, originText, readOrigin } from '../../../src/core/tenant/content/origin';
import { downloadFlow, pullFlow, pushFlow } from '../../../src/core/tenant/content/sync';
import { readServiceKey } from '../../../src/core/tenant/serviceKey';
import { TenantSession } from '../../../src/core/tenant/session';
import { httpsTransport } from '../../../src/core/tenant/transport';
import { openApi } from '../../support/openApi';
import { simulatedFlow, type SimulatedPackage } from '../../support/tenant/contentApi';
import { quickPorts } from '../../support/tenant/quickPorts';
import { TenantSimulator, type SimulatorOptions } from '../../support/tenantSimulator';

const iflw = 'src/main/resources/scenarioflows/integrationflow/Orders.iflw';
const prop = 'src/main/resources/parameters.prop';
const api = openApi('IntegrationContent.json');

describe('flows of a tenant', () => {
  let simulator: TenantSimulator;
  let session: TenantSession;
  let surprises: string[];

  const packages = (): SimulatedPackage[] => [
    {
      id: 'Partners',
      name: 'Partners',
      flows: [
        simulatedFlow(
          'Orders',
          'Orders to Partner A',
          { [iflw]: '<a/>', [prop]: 'x=1\n' },
          { 'Partner Host': 'a.example', 'a & b (c)': '1' },
        ),
        simulatedFlow('Mail', 'Mail', { [iflw]: '<m/>' }),
      ],
    },
    {
      id: 'Bought',
      name: 'A bought one',
      mode: 'READ_ONLY',
      flows: [simulatedFlow('Std', 'Standard', { [iflw]: '' })],
    },
  ];
  const start = async (options: SimulatorOptions = {}): Promise<void> => {
    simulator = await TenantSimulator.start({ packages: packages(), ...options });
    const access = readServiceKey(simulator.serviceKey);
    const transport = httpsTransport({ ca: simulator.ca });
    session = new TenantSession(
      access,
      quickPorts(async (request) => {
        const given = await transport(request);
        const { method, url } = request;
        if (api && url.startsWith(access.api)) {
          const isJson = String(given.headers['content-type']).includes('json');
          const body = isJson ? Buffer.from(given.body).toString('utf8') : '';
          surprises.push(...api.problems(method, url.slice(access.api.length), given.status, body));
        }
        return given;
      }),
    );
  };
  beforeEach(() => {
    surprises = [];
  });
  afterEach(async () => {
    await simulator.stop();
    assert.deepEqual(surprises, []);
  });
  const deploy = async (id: string, seen: string[] = []): Promise<Deployed> =>
    deployFlow(session, id, { onStatus: (status) => seen.push(status), pause: () => Promise.resolve() });

  it('are listed by package, page by page', async () => {
    await start({ pageSize: 1 });
    assert.deepEqual(
      (await listPackages(session)).map(({ id, configureOnly }) => [id, configureOnly]),
      [
        ['Bought', true],
        ['Partners', false],
      ],
    );
    assert.deepEqual(
      (await listFlows(session, 'Partners')).map(({ id, name, version }) => [id, name, version]),
      [
        ['Mail', 'Mail', '1.0.0'],
        ['Orders', 'Orders to Partner A', '1.0.0'],
      ],
    );
    await assert.rejects(listFlows(session, 'None'), { code: 'not-found' });
  });

  it('are pulled, changed and pushed; what the tenant has is exactly what was pushed', async () => {
    await start();
    const { origin, files } = await pullFlow(session, 'Orders');
    assert.deepEqual([...files.keys()].sort(), ['META-INF/MANIFEST.MF', prop, iflw]);
    assert.deepEqual(readOrigin(originText(origin)), origin);
    assert.equal(origin.packageId, 'Partners');
    const edited = new Map(files).set(iflw, Buffer.from('<a b="1"/>'));
    const { origin: pushed } = await pushFlow(session, origin, edited);
    assert.deepEqual(hashesOf(await downloadFlow(session, 'Orders')), hashesOf(edited));
    assert.deepEqual(pushed.files, hashesOf(edited));
    // And once more, from where it stands now.
    await pushFlow(session, pushed, new Map(edited).set(prop, Buffer.from('x=2\n')));
  });

  it('that changed on the tenant since, are locked there, or have another manifest are not overwritten', async () => {
    await start();
    const { origin, files } = await pullFlow(session, 'Orders');
    const flow = simulator.content.flow('Orders');
    const edited = new Map(files).set(iflw, Buffer.from('<mine/>'));
    flow.lockedBy = 'Anna';
    await assert.rejects(pushFlow(session, origin, edited), /locked by the user Anna/);
    delete flow.lockedBy;
    flow.files = new Map(files).set(prop, Buffer.from('x=theirs\n'));
    await assert.rejects(pushFlow(session, origin, edited), { code: 'tenant-changed', message: /parameters\.prop/ });
    assert.equal(Buffer.from(flow.files.get(iflw) ?? []).toString(), '<a/>');
    const renamed = new Map(files).set('META-INF/MANIFEST.MF', Buffer.from('Bundle-SymbolicName: Ord\r\n ers2\r\n'));
    await assert.rejects(pushFlow(session, origin, renamed), /"Orders2"; the tenant takes "Orders"/);
    assert.ok(simulator.requests.filter((line) => line.startsWith('PUT')).length === 1);
  });

  it('say what changed on either side', () => {
    const base = { a: '1', b: '1', c: '1', d: '1' };
    const here = { a: '2', b: '1', c: '2', e: '1' };
    const there = { a: '1', b: '2', c: '3', e: '1' };
    assert.deepEqual(differencesSince(base, here, there), [
      { path: 'a', here: 'changed', there: 'same' },
      { path: 'b', here: 'same', there: 'changed' },
      { path: 'c', here: 'changed', there: 'changed' },
    ]);
  });

  it('are deployed and followed until they run, or say why not', async () => {
    await start();
    const seen: string[] = [];
    assert.equal((await deploy('Orders', seen)).running.status, 'STARTED');
    assert.deepEqual(seen, ['building', 'STARTING', 'STARTED']);
    simulator.content.flow('Mail').error =
      '{"message":{"messageText":"No key pair"},"parameter":["Validation failed: alias \\"x\\" is missing"]}';
    const failed = await deploy('Mail');
    assert.equal(failed.running.status, 'ERROR');
    assert.equal(failed.error, 'No key pair Validation failed: alias "x" is missing');
    assert.deepEqual([...(await listRunning(session)).keys()], ['Orders', 'Mail']);
    await assert.rejects(deploy('None'), { code: 'not-found' });
  });

  it('have their parameters set by key and type', async () => {
    await start();
    const parameters = await listParameters(session, 'Orders');
    assert.deepEqual(
      parameters.map(({ key, value }) => [key, value]),
      [
        ['a & b (c)', '1'],
        ['Partner Host', 'a.example'],
      ],
    );
    for (const parameter of parameters) await setParameter(session, 'Orders', parameter, 'new value');
    assert.deepEqual(
      (await listParameters(session, 'Orders')).map(({ value }) => value),
      ['new value', 'new value'],
    );
  });

  it('need their roles', async () => {
    await start({ roles: ['MonitoringDataRead', 'WorkspacePackagesRead'] });
    const { origin, files } = await pullFlow(session, 'Orders');
    await assert.rejects(pushFlow(session, origin, files), { code: 'tenant-forbidden', next: /WorkspacePackagesEdit/ });
    await assert.rejects(deploy('Orders'), { code: 'tenant-forbidden', next: /WorkspaceArtifactsDeploy/ });
    await assert.rejects(setParameter(session, 'Orders', { key: 'x', type: 'xsd:string' }, ''), {
      code: 'tenant-forbidden',
      next: /WorkspacePackagesConfigure/,
    });
    // A package that is only to be configured hands nothing out.
    await assert.rejects(pullFlow(session, 'Std'), { code: 'tenant-forbidden' });
  });

  it('are archives that stay inside their folder', async () => {
    await start();
    for (const path of ['../evil', '/etc/evil', 'C:/evil', 'a/../../evil', '..\\evil']) {
      assert.throws(() => unpackProject(zipSync({ [path]: Buffer.from('x') })), /outside the project/, path);
    }
    assert.throws(() => unpackProject(Buffer.from('nothing')), { code: 'damaged' });
    const files = new Map([
      ['b', Buffer.from('2')],
      ['META-INF/MANIFEST.MF', Buffer.from('Bundle-SymbolicName: x')],
    ]);
    assert.deepEqual(packProject(files), packProject(new Map([...files].reverse())));
    assert.equal(symbolicName(files), 'x');
    assert.deepEqual([...unpackProject(packProject(files)).keys()], ['META-INF/MANIFEST.MF', 'b']);
  });
});
