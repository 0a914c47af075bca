import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { addCertificates, addKeyPair } from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { emptyKeystore, readKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../../support/testCertificates';
import { runCli, type Answer } from '../../support/runCli';

const password = 'Changeit-1';

describe('command line: rename, delete, convert, diff', () => {
  let folder: string;
  let root: TestIdentity;
  let client: TestIdentity;
  let successor: TestIdentity;
  const at = (name: string): string => path.join(folder, name);

  function cli(...args: string[]): Promise<Answer> {
    return runCli(args, { env: { KS: password, NEW: 'Another-2', WEAK: 'weak', KEY: 'Its-own-3' } });
  }
  const json = async (...args: string[]): Promise<unknown> => {
    const { out, err } = await cli(...args, '--json');
    assert.equal(err, '');
    return JSON.parse(out);
  };
  const read = (name: string, secret = password): Promise<Keystore> => readKeystore(readFileSync(at(name)), secret);
  const aliases = async (name: string, secret?: string): Promise<string[]> =>
    (await read(name, secret)).entries.map(({ alias }) => alias);

  async function keystoreOf(pair: TestIdentity, keyPassword = password): Promise<Keystore> {
    const key = await sealKey(pair.privateKeyInfo, keyPassword);
    const added = addKeyPair(emptyKeystore(), { alias: 'Partner_A', key, chain: pair.chain, created: new Date() });
    return addCertificates(added.keystore, [{ alias: 'root', certificate: root.certificate }]).keystore;
  }
  const write = async (name: string, keystore: Keystore): Promise<void> =>
    writeFileSync(at(name), await writeKeystore(keystore, password));

  before(async () => {
    root = await makeCa('Partner Root');
    client = await root.issue('Partner A', { extendedKeyUsage: ['clientAuth'] });
    successor = await root.issue('Partner A', { toDays: 800 });
  });
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'flow-keystore-cli-'));
    await write('a.p12', await keystoreOf(client));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('renames an entry, and says what the tenant would refuse', async () => {
    const done = await cli('rename', at('a.p12'), 'partner_a', 'sap_partner', '--password-env', 'KS');
    assert.deepEqual([done.code, done.out], [0, `${at('a.p12')}: "Partner_A" is "sap_partner" now\n`]);
    assert.match(done.err, /note: .*reserved for SAP/);
    assert.deepEqual(await aliases('a.p12'), ['sap_partner', 'root']);
    assert.deepEqual(await aliases('a.p12.bak'), ['Partner_A', 'root']);
  });

  it('lists and compares what lies open without asking for a password, and asks for what does not', async () => {
    assert.equal((await cli('convert', at('a.p12'), at('a.jks'), '--password-env', 'KS')).code, 0);
    const listed = await cli('list', at('a.jks'));
    assert.equal(listed.code, 0);
    assert.match(listed.out, /^.*a\.jks: JKS, 2 entries\n/);
    assert.match(listed.out, /Note: .*without the password/);
    assert.deepEqual(await cli('diff', at('a.jks'), at('a.jks')), { code: 0, out: 'The same entries.\n', err: '' });
    const sealed = await cli('list', at('a.p12'));
    assert.equal(sealed.code, 2);
    assert.match(sealed.err, /needs its password/);
    // A password that was named is tried, also where none is needed.
    assert.equal((await cli('list', at('a.jks'), '--password-env', 'WEAK')).code, 2);
  });

  it('lets git compare where the variable of its configuration is not set', async () => {
    const { code, out } = await cli('list', at('a.p12'), '--stable', '--password-env', 'NOBODY');
    assert.equal(code, 0);
    assert.match(out, /not opened: no password was given/);
    assert.equal((await cli('list', at('a.p12'), '--password-env', 'NOBODY')).code, 2);
  });

  it('keeps three versions before', async () => {
    for (let i = 0; i < 5; i++) {
      const [from, to] = i % 2 ? ['b', 'a'] : ['a', 'b'];
      const renamed = await cli('rename', at('a.p12'), i ? from : 'Partner_A', to, '--password-env', 'KS');
      assert.equal(renamed.code, 0, renamed.err);
    }
    const kept = ['.bak', '.bak2', '.bak3', '.bak4'].map((end) => existsSync(at(`a.p12${end}`)));
    assert.deepEqual(kept, [true, true, true, false]);
  });

  it('refuses to rename what is not there, or to an alias that is taken', async () => {
    const before = readFileSync(at('a.p12'));
    for (const [args, message] of [
      [['nobody', 'b'], /no entry "nobody"/],
      [['Partner_A', 'ROOT'], /an entry "root" already/],
      [['Partner_A', ' '], /needs an alias/],
      [['Partner_A'], /takes a keystore file, an alias and the new alias/],
    ] as const) {
      const { code, err } = await cli('rename', at('a.p12'), ...args, '--password-env', 'KS');
      assert.equal(code, 2);
      assert.match(err, message);
      assert.equal(err.trim().split('\n').length, 1);
    }
    assert.deepEqual(readFileSync(at('a.p12')), before);
  });

  it('deletes entries only with --yes, and all or none', async () => {
    const asked = await cli('delete', at('a.p12'), 'Partner_A', 'root', '--password-env', 'KS');
    assert.equal(asked.code, 2);
    assert.match(asked.err, /delete 2 entries, a private key among them; nothing was deleted. Say --yes/);
    const wrong = await cli('delete', at('a.p12'), 'root', 'nobody', '--yes', '--password-env', 'KS');
    assert.deepEqual([wrong.code, wrong.err.includes('no entry "nobody"')], [2, true]);
    assert.deepEqual(await aliases('a.p12'), ['Partner_A', 'root']);
    assert.deepEqual(await json('delete', at('a.p12'), 'root', '--yes', '--password-env', 'KS'), {
      file: at('a.p12'),
      changes: [{ kind: 'removed', alias: 'root' }],
    });
    assert.deepEqual(await aliases('a.p12'), ['Partner_A']);
  });

  it('converts to every format and back, the aliases as the format has them', async () => {
    for (const [name, type] of [
      ['b.jks', 'JKS'],
      ['b.jceks', 'JCEKS'],
      ['b.pem', 'PEM'],
    ] as const) {
      const result = (await json('convert', at('a.p12'), at(name), '--password-env', 'KS')) as { renamed: unknown[] };
      const converted = await read(name);
      assert.equal(converted.type, type);
      const lower = type !== 'PEM';
      assert.deepEqual(await aliases(name), [lower ? 'partner_a' : 'Partner_A', 'root']);
      assert.equal(result.renamed.length, lower ? 1 : 0);
      const back = await cli(
        'convert',
        at(name),
        at(`${name}.p12`),
        '--password-env',
        'KS',
        '--new-password-env',
        'NEW',
      );
      assert.deepEqual([back.code, back.err], [0, '']);
      const again = await read(`${name}.p12`, 'Another-2');
      const [pair] = again.entries;
      assert.ok(pair?.kind === 'keyPair' && pair.chain.length === 2 && pair.chain[0]?.equals(client.certificate));
    }
  });

  it('replaces nothing when it converts, and wants to know the format and the password', async () => {
    const before = readFileSync(at('a.p12'));
    const taken = await cli('convert', at('a.p12'), at('a.p12'), '--password-env', 'KS');
    assert.deepEqual([taken.code, taken.err.includes('exists already; it was not touched')], [2, true]);
    assert.deepEqual(readFileSync(at('a.p12')), before);
    const nameless = await cli('convert', at('a.p12'), at('b.keystore'), '--password-env', 'KS');
    assert.match(nameless.err, /does not say which kind.*--type/);
    const wrongType = await cli('convert', at('a.p12'), at('b'), '--type', 'BKS', '--password-env', 'KS');
    assert.match(wrongType.err, /--type takes PKCS12, JKS, JCEKS, PEM, not "BKS"/);
    writeFileSync(at('roots.pem'), root.pem);
    const open = await cli('convert', at('roots.pem'), at('roots.p12'));
    assert.match(open.err, /needs a password.*--new-password-env/);
    const unset = await cli('convert', at('roots.pem'), at('roots.p12'), '--new-password-env', 'NONE');
    assert.match(unset.err, /NONE is not set/);
    assert.ok(!existsSync(at('roots.p12')));
    const weak = await cli('convert', at('roots.pem'), at('roots.p12'), '--new-password-env', 'WEAK');
    assert.equal(weak.code, 0);
    assert.match(weak.err, /note: SAP would refuse the new password: it has fewer than 8 characters/);
  });

  it('finds the password of a key that has one of its own, among those that were named', async () => {
    await write('own.p12', await keystoreOf(client, 'Its-own-3'));
    const refused = await cli('convert', at('own.p12'), at('b.jks'), '--password-env', 'KS');
    assert.deepEqual([refused.code, existsSync(at('b.jks'))], [2, false]);
    assert.match(refused.err, /own\.p12: Partner_A: The private key has a password of its own/);
    const done = await cli('convert', at('own.p12'), at('b.jks'), '--password-env', 'KS', '--password-env', 'KEY');
    assert.deepEqual([done.code, done.err], [0, '']);
    assert.deepEqual(await aliases('b.jks'), ['partner_a', 'root']);
  });

  it('tells two keystores apart: renamed, another certificate, another key, gone, new', async () => {
    const same = await cli('diff', at('a.p12'), at('a.p12'), '--password-env', 'KS');
    assert.deepEqual([same.code, same.out], [0, 'The same entries.\n']);
    await write('b.p12', await keystoreOf(successor));
    await cli('rename', at('b.p12'), 'root', 'new root', '--password-env', 'KS');
    const { code, out } = await cli('diff', at('a.p12'), at('b.p12'), '--password-env', 'KS');
    assert.equal(code, 1);
    assert.match(out, /^~ root -> new root {2}\(renamed\)$/m);
    assert.match(
      out,
      /^~ Partner_A {2}\(another key\)\n {4}- CN=Partner A, valid to .*\n {4}\+ CN=Partner A, valid to /m,
    );
    const data = (await json('diff', at('a.p12'), at('b.p12'), '--password-env', 'KS')) as {
      same: boolean;
      differences: { kind: string; what?: string; before: { sha256: string }; after: { sha256: string } }[];
    };
    assert.equal(data.same, false);
    const replaced = data.differences.find(({ kind }) => kind === 'replaced');
    assert.deepEqual(
      [replaced?.what, replaced?.before.sha256, replaced?.after.sha256],
      ['key', client.certificate.sha256, successor.certificate.sha256],
    );
    await cli('delete', at('b.p12'), 'new root', '--yes', '--password-env', 'KS');
    const gone = await cli('diff', at('a.p12'), at('b.p12'), '--password-env', 'KS');
    assert.match(gone.out, /^- root {2}CN=Partner Root, valid to /m);
    const added = await cli('diff', at('b.p12'), at('a.p12'), '--password-env', 'KS');
    assert.match(added.out, /^\+ root {2}CN=Partner Root, valid to /m);
  });
});
