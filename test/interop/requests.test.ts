import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseAlternativeNames } from '../../src/core/certificates/alternativeNames';
import { certificatesPem } from '../../src/core/certificates/pem';
import { readRequest, requestPem, writeRequest } from '../../src/core/certificates/request';
import { parseSubject } from '../../src/core/certificates/subjectText';
import { alternativeNamesExtension, extendedKeyUsageExtension } from '../../src/core/certificates/writeExtensions';
import { generateKeys, keySpecs, keySpecText, type KeySpec } from '../../src/core/keys/generate';
import { getKeyPair } from '../../src/core/keystore/edit';
import { replaceChain } from '../../src/core/keystore/replaceChain';
import { chainOf, matchFor, planResponse, readSigningResponse } from '../../src/core/keystore/signingResponse';
import { responseFile, signRequest } from '../../src/core/keystore/signRequest';
import { readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { makeCa } from '../support/testCertificates';
import { requireTool, runTool } from '../support/tools';

const password = 'Keystore-1';

describe('certification requests and other tools', function () {
  this.timeout(120_000);
  let folder: string;
  const at = (name: string): string => path.join(folder, name);

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'requests-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = async (spec: KeySpec): Promise<string> => {
    const der = await writeRequest({
      subject: parseSubject('CN=Partner \u00c4, OU=Integration, O=Example, C=DE'),
      privateKey: (await generateKeys(spec)).privateKey,
      extensions: [
        alternativeNamesExtension(parseAlternativeNames('client.example, 10.0.0.1, 2001:db8::1')),
        extendedKeyUsageExtension(['clientAuth']),
      ],
    });
    writeFileSync(at('ours.csr'), requestPem(der));
    return at('ours.csr');
  };

  for (const spec of keySpecs.filter((each) => keySpecText(each) !== 'RSA 4096')) {
    it(`openssl verifies and keytool prints a request for ${keySpecText(spec)}`, async function () {
      requireTool(this, 'openssl');
      requireTool(this, 'keytool');
      const file = await write(spec);
      const text = runTool('openssl', [
        'req',
        '-in',
        file,
        '-verify',
        '-noout',
        '-text',
        '-nameopt',
        'RFC2253,utf8,-esc_msb',
      ]);
      assert.match(text, /C ?= ?DE/);
      assert.match(text, /DNS:client\.example, IP Address:10\.0\.0\.1, IP Address:2001:DB8/);
      assert.match(text, /TLS Web Client Authentication/);
      const printed = runTool('keytool', ['-J-Duser.language=en', '-printcertreq', '-file', file]);
      assert.match(printed, /Subject: CN=.*OU=Integration/);
      assert.match(printed, /DNSName: client\.example/);
      assert.match(printed, /clientAuth/);
    });
  }

  for (const [type, form] of [
    ['JKS', 'pem'],
    ['PKCS12', 'p7b'],
  ] as const) {
    it(`keytool's request from a ${type} store, signed here, imported by keytool and by us`, async function () {
      requireTool(this, 'keytool');
      const store = at(`partner.${type}`);
      const keytool = (...args: string[]): string =>
        runTool('keytool', [
          '-J-Duser.language=en',
          ...args,
          '-keystore',
          store,
          '-storetype',
          type,
          '-storepass',
          password,
        ]);
      keytool(
        '-genkeypair',
        '-alias',
        'partner_a',
        '-keyalg',
        'RSA',
        '-keysize',
        '2048',
        '-dname',
        'CN=Partner A, O=Example',
        '-keypass',
        password,
      );
      const before = readFileSync(store);
      keytool('-certreq', '-alias', 'partner_a', '-file', at('theirs.csr'), '-ext', 'san=dns:partner.example');
      const request = readRequest(readFileSync(at('theirs.csr')));
      assert.equal(request.signatureState, 'good');
      assert.equal(request.subject.toString(), 'CN=Partner A,O=Example');
      const ca = await makeCa('Test CA');
      const chain = await signRequest(
        request,
        { kind: 'keyPair', alias: 'ca', chain: ca.chain, key: { form: 'plain', der: ca.privateKeyInfo } },
        { key: ca.privateKey, validity: '90 days', now: new Date() },
      );
      const response = at(`response.${form}`);
      writeFileSync(response, responseFile(chain, form));
      assert.deepEqual(
        chain[0]?.extensions.subjectAltName?.map(({ value }) => value),
        ['partner.example'],
      );

      // Ours, into the same file; keytool then lists the chain and still opens the key.
      const keystore = await readKeystore(before, password);
      const answer = readSigningResponse(readFileSync(response));
      const plan = planResponse(matchFor(answer, { keystore }, 'partner_a'), answer, new Date());
      const edited = replaceChain(keystore, 'partner_a', chainOf(plan, true)).keystore;
      writeFileSync(store, await writeKeystore(edited, password));
      assert.match(keytool('-list', '-v'), /Certificate chain length: 2[\s\S]*Owner: CN=Test CA/);
      keytool('-certreq', '-alias', 'partner_a', '-file', at('again.csr'));
      assert.deepEqual(readRequest(readFileSync(at('again.csr'))).spki, request.spki);

      // keytool's own import of the same response makes the same entry.
      writeFileSync(store, before);
      keytool('-importcert', '-noprompt', '-alias', 'partner_a', '-file', response);
      const theirs = getKeyPair(await readKeystore(readFileSync(store), password), 'partner_a');
      assert.deepEqual(
        theirs.chain.map(({ sha256 }) => sha256),
        getKeyPair(edited, 'partner_a').chain.map(({ sha256 }) => sha256),
      );
    });
  }

  it('openssl verifies what a test CA signed, for the purpose asked for', async function () {
    requireTool(this, 'openssl');
    const ca = await makeCa('Test CA');
    const key = at('leaf.key');
    runTool('openssl', [
      'req',
      '-new',
      '-newkey',
      'ed25519',
      '-nodes',
      '-keyout',
      key,
      '-out',
      at('ed.csr'),
      '-subj',
      '/CN=leaf/O=Example',
    ]);
    const request = readRequest(readFileSync(at('ed.csr')));
    const issuer = {
      kind: 'keyPair',
      alias: 'ca',
      chain: ca.chain,
      key: { form: 'plain', der: ca.privateKeyInfo },
    } as const;
    const chain = await signRequest(request, issuer, {
      key: ca.privateKey,
      validity: '30 days',
      usage: ['serverAuth'],
      now: new Date(),
    });
    writeFileSync(at('leaf.pem'), certificatesPem(chain.slice(0, 1)));
    writeFileSync(at('ca.pem'), certificatesPem([ca.certificate]));
    const verify = (purpose: string): string =>
      runTool('openssl', ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', at('ca.pem'), at('leaf.pem')]);
    assert.match(verify('sslserver'), /OK/);
    assert.throws(() => verify('sslclient'));
    writeFileSync(at('leaf.p7b'), responseFile(chain, 'p7b'));
    assert.match(
      runTool('openssl', ['pkcs7', '-inform', 'DER', '-in', at('leaf.p7b'), '-print_certs']),
      /CN ?= ?leaf[\s\S]*CN ?= ?Test CA/,
    );
  });

  it('reads what openssl req writes, DER and PEM, with a challenge password', function () {
    requireTool(this, 'openssl');
    writeFileSync(
      at('req.cnf'),
      '[req]\nprompt=no\ndistinguished_name=dn\nattributes=at\nreq_extensions=ext\n[dn]\nCN=a\n[at]\nchallengePassword=secret123\n[ext]\nsubjectAltName=DNS:a.example,dirName:d\nkeyUsage=digitalSignature\n[d]\nCN=directory\n',
    );
    for (const form of ['DER', 'PEM']) {
      runTool('openssl', [
        'req',
        '-new',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        at('x.key'),
        '-config',
        at('req.cnf'),
        '-outform',
        form,
        '-out',
        at('x.csr'),
      ]);
      const request = readRequest(readFileSync(at('x.csr')));
      assert.equal(request.signatureState, 'good');
      assert.deepEqual(request.otherAttributes, ['1.2.840.113549.1.9.7']);
      assert.deepEqual(
        request.extensions.subjectAltName?.map(({ kind }) => kind),
        ['dns', 'directory'],
      );
    }
  });
});
