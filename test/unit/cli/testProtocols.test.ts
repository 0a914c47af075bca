import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FaultServer } from '../../support/faultServers';
import { startHttpProxy, startLineServer } from '../../support/protocolServers';
import { runCli, type Answer } from '../../support/runCli';
import { localNames, makeCa, type TestIdentity } from '../../support/testCertificates';
import { flowText } from '../flow/flowText';

describe('other protocols and proxies on the command line', () => {
  let folder: string;
  let root: TestIdentity;
  let mail: FaultServer;
  let proxy: Awaited<ReturnType<typeof startHttpProxy>>;
  const at = (name: string): string => path.join(folder, name);
  const cli = (...args: readonly string[]): Promise<Answer> =>
    runCli(['test', ...args], { env: { PROXY: `http://me:s3cret@127.0.0.1:${proxy.port}`, EMPTY: '' } });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'protocols-'));
    root = await makeCa('Mail Root');
    writeFileSync(at('root.pem'), root.pem);
    const identity = await root.issue('localhost', { alternativeNames: localNames });
    mail = await startLineServer(
      {
        greeting: '220 mail.example ready\r\n',
        answers: {
          EHLO: '250-mail.example\r\n250 STARTTLS\r\n',
          STARTTLS: { answer: '220 go\r\n', tls: true },
          QUIT: { answer: '221 bye\r\n', close: true },
        },
      },
      { identity },
    );
    proxy = await startHttpProxy('me:s3cret');
  });
  after(async () => {
    await mail.stop();
    await proxy.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a mail server, by hand and as the channel of a flow has it', async () => {
    const host = `localhost:${mail.port}`;
    const found = await cli(host, '--protocol', 'smtp', '--trust', at('root.pem'));
    assert.equal(found.code, 0, found.out + found.err);
    assert.match(found.out, /^OK: .*\[ok\]$/m);
    assert.match(found.out, /^ok +STARTTLS +The server begins TLS; it greets with "mail\.example ready"\.$/m);
    assert.match(found.out, /^ok +Service +SMTP: mail\.example; it offers STARTTLS\.$/m);
    const flow = at('Orders.iflw');
    const properties = { server: host, ssl: 'starttls_mandatory' };
    writeFileSync(flow, flowText({ id: 'M', adapter: 'Mail', messageProtocol: 'None', properties }));
    const channel = await cli(`${flow}#M`, '--trust', at('root.pem'), '--json');
    assert.equal(channel.code, 0, channel.out + channel.err);
    const { target, service, verdict } = JSON.parse(channel.out) as Record<string, unknown>;
    assert.deepEqual(target, {
      ...{ host: 'localhost', port: mail.port, serverName: 'localhost' },
      ...{ protocol: 'smtp', protection: 'starttls' },
    });
    assert.deepEqual([verdict, service], ['ok', { greeting: 'mail.example', offers: ['STARTTLS'] }]);
    const both = await cli(`${flow}#M`, '--protocol', 'smtp');
    assert.deepEqual([both.code, both.err.includes('is in the flow')], [2, true], both.err);
  });

  it('through a proxy, whose login is no argument', async () => {
    const host = `127.0.0.1:${mail.port}`;
    const smtp = [host, '--protocol', 'smtp', '--server-name', 'localhost', '--trust', at('root.pem')];
    const found = await cli(...smtp, '--proxy-env', 'PROXY');
    assert.equal(found.code, 0, found.out + found.err);
    assert.ok(!found.out.includes('s3cret'));
    assert.match(found.out, /through the HTTP proxy 127\.0\.0\.1:\d+/);
    assert.equal(proxy.asked.at(-1), host);
    const without = await cli(...smtp, '--proxy', `127.0.0.1:${proxy.port}`);
    assert.deepEqual([without.code, without.out.includes('[proxy-refused]')], [1, true], without.out);
    const shown = await cli(...smtp, '--proxy', `http://me:s3cret@127.0.0.1:${proxy.port}`);
    assert.deepEqual([shown.code, shown.err.includes('s3cret'), shown.err.includes('--proxy-env')], [2, false, true]);
  });

  it('says what there is, where something else is asked for', async () => {
    for (const [args, words] of [
      [['--protocol', 'gopher'], /no protocol gopher.*tls, smtp, imap/],
      [['--protocol', 'kafka', '--protection', 'starttls'], /Kafka has no protection starttls.*tls, off/],
      [['--proxy', 'ftp://x'], /address of the proxy cannot be read/],
      [['--proxy', 'https://x'], /not supported.*http:\/\/ or socks5/],
      [['--proxy-env', 'NONE'], /variable NONE is not set/],
      [['--proxy-env', 'PROXY', '--proxy', 'x'], /not both/],
    ] as const) {
      const { code, err } = await cli('localhost:1', ...args);
      assert.equal(code, 2, err);
      assert.match(err.replace(/\n/g, ' '), words);
    }
  });

  it('logs in with a password that is in a variable or typed, never in an argument', async () => {
    const host = `localhost:${mail.port}`;
    const args = [host, '--protocol', 'smtp', '--trust', at('root.pem'), '--user', 'me'];
    const without = await cli(...args);
    assert.equal(without.code, 2);
    assert.match(without.err, /login of me needs a password.*--login-env/s);
    const unset = await cli(...args, '--login-env', 'NOWHERE');
    assert.match(unset.err, /variable NOWHERE for the password of me is not set/);
    const none = await cli(...args, '--login-env', 'EMPTY');
    assert.equal(none.code, 1);
    assert.match(none.out, /^FAILED +Login +The server has no login by CRAM-MD5\. It names none\.$/m);
    const strange = await cli(...args, '--login', 'scram-sha-256');
    assert.match(strange.err, /SMTP has no login "scram-sha-256"\. It has: encrypted, plain\./);
    assert.match((await cli(host, '--login', 'plain')).err, /A login needs --user/);
    assert.match((await cli(host, '--user', 'me')).err, /No login is tested with TLS/);
    assert.match((await cli(host, '--topics')).err, /"topics" cannot be checked/);
  });
});
