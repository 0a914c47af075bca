import assert from 'node:assert/strict';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { openKeyOf } from '../../../src/core/keystore/convert';
import { addKeyPair, renameEntry } from '../../../src/core/keystore/edit';
import { KeyPasswords } from '../../../src/core/keystore/keyPasswords';
import type { Keystore, KeyPairEntry } from '../../../src/core/keystore/model';
import { readKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { makeKeyPair, planKeyPair } from '../../../src/core/keystore/newKeyPair';

const now = new Date('2026-06-01T12:00:00Z');

async function withKey(keystore: Keystore, alias: string, password: string): Promise<Keystore> {
  const wish = { alias, subject: `CN=${alias}`, key: 'EC P-256', validity: '1 year', usage: [], alternativeNames: '' };
  const made = await makeKeyPair(planKeyPair(wish, keystore, now));
  const key = await sealKey(made.privateKeyInfo, password);
  return addKeyPair(keystore, { alias, key, chain: made.chain, created: now }).keystore;
}

const entryOf = (keystore: Keystore, alias: string): KeyPairEntry =>
  keystore.entries.find((each): each is KeyPairEntry => each.kind === 'keyPair' && each.alias === alias) ??
  assert.fail(alias);

describe('passwords of keys that have their own', () => {
  it('go with the key through a save, a rename and a change of places, and to no other key', async () => {
    const empty: Keystore = { type: 'PKCS12', entries: [], notes: [], carried: [] };
    const before = await withKey(await withKey(empty, 'a', 'own'), 'b', 'Keystore-1');
    const known = new KeyPasswords();
    known.set(entryOf(before, 'a').key, 'own');
    assert.deepEqual([...known.of(before)], [['a', 'own']]);
    const moved = renameEntry(renameEntry(before, 'a', 'a-old').keystore, 'b', 'a').keystore;
    const saved = await readKeystore(await writeKeystore(moved, 'Keystore-1'), 'Keystore-1');
    assert.deepEqual([...known.of(saved)], [['a-old', 'own']]);
    const passwords = { store: 'Keystore-1', keys: known.of(saved) };
    assert.ok((await openKeyOf(entryOf(saved, 'a-old'), passwords)).length);
    assert.ok((await openKeyOf(entryOf(saved, 'a'), passwords)).length);
    // Taken back, it is where it was.
    assert.deepEqual([...known.of(before)], [['a', 'own']]);
    known.clear();
    assert.equal(known.get(entryOf(before, 'a').key), undefined);
    assert.equal(known.of(before).size, 0);
  });

  it('give way to that of the keystore where they do not open the key', async () => {
    const keystore = await withKey({ type: 'PKCS12', entries: [], notes: [], carried: [] }, 'a', 'Keystore-1');
    const entry = entryOf(keystore, 'a');
    assert.ok((await openKeyOf(entry, { store: 'Keystore-1', keys: new Map([['a', 'stale']]) })).length);
    const other = openKeyOf(entry, { store: 'Keystore-2', keys: new Map([['a', 'stale']]) });
    await assert.rejects(other, { code: 'wrong-password', message: /not the password of the private key/ });
  });
});
