import assert from 'node:assert/strict';
import { listParameters } from '../../../src/core/tenant/content/configuration';
import { errorTextOf, pageOf } from '../../../src/core/tenant/odata';
import { readServiceKey } from '../../../src/core/tenant/serviceKey';
import { nodePorts, TenantSession } from '../../../src/core/tenant/session';
import { httpsTransport } from '../../../src/core/tenant/transport';
import { simulatedFlow } from '../../support/tenant/contentApi';
import { TenantSimulator, type SimulatorOptions } from '../../support/tenantSimulator';
import { makeCa, type TestIdentity } from '../../support/testCertificates';

/** What the simulation can do beyond what the client asks of it: it is written from the documentation, not from the client. */
describe('the tenant simulator', () => {
  let simulator: TenantSimulator;
  let session: TenantSession;
  let root: TestIdentity;

  before(async () => {
    root = await makeCa('Root');
  });
  afterEach(() => simulator.stop());

  const start = async (options: SimulatorOptions = {}): Promise<void> => {
    const entries = ['alpha', 'beta', 'gamma'].map((alias) => ({
      ...{ alias, kind: 'certificate' as const, chain: [root.certificate] },
      ...(alias === 'beta' && { owner: 'SAP' as const }),
    }));
    const flow = simulatedFlow('F', 'F', {}, { 'Receiver Host': 'a', 'Receiver Port': '1', Sender: 'b' });
    simulator = await TenantSimulator.start({ entries, packages: [{ id: 'P', name: 'P', flows: [flow] }], ...options });
    const ports = nodePorts(httpsTransport({ ca: simulator.ca }));
    session = new TenantSession(readServiceKey(simulator.serviceKey), ports);
  };
  const aliases = async (query: string): Promise<unknown[]> => {
    const { results } = pageOf(await session.json(`/KeystoreEntries?keystoreName=system&${query}`));
    return results.map(({ Alias }) => Alias);
  };

  it('selects, filters, sorts, skips and counts', async () => {
    await start();
    assert.deepEqual(await aliases('$top=2'), ['alpha', 'beta']);
    assert.deepEqual(await aliases('$skip=1&$top=1'), ['beta']);
    assert.deepEqual(await aliases('$orderby=Alias%20desc'), ['gamma', 'beta', 'alpha']);
    assert.deepEqual(await aliases(`$filter=${encodeURIComponent("Owner eq 'SAP'")}`), ['beta']);
    const filter = encodeURIComponent(
      "startswith(ParameterKey,'Receiver') and substringof('Port',ParameterKey) eq true",
    );
    const base = "/IntegrationDesigntimeArtifacts(Id='F',Version='active')/Configurations";
    const { results } = pageOf(await session.json(`${base}?$filter=${filter}`));
    assert.deepEqual(
      results.map(({ ParameterKey }) => ParameterKey),
      ['Receiver Port'],
    );
    assert.equal(await session.json(`${base}/$count?$filter=${filter}`), '1');
    const one = await session.json('/KeystoreEntries?keystoreName=system&$select=Alias&$top=1&$inlinecount=allpages');
    assert.match(one, /"__count":"3"/);
    assert.ok(!one.includes('SubjectDN'));
    await assert.rejects(session.json('/KeystoreEntries?$select=Nothing'), /Invalid system query option/);
    assert.equal((await listParameters(session, 'F')).length, 3);
  });

  it('describes itself, and says no to what there is not', async () => {
    await start();
    assert.match(await session.json('/$metadata'), /<EntitySet Name="KeystoreEntries"/);
    await assert.rejects(session.json('/Nothing'), { code: 'not-found' });
    await assert.rejects(session.json("/KeystoreEntries('6')"), /hexBinary needs to be even-length: 6/);
    assert.equal(errorTextOf('<error><message xml:lang="en">No &amp; again</message></error>'), 'No & again');
  });

  it('takes several requests in a batch, changes in sets of their own', async () => {
    await start();
    const base = "IntegrationDesigntimeArtifacts(Id='F',Version='active')";
    const change = (key: string): string[] => [
      '--set',
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      '',
      `PUT ${base}/$links/Configurations('${key}') HTTP/1.1`,
      'Content-Type: application/json',
      '',
      '{"ParameterValue":"new","DataType":"xsd:string"}',
    ];
    const body = [
      ...[
        '--batch',
        'Content-Type: multipart/mixed; boundary=set',
        '',
        ...change('Sender'),
        ...change('Receiver%20Port'),
      ],
      ...['--set--', '--batch', 'Content-Type: application/http', '', `GET ${base}/Configurations/$count HTTP/1.1`],
      ...['', '', '--batch', 'Content-Type: application/http', '', 'GET Nothing HTTP/1.1', '', '', '--batch--', ''],
    ].join('\r\n');
    const headers = { 'content-type': 'multipart/mixed; boundary=batch' };
    const answer = await session.send({ method: 'POST', path: '/$batch', headers, body });
    const text = Buffer.from(answer.body).toString('latin1');
    assert.deepEqual(
      [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
      ['202', '202', '200', '404'],
    );
    assert.match(text, /\r\n\r\n3\r\n/);
    const values = (await listParameters(session, 'F')).map(({ key, value }) => `${key}=${value}`);
    assert.deepEqual(values, ['Receiver Host=a', 'Receiver Port=new', 'Sender=new']);
  });

  it('has its limit, which the client keeps to', async function () {
    this.timeout(20_000);
    await start({ perSecond: 10 });
    await Promise.all(Array.from({ length: 25 }, () => session.json('/KeystoreEntries?keystoreName=system')));
    const sent = simulator.requests.filter((line) => line.includes('KeystoreEntries')).length;
    assert.equal(sent, 25, 'nothing was refused and sent again');
  });
});
