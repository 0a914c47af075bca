import { sameOctets } from '../../asn1/der';
import type { Certificate } from '../../certificates/certificate';
import { readPublicKey } from '../../certificates/publicKey';
import { describeError, FlowKeystoreError } from '../../errors';
import { publicKeyOf } from '../../keys/publicKeyOf';
import { openSealedKey } from '../../keys/sealedKey';
import { Pace } from '../../keys/slices';
import { detectStoreType } from '../detect';
import { certifySshKey, needsPassphrase, openPrivateKeyFile, sshAliasOf, sshSubject } from '../sshKeys';
import { readKeystore } from '../store';
import { itemsOfKeystore } from './fromKeystore';
import type { AskPassword, ImportItem, ImportSource, KeyPairItem, PassedOver, Recognised } from './items';
import { ImportPasswords } from './passwords';
import { loosePieces, type LooseCertificate, type LooseKey, type LooseSshKey } from './pieces';
import { withoutDuplicates } from './unique';

export interface RecogniseOptions {
  readonly signal?: AbortSignal;
  /** When certificates that are made begin; now, when absent. */
  readonly now?: Date;
  /** Every private key without a certificate gets one, as SSH keys in OpenSSH's own form always do. */
  readonly certifyAll?: boolean;
}

/**
 * Finds what can be imported in whatever people have: keystores of every format, and certificates and private keys that lie singly in one or
 * several files, which are put together by their public keys. An SSH key gets a certificate of its own, for a keystore wants one. A source of no
 * use is passed over as long as others are of some.
 * @throws FlowKeystoreError what is wrong with the sources where nothing can be imported; what `ask` throws
 */
export async function recognise(
  sources: readonly ImportSource[],
  ask: AskPassword,
  options: RecogniseOptions = {},
): Promise<Recognised> {
  const passwords = new ImportPasswords(ask);
  const items: ImportItem[] = [];
  const passedOver: PassedOver[] = [];
  const certificates: LooseCertificate[] = [];
  const keys: LooseKey[] = [];
  let failure: FlowKeystoreError | undefined;
  for (const source of sources) {
    try {
      const type = detectStoreType(source.bytes);
      if (type !== undefined && type !== 'PEM') {
        const found = await itemsOfStore(source, passwords, options);
        items.push(...found.items);
        passedOver.push(...found.passedOver);
      } else {
        const found = loosePieces(source);
        certificates.push(...found.certificates);
        keys.push(...found.keys);
        for (const key of found.sshKeys) keys.push(await openedSshKey(key, passwords, options.signal));
        passedOver.push(...found.passedOver);
      }
    } catch (error) {
      if (!(error instanceof FlowKeystoreError) || isAboutPasswords(error)) throw error;
      failure ??= error.at({ file: source.name });
      passedOver.push({ from: source.name, what: describeError(error), why: 'not-understood' });
    }
  }
  const paired = await pairUp(certificates, keys, passwords, options);
  items.push(...paired.items);
  passedOver.push(...paired.passedOver);
  const unique = withoutDuplicates(items);
  if (unique.length) return { items: unique, passedOver };
  throw failure ?? nothingToImport(sources, passedOver);
}

function isAboutPasswords({ code }: FlowKeystoreError): boolean {
  return code === 'wrong-password' || code === 'password-required' || code === 'arguments';
}

async function itemsOfStore(
  { name: from, bytes }: ImportSource,
  passwords: ImportPasswords,
  { signal }: RecogniseOptions,
): Promise<Recognised> {
  const { value: keystore, password } = await passwords.fitting({ of: 'keystore', from }, [undefined], (each) =>
    readKeystore(bytes, each, signal ? { signal } : {}),
  );
  return itemsOfKeystore(keystore, from, { store: password });
}

/** Keys with their certificates and the chains above them; every other certificate is one of its own. */
async function pairUp(
  certificates: readonly LooseCertificate[],
  keys: readonly LooseKey[],
  passwords: ImportPasswords,
  { signal, now = new Date(), certifyAll = false }: RecogniseOptions,
): Promise<{ items: ImportItem[]; passedOver: PassedOver[] }> {
  const pace = new Pace(signal);
  const items: ImportItem[] = [];
  const passedOver: PassedOver[] = [];
  const inChains = new Set<string>();
  for (const { from, alias, key, ssh } of keys) {
    if (pace.over) await pace.rest();
    // A key that lies open needs no password, and others are tried without one to no end.
    const { value: publicKey, password } = await passwords.fitting(
      { of: 'key', from, ...(alias === undefined ? {} : { alias }) },
      key.form === 'plain' ? [undefined] : [],
      (each) => publicPartOf(key, each, from, signal),
    );
    const leaf = certificates.find(({ certificate }) => publicKey && sameOctets(certificate.spki, publicKey));
    if (!leaf && (ssh || certifyAll)) {
      items.push({ ...(await certified(key, password, alias, now, signal)), from, password });
      continue;
    }
    if (!leaf) {
      passedOver.push({ from, what: alias ?? 'PRIVATE KEY', why: 'no-certificate' });
      continue;
    }
    const chain = chainAmong(leaf.certificate, certificates);
    for (const { sha256 } of chain) inChains.add(sha256);
    const name = alias ?? leaf.alias;
    items.push({ kind: 'keyPair', from, ...(name === undefined ? {} : { alias: name }), chain, key, password });
  }
  for (const loose of certificates) {
    if (!inChains.has(loose.certificate.sha256)) items.push({ kind: 'certificate', ...loose });
  }
  return { items, passedOver };
}

/** OpenSSH's own form is known to nothing but its reader: from here on the key is PKCS#8. */
async function openedSshKey(
  { from, file }: LooseSshKey,
  passwords: ImportPasswords,
  signal: AbortSignal | undefined,
): Promise<LooseKey> {
  const { value } = await passwords.fitting({ of: 'key', from }, needsPassphrase(file) ? [] : [undefined], (each) =>
    openPrivateKeyFile(file, each ?? '', signal),
  );
  return { from, key: { form: 'plain', der: value.privateKeyInfo }, ssh: true };
}

async function certified(
  key: LooseKey['key'],
  password: string | undefined,
  name: string | undefined,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<Pick<KeyPairItem, 'kind' | 'alias' | 'chain' | 'key' | 'certified'>> {
  const plain = await openSealedKey(key, password ?? '', signal);
  try {
    const spki = publicKeyOf(plain);
    const alias = name ?? sshAliasOf(spki ? readPublicKey(spki).algorithm : 'key');
    return { kind: 'keyPair', alias, chain: await certifySshKey(plain, sshSubject(alias), now), key, certified: true };
  } finally {
    if (key.form !== 'plain') plain.fill(0);
  }
}

async function publicPartOf(
  key: LooseKey['key'],
  password: string | undefined,
  file: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const plain = await openSealedKey(key, password ?? '', signal).catch((error: unknown) => {
    throw error instanceof FlowKeystoreError ? error.at({ file }) : error;
  });
  try {
    return publicKeyOf(plain);
  } finally {
    if (key.form !== 'plain') plain.fill(0);
  }
}

function chainAmong(leaf: Certificate, all: readonly LooseCertificate[]): Certificate[] {
  const chain = [leaf];
  for (let at = leaf; !at.selfIssued;) {
    const issued = at;
    const issuer = all.find(({ certificate }) => !chain.includes(certificate) && issued.mayBeIssuedBy(certificate));
    if (!issuer) break;
    at = issuer.certificate;
    chain.push(at);
  }
  return chain;
}

function nothingToImport(sources: readonly ImportSource[], passedOver: readonly PassedOver[]): FlowKeystoreError {
  const [source] = sources;
  const [first] = passedOver;
  const place = source ? { file: source.name } : {};
  if (first?.why === 'no-certificate') {
    return new FlowKeystoreError(
      'not-a-certificate',
      'There is a private key in it, and no certificate that belongs to it.',
      { file: first.from },
      'Import the key together with its certificate: name both files. A key for SSH needs none.',
      { remedy: 'import-ssh-key' },
    );
  }
  return new FlowKeystoreError(
    'not-a-certificate',
    first
      ? `There is nothing to import in it; it looks like a ${first.what.toLowerCase()}.`
      : 'There is nothing in it to import.',
    place,
    'Certificates, private keys with their certificates, and keystores can be imported.',
  );
}
