import type { Certificate } from '../../certificates/certificate';
import type { SealedKey } from '../../keys/sealedKey';
import type { SecretKeyEntry, StoreType, UnknownEntry } from '../model';

/** A file, or what was pasted. */
export interface ImportSource {
  /** Path, or words for what has none ("the clipboard"). */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One thing that can be imported. */
export type ImportItem = CertificateItem | KeyPairItem | OtherItem;

interface ItemBase {
  /** Name of the source. */
  readonly from: string;
  /** The alias it had there; absent where it had none. */
  readonly alias?: string;
}

export interface CertificateItem extends ItemBase {
  readonly kind: 'certificate';
  readonly certificate: Certificate;
  /** It lay in a PKCS#12 file without being an entry to Java: nobody trusted it there. */
  readonly ignored?: true;
}

/** Nobody trusted it where it was: it is left out unless it is asked for. */
export const isIgnored = (item: ImportItem): boolean => item.kind === 'certificate' && item.ignored === true;

export interface KeyPairItem extends ItemBase {
  readonly kind: 'keyPair';
  /** Leaf first; never empty. */
  readonly chain: readonly Certificate[];
  /** As in its source. */
  readonly key: SealedKey;
  /** What opens the key, as far as that is known: its own password, else that of its keystore. Undefined where there is none. */
  readonly password: string | undefined;
  /** The key came alone, as SSH keys do; its certificate was made for the keystore's sake. */
  readonly certified?: true;
}

/** A secret key, or an entry that is not understood: only a keystore of the same format can take it. */
export interface OtherItem extends ItemBase {
  readonly kind: 'other';
  readonly entry: SecretKeyEntry | UnknownEntry;
  readonly type: StoreType;
  /** Of the keystore that it comes from. */
  readonly password: string | undefined;
}

/** What a source holds and an import leaves out. */
export interface PassedOver {
  readonly from: string;
  /** A PEM label, an alias, or what the source looks like. `key-elsewhere`: a key pair of a tenant, which keeps its private key. */
  readonly what: string;
  /** `not-for-keystores`: requests, parameters. `not-understood`: `what` says why. */
  readonly why: 'no-certificate' | 'not-for-keystores' | 'unreadable' | 'not-understood' | 'key-elsewhere';
}

export interface Recognised {
  /** In the order of the sources; no certificate twice. */
  readonly items: readonly ImportItem[];
  readonly passedOver: readonly PassedOver[];
}

export interface PasswordQuestion {
  readonly of: 'keystore' | 'key';
  readonly from: string;
  /** Of a key that has one. */
  readonly alias?: string;
  /** How many answers were wrong before. */
  readonly wrong: number;
}

/** Where passwords come from. It throws when there is no other one, and the import ends with that. */
export type AskPassword = (question: PasswordQuestion) => Promise<string>;

/** The certificate that stands for an item: its own, or the leaf. */
export function certificateOfItem(item: ImportItem): Certificate | undefined {
  switch (item.kind) {
    case 'certificate':
      return item.certificate;
    case 'keyPair':
      return item.chain[0];
    case 'other':
      return undefined;
  }
}
