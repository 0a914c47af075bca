import { children, expectNode, octetsOf, oidOf, rawOf, readNode, smallIntegerOf, Tag, type Node } from '../../asn1/der';
import { Certificate } from '../../certificates/certificate';
import { FlowKeystoreError } from '../../errors';
import { decryptWithPassword, isOldEncryption, wrongPassword } from '../../keys/passwordEncryption';
import { openSealedKey } from '../../keys/sealedKey';
import { Pace } from '../../keys/slices';
import type { CarriedBag, Keystore, KeystoreNote } from '../model';
import { certificateDerOf, readBag, type SafeBag } from './bag';
import { entriesAsJavaSeesThem } from './entries';
import { isModern, methodOf, Methods } from '../protection';
import { checkMac, macHashOf, macRoundsOf } from './mac';
import { bagOid, contentOid } from './oids';

export interface ReadOptions {
  readonly signal?: AbortSignal;
}

const maxBags = 200_000;

/**
 * Reads a PKCS#12 file (RFC 7292). Private keys stay sealed; nothing but certificates and attributes is opened.
 * @param password undefined: what lies open in the file is read, its integrity is not checked; the note `read-without-password` says so, unless
 * there is nothing that a password would be for
 * @throws FlowKeystoreError `wrong-password`, `damaged`, `limit-exceeded`, `unsupported`
 */
export async function readPkcs12(
  bytes: Uint8Array,
  password: string | undefined,
  { signal }: ReadOptions = {},
): Promise<Keystore> {
  const [version, authSafe, mac] = children(expectNode(readNode(bytes), Tag.sequence, 'a PKCS#12 file'));
  if (!version || smallIntegerOf(version) !== 3) {
    throw new FlowKeystoreError('unsupported', 'This is no PKCS#12 file of version 3.');
  }
  const content = contentOf(expectNode(authSafe, Tag.sequence, 'the contents of a PKCS#12 file'), contentOid.data);
  const safe = octetsOf(content);
  if (mac && password !== undefined && !(await checkMac(mac, safe, password, signal))) throw wrongPassword();

  const notes: KeystoreNote[] = [];
  const old = new Methods();
  const safes = new Methods();
  const macRounds = mac && macRoundsOf(mac);
  if (!mac) notes.push({ code: 'no-integrity-check' });
  else if (macHashOf(mac) === 'sha1') {
    old.add({ method: 'HMAC-SHA1', ...(macRounds !== undefined && { rounds: macRounds }) });
  }

  const pace = new Pace(signal);
  const collected = new BagCollector(pace);
  const carried: CarriedBag[] = [];
  let passwordProven = mac !== undefined;
  let encryptedParts = false;
  for (const info of children(expectNode(readNode(safe), Tag.sequence, 'the list of safes'))) {
    const [typeNode] = children(expectNode(info, Tag.sequence, 'a safe'));
    const type = oidOf(expectNode(typeNode, Tag.oid, 'the type of a safe'));
    if (type === contentOid.data) await collected.add(readNode(octetsOf(contentOf(info, type))));
    else if (type === contentOid.encryptedData) {
      encryptedParts = true;
      if (password === undefined) continue;
      await collected.add(readNode(await decryptSafe(contentOf(info, type), password, safes, signal)));
      passwordProven = true;
    } else carried.push({ level: 'content', type, raw: rawOf(info) });
  }
  const bags = collected.safes.flat();
  for (const each of safes.list) if (!isModern(each)) old.add(each);
  const [firstKey] = bags.filter(({ type }) => type === bagOid.shroudedKey);
  // Nothing but the keys knows the password then; a save would seal the rest under another one.
  if (!passwordProven && firstKey && password !== undefined) await provePassword(firstKey, password, signal);
  for (const bag of bags) {
    if (bag.type !== bagOid.shroudedKey) continue;
    const [algorithm] = children(bag.value);
    if (algorithm && isOldEncryption(algorithm)) old.add(methodOf(algorithm));
  }
  if (old.list.length) {
    notes.push({ code: 'old-encryption', algorithms: old.list.map(({ method }) => method), methods: old.list });
  }
  if (password === undefined && (mac || encryptedParts || firstKey)) {
    notes.unshift({ code: 'read-without-password', encryptedParts });
  }

  signal?.throwIfAborted();
  const certificates = await parseCertificates(bags, notes, pace);
  const seen = await entriesAsJavaSeesThem(collected.safes, certificates, pace);
  const plainCertificates = !encryptedParts && certificates.size > 0;
  return {
    type: 'PKCS12',
    entries: seen.entries,
    notes: [...notes, ...seen.notes],
    carried: [...carried, ...seen.carried],
    protection: {
      certificates: plainCertificates ? 'plain' : 'encrypted',
      mac: mac ? macHashOf(mac) : 'none',
      ...(macRounds !== undefined && { macRounds }),
      safes: safes.list,
    },
  };
}

/** @throws FlowKeystoreError `wrong-password` */
async function provePassword({ value }: SafeBag, password: string, signal?: AbortSignal): Promise<void> {
  try {
    await openSealedKey({ form: 'encrypted', der: rawOf(value) }, password, signal);
  } catch (error) {
    // A key of a kind that is not known here proves nothing.
    if (!(error instanceof FlowKeystoreError) || error.code === 'wrong-password') throw error;
  }
}

/** The element inside the explicit tag of a ContentInfo of that type. */
function contentOf(info: Node, type: string): Node {
  const [typeNode, wrapped] = children(info);
  const found = oidOf(expectNode(typeNode, Tag.oid, 'a content type'));
  if (found === contentOid.signedData && type === contentOid.data) {
    throw new FlowKeystoreError('unsupported', 'This PKCS#12 file is protected by a signature instead of a password.');
  }
  if (found !== type) throw new FlowKeystoreError('damaged', `The file has content of the unexpected kind ${found}.`);
  const [content] = children(expectNode(wrapped, 0xa0, 'content'));
  if (!content) throw new FlowKeystoreError('damaged', 'The file has no content.');
  return content;
}

async function decryptSafe(content: Node, password: string, safes: Methods, signal?: AbortSignal): Promise<Uint8Array> {
  const [, info] = children(expectNode(content, Tag.sequence, 'encrypted data'));
  const [, algorithm, data] = children(expectNode(info, Tag.sequence, 'encrypted content'));
  if (!algorithm || !data) throw new FlowKeystoreError('damaged', 'The encrypted part of the file is empty.');
  safes.add(methodOf(algorithm));
  return decryptWithPassword(algorithm, octetsOf(data), password, signal);
}

/** The bags of a file, safe by safe. Nested SafeContents are taken apart: what is in them is as much in the store as the rest. */
class BagCollector {
  readonly safes: SafeBag[][] = [];
  private count = 0;

  constructor(private readonly pace: Pace) {}

  async add(list: Node): Promise<void> {
    const safe: SafeBag[] = [];
    await this.collect(list, safe);
    this.safes.push(safe);
  }

  private async collect(list: Node, safe: SafeBag[]): Promise<void> {
    for (const node of children(expectNode(list, Tag.sequence, 'a list of bags'), maxBags)) {
      if (this.pace.over) await this.pace.rest();
      const bag = readBag(node);
      if (bag.type === bagOid.safeContents) await this.collect(bag.value, safe);
      else safe.push(bag);
      if (++this.count > maxBags) {
        throw new FlowKeystoreError(
          'limit-exceeded',
          `The file holds more than ${maxBags.toLocaleString('en')} entries.`,
        );
      }
    }
  }
}

/** Bag to certificate. One that cannot be read is noted and stays a bag. */
async function parseCertificates(
  bags: readonly SafeBag[],
  notes: KeystoreNote[],
  pace: Pace,
): Promise<ReadonlyMap<SafeBag, Certificate>> {
  const found = new Map<SafeBag, Certificate>();
  for (const bag of bags) {
    if (bag.type !== bagOid.certificate) continue;
    if (pace.over) await pace.rest();
    try {
      const der = certificateDerOf(bag);
      if (der) found.set(bag, Certificate.parse(der));
    } catch (error) {
      notes.push({ code: 'certificate-unreadable', detail: error instanceof Error ? error.message : String(error) });
    }
  }
  return found;
}
