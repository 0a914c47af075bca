import assert from 'node:assert/strict';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { addKeyPair, findEntry } from '../../../src/core/keystore/edit';
import type { Keystore, KeyPairEntry } from '../../../src/core/keystore/model';
import {
  byExpiry,
  makeSuccessor,
  predecessorAlias,
  renewalOf,
  successorAlias,
  successorKeySpec,
  switchToSuccessor,
} from '../../../src/core/keystore/renewal';
import { emptyKeystore, writeChecked } from '../../../src/core/keystore/store';
import { renewalLetter } from '../../../src/core/report/renewalLetter';
import { makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

const password = 'Keystore-1';
const now = new Date();

describe('the renewal of a key pair', () => {
  let old: TestIdentity;
  let mine: Keystore;

  const withPair = async (keystore: Keystore, alias: string, identity: TestIdentity): Promise<Keystore> => {
    const key = await sealKey(identity.privateKeyInfo, password);
    return addKeyPair(keystore, { alias, key, chain: identity.chain, created: now }).keystore;
  };
  const pairOf = (keystore: Keystore, alias: string): KeyPairEntry => {
    const entry = findEntry(keystore, alias);
    assert.ok(entry?.kind === 'keyPair');
    return entry;
  };
  const withSuccessor = async (): Promise<{ keystore: Keystore; alias: string }> => {
    const made = await makeSuccessor(pairOf(mine, 'partner_a'), now);
    const key = await sealKey(made.privateKeyInfo, password);
    const alias = successorAlias(mine, 'partner_a', now);
    return {
      keystore: addKeyPair(mine, { alias, key, chain: [made.certificate], created: now }).keystore,
      alias,
    };
  };

  before(async () => {
    old = await makeSelfSigned('Partner A', {
      toDays: 12,
      organization: 'Example',
      extendedKeyUsage: ['clientAuth'],
      alternativeNames: [{ kind: 'dns', value: 'client.example' }],
    });
    mine = await withPair(emptyKeystore(), 'partner_a', old);
    mine = await withPair(mine, 'other', await makeSelfSigned('Other', { toDays: 100 }));
  });

  it('offers first what ends first', () => {
    assert.deepEqual(
      byExpiry(mine).map(({ alias }) => alias),
      ['partner_a', 'other'],
    );
  });

  it('makes a successor of the same name, alternative names, usages and kind of key, for as long', async () => {
    const { certificate } = await makeSuccessor(pairOf(mine, 'partner_a'), now);
    const before = old.certificate;
    assert.deepEqual(certificate.subject.raw, before.subject.raw);
    const facts = (each: typeof certificate): unknown => [
      each.extensions.subjectAltName,
      each.extensions.extendedKeyUsage,
      each.extensions.keyUsage,
      each.publicKey,
      each.isCa,
    ];
    assert.deepEqual(facts(certificate), facts(before));
    assert.notDeepEqual(certificate.spki, before.spki);
    const length = before.notAfter.getTime() - before.notBefore.getTime();
    assert.ok(Math.abs(certificate.notAfter.getTime() - now.getTime() - length) < 2000);
  });

  it('finds out where it stands, from the keystore alone, also after a save', async () => {
    assert.equal(renewalOf(mine, 'partner_a').stage, 'generate');
    const { keystore, alias } = await withSuccessor();
    assert.equal(alias, `partner_a_${now.getUTCFullYear()}`);
    assert.equal(successorAlias(keystore, 'partner_a', now), `${alias}_2`);
    const read = (await writeChecked(keystore, password)).keystore;
    const during = renewalOf(read, 'partner_a');
    assert.deepEqual([during.stage, during.successor?.alias], ['switch', alias]);
    assert.equal(renewalOf(read, 'other').stage, 'generate');

    const switched = switchToSuccessor(read, 'partner_a');
    const after = (await writeChecked(switched.keystore, password)).keystore;
    const done = renewalOf(after, 'partner_a');
    const day = old.certificate.notAfter.toISOString().slice(0, 10);
    assert.equal(switched.oldAlias, `partner_a_until_${day}`);
    assert.deepEqual([done.stage, done.predecessor?.alias], ['switched', `partner_a_until_${day}`]);
    assert.ok(done.predecessor?.chain[0]?.equals(old.certificate));
    assert.ok(!done.current.chain[0]?.equals(old.certificate));
    assert.deepEqual(switched.changes, [{ kind: 'file', what: 'switch "partner_a" to its successor' }]);
    assert.equal(predecessorAlias(after, { ...done.current, chain: old.chain }), `partner_a_until_${day}_2`);
  });

  it('refuses to switch to nothing, and to renew what has no certificate', () => {
    assert.throws(() => switchToSuccessor(mine, 'partner_a'), { code: 'alias-unknown' });
    const bare = { ...mine, entries: [{ ...pairOf(mine, 'other'), chain: [] }] };
    assert.throws(() => renewalOf(bare, 'other'), { code: 'not-a-certificate' });
  });

  it('takes a kind of key that is made here for one that is not', () => {
    assert.deepEqual(successorKeySpec({ algorithm: 'RSA', size: 4096 }), { algorithm: 'RSA', bits: 4096 });
    assert.deepEqual(successorKeySpec({ algorithm: 'RSA', size: 1024 }), { algorithm: 'RSA', bits: 3072 });
    assert.deepEqual(successorKeySpec({ algorithm: 'EC', curve: 'P-384', size: 384 }), {
      algorithm: 'EC',
      curve: 'P-384',
    });
    assert.deepEqual(successorKeySpec({ algorithm: 'DSA', size: 2048 }), { algorithm: 'RSA', bits: 3072 });
  });

  it('tells the partners old and new', async () => {
    const { certificate } = await makeSuccessor(pairOf(mine, 'partner_a'), now);
    const uses = [{ flow: 'Orders', channel: 'To A', adapter: 'HTTP', address: 'https://api.partner.example/x' }];
    const letter = renewalLetter({ old: old.certificate, successor: certificate, uses, now });
    for (const each of [old.certificate, certificate]) {
      assert.ok(letter.includes(BigInt(`0x${each.serialNumber}`).toString()));
    }
    assert.match(letter, /administrators of api\.partner\.example/);
    assert.match(letter, /day of the switch, agreed with you/);
  });
});
