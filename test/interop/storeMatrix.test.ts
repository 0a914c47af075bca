import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { convertKeystore, openKeyOf, type KeystorePasswords } from '../../src/core/keystore/convert';
import { addCertificates, removeEntries } from '../../src/core/keystore/edit';
import type { Keystore, StoreType } from '../../src/core/keystore/model';
import { readKeystore, readWithoutPassword, writeChecked } from '../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../support/testCertificates';
import { StayingKeytool } from '../support/keytool';
import { requireTool, runTool } from '../support/tools';

const password = 'Matrix-1a';
const keyPassword = 'Other-2b';

/** `alias | kind | subject | SHA-256`, a line each, sorted. Secret keys have neither of the last two. */
type Listing = readonly string[];

interface Kind {
  readonly name: string;
  readonly type: StoreType;
  readonly make: (file: string) => void | Promise<void>;
  /** Who lists it beside us. */
  readonly by?: 'keytool' | 'openssl';
  readonly keyPassword?: string;
  /** Aliases that we have and the other program does not show (bags without a name get a number here). */
  readonly ignoreAliases?: boolean;
  /** The other program opens it without a password. */
  readonly noPassword?: boolean;
}

/** Keystores of every kind that keytool and openssl make: listed alike by both sides, before and after a save of ours, and in other formats. */
describe('keystores of every kind, with keytool and openssl', function () {
  this.timeout(120_000);
  let folder: string;
  let other: TestIdentity;
  const at = (name: string): string => path.join(folder, name);
  let staying: StayingKeytool;
  /** How Java is to write PKCS#12 it is told by options of its own: another process. */
  const keytool = async (...args: string[]): Promise<string> =>
    args.some((arg) => arg.startsWith('-J')) ? runTool('keytool', args, { cwd: folder }) : staying.run(args);
  const openssl = (...args: string[]): string => runTool('openssl', args, { cwd: folder });

  before(async function () {
    requireTool(this, 'keytool');
    requireTool(this, 'openssl');
    folder = mkdtempSync(path.join(os.tmpdir(), 'matrix-'));
    staying = new StayingKeytool(folder);
    mkdirSync(at('keys'));
    other = await makeCa('Added Later', { organization: 'Flow' });
    writeFileSync(at('other.pem'), other.pem);
  });
  after(() => {
    if (!folder) return;
    staying.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const generate = async (file: string, type: string, ...how: string[]): Promise<void> => {
    await keytool(
      ...['-genkeypair', '-keystore', file, '-storetype', type, '-storepass', password, '-alias', 'pair'],
      ...['-dname', 'CN=pair, O=Flow', '-validity', '90'],
      ...how,
    );
  };
  const viaKeytool = (type: StoreType, name: string, how: string[], more: Partial<Kind> = {}): Kind => ({
    name: `${type} by keytool: ${name}`,
    type,
    make: (file) => generate(file, type, ...how),
    ...more,
  });
  /** A chain of three, made with keytool alone. */
  const withChain = async (file: string, type: string): Promise<void> => {
    const store = ['-keystore', file, '-storetype', type, '-storepass', password];
    const step = (...args: string[]): Promise<string> => keytool(...args, ...store);
    await step('-genkeypair', '-alias', 'root', '-keyalg', 'EC', '-dname', 'CN=Root, O=Flow', '-ext', 'bc:c');
    await step('-genkeypair', '-alias', 'issuing', '-keyalg', 'EC', '-dname', 'CN=Issuing, O=Flow', '-ext', 'bc:c');
    await step('-genkeypair', '-alias', 'pair', '-keyalg', 'EC', '-dname', 'CN=pair, O=Flow');
    for (const [alias, issuer, ext] of [
      ['issuing', 'root', 'bc:c'],
      ['pair', 'issuing', 'eku=clientAuth'],
    ]) {
      await step('-certreq', '-alias', alias!, '-file', at('req.pem'));
      await step(
        '-gencert',
        '-alias',
        issuer!,
        '-infile',
        at('req.pem'),
        '-outfile',
        at('crt.pem'),
        '-rfc',
        '-ext',
        ext!,
      );
      await step('-importcert', '-alias', alias!, '-file', at('crt.pem'), '-noprompt');
    }
    await step('-delete', '-alias', 'issuing');
  };
  const protection = (certificates: string, mac: string, key = 'PBEWithHmacSHA256AndAES_256'): string[] =>
    [
      ['certProtectionAlgorithm', certificates],
      ['macAlgorithm', mac],
      ['keyProtectionAlgorithm', key],
    ].map(([name, value]) => `-J-Dkeystore.pkcs12.${name!}=${value!}`);

  const keyKinds: readonly (readonly [name: string, ...how: string[]])[] = [
    ['RSA', '-keyalg', 'RSA', '-keysize', '2048'],
    ['EC P-384', '-keyalg', 'EC', '-groupname', 'secp384r1'],
    ['DSA', '-keyalg', 'DSA', '-keysize', '2048'],
    ['Ed25519', '-keyalg', 'Ed25519'],
    ['RSASSA-PSS', '-keyalg', 'RSASSA-PSS', '-keysize', '2048'],
  ];
  const secretKey = (type: StoreType): Kind => ({
    name: `${type} by keytool: a secret key between two others`,
    type,
    make: async (file) => {
      const store = ['-keystore', file, '-storetype', type, '-storepass', password];
      await keytool('-importcert', '-noprompt', '-alias', 'a first', '-file', 'other.pem', ...store);
      await keytool('-genseckey', '-alias', 'm secret', '-keyalg', 'AES', '-keysize', '256', ...store);
      await generate(file, type, '-keyalg', 'EC', '-alias', 'z pair');
    },
  });
  const trusted = (type: StoreType): Kind => ({
    name: `${type} by keytool: trusted certificates, an umlaut and a blank in the alias`,
    type,
    make: async (file) => {
      const store = ['-keystore', file, '-storetype', type, '-storepass', password];
      await keytool('-importcert', '-noprompt', '-alias', 'w\u00fcrzburg root', '-file', 'other.pem', ...store);
    },
  });
  const ownKeyPassword = (type: 'JKS' | 'JCEKS'): Kind =>
    viaKeytool(type, 'a key with a password of its own', ['-keyalg', 'EC', '-keypass', keyPassword], { keyPassword });

  /** A key and its certificate as files, by openssl. */
  const opensslKey = (name: string, genpkey: string[]): { key: string; certificate: string } => {
    const key = path.join('keys', `${name}.key`);
    const certificate = path.join('keys', `${name}.pem`);
    openssl('genpkey', ...genpkey, '-out', key);
    openssl('req', '-x509', '-new', '-key', key, '-subj', `/O=Flow/CN=${name}`, '-days', '60', '-out', certificate);
    return { key, certificate };
  };
  const ec = (curve: string): string[] => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`];
  const viaOpenssl = (name: string, genpkey: string[], how: string[], more: Partial<Kind> = {}): Kind => ({
    name: `PKCS12 by openssl: ${name}`,
    type: 'PKCS12',
    by: 'openssl',
    make: (file) => {
      const { key, certificate } = opensslKey(name.replace(/\W+/g, '-'), genpkey);
      openssl(
        ...['pkcs12', '-export', '-inkey', key, '-in', certificate, '-out', file, '-name', 'pair'],
        ...['-passout', `pass:${password}`, ...how],
      );
    },
    ...more,
  });
  const p256 = ec('P-256');

  const kinds: readonly Kind[] = [
    ...(['PKCS12', 'JKS', 'JCEKS'] as const).flatMap((type) => [
      ...keyKinds.map(([name, ...how]) => viaKeytool(type, name, how)),
      { name: `${type} by keytool: a chain of three`, type, make: (file: string) => withChain(file, type) },
      trusted(type),
    ]),
    secretKey('PKCS12'),
    secretKey('JCEKS'),
    ownKeyPassword('JKS'),
    ownKeyPassword('JCEKS'),
    viaKeytool('PKCS12', 'the old way (RC2-40, 3DES, SHA-1)', ['-keyalg', 'RSA', '-J-Dkeystore.pkcs12.legacy']),
    ...['SHA224', 'SHA384', 'SHA512', 'SHA512/224', 'SHA512/256'].map((hash) =>
      viaKeytool('PKCS12', `MAC by ${hash}`, [
        '-keyalg',
        'EC',
        ...protection('PBEWithHmacSHA256AndAES_256', `HmacPBE${hash}`),
      ]),
    ),
    viaKeytool('PKCS12', 'certificates in the open', ['-keyalg', 'EC', ...protection('NONE', 'HmacPBESHA256')]),
    viaKeytool('PKCS12', 'no MAC', ['-keyalg', 'EC', ...protection('PBEWithHmacSHA256AndAES_256', 'NONE')]),
    {
      name: 'PKCS12 by keytool: no password at all, as cacerts of newer JDKs',
      type: 'PKCS12',
      noPassword: true,
      make: async (file) => {
        const store = ['-keystore', file, '-storetype', 'PKCS12', '-storepass', password];
        await keytool(
          '-importcert',
          '-noprompt',
          '-alias',
          'open',
          '-file',
          'other.pem',
          ...protection('NONE', 'NONE'),
          ...store,
        );
      },
    },
    viaOpenssl('RSA', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], []),
    viaOpenssl('RSA-PSS', ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'], []),
    viaOpenssl('P-521', ec('P-521'), []),
    viaOpenssl('secp256k1', ec('secp256k1'), []),
    viaOpenssl('brainpoolP384r1', ec('brainpoolP384r1'), []),
    viaOpenssl('Ed25519', ['-algorithm', 'ED25519'], []),
    viaOpenssl('Ed448', ['-algorithm', 'ED448'], []),
    viaOpenssl('the old way', p256, ['-legacy']),
    viaOpenssl('3DES and SHA-1', p256, ['-descert', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']),
    viaOpenssl('RC2-128', p256, ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-RC2-128']),
    viaOpenssl('AES-128', p256, ['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-192-CBC']),
    viaOpenssl('MAC by SHA-512', p256, ['-macalg', 'sha512']),
    viaOpenssl('no MAC', p256, ['-nomac']),
    viaOpenssl('certificates in the open', p256, ['-certpbe', 'NONE']),
    viaOpenssl('a key in the open', p256, ['-keypbe', 'NONE']),
    viaOpenssl('without a name for the certificate', p256, ['-caname', 'unused'], { ignoreAliases: true }),
  ];

  const dn = (text: string): string =>
    text
      .split(/,\s*|\//)
      .map((part) => part.trim().replace(/\s*=\s*/, '='))
      .filter(Boolean)
      .sort()
      .join(',');

  const ours = (keystore: Keystore): Listing =>
    keystore.entries
      .map((entry) => {
        const kind = { keyPair: 'PrivateKeyEntry', certificate: 'trustedCertEntry', secretKey: 'SecretKeyEntry' };
        const chain = entry.kind === 'keyPair' ? entry.chain : entry.kind === 'certificate' ? [entry.certificate] : [];
        return [
          entry.alias.toLowerCase(),
          entry.kind === 'unknown' ? '?' : kind[entry.kind],
          ...chain.map(({ subject, sha256 }) => `${dn(subject.toString())} ${sha256}`),
        ].join(' | ');
      })
      .sort();

  const listedByKeytool = async (file: string): Promise<Listing> =>
    (await keytool('-list', '-v', '-keystore', file, '-storepass', password))
      .split(/^Alias name: /m)
      .slice(1)
      .map((text) => {
        const alias = /^.*/.exec(text)?.[0] ?? '';
        const kind = /Entry type: (\w+)/.exec(text)?.[1] ?? '?';
        const owners = [...text.matchAll(/^Owner: (.*)$/gm)].map(([, owner = '']) => dn(owner));
        const prints = [...text.matchAll(/^\s*SHA256: ([0-9A-F:]+)$/gm)].map(([, print = '']) => print);
        const chain = owners.map((owner, i) => `${owner} ${(prints[i] ?? '').replaceAll(':', '').toLowerCase()}`);
        return [alias, kind, ...chain].join(' | ');
      })
      .sort();

  /** openssl tells names, subjects and certificates; whether there is a key for one it tells by the key itself. */
  const listedByOpenssl = (file: string): Listing => {
    const dump = (...how: string[]): string =>
      openssl('pkcs12', '-in', file, '-legacy', '-passin', `pass:${password}`, '-nodes', ...how);
    const keys = dump('-nocerts').match(/-----BEGIN PRIVATE KEY-----/g)?.length ?? 0;
    const blocks = [...dump('-nokeys').matchAll(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)];
    assert.equal(keys, 1);
    const certificates = blocks.map(([pem]) => {
      writeFileSync(at('one.pem'), pem);
      const text = openssl(
        'x509',
        '-in',
        'one.pem',
        '-noout',
        '-subject',
        '-nameopt',
        'RFC2253',
        '-fingerprint',
        '-sha256',
      );
      const subject = /^subject=(.*)$/m.exec(text)?.[1] ?? '';
      const print = /Fingerprint=([0-9A-F:]+)/i.exec(text)?.[1] ?? '';
      return `${dn(subject)} ${print.replaceAll(':', '').toLowerCase()}`;
    });
    const alias = /friendlyName: (.*)/.exec(dump('-nocerts'))?.[1] ?? '1';
    return [[alias, 'PrivateKeyEntry', ...certificates].join(' | ')];
  };
  const listedByThem = async (kind: Kind, file: string): Promise<Listing> =>
    kind.by === 'openssl' ? listedByOpenssl(file) : await listedByKeytool(file);

  const read = (file: string, kind: Kind): Promise<Keystore> =>
    readKeystore(readFileSync(at(file)), kind.noPassword ? undefined : password);
  const passwordsOf = (kind: Kind, keystore: Keystore): KeystorePasswords => ({
    store: password,
    ...(kind.keyPassword !== undefined && {
      keys: new Map(keystore.entries.map(({ alias }) => [alias, kind.keyPassword!])),
    }),
  });
  const openAllKeys = async (keystore: Keystore, passwords: KeystorePasswords): Promise<void> => {
    for (const entry of keystore.entries) {
      if (entry.kind === 'keyPair') assert.equal((await openKeyOf(entry, passwords))[0], 0x30);
    }
  };

  kinds.forEach((kind, number) => {
    const theirs = `${number}.store`;
    const saved = `${number}.saved`;

    it(`${kind.name}: read here`, async () => {
      await kind.make(at(theirs));
      const keystore = await read(theirs, kind);
      assert.equal(keystore.type, kind.type);
      assert.deepEqual(ours(keystore), await listedByThem(kind, at(theirs)));
      await openAllKeys(keystore, passwordsOf(kind, keystore));
      if (!kind.noPassword && kind.type !== 'PKCS12') {
        const seen = await readWithoutPassword(readFileSync(at(theirs)));
        assert.deepEqual(seen && ours(seen), ours(keystore));
        await assert.rejects(readKeystore(readFileSync(at(theirs)), 'wrong'), { code: 'wrong-password' });
      }
    });

    it(`${kind.name}: saved here`, async () => {
      const keystore = await read(theirs, kind);
      const added = addCertificates(keystore, [{ alias: 'added', certificate: other.certificate }]).keystore;
      const storePassword = kind.noPassword ? undefined : password;
      const { bytes } = await writeChecked(removeEntries(added, ['added']).keystore, storePassword);
      writeFileSync(at(saved), bytes);
      const again = await readKeystore(bytes, storePassword);
      assert.deepEqual(ours(again), ours(keystore));
      assert.deepEqual(await listedByThem(kind, at(saved)), ours(again));
      await openAllKeys(again, passwordsOf(kind, again));
      assert.deepEqual(again.protection?.certificates, keystore.protection?.certificates);
      if (kind.type === 'PKCS12') return;
      // Nothing but the digest at the end may differ, and that follows from the rest.
      assert.equal(Buffer.from(bytes).equals(readFileSync(at(theirs))), true);
    });
  });

  /** PKCS#12 and PEM have no chains of their own: a reader makes them of what is in the file, and they may come out longer. */
  const assertSame = (actual: Keystore, expected: Keystore): void => {
    const rows = ours(actual);
    assert.equal(rows.length, expected.entries.length);
    ours(expected).forEach((row, i) => assert.ok(rows[i]?.startsWith(row), `${rows[i]} is not ${row}`));
  };

  const conversions: readonly (readonly [from: string, to: StoreType])[] = (
    ['PKCS12', 'JKS', 'JCEKS'] as const
  ).flatMap((type) =>
    ['RSA', 'a chain of three', 'Ed25519'].flatMap((name) =>
      (['PKCS12', 'JKS', 'JCEKS', 'PEM'] as const).map((to) => [`${type} by keytool: ${name}`, to] as const),
    ),
  );
  for (const [from, to] of conversions) {
    it(`${from}: converted to ${to} with another password`, async () => {
      const number = kinds.findIndex(({ name }) => name === from);
      const kind = kinds[number]!;
      if (number < 0) assert.fail(`no kind ${from}`);
      const keystore = await read(`${number}.store`, kind);
      const next = 'Converted-3c';
      const made = await convertKeystore(keystore, passwordsOf(kind, keystore), { type: to, password: next });
      assert.deepEqual(made.leftOut, []);
      const { bytes, keystore: again } = await writeChecked(made.keystore, to === 'PEM' ? undefined : next);
      assertSame(again, keystore);
      await openAllKeys(again, { store: next });
      writeFileSync(at('converted'), bytes);
      if (to === 'PEM') {
        const keys = openssl('pkey', '-in', 'converted', '-passin', `pass:${next}`, '-noout', '-text_pub');
        assert.match(keys, /Public-Key|Public Key|pub:/);
        return;
      }
      const exported = ['-destkeystore', 'out.p12', '-deststoretype', 'PKCS12', '-deststorepass', next, '-noprompt'];
      rmSync(at('out.p12'), { force: true });
      // keytool opens every key for this.
      await keytool('-importkeystore', '-srckeystore', 'converted', '-srcstorepass', next, ...exported);
      const copy = await readKeystore(readFileSync(at('out.p12')), next);
      assertSame(copy, keystore);
    });
  }

  it('PKCS12 with a secret key: another password, and keytool still has the secret', async () => {
    const number = kinds.findIndex(({ name }) => name === secretKey('PKCS12').name);
    const keystore = await read(`${number}.store`, kinds[number]!);
    const made = await convertKeystore(keystore, { store: password }, { type: 'PKCS12', password: 'Changed-4d' });
    assert.deepEqual(made.leftOut, []);
    writeFileSync(at('changed.p12'), (await writeChecked(made.keystore, 'Changed-4d')).bytes);
    rmSync(at('jceks'), { force: true });
    await keytool(
      ...['-importkeystore', '-srckeystore', 'changed.p12', '-srcstorepass', 'Changed-4d', '-noprompt'],
      ...['-destkeystore', 'jceks', '-deststoretype', 'JCEKS', '-deststorepass', password],
    );
    const copy = await readKeystore(readFileSync(at('jceks')), password);
    assert.deepEqual(ours(copy), ours(keystore));
  });

  it('a key with a password of its own is told apart from a wrong password', async () => {
    const number = kinds.findIndex(({ name }) => name === ownKeyPassword('JKS').name);
    const keystore = await read(`${number}.store`, kinds[number]!);
    await assert.rejects(convertKeystore(keystore, { store: password }, { type: 'PKCS12', password }), {
      code: 'wrong-password',
      message: /password of its own/,
      place: { detail: 'pair' },
    });
  });
});
