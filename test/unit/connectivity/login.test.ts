import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import type net from 'node:net';
import { requireAskable, type ServiceAsk } from '../../../src/core/connectivity/protocols/ask';
import { mailboxName, mailboxText } from '../../../src/core/connectivity/protocols/mailboxName';
import type { ProtocolName, Protection } from '../../../src/core/connectivity/protocols/protocols';
import { Scram } from '../../../src/core/connectivity/protocols/scram';
import type { ConnectivityReport, Step } from '../../../src/core/connectivity/report';
import { testConnectivity } from '../../../src/core/connectivity/test';
import { startTcpServer, startTlsServer, type FaultServer } from '../../support/faultServers';
import { serveKafka, startLineServer, type LineServer } from '../../support/protocolServers';
import { localNames, makeCa, type TestIdentity } from '../../support/testCertificates';

const password = 'pässword "1\\';
/** As a server sees it that takes octets for characters. */
const onTheWire = Buffer.from(password).toString('latin1');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('logins, and what is looked for behind them', () => {
  let root: TestIdentity;
  let identity: TestIdentity;
  const running: FaultServer[] = [];
  const started = async <T extends FaultServer>(server: Promise<T>): Promise<T> => {
    running.push(await server);
    return server;
  };

  before(async () => {
    root = await makeCa('Login Root');
    identity = await root.issue('localhost', { alternativeNames: localNames });
  });
  afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())));

  const run = (
    port: number,
    protocol: ProtocolName,
    ask: ServiceAsk,
    { protection = 'tls', trusted = true }: { protection?: Protection; trusted?: boolean } = {},
  ): Promise<ConnectivityReport> =>
    testConnectivity({
      target: { host: '127.0.0.1', port, serverName: 'localhost', protocol, protection },
      anchors: trusted ? [{ alias: 'root', certificate: root.certificate }] : [],
      ask,
      timeoutMs: 3_000,
      from: 'here',
    });
  const stepOf = ({ steps }: ConnectivityReport, step: Step['step']): Step => steps.find((each) => each.step === step)!;
  const lines = (server: LineServer): Promise<FaultServer> =>
    started(startLineServer({ implicit: true, ...server }, { identity }));
  const login = { user: 'me', password, way: 'plain' } as const;

  it('SMTP: PLAIN, LOGIN and CRAM-MD5, mail addresses', async () => {
    const cram = `me ${createHmac('md5', password).update('<1@mail>').digest('hex')}`;
    const answers = {
      EHLO: '250-mail.example\r\n250 AUTH PLAIN CRAM-MD5\r\n',
      [`AUTH PLAIN ${base64(`\0me\0${password}`)}`]: '235 yes\r\n',
      'AUTH PLAIN': '535 no\r\n',
      'AUTH CRAM-MD5': `334 ${base64('<1@mail>')}\r\n`,
      [base64(cram)]: '235 yes\r\n',
      'MAIL FROM:<a@here.example>': '250 ok\r\n',
      'RCPT TO:<b@there.example>': '250 ok\r\n',
      'RCPT TO': '550 5.7.1 relaying denied\r\n',
      RSET: '250 ok\r\n',
      QUIT: { answer: '221 bye\r\n', close: true },
    } as const;
    const { port } = await lines({ greeting: '220 mail\r\n', answers });
    const contents = { from: 'a@here.example', to: 'b@there.example' };
    const plain = await run(port, 'smtp', { login, contents });
    assert.equal(plain.verdict, 'ok', JSON.stringify(plain.steps));
    assert.equal(stepOf(plain, 'login').message, 'Logged in as "me" (PLAIN).');
    assert.equal(stepOf(plain, 'contents').message, 'Sender taken: a@here.example. Recipient taken: b@there.example.');
    const encrypted = await run(port, 'smtp', { login: { ...login, way: 'encrypted' } });
    assert.equal(encrypted.service?.loggedIn, 'CRAM-MD5', JSON.stringify(encrypted.steps));
    const wrong = await run(port, 'smtp', { login: { ...login, password: 'no' }, contents });
    assert.equal(wrong.verdict, 'login-refused');
    assert.equal(stepOf(wrong, 'service').status, 'ok');
    assert.match(stepOf(wrong, 'login').message, /refuses the login of "me": "535 no"/);
    assert.equal(stepOf(wrong, 'contents').status, 'skipped');
    const relay = await run(port, 'smtp', { login, contents: { ...contents, to: 'x@elsewhere.example' } });
    assert.equal(relay.verdict, 'contents-refused');
    assert.match(stepOf(relay, 'contents').message, /recipient x@elsewhere\.example: "550 5\.7\.1 relaying denied"/);

    const old = await lines({
      greeting: '220 mail\r\n',
      answers: {
        EHLO: '250-mail.example\r\n250 AUTH LOGIN\r\n',
        'AUTH LOGIN': `334 ${base64('Username:')}\r\n`,
        [base64('me')]: `334 ${base64('Password:')}\r\n`,
        [base64(password)]: '235 yes\r\n',
        QUIT: '221 bye\r\n',
      },
    });
    assert.equal((await run(old.port, 'smtp', { login })).service?.loggedIn, 'LOGIN');
    const none = await run(old.port, 'smtp', { login: { ...login, way: 'encrypted' } });
    assert.equal(none.verdict, 'login-refused');
    assert.match(stepOf(none, 'login').message, /no login by CRAM-MD5\. It has: LOGIN\./);
  });

  it('IMAP: AUTHENTICATE and LOGIN, folders, mails', async () => {
    const list =
      '* LIST (\\HasNoChildren) "/" "INBOX"\r\n* LIST (\\Sent) "/" "Gesendete &ANw-bersicht"\r\n* LIST () NIL Plain\r\n';
    const answers = {
      'a CAPABILITY': '* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na OK done\r\n',
      'l AUTHENTICATE PLAIN': '+ \r\n',
      [base64(`\0me\0${password}`)]: 'l OK in\r\n',
      'f LIST': `${list}f OK done\r\n`,
      's STATUS "Gesendete &ANw-bersicht" (MESSAGES UNSEEN)': '* STATUS "x" (MESSAGES 12 UNSEEN 3)\r\ns OK done\r\n',
      's STATUS': 's NO [NONEXISTENT] Unknown Mailbox\r\n',
      'z LOGOUT': '* BYE\r\nz OK\r\n',
    };
    const { port } = await lines({ greeting: '* OK ready\r\n', answers });
    const found = await run(port, 'imap', { login, contents: { folders: true, mailbox: 'Gesendete Übersicht' } });
    assert.equal(found.verdict, 'ok', JSON.stringify(found.steps));
    assert.deepEqual(found.service?.found, [
      { label: 'Folders', values: ['INBOX', 'Gesendete Übersicht', 'Plain'] },
      { label: 'Mails in "Gesendete Übersicht"', values: ['12, 3 of them unread'] },
    ]);
    const missing = await run(port, 'imap', { login, contents: { mailbox: 'Nowhere' } });
    assert.equal(missing.verdict, 'contents-refused');
    assert.match(stepOf(missing, 'contents').message, /"Nowhere".*Unknown Mailbox/);

    // As literals; what looks like the end of a request is part of the password.
    const heard: string[] = [];
    const literal = await started(
      startTlsServer({
        identity,
        onSecure: (socket) => {
          socket.write('* OK ready\r\n');
          socket.on('data', (chunk: Buffer) => {
            const text = chunk.toString();
            heard.push(text);
            if (text.startsWith('a ')) socket.write('* CAPABILITY IMAP4rev1\r\na OK done\r\n');
            else if (text.startsWith('l LOGIN') || text.startsWith('me ')) socket.write('+ more\r\n');
            else if (text.startsWith(password)) socket.write('l OK in\r\n');
            else socket.write('z OK bye\r\n');
          });
        },
      }),
    );
    assert.equal((await run(literal.port, 'imap', { login })).service?.loggedIn, 'LOGIN');
    assert.ok(heard.includes(`me {${Buffer.byteLength(password)}}\r\n`), heard.join('|'));
  });

  it('POP3: USER, APOP and CRAM-MD5, mails', async () => {
    const stamp = '<7.1@mail.example>';
    const digest = createHash('md5').update(`${stamp}${password}`).digest('hex');
    const answers = {
      CAPA: '+OK\r\nUSER\r\nSASL CRAM-MD5\r\n.\r\n',
      'USER me': '+OK\r\n',
      [`PASS ${onTheWire}`]: '+OK in\r\n',
      PASS: '-ERR no\r\n',
      [`APOP me ${digest}`]: '+OK in\r\n',
      'AUTH CRAM-MD5': `+ ${base64('x')}\r\n`,
      [base64(`me ${createHmac('md5', password).update('x').digest('hex')}`)]: '+OK in\r\n',
      STAT: '+OK 4 3210\r\n',
      QUIT: '+OK\r\n',
    };
    const apop = await lines({ greeting: `+OK ready ${stamp}\r\n`, answers });
    const cram = await lines({ greeting: '+OK ready\r\n', answers });
    const mailbox = { contents: { mailbox: 'INBOX' } };
    const plain = await run(apop.port, 'pop3', { login, ...mailbox });
    assert.equal(plain.verdict, 'ok', JSON.stringify(plain.steps));
    assert.equal(stepOf(plain, 'contents').message, 'Mails in the inbox: 4.');
    const encrypted = { login: { ...login, way: 'encrypted' } } as const;
    assert.equal((await run(apop.port, 'pop3', encrypted)).service?.loggedIn, 'APOP');
    assert.equal((await run(cram.port, 'pop3', encrypted)).service?.loggedIn, 'CRAM-MD5');
    assert.equal((await run(apop.port, 'pop3', { login: { ...login, password: 'x' } })).verdict, 'login-refused');
  });

  it('FTP: user, password, directory', async () => {
    const answers = {
      FEAT: '211-Features\r\n UTF8\r\n211 End\r\n',
      'USER me': '331 password?\r\n',
      [`PASS ${onTheWire}`]: '230 in\r\n',
      PASS: '530 no\r\n',
      'CWD out': '250 ok\r\n',
      CWD: '550 No such directory\r\n',
      PWD: '257 "/home/""me""/out" is it\r\n',
      QUIT: '221 bye\r\n',
    };
    const { port } = await lines({ greeting: '220 files\r\n', answers });
    const found = await run(port, 'ftp', { login, contents: { directory: 'out' } });
    assert.equal(found.verdict, 'ok', JSON.stringify(found.steps));
    assert.equal(stepOf(found, 'contents').message, 'Directory: /home/"me"/out.');
    assert.equal((await run(port, 'ftp', { login, contents: { directory: 'in' } })).verdict, 'contents-refused');
    assert.equal((await run(port, 'ftp', { login: { ...login, password: 'x' } })).verdict, 'login-refused');
  });

  it('Kafka: PLAIN, SCRAM, topics', async () => {
    const broker = { user: 'me', password, topics: ['orders', 'invoices'] };
    const serve = (mechanisms: string[], version?: number) =>
      started(
        startTlsServer({
          identity,
          onSecure: (s) => serveKafka(s, mechanisms, { ...broker, ...(version && { version }) }),
        }),
      );
    const { port } = await serve(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']);
    for (const way of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
      const found = await run(port, 'kafka', { login: { ...login, way }, contents: { topics: true } });
      assert.equal(found.verdict, 'ok', JSON.stringify(found.steps));
      assert.deepEqual(found.service?.found, [{ label: 'Topics', values: ['invoices', 'orders'] }]);
      const wrong = await run(port, 'kafka', { login: { ...login, way, password: 'no' } });
      assert.equal(wrong.verdict, 'login-refused', JSON.stringify(wrong.steps));
      assert.match(stepOf(wrong, 'login').message, /refuses the login of "me": "Authentication failed"/);
    }
    const newer = await serve(['PLAIN'], 4);
    assert.equal((await run(newer.port, 'kafka', { login, contents: { topics: true } })).verdict, 'ok');
    const none = await run(newer.port, 'kafka', { login: { ...login, way: 'scram-sha-256' } });
    assert.match(stepOf(none, 'login').message, /no login by SCRAM-SHA-256\. It has: PLAIN\./);
  });

  it('shows a password to nobody who is not trusted, and in the clear only where that was asked for', async () => {
    const heard: string[] = [];
    const answer = (socket: net.Socket): void => {
      socket.write('220 mail\r\n');
      socket.on('data', (chunk: Buffer) => {
        heard.push(chunk.toString());
        socket.write(heard.at(-1)!.startsWith('EHLO') ? '250-mail\r\n250 AUTH PLAIN\r\n' : '235 yes\r\n');
      });
    };
    const secure = await started(startTlsServer({ identity, onSecure: answer }));
    const distrusted = await run(secure.port, 'smtp', { login }, { trusted: false });
    assert.equal(distrusted.verdict, 'server-root-missing');
    assert.match(stepOf(distrusted, 'login').message, /not shown to a server that is not trusted/);
    assert.ok(!heard.some((text) => text.startsWith('AUTH')), heard.join());
    const open = await started(startTcpServer(answer));
    const optional = await run(open.port, 'smtp', { login }, { protection: 'starttls-optional' });
    assert.match(stepOf(optional, 'login').message, /not sent without encryption/);
    assert.ok(!heard.some((text) => text.startsWith('AUTH')), heard.join());
    const off = await run(open.port, 'smtp', { login }, { protection: 'off' });
    assert.equal(stepOf(off, 'login').status, 'ok');
    assert.ok(heard.some((text) => text.startsWith('AUTH')));
    assert.ok(!JSON.stringify(off).includes('ssword'), 'the report has no password');
  });

  it('refuses what a protocol does not have, and what would be a line of its own', () => {
    const refused: [ProtocolName, ServiceAsk, RegExp][] = [
      ['tls', { login }, /No login by user and password/],
      ['ftp', { login: { ...login, way: 'encrypted' } }, /There are: plain/],
      ['ftp', { contents: { topics: true } }, /"topics" cannot be checked/],
      ['smtp', { contents: { from: 'a@b' } }, /in pairs/],
      ['smtp', { contents: { from: 'a@b', to: 'x> <y' } }, /has the form/],
      ['ftp', { login, contents: { directory: 'x\r\nDELE y' } }, /control characters/],
      ['imap', { login: { ...login, user: 'x\n' } }, /control characters/],
    ];
    for (const [protocol, ask, message] of refused) assert.throws(() => requireAskable(protocol, ask), message);
  });

  it('the exchange of RFC 7677, and a server that does not know the password', () => {
    const scram = new Scram(
      { user: 'user', password: 'pencil', way: 'scram-sha-256' },
      'sha256',
      'rOprNGfwEbeRWgbNEkqO',
    );
    assert.equal(scram.first().toString(), 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const answer = scram.answer(Buffer.from(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`));
    assert.equal(answer.toString(), `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`);
    scram.requireServer(Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='));
    assert.throws(() => scram.requireServer(Buffer.from('v=AAAA')), /does not prove/);
    assert.throws(() => scram.answer(Buffer.from('r=other,s=AAAA,i=4096')), /makes no sense/);
    assert.throws(() => scram.answer(Buffer.from(`r=${nonce},s=AAAA,i=99999999`)), /makes no sense/);
  });

  it('names of folders', () => {
    for (const [text, name] of [
      ['INBOX', 'INBOX'],
      ['R&D', 'R&-D'],
      ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
      ['😀', '&2D3eAA-'],
    ] as const) {
      assert.equal(mailboxName(text), name);
      assert.equal(mailboxText(name), text);
    }
    assert.equal(mailboxText('&broken'), '&broken');
  });
});
