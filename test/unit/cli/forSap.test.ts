import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describeKeystore } from '../../../src/core/keystore/details';
import type { Keystore, StoreType } from '../../../src/core/keystore/model';
import { javaStoreSize, sapSizes } from '../../../src/core/keystore/sapLimits';
import { emptyKeystore, sealFor, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../../support/testCertificates';
import { runCli, type Answer } from '../../support/runCli';

const weak = 'feeble-one';

describe('list --for-sap, and what details say of it', () => {
  let folder: string;
  let root: TestIdentity;
  let client: TestIdentity;
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cli-sap-'));
    root = await makeCa('Root');
    client = await root.issue('client');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const sample = async (type: StoreType, ...keyPasswords: string[]): Promise<Keystore> => ({
    ...emptyKeystore(type),
    entries: await Promise.all(
      keyPasswords.map(async (each, i) => ({
        kind: 'keyPair' as const,
        alias: `pair_${i}`,
        key: await sealFor(type, client.privateKeyInfo, each),
        chain: client.chain,
      })),
    ),
  });
  const list = async (keystore: Keystore, password: string, ...args: string[]): Promise<Answer> => {
    const file = path.join(folder, 'store');
    writeFileSync(file, await writeKeystore(keystore, password));
    return runCli(['list', file, '--for-sap', '--password-env', 'KS', ...args], {
      err: (text) => assert.fail(text),
      env: { KS: password },
      askSecret: () => assert.fail('nobody is asked'),
    });
  };
  const codes = (out: string): string[] =>
    (JSON.parse(out) as { sap: { code: string; alias?: string }[] }).sap.map(
      ({ code, alias = '' }) => `${code} ${alias}`,
    );

  it('JKS and JCEKS: a weak password and a key under another one are errors', async () => {
    for (const type of ['JKS', 'JCEKS'] as const) {
      const { code, out } = await list(await sample(type, weak, 'Another-1'), weak, '--json');
      assert.equal(code, 1);
      assert.deepEqual(codes(out), ['password ', 'key-password pair_1']);
      assert.ok(!out.includes(weak) && !out.includes('Another-1'));
    }
  });

  it('a keystore that SAP takes is said to be one, with exit code 0', async () => {
    const { code, out } = await list(await sample('JKS', 'Keystore-1'), 'Keystore-1');
    assert.equal(code, 0);
    assert.match(out, /For SAP's tenant:\n {2}nothing that it would refuse\n$/);
  });

  it('PKCS#12 with two keys: how it can be uploaded', async () => {
    const { code, out } = await list(await sample('PKCS12', 'Keystore-1', 'Keystore-1'), 'Keystore-1', '--json');
    assert.equal(code, 0);
    assert.deepEqual(codes(out), ['one-key-of-several ', 'format ']);
  });

  it('details judge file, password and keys as far as they are known', async () => {
    const keystore = await sample('JKS', 'Keystore-1');
    const text = async (sap: Parameters<typeof describeKeystore>[1]['sap']): Promise<string> =>
      (await describeKeystore(keystore, { now: new Date(), warnDays: 30, ...(sap && { sap }) })).replace(/\n +/g, ' ');
    assert.doesNotMatch(await text(undefined), /tenant/);
    assert.doesNotMatch(await text({ fileSize: 10_000, password: 'Keystore-1' }), /tenant/);
    const bad = await text({ fileSize: 3 * 1024 * 1024, password: weak, otherPasswords: ['pair_0'] });
    assert.match(bad, /For SAP's tenant ERROR +The file has 3\.0 MB; SAP takes 2\.0 MB in one upload/);
    assert.match(bad, /ERROR +SAP asks for three of upper case/);
    assert.match(bad, /ERROR +pair_0: SAP asks for private keys under the password of the keystore/);
    assert.ok(!bad.includes(weak));
  });

  it('tells the size of a JKS file before it is written, to a hundredth', async () => {
    const one = await sample('JKS', 'Keystore-1', 'Keystore-1', 'Keystore-1');
    const entries = [...one.entries, { kind: 'certificate' as const, alias: 'root', certificate: root.certificate }];
    const written = (await writeKeystore({ ...one, entries }, 'Keystore-1')).length;
    assert.ok(
      Math.abs(javaStoreSize({ entries }) / written - 1) < 0.01,
      `${javaStoreSize({ entries })} for ${written}`,
    );
    assert.ok(sapSizes.jksUpload > written);
  });
});
