import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StayingKeytool } from '../support/keytool';
import { requireTool, runTool } from '../support/tools';
import { runCli } from '../support/runCli';

const passwords = { KS: 'Keystore-1', NEW: 'Exported-2', FROM: 'Foreign-3', KEY: 'OwnKey-4' };

interface Known {
  readonly name: 'rsa' | 'ec';
  /** Files, of openssl. */
  readonly key: string;
  readonly certificate: string;
  /** As openssl works it out of the private key (PEM). */
  readonly publicKey: string;
  /** SHA-256 of leaf and root, as openssl says. */
  readonly fingerprints: readonly string[];
}

/** What import and export make of files, and what openssl and keytool make of them: the same certificates, the same keys. */
describe('import and export of the command line, with openssl and keytool', function () {
  this.timeout(120_000);
  let folder: string;
  let staying: StayingKeytool;
  const known = new Map<string, Known>();
  const at = (name: string): string => path.join(folder, name);
  const openssl = (...args: string[]): string => runTool('openssl', args, { cwd: folder });
  const keytool = (...args: string[]): Promise<string> => staying.run(args);
  const knownOf = (name: string): Known => known.get(name)!;

  const cli = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await runCli(args, { env: passwords });
    assert.equal(code, 0, `${args.join(' ')}: ${err}`);
    return out;
  };

  before(function () {
    requireTool(this, 'openssl');
    requireTool(this, 'keytool');
    folder = mkdtempSync(path.join(os.tmpdir(), 'moving-'));
    staying = new StayingKeytool(folder);
    const curve = ['-pkeyopt', 'ec_paramgen_curve:P-256'];
    openssl(
      ...['req', '-x509', '-newkey', 'ec', ...curve, '-nodes', '-keyout', 'root.key', '-out', 'root.pem'],
      ...['-subj', '/O=Moving/CN=Root', '-days', '90', '-addext', 'keyUsage=critical,keyCertSign'],
    );
    const options = { rsa: ['-pkeyopt', 'rsa_keygen_bits:2048'], ec: curve };
    for (const name of ['rsa', 'ec'] as const) {
      const [key, certificate] = [`${name}.key`, `${name}.pem`];
      openssl('genpkey', '-algorithm', name, ...options[name], '-out', key);
      openssl('req', '-new', '-key', key, '-subj', `/O=Moving/CN=Leaf ${name}`, '-out', 'leaf.csr');
      openssl(
        'x509',
        '-req',
        '-in',
        'leaf.csr',
        '-CA',
        'root.pem',
        '-CAkey',
        'root.key',
        '-days',
        '60',
        '-out',
        certificate,
      );
      known.set(name, {
        name,
        key,
        certificate,
        publicKey: openssl('pkey', '-in', key, '-pubout'),
        fingerprints: [certificate, 'root.pem'].map((file) => fingerprintsIn(readFileSync(at(file), 'utf8'))[0]!),
      });
      writeFileSync(
        at(`${name}.chain.pem`),
        readFileSync(at(certificate), 'utf8') + readFileSync(at('root.pem'), 'utf8'),
      );
      openssl(
        ...['pkcs12', '-export', '-inkey', key, '-in', `${name}.chain.pem`, '-name', 'pair', '-out', `${name}.p12`],
        ...['-passout', `pass:${passwords.FROM}`],
      );
    }
  });
  after(() => {
    if (!folder) return;
    staying.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** SHA-256 of each certificate of a PEM text, by openssl. */
  function fingerprintsIn(pem: string): string[] {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return blocks.map((input) => {
      const line = runTool('openssl', ['x509', '-noout', '-fingerprint', '-sha256'], { input });
      return line.replace(/^.*=/, '').replace(/[:\s]/g, '').toLowerCase();
    });
  }
  /** As keytool prints them, in its order. */
  const fingerprintsBy = (printed: string): string[] =>
    [...printed.matchAll(/SHA256: ([0-9A-F:]{95})/g)].map(([, hex]) => hex!.replaceAll(':', '').toLowerCase());
  /** Of a keystore's private key, as keytool signs a request with it: it is not only read, but the right one. */
  const publicKeyByKeytool = async (store: string, password: string, alias = 'pair'): Promise<string> => {
    await keytool('-certreq', '-alias', alias, '-keystore', store, '-storepass', password, '-file', 'proof.csr');
    return openssl('req', '-in', 'proof.csr', '-verify', '-noout', '-pubkey');
  };

  describe('export', () => {
    for (const [name, type] of [
      ['rsa', 'PKCS12'],
      ['ec', 'JKS'],
    ] as const) {
      describe(`${name} of a ${type} keystore`, () => {
        const store = `out ${name}.${type}`;
        const exported = async (form: string, ...args: string[]): Promise<string> => {
          const file = `out ${name} ${type}.${form}`;
          const secret = ['--password-env', 'KS', '--out', at(file), '--force'];
          await cli('export', at(store), 'pair', '--form', form, ...args, ...secret);
          return file;
        };
        before(() =>
          cli(
            ...['import', at(store), at(`${name}.p12`), '--type', type],
            ...['--password-env', 'KS', '--from-password-env', 'FROM'],
          ),
        );

        for (const form of ['pem', 'der']) {
          it(`certificate as ${form}`, async () => {
            const file = await exported(form, '--what', 'certificate');
            const [leaf] = knownOf(name).fingerprints;
            assert.deepEqual(fingerprintsBy(await keytool('-printcert', '-file', file)), [leaf]);
            assert.deepEqual(fingerprintsIn(openssl('x509', '-inform', form, '-in', file)), [leaf]);
          });
        }

        it('chain as pem and p7b', async () => {
          const { fingerprints } = knownOf(name);
          const pem = await exported('pem', '--what', 'chain');
          assert.deepEqual(fingerprintsBy(await keytool('-printcert', '-file', pem)), fingerprints);
          assert.deepEqual(fingerprintsIn(readFileSync(at(pem), 'utf8')), fingerprints);
          const p7b = await exported('p7b', '--what', 'chain');
          assert.deepEqual(fingerprintsBy(await keytool('-printcert', '-file', p7b)).sort(), [...fingerprints].sort());
          const printed = openssl('pkcs7', '-inform', 'DER', '-in', p7b, '-print_certs');
          assert.deepEqual(fingerprintsIn(printed).sort(), [...fingerprints].sort());
        });

        it('key pair as p12', async () => {
          const { fingerprints, publicKey } = knownOf(name);
          const file = await exported('p12', '--new-password-env', 'NEW');
          const plain = openssl('pkcs12', '-in', file, '-nodes', '-passin', `pass:${passwords.NEW}`);
          assert.deepEqual(fingerprintsIn(plain), fingerprints);
          assert.equal(runTool('openssl', ['pkey', '-pubout'], { input: plain }), publicKey);
          const listed = await keytool('-list', '-v', '-keystore', file, '-storepass', passwords.NEW);
          assert.match(listed, /Alias name: pair\r?\n[^]*Entry type: PrivateKeyEntry/);
          assert.deepEqual(fingerprintsBy(listed), fingerprints);
          assert.equal(await publicKeyByKeytool(file, passwords.NEW), publicKey);
          assert.throws(() => openssl('pkcs12', '-in', file, '-noout', '-passin', `pass:${passwords.KS}`));
        });

        it('key pair as pkcs8', async () => {
          const { fingerprints, publicKey } = knownOf(name);
          const file = await exported('pkcs8', '--new-password-env', 'NEW');
          const text = readFileSync(at(file), 'utf8');
          assert.deepEqual(text.match(/BEGIN [A-Z ]*KEY/g), ['BEGIN ENCRYPTED PRIVATE KEY']);
          assert.equal(openssl('pkey', '-in', file, '-passin', `pass:${passwords.NEW}`, '-pubout'), publicKey);
          openssl('pkey', '-in', file, '-passin', `pass:${passwords.NEW}`, '-check', '-noout');
          assert.throws(() => openssl('pkey', '-in', file, '-passin', `pass:${passwords.KS}`, '-noout'));
          assert.deepEqual(fingerprintsIn(text), fingerprints);
        });
      });
    }
  });

  describe('import of certificates', () => {
    const exportTrusted = (file: string, ...form: string[]): unknown =>
      keytool(
        ...['-exportcert', ...form, '-alias', 'leaf', '-file', file],
        ...['-keystore', 'trust.jks', '-storepass', passwords.FROM],
      );
    const forms: readonly (readonly [what: string, both: boolean, make: (file: string) => unknown])[] = [
      ['DER by openssl', false, (file) => openssl('x509', '-in', 'ec.pem', '-outform', 'DER', '-out', file)],
      ['PEM by openssl', false, (file) => openssl('x509', '-in', 'ec.pem', '-out', file)],
      ['PEM with text before it', false, (file) => openssl('x509', '-in', 'ec.pem', '-text', '-out', file)],
      [
        'trusted PEM by openssl',
        false,
        (file) => openssl('x509', '-in', 'ec.pem', '-trustout', '-addtrust', 'clientAuth', '-out', file),
      ],
      ['p7b in PEM', true, (file) => openssl('crl2pkcs7', '-nocrl', '-certfile', 'ec.chain.pem', '-out', file)],
      [
        'p7b in DER',
        true,
        (file) => openssl('crl2pkcs7', '-nocrl', '-certfile', 'ec.chain.pem', '-outform', 'DER', '-out', file),
      ],
      ['DER by keytool', false, (file) => exportTrusted(file)],
      ['PEM by keytool', false, (file) => exportTrusted(file, '-rfc')],
      ['a whole JKS of them', false, (file) => writeFileSync(at(file), readFileSync(at('trust.jks')))],
    ];
    before(() =>
      keytool(
        ...['-importcert', '-noprompt', '-alias', 'leaf', '-file', 'ec.pem', '-keystore', 'trust.jks'],
        ...['-storetype', 'JKS', '-storepass', passwords.FROM],
      ),
    );

    for (const [what, both, make] of forms) {
      it(what, async () => {
        const file = `in ${what}`;
        const store = `${file}.p12`;
        await make(file);
        const from = what.startsWith('a whole') ? ['--from-password-env', 'FROM'] : [];
        await cli('import', at(store), at(file), '--trust', '--password-env', 'KS', ...from);
        const { fingerprints } = knownOf('ec');
        const wanted = both ? [...fingerprints] : fingerprints.slice(0, 1);
        const listed = await keytool('-list', '-v', '-keystore', store, '-storepass', passwords.KS);
        assert.deepEqual(fingerprintsBy(listed).sort(), wanted.sort());
        assert.equal(listed.match(/trustedCertEntry/g)?.length, wanted.length);
      });
    }
  });

  describe('import of key pairs', () => {
    interface Form {
      readonly what: string;
      /** @returns the files to import; the chain is in `NAME.chain.pem` */
      readonly make: (name: 'rsa' | 'ec', file: string) => string[] | Promise<string[]>;
      /** Both where it makes a difference: in PKCS#8 only the numbers within are others. */
      readonly keys?: readonly ('rsa' | 'ec')[];
    }
    const out = ['-passout', `pass:${passwords.FROM}`];
    const withChain = (name: string, file: string): string[] => [file, `${name}.chain.pem`];
    const pkcs8 = (what: string, ...how: string[]): Form => ({
      what,
      make: (name, file) => {
        openssl('pkcs8', '-topk8', '-in', `${name}.key`, ...how, '-out', file);
        return withChain(name, file);
      },
    });
    const traditional = (what: string, ...how: string[]): Form => ({
      what: `the form before PKCS#8, ${what}`,
      keys: ['rsa', 'ec'],
      make: (name, file) => {
        openssl('pkey', '-traditional', '-in', `${name}.key`, ...how, '-out', file);
        return withChain(name, file);
      },
    });
    const encrypted = (cipher: string): Form => traditional(cipher, `-${cipher}`, ...out);
    const p12 = (what: string, ...how: string[]): Form => ({
      what: `a PKCS#12 file, ${what}`,
      make: (name, file) => {
        openssl(
          ...['pkcs12', '-export', '-inkey', `${name}.key`, '-in', `${name}.chain.pem`, '-name', 'pair'],
          ...['-out', file, ...out, ...how],
        );
        return [file];
      },
    });
    const byKeytool = (type: string, keyPassword?: string): Form => ({
      what: `a whole ${type} by keytool${keyPassword === undefined ? '' : ', the key with a password of its own'}`,
      make: async (name, file) => {
        await keytool(
          ...['-importkeystore', '-noprompt', '-srckeystore', `${name}.p12`, '-srcstorepass', passwords.FROM],
          ...['-destkeystore', file, '-deststoretype', type, '-deststorepass', passwords.FROM],
          ...(keyPassword === undefined ? [] : ['-srcalias', 'pair', '-destkeypass', keyPassword]),
        );
        return [file];
      },
    });
    const forms: readonly Form[] = [
      pkcs8('PKCS#8, plain PEM', '-nocrypt'),
      pkcs8('PKCS#8, plain DER', '-nocrypt', '-outform', 'DER'),
      pkcs8('PKCS#8, encrypted PEM', ...out),
      pkcs8('PKCS#8, encrypted DER', '-outform', 'DER', ...out),
      pkcs8('PKCS#8, AES-128 and HMAC-SHA512', '-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA512', ...out),
      pkcs8('PKCS#8, 3DES of PBES2', '-v2', 'des3', ...out),
      pkcs8('PKCS#8, scrypt', '-scrypt', ...out),
      pkcs8('PKCS#8, 3DES of PKCS#12', '-v1', 'PBE-SHA1-3DES', ...out),
      traditional('plain'),
      encrypted('aes128'),
      encrypted('aes256'),
      encrypted('des3'),
      {
        what: 'what `openssl rsa -traditional -aes128` writes',
        keys: ['rsa'],
        make: (name, file) => {
          openssl('rsa', '-traditional', '-aes128', '-in', `${name}.key`, ...out, '-out', file);
          return withChain(name, file);
        },
      },
      {
        what: 'what `openssl ec -aes128` writes, behind its parameters',
        keys: ['ec'],
        make: (name, file) => {
          const key = openssl('ec', '-aes128', '-in', `${name}.key`, ...out);
          writeFileSync(at(file), openssl('ecparam', '-name', 'prime256v1') + key);
          return withChain(name, file);
        },
      },
      {
        what: 'one PEM file: certificates, then the encrypted key',
        make: (name, file) => {
          const key = openssl('pkcs8', '-topk8', '-in', `${name}.key`, ...out);
          writeFileSync(at(file), readFileSync(at(`${name}.chain.pem`), 'utf8') + key);
          return [file];
        },
      },
      {
        what: 'one PEM file as `openssl pkcs12` prints it, with attributes',
        make: (name, file) => {
          openssl('pkcs12', '-in', `${name}.p12`, '-passin', `pass:${passwords.FROM}`, ...out, '-out', file);
          return [file];
        },
      },
      p12('as openssl writes it'),
      p12('as old openssl wrote it', '-legacy'),
      p12('nothing encrypted', '-keypbe', 'NONE', '-certpbe', 'NONE'),
      byKeytool('PKCS12'),
      byKeytool('JKS'),
      byKeytool('JKS', passwords.KEY),
      byKeytool('JCEKS', passwords.KEY),
    ];

    for (const [i, { what, make, keys = [i % 4 < 2 ? 'rsa' : 'ec'] as const }] of forms.entries()) {
      for (const name of keys) {
        it(`${name}: ${what}`, async () => {
          const { publicKey, fingerprints } = knownOf(name);
          const type = i % 2 ? 'JKS' : 'PKCS12';
          const store = `pair ${i} ${name}.${type}`;
          const files = await make(name, `key ${i} ${name}`);
          await cli(
            ...['import', at(store), ...files.map(at), '--alias', 'pair', '--type', type, '--password-env', 'KS'],
            ...['--from-password-env', 'FROM', '--from-password-env', 'KEY'],
          );
          const listed = await keytool('-list', '-v', '-keystore', store, '-storepass', passwords.KS);
          assert.match(listed, /contains 1 entry/);
          assert.deepEqual(fingerprintsBy(listed), fingerprints);
          assert.equal(await publicKeyByKeytool(store, passwords.KS), publicKey);
          // Out again, for a program that knows nothing of keystores.
          const key = `pair ${i} ${name}.pkcs8`;
          await cli(
            ...['export', at(store), 'pair', '--form', 'pkcs8', '--out', at(key)],
            ...['--password-env', 'KS', '--new-password-env', 'NEW'],
          );
          assert.equal(openssl('pkey', '-in', key, '-passin', `pass:${passwords.NEW}`, '-pubout'), publicKey);
        });
      }
    }

    it('a key under a password that nobody named makes no keystore', async () => {
      openssl('pkcs8', '-topk8', '-in', 'ec.key', '-passout', 'pass:Unknown-9', '-out', 'unknown.pem');
      await assert.rejects(
        cli(
          ...['import', at('none.p12'), at('unknown.pem'), at('ec.chain.pem'), '--password-env', 'KS'],
          ...['--from-password-env', 'FROM'],
        ),
        /unknown\.pem.*The private key has a password of its own/,
      );
      assert.equal(existsSync(at('none.p12')), false);
    });

    it('a key that cannot be read names the file', async () => {
      openssl(
        'pkcs8',
        '-topk8',
        '-in',
        'ec.key',
        '-v2',
        'camellia256',
        '-passout',
        `pass:${passwords.FROM}`,
        '-out',
        'odd.pem',
      );
      await assert.rejects(
        cli(
          ...['import', at('none.p12'), at('odd.pem'), at('ec.chain.pem'), '--password-env', 'KS'],
          ...['--from-password-env', 'FROM'],
        ),
        /odd\.pem: This version cannot read the cipher 1\.2\.392\.200011\.61\.1\.1\.1\.4\. Convert/,
      );
      assert.equal(existsSync(at('none.p12')), false);
    });
  });
});
