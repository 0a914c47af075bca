import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sshPublicKeyLine } from '../../../src/core/keys/openssh/publicKey';
import { sealKey } from '../../../src/core/keys/sealedKey';
import type { KeyPairEntry } from '../../../src/core/keystore/model';
import { emptyKeystore, writeChecked } from '../../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../../support/testCertificates';
import { runCli, type Answer } from '../../support/runCli';

const password = 'Keystore-1';

describe('command line: export --form openssh', () => {
  let folder: string;
  let file: string;
  let client: TestIdentity;
  let odd: TestIdentity;
  const alone = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const lone = alone.publicKey.export({ format: 'der', type: 'spki' });

  const cli = (...args: string[]): Promise<Answer> =>
    runCli(['export', file, ...args, '--password-env', 'KS'], { env: { KS: password } });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cli-ssh-'));
    file = path.join(folder, 'a.p12');
    const ca = await makeCa('SSH Root');
    client = await ca.issue('client');
    odd = await ca.issue('odd', { key: { algorithm: 'EC', curve: 'secp256k1' } });
    const pair = async (alias: string, key: Uint8Array, identity?: TestIdentity): Promise<KeyPairEntry> => ({
      kind: 'keyPair',
      alias,
      key: await sealKey(key, password),
      chain: identity ? identity.chain : [],
    });
    const entries = [
      await pair('id_ecdsa', client.privateKeyInfo, client),
      await pair('id_rsa', alone.privateKey.export({ format: 'der', type: 'pkcs8' })),
      await pair('odd', odd.privateKeyInfo, odd),
    ];
    writeFileSync(file, (await writeChecked({ ...emptyKeystore(), entries }, password)).bytes);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('a line for each key pair that is named, also for one that has no certificate', async () => {
    const { code, out, err } = await cli('id_ecdsa', 'id_rsa', '--form', 'openssh');
    assert.equal(code, 0, err);
    assert.equal(
      out,
      `${sshPublicKeyLine(client.certificate.spki, 'id_ecdsa')}\n${sshPublicKeyLine(lone, 'id_rsa')}\n`,
    );
  });

  it('a file that ends in .pub is one, and --json tells of it', async () => {
    const pub = path.join(folder, 'id_ecdsa.pub');
    const { code, out, err } = await cli('id_ecdsa', '--out', pub, '--json');
    assert.equal(code, 0, err);
    const { form, entries } = JSON.parse(out) as { form: string; entries: string[] };
    assert.deepEqual([form, entries], ['openssh', ['id_ecdsa']]);
    assert.equal(readFileSync(pub, 'utf8'), `${sshPublicKeyLine(client.certificate.spki, 'id_ecdsa')}\n`);
  });

  it('names file and alias of a key that SSH has no form for; --what does not go with it', async () => {
    const { code, err } = await cli('--form', 'openssh');
    assert.equal(code, 2);
    assert.match(err, /a\.p12: odd: SSH has no form.*P-256/);
    const both = await cli('id_rsa', '--form', 'openssh', '--what', 'chain');
    assert.equal(both.code, 2);
    assert.match(both.err, /--what does not go with it/);
  });
});
