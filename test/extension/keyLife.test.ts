import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Keystore, KeyPairEntry } from '../../src/core/keystore/model';
import { emptyKeystore, sealFor, writeChecked } from '../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../support/testCertificates';
import { HostFixture, run } from './hostFixture';

/** Private keys in files that have no password for all of them. */
describe('a key pair in a PEM file without a password', function () {
  this.timeout(30_000);
  let fixture: HostFixture;
  let root: TestIdentity;
  let keystore: string;
  const keyPassword = 'Key-Password-1';

  before(async () => (root = await makeCa('PEM Root')));
  beforeEach(async () => {
    fixture = await HostFixture.start();
    const file = path.join(fixture.folder, 'bundle.pem');
    writeFileSync(file, root.pem);
    await run('flowKeystore.addKeystore', { files: [file], silent: true });
    keystore = vscode.Uri.file(file).toString();
  });
  afterEach(() => fixture.stop());

  it('is generated under a password of its own, can be used at once, renewed, and undone', async () => {
    await fixture.generate('client', { keystore, keyPassword });
    const session = fixture.session(keystore);
    const pair = session.keystore?.entries.find(({ alias }) => alias === 'client');
    assert.ok(pair?.kind === 'keyPair');
    assert.equal(pair.key.form, 'encrypted');
    const request = await run('flowKeystore.createRequest', { keystore, alias: 'client', silent: true });
    assert.match(request ?? '', /BEGIN CERTIFICATE REQUEST/);
    const renewed = await run('flowKeystore.renewKeyPair', {
      keystore,
      alias: 'client',
      step: 'generate',
      successorAlias: 'client_next',
      keyPassword,
      silent: true,
    });
    assert.deepEqual([renewed?.stage, renewed?.successor], ['switch', 'client_next']);
    await run('flowKeystore.undo', { keystore, silent: true });
    await run('flowKeystore.undo', { keystore, silent: true });
    assert.deepEqual(fixture.aliases(keystore), ['PEM Root']);
  });

  it('takes key pairs and SSH keys that are imported, and uses them at once', async () => {
    const pem = path.join(fixture.folder, 'client.pem');
    const client = await root.issue('client');
    writeFileSync(pem, client.privateKeyPem + client.pem);
    const ssh = path.join(fixture.folder, 'id.pem');
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    writeFileSync(ssh, key.export({ format: 'pem', type: 'pkcs8' }));
    await assert.rejects(run('flowKeystore.import', { keystore, files: [pem], silent: true }), {
      code: 'password-required',
      next: /keyPassword/,
    });
    assert.deepEqual(await run('flowKeystore.import', { keystore, files: [pem], keyPassword, silent: true }), [
      'client',
    ]);
    await run('flowKeystore.importSshKey', { keystore, file: ssh, keyPassword, silent: true });
    assert.deepEqual(fixture.aliases(keystore), ['PEM Root', 'client', 'id_ecdsa']);
    const request = await run('flowKeystore.createRequest', { keystore, alias: 'client', silent: true });
    assert.match(request ?? '', /BEGIN CERTIFICATE REQUEST/);
  });

  it('is not generated where code gives no password, and the error says what to give', async () => {
    await assert.rejects(fixture.generate('client', { keystore }), {
      code: 'password-required',
      next: 'Give one for the key with the argument "keyPassword".',
    });
    assert.deepEqual(fixture.aliases(keystore), ['PEM Root']);
  });
});

/** What comes from elsewhere into the life of a key: its successor, its certificate, the issuers above that. */
describe('successors and certificates from elsewhere', function () {
  this.timeout(60_000);
  let fixture: HostFixture;
  let root: TestIdentity;
  let issuing: TestIdentity;
  const at = (name: string): string => path.join(fixture.folder, name);

  before(async () => {
    root = await makeCa('Root');
    issuing = await root.issue('Issuing', { ca: {} });
  });
  beforeEach(async () => (fixture = await HostFixture.start()));
  afterEach(() => fixture.stop());

  const bundle = async (password: string, entries: Keystore['entries']): Promise<Uint8Array> =>
    (await writeChecked({ ...emptyKeystore(), entries }, password)).bytes;
  const pairOf = async (alias: string, identity: TestIdentity, keyPassword: string): Promise<KeyPairEntry> => ({
    kind: 'keyPair',
    alias,
    key: await sealFor('PKCS12', identity.privateKeyInfo, keyPassword),
    chain: identity.chain,
  });

  it('a renewal takes its successor from a PKCS#12 file, and refuses what is none', async () => {
    const { keystore } = fixture;
    await fixture.generate('partner_a', { subject: 'CN=Partner A', validity: '30 days' });
    const fresh = await issuing.issue('Partner A', { toDays: 500 });
    const stranger = await issuing.issue('Stranger', { toDays: 500 });
    writeFileSync(at('new.p12'), await bundle('Other-File-1', [await pairOf('new', fresh, 'Other-File-1')]));
    writeFileSync(at('stranger.p12'), await bundle('Other-File-1', [await pairOf('x', stranger, 'Other-File-1')]));
    const step = { keystore, alias: 'partner_a', step: 'import', silent: true } as const;
    await assert.rejects(
      run('flowKeystore.renewKeyPair', { ...step, file: at('stranger.p12'), password: 'Other-File-1' }),
      {
        code: 'value-invalid',
        message: /issued to "CN=Stranger".*"CN=Partner A"/,
      },
    );
    await assert.rejects(run('flowKeystore.renewKeyPair', { ...step, file: at('new.p12'), password: 'wrong' }), {
      code: 'wrong-password',
    });
    const result = await run('flowKeystore.renewKeyPair', { ...step, file: at('new.p12'), password: 'Other-File-1' });
    assert.equal(result?.stage, 'switch');
    const switched = await run('flowKeystore.renewKeyPair', { ...step, step: 'switch' });
    assert.equal(switched?.stage, 'switched');
    const pair = fixture.session().keystore?.entries.find(({ alias }) => alias === 'partner_a');
    assert.ok(pair?.kind === 'keyPair');
    assert.equal(pair.chain[0]?.sha256, fresh.certificate.sha256);
    // It is sealed with the password of the keystore now.
    const request = await run('flowKeystore.createRequest', { keystore, alias: 'partner_a', silent: true });
    assert.match(request ?? '', /BEGIN CERTIFICATE REQUEST/);
  });

  it('a private key alone becomes a successor with the names of the one in use; undo takes it away', async () => {
    const { keystore } = fixture;
    await fixture.generate('partner_a', {
      subject: 'CN=Partner A, O=Example',
      validity: '30 days',
      alternativeNames: 'a.example',
    });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const cipher = { cipher: 'aes-256-cbc', passphrase: 'Key-File-1' } as const;
    writeFileSync(at('key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8', ...cipher }));
    const result = await run('flowKeystore.renewKeyPair', {
      ...{ keystore, alias: 'partner_a', step: 'import', silent: true },
      ...{ file: at('key.pem'), password: 'Key-File-1', successorAlias: 'partner_a_next' },
    });
    assert.equal(result?.successor, 'partner_a_next');
    const pair = fixture.session().keystore?.entries.find(({ alias }) => alias === 'partner_a_next');
    assert.ok(pair?.kind === 'keyPair');
    assert.equal(pair.chain[0]?.subject.toString(), 'CN=Partner A,O=Example');
    assert.equal(pair.chain[0].publicKey.algorithm, 'RSA');
    assert.match(fixture.session().undoLabel ?? '', /partner_a_next/);
    await run('flowKeystore.undo', { keystore, silent: true });
    assert.deepEqual(fixture.aliases(), ['partner_a']);
  });

  it('a response finds a private key without certificate, and its issuer in another open keystore', async () => {
    const mine = await issuing.issue('Partner A');
    const key: KeyPairEntry = { ...(await pairOf('lonely', mine, 'Lonely-1')), chain: [] };
    writeFileSync(at('lonely.p12'), await bundle('Lonely-1', [key]));
    writeFileSync(
      at('authorities.p12'),
      await bundle('Lonely-1', [{ kind: 'certificate', alias: 'issuing', certificate: issuing.certificate }]),
    );
    const files = [at('lonely.p12'), at('authorities.p12')];
    await run('flowKeystore.addKeystore', { files, silent: true });
    for (const file of files) {
      await run('flowKeystore.unlockKeystore', {
        keystore: file,
        password: 'Lonely-1',
        remember: 'session',
        silent: true,
      });
    }
    writeFileSync(at('answer.cer'), mine.pem);
    const alias = await run('flowKeystore.importResponse', { files: [at('answer.cer')], silent: true });
    assert.equal(alias, 'lonely');
    const session = fixture.session(vscode.Uri.file(at('lonely.p12')).toString());
    const [pair] = session.keystore?.entries ?? [];
    assert.ok(pair?.kind === 'keyPair');
    assert.deepEqual(
      pair.chain.map(({ subject }) => subject.short),
      ['Partner A', 'Issuing'],
    );
    assert.match(session.undoLabel ?? '', /lonely/);
  });
});
