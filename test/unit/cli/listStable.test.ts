import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sealFor } from '../../../src/core/keystore/store';
import { addCertificates, addKeyPair, renameEntry } from '../../../src/core/keystore/edit';
import type { Keystore, StoreType } from '../../../src/core/keystore/model';
import { emptyKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';
import { runCli, type Answer } from '../../support/runCli';

const password = 'Keystore-1';

describe('list --stable', () => {
  let folder: string;
  let root: TestIdentity;
  let client: TestIdentity;
  const at = (name: string): string => path.join(folder, name);

  function cli(...args: string[]): Promise<Answer> {
    return runCli(args, {
      env: { KS: password, OLD: 'other' },
      // Nothing in it may depend on today.
      now: () => new Date(Math.floor(Math.random() * 4e12)),
      askSecret: () => assert.fail('nobody is asked'),
    });
  }

  async function sample(type: StoreType): Promise<Keystore> {
    const key = await sealFor(type, client.privateKeyInfo, password);
    const created = new Date(1_700_000_000_000);
    const { keystore } = addKeyPair(emptyKeystore(type), { alias: 'partner_b', key, chain: client.chain, created });
    return addCertificates(keystore, [{ alias: 'a root', certificate: root.certificate }]).keystore;
  }

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'stable-'));
    root = await makeCa('Root');
    client = await root.issue('client', { extendedKeyUsage: ['clientAuth'] });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('sorts by alias, and says the same whatever the day, the file and the sealing of keys', async () => {
    const keystore = await sample('PKCS12');
    writeFileSync(at('one.p12'), await writeKeystore(keystore, password));
    const sealedAnew = await sample('PKCS12');
    writeFileSync(at('two.p12'), await writeKeystore(sealedAnew, password));
    const one = await cli('list', at('one.p12'), '--stable', '--password-env', 'KS');
    assert.equal(one.code, 0);
    assert.equal(one.err, '');
    assert.deepEqual(
      await cli('list', at('two.p12'), '--stable', '--password-env', 'OLD', '--password-env', 'KS'),
      one,
    );
    assert.match(one.out, /^PKCS12 keystore: 2 entries\n\na root\n {2}Kind: +trusted certificate\n/);
    assert.ok(one.out.indexOf('\na root\n') < one.out.indexOf('\npartner_b\n'));
    assert.ok(!/days|left|expire/.test(one.out), one.out);
    assert.match(one.out, /Chain 2: +CN=Root\n/);
  });

  it('asks for no password where certificates can be seen without', async () => {
    writeFileSync(at('store.jks'), await writeKeystore(await sample('JKS'), password));
    const { code, out } = await cli('list', at('store.jks'), '--stable');
    assert.equal(code, 0);
    assert.match(out, /\npartner_b\n {2}Kind: +key pair\n/);
  });

  it('does not fail where nothing can be seen: git would give up', async () => {
    writeFileSync(at('locked.p12'), await writeKeystore(await sample('PKCS12'), password));
    const none = await cli('list', at('locked.p12'), '--stable');
    assert.equal(none.code, 0);
    assert.match(none.out, /^PKCS12 keystore, not opened: no password was given\nSHA-256 of the file: [0-9a-f]{64}\n$/);
    assert.match(none.err, /locked\.p12: nothing of it can be seen without its password.*--password-env/);
    const wrong = await cli('list', at('locked.p12'), '--stable', '--password-env', 'OLD');
    assert.match(wrong.out, /not opened: none of the passwords given opens it/);
    writeFileSync(at('text.p12'), 'nonsense');
    assert.equal((await cli('list', at('text.p12'), '--stable')).code, 2);
    assert.equal((await cli('list', at('text.p12'), '--stable', '--json')).code, 2);
  });

  it('shows a renewed key pair and a rename as the lines that changed', async () => {
    const before = await sample('JKS');
    const other = await makeSelfSigned('client');
    const key = await sealFor('JKS', other.privateKeyInfo, password);
    const created = new Date(1_700_000_000_000);
    const entries = before.entries.filter(({ alias }) => alias !== 'partner_b');
    const renewed = addKeyPair({ ...before, entries }, { alias: 'partner_b', key, chain: other.chain, created });
    const after = renameEntry(renewed.keystore, 'a root', 'a root 2').keystore;
    writeFileSync(at('before.jks'), await writeKeystore(before, password));
    writeFileSync(at('after.jks'), await writeKeystore(after, password));
    const lines = async (file: string): Promise<Set<string>> =>
      new Set((await cli('list', at(file), '--stable')).out.split('\n'));
    const [old, now] = [await lines('before.jks'), await lines('after.jks')];
    const gone = [...old].filter((line) => !now.has(line)).map((line) => line.trim().split(/:|\s{2}/)[0]);
    assert.ok(gone.includes('a root') && gone.includes('SHA-256 of the key') && gone.includes('Chain 2'), gone.join());
    assert.ok(!gone.includes('Kind') && !gone.includes('Created') && !gone.includes('Subject'), gone.join());
  });

  it('says what is wrong with an entry in the list for people', async () => {
    const weak = await makeSelfSigned('weak', { key: { algorithm: 'RSA', bits: 1024 } });
    const { keystore } = addCertificates(emptyKeystore('PEM'), [{ alias: 'weak', certificate: weak.certificate }]);
    writeFileSync(at('weak.pem'), await writeKeystore(keystore, undefined));
    assert.match((await cli('list', at('weak.pem'))).out, /\n {2}error: The key is weak: RSA with 1024 bits/);
  });
});
