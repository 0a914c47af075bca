import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { integer } from '../../../src/core/asn1/der';
import { Certificate } from '../../../src/core/certificates/certificate';
import { openSealedKey, sealKey, sealedOctets } from '../../../src/core/keys/sealedKey';
import { trustAnchors } from '../../../src/core/keystore/anchors';
import {
  addCertificates,
  addKeyPair,
  entriesWith,
  findEntry,
  getKeyPair,
  removeEntries,
  renameEntry,
} from '../../../src/core/keystore/edit';
import { backupOf } from '../../../src/core/keystore/backups';
import { readKeystoreFile, writeKeystoreFile } from '../../../src/core/keystore/file';
import type { Keystore } from '../../../src/core/keystore/model';
import { emptyKeystore, maxKeystoreBytes, readKeystore, writeKeystore } from '../../../src/core/keystore/store';

const password = 'changeit';
const roots = (): Certificate[] =>
  tls.rootCertificates
    .slice(0, 4)
    .map((pem) => Certificate.parse(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')));
const newKey = (): Uint8Array =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' });

/** Two key pairs and two trusted certificates. */
async function sample(): Promise<Keystore> {
  const [a, b, c, d] = roots() as [Certificate, Certificate, Certificate, Certificate];
  const created = new Date('2026-03-04T05:06:07Z');
  let keystore = emptyKeystore();
  keystore = addKeyPair(keystore, {
    alias: 'Partner_A',
    key: await sealKey(newKey(), password),
    chain: [a],
    created,
  }).keystore;
  keystore = addKeyPair(keystore, {
    alias: 'partner_b',
    key: await sealKey(newKey(), password),
    chain: [b],
    created: new Date(1_700_000_000_000),
  }).keystore;
  return addCertificates(keystore, [
    { alias: 'root c', certificate: c },
    { alias: 'Wurzel Ü', certificate: d },
  ]).keystore;
}
const shape = (keystore: Keystore): unknown =>
  keystore.entries.map((entry) => [
    entry.alias,
    entry.kind,
    entry.kind === 'keyPair'
      ? entry.chain.map((member) => member.sha256)
      : entry.kind === 'certificate' && entry.certificate.sha256,
    entry.created?.getTime(),
  ]);

describe('keystore', () => {
  it('comes back from PKCS#12 as it went in, keys sealed and openable, and a second save keeps every sealed key byte for byte', async () => {
    const keystore = await sample();
    const bytes = await writeKeystore(keystore, password);
    const again = await readKeystore(bytes, password);
    assert.deepEqual(shape(again), shape(keystore));
    assert.deepEqual(again.notes, []);
    const pair = getKeyPair(again, 'Partner_A');
    assert.deepEqual(
      Buffer.from(await openSealedKey(pair.key, password)),
      Buffer.from(await openSealedKey(getKeyPair(keystore, 'Partner_A').key, password)),
    );
    const third = await readKeystore(await writeKeystore(again, password), password);
    assert.deepEqual(
      Buffer.from(sealedOctets(getKeyPair(third, 'partner_b').key)),
      Buffer.from(sealedOctets(getKeyPair(keystore, 'partner_b').key)),
    );
    assert.deepEqual(
      third.entries.map((entry) => entry.created),
      again.entries.map((entry) => entry.created),
    );
  });

  it('edits return a new keystore and say what changed', async () => {
    const keystore = await sample();
    const renamed = renameEntry(keystore, 'partner_b', 'partner_c');
    assert.deepEqual(renamed.changes, [{ kind: 'renamed', from: 'partner_b', to: 'partner_c' }]);
    assert.ok(findEntry(keystore, 'partner_b') && !findEntry(renamed.keystore, 'partner_b'));
    assert.deepEqual(renameEntry(keystore, 'partner_b', 'Partner_B').changes, [
      { kind: 'renamed', from: 'partner_b', to: 'Partner_B' },
    ]);
    assert.throws(() => renameEntry(keystore, 'partner_b', 'PARTNER_a'), {
      code: 'alias-exists',
      message: /upper from lower/,
    });
    assert.throws(() => renameEntry(keystore, 'nobody', 'x'), { code: 'alias-unknown' });
    const removed = removeEntries(keystore, ['root c', 'Partner_A']);
    assert.deepEqual(
      removed.keystore.entries.map((entry) => entry.alias),
      ['partner_b', 'Wurzel Ü'],
    );
    assert.throws(() => addCertificates(keystore, [{ alias: 'ROOT C', certificate: roots()[0]! }]), {
      code: 'alias-exists',
    });
    assert.throws(() => getKeyPair(keystore, 'root c'), { code: 'not-a-key-pair' });
    assert.deepEqual(
      entriesWith(keystore, roots()[2]!).map((entry) => entry.alias),
      ['root c'],
    );
  });

  it('makes trusted what Java would trust: certificate entries and the leaves of key pairs', async () => {
    assert.deepEqual(
      trustAnchors(await sample()).map((anchor) => anchor.alias),
      ['Partner_A', 'partner_b', 'root c', 'Wurzel Ü'],
    );
  });

  it('refuses a wrong password, also where only the padding could tell', async () => {
    const bytes = await writeKeystore(await sample(), password);
    await assert.rejects(readKeystore(bytes, 'changeIt'), { code: 'wrong-password' });
    await assert.rejects(readKeystore(bytes, undefined), { code: 'password-required' });
    const { key } = getKeyPair(await sample(), 'partner_b');
    for (let i = 0; i < 40; i++) await assert.rejects(openSealedKey(key, `wrong ${i}`), { code: 'wrong-password' });
  });

  it('refuses to write a password that Java could not read back', async () => {
    await assert.rejects(writeKeystore(emptyKeystore(), 'geheim-ü'), { code: 'password-not-allowed' });
    await assert.rejects(writeKeystore(emptyKeystore(), ''), { code: 'password-not-allowed' });
  });

  it('names what a foreign or damaged file is', async () => {
    const bytes = Buffer.from(await writeKeystore(await sample(), password));
    const cases: [Uint8Array, string, RegExp?][] = [
      [new Uint8Array(), 'not-a-keystore', /empty/],
      [Buffer.from('<!DOCTYPE html><html>'), 'not-a-keystore', /web page/],
      [Buffer.from('PK\u0003\u0004rest'), 'not-a-keystore', /zip/],
      [Buffer.from('hello'), 'not-a-keystore', /something else/],
      [roots()[0]!.der, 'not-a-keystore', /certificate/],
      [newKey(), 'not-a-keystore', /private key/],
      [Buffer.from('feedfeed00000002', 'hex'), 'damaged', /ends too early/],
      [Buffer.from('cececece00000002', 'hex'), 'damaged', /ends too early/],
      [new Uint8Array(maxKeystoreBytes + 1), 'too-large', /MB/],
    ];
    for (const [content, code, message] of cases) {
      await assert.rejects(readKeystore(content, password), { code, ...(message && { message }) });
    }
    for (const length of [24, 60, 200, bytes.length - 200, bytes.length - 1]) {
      await assert.rejects(readKeystore(bytes.subarray(0, length), password), { code: 'damaged' }, String(length));
    }
  });

  it('survives every damaged octet: an error or a keystore, never a crash or a hang', async function () {
    this.timeout(60_000);
    const bytes = Buffer.from(await writeKeystore(await sample(), password));
    for (let at = 0; at < bytes.length; at += at < 120 || at > bytes.length - 120 ? 1 : 41) {
      const broken = Buffer.from(bytes);
      broken[at] = (broken[at] ?? 0) ^ 0x15;
      try {
        await readKeystore(broken, password);
      } catch (error) {
        assert.match(
          (error as { code: string }).code,
          /^(damaged|wrong-password|unsupported|not-a-keystore|limit-exceeded)$/,
          `octet ${at}: ${String(error)}`,
        );
      }
    }
  });

  it('refuses two billion rounds of key derivation at once', async () => {
    const bytes = Buffer.from(await writeKeystore(await sample(), password));
    // The MAC's count is the last element of the file. INTEGER 10,000 (2 octets) becomes one of 4: the lengths around it grow by 2.
    assert.deepEqual(bytes.subarray(-4), Buffer.from(integer(10_000)));
    const huge = Buffer.concat([bytes.subarray(0, -4), integer(2_000_000_000)]);
    const outer = huge.readUInt16BE(2);
    huge.writeUInt16BE(outer + 2, 2);
    const mac = huge.length - 6 - 2 - 20 - (2 + 49) - 2;
    assert.equal(huge[mac], 0x30);
    huge[mac + 1] = (huge[mac + 1] ?? 0) + 2;
    const started = process.hrtime.bigint();
    await assert.rejects(readKeystore(huge, password), { code: 'limit-exceeded', message: /2,000,000,000/ });
    assert.ok(process.hrtime.bigint() - started < 2_000_000_000n);
  });

  it('can be cancelled while it derives keys', async () => {
    const bytes = await writeKeystore(await sample(), password);
    const aborter = new AbortController();
    const reading = readKeystore(bytes, password, { signal: aborter.signal });
    aborter.abort();
    await assert.rejects(reading, { name: 'AbortError' });
  });
});

describe('keystore file', () => {
  let folder: string;
  const file = (): string => path.join(folder, 'partner.p12');
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'ks-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is saved whole, the version before kept, nothing left behind', async () => {
    const first = await writeKeystoreFile(file(), Buffer.from('one'), null);
    chmodSync(file(), 0o640);
    const second = await writeKeystoreFile(file(), Buffer.from('two'), first);
    assert.equal(readFileSync(file(), 'utf8'), 'two');
    assert.equal(readFileSync(backupOf(file()), 'utf8'), 'one');
    assert.equal((await readKeystoreFile(file())).stamp, second);
    if (process.platform !== 'win32') assert.equal(statSync(file()).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(folder).sort(), ['partner.p12', 'partner.p12.bak']);
  });

  it('is not overwritten when another program changed, made or deleted it', async () => {
    const stamp = await writeKeystoreFile(file(), Buffer.from('one'), null);
    writeFileSync(file(), 'by keytool');
    await assert.rejects(writeKeystoreFile(file(), Buffer.from('two'), stamp), {
      code: 'changed-on-disk',
      place: { file: file() },
    });
    assert.equal(readFileSync(file(), 'utf8'), 'by keytool');
    await assert.rejects(writeKeystoreFile(file(), Buffer.from('two'), null), {
      code: 'changed-on-disk',
      message: /exists already/,
    });
    rmSync(file());
    await assert.rejects(writeKeystoreFile(file(), Buffer.from('two'), stamp), {
      code: 'changed-on-disk',
      message: /deleted/,
    });
    assert.ok(!existsSync(file()));
  });

  it('behind a symbolic link stays behind it', async function () {
    if (process.platform === 'win32') return this.skip();
    const real = path.join(folder, 'real.p12');
    const stamp = await writeKeystoreFile(real, Buffer.from('one'), null);
    symlinkSync(real, file());
    await writeKeystoreFile(file(), Buffer.from('two'), stamp);
    assert.equal(readFileSync(real, 'utf8'), 'two');
    assert.equal(readFileSync(backupOf(real), 'utf8'), 'one');
  });

  it("keeps its permissions, whatever the mask; a new one is the user's alone", async function () {
    if (process.platform === 'win32') return this.skip();
    const stamp = await writeKeystoreFile(file(), Buffer.from('one'), null);
    assert.equal(statSync(file()).mode & 0o777, 0o600);
    chmodSync(file(), 0o664);
    await writeKeystoreFile(file(), Buffer.from('two'), stamp);
    assert.equal(statSync(file()).mode & 0o777, 0o664);
  });

  it('that cannot be written says so and leaves what was there', async () => {
    const nowhere = path.join(folder, 'no such folder', 'x.p12');
    await assert.rejects(writeKeystoreFile(nowhere, Buffer.from('x'), null), {
      code: 'unwritable',
      place: { file: nowhere },
    });
  });

  it('that is missing, a folder or too large is refused with its name, before it is read', async () => {
    await assert.rejects(readKeystoreFile(file()), { code: 'not-found', place: { file: file() } });
    await assert.rejects(readKeystoreFile(folder), { code: 'unreadable', place: { file: folder } });
    if (existsSync('/dev/zero')) await assert.rejects(readKeystoreFile('/dev/zero'), { code: 'unreadable' });
    writeFileSync(file(), '');
    truncateSync(file(), 160 * 1024 * 1024);
    await assert.rejects(readKeystoreFile(file()), { code: 'too-large', message: /160 MB/, place: { file: file() } });
  });
});
