import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { certificatesPem, writePem } from '../../../../src/core/certificates/pem';
import { certificatesOfPkcs7, pkcs7Of } from '../../../../src/core/certificates/pkcs7';
import { sequence } from '../../../../src/core/asn1/der';
import { FlowKeystoreError } from '../../../../src/core/errors';
import { openSealedKey, sealKey } from '../../../../src/core/keys/sealedKey';
import { addCertificates, addKeyPair, getEntry, getKeyPair, type Edited } from '../../../../src/core/keystore/edit';
import type { AskPassword, ImportItem, ImportSource } from '../../../../src/core/keystore/import/items';
import { applyMerge, sealItems } from '../../../../src/core/keystore/import/merge';
import {
  aliasesBesides,
  newlyTrusted,
  planMerge,
  withAction,
  withAlias,
  type ConflictPolicy,
} from '../../../../src/core/keystore/import/plan';
import { recognise } from '../../../../src/core/keystore/import/recognise';
import type { Keystore, StoreType } from '../../../../src/core/keystore/model';
import { emptyKeystore, readKeystore, sealFor, writeChecked } from '../../../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../../../support/testCertificates';

const theirs = 'Their-pass1';
const ours = 'Our-pass12';
const created = new Date('2026-01-02T03:04:05Z');

const source = (name: string, content: string | Uint8Array): ImportSource => ({ name, bytes: Buffer.from(content) });

/** Gives these passwords one after the other, and says who asked. */
function answers(...passwords: string[]): AskPassword & { asked: string[] } {
  const asked: string[] = [];
  const ask = ({ of, from, alias }: Parameters<AskPassword>[0]): Promise<string> => {
    asked.push([of, from, alias].filter(Boolean).join(' '));
    const next = passwords.shift();
    return next === undefined
      ? Promise.reject(new FlowKeystoreError('wrong-password', 'None of the passwords fits.'))
      : Promise.resolve(next);
  };
  return Object.assign(ask, { asked });
}

const summary = (items: readonly ImportItem[]): string[] =>
  items.map((item) => {
    const what =
      item.kind === 'keyPair' ? `keyPair/${item.chain.length}` : item.kind === 'other' ? item.entry.kind : item.kind;
    return `${what} ${item.alias ?? '-'} ${item.from}`;
  });

describe('import', () => {
  let root: TestIdentity;
  let issuing: TestIdentity;
  let client: TestIdentity;
  let other: TestIdentity;

  before(async () => {
    root = await makeCa('Import Root');
    issuing = await root.issue('Import Issuing CA', { ca: {} });
    client = await issuing.issue('client');
    other = await root.issue('other');
  });

  const storeWith = async (
    type: StoreType,
    password: string,
    pairs: Readonly<Record<string, TestIdentity>>,
    trusted: Readonly<Record<string, TestIdentity>> = {},
  ): Promise<Keystore> => {
    let edited: Edited = { keystore: emptyKeystore(type), changes: [] };
    for (const [alias, { privateKeyInfo, chain }] of Object.entries(pairs)) {
      const key = await sealFor(type, privateKeyInfo, password);
      edited = addKeyPair(edited.keystore, { alias, key, chain, created });
    }
    const certificates = Object.entries(trusted).map(([alias, { certificate }]) => ({ alias, certificate }));
    return addCertificates(edited.keystore, certificates).keystore;
  };
  const bytesOf = async (keystore: Keystore, password: string): Promise<Uint8Array> =>
    (await writeChecked(keystore, password)).bytes;

  describe('recognises', () => {
    it('certificates as PEM, DER, base64, PKCS#7 and PkiPath', async () => {
      const { der } = root.certificate;
      for (const content of [
        root.pem,
        der,
        Buffer.from(der).toString('base64'),
        pkcs7Of([root.certificate]),
        writePem('PKCS7', pkcs7Of([root.certificate])),
        sequence(der),
        Buffer.from(`\ufeff${root.pem}`, 'utf16le'),
      ]) {
        const { items } = await recognise([source('a', content)], answers());
        assert.deepEqual(summary(items), ['certificate - a']);
        assert.equal(items[0]?.kind === 'certificate' && items[0].certificate.sha256, root.certificate.sha256);
      }
    });

    it('a key in one file and its certificate in another, chain and all; the rest of the bundle for itself', async () => {
      const bundle = certificatesPem([root.certificate, other.certificate, client.certificate, issuing.certificate]);
      const { items } = await recognise([source('k', client.privateKeyInfo), source('c', bundle)], answers());
      assert.deepEqual(summary(items), ['keyPair/3 - k', 'certificate - c']);
      assert.deepEqual(items[0]?.kind === 'keyPair' && items[0].chain.map(({ subject }) => subject.short), [
        'client',
        'Import Issuing CA',
        'Import Root',
      ]);
    });

    it('an encrypted key once its password is right', async () => {
      const { der } = await sealKey(client.privateKeyInfo, theirs);
      for (const key of [der, Buffer.from(writePem('ENCRYPTED PRIVATE KEY', der))]) {
        const ask = answers('wrong', theirs);
        const { items } = await recognise([source('k', key), source('c', client.pem)], ask);
        assert.deepEqual(summary(items), ['keyPair/1 - k']);
        assert.deepEqual(ask.asked, ['key k', 'key k']);
      }
      await assert.rejects(
        recognise([source('k', der), source('c', client.pem)], answers('no')),
        /None of the passwords/,
      );
    });

    it('bare keys of one algorithm, as PEM and as DER', async () => {
      for (const privateKey of [
        generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
        generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
      ]) {
        const type = privateKey.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
        const sources = [
          source('k', privateKey.export({ format: 'pem', type })),
          source('k', privateKey.export({ format: 'der', type })),
        ];
        for (const each of sources) {
          const { passedOver } = await recognise([each, source('c', root.pem)], answers());
          assert.deepEqual(
            passedOver.map(({ why }) => why),
            ['no-certificate'],
          );
        }
      }
    });

    for (const type of ['PKCS12', 'JKS'] as const) {
      it(`every entry of a ${type} keystore, by its alias`, async () => {
        const keystore = await storeWith(type, theirs, { a: client, b: other }, { root });
        const ask = answers('wrong', theirs);
        const { items } = await recognise([source('s', await bytesOf(keystore, theirs))], ask);
        assert.deepEqual(summary(items), ['keyPair/3 a s', 'keyPair/2 b s', 'certificate root s']);
        assert.equal(ask.asked.length, 2);
      });
    }

    it('nothing twice, asks for one password once, and passes over what is of no use', async () => {
      const bytes = await bytesOf(await storeWith('PKCS12', theirs, { a: client }), theirs);
      const ask = answers(theirs);
      const request = writePem('CERTIFICATE REQUEST', Uint8Array.of(0x30, 0));
      const { items, passedOver } = await recognise(
        [source('1', bytes), source('2', bytes), source('3', root.pem + root.pem + request), source('4', 'words')],
        ask,
      );
      assert.deepEqual(summary(items), ['keyPair/3 a 1', 'certificate - 3']);
      assert.deepEqual(ask.asked, ['keystore 1']);
      assert.deepEqual(
        passedOver.map(({ from, why }) => `${from} ${why}`),
        ['3 not-for-keystores', '4 not-understood'],
      );
    });

    it('says what a file is that has nothing for a keystore', async () => {
      const key = client.privateKeyPem;
      await assert.rejects(recognise([source('k', key)], answers()), /no certificate that belongs to it/);
      await assert.rejects(recognise([source('x', 'ssh-rsa AAAA')], answers()), /SSH public key/);
      await assert.rejects(
        recognise([source('r', writePem('CERTIFICATE REQUEST', Uint8Array.of(0x30, 0)))], answers()),
        /certificate request/,
      );
    });
  });

  describe('plans and does', () => {
    const rowsOf = async (
      keystore: Keystore,
      sources: readonly ImportSource[],
      onConflict?: ConflictPolicy,
    ): Promise<string[]> => {
      const { items } = await recognise(sources, answers(theirs));
      return planMerge(keystore, items, onConflict ? { onConflict } : {}).rows.map(
        ({ state, action, alias }) => `${state.kind}: ${action} ${alias}`,
      );
    };

    it('adds what is new, leaves what is the same, and finds another alias for what is not', async () => {
      const keystore = await storeWith('PKCS12', ours, { a: client }, { other: root });
      const theirStore = await storeWith('PKCS12', theirs, { a: client, A2: other }, { Other: other, again: root });
      const sources = [source('s', await bytesOf(theirStore, theirs))];
      assert.deepEqual(await rowsOf(keystore, sources), [
        'same: skip a',
        'new: add A2',
        'conflict: add Other 2',
        'same: skip other',
      ]);
      assert.deepEqual((await rowsOf(keystore, sources, 'overwrite'))[2], 'conflict: overwrite other');
      assert.deepEqual((await rowsOf(keystore, sources, 'skip'))[2], 'conflict: skip other');
    });

    it('never overwrites a key pair with a certificate', async () => {
      const keystore = await storeWith('PKCS12', ours, { a: client });
      const sources = [source('s', await bytesOf(await storeWith('PKCS12', theirs, {}, { a: root }), theirs))];
      assert.deepEqual(await rowsOf(keystore, sources, 'overwrite'), ['conflict: skip a']);
    });

    it('changes a row, and says what is wrong with an alias', async () => {
      const keystore = await storeWith('PKCS12', ours, { a: client }, { b: root });
      const { items } = await recognise(
        [source('s', await bytesOf(await storeWith('PKCS12', theirs, { a: other }), theirs))],
        answers(theirs),
      );
      const plan = planMerge(keystore, items);
      assert.equal(plan.rows[0]?.alias, 'a 2');
      const over = withAction(keystore, plan, 0, 'overwrite');
      assert.equal(over.rows[0]?.alias, 'a');
      assert.deepEqual(
        over.rows[0].warnings.map(({ code }) => code),
        ['private-key-lost'],
      );
      assert.equal(withAction(keystore, over, 0, 'add').rows[0]?.alias, 'a 2');
      assert.equal(withAlias(keystore, plan, 0, 'B').rows[0]?.problem?.code, 'taken');
      assert.equal(withAlias(keystore, plan, 0, 'c').rows[0]?.problem, undefined);
      assert.deepEqual(
        withAlias(keystore, plan, 0, 'sap_c').rows[0]?.warnings.map(({ code }) => code),
        ['alias'],
      );
      assert.deepEqual(aliasesBesides(keystore, plan, 0), ['a', 'b']);
      const sealed = await sealItems(plan, { type: 'PKCS12', password: ours }, answers());
      assert.throws(
        () => applyMerge(keystore, withAlias(keystore, plan, 0, 'B'), sealed, created),
        /cannot be the alias/,
      );
    });

    it('names the certificates that become trusted, and not those of key pairs', async () => {
      const { items } = await recognise(
        [source('a', client.privateKeyPem + client.pem + root.pem + other.pem)],
        answers(),
      );
      const trusted = newlyTrusted(planMerge(emptyKeystore(), items));
      assert.deepEqual(
        trusted.map(({ certificate }) => certificate.subject.short),
        ['Import Root', 'other'],
      );
    });

    for (const type of ['PKCS12', 'JKS', 'PEM'] as const) {
      it(`seals the keys for a ${type} keystore, and keeps the place of what is overwritten`, async () => {
        const before = await storeWith(type, ours, { a: other }, { b: root });
        const theirStore = await storeWith('JKS', theirs, { a: client });
        const { items } = await recognise([source('s', await bytesOf(theirStore, theirs))], answers(theirs));
        const plan = planMerge(before, items, { onConflict: 'overwrite' });
        const sealed = await sealItems(plan, { type, password: ours }, answers());
        const { keystore, changes } = applyMerge(before, plan, sealed, created);
        assert.deepEqual(changes, [{ kind: 'replaced', alias: 'a' }]);
        const again = await readKeystore(await bytesOf(keystore, ours), ours);
        assert.equal(again.entries.length, type === 'PEM' ? again.entries.length : 2);
        const pair = getKeyPair(again, 'a');
        assert.deepEqual(Buffer.from(await openSealedKey(pair.key, ours)), Buffer.from(client.privateKeyInfo));
        assert.equal(pair.chain[0]?.sha256, client.certificate.sha256);
        assert.equal(keystore.entries[0]?.alias, 'a');
        assert.ok(getEntry(again, 'b'));
        assert.equal(
          before.entries[0]?.kind === 'keyPair' && before.entries[0].chain[0]?.sha256,
          other.certificate.sha256,
        );
      });
    }

    it('asks for the password of a key that has one of its own, and seals nothing without a password', async () => {
      const key = await sealFor('JKS', client.privateKeyInfo, 'own');
      const { keystore } = addKeyPair(emptyKeystore('JKS'), { alias: 'a', key, chain: client.chain, created });
      const { items } = await recognise([source('s', await bytesOf(keystore, theirs))], answers(theirs));
      const plan = planMerge(emptyKeystore(), items);
      const ask = answers('wrong', 'own');
      const sealed = await sealItems(plan, { type: 'PKCS12', password: ours }, ask);
      assert.deepEqual(ask.asked, ['key s a', 'key s a']);
      assert.equal(sealed.keys.size, 1);
      await assert.rejects(sealItems(plan, { type: 'PKCS12', password: undefined }, answers('own')), /needs one/);
    });
  });

  it('writes PKCS#7 that reads back in its order', () => {
    const ders = client.chain.map(({ der }) => Buffer.from(der));
    assert.deepEqual(
      certificatesOfPkcs7(pkcs7Of(client.chain)).map((der) => Buffer.from(der)),
      ders,
    );
  });
});
