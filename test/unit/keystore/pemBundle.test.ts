import assert from 'node:assert/strict';
import { readCertificates } from '../../../src/core/certificates/import';
import { writePem } from '../../../src/core/certificates/pem';
import { openKeyOf } from '../../../src/core/keystore/convert';
import { addCertificates, addKeyPair, removeEntries, renameEntry } from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { emptyKeystore, readKeystore, writeChecked } from '../../../src/core/keystore/store';
import {
  bundleByOpenssl,
  chainByOpenssl,
  foreignPassword,
  leafKeyByOpenssl,
  legacyKeysByOpenssl,
  pkcs7ByOpenssl,
  sealedLeafKeyByOpenssl,
} from '../../support/foreignKeystores';

const [leaf, issuing, root] = readCertificates(chainByOpenssl).certificates;
const sealedKey = { form: 'encrypted', der: sealedLeafKeyByOpenssl } as const;

const text = (keystore: Keystore): string[] =>
  keystore.entries.map((entry) =>
    [
      `${entry.kind} ${entry.alias}`,
      ...(entry.kind === 'keyPair' ? entry.chain : entry.kind === 'certificate' ? [entry.certificate] : []).map(
        ({ subject }) => subject.short,
      ),
    ].join(', '),
  );
const read = (pem: string | Uint8Array): Promise<Keystore> => readKeystore(Buffer.from(pem), undefined);
const saved = async (keystore: Keystore): Promise<{ text: string; keystore: Keystore }> => {
  const written = await writeChecked(keystore, undefined);
  return { text: Buffer.from(written.bytes).toString('utf8'), keystore: written.keystore };
};
const pem = (der: Uint8Array): string => writePem('CERTIFICATE', der);
const named = (alias: string, block: string): string => `Bag Attributes\n    friendlyName: ${alias}\n${block}`;

describe('PEM bundle', () => {
  it('a key finds its certificate by its public key, the chain is found by names, in any order', async () => {
    const bundle = pem(root!.der) + writePem('PRIVATE KEY', leafKeyByOpenssl) + pem(issuing!.der) + pem(leaf!.der);
    const keystore = await read(bundle);
    assert.deepEqual(text(keystore), ['keyPair leaf, leaf, Issuing, Root']);
    assert.deepEqual(keystore.notes, [{ code: 'key-not-encrypted', alias: 'leaf', sealedOnSave: false }]);
    assert.equal((await saved(keystore)).text, bundle);
  });

  it('what OpenSSL prints is taken by its attributes, and comes back octet for octet', async () => {
    const keystore = await read(bundleByOpenssl);
    assert.deepEqual(text(keystore), ['keyPair old, old']);
    assert.equal((await saved(keystore)).text, bundleByOpenssl.toString());
    const [entry] = keystore.entries;
    assert.ok(entry?.kind === 'keyPair');
    assert.equal((await openKeyOf(entry, { store: foreignPassword }))[0], 0x30);
    await assert.rejects(openKeyOf(entry, { store: 'wrong' }), { code: 'wrong-password' });
  });

  it('comments, other blocks and what follows stay where they are while entries come and go', async () => {
    const bundle = `# ours\r\n${writePem('X509 CRL', Buffer.from('3000', 'hex'))}# theirs\n${pem(root!.der)}# the end\n`;
    const keystore = await read(bundle);
    const added = addCertificates(keystore, [{ alias: 'second', certificate: issuing! }]).keystore;
    const { text: both, keystore: again } = await saved(added);
    assert.deepEqual(text(again), ['certificate Root, Root', 'certificate second, Issuing']);
    assert.ok(both.startsWith('# ours\r\n-----BEGIN X509 CRL-----'));
    assert.ok(both.endsWith('# the end\n'));
    const { text: one } = await saved(removeEntries(again, ['second']).keystore);
    assert.equal(one, bundle);
  });

  it('a root that several chains bring along is no entry, and stays in the file as often as it was', async () => {
    const bundle =
      named('one', writePem('ENCRYPTED PRIVATE KEY', sealedLeafKeyByOpenssl)) +
      named('one', pem(leaf!.der)) +
      pem(issuing!.der) +
      pem(root!.der) +
      pem(root!.der);
    const keystore = await read(bundle);
    assert.deepEqual(text(keystore), ['keyPair one, leaf, Issuing, Root']);
    assert.equal((await saved(keystore)).text, bundle);
  });

  it('a certificate of a chain that has a name of its own is an entry too, until that is deleted', async () => {
    const bundle =
      writePem('PRIVATE KEY', leafKeyByOpenssl) +
      pem(leaf!.der) +
      named('the root', pem(root!.der)) +
      pem(issuing!.der);
    const keystore = await read(bundle);
    assert.deepEqual(text(keystore), ['keyPair leaf, leaf, Issuing, Root', 'certificate the root, Root']);
    const { keystore: without } = await saved(removeEntries(keystore, ['the root']).keystore);
    assert.deepEqual(text(without), ['keyPair leaf, leaf, Issuing, Root']);
  });

  it('holds one certificate under two names, and beside its key pair', async () => {
    let keystore = emptyKeystore('PEM');
    keystore = addKeyPair(keystore, { alias: 'pair', key: sealedKey, chain: [leaf!], created: new Date() }).keystore;
    keystore = addKeyPair(keystore, {
      alias: 'pair again',
      key: sealedKey,
      chain: [leaf!],
      created: new Date(),
    }).keystore;
    for (const alias of ['copy', 'another copy']) {
      keystore = addCertificates(keystore, [{ alias, certificate: leaf! }]).keystore;
    }
    assert.deepEqual(text((await saved(keystore)).keystore), text(keystore));
  });

  it('a key without a certificate takes none that has another name', async () => {
    let keystore = addKeyPair(emptyKeystore('PEM'), {
      alias: 'bare',
      key: sealedKey,
      chain: [],
      created: new Date(),
    }).keystore;
    keystore = addCertificates(keystore, [{ alias: 'other', certificate: root! }]).keystore;
    const again = (await saved(keystore)).keystore;
    assert.deepEqual(text(again), ['keyPair bare', 'certificate other, Root']);
    assert.deepEqual(again.notes, [{ code: 'key-without-certificate', alias: 'bare' }]);
  });

  it('renames key pairs and certificates, whatever is in the name', async () => {
    let keystore = await read(
      writePem('PRIVATE KEY', leafKeyByOpenssl) + chainByOpenssl.toString() + writePem('PKCS7', pkcs7ByOpenssl),
    );
    assert.deepEqual(text(keystore), ['keyPair leaf, leaf, Issuing, Root', 'certificate old, old']);
    for (const [from, to] of [
      ['leaf', 'W\u00fcrzburg $& \\1'],
      ['old', 'localKeyID: 01'],
    ] as const) {
      keystore = (await saved(renameEntry(keystore, from, to).keystore)).keystore;
      assert.ok(keystore.entries.some(({ alias }) => alias === to));
    }
  });

  it('a bundle some certificates of which are deleted is taken apart', async () => {
    const keystore = await read(writePem('PKCS7', pkcs7ByOpenssl) + pem(root!.der));
    const { keystore: left } = await saved(removeEntries(keystore, ['old']).keystore);
    assert.deepEqual(text(left), ['certificate Root, Root']);
  });

  it('keys of the old form are key pairs without certificates, each under a name', async () => {
    const keystore = await read(legacyKeysByOpenssl);
    assert.deepEqual(text(keystore), ['keyPair private key 1', 'keyPair private key 2', 'keyPair private key 3']);
    for (const entry of keystore.entries) {
      assert.ok(entry.kind === 'keyPair' && entry.key.form === 'legacyPem');
      assert.equal((await openKeyOf(entry, { store: foreignPassword }))[0], 0x30);
    }
    const { text: renamed } = await saved(renameEntry(keystore, 'private key 2', 'dsa').keystore);
    assert.match(
      renamed,
      /friendlyName: dsa\n-----BEGIN DSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC/,
    );
  });

  it('of thousands of certificates of one name each has its own alias', async () => {
    const many = 3_000;
    const bundle = Array.from({ length: many }, (_, i) => {
      // Only the serial number differs; nobody checks the signature here.
      const der = Buffer.from(root!.der);
      const at = der.indexOf(Buffer.from(root!.serialNumber, 'hex'));
      der.writeUInt16BE(0x1000 + i, at);
      return pem(der);
    });
    const keystore = await read(bundle.join(''));
    assert.equal(new Set(keystore.entries.map(({ alias }) => alias)).size, many);
    assert.equal(keystore.entries.at(-1)?.alias, `Root ${many}`);
  });

  it('reads UTF-16 and writes UTF-8', async () => {
    const keystore = await read(Buffer.from(`\ufeff${named('W\u00fcrzburg', pem(root!.der))}`, 'utf16le'));
    assert.deepEqual(text(keystore), ['certificate W\u00fcrzburg, Root']);
    assert.ok((await saved(keystore)).text.startsWith('Bag Attributes\n    friendlyName: W\u00fcrzburg\n'));
  });

  for (const [what, file, code, line] of [
    ['a block without an end', `x\n${pem(root!.der).slice(0, 300)}`, 'damaged', 2],
    ['a block of other than base64', pem(root!.der).replace('MII', 'M!I'), 'damaged', 1],
    ['a request alone', writePem('CERTIFICATE REQUEST', Buffer.from('3000', 'hex')), 'not-a-keystore', undefined],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(read(file), (error: { code: string; place: { line?: number }; next?: string }) => {
        assert.deepEqual([error.code, error.place.line], [code, line]);
        assert.ok(error.next);
        return true;
      });
    });
  }
});
