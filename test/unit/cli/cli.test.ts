import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { watchOutput, type Terminal } from '../../../src/cli/terminal';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { addCertificates, addKeyPair } from '../../../src/core/keystore/edit';
import { emptyKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { sarifOf } from '../../../src/core/report/sarif';
import { startTlsServer } from '../../support/faultServers';
import { localNames, makeCa, type TestIdentity } from '../../support/testCertificates';
import { runCli, type Answer } from '../../support/runCli';

const password = 'changeit';

const property = (key: string, value: string): string =>
  `<ifl:property>\n<key>${key}</key>\n${value ? `<value>${value}</value>` : '<value/>'}\n</ifl:property>\n`;

const httpChannel = (id: string, values: Readonly<Record<string, string>>): string =>
  `<bpmn2:messageFlow id="${id}" name="HTTP" sourceRef="a" targetRef="b"><bpmn2:extensionElements>\n` +
  Object.entries({
    ComponentType: 'HTTP',
    direction: 'Receiver',
    TransportProtocol: 'HTTP',
    MessageProtocol: 'None',
    cmdVariantUri: 'ctype::AdapterVariant/cname::sap:HTTP/tp::HTTP/mp::None/direction::Receiver/version::1.15.0',
    system: 'Partner',
    ...values,
  })
    .map(([key, value]) => property(key, value))
    .join('') +
  `</bpmn2:extensionElements></bpmn2:messageFlow>\n`;

const flow = (...channels: string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><bpmn2:definitions xmlns:bpmn2="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:ifl="http:///com.sap.ifl.model/Ifl.xsd" id="Definitions_1"><bpmn2:collaboration id="Collaboration_1" name="Default Collaboration">\n${channels.join('')}</bpmn2:collaboration></bpmn2:definitions>`;

describe('command line', () => {
  let folder: string;
  let root: TestIdentity;
  let client: TestIdentity;
  const at = (name: string): string => path.join(folder, name);
  const iflw = (): string => at('project/src/main/resources/scenarioflows/integrationflow/Orders.iflw');
  const prop = (): string => at('project/src/main/resources/parameters.prop');

  const cli = (...args: string[]): Promise<Answer> => cliWith({}, ...args);
  function cliWith(more: Partial<Terminal>, ...args: string[]): Promise<Answer> {
    return runCli(args, { env: { KS: password, BAD: 'wrong' }, ...more });
  }
  const json = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { out, err } = await cli(...args);
    assert.equal(err, '');
    return JSON.parse(out) as Record<string, unknown>;
  };

  before(async () => {
    root = await makeCa('CLI Root');
    client = await root.issue('cli client', { extendedKeyUsage: ['clientAuth'] });
    const old = await root.issue('old client', { fromDays: -30, toDays: -2 });
    const soon = await root.issue('soon client', { toDays: 10 });
    folder = mkdtempSync(path.join(os.tmpdir(), 'cli-'));
    let keystore = emptyKeystore();
    for (const [alias, identity] of [
      ['partner_a', client],
      ['old_pair', old],
      ['soon_pair', soon],
    ] as const) {
      const key = await sealKey(identity.privateKeyInfo, password);
      keystore = addKeyPair(keystore, {
        alias,
        key,
        chain: identity.chain,
        created: new Date(1_700_000_000_000),
      }).keystore;
    }
    keystore = addCertificates(keystore, [{ alias: 'CLI Root', certificate: root.certificate }]).keystore;
    writeFileSync(at('partner.p12'), await writeKeystore(keystore, password));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    mkdirSync(path.dirname(iflw()), { recursive: true });
    writeFileSync(
      iflw(),
      flow(
        httpChannel('MessageFlow_1', {
          httpAddressWithoutQuery: 'https://{{Host}}/a',
          authenticationMethod: 'Client Certificate',
          privateKeyAlias: '{{Partner Alias}}',
          credentialName: '',
        }),
        httpChannel('MessageFlow_2', {
          httpAddressWithoutQuery: 'https://b.example/',
          authenticationMethod: 'Client Certificate',
          privateKeyAlias: 'old_pair',
          credentialName: '',
        }),
        httpChannel('MessageFlow_3', {
          httpAddressWithoutQuery: 'https://c.example/',
          authenticationMethod: 'Client Certificate',
          privateKeyAlias: '${header.alias}',
          credentialName: '',
        }),
        httpChannel('MessageFlow_4', {
          httpAddressWithoutQuery: 'https://d.example/',
          authenticationMethod: 'None',
          privateKeyAlias: '',
          credentialName: '',
        }),
      ),
    );
    writeFileSync(prop(), '#Mon Nov 23 10:00:00 UTC 2026\nHost=a.example\\:8443\nPartner\\ Alias=partner_x\n');
  });

  it('list: entries and facts as JSON and text', async () => {
    const listed = await json('list', at('partner.p12'), '--password-env', 'KS', '--json');
    assert.equal(listed['type'], 'PKCS12');
    assert.equal(listed['file'], at('partner.p12'));
    const entries = listed['entries'] as Record<string, unknown>[];
    assert.deepEqual(
      entries.map((entry) => [entry['alias'], entry['kind'], entry['chainLength']]),
      [
        ['partner_a', 'keyPair', 2],
        ['old_pair', 'keyPair', 2],
        ['soon_pair', 'keyPair', 2],
        ['CLI Root', 'certificate', 1],
      ],
    );
    const { certificate } = client;
    const facts = {
      algorithm: 'EC',
      size: 256,
      subject: 'CN=cli client',
      issuer: 'CN=CLI Root',
      serial: certificate.serialNumber,
      notBefore: certificate.notBefore.toISOString(),
      notAfter: certificate.notAfter.toISOString(),
      sha256: certificate.sha256,
    };
    assert.deepEqual({ ...entries[0], ...facts }, entries[0]);
    const { out, code } = await cli('list', at('partner.p12'), '--password-env', 'KS');
    assert.equal(code, 0);
    assert.match(
      out,
      /partner_a {2}\(key pair\)\n {2}CN=cli client\n {2}issued by CN=CLI Root\n {2}EC P-256, valid to .* left\)/,
    );
    assert.match(out, /expired 2 days ago/);
  });

  it('list: tries every password named; a wrong one, none, a missing file and a foreign file are one clear line and exit 2', async () => {
    assert.equal((await cli('list', at('partner.p12'), '--password-env', 'BAD', '--password-env', 'KS')).code, 0);
    for (const [args, message] of [
      [[at('partner.p12'), '--password-env', 'BAD'], /partner\.p12: The password is wrong/],
      [[at('partner.p12'), '--password-env', 'UNSET'], /UNSET .* is not set/],
      [[at('partner.p12')], /partner\.p12: The keystore needs its password.*--password-env/],
      [[at('nowhere.p12'), '--password-env', 'KS'], /nowhere\.p12: There is no such file/],
      [[iflw(), '--password-env', 'KS'], /Orders\.iflw: This is not a keystore; it looks like XML/],
      [[], /list takes one keystore file/],
      [[at('partner.p12'), '--password', 'x'], /no option --password here\. Did you mean --password-env\?/],
    ] as const) {
      const { code, out, err } = await cli('list', ...args);
      assert.deepEqual([code, out, err.trimEnd().includes('\n')], [2, '', false], err);
      assert.match(err, message);
    }
  });

  it('flows: channels with values as written and resolved', async () => {
    const { flows, problems } = (await json('flows', at('project'), '--json')) as {
      flows: { file: string; name: string; channels: Record<string, unknown>[] }[];
      problems: unknown[];
    };
    assert.deepEqual(problems, []);
    const [only] = flows;
    assert.equal(only?.file, iflw());
    assert.equal(only.name, 'Orders');
    const [first, , third] = only.channels;
    assert.deepEqual(first, {
      id: 'MessageFlow_1',
      name: 'HTTP',
      direction: 'Receiver',
      adapter: 'HTTP',
      messageProtocol: 'None',
      version: '1.15.0',
      system: 'Partner',
      address: { key: 'httpAddressWithoutQuery', value: 'https://{{Host}}/a', resolved: 'https://a.example:8443/a' },
      authentication: { key: 'authenticationMethod', value: 'Client Certificate', resolved: 'Client Certificate' },
      privateKeyAlias: {
        key: 'privateKeyAlias',
        value: '{{Partner Alias}}',
        resolved: 'partner_x',
        parameter: 'Partner Alias',
      },
      credential: { key: 'credentialName', value: '', resolved: '' },
    });
    assert.deepEqual(third?.['privateKeyAlias'], {
      key: 'privateKeyAlias',
      value: '${header.alias}',
      resolved: '${header.alias}',
      dynamic: true,
    });
    assert.match((await cli('flows', iflw())).out, /MessageFlow_1 {2}Receiver HTTP 1\.15\.0/);
    assert.equal((await cli('flows', at('nowhere'))).code, 2);
    const csv = await cli('flows', at('project'), '--format', 'csv');
    assert.match(csv.out, /^flow,channel,name,adapter,.*\r\nOrders,MessageFlow_1,/);
    assert.match((await cli('flows', at('project'), '--format', 'md')).out, /^# Receivers\n/);
    assert.equal((await cli('flows', at('project'), '--format', 'xml')).code, 2);
  });

  it('set: changes the bytes of the value alone, in the parameter or in the flow', async () => {
    const flowBefore = readFileSync(iflw(), 'utf8');
    const propBefore = readFileSync(prop(), 'utf8');
    const inParameter = await json(
      'set',
      iflw(),
      '--channel',
      'MessageFlow_1',
      '--private-key-alias',
      'partner_a',
      '--json',
    );
    assert.equal(readFileSync(iflw(), 'utf8'), flowBefore);
    assert.equal(readFileSync(prop(), 'utf8'), propBefore.replace('partner_x', 'partner_a'));
    const { file, offset, before, after } = inParameter;
    assert.deepEqual(
      { file, offset, before, after },
      { file: prop(), offset: propBefore.indexOf('partner_x'), before: 'partner_x', after: 'partner_a' },
    );

    const { out, code } = await cli(
      'set',
      iflw(),
      '--channel',
      'MessageFlow_4',
      '--authentication',
      'Client Certificate',
      '--private-key-alias',
      'a<b&c',
      '--in',
      'flow',
    );
    assert.equal(code, 0);
    assert.match(out, /authenticationMethod: "None" -> "Client Certificate"/);
    const at4 = flowBefore.indexOf('id="MessageFlow_4"');
    const expected =
      flowBefore.slice(0, at4) +
      flowBefore
        .slice(at4)
        .replace(
          '<value>None</value>\n</ifl:property>\n<ifl:property>\n<key>privateKeyAlias</key>\n<value/>',
          '<value>Client Certificate</value>\n</ifl:property>\n<ifl:property>\n<key>privateKeyAlias</key>\n<value>a&lt;b&amp;c</value>',
        );
    assert.notEqual(expected, flowBefore);
    assert.equal(readFileSync(iflw(), 'utf8'), expected);
    assert.equal(
      (await cli('set', iflw(), '--channel', 'MessageFlow_4', '--private-key-alias', 'a<b&c')).out,
      'Nothing to change.\n',
    );
  });

  it('set: refuses what cannot be, and changes nothing', async () => {
    const before = readFileSync(iflw(), 'utf8');
    for (const [args, message] of [
      [['--channel', 'Nope', '--address', 'x'], /Nope: The flow has no such channel.*MessageFlow_1/],
      [['--channel', 'MessageFlow_1'], /needs a value to set/],
      [['--address', 'x'], /needs --channel/],
      [['--channel', 'MessageFlow_2', '--private-key-alias', 'x', '--in', 'parameters'], /not a whole parameter/],
      [['--channel', 'MessageFlow_2', '--private-key-alias', 'x'.repeat(300)], /300 characters/],
      [['--channel', 'MessageFlow_2', '--private-key-alias', 'x', '--in', 'nowhere'], /--in takes flow or parameters/],
    ] as const) {
      const { code, err } = await cli('set', iflw(), ...args);
      assert.equal(code, 2);
      assert.match(err, message);
    }
    assert.equal(readFileSync(iflw(), 'utf8'), before);
    writeFileSync(iflw(), before.replace('</bpmn2:collaboration>', '</bpmn2:wrong>'));
    const broken = await cli('set', iflw(), '--channel', 'MessageFlow_1', '--address', 'x');
    assert.equal(broken.code, 2);
    assert.match(broken.err, /Orders\.iflw:\d+:\d+: /);
  });

  it('set: writes a value that the adapter is not known to have, but not in silence', async () => {
    const set = (value: string): ReturnType<typeof cli> =>
      cli('set', iflw(), '--channel', 'MessageFlow_4', '--authentication', value);
    const odd = await set('ClientCert');
    assert.equal(odd.code, 0);
    assert.match(odd.err, /note: "ClientCert" is no value of authenticationMethod .* Known: .*Client Certificate/);
    assert.equal((await set('Client Certificate')).err, '');
    assert.equal((await set('${property.authentication}')).err, '');
  });

  it('set: keeps the permissions of the file, and a symbolic link one', async function () {
    if (process.platform === 'win32') return this.skip();
    const real = at('real.iflw');
    renameSync(iflw(), real);
    symlinkSync(real, iflw());
    chmodSync(real, 0o664);
    const to = ['--channel', 'MessageFlow_4', '--private-key-alias', 'partner_b', '--in', 'flow'];
    assert.equal((await cli('set', iflw(), ...to)).code, 0);
    assert.ok(lstatSync(iflw()).isSymbolicLink());
    assert.match(readFileSync(real, 'utf8'), /partner_b/);
    assert.equal(statSync(real).mode & 0o777, 0o664);
  });

  it('set: adds a key that the channel does not have only when told to', async () => {
    writeFileSync(
      iflw(),
      flow(
        httpChannel('MessageFlow_1', {
          httpAddressWithoutQuery: 'https://a/',
          authenticationMethod: 'Client Certificate',
        }),
      ),
    );
    assert.equal((await cli('set', iflw(), '--channel', 'MessageFlow_1', '--private-key-alias', 'partner_a')).code, 2);
    assert.equal(
      (await cli('set', iflw(), '--channel', 'MessageFlow_1', '--private-key-alias', 'partner_a', '--add')).code,
      0,
    );
    const { flows } = (await json('flows', iflw(), '--json')) as {
      flows: { channels: { privateKeyAlias: { value: string } }[] }[];
    };
    assert.equal(flows[0]?.channels[0]?.privateKeyAlias.value, 'partner_a');
  });

  it('check: findings at the value that is to be mended; exit 1 for errors', async () => {
    const { code, out } = await cli(
      'check',
      at('project'),
      '--keystore',
      at('partner.p12'),
      '--password-env',
      'KS',
      '--format',
      'json',
    );
    assert.equal(code, 1);
    const { findings } = JSON.parse(out) as { findings: Record<string, unknown>[] };
    assert.deepEqual(
      findings.map(({ code, severity, file, channel }) => [code, severity, path.basename(file as string), channel]),
      [
        ['alias-missing', 'error', 'parameters.prop', 'MessageFlow_1'],
        ['certificate-expired', 'error', 'Orders.iflw', 'MessageFlow_2'],
      ],
    );
    assert.deepEqual([findings[0]?.['line'], findings[0]?.['column']], [3, 16]);
    assert.match(String(findings[0]?.['message']), /no entry "partner_x" in partner\.p12/);
  });

  it('check: warns of what ends within the days given; warnings alone are exit 0', async () => {
    writeFileSync(
      iflw(),
      flow(
        httpChannel('MessageFlow_1', {
          httpAddressWithoutQuery: 'https://a/',
          authenticationMethod: 'Client Certificate',
          privateKeyAlias: 'soon_pair',
        }),
      ),
    );
    const args = ['check', iflw(), '--keystore', at('partner.p12'), '--password-env', 'KS', '--json'];
    const codes = async (...more: string[]): Promise<unknown[]> =>
      ((await json(...args, ...more))['findings'] as { code: string }[]).map(({ code }) => code);
    assert.deepEqual(await codes(), ['certificate-expiring']);
    assert.deepEqual(await codes('--days', '5'), []);
    assert.equal((await cli(...args)).code, 0);
    assert.equal((await cli(...args, '--days', 'soon')).code, 2);
  });

  it('check: SARIF names files as URI references, which need no "./"', () => {
    const row = { code: 'alias-missing', severity: 'error', line: 1, column: 1, message: 'x' } as const;
    const text = JSON.stringify(sarifOf([{ ...row, file: './My Flows/a.iflw' }]));
    assert.ok(text.includes('"uri":"My%20Flows/a.iflw"'), text);
  });

  it('check: says that without a keystore nothing was compared with one', async () => {
    const { code, out, err } = await cli('check', at('project'));
    assert.deepEqual([code, out], [0, '1 flow checked: 0 errors, 0 warnings, 0 notes\n']);
    assert.match(err, /note: No --keystore was given \(nor a --tenant\)/);
  });

  it('check: text, SARIF and JUnit say the same; a flow that cannot be read is an error, not silence', async () => {
    writeFileSync(at('project/broken.iflw'), '<a><b></a>');
    const args = ['check', at('project'), '--keystore', at('partner.p12'), '--password-env', 'KS', '--format'];
    const text = await cli(...args, 'text');
    assert.match(text.out, /broken\.iflw:1:\d+: error: .* \[xml-broken\]/);
    assert.match(text.out, /2 flows checked: \d errors/);
    const sarif = JSON.parse((await cli(...args, 'sarif')).out) as {
      version: string;
      runs: { results: { ruleId: string; locations: unknown[] }[] }[];
    };
    assert.equal(sarif.version, '2.1.0');
    assert.ok(sarif.runs[0]!.results.some(({ ruleId }) => ruleId === 'alias-missing'));
    const junit = (await cli(...args, 'junit')).out;
    assert.match(junit, /<testsuites name="flow-keystore">/);
    assert.match(junit, /<failure type="alias-missing"/);
    assert.equal((await cli(...args, 'pdf')).code, 2);
    rmSync(at('project/broken.iflw'));
  });

  it('test: host and channel, as JSON and text; exit 1 for a failed test', async () => {
    const server = await root.issue('localhost', { alternativeNames: localNames });
    const stranger = await makeCa('Stranger');
    writeFileSync(at('trusted.pem'), root.pem);
    const running = await startTlsServer({ identity: server, clientCa: root });
    const other = await startTlsServer({
      identity: await stranger.issue('localhost', { alternativeNames: localNames }),
    });
    const keystore = ['--keystore', at('partner.p12'), '--password-env', 'KS'];
    try {
      const host = `localhost:${running.port}`;
      const good = await json('test', host, ...keystore, '--alias', 'partner_a', '--json');
      const { verdict, ok, steps, client, server: facts, tls } = good as Record<string, Record<string, unknown>>;
      assert.deepEqual([verdict, ok], ['ok', true]);
      assert.deepEqual(
        (steps as unknown as { step: string }[]).map(({ step }) => step),
        ['address', 'dns', 'tcp', 'tls', 'serverName', 'serverTrust', 'clientCertificate', 'accepted'],
      );
      assert.equal(tls?.['version'], 'TLSv1.3');
      assert.equal((facts?.['anchor'] as { alias: string }).alias, 'CLI Root');
      assert.deepEqual(
        [client?.['requested'], client?.['required'], client?.['sent'], client?.['accepted']],
        [true, true, 'partner_a', true],
      );
      assert.deepEqual(
        (client?.['candidates'] as { alias: string; usable: boolean }[]).map(({ alias, usable }) => [alias, usable]),
        [
          ['partner_a', true],
          ['old_pair', false],
          ['soon_pair', true],
        ],
      );

      const missing = await cli('test', host, '--trust', at('trusted.pem'));
      assert.equal(missing.code, 1);
      assert.match(missing.out, /^FAILED: localhost:\d+ requires a client certificate \[client-certificate-required\]/);
      for (const [alias, expected] of [
        ['nobody', 'client-key-unusable'],
        ['CLI Root', 'client-key-unusable'],
        ['old_pair', 'client-key-unusable'],
      ] as const) {
        assert.equal((await json('test', host, ...keystore, '--alias', alias, '--json'))['verdict'], expected);
      }
      assert.equal(
        (await json('test', `localhost:${other.port}`, ...keystore, '--json'))['verdict'],
        'server-root-missing',
      );
      assert.equal(
        (
          await json(
            'test',
            `127.0.0.1:${running.port}`,
            ...keystore,
            '--alias',
            'partner_a',
            '--server-name',
            'wrong.example',
            '--json',
          )
        )['verdict'],
        'server-name-mismatch',
      );

      writeFileSync(prop(), `Host=localhost\\:${running.port}\nPartner\\ Alias=partner_a\n`);
      const channel = await json('test', `${iflw()}#MessageFlow_1`, ...keystore, '--alias', 'partner_a', '--json');
      assert.equal(channel['verdict'], 'ok');
      const dynamic = await cli('test', `${iflw()}#MessageFlow_3`, '--timeout', '1', '--json');
      assert.equal((JSON.parse(dynamic.out) as { verdict: string }).verdict, 'dns-not-found');
      assert.match(dynamic.err, /the files do not say which\. Name one with --alias\.\n$/);
      const unknown = await cli('test', `${iflw()}#Nope`);
      assert.equal(unknown.code, 2);
      assert.match(unknown.err, /Orders\.iflw: Nope: The flow has no such channel.*MessageFlow_1 \(HTTP\)/);
      const nowhere = await cli('test', at('Nowhere.iflw'), ...keystore);
      assert.equal(nowhere.code, 2);
      assert.match(nowhere.err, /Nowhere\.iflw: There is no such file/);
    } finally {
      await running.stop();
      await other.stop();
    }
  });

  it('test: a channel is tested with the key pair it names; where that is not so, a note says it', async () => {
    const server = await root.issue('localhost', { alternativeNames: localNames });
    const running = await startTlsServer({ identity: server, clientCa: root });
    const names = (alias: string): void =>
      writeFileSync(prop(), `Host=localhost\\:${running.port}\nPartner\\ Alias=${alias}\n`);
    const channel = `${iflw()}#MessageFlow_1`;
    const keystore = ['--keystore', at('partner.p12'), '--password-env', 'KS'];
    try {
      names('partner_a');
      const good = await json('test', channel, ...keystore, '--json');
      assert.deepEqual([good['verdict'], (good['client'] as { sent: string }).sent], ['ok', 'partner_a']);
      writeFileSync(at('trusted.pem'), root.pem);
      const without = await cli('test', channel, '--trust', at('trusted.pem'));
      assert.match(without.err, /names the key pair "partner_a"; tested without it\..*--keystore FILE/);
      assert.match(without.out, /\[client-certificate-required\]/);

      names('partner_x');
      const wrong = await cli('test', channel, ...keystore);
      assert.match(wrong.out, /\[client-key-unusable\]/);
      assert.match(wrong.out, /no such entry in the keystore\. Its key pairs: partner_a, old_pair, soon_pair\./);
      const other = await cli('test', channel, ...keystore, '--alias', 'partner_a');
      assert.deepEqual(
        [other.code, other.err],
        [0, 'flow-keystore: note: The channel names the key pair "partner_x"; tested with "partner_a".\n'],
      );
    } finally {
      await running.stop();
    }
  });

  it('test: a host with scheme and path is told what to use instead', async () => {
    const { code, out } = await cli('test', 'https://api.partner.example:8443/orders');
    assert.equal(code, 1);
    assert.match(out, /\[address-invalid\]/);
    assert.match(out, /Use api\.partner\.example:8443\./);
    assert.equal((await cli('test')).code, 2);
    assert.equal((await cli('test', 'a', '--alias', 'x')).code, 2);
  });

  it('test: asks for one password after the other', async () => {
    const second = at('second.p12');
    writeFileSync(second, readFileSync(at('partner.p12')));
    const asked: string[] = [];
    let asking = 0;
    const askSecret = async (question: string): Promise<string> => {
      asked.push(question);
      assert.equal(++asking, 1, 'two questions at once');
      await new Promise(setImmediate);
      asking--;
      return password;
    };
    const trust = ['--trust', at('partner.p12'), '--trust', second];
    const { code, out, err } = await cliWith({ askSecret }, 'test', 'https://a.example/', ...trust);
    assert.deepEqual([code, err], [1, '']);
    assert.match(out, /\[address-invalid\]/);
    assert.deepEqual(asked, [`Password of ${at('partner.p12')}: `, `Password of ${second}: `]);
  });

  it('says in one line what nobody expected, and could not do it then', async () => {
    const out = (): never => {
      throw new TypeError('one\n  two');
    };
    assert.deepEqual(await cliWith({ out }, '--help'), {
      code: 2,
      out: '',
      err: 'flow-keystore: unexpected error: one two\n',
    });
    const askSecret = (): Promise<string> => Promise.reject(new DOMException('Stop', 'AbortError'));
    assert.deepEqual(await cliWith({ askSecret }, 'list', at('partner.p12')), {
      code: 2,
      out: '',
      err: 'flow-keystore: cancelled\n',
    });
  });

  it('does not mind a reader that goes before the end, but a full disk', () => {
    const ended = (code: string): unknown[] => {
      const [output, messages] = [new PassThrough(), new PassThrough()];
      const codes: number[] = [];
      watchOutput(output, messages, (exitCode) => codes.push(exitCode));
      output.emit('error', Object.assign(new Error(`write ${code}`), { code }));
      messages.emit('error', Object.assign(new Error(`write ${code}`), { code }));
      return [codes, (messages.read() as Buffer | null)?.toString() ?? ''];
    };
    assert.deepEqual(ended('EPIPE'), [[], '']);
    assert.deepEqual(ended('ENOSPC'), [[2], 'flow-keystore: the output could not be written: write ENOSPC\n']);
  });

  it('help and unknown commands', async () => {
    assert.match((await cli('--help')).out, /list KEYSTORE/);
    assert.match((await cli('--version')).out, /^\d+\.\d+\.\d+\n$/);
    assert.equal((await cli()).code, 2);
    assert.match((await cli('frobnicate')).err, /no command "frobnicate"/);
    assert.match((await cli('constructor')).err, /no command "constructor"/);
    assert.match((await cli('check', '--help')).out, /--format/);
  });
});
