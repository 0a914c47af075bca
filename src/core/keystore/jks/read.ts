import { createHash, timingSafeEqual } from 'node:crypto';
import { Certificate } from '../../certificates/certificate';
import { bmpOctets } from '../../asn1/der';
import { FlowKeystoreError } from '../../errors';
import { wrongPassword } from '../../keys/passwordEncryption';
import { Pace } from '../../keys/slices';
import type { CarriedBag, Entry, Keystore, KeystoreNote } from '../model';
import { JavaReader, damagedAt } from './javaStream';
import { integrityLength, integrityText, magicOf, tag } from './layout';
import { skipSerializedObject } from './serializedObject';

export interface ReadOptions {
  readonly signal?: AbortSignal;
}

const maxEntries = 200_000;
const maxChain = 1_000;

/**
 * Reads a JKS or JCEKS file (sun.security.provider.JavaKeyStore, com.sun.crypto.provider.JceKeyStore): nothing of certificates is encrypted in
 * it, so that it is listed without a password too. Private keys stay sealed.
 * @param password undefined: the integrity of the file is not checked
 * @throws FlowKeystoreError `wrong-password`, `damaged`, `limit-exceeded`
 */
export async function readJks(
  bytes: Uint8Array,
  password: string | undefined,
  { signal }: ReadOptions = {},
): Promise<Keystore> {
  const type = bytes.length >= 4 && Buffer.from(bytes.subarray(0, 4)).readUInt32BE() === magicOf.JKS ? 'JKS' : 'JCEKS';
  const bodyLength = bytes.length - integrityLength;
  const intact = password === undefined || (bodyLength > 0 && isIntact(bytes, password));
  const reader = new JavaReader(bytes, 4, Math.max(bodyLength, 0));
  // A damaged file has a wrong digest too: what is broken says more than that the password might be wrong.
  const keystore = await new EntryReader(reader, type, new Pace(signal)).read();
  if (!intact) throw wrongPassword();
  const unchecked: KeystoreNote[] =
    password === undefined ? [{ code: 'read-without-password', encryptedParts: false }] : [];
  return { ...keystore, notes: [...unchecked, ...keystore.notes] };
}

function isIntact(bytes: Uint8Array, password: string): boolean {
  const body = bytes.subarray(0, -integrityLength);
  const digest = createHash('sha1').update(bmpOctets(password)).update(integrityText).update(body).digest();
  return timingSafeEqual(digest, bytes.subarray(-integrityLength));
}

/** Nothing where the number is no date that can be told. */
function dateOf(milliseconds: bigint): { created?: Date } {
  const created = new Date(Number(milliseconds));
  return Number.isNaN(created.getTime()) ? {} : { created };
}

class EntryReader {
  private readonly entries = new Map<string, Entry>();
  private readonly notes: KeystoreNote[] = [];
  private readonly carried: CarriedBag[] = [];
  private version = 2;

  constructor(
    private readonly reader: JavaReader,
    private readonly type: 'JKS' | 'JCEKS',
    private readonly pace: Pace,
  ) {}

  async read(): Promise<Keystore> {
    const { reader } = this;
    this.version = reader.int();
    if (this.version !== 1 && this.version !== 2) {
      throw new FlowKeystoreError('unsupported', `This is a ${this.type} file of the unknown version ${this.version}.`);
    }
    const count = reader.int();
    if (count < 0) throw damagedAt(8, 'the number of entries is negative');
    if (count > maxEntries) {
      throw new FlowKeystoreError(
        'limit-exceeded',
        `The file claims to hold ${count.toLocaleString('en')} entries; more than ${maxEntries.toLocaleString('en')} are not read.`,
      );
    }
    for (let i = 0; i < count; i++) {
      if (this.pace.over) await this.pace.rest();
      this.put(this.entry());
    }
    if (reader.at !== reader.limit) throw damagedAt(reader.at, 'there is more after the last entry');
    return { type: this.type, entries: [...this.entries.values()], notes: this.notes, carried: this.carried };
  }

  private put(entry: Entry): void {
    const before = this.entries.get(entry.alias);
    if (before) {
      if (this.version === 1) throw damagedAt(this.reader.at, `the alias "${entry.alias}" is there twice`);
      // To Java the later one is the entry. The other is written first again.
      this.notes.push({ code: 'duplicate-alias', alias: entry.alias });
      if (before.source) this.carried.push(before.source);
    }
    if (entry.alias !== entry.alias.toLowerCase()) {
      this.notes.push({ code: 'alias-not-lower-case', alias: entry.alias });
    }
    this.entries.set(entry.alias, entry);
  }

  private entry(): Entry {
    const { reader } = this;
    const start = reader.at;
    const kind = reader.int();
    const alias = reader.utf();
    const made = dateOf(reader.long());
    const source = (): CarriedBag => ({
      level: 'entry',
      type: this.type,
      raw: reader.source.subarray(start, reader.at),
    });
    switch (kind) {
      case tag.privateKey: {
        const der = reader.blob();
        const count = reader.int();
        if (count < 0 || count > maxChain) throw damagedAt(reader.at - 4, 'a chain of impossible length');
        const chain: (Certificate | undefined)[] = [];
        for (let i = 0; i < count; i++) chain.push(this.certificate());
        const read = chain.filter((certificate) => certificate !== undefined);
        if (read.length < chain.length) return { kind: 'unknown', alias, ...made, what: 'key pair', source: source() };
        if (!chain.length) this.notes.push({ code: 'key-without-certificate', alias });
        return { kind: 'keyPair', alias, ...made, key: { form: 'encrypted', der }, chain: read, source: source() };
      }
      case tag.certificate: {
        const certificate = this.certificate();
        return certificate
          ? { kind: 'certificate', alias, ...made, certificate, source: source() }
          : { kind: 'unknown', alias, ...made, what: 'certificate', source: source() };
      }
      default:
        if (kind !== tag.secretKey || this.type === 'JKS') {
          throw damagedAt(start, `an entry of the unknown kind ${kind}`);
        }
        skipSerializedObject(reader);
        return { kind: 'secretKey', alias, ...made, source: source() };
    }
  }

  /** Undefined, with a note, for one that cannot be read. */
  private certificate(): Certificate | undefined {
    const kind = this.version === 1 ? 'X.509' : this.reader.utf();
    const der = this.reader.blob();
    try {
      if (!/^X\.?509$/i.test(kind)) {
        throw new FlowKeystoreError('unsupported', `a certificate of the kind ${kind.slice(0, 40)}`);
      }
      return Certificate.parse(der);
    } catch (error) {
      // Entries of version 1 are written anew as version 2: nothing can be carried.
      if (this.version === 1) throw error;
      this.notes.push({
        code: 'certificate-unreadable',
        detail: error instanceof Error ? error.message : String(error),
      });
      return undefined;
    }
  }
}
