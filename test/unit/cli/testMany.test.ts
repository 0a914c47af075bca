import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { addCertificates, addKeyPair } from '../../../src/core/keystore/edit';
import { emptyKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { startTlsServer, startTcpServer, closedPort, type FaultServer } from '../../support/faultServers';
import { startLineServer } from '../../support/protocolServers';
import { runCli, type Answer } from '../../support/runCli';
import { localNames, makeCa, type TestIdentity } from '../../support/testCertificates';
import { hasTool } from '../../support/tools';
import { flowText, httpReceiver, type ChannelText } from '../flow/flowText';

describe('tests of several receivers on the command line', () => {
  let folder: string;
  let receiver: FaultServer;
  let strange: FaultServer;
  let mail: FaultServer;
  let connections = 0;
  const at = (...names: readonly string[]): string => path.join(folder, ...names);
  const cli = (...args: readonly string[]): Promise<Answer> =>
    runCli(['test', ...args], { env: { KS: 'changeit', MAIL: 's3cret-mail' } });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'many-'));
    const root = await makeCa('Receiver Root');
    const clientRoot = await makeCa('Client Root');
    const client = await clientRoot.issue('partner_a', { extendedKeyUsage: ['clientAuth'] });
    const identity = await root.issue('localhost', { alternativeNames: localNames });
    const other = await (await makeCa('Unknown Root')).issue('localhost', { alternativeNames: localNames });
    const counting = (server: { identity: TestIdentity; clientCa?: TestIdentity }): Promise<FaultServer> =>
      startTlsServer({
        ...server,
        onSecure: (socket) => {
          connections++;
          socket.on('error', () => undefined);
          socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
        },
      });
    receiver = await counting({ identity, clientCa: clientRoot });
    strange = await counting({ identity: other });
    mail = await startLineServer(
      {
        implicit: true,
        greeting: '220 mail\r\n',
        answers: { EHLO: '250-mail\r\n250 AUTH PLAIN\r\n', 'AUTH PLAIN': '235 yes\r\n', QUIT: '221 bye\r\n' },
      },
      { identity },
    );
    const key = await sealKey(client.privateKeyInfo, 'changeit');
    let { keystore } = addCertificates(emptyKeystore(), [{ alias: 'root', certificate: root.certificate }]);
    keystore = addKeyPair(keystore, { alias: 'partner_a', key, chain: client.chain, created: new Date() }).keystore;
    writeFileSync(at('keystore.p12'), await writeKeystore(keystore, 'changeit'));
    mkdirSync(at('flows', 'sub'), { recursive: true });
    const http = (id: string, address: string, alias = ''): ChannelText => ({
      ...httpReceiver({
        httpAddressWithoutQuery: address,
        authenticationMethod: alias ? 'Client Certificate' : 'None',
        privateKeyAlias: alias,
      }),
      id,
    });
    const good = `https://localhost:${receiver.port}/orders`;
    writeFileSync(at('flows', 'Orders.iflw'), flowText(http('A', good, 'partner_a')));
    writeFileSync(at('flows', 'sub', 'Again.iflw'), flowText(http('B', good, 'partner_a')));
    writeFileSync(at('flows', 'sub', 'Strange.iflw'), flowText(http('C', `https://localhost:${strange.port}/x`)));
    writeFileSync(at('flows', 'sub', 'Dynamic.iflw'), flowText(http('D', 'https://${header.host}/x')));
  });
  after(async () => {
    await Promise.all([receiver, strange, mail].map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => (connections = 0));

  const keystore = (): string[] => ['--keystore', at('keystore.p12'), '--password-env', 'KS'];

  it('tells of each receiver of a folder whether it connects, and tests the same connection once', async () => {
    const { code, out, err } = await cli(at('flows'), ...keystore());
    assert.equal(code, 1, out + err);
    assert.match(
      out,
      /Orders\.iflw\n {2}ok {10}HTTP.* -> https:\/\/localhost:\d+\/orders\n +localhost:\d+ is trusted and accepts "partner_a" \[ok\]/,
    );
    assert.match(out, /Strange\.iflw\n {2}FAILED.*\n.*\[server-root-missing\]\n/);
    assert.match(out, /Dynamic\.iflw\n {2}not tested.*\n +The host is set at run time/);
    assert.match(out, /2 of 3 receivers connect, 1 cannot be tested from here\.\n$/);
    // Without and with the certificate; the refused one is no connection. And the strange one.
    assert.equal(connections, 2);
    const one = await cli(at('flows', 'Orders.iflw'), ...keystore());
    assert.equal(one.code, 0, one.out + one.err);
  });

  it('as JSON, SARIF and JUnit, whose XML is well-formed', async () => {
    const json = JSON.parse((await cli(at('flows'), ...keystore(), '--json')).out) as {
      summary: unknown;
      results: { channel: string; report?: { verdict: string } }[];
    };
    assert.deepEqual(json.summary, { connect: 2, fail: 1, untested: 1 });
    assert.deepEqual(json.results.map(({ channel, report }) => [channel, report?.verdict]).sort(), [
      ['A', 'ok'],
      ['B', 'ok'],
      ['C', 'server-root-missing'],
      ['D', undefined],
    ]);
    const sarif = JSON.parse((await cli(at('flows'), ...keystore(), '--format', 'sarif')).out) as {
      runs: { results: { ruleId: string; level: string; locations: { physicalLocation: { region: object } }[] }[] }[];
    };
    const found = sarif.runs[0]!.results.find(({ level }) => level === 'error')!;
    assert.equal(found.ruleId, 'connectivity-server-root-missing');
    assert.ok((found.locations[0]!.physicalLocation.region as { startLine: number }).startLine > 1);
    const junit = (await cli(at('flows'), ...keystore(), '--format', 'junit')).out;
    assert.match(junit, /<failure type="server-root-missing" message="localhost:\d+ is not trusted/);
    assert.match(junit, /<skipped message="The host is set at run time/);
    if (hasTool('xmllint')) execFileSync('xmllint', ['--noout', '-'], { input: junit });
  });

  it('repeats kept tests, with what each of them says', async () => {
    const file = at('flow-keystore.tests.json');
    const write = (tests: readonly object[]): void => writeFileSync(file, JSON.stringify({ tests }));
    const partner = {
      name: 'Partner',
      host: 'localhost',
      port: receiver.port,
      keystore: 'keystore.p12',
      alias: 'partner_a',
    };
    const login = { user: 'me', way: 'plain', passwordEnv: 'MAIL' };
    const post = {
      name: 'Mail',
      host: `localhost:${mail.port}`,
      protocol: 'smtp',
      protection: 'tls',
      keystore: 'keystore.p12',
      login,
    };
    write([partner, post, { name: 'Gone', host: 'localhost', port: await closedPort() }]);
    const all = await cli('--profiles', file, '--password-env', 'KS');
    assert.equal(all.code, 1, all.out + all.err);
    assert.match(all.out, /ok {10}TLS "Partner" -> localhost:\d+\n.*accepts "partner_a" \[ok\]/);
    assert.match(all.out, /ok {10}SMTP "Mail" -> /);
    assert.match(all.out, /FAILED {6}TLS "Gone"/);
    assert.ok(!all.out.includes('s3cret-mail'));
    const some = await cli('--profiles', file, 'Mail', 'Partner', '--password-env', 'KS');
    assert.equal(some.code, 0, some.out + some.err);
    const unknown = await cli('--profiles', file, 'Nope');
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /There is no test "Nope".*Partner, Mail, Gone/);

    for (const [tests, message] of [
      [[{ ...post, login: { ...login, password: 'x' } }], /tests\[0\]\.login\.password: secrets do not belong/],
      [[{ ...partner, port: 'x' }], /tests\[0\]\.port is not a whole number/],
      [[partner, partner], /two tests named "Partner"/],
      [[{ ...partner, hots: 'x' }], /tests\[0\]\.hots is not known/],
      [[{ name: 'x', host: 'a b' }], /"x": "a b" is no host name/],
      [[{ ...partner, contents: { topics: true } }], /"topics" cannot be checked/],
    ] as const) {
      write(tests);
      const { code, err } = await cli('--profiles', file);
      assert.equal(code, 2, err);
      assert.match(err, message);
    }
    writeFileSync(file, '{');
    assert.match((await cli('--profiles', file)).err, /flow-keystore\.tests\.json: The file is no JSON/);
  });

  it('several at a time, as many as were wanted, and those that hang do not hold up the others', async () => {
    let open = 0;
    let most = 0;
    const silent = await startTcpServer((socket) => {
      most = Math.max(most, ++open);
      socket.resume().on('close', () => open--);
    });
    try {
      mkdirSync(at('hanging'), { recursive: true });
      for (let i = 0; i < 12; i++) {
        const properties = {
          httpAddressWithoutQuery: `https://localhost:${silent.port}/x`,
          privateKeyAlias: `a${i}`,
          authenticationMethod: 'Client Certificate',
        };
        writeFileSync(at('hanging', `F${i}.iflw`), flowText(httpReceiver(properties)));
      }
      const started = performance.now();
      const { out } = await cli(at('hanging'), '--timeout', '1', '--parallel', '4');
      const taken = performance.now() - started;
      // The server learns of an end a little later than the next one begins.
      assert.ok(most >= 4 && most <= 8, `${most} at a time`);
      assert.ok(taken > 2_900 && taken < 9_000, String(taken));
      assert.match(out, /0 of 12 receivers connect\./);
    } finally {
      await silent.stop();
    }
  });

  it('refuses what is for a single host', async () => {
    assert.match((await cli(at('flows'), '--alias', 'x', ...keystore())).err, /--alias is for a single host/);
    assert.match((await cli('localhost', '--format', 'junit')).err, /a single one has --json/);
    assert.match((await cli(at('flows'), '--format', 'xml')).err, /--format takes text, json, sarif, junit/);
    assert.match((await cli(at('flows'), '--parallel', '0')).err, /--parallel takes a whole number/);
  });
});
