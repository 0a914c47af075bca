import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { download } from '../../../src/core/connectivity/download';
import { issuerAddresses, withMissingIssuer } from '../../../src/core/connectivity/missingIssuer';
import { reportData, type ConnectivityReport } from '../../../src/core/connectivity/report';
import { testConnectivity, type ConnectivityTest } from '../../../src/core/connectivity/test';
import { changesSince } from '../../../src/core/report/connectivityChanges';
import { reportMarkdown } from '../../../src/core/report/connectivityText';
import { nextSteps } from '../../../src/core/report/nextSteps';
import { receiverLetter } from '../../../src/core/report/receiverLetter';
import { startTlsServer, type FaultServer, type TlsServerOptions } from '../../support/faultServers';
import { localNames, makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

describe('what can be done about a verdict', () => {
  const running: { stop: () => Promise<unknown> }[] = [];
  let root: TestIdentity;
  let partnerRoot: TestIdentity;
  let partner: TestIdentity;
  let stranger: TestIdentity;

  before(async () => {
    root = await makeCa('Server Root');
    partnerRoot = await makeCa('Partner Root');
    partner = await partnerRoot.issue('partner_a', { extendedKeyUsage: ['clientAuth'] });
    stranger = await makeSelfSigned('stranger');
  });
  afterEach(() => Promise.all(running.splice(0).map((each) => each.stop())));

  const start = async (options: TlsServerOptions): Promise<FaultServer> => {
    const server = await startTlsServer(options);
    running.push(server);
    return server;
  };
  const run = (port: number, more: Partial<ConnectivityTest> = {}): Promise<ConnectivityReport> =>
    testConnectivity({
      target: { host: '127.0.0.1', port, serverName: 'localhost', protocol: 'tls', protection: 'tls' },
      anchors: [{ alias: 'root', certificate: root.certificate }],
      timeoutMs: 3_000,
      from: 'here',
      ...more,
    });

  it('writes to the administrator first where nothing in the channel would help', async () => {
    const expired = await root.issue('localhost', { alternativeNames: localNames, fromDays: -9, toDays: -1 });
    const other = await root.issue('other.example');
    const stepsOf = async (identity: TestIdentity): Promise<string[]> => {
      const { port } = await start({ identity });
      return nextSteps(await run(port), { channel: { alias: 'partner_a' } });
    };
    assert.deepEqual(await stepsOf(expired), ['write-letter', 'open-channel']);
    // That may be the address in the channel.
    assert.deepEqual(await stepsOf(other), ['open-channel', 'write-letter']);
  });

  it('fetches the intermediate that the server leaves out, and takes none but the one that signed', async () => {
    const issuing = await root.issue('Server Issuing CA', { ca: {} });
    const namesake = await root.issue('Server Issuing CA', { ca: {} });
    let body = namesake.certificate.der;
    const web = http.createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
    await new Promise((resolve) => web.once('listening', resolve));
    running.push({ stop: () => new Promise((resolve) => web.close(resolve)) });
    const issuerAt = `http://127.0.0.1:${(web.address() as AddressInfo).port}/issuing.cer`;
    const identity = await issuing.issue('localhost', { alternativeNames: localNames, issuerAt });
    const { port } = await start({ identity, chainPem: identity.pem });
    const incomplete = await run(port);
    assert.equal(incomplete.verdict, 'server-chain-incomplete', JSON.stringify(incomplete.steps));
    assert.deepEqual(issuerAddresses(incomplete), [issuerAt]);
    assert.deepEqual(nextSteps(incomplete, {}), ['fetch-missing', 'write-letter']);
    assert.match(receiverLetter(incomplete), /Have your server send the intermediate certificate/);

    await assert.rejects(withMissingIssuer(incomplete, download), /did not issue the certificate/);
    body = issuing.certificate.der;
    const fetched = await withMissingIssuer(incomplete, download);
    assert.ok(fetched.server?.offer?.equals(issuing.certificate));
    assert.deepEqual(nextSteps(fetched, {}), ['write-letter']);
    assert.ok(JSON.stringify(reportData(fetched)).includes(issuing.certificate.sha256));
    const anchors = [{ alias: 'fetched', certificate: fetched.server!.offer! }];
    assert.equal((await run(port, { anchors })).verdict, 'ok');
    const gone = await start({ identity, chainPem: identity.pem });
    await running.shift()?.stop();
    await assert.rejects(withMissingIssuer(await run(gone.port), download), /could not be fetched/);
    // A server that sends all, and a report without a server: there is nothing to fetch.
    assert.deepEqual(issuerAddresses(await run((await start({ identity })).port)), []);
    assert.deepEqual(issuerAddresses(await run(1)), []);
  });

  it('says which key pairs a tenant would choose from, and writes to whom refuses one', async () => {
    const identity = await root.issue('localhost', { alternativeNames: localNames });
    const { port } = await start({ identity, clientCa: partnerRoot });
    const pairs = ['partner_a', 'partner_b'].map((alias) => ({ alias, chain: partner.chain }));
    const candidates = [...pairs, { alias: 'stranger', chain: stranger.chain }];
    const without = await run(port, { candidates });
    assert.equal(without.verdict, 'client-certificate-required');
    const step = without.steps.find((each) => each.step === 'clientCertificate');
    assert.match(step?.message ?? '', /tenant chooses one of these at random: "partner_a", "partner_b"\./);
    assert.deepEqual(nextSteps(without, {}), ['choose-key-pair', 'write-letter']);
    const one = await run(port, { candidates: candidates.slice(1) });
    assert.match(JSON.stringify(one.steps), /Without an alias the tenant would send \\"partner_b\\"/);
    const none = await run(port, { candidates: candidates.slice(2) });
    assert.match(JSON.stringify(none.steps), /it would take none/);

    const refused = await run(port, { candidates, client: stranger.asClient('stranger') });
    assert.equal(refused.verdict, 'client-certificate-rejected', JSON.stringify(refused.steps));
    assert.deepEqual(nextSteps(refused, { channel: { alias: 'stranger' } }), [
      'choose-key-pair',
      'import-response',
      'open-channel',
      'write-letter',
    ]);
    const letter = receiverLetter(refused);
    assert.match(letter, /trust the certificate below itself: it is self-signed/);
    const fingerprint = stranger.certificate.sha256.toUpperCase().match(/../g)!.join(':');
    assert.ok(letter.replace(/[\\\s]/g, '').includes(fingerprint), letter);
    assert.ok(!letter.includes('PRIVATE'));
    const taken = await run(port, { candidates, client: partner.asClient('partner_a') });
    assert.equal(taken.verdict, 'ok');
    assert.deepEqual(nextSteps(taken, { channel: { alias: 'stranger' } }), ['set-alias']);
    assert.deepEqual(changesSince(refused, taken), [
      'Verdict: client-certificate-rejected before, ok now.',
      'Key pair sent: stranger before, partner_a now.',
      'Accepted: failed before, ok now.',
    ]);
    assert.match(reportMarkdown(taken), /The same test with keytool:\n\n```\nkeytool -printcert -sslserver 127/);
  });

  it('asks the administrator for what only they can mend', async () => {
    const expired = await root.issue('localhost', { alternativeNames: localNames, fromDays: -9, toDays: -2 });
    const report = await run((await start({ identity: expired })).port);
    assert.equal(report.verdict, 'server-expired');
    assert.deepEqual(nextSteps(report, {}), ['write-letter']);
    assert.match(receiverLetter(report), /1\. Renew the certificate of your server/);
    const other = await root.issue('other', { alternativeNames: [{ kind: 'dns', value: 'other.example' }] });
    const mismatch = await run((await start({ identity: other })).port);
    assert.match(receiverLetter(mismatch), /name localhost among its alternative names/);
  });
});
