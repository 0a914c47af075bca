import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readPem } from '../../src/core/certificates/pem';
import { generateKeys, keySpecs, keySpecText, privateKeyInfoOf } from '../../src/core/keys/generate';
import { openSshKey, readSealedSshKey } from '../../src/core/keys/openssh/privateKey';
import { sshFingerprint, sshPublicKeyLine } from '../../src/core/keys/openssh/publicKey';
import { publicKeyOf } from '../../src/core/keys/publicKeyOf';
import { writePem } from '../../src/core/certificates/pem';
import { requireTool, runTool } from '../support/tools';

const kinds = [
  ['rsa', '2048'],
  ['dsa', '1024'],
  ['ecdsa', '256'],
  ['ecdsa', '384'],
  ['ecdsa', '521'],
  ['ed25519', '256'],
] as const;

/** Keys as OpenSSH itself writes and reads them. */
describe('SSH keys and ssh-keygen', function () {
  this.timeout(120_000);
  let folder: string;

  before(function () {
    requireTool(this, 'ssh-keygen');
    folder = mkdtempSync(path.join(os.tmpdir(), 'ssh-'));
  });
  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  const generated = (name: string, ...args: string[]): string => {
    const file = path.join(folder, name);
    runTool('ssh-keygen', ['-q', '-f', file, '-C', 'partner@example', ...args]);
    return file;
  };
  const sealedKeyOf = (file: string): ReturnType<typeof readSealedSshKey> => {
    const [block] = readPem(readFileSync(file, 'utf8'));
    assert.equal(block?.label, 'OPENSSH PRIVATE KEY');
    return readSealedSshKey(block.der);
  };

  for (const [type, bits] of kinds) {
    for (const passphrase of ['', 'Secret-1 \u00e4']) {
      it(`reads ${type} ${bits}${passphrase && ', encrypted'}: public key and fingerprint are those of ssh-keygen`, async () => {
        const file = generated(`${type}${bits}${passphrase && 'e'}`, '-t', type, '-b', bits, '-N', passphrase);
        const { privateKeyInfo, comment } = await openSshKey(sealedKeyOf(file), passphrase);
        assert.equal(comment, 'partner@example');
        const spki = publicKeyOf(privateKeyInfo);
        assert.ok(spki);
        assert.equal(`${sshPublicKeyLine(spki, comment)}\n`, readFileSync(`${file}.pub`, 'utf8'));
        assert.equal(runTool('ssh-keygen', ['-l', '-f', `${file}.pub`]).split(' ')[1], sshFingerprint(spki));
        // The key pair as a whole is one to another program too: the private key is not only read, but right.
        const pkcs8 = path.join(folder, 'key.pem');
        writeFileSync(pkcs8, writePem('PRIVATE KEY', privateKeyInfo));
        const pub = Buffer.from(spki).toString('base64');
        assert.equal(
          runTool('openssl', ['pkey', '-in', pkcs8, '-pubout']).replace(/-----.*-----|\n/g, ''),
          pub,
          'openssl works the same public key out',
        );
        runTool('openssl', ['pkey', '-in', pkcs8, '-check', '-noout']);
      });
    }
  }

  for (const cipher of ['aes128-ctr', 'aes256-cbc', 'aes256-gcm@openssh.com']) {
    it(`opens a key encrypted by ${cipher}, with another number of rounds`, async () => {
      const file = generated(cipher, '-t', 'ed25519', '-N', 'Secret-1', '-Z', cipher, '-a', '3');
      const { privateKeyInfo } = await openSshKey(sealedKeyOf(file), 'Secret-1');
      const spki = publicKeyOf(privateKeyInfo);
      assert.ok(spki);
      assert.equal(sshPublicKeyLine(spki, 'partner@example'), readFileSync(`${file}.pub`, 'utf8').trim());
      await assert.rejects(openSshKey(sealedKeyOf(file), 'wrong'), { code: 'wrong-password' });
    });
  }

  for (const spec of keySpecs.filter((each) => keySpecText(each) !== 'RSA 4096')) {
    it(`ssh-keygen takes a key made here: ${keySpecText(spec)}`, async () => {
      const keys = await generateKeys(spec);
      const file = path.join(folder, 'made');
      writeFileSync(file, writePem('PRIVATE KEY', privateKeyInfoOf(keys)));
      chmodSync(file, 0o600);
      const spki = keys.publicKey.export({ format: 'der', type: 'spki' });
      const [type, key] = runTool('ssh-keygen', ['-y', '-f', file]).split(' ');
      assert.equal(`${type ?? ''} ${(key ?? '').trim()}`, sshPublicKeyLine(spki, ''));
      writeFileSync(`${file}.pub`, `${sshPublicKeyLine(spki, 'id_rsa')}\n`);
      assert.match(
        runTool('ssh-keygen', ['-l', '-f', `${file}.pub`]),
        new RegExp(`${sshFingerprint(spki).replace(/[+/]/g, '.')} id_rsa`),
      );
    });
  }
});
