import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ServiceAsk } from '../../src/core/connectivity/protocols/ask';
import type { ProtocolName, Protection } from '../../src/core/connectivity/protocols/protocols';
import type { ConnectivityReport } from '../../src/core/connectivity/report';
import { testConnectivity } from '../../src/core/connectivity/test';
import { Daemons, hasDaemon } from '../support/mailServers';
import { localNames, makeCa, type TestIdentity } from '../support/testCertificates';

/** Mail and file servers as they are in the field: Dovecot, Exim, vsftpd. */
describe('connectivity test against real mail and file servers', function () {
  this.timeout(60_000);
  let folder: string;
  let root: TestIdentity;
  let daemons: Daemons | undefined;

  before(async function () {
    // Mail servers change their user.
    if (process.getuid?.() !== 0) {
      console.log('      skipped: mail servers are started by root alone');
      this.skip();
    }
    folder = mkdtempSync(path.join(os.tmpdir(), 'mail-'));
    root = await makeCa('Mail Root', { key: { algorithm: 'RSA', bits: 2048 } });
    const server = await root.issue('localhost', {
      alternativeNames: localNames,
      key: { algorithm: 'RSA', bits: 2048 },
    });
    writeFileSync(path.join(folder, 'server.pem'), server.chainPem);
    writeFileSync(path.join(folder, 'server.key'), server.privateKeyPem);
    daemons = new Daemons(folder);
  });
  after(async () => {
    await daemons?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const need = (context: Mocha.Context, daemon: string): void => {
    if (hasDaemon(daemon)) return;
    console.log(`      skipped: ${daemon} is not installed`);
    context.skip();
  };
  const run = (
    port: number,
    protocol: ProtocolName,
    protection: Protection,
    trusted = true,
    ask?: ServiceAsk,
  ): Promise<ConnectivityReport> =>
    testConnectivity({
      target: { host: '127.0.0.1', port, serverName: 'localhost', protocol, protection },
      anchors: trusted ? [{ alias: 'root', certificate: root.certificate }] : [],
      ...(ask && { ask }),
      timeoutMs: 8_000,
      from: 'here',
    });
  const login = (way: 'plain' | 'encrypted', password = 'secret'): ServiceAsk => ({
    login: { user: 'me', password, way },
  });
  const told = ({ verdict, steps }: ConnectivityReport): string =>
    [verdict, ...steps.map(({ step, status, message }) => `${step} ${status}: ${message}`)].join('\n');
  const service = (report: ConnectivityReport): string =>
    report.steps.find(({ step }) => step === 'service')?.message ?? '';

  it('Dovecot: IMAP and POP3, from the first octet on and after STARTTLS', async function () {
    need(this, 'dovecot');
    const ports = await daemons!.dovecot();
    for (const [protocol, protection, port] of [
      ['imap', 'tls', ports.imaps],
      ['imap', 'starttls', ports.imap],
      ['imap', 'starttls-optional', ports.imap],
      ['pop3', 'tls', ports.pop3s],
      ['pop3', 'starttls', ports.pop3],
    ] as const) {
      const report = await run(port, protocol, protection);
      assert.equal(report.verdict, 'ok', told(report));
      assert.equal(report.server?.anchor?.alias, 'root');
      const offer = protocol === 'imap' ? 'IMAP4rev1' : 'TOP';
      assert.ok(report.service?.offers.includes(offer), told(report));
      assert.equal(
        report.steps.some(({ step }) => step === 'starttls'),
        protection !== 'tls',
      );
      assert.match(told(report), /Practice mail is ready\./);
      const distrusted = await run(port, protocol, protection, false);
      assert.equal(distrusted.verdict, 'server-root-missing', told(distrusted));
      assert.equal(distrusted.steps.at(-1)?.status, 'ok', told(distrusted));
    }
    for (const way of ['plain', 'encrypted'] as const) {
      const mailbox = { contents: { mailbox: 'INBOX' } };
      const folders = { contents: { folders: true, ...mailbox.contents } };
      const imap = await run(ports.imap, 'imap', 'starttls', true, { ...login(way), ...folders });
      assert.equal(imap.verdict, 'ok', told(imap));
      assert.equal(imap.service?.loggedIn, way === 'plain' ? 'PLAIN' : 'CRAM-MD5');
      assert.match(told(imap), /Folders: INBOX\. Mails in "INBOX": 0, 0 of them unread\./);
      const pop3 = await run(ports.pop3s, 'pop3', 'tls', true, { ...login(way), ...mailbox });
      assert.equal(pop3.verdict, 'ok', told(pop3));
      assert.match(told(pop3), /Mails in the inbox: 0\./);
      const wrong = await run(ports.imaps, 'imap', 'tls', true, login(way, 'wrong'));
      assert.equal(wrong.verdict, 'login-refused', told(wrong));
    }
    const nowhere = { ...login('plain'), contents: { mailbox: 'Nowhere' } };
    const missing = await run(ports.imaps, 'imap', 'tls', true, nowhere);
    assert.equal(missing.verdict, 'contents-refused', told(missing));
    // The wrong way round.
    const late = await run(ports.imaps, 'imap', 'starttls');
    assert.ok(['timeout', 'starttls-refused'].includes(late.verdict), told(late));
    const early = await run(ports.imap, 'imap', 'tls');
    assert.equal(early.verdict, 'not-tls', told(early));
    const mistaken = await run(ports.pop3s, 'imap', 'tls');
    assert.equal(mistaken.verdict, 'service-refused', told(mistaken));
  });

  it('Exim: SMTP with STARTTLS, from the first octet on, and without', async function () {
    need(this, 'exim4');
    const ports = await daemons!.exim();
    for (const [protection, port] of [
      ['starttls', ports.starttls],
      ['starttls-optional', ports.starttls],
      ['tls', ports.smtps],
    ] as const) {
      const report = await run(port, 'smtp', protection);
      assert.equal(report.verdict, 'ok', told(report));
      assert.match(service(report), /mail\.practice\.example.*PIPELINING/);
    }
    const local = { contents: { from: 'a@here.example', to: 'b@mail.practice.example' } };
    const relay = { contents: { from: 'a@here.example', to: 'b@elsewhere.example' } };
    const taken = await run(ports.smtps, 'smtp', 'tls', true, local);
    assert.equal(taken.verdict, 'ok', told(taken));
    const relayed = await run(ports.smtps, 'smtp', 'tls', true, relay);
    assert.equal(relayed.verdict, 'contents-refused', told(relayed));
    assert.match(told(relayed), /550 relay not permitted/);
    for (const way of ['plain', 'encrypted'] as const) {
      const known = await run(ports.starttls, 'smtp', 'starttls', true, { ...login(way), ...relay });
      assert.equal(known.verdict, 'ok', told(known));
      const wrong = await run(ports.starttls, 'smtp', 'starttls', true, login(way, 'wrong'));
      assert.equal(wrong.verdict, 'login-refused', told(wrong));
    }
    const none = await run(ports.plain, 'smtp', 'starttls');
    assert.equal(none.verdict, 'starttls-refused', told(none));
    assert.match(told(none), /does not offer STARTTLS/);
    for (const protection of ['starttls-optional', 'off'] as const) {
      const open = await run(ports.plain, 'smtp', protection);
      assert.equal(open.verdict, 'ok-not-encrypted', told(open));
      assert.match(service(open), /PIPELINING/);
      assert.equal(open.tls, undefined);
    }
  });

  it('vsftpd: FTP with explicit and implicit TLS, and without', async function () {
    need(this, 'vsftpd');
    const explicit = await daemons!.vsftpd(false);
    for (const [protection, port] of [
      ['starttls', explicit],
      ['tls', await daemons!.vsftpd(true)],
    ] as const) {
      const report = await run(port, 'ftp', protection);
      assert.equal(report.verdict, 'ok', told(report));
      assert.ok(report.service?.offers.includes('AUTH TLS'), told(report));
      assert.match(told(report), /Practice files are ready\./);
    }
    const anonymous = { login: { user: 'anonymous', password: 'me@here.example', way: 'plain' } } as const;
    const found = await run(explicit, 'ftp', 'starttls', true, { ...anonymous, contents: { directory: 'out' } });
    assert.equal(found.verdict, 'ok', told(found));
    assert.match(told(found), /Directory: \/out\./);
    const missing = await run(explicit, 'ftp', 'starttls', true, { ...anonymous, contents: { directory: 'in' } });
    assert.equal(missing.verdict, 'contents-refused', told(missing));
    const stranger = await run(explicit, 'ftp', 'starttls', true, login('plain'));
    assert.equal(stranger.verdict, 'login-refused', told(stranger));
    assert.equal((await run(explicit, 'ftp', 'off')).verdict, 'ok-not-encrypted');
  });
});
