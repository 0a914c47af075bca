import { children, context, expectNode, octetsOf, octetString, oid, oidOf, readNode, sequence, Tag } from '../asn1/der';
import { FlowKeystoreError } from '../errors';
import { isOldEncryption, schemeOf, type EncryptionScheme } from '../keys/encryptionSchemes';
import { openSealedKey, sealKey, type SealedKey } from '../keys/sealedKey';
import { Pace } from '../keys/slices';
import { aliasIn } from './alias';
import type { CarriedBag, Entry, Keystore, KeyPairEntry, KeystoreNote, Protection, StoreType } from './model';
import { readBag, refillBag } from './pkcs12/bag';
import { modernMac } from './pkcs12/mac';
import { bagOid } from './pkcs12/oids';
import { sealFor } from './store';

/** The passwords of a keystore as it is: its own, and those of keys that have others. */
export interface KeystorePasswords {
  /** Undefined for a PEM bundle without encrypted keys, and for a PKCS#12 file without a password. */
  readonly store: string | undefined;
  /** By alias. */
  readonly keys?: ReadonlyMap<string, string>;
}

export interface Target {
  readonly type: StoreType;
  readonly password: string;
  /**
   * Within PKCS#12: everything stays under the methods that it has, and only the password is another one, so that who reads the file today can
   * read it tomorrow. Else all is written by today's methods.
   */
  readonly keepMethods?: boolean;
}

export interface Converted {
  readonly keystore: Keystore;
  /** Entries that the other format cannot hold, or that could not be opened for it. */
  readonly leftOut: readonly LeftOut[];
  /** How many private keys were sealed anew. */
  readonly sealed: number;
}

export interface LeftOut {
  readonly alias: string;
  readonly kind: Entry['kind'];
  readonly why: 'format' | 'password';
}

export interface ConvertOptions {
  readonly signal?: AbortSignal;
  /**
   * Asked for the password of a private key that none of the known ones opens, until one does; undefined gives up.
   * @param again whether the last answer was wrong
   */
  readonly passwordFor?: (entry: KeyPairEntry, again: boolean) => Promise<string | undefined>;
  /** Called before each private key that is sealed anew. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The keystore as another format or under another password has it: every private key is opened and sealed anew, with the keystore's own
 * password, which is what SAP and Java ask for; by today's methods unless the target says to keep them. What only the old format understands is
 * left out of another one, and said.
 * @throws FlowKeystoreError `wrong-password`, naming the entry, for a key whose password is another one; `alias-exists` where two aliases differ
 * only in case and the format has them in lower case
 */
export async function convertKeystore(
  keystore: Keystore,
  from: KeystorePasswords,
  to: Target,
  options: ConvertOptions = {},
): Promise<Converted> {
  const pace = new Pace(options.signal);
  const total = keystore.entries.filter(({ kind }) => kind === 'keyPair').length;
  const entries: Entry[] = [];
  const leftOut: LeftOut[] = [];
  let sealed = 0;
  for (const entry of keystore.entries) {
    if (pace.over) await pace.rest();
    const alias = aliasIn(to.type, entry.alias);
    switch (entry.kind) {
      case 'keyPair': {
        options.onProgress?.(sealed, total);
        const plain = await openAsking(entry, from, options);
        try {
          entries.push({
            ...bare(entry, keystore.type === to.type),
            alias,
            key: await sealAnew(entry, plain, to),
          });
        } finally {
          if (entry.key.form !== 'plain') plain.fill(0);
        }
        sealed++;
        break;
      }
      case 'certificate':
        entries.push({ ...bare(entry, keystore.type === to.type), alias });
        break;
      default: {
        const kept = keystore.type === to.type ? await carriedOver(entry, from, to, options.signal) : 'format';
        if (typeof kept === 'string') leftOut.push({ alias: entry.alias, kind: entry.kind, why: kept });
        else entries.push(kept);
      }
    }
  }
  refuseTwins(entries);
  const same = keystore.type === to.type;
  const protection = same ? protectionIn(keystore, from, to) : undefined;
  return {
    keystore: {
      type: to.type,
      entries,
      notes: same ? keystore.notes.filter(({ code }) => to.keepMethods ?? !judgesMethods.has(code)) : [],
      carried: same ? keystore.carried : [],
      ...(protection && { protection }),
    },
    leftOut,
    sealed,
  };
}

const judgesMethods: ReadonlySet<string> = new Set<KeystoreNote['code']>(['old-encryption', 'few-rounds']);

function protectionIn(keystore: Keystore, from: KeystorePasswords, to: Target): Protection | undefined {
  const { protection, entries } = keystore;
  if (!protection) return undefined;
  const { certificates, mac, macRounds = 0 } = protection;
  if (!to.keepMethods) {
    const hash = mac === 'sha384' || mac === 'sha512' ? mac : modernMac.mac;
    return { certificates, mac: hash, macRounds: Math.max(macRounds, modernMac.macRounds) };
  }
  // Where nothing else is under the password, the file would open with any.
  const isBare = certificates === 'plain' && !entries.some(({ kind }) => kind === 'keyPair' || kind === 'secretKey');
  return mac === 'none' && (from.store === undefined || isBare) ? { ...protection, ...modernMac } : protection;
}

/** A private key of an entry under the password of the target. */
function sealAnew({ key }: KeyPairEntry, plain: Uint8Array, to: Target): Promise<SealedKey> {
  const keeps = to.keepMethods === true && to.type === 'PKCS12' && key.form === 'encrypted';
  return keeps ? sealKey(plain, to.password, schemeOfKey(key.der)) : sealFor(to.type, plain, to.password);
}

/** @param der EncryptedPrivateKeyInfo */
function schemeOfKey(der: Uint8Array): EncryptionScheme | undefined {
  const [algorithm] = children(expectNode(readNode(der), Tag.sequence, 'an encrypted private key'));
  return algorithm && schemeOf(algorithm);
}

/**
 * Opens the private key of an entry with the password that is known for it, else with that of the keystore.
 * @throws FlowKeystoreError `wrong-password` with the alias
 */
export async function openKeyOf(
  entry: KeyPairEntry,
  passwords: KeystorePasswords,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const own = passwords.keys?.get(entry.alias);
  try {
    return await openSealedKey(entry.key, own ?? passwords.store ?? '', signal);
  } catch (error) {
    if (!(error instanceof FlowKeystoreError) || error.code !== 'wrong-password') throw error;
    if (own !== undefined && passwords.store !== undefined && own !== passwords.store) {
      const opened = await openSealedKey(entry.key, passwords.store, signal).catch(() => undefined);
      if (opened) return opened;
      signal?.throwIfAborted();
    }
    throw new FlowKeystoreError(
      'wrong-password',
      own === undefined && passwords.store !== undefined
        ? 'The private key has a password of its own, which is not that of the keystore.'
        : 'This is not the password of the private key.',
      { detail: entry.alias },
      'Give the password of the key.',
      { cause: error },
    );
  }
}

async function openAsking(entry: KeyPairEntry, from: KeystorePasswords, options: ConvertOptions): Promise<Uint8Array> {
  let passwords = from;
  for (let again = false; ; again = true) {
    try {
      return await openKeyOf(entry, passwords, options.signal);
    } catch (error) {
      if (!(error instanceof FlowKeystoreError) || error.code !== 'wrong-password') throw error;
      const answer = await options.passwordFor?.(entry, again);
      if (answer === undefined) throw error;
      passwords = { ...from, keys: new Map([[entry.alias, answer]]) };
    }
  }
}

/** What is told of an entry in any format; its bag (with attributes of other programs) only within one. */
function bare<E extends Entry>(entry: E, sameFormat: boolean): E {
  if (sameFormat) return entry;
  const copy: { source?: CarriedBag } & E = { ...entry };
  delete copy.source;
  return copy;
}

/**
 * An entry that is neither key pair nor certificate, for another keystore of the same format. A secret key of PKCS#12 is encrypted like a private one:
 * sealed anew. Java's sealed objects stay under the password that they have.
 * @returns `password` for one that cannot be had under the other password
 */
export async function carriedOver<E extends Entry>(
  entry: E,
  from: KeystorePasswords,
  to: Target,
  signal?: AbortSignal,
): Promise<E | 'password'> {
  if (entry.kind !== 'secretKey' || from.store === to.password) return entry;
  if (entry.source?.level !== 'bag') return 'password';
  const sealedBag = await resealSecret(entry.source, entry.alias, from, to, signal);
  return sealedBag ? { ...entry, source: sealedBag } : 'password';
}

/** SecretBag (RFC 7292 section 4.2.5) as Java writes it: an EncryptedPrivateKeyInfo in an OCTET STRING. */
async function resealSecret(
  source: CarriedBag,
  alias: string,
  from: KeystorePasswords,
  { password, keepMethods }: Target,
  signal?: AbortSignal,
): Promise<CarriedBag | undefined> {
  const bag = readBag(readNode(source.raw));
  const [type, wrapped] = children(bag.value);
  const [octets] = wrapped ? children(wrapped) : [];
  // Of another kind it is protected by the file alone, which is encrypted anew.
  if (!type || octets?.tag !== Tag.octetString || oidOf(type) !== bagOid.shroudedKey) return source;
  try {
    const own = from.keys?.get(alias) ?? from.store ?? '';
    const plain = await openSealedKey({ form: 'encrypted', der: octetsOf(octets) }, own, signal);
    const { der } = await sealKey(plain, password, keepMethods ? schemeOfKey(octetsOf(octets)) : undefined);
    const value = sequence(oid(bagOid.shroudedKey), context(0, octetString(der)));
    return { ...source, raw: refillBag(bag, value) };
  } catch {
    return undefined;
  }
}

function refuseTwins(entries: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const { alias } of entries) {
    const folded = alias.toLowerCase();
    if (seen.has(folded)) {
      throw new FlowKeystoreError(
        'alias-exists',
        `Two entries would have the alias "${alias}": Java does not tell upper from lower case.`,
        {},
        'Rename one of them first.',
      );
    }
    seen.add(folded);
  }
}

/** How many private keys are sealed by methods that no program of today writes (RC2, 3DES). */
export function oldKeys({ type, entries }: Keystore): number {
  // In JKS and JCEKS there is but the one, old method.
  if (type === 'JKS' || type === 'JCEKS') return 0;
  return entries.filter((entry) => {
    if (entry.kind !== 'keyPair') return false;
    if (entry.key.form !== 'encrypted') return true;
    const [algorithm] = children(expectNode(readNode(entry.key.der), Tag.sequence, 'an encrypted private key'));
    return algorithm !== undefined && isOldEncryption(algorithm);
  }).length;
}
