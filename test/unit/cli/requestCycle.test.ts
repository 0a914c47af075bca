import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { element, oid, sequence } from '../../../src/core/asn1/der';
import type { Certificate } from '../../../src/core/certificates/certificate';
import { extensionOid } from '../../../src/core/certificates/extensions';
import { issueCertificate } from '../../../src/core/certificates/issue';
import { certificatesPem } from '../../../src/core/certificates/pem';
import { readRequest } from '../../../src/core/certificates/request';
import { openSealedKey } from '../../../src/core/keys/sealedKey';
import { getKeyPair } from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { readKeystore } from '../../../src/core/keystore/store';
import { makeCa, makeSelfSigned } from '../../support/testCertificates';
import { runCli, type Answer } from '../../support/runCli';

const password = 'Keystore-1';

describe('command line: from a key pair to a signed certificate', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const open = (name: string): Promise<Keystore> => readKeystore(readFileSync(at(name)), password);

  const cli = (...args: string[]): Promise<Answer> => runCli(args, { env: { KS: password } });
  const ok = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await cli(...args, '--password-env', 'KS');
    assert.equal(code, 0, err);
    return out;
  };
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse(await ok(...args, '--json')) as Record<string, unknown>;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cycle-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const type of ['PKCS12', 'JKS', 'JCEKS']) {
    it(`${type}: generate, request, sign, respond`, async () => {
      const partner = at('partner');
      const ca = at('ca.p12');
      const made = await json(
        ...['generate', partner, '--alias', 'Partner_A', '--subject', 'CN=Partner A, O=Example', '--key', 'EC P-256'],
        ...['--san', 'partner.example', '--type', type],
      );
      assert.equal(made['created'], true);
      assert.equal(made['alias'], type === 'PKCS12' ? 'Partner_A' : 'partner_a');
      await ok('generate', ca, '--alias', 'test_ca', '--subject', 'CN=Test CA', '--key', 'EC P-384', '--ca');
      const csr = await ok('request', partner, 'partner_a', '--out', at('partner.csr'));
      assert.match(csr, /request for CN=Partner A,O=Example \(EC P-256\)/);
      const asked = readRequest(readFileSync(at('partner.csr')));
      assert.equal(asked.signatureState, 'good');
      assert.deepEqual(
        asked.extensions.subjectAltName?.map(({ value }) => value),
        ['partner.example'],
      );
      await ok('sign', ca, 'test_ca', at('partner.csr'), '--days', '90', '--form', 'p7b', '--out', at('partner.p7b'));
      const before = getKeyPair(await open('partner'), 'partner_a');
      const answer = await cli('respond', partner, at('partner.p7b'), '--with-root', '--json', '--password-env', 'KS');
      assert.equal(answer.code, 0, answer.err);
      assert.match(answer.err, /does not hold "Test CA" as trusted/);
      const result = JSON.parse(answer.out) as Record<string, unknown>;
      assert.deepEqual([result['complete'], result['trusted'], result['chainLength']], [true, false, 2]);
      const after = getKeyPair(await open('partner'), 'partner_a');
      assert.equal(after.alias, before.alias);
      assert.equal(after.chain[0]?.issuer.toString(), 'CN=Test CA');
      assert.deepEqual(await openSealedKey(after.key, password), await openSealedKey(before.key, password));
      assert.match(await ok('respond', partner, at('partner.p7b'), '--with-root'), /already/);
    });
  }

  it('signs a new key pair with an authority of the keystore, for less than its own time', async () => {
    const file = at('store.p12');
    await ok(
      'generate',
      file,
      '--alias',
      'ca',
      '--subject',
      'CN=Test CA',
      '--key',
      'EC P-256',
      '--ca',
      '--validity',
      '30 days',
    );
    await ok(
      'generate',
      file,
      '--alias',
      'leaf',
      '--subject',
      'CN=Leaf',
      '--key',
      'EC P-256',
      '--issuer',
      'ca',
      '--usage',
      'serverAuth',
    );
    const { chain } = getKeyPair(await open('store.p12'), 'leaf');
    assert.deepEqual(
      chain.map(({ subject }) => subject.short),
      ['Leaf', 'Test CA'],
    );
    assert.ok(chain[0]!.notAfter <= chain[1]!.notAfter);
    const refused = await cli(
      'generate',
      file,
      '--alias',
      'x',
      '--subject',
      'CN=X',
      '--issuer',
      'leaf',
      '--password-env',
      'KS',
    );
    assert.equal(refused.code, 2);
    assert.match(refused.err, /no certification authority/);
  });

  it('makes SSH keys under the aliases of SAP', async () => {
    const made = await json('generate', at('ssh.p12'), '--ssh', '--key', 'EC P-256');
    assert.equal(made['alias'], 'id_ecdsa');
    assert.match(String(made['openssh']), /^ecdsa-sha2-nistp256 AAAA\S+ id_ecdsa$/);
    assert.match(String(made['sshFingerprint']), /^SHA256:/);
  });

  it('refuses what is there, what belongs elsewhere and what is no request, and changes nothing', async () => {
    const file = at('store.p12');
    await ok('generate', file, '--alias', 'a', '--subject', 'CN=A', '--key', 'EC P-256');
    const before = readFileSync(file);
    const stranger = await makeSelfSigned('stranger');
    writeFileSync(at('stranger.pem'), stranger.pem);
    writeFileSync(at('page.html'), '<html></html>');
    for (const [expected, ...args] of [
      [/entry "a" already/, 'generate', file, '--alias', 'A', '--subject', 'CN=A'],
      [/no kind of key/, 'generate', file, '--alias', 'b', '--subject', 'CN=B', '--key', 'RSA 512'],
      [/is a PKCS12 keystore, not JKS/, 'generate', file, '--alias', 'b', '--subject', 'CN=B', '--type', 'JKS'],
      [/--usage takes/, 'generate', file, '--alias', 'b', '--subject', 'CN=B', '--usage', 'email'],
      [/store\.p12: There is no entry "x"/, 'request', file, 'x'],
      [/stranger\.pem: .*none of the private keys/, 'respond', file, at('stranger.pem')],
      [/stranger\.pem: .*is not that of "a"/, 'respond', file, at('stranger.pem'), '--alias', 'a'],
      [/page\.html: .*web page/, 'respond', file, at('page.html')],
      [/nothing\.p7b: There is no such file/, 'respond', file, at('nothing.p7b')],
      [/page\.html: .*no certification request/, 'sign', file, 'a', at('page.html')],
    ] as const) {
      const { code, err, out } = await cli(...args, '--password-env', 'KS');
      assert.equal(code, 2, `${args.join(' ')}: ${out}`);
      assert.match(err, expected);
      assert.equal(err.trim().split('\n').length, 1, err);
    }
    assert.deepEqual(readFileSync(file), before);
    assert.equal((await cli('generate', at('new.p12'), '--alias', 'a', '--subject', 'CN=A')).code, 2);
    assert.ok(!existsSync(at('new.p12')), 'no keystore without a password');
  });

  describe('fetching the issuer from where the certificate says it is', () => {
    let server: Server;
    let address: string;
    const answers = new Map<string, { status: number; body?: Uint8Array; location?: string }>();
    before(async () => {
      server = createServer((incoming, outgoing) => {
        const { status, body, location } = answers.get(incoming.url ?? '') ?? { status: 404 };
        outgoing.writeHead(status, location === undefined ? {} : { location }).end(body);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => server.close());

    const signedWithAia = async (store: string, ca: Awaited<ReturnType<typeof makeCa>>): Promise<void> => {
      await ok('generate', store, '--alias', 'a', '--subject', 'CN=A', '--key', 'EC P-256');
      const entry = getKeyPair(await readKeystore(readFileSync(store), password), 'a');
      const location = element(0x86, Buffer.from(`${address}/issuer`, 'latin1'));
      const signed: Certificate = await issueCertificate({
        subject: entry.chain[0]!.subject,
        publicKey: entry.chain[0]!.spki,
        signingKey: ca.privateKey,
        issuer: ca.certificate,
        notBefore: new Date(Date.now() - 60_000),
        notAfter: new Date(Date.now() + 86_400_000),
        extensions: [
          {
            oid: extensionOid.authorityInfoAccess,
            critical: false,
            value: sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), location)),
          },
        ],
      });
      writeFileSync(at('signed.cer'), signed.der);
    };

    it('follows redirections, and takes only the certificate whose key made the signature', async () => {
      const root = await makeCa('Root');
      const issuing = await root.issue('Issuing', { ca: {} });
      const store = at('store.p12');
      await signedWithAia(store, issuing);
      answers.set('/issuer', { status: 302, location: '/moved' });
      answers.set('/moved', { status: 200, body: issuing.certificate.der });
      const untouched = await json('respond', store, at('signed.cer'));
      assert.deepEqual(
        [untouched['complete'], untouched['missing'], untouched['chainLength']],
        [false, 'CN=Issuing', 1],
      );
      const unfetched = await cli('respond', store, at('signed.cer'), '--password-env', 'KS');
      assert.match(unfetched.err, /fetch it with --fetch, or give the certificate of CN=Issuing with --with FILE/);
      const fetched = await json('respond', store, at('signed.cer'), '--fetch');
      assert.equal(fetched['chainLength'], 2);
      assert.equal((fetched['chain'] as { from: string }[])[1]?.from, 'download');
      writeFileSync(at('root.pem'), certificatesPem([root.certificate]));
      const complete = await json(
        'respond',
        store,
        at('signed.cer'),
        '--fetch',
        '--with',
        at('root.pem'),
        '--with-root',
      );
      assert.deepEqual([complete['complete'], complete['chainLength']], [true, 3]);
    });

    it('says what went wrong, and leaves the chain incomplete', async () => {
      const ca = await makeCa('Issuing');
      const store = at('store.p12');
      await signedWithAia(store, ca);
      for (const [answer, expected] of [
        [{ status: 404 }, /the server answered 404/],
        [{ status: 302, location: '/issuer' }, /sent on more than 3 times/],
        [{ status: 302, location: 'file:///etc/passwd' }, /no http or https address/],
        [{ status: 200, body: Buffer.alloc(300 * 1024, 48) }, /more than 256 kB/],
        [{ status: 200, body: Buffer.from('<html>') }, /web page/],
      ] as const) {
        answers.set('/issuer', answer);
        const { code, err, out } = await cli(
          'respond',
          store,
          at('signed.cer'),
          '--fetch',
          '--json',
          '--password-env',
          'KS',
        );
        assert.equal(code, 0, err);
        assert.match(err, expected);
        assert.match(err, /could not be fetched: give the certificate of CN=Issuing with --with FILE/);
        assert.equal((JSON.parse(out) as { complete: boolean }).complete, false);
      }
      const impostor = await makeCa('Issuing');
      answers.set('/issuer', { status: 200, body: impostor.certificate.der });
      const taken = await json('respond', store, at('signed.cer'), '--fetch');
      assert.equal(taken['chainLength'], 1, 'a certificate of the right name with another key is none');
    });
  });
});
