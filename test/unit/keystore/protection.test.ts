import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { convertKeystore } from '../../../src/core/keystore/convert';
import { planConversion } from '../../../src/core/keystore/conversionPlan';
import { describeNote } from '../../../src/core/keystore/describe';
import { detectStoreType } from '../../../src/core/keystore/detect';
import { differencesOf } from '../../../src/core/keystore/differences';
import { addCertificates, addKeyPair, removeEntries, renameEntry } from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { describeProtection, weaknessesOf } from '../../../src/core/keystore/protection';
import { emptyKeystore, readKeystore, sealFor, writeChecked, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../../support/testCertificates';
import { requireTool } from '../../support/tools';

const password = 'Keystore-1';

describe('how a keystore is protected', () => {
  let identity: TestIdentity;
  let mine: Keystore;

  before(async () => {
    identity = await (await makeCa('Protection Root')).issue('Partner A');
    const key = await sealKey(identity.privateKeyInfo, password);
    const pair = { alias: 'Partner_A', key, chain: identity.chain, created: new Date() };
    mine = addKeyPair(emptyKeystore(), pair).keystore;
  });

  it('finds nothing old in what is written here', async () => {
    const { keystore } = await writeChecked(mine, password);
    assert.deepEqual(weaknessesOf(keystore), []);
    assert.equal(keystore.protection?.macRounds, 10_000);
    assert.deepEqual(keystore.protection.safes, [{ method: 'PBES2 aes-256-cbc', rounds: 10_000 }]);
  });

  it('names methods and rounds of a file by old OpenSSL, and modernises it', async function () {
    requireTool(this, 'openssl');
    const folder = mkdtempSync(path.join(tmpdir(), 'protection-'));
    try {
      const pem = path.join(folder, 'in.pem');
      const p12 = path.join(folder, 'old.p12');
      writeFileSync(pem, identity.privateKeyPem + identity.pem);
      const args = ['pkcs12', '-export', '-legacy', '-in', pem, '-out', p12, '-passout', `pass:${password}`];
      execFileSync('openssl', args, { stdio: 'pipe' });
      const old = await readKeystore(readFileSync(p12), password);
      assert.deepEqual(weaknessesOf(old).map(describeProtection), [
        'Integrity check: HMAC-SHA1 (2,048 rounds)',
        'Certificates: PBEWithSHA1And40BitRC2 (2,048 rounds)',
        '1 private key: PBEWithSHA1And3-KeyTripleDES (2,048 rounds)',
      ]);
      const note = old.notes.find(({ code }) => code === 'old-encryption');
      assert.ok(note);
      assert.match(describeNote(note), /HMAC-SHA1 \(2,048 rounds\).*RC2 \(2,048 rounds\)/);
      const made = await convertKeystore(old, { store: password }, { type: 'PKCS12', password });
      const { keystore } = await writeChecked(made.keystore, password);
      assert.deepEqual(weaknessesOf(keystore), []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says of JKS that its methods are old, and of plain keys that they are plain', async () => {
    const jks = await convertKeystore(mine, { store: password }, { type: 'JKS', password });
    const { keystore } = await writeChecked(jks.keystore, password);
    assert.deepEqual(
      weaknessesOf(keystore).map(({ part, weakness }) => [part, weakness]),
      [
        ['integrity', 'old'],
        ['keys', 'old'],
      ],
    );
    const plain = await readKeystore(Buffer.from(identity.pem + identity.privateKeyPem), undefined);
    assert.deepEqual(weaknessesOf(plain).map(describeProtection), ['1 private key: not encrypted']);
  });

  it('asks for the password of a key that has its own, again where it was wrong, and gives up when told so', async () => {
    const key = await sealFor('JKS', identity.privateKeyInfo, 'Another-1');
    const pair = { alias: 'own', key, chain: identity.chain, created: new Date() };
    const { keystore } = addKeyPair(emptyKeystore('JKS'), pair);
    const asked: boolean[] = [];
    const made = await convertKeystore(
      keystore,
      { store: password },
      { type: 'PKCS12', password },
      {
        passwordFor: (_, again) => {
          asked.push(again);
          return Promise.resolve(again ? 'Another-1' : 'wrong');
        },
      },
    );
    assert.deepEqual(asked, [false, true]);
    assert.equal(made.sealed, 1);
    const givenUp = convertKeystore(
      keystore,
      { store: password },
      { type: 'PKCS12', password },
      { passwordFor: () => Promise.resolve(undefined) },
    );
    await assert.rejects(givenUp, { code: 'wrong-password' });
  });

  it('tells before a conversion what becomes of the entries', () => {
    const secret = { kind: 'secretKey', alias: 'secret' } as const;
    const twin = { ...mine, entries: [...mine.entries, { ...mine.entries[0]!, alias: 'partner_a' }, secret] };
    const plan = planConversion(twin, 'JKS');
    assert.deepEqual(plan.leftOut, [{ alias: 'secret', kind: 'secretKey', why: 'format' }]);
    assert.deepEqual(plan.renamed, [{ from: 'Partner_A', to: 'partner_a' }]);
    assert.deepEqual(plan.twins, ['partner_a']);
    assert.deepEqual(planConversion(mine, 'PEM'), { leftOut: [], renamed: [], twins: [], carried: 0 });
  });

  it('tells two versions apart', () => {
    const [, root] = identity.chain;
    const more = addCertificates(mine, [{ alias: 'root', certificate: root! }]).keystore;
    assert.deepEqual(differencesOf(mine, more), [{ kind: 'added', alias: 'root' }]);
    assert.deepEqual(differencesOf(more, mine), [{ kind: 'removed', alias: 'root' }]);
    const renamed = renameEntry(more, 'Partner_A', 'b').keystore;
    assert.deepEqual(differencesOf(more, renamed), [{ kind: 'renamed', from: 'Partner_A', to: 'b' }]);
    const other = addCertificates(removeEntries(more, ['root']).keystore, [
      { alias: 'root', certificate: identity.certificate },
    ]).keystore;
    assert.deepEqual(differencesOf(more, other), [{ kind: 'replaced', alias: 'root' }]);
    assert.deepEqual(differencesOf(more, more), []);
  });

  it('writes an empty PEM bundle that is known for one', async () => {
    const bytes = await writeKeystore(emptyKeystore('PEM'), undefined);
    assert.equal(detectStoreType(bytes), 'PEM');
    const empty = await readKeystore(bytes, undefined);
    assert.deepEqual(empty.entries, []);
    const added = addCertificates(empty, [{ alias: 'Partner A', certificate: identity.certificate }]).keystore;
    const { keystore } = await writeChecked(added, undefined);
    assert.equal(keystore.entries.length, 1);
    await assert.rejects(readKeystore(Buffer.from('# something else'), undefined), { code: 'not-a-keystore' });
  });
});
