import { createPrivateKey } from 'node:crypto';
import { openSealedKey, sealKey } from '../../src/core/keys/sealedKey';
import { addKeyPair, getKeyPair } from '../../src/core/keystore/edit';
import { readKeystoreFile, writeKeystoreFile } from '../../src/core/keystore/file';
import { emptyKeystore, readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { localNames, makeCa, TestIdentity } from './testCertificates';

/** What the practice receiver is, and whom it accepts. All throw-away. */
export interface PracticeIdentities {
  readonly root: TestIdentity;
  readonly server: TestIdentity;
  readonly clientCa: TestIdentity;
}

export async function makePracticeIdentities(): Promise<PracticeIdentities> {
  const root = await makeCa('Practice Receiver Root', { organization: 'Practice' });
  const server = await root.issue('localhost', {
    alternativeNames: localNames,
    extendedKeyUsage: ['serverAuth'],
    toDays: 820,
  });
  const clientCa = await makeCa('Practice Client CA', { organization: 'Practice' });
  return { root, server, clientCa };
}

/** The identities kept in a keystore file, so that they are the same at the next start; made when it is missing. */
export async function loadPracticeIdentities(file: string, password: string): Promise<PracticeIdentities> {
  const stored = await readKeystoreFile(file).catch(() => undefined);
  if (stored) {
    const keystore = await readKeystore(stored.bytes, password);
    const identity = async (alias: string): Promise<TestIdentity> => {
      const { chain, key } = getKeyPair(keystore, alias);
      const [leaf] = chain;
      if (!leaf) throw new Error(`${file} has no certificate for ${alias}; delete it to have it made anew.`);
      const der = Buffer.from(await openSealedKey(key, password));
      return new TestIdentity(leaf, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }), chain);
    };
    return { root: await identity('root'), server: await identity('server'), clientCa: await identity('clientCa') };
  }
  const made = await makePracticeIdentities();
  let keystore = emptyKeystore();
  for (const alias of ['root', 'server', 'clientCa'] as const) {
    const { privateKeyInfo, chain } = made[alias];
    const key = await sealKey(privateKeyInfo, password);
    keystore = addKeyPair(keystore, { alias, key, chain, created: new Date() }).keystore;
  }
  await writeKeystoreFile(file, await writeKeystore(keystore, password), null);
  return made;
}

/** A keystore file with one key pair `partner_a` of the client CA, and no trusted certificate yet. */
export async function writePartnerKeystore(file: string, password: string, clientCa: TestIdentity): Promise<void> {
  const partner = await clientCa.issue('partner_a', {
    organization: 'Example Company',
    extendedKeyUsage: ['clientAuth'],
    key: { algorithm: 'RSA', bits: 2048 },
  });
  const key = await sealKey(partner.privateKeyInfo, password);
  const keystore = addKeyPair(emptyKeystore(), {
    alias: 'partner_a',
    key,
    chain: partner.chain,
    created: new Date(),
  }).keystore;
  await writeKeystoreFile(file, await writeKeystore(keystore, password), null);
}
