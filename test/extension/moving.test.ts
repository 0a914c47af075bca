import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { certificatesPem } from '../../src/core/certificates/pem';
import { addKeyPair } from '../../src/core/keystore/edit';
import { readKeystore, sealFor } from '../../src/core/keystore/store';
import { makePracticeIdentities } from '../support/practiceIdentities';
import { startPracticeReceiver } from '../../src/core/connectivity/practice/receiver';
import { makeCa, type TestIdentity } from '../support/testCertificates';
import { requireTool, runTool } from '../support/tools';
import { HostFixture, password, run } from './hostFixture';

const theirs = 'Their-pass1';

/** Import and export of entries, with real keystores on disk. */
describe('moving entries between keystores and files in VS Code', () => {
  let fixture: HostFixture;
  let ca: TestIdentity;
  let client: TestIdentity;

  before(async () => {
    ca = await makeCa('Moving Root');
    client = await ca.issue('client');
  });
  beforeEach(async () => (fixture = await HostFixture.start()));
  afterEach(() => fixture.stop());

  const argument = (): { keystore: string; silent: true } => ({ keystore: fixture.keystore, silent: true });
  const inFolder = (name: string): string => path.join(fixture.folder, name);

  /** A second keystore of the fixture with a key pair "client" and a certificate "root"; the key under a password of its own where one is given. */
  async function makeSecond(name = 'second.p12', keyPassword = theirs): Promise<string> {
    const file = inFolder(name);
    const made = { file, password: theirs, remember: 'session', silent: true } as const;
    const keystore = (await run('flowKeystore.createKeystore', made)) ?? '';
    await fixture.session(keystore).edit(async (before) => {
      const key = await sealFor(before.type, client.privateKeyInfo, keyPassword);
      return addKeyPair(before, { alias: 'client', key, chain: client.chain, created: new Date() });
    });
    await run('flowKeystore.import', { keystore, text: ca.pem, alias: 'root', silent: true });
    return keystore;
  }

  /** Whether the private key opens with the password of the fixture's keystore. */
  async function usable(alias: string): Promise<boolean> {
    const entry = fixture.session().keystore?.entries.find((each) => each.alias === alias);
    assert.equal(entry?.kind, 'keyPair');
    return fixture.session().canUseKey(entry);
  }

  it('imports a whole keystore file: keys sealed anew, what is there left, another alias where one is taken, and one undo for all', async () => {
    const second = await makeSecond();
    await fixture.generate('client');
    await run('flowKeystore.import', { ...argument(), text: ca.pem, alias: 'anchor' });
    const files = [fixture.session(second).file];
    const added = await run('flowKeystore.import', { ...argument(), files, password: theirs });
    assert.deepEqual(added, ['client 2']);
    assert.deepEqual(fixture.aliases().sort(), ['anchor', 'client', 'client 2']);
    assert.equal(await usable('client 2'), true);
    const onDisk = await readKeystore(readFileSync(fixture.file), password);
    assert.deepEqual(onDisk.entries.map(({ alias }) => alias).sort(), ['anchor', 'client', 'client 2']);
    assert.equal(await run('flowKeystore.undo', argument()), 'add "client 2"');
    assert.deepEqual(fixture.aliases(), ['client', 'anchor']);
  });

  it('overwrites, or keeps what is there, when code says so', async () => {
    const second = await makeSecond();
    await fixture.generate('client');
    const files = [fixture.session(second).file];
    const all = { ...argument(), files, password: theirs };
    assert.deepEqual(await run('flowKeystore.import', { ...all, onConflict: 'skip' }), ['root']);
    assert.deepEqual(await run('flowKeystore.import', { ...all, onConflict: 'overwrite' }), ['client']);
    const [entry] = fixture.session().keystore?.entries ?? [];
    assert.equal(entry?.kind === 'keyPair' && entry.chain[0]?.sha256, client.certificate.sha256);
    assert.equal(await usable('client'), true);
  });

  it('names the file whose password is wrong, and changes nothing', async () => {
    const second = await makeSecond();
    const files = [fixture.session(second).file];
    await assert.rejects(run('flowKeystore.import', { ...argument(), files }), /second\.p12 needs its password/);
    await assert.rejects(
      run('flowKeystore.import', { ...argument(), files, password: 'no' }),
      /not the password of .*second\.p12/,
    );
    assert.deepEqual(fixture.aliases(), []);
  });

  it('imports a key and its certificates from several files', async () => {
    const key = inFolder('client.key');
    const chain = inFolder('chain.pem');
    writeFileSync(key, client.privateKeyPem);
    writeFileSync(chain, certificatesPem([...client.chain].reverse()));
    assert.deepEqual(await run('flowKeystore.import', { ...argument(), files: [key, chain] }), ['client']);
    const [entry] = fixture.session().keystore?.entries ?? [];
    assert.equal(entry?.kind === 'keyPair' && entry.chain.length, 2);
    assert.equal(await usable('client'), true);
  });

  it('copies entries of another keystore, the keys sealed anew', async () => {
    const second = await makeSecond('second.jks');
    const from = { keystore: second, aliases: ['client'] };
    assert.deepEqual(await run('flowKeystore.import', { ...argument(), from }), ['client']);
    assert.equal(await usable('client'), true);
    assert.deepEqual(await run('flowKeystore.import', { ...argument(), from: { keystore: second } }), ['root']);
    await assert.rejects(
      run('flowKeystore.import', { ...argument(), from: { keystore: fixture.keystore } }),
      /already/,
    );
  });

  it('wants the password of a key that has one of its own', async () => {
    const second = await makeSecond('second.p12', 'Key-pass-1');
    const from = { keystore: second, aliases: ['client'] };
    await assert.rejects(run('flowKeystore.import', { ...argument(), from }), /password/);
    assert.deepEqual(fixture.aliases(), []);
    const imported = await run('flowKeystore.import', { ...argument(), from, password: 'Key-pass-1' });
    assert.deepEqual(imported, ['client']);
    assert.equal(await usable('client'), true);
  });

  it('imports what a TLS server sends: the authorities above it, not its own certificate', async () => {
    const receiver = await startPracticeReceiver({ port: 0, ...(await makePracticeIdentities()) });
    try {
      const added = await run('flowKeystore.import', { ...argument(), server: `localhost:${receiver.port}` });
      assert.deepEqual(added, ['Practice Receiver Issuing CA', 'Practice Receiver Root']);
    } finally {
      await receiver.stop();
    }
    await assert.rejects(
      run('flowKeystore.import', { ...argument(), server: `localhost:${receiver.port}` }),
      /sent no certificate/,
    );
  });

  it('imports from the clipboard, and says what is there instead', async () => {
    const before = await vscode.env.clipboard.readText();
    try {
      await vscode.env.clipboard.writeText(ca.pem);
      assert.deepEqual(await run('flowKeystore.importFromClipboard', argument()), ['Moving Root']);
      await vscode.env.clipboard.writeText('   ');
      await assert.rejects(run('flowKeystore.importFromClipboard', argument()), /no text in the clipboard/);
    } finally {
      await vscode.env.clipboard.writeText(before);
    }
  });

  it('imports what keytool made, and keytool opens the outcome', async function () {
    requireTool(this, 'keytool');
    const file = inFolder('theirs.jceks');
    const theirStore = ['-keystore', file, '-storetype', 'JCEKS', '-storepass', theirs, '-keypass', theirs];
    runTool('keytool', ['-genkeypair', '-alias', 'pair', '-keyalg', 'EC', '-dname', 'CN=Pair', ...theirStore]);
    assert.deepEqual(await run('flowKeystore.import', { ...argument(), files: [file], password: theirs }), ['pair']);
    const ours = ['-keystore', fixture.file, '-storepass', password];
    assert.match(runTool('keytool', ['-certreq', '-alias', 'pair', ...ours]), /BEGIN NEW CERTIFICATE REQUEST/);
  });

  it('exports several entries as one PEM and as PKCS#7, which openssl reads', async function () {
    requireTool(this, 'openssl');
    const second = await makeSecond();
    const other = await ca.issue('other');
    await run('flowKeystore.import', { keystore: second, text: other.pem, silent: true });
    const from = { keystore: second, aliases: ['client', 'other'], silent: true } as const;
    const pem = inFolder('certificates.pem');
    assert.equal(
      await run('flowKeystore.exportCertificates', { ...from, what: 'certificate', form: 'pem', file: pem }),
      pem,
    );
    assert.equal(readFileSync(pem, 'utf8'), certificatesPem([client.certificate, other.certificate]));
    const p7b = inFolder('chains.p7b');
    await run('flowKeystore.exportCertificates', { ...from, what: 'chain', form: 'p7b', file: p7b });
    const listed = runTool('openssl', ['pkcs7', '-inform', 'DER', '-in', p7b, '-print_certs', '-noout']);
    assert.deepEqual(
      [...listed.matchAll(/subject=CN ?= ?(.+)/g)].map(([, name]) => name),
      ['client', 'Moving Root', 'other'],
    );
    const roots = inFolder('roots.pem');
    await run('flowKeystore.exportCertificates', { ...from, what: 'root', form: 'pem', file: roots });
    assert.equal(readFileSync(roots, 'utf8'), ca.pem);
    await assert.rejects(
      run('flowKeystore.exportCertificates', { ...from, what: 'chain', form: 'der', file: p7b }),
      /DER holds one certificate, not 3/,
    );
  });

  it('exports a member of a chain by itself', async () => {
    const second = await makeSecond();
    const file = inFolder('member.cer');
    const member = { keystore: second, alias: 'client', chainIndex: 1, silent: true } as const;
    await run('flowKeystore.exportCertificates', { ...member, what: 'certificate', form: 'der', file });
    assert.deepEqual(new Uint8Array(readFileSync(file)), new Uint8Array(ca.certificate.der));
    await assert.rejects(
      run('flowKeystore.exportCertificates', { ...member, chainIndex: 2, what: 'certificate', form: 'der', file }),
      /shorter now/,
    );
  });

  it('writes a report of what is public, in three forms', async () => {
    const second = await makeSecond();
    const file = inFolder('report');
    const report = async (form: 'csv' | 'json' | 'md'): Promise<string> => {
      await run('flowKeystore.exportReport', { keystore: second, form, file, silent: true });
      return readFileSync(file, 'utf8');
    };
    assert.match(await report('md'), /^\| client \| key pair \|/m);
    assert.match(await report('csv'), /^\ufeffalias,kind,.*\r\nclient,keyPair,/);
    const parsed = JSON.parse(await report('json')) as { entries: { alias: string; sha256: string }[] };
    assert.deepEqual(
      parsed.entries.map(({ alias, sha256 }) => `${alias} ${sha256}`),
      [`client ${client.certificate.sha256}`, `root ${ca.certificate.sha256}`],
    );
  });
});
