import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writePem } from '../../../src/core/certificates/pem';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { addCertificates, addKeyPair } from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { emptyKeystore, sealFor, writeKeystore } from '../../../src/core/keystore/store';
import { startPracticeReceiver } from '../../../src/core/connectivity/practice/receiver';
import { runCli, type Answer } from '../../support/runCli';
import { makeCa, type TestIdentity } from '../../support/testCertificates';
import { flowText, httpReceiver } from '../flow/flowText';

const password = 'Keystore-1';

describe('command line: what a stranger is told', function () {
  this.timeout(30_000);
  let folder: string;
  let root: TestIdentity;
  let client: TestIdentity;
  const at = (name: string): string => path.join(folder, name);
  const put = (name: string, content: string | Uint8Array): string => {
    writeFileSync(at(name), content);
    return at(name);
  };
  const cli = (...args: string[]): Promise<Answer> => runCli(args, { env: { KS: password } });
  /** The one line of a command that could not do it. */
  const refusal = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await cli(...args);
    assert.deepEqual({ code, out, lines: err.split('\n').length }, { code: 2, out: '', lines: 2 }, out + err);
    return err;
  };

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cli-texts-'));
    root = await makeCa('Texts Root', { toDays: 90 });
    client = await root.issue('client');
    const pairIn = async (keystore: Keystore): Promise<Keystore> => {
      const key = await sealFor(keystore.type, client.privateKeyInfo, password);
      const pair = { alias: 'client', key, chain: client.chain.slice(0, 1), created: new Date() };
      return addKeyPair(keystore, pair).keystore;
    };
    put('a.p12', await writeKeystore(await pairIn(emptyKeystore()), password));
    put('a.jks', await writeKeystore(await pairIn(emptyKeystore('JKS')), password));
    const key = await sealKey(root.privateKeyInfo, password);
    const authority = { alias: 'ca', key, chain: root.chain, created: new Date() };
    put('ca.p12', await writeKeystore(addKeyPair(emptyKeystore(), authority).keystore, password));
    put('parameters.prop', 'a=b\n');
    mkdirSync(at('empty'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe('where a flow was expected', () => {
    for (const command of ['flows', 'check']) {
      it(`${command}: nothing there, nothing in it, and other files are refused`, async () => {
        assert.match(await refusal(command, at('nope')), /nope: There is no such file or folder\. Check the path\./);
        assert.match(await refusal(command, at('empty')), /empty: There is no flow in it\. Name an \.iflw file/);
        assert.match(await refusal(command, at('a.jks')), /a\.jks: This is a keystore \(JKS\), not a flow\. Give the/);
        assert.match(await refusal(command, at('parameters.prop')), /This is a file of parameters, not a flow\. Give/);
      });
    }

    it('set and test say the same', async () => {
      const set = await refusal('set', at('a.jks'), '--channel', 'x', '--address', 'y');
      assert.match(set, /This is a keystore \(JKS\), not a flow/);
      assert.match(await refusal('test', `${at('parameters.prop')}#x`), /This is a file of parameters, not a flow/);
      assert.match(await refusal('test', at('a.p12')), /This is a keystore \(PKCS12\), not a flow/);
    });

    it('a flow that is broken is listed, and is no success', async () => {
      const { code, out } = await cli('flows', put('broken.iflw', '<a>'));
      assert.equal(code, 1);
      assert.match(out, /Problem: .*broken\.iflw:1:\d+: The XML is broken/);
    });
  });

  describe('PEM with the mark of UTF-8', () => {
    const mark = Buffer.from('efbbbf', 'hex');

    it('is read, its first certificate too, and keeps the mark and every other octet in a save', async () => {
      const text = `${root.pem}# a comment, ü\n`;
      const file = put('marked.pem', Buffer.concat([mark, Buffer.from(text)]));
      const listed = JSON.parse((await cli('list', file, '--json')).out) as { entries: { sha256: string }[] };
      assert.deepEqual(
        listed.entries.map(({ sha256 }) => sha256),
        [root.certificate.sha256],
      );
      const added = await cli('import', file, put('client.pem', client.pem), '--trust');
      assert.equal(added.code, 0, added.err);
      const saved = readFileSync(file);
      assert.ok(saved.subarray(0, mark.length).equals(mark));
      assert.ok(saved.includes(root.pem) && saved.includes('# a comment, ü\n'));
    });

    it('takes a name for its first block on a line of its own', async () => {
      const file = put('named.pem', Buffer.concat([mark, Buffer.from(root.pem)]));
      const renamed = await cli('rename', file, 'Texts Root', 'anchor');
      assert.equal(renamed.code, 0, renamed.err);
      const listed = JSON.parse((await cli('list', file, '--json')).out) as { entries: { alias: string }[] };
      assert.deepEqual(
        listed.entries.map(({ alias }) => alias),
        ['anchor'],
      );
      assert.ok(readFileSync(file).subarray(0, mark.length).equals(mark));
    });
  });

  it('keys for SSH: what they are, and the command that takes them', async () => {
    const openssh = put('id rsa', writePem('OPENSSH PRIVATE KEY', Buffer.from('openssh-key-v1\0')));
    assert.match(
      await refusal('list', openssh),
      /a private key of OpenSSH\. Import .* import KEYSTORE ".*id rsa" --ssh/,
    );
    const ssh2 = put('ssh2', '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n');
    assert.match(await refusal('list', ssh2), /a private key of SSH2\. Convert it first: ssh-keygen -i/);
    assert.match(await refusal('list', put('id.pub', 'ssh-rsa AAAA x\n')), /a public key for SSH\. .*without \.pub/);
  });

  it('a damaged keystore: in plain words, with the place and the way out', async () => {
    for (const [name, place] of [
      ['a.p12', /ASN\.1 structure breaks at byte 0/],
      ['a.jks', /at byte \d+/],
    ] as const) {
      const file = put(`cut-${name}`, readFileSync(at(name)).subarray(0, 400));
      const text = await refusal('list', file, '--password-env', 'KS');
      assert.match(text, /The keystore is damaged, or a part of it is missing\./);
      assert.match(text, place);
      assert.match(text, /Get the file once more .* \.bak\./);
    }
  });

  it('names commands of its own, none of the editor', async () => {
    const wanted = await refusal(
      ...['generate', at('a.p12'), '--alias', 'b', '--subject', 'CN=b', '--issuer', 'client', '--password-env', 'KS'],
    );
    assert.match(wanted, /no certification authority.*The command: flow-keystore generate \S+a\.p12 .* --ca/);
    const request = put('r.csr', writePem('CERTIFICATE REQUEST', Uint8Array.of(0x30, 0)));
    assert.match(await refusal('list', request), /a certification request\..* flow-keystore respond KEYSTORE/);
  });

  it('asks whether another command or option was meant, where one is near', async () => {
    assert.match(await refusal('lst'), /There is no command "lst"\. Did you mean flow-keystore list\?/);
    assert.match(await refusal('exprot'), /Did you mean flow-keystore export\?/);
    assert.match(await refusal('frobnicate'), /There is no command "frobnicate"\. See flow-keystore --help\./);
    assert.match(await refusal('list', 'a', '--jsn'), /no option --jsn here\. Did you mean --json\?/);
    assert.match(await refusal('list', 'a', '--pass'), /Did you mean --password-env\?/);
    assert.match(await refusal('list', 'a', '--frobnicate'), /no option --frobnicate here\. See flow-keystore --help/);
  });

  it('--help says what options take, how passwords are given and what exit codes mean', async () => {
    const all = (await cli('--help')).out;
    for (const text of ['EC P-256', '"18 months"', 'IP addresses', 'environment variable', 'Exit codes:']) {
      assert.ok(all.includes(text), text);
    }
    const generate = (await cli('generate', '--help')).out;
    assert.match(generate, /--key +RSA 2048, RSA 3072/);
    assert.doesNotMatch((await cli('list', '--help')).out, /--key /);
    assert.doesNotMatch((await cli('flows', '--help')).out, /Passwords/);
  });

  it('test: the command that makes an untrusted server trusted', async () => {
    const receiver = await startPracticeReceiver({ port: 0, issuing: root, clientCa: root });
    try {
      const host = `localhost:${receiver.port}`;
      const text = await cli('test', host, '--keystore', at('a.p12'), '--password-env', 'KS');
      assert.equal(text.code, 1);
      const command = `flow-keystore import ${at('a.p12')} --from-host ${host} --sha256 ${root.certificate.sha256}`;
      assert.ok(
        text.out.includes(`of "${root.certificate.subject.short}" with what its owner says: ${command}`),
        text.out,
      );
      const json = await cli('test', host, '--json');
      assert.match((JSON.parse(json.out) as { next: string }).next, /import KEYSTORE --from-host .* No keystore was/);
    } finally {
      await receiver.stop();
    }
  });

  it('generate --issuer: that the certificate ends with its authority', async () => {
    const file = at('ca.p12');
    const make = (alias: string, validity: string): Promise<Answer> =>
      cli(
        ...['generate', file, '--alias', alias, '--subject', 'CN=b', '--issuer', 'ca', '--key', 'EC P-256'],
        ...['--validity', validity, '--password-env', 'KS', '--json'],
      );
    const cut = await make('long', '2 years');
    assert.match(cut.err, /note: "ca" ends on \d{4}-\d\d-\d\d, and so does the certificate: sooner than .*\(2 years\)/);
    assert.equal((JSON.parse(cut.out) as { cutShort: boolean }).cutShort, true);
    assert.equal((await make('short', '10 days')).err, '');
  });

  it('kit: that no channel uses the key; a note that the root is missing goes when it is there', async () => {
    const flow = put('Orders.iflw', flowText(httpReceiver({ privateKeyAlias: 'other' })));
    const kit = (file: string): Promise<Answer> =>
      cli('kit', file, 'client', '--out', at('kit'), '--force', '--flows', flow, '--password-env', 'KS');
    const first = await kit(at('a.p12'));
    assert.match(first.err, /note: no receiver channel of 1 flow uses "client"/);
    assert.ok(readdirSync(at('kit')).includes('ROOT-IS-MISSING.txt'));
    const key = await sealKey(client.privateKeyInfo, password);
    const pair = { alias: 'client', key, chain: client.chain.slice(0, 1), created: new Date() };
    const withRoot = addCertificates(addKeyPair(emptyKeystore(), pair).keystore, [
      { alias: 'root', certificate: root.certificate },
    ]);
    await kit(put('whole.p12', await writeKeystore(withRoot.keystore, password)));
    assert.equal(readdirSync(at('kit')).includes('ROOT-IS-MISSING.txt'), false);
  });

  it('export --out: the result on standard output', async () => {
    const { code, out, err } = await cli('export', at('a.p12'), 'client', '--out', at('x.pem'), '--password-env', 'KS');
    assert.deepEqual({ code, out, err }, { code: 0, out: `${at('x.pem')}: pem, of the entry "client"\n`, err: '' });
  });

  it('import of a signing response: the command that takes it into its key pair', async () => {
    const request = await cli('request', at('a.p12'), 'client', '--out', at('client.csr'), '--password-env', 'KS');
    assert.equal(request.code, 0, request.err);
    const file = at('answer.p7b');
    const signing = ['sign', at('ca.p12'), 'ca', at('client.csr'), '--form', 'p7b', '--out', file];
    const signed = await cli(...signing, '--password-env', 'KS');
    assert.equal(signed.code, 0, signed.err);
    const { out } = await cli('import', at('a.p12'), file, '--dry-run', '--trust', '--password-env', 'KS');
    assert.ok(out.includes(`flow-keystore respond ${at('a.p12')} ${file}`), out);
  });
});
