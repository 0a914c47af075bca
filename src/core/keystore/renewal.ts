import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Certificate } from '../certificates/certificate';
import { issueCertificate } from '../certificates/issue';
import type { PublicKey } from '../certificates/publicKey';
import { FlowKeystoreError } from '../errors';
import { generateKeys, keySpecs, privateKeyInfoOf, type KeySpec } from '../keys/generate';
import { sameOctets } from '../asn1/der';
import { aliasIn, maxAliasLength } from './alias';
import { getKeyPair, renameEntry, sameAlias, type Edited } from './edit';
import type { Keystore, KeyPairEntry } from './model';

/**
 * Where the renewal of a key pair stands. Nothing but the keystore says it: the successor lies beside the key pair in use under an alias of its own,
 * and takes over the alias in the end.
 */
export interface Renewal {
  readonly current: KeyPairEntry;
  /** The key pair that is to take the place of `current`. */
  readonly successor?: KeyPairEntry;
  /** The one that `current` took the place of. */
  readonly predecessor?: KeyPairEntry;
  /** What comes next: make a successor; get it signed, accepted and tested, and switch; nothing but to clear away. */
  readonly stage: 'generate' | 'switch' | 'switched';
}

/** @throws FlowKeystoreError `alias-unknown`, `not-a-key-pair`, `not-a-certificate` where there is no certificate to renew */
export function renewalOf(keystore: Keystore, alias: string): Renewal {
  const current = getKeyPair(keystore, alias);
  const leaf = leafOf(current);
  const family = keystore.entries.filter(
    (entry): entry is KeyPairEntry =>
      entry.kind === 'keyPair' &&
      entry !== current &&
      entry.chain[0] !== undefined &&
      entry.chain[0].subject.equals(leaf.subject) &&
      !sameOctets(entry.chain[0].spki, leaf.spki),
  );
  const predecessor = newest(family.filter(({ alias: other }) => isPredecessorAlias(current.alias, other)));
  const successor = newest(
    family.filter((entry) => {
      if (/_until_\d{4}-\d\d-\d\d(?:_\d+)?$/.test(entry.alias)) return false;
      const named = entry.alias.toLowerCase().startsWith(`${current.alias.toLowerCase()}_`);
      return named && leafOf(entry).notAfter > leaf.notAfter;
    }),
  );
  return {
    current,
    ...(successor && { successor }),
    ...(predecessor && { predecessor }),
    stage: successor ? 'switch' : predecessor ? 'switched' : 'generate',
  };
}

function leafOf({ alias, chain: [leaf] }: KeyPairEntry): Certificate {
  if (leaf) return leaf;
  throw new FlowKeystoreError(
    'not-a-certificate',
    `The private key "${alias}" has no certificate that could be renewed.`,
    {},
    'Import its certificate first.',
  );
}

function newest(entries: readonly KeyPairEntry[]): KeyPairEntry | undefined {
  return [...entries].sort((a, b) => leafOf(b).notAfter.getTime() - leafOf(a).notAfter.getTime())[0];
}

/** Key pairs with a certificate, the one that ends first in front. */
export function byExpiry({ entries }: Keystore): KeyPairEntry[] {
  return entries
    .filter((entry): entry is KeyPairEntry => entry.kind === 'keyPair' && entry.chain[0] !== undefined)
    .sort((a, b) => leafOf(a).notAfter.getTime() - leafOf(b).notAfter.getTime());
}

/** `<alias>_<year>`, with a number where that is taken. */
export function successorAlias(keystore: Keystore, alias: string, now: Date): string {
  return firstFree(keystore, `${alias.slice(0, maxAliasLength - 10)}_${now.getUTCFullYear()}`);
}

/** `<alias>_until_<last day>`, with a number where that is taken. */
export function predecessorAlias(keystore: Keystore, { alias, chain }: KeyPairEntry): string {
  const day = chain[0]?.notAfter.toISOString().slice(0, 10) ?? '';
  return firstFree(keystore, `${alias.slice(0, maxAliasLength - 24)}_until_${day}`);
}

function isPredecessorAlias(alias: string, other: string): boolean {
  const start = `${alias.slice(0, maxAliasLength - 24)}_until_`.toLowerCase();
  return other.toLowerCase().startsWith(start) && /_until_\d{4}-\d\d-\d\d(?:_\d+)?$/.test(other);
}

function firstFree({ type, entries }: Keystore, wanted: string): string {
  const base = aliasIn(type, wanted);
  const taken = (alias: string): boolean => entries.some((entry) => sameAlias(entry.alias, alias));
  for (let n = 1; ; n++) {
    const alias = n === 1 ? base : `${base}_${n}`;
    if (!taken(alias)) return alias;
  }
}

/** The same kind of key; RSA 3072 for one that is not made any longer, or too short. */
export function successorKeySpec({ algorithm, size, curve }: PublicKey): KeySpec {
  const same = keySpecs.find((spec) =>
    spec.algorithm === 'RSA' ? algorithm === 'RSA' && spec.bits === size : algorithm === 'EC' && spec.curve === curve,
  );
  return same ?? { algorithm: 'RSA', bits: 3072 };
}

/** What of the old certificate the new one says in the same words: alternative names, key usage, extended key usage. */
const copied: ReadonlySet<string> = new Set(['2.5.29.17', '2.5.29.15', '2.5.29.37']);

export interface Successor {
  /** PKCS#8, DER; wiped by whoever seals it. */
  readonly privateKeyInfo: Uint8Array;
  readonly certificate: Certificate;
}

/** What a certificate made now may be before: clocks of servers differ a little. */
const clockTolerance = 5 * 60 * 1000;

/**
 * A new key of the same kind, with a self-signed certificate of the same name, alternative names and usages as that of the old one. Valid as long as
 * that was, from now, unless told otherwise.
 */
export async function makeSuccessor(
  old: KeyPairEntry,
  now: Date,
  options: { readonly notAfter?: Date; readonly signal?: AbortSignal } = {},
): Promise<Successor> {
  const keys = await generateKeys(successorKeySpec(leafOf(old).publicKey), options.signal);
  const certificate = await certifySuccessor(old, keys.privateKey, now, options);
  options.signal?.throwIfAborted();
  return { privateKeyInfo: privateKeyInfoOf(keys), certificate };
}

/** A self-signed certificate for a key that is there already, as `makeSuccessor` makes it. */
export async function certifySuccessor(
  old: KeyPairEntry,
  privateKey: KeyObject,
  now: Date,
  options: { readonly notAfter?: Date } = {},
): Promise<Certificate> {
  const leaf = leafOf(old);
  const length = leaf.notAfter.getTime() - leaf.notBefore.getTime();
  const usage = leaf.publicKey.algorithm === (privateKey.asymmetricKeyType ?? '').toUpperCase();
  return issueCertificate({
    subject: leaf.subject,
    publicKey: createPublicKey(privateKey),
    signingKey: privateKey,
    notBefore: new Date(now.getTime() - clockTolerance),
    notAfter: options.notAfter ?? new Date(now.getTime() + length),
    // The usages of another kind of key may not fit.
    extensions: leaf.extensions.all.filter(({ oid }) => copied.has(oid) && (usage || oid !== '2.5.29.15')),
  });
}

/**
 * Whether a key pair from elsewhere can succeed another: another key, the same name, valid longer.
 * @param chain leaf first
 * @throws FlowKeystoreError `value-invalid`, with the reason
 */
export function checkSuccessor(old: KeyPairEntry, chain: readonly Certificate[]): void {
  const leaf = leafOf(old);
  const [fresh] = chain;
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  const problem = !fresh
    ? 'It has no certificate.'
    : sameOctets(fresh.spki, leaf.spki)
      ? `It is the private key of "${old.alias}" itself: a renewal needs another one.`
      : !fresh.subject.equals(leaf.subject)
        ? `It is issued to "${fresh.subject.toString()}", and "${old.alias}" to "${leaf.subject.toString()}".`
        : fresh.notAfter <= leaf.notAfter
          ? `It ends on ${day(fresh.notAfter)}, and "${old.alias}" on ${day(leaf.notAfter)}: no later.`
          : undefined;
  if (problem === undefined) return;
  throw new FlowKeystoreError(
    'value-invalid',
    `This key pair cannot succeed "${old.alias}". ${problem}`,
    {},
    'Choose another file, or import it as an entry of its own.',
  );
}

/**
 * The successor takes the alias, the key pair in use becomes `<alias>_until_<last day>`: flows stay as they are.
 * @throws FlowKeystoreError `alias-unknown` where there is no successor
 */
export function switchToSuccessor(keystore: Keystore, alias: string): Edited & { readonly oldAlias: string } {
  const { current, successor } = renewalOf(keystore, alias);
  if (!successor) {
    throw new FlowKeystoreError(
      'alias-unknown',
      `There is no successor of "${current.alias}" in the keystore.`,
      {},
      'Generate or import one first.',
    );
  }
  const oldAlias = predecessorAlias(keystore, current);
  const first = renameEntry(keystore, current.alias, oldAlias).keystore;
  const second = renameEntry(first, successor.alias, current.alias).keystore;
  const what = `switch "${current.alias}" to its successor`;
  return { keystore: second, changes: [{ kind: 'file', what }], oldAlias };
}
