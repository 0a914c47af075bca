import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sealKey } from '../../src/core/keys/sealedKey';
import { convertKeystore } from '../../src/core/keystore/convert';
import { addCertificates, addKeyPair, getKeyPair, removeEntries, renameEntry } from '../../src/core/keystore/edit';
import type { Keystore } from '../../src/core/keystore/model';
import { describeProtection, protectionOf, weaknessesOf } from '../../src/core/keystore/protection';
import { readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../support/testCertificates';
import { requireTool } from '../support/tools';

const password = 'Keystore-1';

/** What a save leaves as it was: the kind of the MAC and the encryption of the certificates, as openssl names them. */
describe('a PKCS#12 file that is changed keeps its protection', function () {
  this.timeout(60_000);
  let folder: string;
  let identity: TestIdentity;
  let other: TestIdentity;
  const at = (name: string): string => path.join(folder, name);
  const tool = (name: string, args: readonly string[]): string => {
    try {
      return execFileSync(name, args, { cwd: folder, stdio: 'pipe', encoding: 'utf8' });
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${name} ${args.join(' ')}:\n${stdout}${stderr}`, { cause: error });
    }
  };

  before(async function () {
    requireTool(this, 'openssl');
    requireTool(this, 'keytool');
    folder = mkdtempSync(path.join(os.tmpdir(), 'kept-'));
    const ca = await makeCa('Kept Root');
    identity = await ca.issue('Partner A');
    other = await ca.issue('Partner B');
    writeFileSync(at('in.pem'), identity.privateKeyPem + identity.pem);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** `MAC: sha1, Iteration 2048` and how each part is encrypted, as openssl sees it. */
  function seenByOpenssl(file: string): string[] {
    const script = 'exec openssl pkcs12 -info -noout -legacy -in "$0" -passin "pass:$1" 2>&1';
    const text = tool('bash', ['-c', script, file, password]);
    return text.split('\n').filter((line) => /^(MAC:|PKCS7|Shrouded Keybag|Certificate bag)/.test(line));
  }

  const kinds: readonly (readonly [name: string, args: readonly string[]])[] = [
    ['legacy', ['-legacy']],
    ['today', []],
    [
      'RC2-128 and SHA-224',
      ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha224'],
    ],
    ['3DES and SHA-512', ['-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha512']],
    ['AES-128 and SHA-384, 5,000 rounds', ['-certpbe', 'AES-128-CBC', '-macalg', 'sha384', '-iter', '5000']],
    ['PBES2 with 3DES', ['-certpbe', 'DES-EDE3-CBC']],
    ['certificates in the open', ['-certpbe', 'NONE']],
    ['no MAC', ['-nomac']],
    ['one round of the MAC', ['-nomaciter']],
  ];
  for (const [name, args] of kinds) {
    it(name, async () => {
      const base = [
        'pkcs12',
        '-export',
        '-in',
        'in.pem',
        '-name',
        'partner_a',
        '-out',
        'old.p12',
        '-passout',
        `pass:${password}`,
      ];
      tool('openssl', [...base, ...args]);
      const old = await readKeystore(readFileSync(at('old.p12')), password);
      const seen = seenByOpenssl(at('old.p12'));
      let changed: Keystore = addCertificates(old, [{ alias: 'other', certificate: other.certificate }]).keystore;
      changed = renameEntry(changed, 'partner_a', 'partner_x').keystore;
      writeFileSync(at('new.p12'), await writeKeystore(changed, password));
      const listed = (lines: readonly string[]): string[] => [...new Set(lines)].sort();
      assert.deepEqual(listed(seenByOpenssl(at('new.p12'))), listed(seen));
      const again = await readKeystore(readFileSync(at('new.p12')), password);
      assert.deepEqual(protectionOf(again).map(describeProtection), protectionOf(old).map(describeProtection));
      assert.deepEqual(getKeyPair(again, 'partner_x').key, getKeyPair(old, 'partner_a').key, 'the sealed key');
      // Java knows PBES2 with AES alone: what it could not read before it need not read now.
      if (name === 'PBES2 with 3DES') {
        const before = ['-list', '-keystore', 'old.p12', '-storepass', password, '-storetype', 'PKCS12'];
        assert.throws(() => tool('keytool', before), /expecting the object identifier for AES/);
        return;
      }
      const java = tool('keytool', ['-list', '-keystore', 'new.p12', '-storepass', password, '-storetype', 'PKCS12']);
      assert.match(java, /partner_x, .*PrivateKeyEntry/);
    });
  }

  it('PBMAC1, which this openssl may not know, byte for byte as RFC 9579 has it', async () => {
    const key = await sealKey(identity.privateKeyInfo, password);
    const start = addKeyPair(
      {
        type: 'PKCS12',
        entries: [],
        notes: [],
        carried: [],
        protection: {
          certificates: 'encrypted',
          mac: 'sha512',
          macRounds: 12_000,
          pbmac1: { prf: 'sha256', keyLength: 32 },
        },
      },
      { alias: 'partner_a', key, chain: identity.chain, created: new Date() },
    ).keystore;
    const first = await readKeystore(await writeKeystore(start, password), password);
    const expected = { mac: 'sha512', macRounds: 12_000, pbmac1: { prf: 'sha256', keyLength: 32 } };
    const macOf = ({ protection }: Keystore): unknown => {
      const { mac, macRounds, pbmac1 } = protection ?? {};
      return { mac, macRounds, pbmac1 };
    };
    assert.deepEqual(macOf(first), expected);
    assert.ok(
      protectionOf(first)
        .map(describeProtection)
        .includes('Integrity check: PBMAC1 with HMAC-SHA512, PBKDF2-HMAC-SHA256 (12,000 rounds)'),
    );
    const renamed = renameEntry(first, 'partner_a', 'partner_b').keystore;
    const second = await readKeystore(await writeKeystore(renamed, password), password);
    assert.deepEqual(macOf(second), expected);
    await assert.rejects(readKeystore(await writeKeystore(second, password), 'Another-1'), { code: 'wrong-password' });
  });

  it('gives a new key AES-256 in an old file, and all of it today\u2019s methods when it is modernised', async () => {
    const base = [
      'pkcs12',
      '-export',
      '-in',
      'in.pem',
      '-name',
      'partner_a',
      '-out',
      'old.p12',
      '-passout',
      `pass:${password}`,
    ];
    tool('openssl', [...base, '-legacy']);
    const old = await readKeystore(readFileSync(at('old.p12')), password);
    const key = await sealKey(other.privateKeyInfo, password);
    const more = addKeyPair(old, { alias: 'partner_b', key, chain: other.chain, created: new Date() }).keystore;
    writeFileSync(at('new.p12'), await writeKeystore(more, password));
    const bags = seenByOpenssl(at('new.p12')).filter((line) => line.startsWith('Shrouded'));
    assert.equal(bags.length, 2);
    assert.ok(
      bags.some((line) => line.includes('pbeWithSHA1And3-KeyTripleDES')) &&
        bags.some((line) => line.includes('AES-256-CBC')),
    );
    tool('keytool', ['-list', '-keystore', 'new.p12', '-storepass', password]);
    const opened = await readKeystore(readFileSync(at('new.p12')), password);
    const { keystore } = await convertKeystore(opened, { store: password }, { type: 'PKCS12', password });
    writeFileSync(at('modern.p12'), await writeKeystore(keystore, password));
    assert.deepEqual(weaknessesOf(await readKeystore(readFileSync(at('modern.p12')), password)), []);
    assert.ok(seenByOpenssl(at('modern.p12')).every((line) => !/RC2|3-KeyTriple|sha1,/.test(line)));
  });

  it('changes the password of an old file and nothing else about it', async () => {
    const base = [
      'pkcs12',
      '-export',
      '-in',
      'in.pem',
      '-name',
      'partner_a',
      '-out',
      'old.p12',
      '-passout',
      'pass:Another-1',
    ];
    tool('openssl', [...base, '-legacy']);
    const old = await readKeystore(readFileSync(at('old.p12')), 'Another-1');
    const target = { type: 'PKCS12', password, keepMethods: true } as const;
    const { keystore } = await convertKeystore(old, { store: 'Another-1' }, target);
    writeFileSync(at('new.p12'), await writeKeystore(keystore, password));
    const seen = seenByOpenssl(at('new.p12')).join('\n');
    assert.match(seen, /MAC: sha1, Iteration 2048/);
    assert.match(seen, /RC2/);
    assert.match(seen, /Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES/);
  });

  it('of keytool too, old and new', async () => {
    for (const legacy of [true, false]) {
      rmSync(at('kt.p12'), { force: true });
      const flags = legacy ? ['-J-Dkeystore.pkcs12.legacy'] : [];
      const common = ['-keystore', 'kt.p12', '-storepass', password, '-storetype', 'PKCS12'];
      tool('keytool', [...flags, '-genkeypair', '-alias', 'a', '-keyalg', 'EC', '-dname', 'CN=A', ...common]);
      tool('keytool', [...flags, '-genkeypair', '-alias', 'b', '-keyalg', 'EC', '-dname', 'CN=B', ...common]);
      const old = await readKeystore(readFileSync(at('kt.p12')), password);
      const seen = seenByOpenssl(at('kt.p12'));
      const { keystore } = removeEntries(old, ['b']);
      writeFileSync(at('kt2.p12'), await writeKeystore(keystore, password));
      assert.deepEqual([...new Set(seenByOpenssl(at('kt2.p12')))].sort(), [...new Set(seen)].sort());
      assert.match(tool('keytool', ['-list', '-keystore', 'kt2.p12', '-storepass', password]), /a, .*PrivateKeyEntry/);
    }
  });
});
