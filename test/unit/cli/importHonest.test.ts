import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseSubject } from '../../../src/core/certificates/subjectText';
import { keyObjectOf } from '../../../src/core/keys/sealedKey';
import { planMerge } from '../../../src/core/keystore/import/plan';
import { certify, period } from '../../../src/core/keystore/newKeyPair';
import { emptyKeystore, readKeystore, sealFor, writeKeystore } from '../../../src/core/keystore/store';
import { startTlsServer } from '../../support/faultServers';
import { localNames, makeCa, type TestIdentity } from '../../support/testCertificates';
import { runCli, type Answer } from '../../support/runCli';

const password = 'Keystore-1';

describe('command line: an import that is tried out, and what an import keeps to itself', () => {
  let folder: string;
  let root: TestIdentity;
  let client: TestIdentity;
  let partner: TestIdentity;
  const at = (name: string): string => path.join(folder, name);
  const cli = (...args: string[]): Promise<Answer> =>
    runCli(args, { env: { KS: password, OTHER: 'Another-2', WRONG: 'wrong' } });
  const put = (...args: string[]): Promise<Answer> => cli('import', at('a.p12'), ...args, '--password-env', 'KS');
  const entries = async (): Promise<string[]> =>
    (await readKeystore(readFileSync(at('a.p12')), password)).entries.map(({ kind, alias }) => `${kind} ${alias}`);

  /** The dry run in text and JSON, then the import itself: the same exit code, the same refusal. */
  const refusedAlike = async (...args: string[]): Promise<string> => {
    const before = readFileSync(at('a.p12'));
    const text = await put(...args, '--dry-run');
    const json = await put(...args, '--dry-run', '--json');
    const real = await put(...args);
    assert.deepEqual([text.code, json.code, real.code], [2, 2, 2]);
    assert.equal(text.err, real.err);
    assert.equal(json.err, real.err);
    assert.match(text.out, /this would be refused; nothing was changed/);
    const { refused, changed } = JSON.parse(json.out) as { refused: { message: string }; changed: boolean };
    assert.equal(`flow-keystore: ${refused.message}\n`, real.err);
    assert.equal(changed, false);
    assert.equal(real.out, '');
    assert.deepEqual(readFileSync(at('a.p12')), before);
    return text.out + real.err;
  };

  before(async () => {
    root = await makeCa('Honest Root');
    client = await root.issue('localhost', { alternativeNames: localNames });
    partner = await root.issue('partner');
  });
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cli-honest-'));
    writeFileSync(at('pair.pem'), client.privateKeyPem + client.pem);
    writeFileSync(at('partner.pem'), partner.privateKeyPem + partner.pem);
    writeFileSync(at('partner.cer'), partner.pem);
    writeFileSync(at('root.pem'), root.pem);
    assert.equal((await put(at('pair.pem'), '--alias', 'client')).code, 0);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses a taken alias when it is only tried out', async () => {
    const said = await refusedAlike(at('partner.pem'), '--alias', 'client');
    assert.match(said, /--overwrite, --keep .* or --rename/);
    assert.match(said, /refused: "client" is something else/);
    assert.doesNotMatch(said, /added as/);
    const { out } = await put(at('partner.pem'), '--alias', 'client', '--dry-run', '--json');
    assert.equal((JSON.parse(out) as { rows: { action: string }[] }).rows[0]?.action, 'refused');
  });

  it('refuses what would be trusted unseen when it is only tried out, and lists the fingerprints', async () => {
    assert.match(await refusedAlike(at('root.pem')), /would come to trust/);
    const fine = await put(at('root.pem'), '--sha256', root.certificate.sha256, '--dry-run');
    assert.equal(fine.code, 0, fine.err);
    assert.match(fine.out, /this would happen[^]*added as "Honest Root"/);
    assert.deepEqual(await entries(), ['keyPair client']);
  });

  it('refuses a key whose own password was not named when it is only tried out', async () => {
    const store = {
      ...emptyKeystore('JKS'),
      entries: [
        {
          kind: 'keyPair' as const,
          alias: 'own',
          key: await sealFor('JKS', partner.privateKeyInfo, 'Another-2'),
          chain: partner.chain.slice(0, 1),
          created: new Date(),
        },
      ],
    };
    writeFileSync(at('own.jks'), await writeKeystore(store, password));
    const said = await refusedAlike(at('own.jks'));
    assert.match(said, /The private key has a password of its own\..*--from-password-env NAME/);
    const wrong = await refusedAlike(at('own.jks'), '--from-password-env', 'WRONG');
    assert.match(wrong, /has a password of its own\..*another --from-password-env/);
    assert.equal((await put(at('own.jks'), '--from-password-env', 'OTHER', '--dry-run')).code, 0);
    assert.deepEqual(await entries(), ['keyPair client']);
  });

  it('says whose password does not fit', async () => {
    writeFileSync(at('b.p12'), await writeKeystore(emptyKeystore(), 'Third-3'));
    assert.match((await put(at('b.p12'))).err, /another password than the keystore that it is imported into/);
    const wrong = await put(at('b.p12'), '--from-password-env', 'WRONG');
    assert.match(wrong.err, /The password that --from-password-env names does not open it/);
  });

  it('has no row twice for equal certificates', () => {
    const item = { kind: 'certificate', certificate: root.certificate } as const;
    const host = { ...item, from: 'host' };
    const rows = (...items: Parameters<typeof planMerge>[1]): string[] =>
      planMerge(emptyKeystore(), items).rows.map(({ alias }) => alias);
    assert.deepEqual(rows(host, { ...item, from: 'file' }, host), ['Honest Root']);
    // Two entries of one keystore by names of their own are both meant.
    assert.deepEqual(rows({ ...host, alias: 'a' }, { ...host, alias: 'b' }, host), ['a', 'b']);
    assert.equal(rows(host, { ...host, certificate: partner.certificate }).length, 2);
  });

  it('takes a certificate once that a server sends twice, and that is in a file too', async () => {
    const server = await startTlsServer({ identity: client, chainPem: client.pem + client.pem + root.pem });
    try {
      const from = ['--from-host', `127.0.0.1:${server.port}`];
      const prints = [client, root].flatMap(({ certificate }) => ['--sha256', certificate.sha256]);
      const { code, err } = await put(at('root.pem'), ...from, ...prints);
      assert.equal(code, 0, err);
      assert.deepEqual((await entries()).sort(), [
        'certificate Honest Root',
        'certificate localhost',
        'keyPair client',
      ]);
    } finally {
      await server.stop();
    }
  });

  it('takes no file for one that vouches for a server', async () => {
    const before = readFileSync(at('a.p12'));
    // Nobody is asked: it is refused before any connection.
    const { code, err } = await put('--from-host', 'nohost.invalid', '--trust', at('root.pem'));
    assert.equal(code, 2);
    assert.match(err, /--trust takes no file.*--sha256 FINGERPRINT/);
    assert.deepEqual(readFileSync(at('a.p12')), before);
  });

  it('says in a sentence why a server sent nothing', async () => {
    const server = await startTlsServer({ identity: client });
    await server.stop();
    const { code, err } = await put('--from-host', `127.0.0.1:${server.port}`, '--trust');
    assert.equal(code, 2);
    assert.match(err, /sent no certificate: it refuses connections on that port.*Check the port\./);
  });

  it('overwrites no private key with a certificate, and says so', async () => {
    const args = [at('partner.cer'), '--alias', 'client', '--trust', '--overwrite'];
    const said = await refusedAlike(...args);
    assert.match(said, /"client" is a key pair, which a certificate does not overwrite/);
    assert.match(said, /A private key is overwritten by a key pair alone.*another --alias.*respond/);
    // Beside what can be done it is no more than left out.
    const store = await put(at('partner.cer'), '--alias', 'client', '--trust', '--keep');
    assert.equal(store.code, 0, store.err);
    assert.deepEqual(await entries(), ['keyPair client']);
  });

  it('names the command for a signing response', async () => {
    const [response] = await certify(
      {
        subject: parseSubject('CN=localhost'),
        ...period('1 year', new Date(), undefined),
        usage: [],
        alternativeNames: [],
        ca: false,
      },
      keyObjectOf(client.privateKeyInfo),
    );
    writeFileSync(at('response.cer'), response?.der ?? '');
    const { code, out } = await put(at('response.cer'), '--trust');
    assert.equal(code, 0);
    assert.match(out, /Note: It is issued for the private key of "client".*respond/);
    writeFileSync(at('own.cer'), client.pem);
    assert.doesNotMatch((await put(at('own.cer'), '--trust', '--dry-run')).out, /respond/);
  });
});
