import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { context, element, integer, octetString, oid, sequence } from '../../src/core/asn1/der';
import { encryptWithPassword } from '../../src/core/keys/encrypt';
import { keyObjectOf, openSealedKey, sealKey } from '../../src/core/keys/sealedKey';
import { addCertificates, getKeyPair } from '../../src/core/keystore/edit';
import type { Keystore } from '../../src/core/keystore/model';
import { makeBag, makeCertificateBag, type BagNames } from '../../src/core/keystore/pkcs12/bag';
import { makeMac } from '../../src/core/keystore/pkcs12/mac';
import { bagOid, contentOid } from '../../src/core/keystore/pkcs12/oids';
import { readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../support/testCertificates';
import { StayingKeytool } from '../support/keytool';
import { requireTool, runTool } from '../support/tools';

const password = 'Keystore-1';

/** PKCS#12 files as no usual tool writes them, made bag by bag: what is listed has to be what Java lists. */
describe('odd PKCS#12 files', function () {
  this.timeout(60_000);
  let folder: string;
  let root: TestIdentity;
  let one: TestIdentity;
  let two: TestIdentity;

  let keytool: StayingKeytool;

  before(async function () {
    requireTool(this, 'keytool');
    requireTool(this, 'openssl');
    folder = mkdtempSync(path.join(os.tmpdir(), 'odd-'));
    keytool = new StayingKeytool(folder);
    root = await makeCa('Root');
    one = await root.issue('one');
    two = await root.issue('two');
  });
  after(() => {
    if (!folder) return;
    keytool.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (name: string): string => path.join(folder, name);
  const key = async (identity: TestIdentity, names: BagNames): Promise<Uint8Array> =>
    makeBag(bagOid.shroudedKey, (await sealKey(identity.privateKeyInfo, password)).der, names);
  const certificate = (identity: TestIdentity, names: BagNames = {}): Uint8Array =>
    makeCertificateBag(identity.certificate.der, names);
  const open = (...bags: Uint8Array[]): Uint8Array =>
    sequence(oid(contentOid.data), context(0, octetString(sequence(...bags))));
  const encrypted = async (...bags: Uint8Array[]): Promise<Uint8Array> => {
    const { algorithm, data } = await encryptWithPassword(sequence(...bags), password);
    const info = sequence(oid(contentOid.data), algorithm, element(0x80, data));
    return sequence(oid(contentOid.encryptedData), context(0, sequence(integer(0), info)));
  };
  const file = async (...safes: Uint8Array[]): Promise<Uint8Array> => {
    const content = sequence(...safes);
    const data = sequence(oid(contentOid.data), context(0, octetString(content)));
    return sequence(integer(3), data, await makeMac(content, password));
  };

  /** `alias: kind, owners from the leaf up`, by alias. */
  const ours = ({ entries }: Keystore): string[] =>
    entries
      // Java does not know them at all; a note says so.
      .filter((entry) => entry.kind !== 'keyPair' || entry.key.form === 'encrypted')
      .map((entry) => {
        const chain = entry.kind === 'keyPair' ? entry.chain : entry.kind === 'certificate' ? [entry.certificate] : [];
        const owners = chain.map(({ subject }) => subject.toString()).join(' < ');
        return `${entry.alias.toLowerCase()}: ${entry.kind}, ${owners}`;
      })
      .sort();
  const keytools = async (name: string): Promise<string[]> => {
    const listing = await keytool.run(['-list', '-v', '-keystore', name, '-storepass', password]);
    return listing
      .split(/^Alias name: /m)
      .slice(1)
      .map((text) => {
        const alias = /^.*/.exec(text)?.[0] ?? '';
        const kind = text.includes('Entry type: PrivateKeyEntry') ? 'keyPair' : 'certificate';
        const owners = [...text.matchAll(/^Owner: (.*)$/gm)].map(([, owner]) => owner).join(' < ');
        return `${alias}: ${kind}, ${owners}`;
      })
      .sort();
  };

  const cases: Readonly<Record<string, () => Promise<Uint8Array>>> = {
    'a second key without localKeyID': async () =>
      file(
        open(await key(one, { alias: 'one', localKeyId: '1' }), await key(two, { alias: 'two' })),
        await encrypted(certificate(one, { alias: 'one', localKeyId: '1' }), certificate(two, { alias: 'two' })),
      ),
    'a certificate with the alias of the key and another localKeyID': async () =>
      file(
        open(await key(one, { alias: 'one', localKeyId: '1' })),
        await encrypted(certificate(one, { alias: 'One', localKeyId: '9' })),
      ),
    'several certificates with the localKeyID of the key': async () =>
      file(
        open(await key(one, { alias: 'one', localKeyId: '1' })),
        await encrypted(
          certificate(two, { alias: 'x', localKeyId: '1' }),
          certificate(one, { alias: 'y', localKeyId: '1' }),
        ),
      ),
    'a trusted certificate with the localKeyID of the key': async () =>
      file(
        open(await key(one, { alias: 'one', localKeyId: '1' })),
        await encrypted(certificate(one, { alias: 'trusted', localKeyId: '1', trusted: true })),
      ),
    'key and certificate in one safe, without localKeyIDs': async () =>
      file(open(await key(one, { alias: 'one' }), certificate(one))),
    'key and certificate in two safes, without localKeyIDs': async () =>
      file(open(await key(one, { alias: 'one' })), await encrypted(certificate(one), certificate(root))),
    'a trusted root before the certificate of the key, without localKeyIDs': async () =>
      file(
        open(await key(one, { alias: 'one' })),
        await encrypted(certificate(root, { alias: 'root', trusted: true }), certificate(one)),
      ),
    'a key without any certificate': async () => file(open(await key(one, { alias: 'one', localKeyId: '1' }))),
    'a key that is not encrypted before one that is': async () =>
      file(
        open(
          makeBag(bagOid.key, one.privateKeyInfo, { alias: 'plain', localKeyId: '1' }),
          await key(two, { alias: 'two' }),
        ),
        await encrypted(certificate(two)),
      ),
    'no names at all': async () =>
      file(
        open(await key(one, { localKeyId: '1' }), await key(two, { localKeyId: '2' })),
        await encrypted(
          certificate(one, { localKeyId: '1' }),
          certificate(two, { localKeyId: '2' }),
          certificate(root, { trusted: true }),
        ),
      ),
    'aliases that differ only in case': async () =>
      file(
        open(
          await key(one, { alias: 'Partner', localKeyId: '1' }),
          await key(two, { alias: 'partner', localKeyId: '2' }),
        ),
        await encrypted(
          certificate(one, { alias: 'Partner', localKeyId: '1' }),
          certificate(two, { alias: 'partner', localKeyId: '2' }),
        ),
      ),
    'a trusted certificate and a key of one alias': async () =>
      file(
        await encrypted(certificate(root, { alias: 'one', trusted: true })),
        open(await key(one, { alias: 'ONE', localKeyId: '1' })),
        await encrypted(certificate(one, { alias: 'ONE', localKeyId: '1' })),
      ),
  };

  for (const [what, make] of Object.entries(cases)) {
    it(`lists what keytool lists, before and after a save: ${what}`, async () => {
      const bytes = await make();
      writeFileSync(at('odd.p12'), bytes);
      const keystore = await readKeystore(bytes, password);
      const listed = await keytools('odd.p12');
      assert.deepEqual(ours(keystore), listed);
      const added = await makeCa('Unrelated');
      const edited = addCertificates(keystore, [{ alias: 'unrelated', certificate: added.certificate }]).keystore;
      const saved = await writeKeystore(edited, password);
      writeFileSync(at('saved.p12'), saved);
      const after = await keytools('saved.p12');
      assert.deepEqual(ours(await readKeystore(saved, password)), after);
      const unrelated = 'unrelated: certificate, CN=Unrelated';
      const sealedNow = keystore.entries.some((entry) => entry.kind === 'keyPair' && entry.key.form === 'plain');
      const known = sealedNow ? after.filter((line) => !line.startsWith('plain:')) : after;
      assert.deepEqual(known, [...listed, unrelated].sort());
      // Nothing of what Java does not see is gone.
      for (const { certificate: each } of [one, two, root]) {
        const had = certificatesIn(keystore).includes(each.sha256);
        assert.equal(certificatesIn(await readKeystore(saved, password)).includes(each.sha256), had);
      }
    });
  }

  it('keeps the key with its certificate where an alias is there twice', async () => {
    const keystore = await readKeystore(await cases['aliases that differ only in case']!(), password);
    const saved = await readKeystore(await writeKeystore(keystore, password), password);
    const { key: sealed, chain } = getKeyPair(saved, 'partner');
    const signed = keyObjectOf(await openSealedKey(sealed, password));
    assert.ok(signed.equals(two.privateKey));
    assert.ok(chain[0]?.equals(two.certificate));
    assert.deepEqual(
      saved.notes.map(({ code }) => code),
      ['duplicate-alias', 'certificates-ignored-by-java'],
    );
  });

  it('takes the password of the keys where nothing else proves it', async () => {
    writeFileSync(at('one.pem'), one.privateKeyPem + one.pem);
    const out = ['-nomac', '-certpbe', 'NONE', '-name', 'one', '-out', at('nomac.p12')];
    runTool('openssl', ['pkcs12', '-export', '-in', at('one.pem'), ...out, '-passout', `pass:${password}`]);
    const bytes = readFileSync(at('nomac.p12'));
    await assert.rejects(readKeystore(bytes, 'Another-1'), { code: 'wrong-password' });
    assert.equal((await readKeystore(bytes, password)).entries.length, 1);
  });

  function certificatesIn({ entries, notes }: Keystore): string[] {
    const ignored = notes.flatMap((note) => (note.code === 'certificates-ignored-by-java' ? note.certificates : []));
    const listed = entries.flatMap((entry) =>
      entry.kind === 'keyPair' ? entry.chain : entry.kind === 'certificate' ? [entry.certificate] : [],
    );
    return [...ignored, ...listed].map(({ sha256 }) => sha256);
  }
});
