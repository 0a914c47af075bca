import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { addKeyPair } from '../../../src/core/keystore/edit';
import { emptyKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa } from '../../support/testCertificates';
import { flowText, httpReceiver } from '../flow/flowText';
import { runCli, type Answer } from '../../support/runCli';

const password = 'Keystore-1';

describe('flow-keystore kit', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const cli = (...args: string[]): Promise<Answer> =>
    runCli(args, { env: { STORE: password }, now: () => new Date('2026-11-24T10:00:00Z') });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kit-'));
    const client = await (await makeCa('Cli Root')).issue('Partner A');
    const key = await sealKey(client.privateKeyInfo, password);
    const pair = { alias: 'partner_a', key, chain: client.chain.slice(0, 1), created: new Date() };
    writeFileSync(at('store.p12'), await writeKeystore(addKeyPair(emptyKeystore(), pair).keystore, password));
    const channel = httpReceiver({
      privateKeyAlias: 'partner_a',
      httpAddressWithoutQuery: 'https://api.partner.example/orders',
    });
    writeFileSync(at('Orders.iflw'), flowText(channel));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('writes a folder, with the channels of the flows, and says that the root is missing', async () => {
    const result = await cli(
      'kit',
      at('store.p12'),
      'partner_a',
      '--out',
      at('kit'),
      '--flows',
      at('Orders.iflw'),
      '--password-env',
      'STORE',
    );
    assert.equal(result.code, 0, result.err);
    assert.deepEqual(readdirSync(at('kit')).sort(), [
      'ROOT-IS-MISSING.txt',
      'fingerprints.txt',
      'letter.md',
      'partner_a.cer',
      'partner_a.pem',
    ]);
    assert.match(readFileSync(at('kit/letter.md'), 'utf8'), /https:\/\/api\.partner\.example\/orders/);
    assert.match(result.err, /note: the root is not in the keystore: CN=Cli Root/);
    assert.match(result.out, /letter\.md/);
  });

  it('writes a zip, and says what is in it as JSON', async () => {
    const result = await cli(
      'kit',
      at('store.p12'),
      'partner_a',
      '--out',
      at('kit.zip'),
      '--json',
      '--password-env',
      'STORE',
    );
    assert.equal(result.code, 0, result.err);
    assert.equal(readFileSync(at('kit.zip')).subarray(0, 2).toString(), 'PK');
    const answer = JSON.parse(result.out) as { files: string[]; missing: string };
    assert.ok(answer.files.includes('letter.md'));
    assert.equal(answer.missing, 'CN=Cli Root');
  });

  it('says what is wrong in one line', async () => {
    const without = await cli('kit', at('store.p12'), 'partner_a', '--password-env', 'STORE');
    assert.equal(without.code, 2);
    assert.match(without.err, /kit needs --out/);
    const unknown = await cli('kit', at('store.p12'), 'nobody', '--out', at('x'), '--password-env', 'STORE');
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /no entry "nobody"/);
    const blocked = await cli(
      'kit',
      at('store.p12'),
      'partner_a',
      '--out',
      path.join(at('store.p12'), 'kit'),
      '--password-env',
      'STORE',
    );
    assert.equal(blocked.code, 2);
    assert.match(blocked.err, /kit could not be written/);
  });
});
