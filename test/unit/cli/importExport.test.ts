import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readCertificates } from '../../../src/core/certificates/import';
import { groups } from '../../../src/core/keystore/describe';
import { openSealedKey } from '../../../src/core/keys/sealedKey';
import { getKeyPair } from '../../../src/core/keystore/edit';
import { readKeystore } from '../../../src/core/keystore/store';
import { startTlsServer } from '../../support/faultServers';
import { localNames, makeCa, type TestIdentity } from '../../support/testCertificates';
import { runCli, type Answer } from '../../support/runCli';

const password = 'Keystore-1';
const another = 'Another-2';

describe('command line: import and export', () => {
  let folder: string;
  let root: TestIdentity;
  let client: TestIdentity;
  const at = (name: string): string => path.join(folder, name);
  const cli = (...args: string[]): Promise<Answer> => runCli(args, { env: { KS: password, NEW: another } });
  const entries = async (): Promise<string[]> =>
    (await readKeystore(readFileSync(at('a.p12')), password)).entries.map(({ kind, alias }) => `${kind} ${alias}`);
  const put = (...args: string[]): ReturnType<typeof cli> =>
    cli('import', at('a.p12'), ...args, '--password-env', 'KS');

  before(async () => {
    root = await makeCa('CLI Root');
    client = await root.issue('localhost', { alternativeNames: localNames });
  });
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cli-import-'));
    writeFileSync(at('pair.pem'), client.privateKeyPem + client.pem + root.pem);
    writeFileSync(at('root.pem'), root.pem);
    const { code, err } = await put(at('pair.pem'), '--alias', 'client');
    assert.equal(code, 0, err);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes a keystore with a key pair, and does nothing the second time', async () => {
    assert.deepEqual(await entries(), ['keyPair client']);
    const before = readFileSync(at('a.p12'));
    const { code, out } = await put(at('pair.pem'), '--json');
    const { changed, rows } = JSON.parse(out) as { changed: boolean; rows: { state: string; alias: string }[] };
    assert.deepEqual([code, changed, rows[0]?.state, rows[0]?.alias], [0, false, 'same', 'client']);
    assert.deepEqual(readFileSync(at('a.p12')), before);
  });

  it('trusts nothing unseen, and only what has the fingerprint that was given', async () => {
    const refused = await put(at('root.pem'));
    assert.equal(refused.code, 2);
    assert.ok(refused.err.includes(groups(root.certificate.sha256)), refused.err);
    assert.equal((await put(at('root.pem'), '--sha256', '00'.repeat(32))).code, 2);
    assert.deepEqual(await entries(), ['keyPair client']);
    const tried = await put(at('root.pem'), '--dry-run');
    assert.equal(tried.code, 2);
    assert.ok(tried.out.includes(groups(root.certificate.sha256)), tried.out);
    assert.deepEqual(await entries(), ['keyPair client']);
    assert.equal((await put(at('root.pem'), '--sha256', groups(root.certificate.sha256))).code, 0);
    assert.deepEqual(await entries(), ['keyPair client', 'certificate CLI Root']);
  });

  it('asks what to do with an alias that is taken', async () => {
    const other = await root.issue('other');
    writeFileSync(at('other.pem'), other.privateKeyPem + other.pem);
    const args = [at('other.pem'), '--alias', 'client'];
    assert.match((await put(...args)).err, /--overwrite, --keep .* or --rename/);
    assert.equal((await put(...args, '--keep')).code, 0);
    assert.deepEqual(await entries(), ['keyPair client']);
    assert.equal((await put(...args, '--rename')).code, 0);
    assert.deepEqual(await entries(), ['keyPair client', 'keyPair client 2']);
  });

  it('takes what a server sends, once its fingerprint is given', async () => {
    const server = await startTlsServer({ identity: client });
    try {
      const from = ['--from-host', `127.0.0.1:${server.port}`];
      assert.equal((await put(...from)).code, 2);
      const { code, err } = await put(...from, '--sha256', client.certificate.sha256);
      assert.equal(code, 0);
      assert.match(err, /did not send the root/);
      assert.deepEqual(await entries(), ['keyPair client', 'certificate localhost']);
    } finally {
      await server.stop();
    }
  });

  it('exports certificates in every form, and touches no file that is there', async () => {
    const get = (...args: string[]): ReturnType<typeof cli> =>
      cli('export', at('a.p12'), 'client', ...args, '--password-env', 'KS');
    assert.equal((await get()).out, client.pem);
    for (const form of ['pem', 'der', 'p7b']) {
      const part = form === 'der' ? 'root' : 'chain';
      assert.equal((await get('--what', part, '--form', form, '--out', at(form))).code, 0, form);
      const { certificates } = readCertificates(readFileSync(at(form)));
      assert.equal(certificates.at(-1)?.sha256, root.certificate.sha256);
      assert.equal(certificates.length, form === 'der' ? 1 : 2);
    }
    assert.match((await get('--out', at('pem'))).err, /exists already/);
    assert.equal((await get('--out', at('pem'), '--force')).code, 0);
  });

  it('lets a private key out under a new password alone', async () => {
    const get = (...args: string[]): ReturnType<typeof cli> =>
      cli('export', at('a.p12'), 'client', '--what', 'key-pair', '--password-env', 'KS', '--out', at('out'), ...args);
    assert.match((await get()).err, /only under a new password/);
    assert.equal(existsSync(at('out')), false);
    assert.equal((await get('--new-password-env', 'NEW')).code, 0);
    await assert.rejects(readKeystore(readFileSync(at('out')), password), /password is wrong/);
    const { key } = getKeyPair(await readKeystore(readFileSync(at('out')), another), 'client');
    assert.deepEqual(Buffer.from(await openSealedKey(key, another)), Buffer.from(client.privateKeyInfo));
    assert.equal((await get('--form', 'pkcs8', '--new-password-env', 'NEW', '--force')).code, 0);
    assert.match(readFileSync(at('out'), 'utf8'), /^-----BEGIN ENCRYPTED PRIVATE KEY-----[^]*BEGIN CERTIFICATE/);
  });

  it('reports without formulas in CSV and without markup in Markdown', async () => {
    await put(at('root.pem'), '--trust', '--alias', '=1+2 | <b>');
    const report = async (form: string): Promise<string> =>
      (await cli('export', at('a.p12'), '--form', form, '--password-env', 'KS')).out;
    const csv = await report('csv');
    assert.match(csv, /\r\n'=1\+2 \| <b>,certificate,/);
    assert.equal(csv.split('\r\n').length, 4);
    assert.match(await report('md'), /\| =1\\\+2 \\\| \\<b\\> \| certificate \|/);
    const data = JSON.parse(await report('json')) as { entries: { sha256: string }[] };
    assert.equal(data.entries[1]?.sha256, root.certificate.sha256);
  });
});
