import { keptKey } from '../../keys/sealedKey';
import { createHash } from 'node:crypto';
import { bmpOctets } from '../../asn1/der';
import type { Certificate } from '../../certificates/certificate';
import { FlowKeystoreError } from '../../errors';
import { Pace } from '../../keys/slices';
import type { Entry, Keystore } from '../model';
import { blob, int, JavaReader, long, utf } from './javaStream';
import { integrityText, magicOf, tag } from './layout';

const version = 2;

/**
 * Writes a JKS or JCEKS file. Sealed keys and entries that are not understood go in as they are.
 * @param password of the file; keys may have others of their own
 * @throws FlowKeystoreError `alias-exists` for two entries of one alias, `unsupported` for what the format cannot hold
 */
export async function writeJks(
  keystore: Keystore & { readonly type: 'JKS' | 'JCEKS' },
  password: string,
  now: () => number = Date.now,
): Promise<Uint8Array> {
  if (password === '') {
    throw new FlowKeystoreError(
      'password-not-allowed',
      'The password is empty.',
      {},
      'Choose one of at least 6 characters (SAP asks for 8).',
    );
  }
  const pace = new Pace();
  const parts = shadowedParts(keystore);
  const count = parts.length + keystore.entries.length;
  const seen = new Set<string>();
  for (const entry of keystore.entries) {
    if (pace.over) await pace.rest();
    if (seen.has(entry.alias)) {
      throw new FlowKeystoreError('alias-exists', `The alias "${entry.alias}" would be there twice.`);
    }
    seen.add(entry.alias);
    parts.push(entryParts(entry, keystore.type, now));
  }
  const magic = Buffer.alloc(4);
  magic.writeUInt32BE(magicOf[keystore.type]);
  const body = Buffer.concat([magic, int(version), int(count), ...parts.flat()]);
  const digest = createHash('sha1').update(bmpOctets(password)).update(integrityText).update(body).digest();
  return Buffer.concat([body, digest]);
}

/**
 * Entries that a later one of the same alias hides from Java: they stay hidden under the alias that one has now, and go with it when it was
 * deleted, for they would come to light.
 */
function shadowedParts({ carried, entries }: Keystore): Uint8Array[][] {
  const aliases = new Map(
    entries.flatMap(({ source, alias }) => (source?.level === 'entry' ? [[aliasOf(source.raw), alias] as const] : [])),
  );
  return carried.flatMap(({ level, raw }) => {
    const alias = level === 'entry' ? aliases.get(aliasOf(raw)) : undefined;
    return alias === undefined ? [] : [renamed(raw, alias)];
  });
}

function aliasOf(raw: Uint8Array): string {
  const reader = new JavaReader(raw);
  reader.int();
  return reader.utf();
}

function entryParts(entry: Entry, type: 'JKS' | 'JCEKS', now: () => number): Uint8Array[] {
  const head = (kind: number): Uint8Array[] => [int(kind), utf(entry.alias), createdOf(entry, now)];
  switch (entry.kind) {
    case 'keyPair': {
      const key = keptKey(entry.key);
      if (key.form !== 'encrypted') {
        throw new FlowKeystoreError('unsupported', `The private key "${entry.alias}" is not sealed.`);
      }
      return [
        ...head(tag.privateKey),
        blob(key.der),
        int(entry.chain.length),
        ...entry.chain.flatMap(certificateParts),
      ];
    }
    case 'certificate':
      return [...head(tag.certificate), ...certificateParts(entry.certificate)];
    default:
      if (entry.source?.level !== 'entry' || entry.source.type !== type) {
        throw new FlowKeystoreError('unsupported', `A ${type} file cannot hold the entry "${entry.alias}".`);
      }
      return renamed(entry.source.raw, entry.alias);
  }
}

/** A date that cannot be told (`created` is absent then) stays the number that it was. */
function createdOf({ created, source }: Entry, now: () => number): Uint8Array {
  if (created || source?.level !== 'entry') return long(created?.getTime() ?? now());
  const reader = new JavaReader(source.raw);
  reader.int();
  reader.utf();
  return reader.octets(8);
}

function certificateParts({ der }: Certificate): Uint8Array[] {
  return [utf('X.509'), blob(der)];
}

/** An entry as it was, under another alias. */
function renamed(raw: Uint8Array, alias: string): Uint8Array[] {
  const reader = new JavaReader(raw);
  const kind = reader.int();
  reader.utf();
  return [int(kind), utf(alias), raw.subarray(reader.at)];
}
