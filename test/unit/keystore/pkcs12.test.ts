import assert from 'node:assert/strict';
import { context, element, integer, octetString, oid, sequence } from '../../../src/core/asn1/der';
import { Certificate } from '../../../src/core/certificates/certificate';
import { publicKeyText } from '../../../src/core/certificates/publicKey';
import { encryptWithPassword } from '../../../src/core/keys/encrypt';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { describeEntry } from '../../../src/core/keystore/details';
import { addCertificates, addKeyPair, getKeyPair, removeEntries, renameEntry } from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { makeBag } from '../../../src/core/keystore/pkcs12/bag';
import { makeMac } from '../../../src/core/keystore/pkcs12/mac';
import { bagOid, contentOid } from '../../../src/core/keystore/pkcs12/oids';
import { emptyKeystore, readKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../../support/testCertificates';

const password = 'Keystore-1';
const chainOf = (keystore: Keystore, alias: string): string[] =>
  getKeyPair(keystore, alias).chain.map(({ sha256 }) => sha256);

async function withPair(keystore: Keystore, alias: string, identity: TestIdentity): Promise<Keystore> {
  const key = await sealKey(identity.privateKeyInfo, password);
  return addKeyPair(keystore, { alias, key, chain: identity.chain, created: new Date() }).keystore;
}

/** A PKCS#12 file whose one safe is encrypted and holds these bags. */
async function fileOf(...bags: Uint8Array[]): Promise<Uint8Array> {
  const { algorithm, data } = await encryptWithPassword(sequence(...bags), password);
  const info = sequence(oid(contentOid.data), algorithm, element(0x80, data));
  const content = sequence(sequence(oid(contentOid.encryptedData), context(0, sequence(integer(0), info))));
  const wrapped = sequence(oid(contentOid.data), context(0, octetString(content)));
  return sequence(integer(3), wrapped, await makeMac(content, password));
}

/** The certificate with the octets after `marker` changed by `patch`. Its signature no longer fits; nobody asks. */
function patched(certificate: Certificate, marker: string, patch: (octets: Buffer) => void): Certificate {
  const der = Buffer.from(certificate.der);
  const at = der.indexOf(Buffer.from(marker, 'hex'));
  assert.ok(at > 0, `${marker} is in the certificate`);
  patch(der.subarray(at + marker.length / 2));
  return Certificate.parse(der);
}

describe('PKCS#12', () => {
  it('leaves a secret in the encrypted part, and carries it through a rename', async () => {
    const secret = 'octets that nobody may read';
    const value = sequence(oid('1.2.840.113549.1.7.1'), context(0, octetString(Buffer.from(secret))));
    const bytes = await fileOf(makeBag(bagOid.secret, value, { alias: 'token' }));
    const read = await readKeystore(bytes, password);
    const root = await makeCa('Root');
    const edited = addCertificates(renameEntry(read, 'token', 'token 2').keystore, [
      { alias: 'root', certificate: root.certificate },
    ]).keystore;
    const saved = await writeKeystore(edited, password);
    assert.equal(Buffer.from(saved).indexOf(secret), -1);
    const [entry] = (await readKeystore(saved, password)).entries;
    assert.deepEqual([entry?.kind, entry?.alias], ['secretKey', 'token 2']);
    assert.ok(Buffer.from(entry?.source?.raw ?? []).includes(secret));
  });

  it('lists a bag of unknown kind that has a name, which can be renamed and removed; one without is carried', async () => {
    const named = makeBag('1.2.3.4', octetString(Buffer.from('something')), { alias: 'Thing' });
    const nameless = makeBag('1.2.3.5', octetString(Buffer.from('something else')));
    const read = await readKeystore(await fileOf(named, nameless), password);
    const [entry] = read.entries;
    assert.ok(entry?.kind === 'unknown' && read.entries.length === 1 && read.carried.length === 1);
    assert.equal(entry.what, '1.2.3.4');
    assert.match(
      describeEntry(entry, { now: new Date(), warnDays: 30 }),
      /Kind: +entry of unknown kind\nType: +1\.2\.3\.4\n/,
    );
    const renamed = renameEntry(read, 'thing', 'Object').keystore;
    const saved = await readKeystore(await writeKeystore(renamed, password), password);
    assert.deepEqual(
      saved.entries.map(({ alias, kind }) => [alias, kind]),
      [['Object', 'unknown']],
    );
    assert.deepEqual(
      saved.carried.map(({ raw }) => Buffer.from(raw)),
      [Buffer.from(nameless)],
    );
    const removed = await readKeystore(
      await writeKeystore(removeEntries(saved, ['Object']).keystore, password),
      password,
    );
    assert.deepEqual([removed.entries.length, removed.carried.length], [0, 1]);
  });

  it('keeps the chains of key pairs that share issuers, and of a leaf that has the name of an issuer', async () => {
    const root = await makeCa('Root');
    const intermediate = await root.issue('Issuing CA', { ca: {} });
    const one = await intermediate.issue('one');
    const namesake = await root.issue('Issuing CA');
    let keystore = await withPair(emptyKeystore(), 'namesake', namesake);
    keystore = await withPair(keystore, 'one', one);
    keystore = await withPair(keystore, 'two', await intermediate.issue('two'));
    const saved = await readKeystore(await writeKeystore(keystore, password), password);
    for (const alias of ['namesake', 'one', 'two']) assert.deepEqual(chainOf(saved, alias), chainOf(keystore, alias));
    assert.deepEqual(saved.notes, []);
  });

  it('refuses two chains with different certificates of one name, rather than mixing them up', async () => {
    const root = await makeCa('Root');
    const old = await root.issue('Issuing CA', { ca: {} });
    const renewed = await root.issue('Issuing CA', { ca: {} });
    const one = await withPair(emptyKeystore(), 'one', await old.issue('one'));
    const both = await withPair(one, 'two', await renewed.issue('two'));
    await assert.rejects(writeKeystore(both, password), {
      code: 'chain-conflict',
      message: /chain of "two" has another certificate of the name "Issuing CA"/,
    });
  });

  it('lists and saves certificates whose extensions or key cannot be read', async () => {
    const { certificate: ca } = await makeCa('Root', { key: { algorithm: 'RSA', bits: 2048 } });
    // basicConstraints: its SEQUENCE becomes an INTEGER. The RSA key: its SEQUENCE too.
    const oddExtension = patched(ca, '0603551d130101ff04', (octets) => (octets[1] = 0x02));
    const oddKey = patched(ca, '06092a864886f70d010101050003', (octets) => {
      const inner = octets.indexOf(0x30);
      octets[inner] = 0x02;
    });
    assert.ok(oddExtension.extensions.malformed.length);
    const keystore = addCertificates(emptyKeystore(), [
      { alias: 'extension', certificate: oddExtension },
      { alias: 'key', certificate: oddKey },
    ]).keystore;
    const saved = await readKeystore(await writeKeystore(keystore, password), password);
    assert.deepEqual(
      saved.entries.map((entry) => entry.kind === 'certificate' && entry.certificate.sha256),
      [oddExtension.sha256, oddKey.sha256],
    );
    for (const entry of saved.entries) {
      const text = describeEntry(entry, { now: new Date(), warnDays: 30 });
      assert.match(text, /Subject: +CN=Root/);
    }
    assert.equal(typeof publicKeyText(oddKey.publicKey), 'string');
  });
});

describe('a PEM bundle as a keystore', () => {
  it('may hold thousands of certificates; every one gets an alias of its own', async () => {
    const { certificate } = await makeCa('Root', { serialNumber: '1122334455667788' });
    const pem: string[] = [];
    const count = 3_000;
    for (let n = 0; n < count; n++) {
      const { der } = patched(certificate, '02081122334455', (octets) => octets.writeUInt16BE(n, 0));
      pem.push(`-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`);
    }
    const { entries } = await readKeystore(Buffer.from(pem.join('')), '');
    assert.equal(new Set(entries.map(({ alias }) => alias)).size, count);
    assert.deepEqual([entries[0]?.alias, entries.at(-1)?.alias], ['Root', `Root ${count}`]);
  });
});
