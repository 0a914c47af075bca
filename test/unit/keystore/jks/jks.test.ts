import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { bmpOctets } from '../../../../src/core/asn1/der';
import { planConversion } from '../../../../src/core/keystore/conversionPlan';
import { convertKeystore } from '../../../../src/core/keystore/convert';
import { addCertificates, addKeyPair, removeEntries, renameEntry } from '../../../../src/core/keystore/edit';
import {
  blob,
  int,
  JavaReader,
  long,
  modifiedUtf8,
  modifiedUtf8Of,
  utf,
} from '../../../../src/core/keystore/jks/javaStream';
import { integrityText } from '../../../../src/core/keystore/jks/layout';
import { readJks } from '../../../../src/core/keystore/jks/read';
import { skipSerializedObject } from '../../../../src/core/keystore/jks/serializedObject';
import { writeJks } from '../../../../src/core/keystore/jks/write';
import type { Keystore } from '../../../../src/core/keystore/model';
import {
  emptyKeystore,
  readKeystore,
  readWithoutPassword,
  sealFor,
  writeChecked,
} from '../../../../src/core/keystore/store';
import { foreignPassword, jceksByKeytool, jksByKeytool } from '../../../support/foreignKeystores';
import { makeCa, type TestIdentity } from '../../../support/testCertificates';

const password = 'Keystore-1';
type JavaKeystore = Keystore & { readonly type: 'JKS' | 'JCEKS' };

/** A file of these parts, with the digest that belongs to it. */
function fileOf(...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([
    body,
    createHash('sha1').update(bmpOctets(password)).update(integrityText).update(body).digest(),
  ]);
}
const jksMagic = Buffer.from('feedfeed', 'hex');
const jceksMagic = Buffer.from('cececece', 'hex');

describe('JKS and JCEKS', function () {
  this.timeout(120_000);
  let root: TestIdentity;
  let made: JavaKeystore;

  const trusted = (alias: string): Buffer =>
    Buffer.concat([int(2), utf(alias), long(1_700_000_000_000), utf('X.509'), blob(root.certificate.der)]);

  before(async () => {
    root = await makeCa('JKS Root');
    const key = await sealFor('JKS', root.privateKeyInfo, password);
    const pair = { alias: 'pair', key, chain: root.chain, created: new Date(1_700_000_000_000) };
    const { keystore } = addKeyPair(emptyKeystore('JKS'), pair);
    made = addCertificates(keystore, [{ alias: 'root', certificate: root.certificate }]).keystore as JavaKeystore;
  });

  it('writes the octets that Java writes: what keytool wrote comes out the same when nothing was changed', async () => {
    for (const bytes of [jksByKeytool, jceksByKeytool]) {
      const read = (await readJks(bytes, foreignPassword)) as JavaKeystore;
      assert.deepEqual(await writeJks(read, foreignPassword), bytes);
    }
  });

  it('reads back what it wrote, aliases of all alphabets and dates too', async () => {
    const names = ['a', 'w\u00fcrzburg', '\u6771\u4eac', 'key \u{1f511}', 'x\u0000y'];
    let keystore = made as Keystore;
    for (const alias of names) {
      keystore = addCertificates(keystore, [{ alias, certificate: root.certificate }]).keystore;
    }
    const read = await readJks(await writeJks(keystore as JavaKeystore, password), password);
    assert.deepEqual(
      read.entries.map(({ alias }) => alias),
      ['pair', 'root', ...names],
    );
    assert.equal(read.entries[0]?.created?.getTime(), 1_700_000_000_000);
    for (const text of names) assert.equal(modifiedUtf8Of(modifiedUtf8(text)), text);
    assert.deepEqual(Buffer.from(modifiedUtf8('\u0000')), Buffer.from('c080', 'hex'));
    assert.equal(modifiedUtf8('\u{1f511}').length, 6);
  });

  it('tells a wrong password from a broken file, and lists it without one', async () => {
    const bytes = Buffer.from(await writeJks(made, password));
    for (const wrong of ['', 'keystore-1', `${password}\u00fc`]) {
      await assert.rejects(readJks(bytes, wrong), { code: 'wrong-password' });
    }
    const digest = Buffer.from(bytes);
    digest[digest.length - 1]! ^= 1;
    await assert.rejects(readJks(digest, password), { code: 'wrong-password' });
    const seen = await readWithoutPassword(digest);
    assert.deepEqual(
      seen?.entries.map(({ alias }) => alias),
      ['pair', 'root'],
    );
    assert.ok(seen.notes.some(({ code }) => code === 'read-without-password'));
    for (let length = 4; length < bytes.length; length += 3) {
      const cut = readJks(bytes.subarray(0, length), password);
      await assert.rejects(cut, (error: { code?: string }) => ['damaged', 'limit-exceeded'].includes(error.code ?? ''));
    }
  });

  it('refuses what cannot be, with the place', async () => {
    const cases: readonly (readonly [Buffer, string, RegExp])[] = [
      [fileOf(jksMagic, int(3), int(0)), 'unsupported', /unknown version 3/],
      [fileOf(jksMagic, int(2), int(-1)), 'damaged', /negative at byte 8/],
      [fileOf(jksMagic, int(2), int(200_001)), 'limit-exceeded', /200,001 entries/],
      [fileOf(jksMagic, int(2), int(2), trusted('a')), 'damaged', /ends too early/],
      [fileOf(jksMagic, int(2), int(0), Buffer.from('00', 'hex')), 'damaged', /more after the last entry at byte 12/],
      [fileOf(jksMagic, int(2), int(1), int(7), utf('a'), long(0)), 'damaged', /unknown kind 7 at byte 12/],
      // A secret key is for JCEKS alone.
      [fileOf(jksMagic, int(2), int(1), int(3), utf('a'), long(0)), 'damaged', /unknown kind 3/],
      [
        fileOf(jksMagic, int(2), int(1), int(1), utf('a'), long(0), blob(Buffer.alloc(4)), int(1_001)),
        'damaged',
        /chain of impossible length/,
      ],
      [fileOf(jksMagic, int(2), int(1), int(2), utf('a'), long(0), utf('X.509'), int(-5)), 'damaged', /ends too early/],
      [fileOf(jksMagic, int(1), int(2), ...version1('a'), ...version1('a')), 'damaged', /"a" is there twice/],
      [
        fileOf(jceksMagic, int(2), int(1), int(3), utf('a'), long(0), Buffer.from('00000005', 'hex')),
        'damaged',
        /no serialized/,
      ],
    ];
    for (const [bytes, code, message] of cases) {
      await assert.rejects(readJks(bytes, password), { code, message }, message.source);
    }

    function version1(alias: string): Buffer[] {
      return [int(2) as Buffer, utf(alias) as Buffer, long(0) as Buffer, blob(root.certificate.der) as Buffer];
    }
  });

  it('reads version 1, whose certificates have no kind, and writes version 2', async () => {
    const old = fileOf(jksMagic, int(1), int(1), int(2), utf('a'), long(0), blob(root.certificate.der));
    const read = (await readJks(old, password)) as JavaKeystore;
    assert.equal(read.entries[0]?.kind, 'certificate');
    const written = await writeJks(read, password);
    assert.equal(new JavaReader(written, 4).int(), 2);
    assert.deepEqual(
      (await readJks(written, password)).entries.map(({ alias }) => alias),
      ['a'],
    );
  });

  it('carries a certificate that nobody can read through a save and a new name, untouched', async () => {
    const strange = Buffer.concat([int(2), utf('strange'), long(5), utf('PGP'), blob(Buffer.from('no certificate'))]);
    const read = (await readJks(fileOf(jksMagic, int(2), int(2), strange, trusted('a')), password)) as JavaKeystore;
    assert.deepEqual(
      read.entries.map(({ alias, kind }) => `${alias} ${kind}`),
      ['strange unknown', 'a certificate'],
    );
    assert.ok(read.notes.some(({ code }) => code === 'certificate-unreadable'));
    const written = await writeJks(renameEntry(read, 'strange', 'odd').keystore as JavaKeystore, password);
    const expected = Buffer.concat([int(2), utf('odd'), long(5), utf('PGP'), blob(Buffer.from('no certificate'))]);
    assert.ok(Buffer.from(written).includes(expected));
  });

  it('keeps an entry that a later one of its alias hides, and lets it go with that one', async () => {
    const hidden = Buffer.concat([int(2), utf('a'), long(7), utf('X.509'), blob(root.certificate.der)]);
    const read = (await readJks(fileOf(jksMagic, int(2), int(2), hidden, trusted('a')), password)) as JavaKeystore;
    assert.equal(read.entries.length, 1);
    assert.ok(read.notes.some(({ code }) => code === 'duplicate-alias'));
    const count = (bytes: Uint8Array): number => new JavaReader(bytes, 8).int();
    assert.equal(count(await writeJks(read, password)), 2);
    assert.equal(count(await writeJks(renameEntry(read, 'a', 'b').keystore as JavaKeystore, password)), 2);
    assert.equal(count(await writeJks(removeEntries(read, ['a']).keystore as JavaKeystore, password)), 0);
  });

  it('does not write what Java could not read', async () => {
    await assert.rejects(writeJks(made, ''), { code: 'password-not-allowed' });
    const twice = { ...made, entries: [...made.entries, made.entries[0]!] };
    await assert.rejects(writeJks(twice, password), { code: 'alias-exists' });
    const plain = { form: 'plain', der: root.privateKeyInfo } as const;
    const open = addKeyPair(emptyKeystore('JKS'), { alias: 'p', key: plain, chain: [], created: new Date() }).keystore;
    await assert.rejects(writeJks(open as JavaKeystore, password), { code: 'unsupported', message: /not sealed/ });
    const jceks = await readJks(jceksByKeytool, foreignPassword);
    await assert.rejects(writeJks({ ...jceks, type: 'JKS' }, password), {
      code: 'unsupported',
      message: /cannot hold/,
    });
    assert.throws(() => utf('x'.repeat(65_536)), { code: 'alias-invalid' });
  });

  it('finds the end of the secret key that keytool serialized, and of none that is cut or changed into nonsense', async () => {
    const entry = (await readJks(jceksByKeytool, foreignPassword)).entries.find(({ kind }) => kind === 'secretKey');
    const raw = entry?.source?.raw;
    assert.ok(raw);
    const head = new JavaReader(raw);
    head.int();
    head.utf();
    head.long();
    const object = raw.subarray(head.at);
    assert.equal(object[0], 0xac);
    const more = new JavaReader(Buffer.concat([object, Buffer.from('what comes after')]));
    skipSerializedObject(more);
    assert.equal(more.at, object.length, 'not an octet more or less');
    for (let length = 0; length < object.length; length++) {
      assert.throws(() => skipSerializedObject(new JavaReader(object.subarray(0, length))), { code: 'damaged' });
    }
    const serialized = (hex: string): JavaReader => new JavaReader(Buffer.from(`aced0005${hex}`, 'hex'));
    // An object of a class that is given nowhere; an array of more than there is; of fewer than none.
    for (const hex of [
      '00',
      '7b',
      '7371007e0005',
      '7572000142000000000000000002000078707fffffff',
      '757200014c00000000000000000200007870ffffffff',
    ]) {
      assert.throws(() => skipSerializedObject(serialized(hex)), { code: 'damaged' }, hex);
    }
    skipSerializedObject(serialized('70'));
    skipSerializedObject(serialized('7400026162'));
    skipSerializedObject(serialized('77020102'));
  });

  it('another password for a JCEKS file: the secret key that only Java could seal anew is named, never dropped unsaid', async () => {
    const read = await readKeystore(jceksByKeytool, foreignPassword);
    const secret = read.entries.find(({ kind }) => kind === 'secretKey');
    assert.ok(secret);
    const from = { store: foreignPassword };
    const changed = await convertKeystore(read, from, { type: 'JCEKS', password: 'Changed-22' });
    assert.deepEqual(changed.leftOut, [{ alias: secret.alias, kind: 'secretKey', why: 'password' }]);
    assert.equal(changed.keystore.entries.length, read.entries.length - 1);
    // Under the same password it stays, octet by octet.
    const same = await convertKeystore(read, from, { type: 'JCEKS', password: foreignPassword });
    assert.deepEqual(same.leftOut, []);
    const { keystore } = await writeChecked(same.keystore, foreignPassword);
    const kept = keystore.entries.find(({ alias }) => alias === secret.alias);
    assert.deepEqual(Buffer.from(kept!.source!.raw), Buffer.from(secret.source!.raw));
    for (const type of ['JKS', 'PKCS12'] as const) {
      assert.deepEqual(planConversion(read, type).leftOut, [{ alias: secret.alias, kind: 'secretKey', why: 'format' }]);
    }
  });
});
