import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { children, contentsOf, octetsOf, readNode } from '../../../src/core/asn1/der';
import { openJceksKey, openJksKey, sealJceksKey, sealJksKey } from '../../../src/core/keys/javaProtectors';
import { openSealedKey } from '../../../src/core/keys/sealedKey';
import { getKeyPair } from '../../../src/core/keystore/edit';
import { readKeystore } from '../../../src/core/keystore/store';
import { foreignPassword, jceksByKeytool, jksByKeytool } from '../../support/foreignKeystores';

const info = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' });

/** The parameters and the encrypted octets of an EncryptedPrivateKeyInfo. */
function partsOf(der: Uint8Array): { parameters: ReturnType<typeof readNode>; data: Uint8Array } {
  const [algorithm, octets] = children(readNode(der));
  const [, parameters] = children(algorithm!);
  return { parameters: parameters!, data: octetsOf(octets!) };
}
const anyCount = (count: number): number => count;

describe("the protection of keys in Java's keystores", function () {
  this.timeout(120_000);

  for (const [type, bytes] of [
    ['JKS', jksByKeytool],
    ['JCEKS', jceksByKeytool],
  ] as const) {
    it(`${type}: a key that keytool sealed is the one of its certificate; another password opens nothing`, async () => {
      const keystore = await readKeystore(bytes, foreignPassword);
      const entry = keystore.entries.find(({ kind }) => kind === 'keyPair');
      assert.ok(entry);
      const { key, chain } = getKeyPair(keystore, entry.alias);
      const opened = Buffer.from(await openSealedKey(key, foreignPassword));
      const mine = createPublicKey(createPrivateKey({ key: opened, format: 'der', type: 'pkcs8' }));
      assert.deepEqual(
        mine.export({ format: 'der', type: 'spki' }),
        Buffer.from(chain[0]!.spki),
        'the public key that belongs to it',
      );
      for (const wrong of ['', 'foreign-1a', `${foreignPassword} `, 'W\u00fcrzburg-1']) {
        await assert.rejects(openSealedKey(key, wrong), { code: 'wrong-password' }, wrong);
      }
    });
  }

  it('JKS: opens what it sealed, with any characters in the password, salted anew each time', () => {
    for (const password of ['a', 'Gr\u00fc\u00dfe-1', '\u{1f511}\u{1f511}', 'x'.repeat(200)]) {
      const sealed = sealJksKey(info, password);
      const { data } = partsOf(sealed);
      assert.deepEqual(Buffer.from(openJksKey(data, password)!), info);
      assert.equal(openJksKey(data, `${password}.`), undefined);
      assert.notDeepEqual(sealJksKey(info, password), sealed);
    }
  });

  it('JKS: a single changed bit anywhere is a wrong password, never a key', () => {
    const { data } = partsOf(sealJksKey(info, 'Keystore-1'));
    for (let at = 0; at < data.length; at += 7) {
      const broken = Buffer.from(data);
      broken[at]! ^= 1;
      assert.equal(openJksKey(broken, 'Keystore-1'), undefined, `octet ${at}`);
    }
    for (const length of [0, 20, 39]) {
      assert.throws(() => openJksKey(data.subarray(0, length), 'Keystore-1'), { code: 'damaged' });
    }
  });

  it('JCEKS: opens what it sealed; other than ASCII is refused when sealing, and opens nothing', async () => {
    const { parameters, data } = partsOf(await sealJceksKey(info, 'Keystore-1'));
    assert.deepEqual(Buffer.from((await openJceksKey(parameters, data, 'Keystore-1', anyCount))!), info);
    assert.equal(await openJceksKey(parameters, data, 'Gr\u00fc\u00dfe-1', anyCount), undefined);
    await assert.rejects(sealJceksKey(info, 'Gr\u00fc\u00dfe-1'), { code: 'password-not-allowed' });
    await assert.rejects(sealJceksKey(info, 'tab\t1'), { code: 'password-not-allowed' });
  });

  it('JCEKS: asks whether the count of rounds may be, and ends when it is cancelled', async () => {
    const { parameters, data } = partsOf(await sealJceksKey(info, 'Keystore-1'));
    const asked: number[] = [];
    const refuse = (count: number): number => {
      asked.push(count);
      throw new Error('too many');
    };
    await assert.rejects(openJceksKey(parameters, data, 'Keystore-1', refuse), /too many/);
    assert.deepEqual(asked, [200_000]);
    const aborter = new AbortController();
    const opening = openJceksKey(parameters, data, 'Keystore-1', anyCount, aborter.signal);
    aborter.abort();
    await assert.rejects(opening, { name: 'AbortError' });
  });

  it('JCEKS: parameters that are none are damage', async () => {
    const { data } = partsOf(await sealJceksKey(info, 'Keystore-1'));
    const seven = readNode(Buffer.from('300c04070102030405060702010a', 'hex'));
    assert.equal(contentsOf(children(seven)[0]!).length, 7);
    for (const [parameters, why] of [
      [readNode(Buffer.from('0500', 'hex')), /incomplete/],
      [readNode(Buffer.from('300a04080102030405060708', 'hex')), /incomplete/],
      [seven, /salt/],
    ] as const) {
      await assert.rejects(openJceksKey(parameters, data, 'Keystore-1', anyCount), { code: 'damaged', message: why });
    }
  });
});
