import assert from 'node:assert/strict';
import { openSealedKey } from '../../../src/core/keys/sealedKey';
import { convertKeystore, oldKeys, openKeyOf } from '../../../src/core/keystore/convert';
import { planConversion } from '../../../src/core/keystore/conversionPlan';
import { addCertificates, addKeyPair, getKeyPair } from '../../../src/core/keystore/edit';
import type { Keystore, StoreType } from '../../../src/core/keystore/model';
import { emptyKeystore, readKeystore, sealFor, writeChecked } from '../../../src/core/keystore/store';
import { foreignPassword, jceksByKeytool, pkcs12ByKeytool } from '../../support/foreignKeystores';
import { makeCa, type TestIdentity } from '../../support/testCertificates';

const types: readonly StoreType[] = ['PKCS12', 'JKS', 'JCEKS', 'PEM'];
const old = 'Old-pass-1';
const other = 'Other-pass-2';

describe('conversion', () => {
  let identity: TestIdentity;
  let root: TestIdentity;
  before(async () => {
    root = await makeCa('Conversion Root');
    identity = await root.issue('Partner');
  });

  const keystoreOf = async (type: StoreType, keyPassword = old): Promise<Keystore> => {
    const key = await sealFor(type, identity.privateKeyInfo, keyPassword);
    const pair = { alias: 'pair', key, chain: identity.chain, created: new Date(1_790_000_000_000) };
    const { keystore } = addKeyPair(emptyKeystore(type), pair);
    return addCertificates(keystore, [{ alias: 'trusted', certificate: (await makeCa('Other')).certificate }]).keystore;
  };
  const kinds = ({ entries }: Keystore): string[] => entries.map(({ kind, alias }) => `${kind} ${alias}`);

  for (const from of types) {
    for (const to of types) {
      it(`${from} to ${to}: the same certificates, the same key, under the new password alone`, async () => {
        const keystore = await keystoreOf(from);
        const progress: string[] = [];
        const made = await convertKeystore(
          keystore,
          { store: old },
          { type: to, password: other },
          { onProgress: (done, total) => progress.push(`${done}/${total}`) },
        );
        assert.deepEqual([made.leftOut, made.sealed, progress], [[], 1, ['0/1']]);
        const { bytes } = await writeChecked(made.keystore, other);
        const read = await readKeystore(bytes, other);
        assert.equal(read.type, to);
        assert.deepEqual(kinds(read).sort(), ['certificate trusted', 'keyPair pair']);
        const pair = getKeyPair(read, 'pair');
        assert.deepEqual(
          pair.chain.map(({ sha256 }) => sha256),
          identity.chain.map(({ sha256 }) => sha256),
        );
        assert.deepEqual(Buffer.from(await openSealedKey(pair.key, other)), Buffer.from(identity.privateKeyInfo));
        await assert.rejects(openSealedKey(pair.key, old), { code: 'wrong-password' });
        // What was there is there still.
        assert.equal(
          (await openSealedKey(getKeyPair(keystore, 'pair').key, old)).length,
          identity.privateKeyInfo.length,
        );
      });
    }
  }

  it('opens a key that has its own password with that, and names the entry where it does not fit', async () => {
    const keystore = await keystoreOf('JKS', 'Key-pass-3');
    const target = { type: 'PKCS12', password: other } as const;
    const made = await convertKeystore(keystore, { store: old, keys: new Map([['pair', 'Key-pass-3']]) }, target);
    assert.equal(made.sealed, 1);
    await assert.rejects(convertKeystore(keystore, { store: old }, target), {
      code: 'wrong-password',
      message: /password of its own/,
      place: { detail: 'pair' },
    });
    await assert.rejects(openKeyOf(getKeyPair(keystore, 'pair'), { store: old, keys: new Map([['pair', 'no']]) }), {
      code: 'wrong-password',
      message: /not the password of the private key/,
      place: { detail: 'pair' },
    });
    await assert.rejects(openKeyOf(getKeyPair(keystore, 'pair'), { store: undefined }), { code: 'wrong-password' });
  });

  it('of a secret key of PKCS#12: sealed anew with the file, left out where its password is not known', async () => {
    const keystore = await readKeystore(pkcs12ByKeytool, foreignPassword);
    assert.deepEqual(kinds(keystore), ['keyPair pair', 'secretKey secret']);
    const to = { type: 'PKCS12', password: other } as const;
    const made = await convertKeystore(keystore, { store: foreignPassword }, to);
    assert.deepEqual(made.leftOut, []);
    const again = await readKeystore((await writeChecked(made.keystore, other)).bytes, other);
    assert.deepEqual(kinds(again), kinds(keystore));
    // It opens with the new password: else it could not be sealed with the next.
    const back = await convertKeystore(again, { store: other }, { type: 'PKCS12', password: old });
    assert.deepEqual([back.leftOut, kinds(back.keystore)], [[], kinds(keystore)]);
    const keys = new Map([['secret', 'not this one']]);
    const without = await convertKeystore(keystore, { store: foreignPassword, keys }, to);
    assert.deepEqual(without.leftOut, [{ alias: 'secret', kind: 'secretKey', why: 'password' }]);
    assert.deepEqual(kinds(without.keystore), ['keyPair pair']);
  });

  it('of a secret key of JCEKS: stays under its password, left out under another', async () => {
    const keystore = await readKeystore(jceksByKeytool, foreignPassword);
    const from = { store: foreignPassword };
    const same = await convertKeystore(keystore, from, { type: 'JCEKS', password: foreignPassword });
    assert.deepEqual([same.leftOut, kinds(same.keystore)], [[], kinds(keystore)]);
    const changed = await convertKeystore(keystore, from, { type: 'JCEKS', password: other });
    assert.deepEqual(changed.leftOut, [{ alias: 'secret', kind: 'secretKey', why: 'password' }]);
  });

  for (const [name, bytes] of [
    ['JCEKS', jceksByKeytool],
    ['PKCS12', pkcs12ByKeytool],
  ] as const) {
    for (const type of types.filter((each) => each !== name)) {
      it(`${name} of keytool to ${type}: what is left out was foretold`, async () => {
        const keystore = await readKeystore(bytes, foreignPassword);
        const plan = planConversion(keystore, type);
        assert.deepEqual(plan.leftOut, [{ alias: 'secret', kind: 'secretKey', why: 'format' }]);
        const made = await convertKeystore(keystore, { store: foreignPassword }, { type, password: other });
        assert.deepEqual(made.leftOut, plan.leftOut);
        assert.deepEqual(kinds(made.keystore), ['keyPair pair']);
      });
    }
  }

  it('refuses two aliases that the format has as one, as foretold', async () => {
    const { certificate } = root;
    const entries = ['Root', 'root', 'ROOT'].map((alias) => ({ kind: 'certificate', alias, certificate }) as const);
    const keystore: Keystore = { ...emptyKeystore(), entries };
    assert.deepEqual(planConversion(keystore, 'JKS').twins, ['root', 'ROOT']);
    await assert.rejects(convertKeystore(keystore, { store: old }, { type: 'JKS', password: other }), {
      code: 'alias-exists',
      message: /"root"/,
    });
  });

  it('tells of aliases in lower case, and of what only the old format carried along', () => {
    const { certificate } = root;
    const carried = [{ level: 'bag', raw: new Uint8Array([0x30, 0]) }] as unknown as Keystore['carried'];
    const entries = [{ kind: 'certificate', alias: 'Root CA', certificate }] as const;
    const keystore: Keystore = { ...emptyKeystore(), entries, carried };
    const renamed = [{ from: 'Root CA', to: 'root ca' }];
    assert.deepEqual(planConversion(keystore, 'JKS'), { leftOut: [], renamed, twins: [], carried: 1 });
    assert.deepEqual(planConversion(keystore, 'PKCS12'), { leftOut: [], renamed: [], twins: [], carried: 0 });
    assert.deepEqual(planConversion({ ...keystore, type: 'PEM' }, 'JKS'), {
      leftOut: [],
      renamed,
      twins: [],
      carried: 0,
    });
    const unknown = { kind: 'unknown', alias: 'odd', what: 'an odd thing' } as const;
    assert.deepEqual(planConversion({ ...keystore, entries: [unknown] }, 'PEM').leftOut, [
      { alias: 'odd', kind: 'unknown', why: 'format' },
    ]);
  });

  it('counts the keys that are sealed by old methods', async () => {
    assert.equal(oldKeys(await keystoreOf('PKCS12')), 0);
    assert.equal(oldKeys(await keystoreOf('JKS')), 0, 'Java has but one method there');
    const plain: Keystore = {
      ...emptyKeystore(),
      entries: [
        { kind: 'keyPair', alias: 'open', chain: identity.chain, key: { form: 'plain', der: identity.privateKeyInfo } },
      ],
    };
    assert.equal(oldKeys(plain), 1);
  });
});
