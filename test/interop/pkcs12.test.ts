import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { Certificate } from '../../src/core/certificates/certificate';
import { keyObjectOf, openSealedKey, sealKey } from '../../src/core/keys/sealedKey';
import { addCertificates, addKeyPair, getKeyPair, renameEntry } from '../../src/core/keystore/edit';
import type { Keystore } from '../../src/core/keystore/model';
import { emptyKeystore, readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { requireTool, runTool } from '../support/tools';

const password = 'changeit';

describe('PKCS#12 with keytool and openssl', function () {
  this.timeout(120_000);
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const keytool = (...args: string[]): string => runTool('keytool', [...args, '-storepass', password], { cwd: folder });
  const openssl = (...args: string[]): string => runTool('openssl', args, { cwd: folder });
  const open = (name: string): Promise<Keystore> => readKeystore(readFileSync(at(name)), password);
  const save = async (name: string, keystore: Keystore): Promise<void> =>
    writeFileSync(at(name), await writeKeystore(keystore, password));
  const certificate = (pem: string): Certificate => {
    openssl('x509', '-in', pem, '-outform', 'DER', '-out', 'x.der');
    return Certificate.parse(readFileSync(at('x.der')));
  };

  before(function () {
    requireTool(this, 'keytool');
    requireTool(this, 'openssl');
    folder = mkdtempSync(path.join(os.tmpdir(), 'p12-'));
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      '/CN=Test Root/O=Flow',
      '-days',
      '100',
    );
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'leaf.key',
      '-out',
      'leaf.csr',
      '-subj',
      '/CN=leaf',
    );
    openssl(
      'x509',
      '-req',
      '-in',
      'leaf.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      'leaf.pem',
      '-days',
      '30',
    );
    openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'leaf.key', '-outform', 'DER', '-out', 'leaf.p8');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** alias -> [kind, SHA-256 of the first certificate], as keytool lists them; aliases in lower case. */
  const listedByKeytool = (file: string): Map<string, string> => {
    const text = keytool('-J-Duser.language=en', '-list', '-keystore', file);
    const found = new Map<string, string>();
    for (const [, alias = '', kind = '', print = ''] of text.matchAll(
      /^(.+?), [A-Z][a-z]{2} \d+, \d{4}, (\w+), *\n(?:Certificate fingerprint \(SHA-256\): ([0-9A-F:]+))?/gm,
    )) {
      found.set(alias, `${kind} ${print.replaceAll(':', '').toLowerCase()}`.trim());
    }
    return found;
  };
  const asKeytoolLists = (keystore: Keystore): Map<string, string> =>
    new Map(
      keystore.entries.map((entry) => {
        const leaf =
          entry.kind === 'keyPair' ? entry.chain[0] : entry.kind === 'certificate' ? entry.certificate : undefined;
        const kind = {
          keyPair: 'PrivateKeyEntry',
          certificate: 'trustedCertEntry',
          secretKey: 'SecretKeyEntry',
          unknown: '?',
        }[entry.kind];
        return [entry.alias.toLowerCase(), `${kind} ${leaf?.sha256 ?? ''}`.trim()];
      }),
    );

  it('reads what keytool writes: RSA, EC, a trusted certificate, a secret key, umlauts; and keytool reads it back', async () => {
    const make = (alias: string, ...how: string[]): string =>
      keytool(
        '-genkeypair',
        '-alias',
        alias,
        ...how,
        '-dname',
        `CN=${alias}, O=Flow`,
        '-keystore',
        'kt.p12',
        '-storetype',
        'PKCS12',
      );
    make('partner_ä', '-keyalg', 'RSA', '-keysize', '3072');
    make('ec_pair', '-keyalg', 'EC', '-groupname', 'secp384r1');
    keytool('-importcert', '-noprompt', '-alias', 'Test Root', '-file', 'ca.pem', '-keystore', 'kt.p12');
    keytool('-genseckey', '-alias', 'secret', '-keyalg', 'AES', '-keysize', '256', '-keystore', 'kt.p12');
    const keystore = await open('kt.p12');
    assert.equal(keystore.entries.length, 4);
    assert.deepEqual(asKeytoolLists(keystore), listedByKeytool('kt.p12'));
    for (const [alias, type] of [
      ['partner_ä', 'rsa'],
      ['ec_pair', 'ec'],
    ] as const) {
      const pair = getKeyPair(keystore, alias);
      const key = keyObjectOf(await openSealedKey(pair.key, password));
      assert.equal(key.asymmetricKeyType, type);
      assert.deepEqual(createPublicKey(key).export({ format: 'der', type: 'spki' }), Buffer.from(pair.chain[0]!.spki));
    }
    const renamed = renameEntry(keystore, 'ec_pair', 'Renewed_2027').keystore;
    await save('kt2.p12', renamed);
    assert.deepEqual(listedByKeytool('kt2.p12'), asKeytoolLists(renamed));
    // The private key that keytool takes out is the one that went in.
    keytool(
      '-importkeystore',
      '-noprompt',
      '-srckeystore',
      'kt2.p12',
      '-srcstorepass',
      password,
      '-srcalias',
      'renewed_2027',
      '-destkeystore',
      'out.p12',
      '-deststorepass',
      password,
    );
    const before = await openSealedKey(getKeyPair(keystore, 'ec_pair').key, password);
    const after = await openSealedKey(getKeyPair(await open('out.p12'), 'renewed_2027').key, password);
    const publicOf = (der: Uint8Array): Buffer =>
      createPublicKey(keyObjectOf(der)).export({ format: 'der', type: 'spki' });
    assert.deepEqual(publicOf(after), publicOf(before));
  });

  for (const [name, args, notes] of [
    ['modern', [], ['few-rounds']],
    ['legacy RC2 and 3DES', ['-legacy'], ['old-encryption']],
    [
      'AES-128 with SHA-1 MAC',
      ['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-192-CBC', '-macalg', 'sha1'],
      ['old-encryption', 'few-rounds'],
    ],
    [
      '3DES keys and SHA-512 MAC',
      ['-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha512'],
      ['old-encryption', 'few-rounds'],
    ],
    ['without encryption of certificates', ['-certpbe', 'NONE'], ['few-rounds']],
    ['without MAC', ['-nomac'], ['no-integrity-check', 'few-rounds']],
  ] as const) {
    it(`reads what openssl writes: ${name}`, async () => {
      openssl(
        'pkcs12',
        '-export',
        '-inkey',
        'leaf.key',
        '-in',
        'leaf.pem',
        '-certfile',
        'ca.pem',
        '-name',
        'leaf',
        ...args,
        '-out',
        'os.p12',
        '-passout',
        `pass:${password}`,
      );
      const keystore = await open('os.p12');
      assert.deepEqual(
        keystore.notes.map((note) => note.code),
        notes,
      );
      const pair = getKeyPair(keystore, 'leaf');
      assert.deepEqual(
        pair.chain.map((member) => member.subject.toString()),
        ['CN=leaf', 'O=Flow,CN=Test Root'],
      );
      assert.equal(keyObjectOf(await openSealedKey(pair.key, password)).asymmetricKeyType, 'ec');
      await save('os2.p12', keystore);
      assert.equal(listedByKeytool('os2.p12').get('leaf')?.split(' ')[0], 'PrivateKeyEntry');
      const back = openssl(
        'pkcs12',
        '-in',
        'os2.p12',
        '-passin',
        `pass:${password}`,
        '-nodes',
        ...(notes.includes('old-encryption' as never) ? ['-legacy'] : []),
      );
      assert.equal(back.match(/BEGIN CERTIFICATE/g)?.length, 2);
      assert.equal(back.match(/BEGIN PRIVATE KEY/g)?.length, 1);
    });
  }

  it('reads a large store under RC2, and lets others work meanwhile', async () => {
    writeFileSync(at('roots.pem'), tls.rootCertificates.join('\n'));
    const out = ['-out', 'rc2.p12', '-passout', `pass:${password}`];
    openssl('pkcs12', '-export', '-nokeys', '-in', 'roots.pem', '-legacy', '-certpbe', 'PBE-SHA1-RC2-40', ...out);
    assert.ok(statSync(at('rc2.p12')).size > 100_000);
    let turns = 0;
    const turn = setInterval(() => turns++, 1);
    const { notes } = await open('rc2.p12');
    clearInterval(turn);
    const [ignored] = notes.flatMap((note) => (note.code === 'certificates-ignored-by-java' ? [note] : []));
    assert.equal(ignored?.certificates.length, tls.rootCertificates.length);
    assert.ok(turns > 3, `${turns} turns of others`);
  });

  it('shows certificates that Java ignores, carries them through a save, and makes one an entry when it is imported', async () => {
    openssl('pkcs12', '-export', '-nokeys', '-in', 'ca.pem', '-out', 'nokeys.p12', '-passout', `pass:${password}`);
    const keystore = await open('nokeys.p12');
    assert.deepEqual(keystore.entries, []);
    assert.deepEqual([...listedByKeytool('nokeys.p12')], []);
    const note = keystore.notes.find(({ code }) => code === 'certificates-ignored-by-java');
    assert.ok(note?.code === 'certificates-ignored-by-java');
    assert.deepEqual(
      note.certificates.map((c) => c.subject.short),
      ['Test Root'],
    );
    await save('nokeys2.p12', keystore);
    assert.match(openssl('pkcs12', '-in', 'nokeys2.p12', '-passin', `pass:${password}`), /BEGIN CERTIFICATE/);
    const root = note.certificates[0]!;
    await save('nokeys3.p12', addCertificates(keystore, [{ alias: 'root', certificate: root }]).keystore);
    const again = await open('nokeys3.p12');
    // The file keeps the rounds that openssl wrote.
    assert.deepEqual(
      again.notes.map(({ code }) => code),
      ['few-rounds'],
    );
    assert.deepEqual(listedByKeytool('nokeys3.p12'), asKeytoolLists(again));
  });

  it('writes several key pairs with chains and trusted certificates from nothing', async () => {
    const root = certificate('ca.pem');
    const leaf = certificate('leaf.pem');
    let keystore = emptyKeystore();
    const created = new Date('2026-01-02T03:04:05Z');
    for (const alias of ['one', 'two', 'three']) {
      keystore = addKeyPair(keystore, {
        alias,
        key: await sealKey(readFileSync(at('leaf.p8')), password),
        chain: [leaf, root],
        created,
      }).keystore;
    }
    keystore = addCertificates(keystore, [{ alias: 'Trusted Root', certificate: root }]).keystore;
    await save('new.p12', keystore);
    assert.deepEqual(listedByKeytool('new.p12'), asKeytoolLists(keystore));
    assert.match(
      keytool('-J-Duser.language=en', '-list', '-v', '-alias', 'two', '-keystore', 'new.p12'),
      /Certificate chain length: 2/,
    );
    const { stderr } = spawnSync(
      'openssl',
      ['pkcs12', '-info', '-in', at('new.p12'), '-noout', '-passin', `pass:${password}`],
      { encoding: 'utf8' },
    );
    assert.match(stderr, /MAC: sha256, Iteration 10000/);
    assert.equal(stderr.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256/g)?.length, 4);
    const again = await open('new.p12');
    assert.deepEqual(asKeytoolLists(again), asKeytoolLists(keystore));
    assert.deepEqual(getKeyPair(again, 'one').created, created);
  });

  it('refuses a wrong password', async () => {
    openssl('pkcs12', '-export', '-inkey', 'leaf.key', '-in', 'leaf.pem', '-out', 'os.p12', '-passout', 'pass:other');
    await assert.rejects(open('os.p12'), { code: 'wrong-password' });
  });
});
