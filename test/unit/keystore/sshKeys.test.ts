import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { sealedOctets } from '../../../src/core/keys/sealedKey';
import { readPem, writePem } from '../../../src/core/certificates/pem';
import { readSealedSshKey } from '../../../src/core/keys/openssh/privateKey';
import { sapExportsSshKey, sshFingerprint, sshPublicKeyLine } from '../../../src/core/keys/openssh/publicKey';
import { publicKeyOf } from '../../../src/core/keys/publicKeyOf';
import { addKeyPair } from '../../../src/core/keystore/edit';
import type { Recognised } from '../../../src/core/keystore/import/items';
import { planMerge } from '../../../src/core/keystore/import/plan';
import { recognise } from '../../../src/core/keystore/import/recognise';
import { emptyKeystore, sealFor } from '../../../src/core/keystore/store';
import {
  needsPassphrase,
  openPrivateKeyFile,
  readPrivateKeyFile,
  sshKeyWish,
} from '../../../src/core/keystore/sshKeys';

/** Made by ssh-keygen -t ed25519 -a 2 -C known; passphrase Secret-1. A throw-away key. */
const known = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABA+1REQBl
VBO/arG4KJy5R2AAAAAgAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIDe56XOCKs681j2G
M9IkpjRfewivJoenoy9phDNcMPFeAAAAkI0l6M/FyffSEtx4KocyhpBTzA/gqxvjMOr5lF
lf1Kt9SFfoNTnFFnNhTFjdqFtOZWaPwPi87nMwnEw/LpVRbWjIQkVYNg8Xwc+Gv46spi1Q
9hZpa4Fzjm1Hn7bkNoW7fMvtWnQIuaGzdSUJpbfHnfYG2Zn6W3+iEgJ6fAZ+C73pJZOB58
P0s23iwTDEHhAfMA==
-----END OPENSSH PRIVATE KEY-----
`;
const knownPublic = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDe56XOCKs681j2GM9IkpjRfewivJoenoy9phDNcMPFe known';
const knownFingerprint = 'SHA256:FQZRzAI85pkEjfSfOO4OZvXSSD6NbotdBDpWfAIwqcI';

describe('SSH keys', function () {
  this.timeout(30_000);

  it('opens an encrypted key of ssh-keygen: the same public key, fingerprint and comment', async () => {
    const file = readPrivateKeyFile(known);
    assert.equal(needsPassphrase(file), true);
    const opened = await openPrivateKeyFile(file, 'Secret-1');
    const spki = publicKeyOf(opened.privateKeyInfo);
    assert.ok(spki);
    assert.equal(sshPublicKeyLine(spki, opened.comment ?? ''), knownPublic);
    assert.equal(sshFingerprint(spki), knownFingerprint);
    assert.equal(opened.alias, 'id_ed25519');
    assert.equal(sapExportsSshKey(spki), false);
    await assert.rejects(openPrivateKeyFile(file, 'secret-1'), { code: 'wrong-password' });
  });

  it('ends when it is cancelled, and refuses rounds that would take for ever', async () => {
    const aborter = new AbortController();
    const opening = openPrivateKeyFile(readPrivateKeyFile(known), 'Secret-1', aborter.signal);
    aborter.abort();
    await assert.rejects(opening, { name: 'AbortError' });
    const der = Buffer.from(readPem(known)[0]!.der);
    const options = readSealedSshKey(der).kdfOptions;
    der.writeUInt32BE(4_000_000, der.indexOf(options) + options.length - 4);
    const hostile = readPrivateKeyFile(writePem('OPENSSH PRIVATE KEY', der));
    await assert.rejects(openPrivateKeyFile(hostile, 'Secret-1'), { code: 'limit-exceeded' });
  });

  it('is damaged, and nothing else, where octets are missing or changed', () => {
    const der = readPem(known)[0]!.der;
    for (let length = 0; length < der.length - 1; length += 5) {
      assert.throws(() => readSealedSshKey(der.slice(0, length)), { name: 'FlowKeystoreError' }, String(length));
    }
  });

  it('reads PKCS#8 and older PEM too, and says what other files are', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const [form, text] of [
      ['pkcs8', privateKey.export({ format: 'pem', type: 'pkcs8' })],
      ['sec1', privateKey.export({ format: 'pem', type: 'sec1' })],
      ['encrypted', privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })],
    ] as const) {
      const file = readPrivateKeyFile(text);
      assert.equal(needsPassphrase(file), form === 'encrypted', form);
      assert.equal((await openPrivateKeyFile(file, 'x')).alias, 'id_ecdsa', form);
    }
    assert.throws(() => readPrivateKeyFile('PuTTY-User-Key-File-3: ssh-rsa'), { next: /puttygen/ });
    assert.throws(() => readPrivateKeyFile(knownPublic), { message: /public SSH key/ });
    assert.throws(() => readPrivateKeyFile('hello'), { code: 'unsupported' });
  });

  it('is imported with a certificate of its own; the same key again is the same entry', async () => {
    const now = new Date('2026-01-02T03:04:05Z');
    const found = (): Promise<Recognised> =>
      recognise([{ name: 'id', bytes: Buffer.from(known) }], () => Promise.resolve('Secret-1'), { now });
    const [item] = (await found()).items;
    assert.ok(item?.kind === 'keyPair' && item.certified);
    const [certificate] = item.chain;
    assert.deepEqual([item.alias, certificate?.subject.toString()], ['id_ed25519', 'CN=id_ed25519']);
    assert.ok(certificate);
    assert.equal(sshFingerprint(certificate.spki), knownFingerprint);
    assert.equal(certificate.notAfter.getUTCFullYear(), 2036);
    const key = await sealFor('PKCS12', sealedOctets(item.key), 'Keystore-1');
    const { keystore } = addKeyPair(emptyKeystore(), { alias: 'mine', key, chain: item.chain, created: now });
    const { rows } = planMerge(keystore, (await found()).items);
    assert.deepEqual(rows[0]?.state, { kind: 'same', alias: 'mine' });
  });

  it('keeps to the aliases of SAP, and to one line', () => {
    assert.equal(sshKeyWish('rsa 4096').alias, 'id_rsa');
    assert.equal(sshKeyWish('EC P-521').alias, 'id_ecdsa');
    assert.throws(() => sshKeyWish('DSA 1024'), { code: 'value-invalid' });
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const line = sshPublicKeyLine(publicKey.export({ format: 'der', type: 'spki' }), 'a\nssh-rsa AAAA evil');
    assert.equal(line.split('\n').length, 1);
    const { publicKey: other } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    assert.throws(() => sshPublicKeyLine(other.export({ format: 'der', type: 'spki' }), ''), { code: 'unsupported' });
  });
});
