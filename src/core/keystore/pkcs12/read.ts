import { children, expectNode, octetsOf, oidOf, rawOf, readNode, smallIntegerOf, Tag, type Node } from '../../asn1/der';
import { Certificate } from '../../certificates/certificate';
import { FlowKeystoreError } from '../../errors';
import { schemeOf, type EncryptionScheme } from '../../keys/encryptionSchemes';
import { decryptWithPassword, wrongPassword } from '../../keys/passwordEncryption';
import { openSealedKey } from '../../keys/sealedKey';
import { Pace } from '../../keys/slices';
import type { CarriedBag, Keystore, KeystoreNote, Protection } from '../model';
import { certificateDerOf, readBag, type SafeBag } from './bag';
import { entriesAsJavaSeesThem } from './entries';
import { integrityMethod, methodOf, Methods, Weaknesses } from '../protection';
import { checkMac, readMac } from './mac';
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
  const weak = new Weaknesses();
  const integrity = mac ? readMac(mac) : ({ mac: 'none' } as const);
  if (mac) weak.add(integrityMethod(integrity));
  else notes.push({ code: 'no-integrity-check' });

  const pace = new Pace(signal);
  const collected = new BagCollector(pace);
  const carried: CarriedBag[] = [];
  let passwordProven = mac !== undefined;
  let encryptedParts = false;
  const parts = new Parts();
  for (const info of children(expectNode(readNode(safe), Tag.sequence, 'the list of safes'))) {
    const [typeNode] = children(expectNode(info, Tag.sequence, 'a safe'));
    const type = oidOf(expectNode(typeNode, Tag.oid, 'the type of a safe'));
    if (type === contentOid.data) parts.add(await collected.add(readNode(octetsOf(contentOf(info, type)))));
    else if (type === contentOid.encryptedData) {
      encryptedParts = true;
      const sealed = encryptedPartOf(contentOf(info, type));
      weak.add(methodOf(sealed.algorithm));
      if (password === undefined) parts.add(undefined, sealed.algorithm);
      else {
        const plain = await decryptWithPassword(sealed.algorithm, sealed.data, password, signal);
        parts.add(await collected.add(readNode(plain)), sealed.algorithm);
        passwordProven = true;
      }
    } else carried.push({ level: 'content', type, raw: rawOf(info) });
  }
  const bags = collected.safes.flat();
  const [firstKey] = bags.filter(({ type }) => type === bagOid.shroudedKey);
  // Nothing but the keys knows the password then; a save would seal the rest under another one.
  if (!passwordProven && firstKey && password !== undefined) await provePassword(firstKey, password, signal);
  for (const bag of bags) {
    if (bag.type !== bagOid.shroudedKey) continue;
    const [algorithm] = children(bag.value);
    if (algorithm) weak.add(methodOf(algorithm));
  }
  notes.push(...weak.notes());
  if (password === undefined && (mac || encryptedParts || firstKey)) {
    notes.unshift({ code: 'read-without-password', encryptedParts });
  }

  signal?.throwIfAborted();
  const certificates = await parseCertificates(bags, notes, pace);
  const seen = await entriesAsJavaSeesThem(collected.safes, certificates, pace);
  return {
    type: 'PKCS12',
    entries: seen.entries,
    notes: [...notes, ...seen.notes],
    carried: [...carried, ...seen.carried],
    protection: { ...integrity, ...parts.protection() },
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

function encryptedPartOf(content: Node): { readonly algorithm: Node; readonly data: Uint8Array } {
  const [, info] = children(expectNode(content, Tag.sequence, 'encrypted data'));
  const [, algorithm, data] = children(expectNode(info, Tag.sequence, 'encrypted content'));
  if (!algorithm || !data) throw new FlowKeystoreError('damaged', 'The encrypted part of the file is empty.');
  return { algorithm, data: octetsOf(data) };
}

/** How the parts of a file are encrypted that have certificates in them, and those that have none. */
class Parts {
  private readonly safes = new Methods();
  private readonly otherSafes = new Methods();
  private scheme: EncryptionScheme | undefined;
  private otherScheme: EncryptionScheme | undefined;
  private hasOpenCertificates = false;
  private hasEncryptedCertificates = false;

  /**
   * @param bags undefined for what was not decrypted: there may be certificates in it
   * @param algorithm undefined for a part that lies open
   */
  add(bags: readonly SafeBag[] | undefined, algorithm?: Node): void {
    const hasCertificates = bags?.some(({ type }) => type === bagOid.certificate) ?? true;
    if (!algorithm) {
      this.hasOpenCertificates ||= hasCertificates;
    } else if (hasCertificates) {
      this.hasEncryptedCertificates = true;
      this.safes.add(methodOf(algorithm));
      this.scheme ??= schemeOf(algorithm);
    } else {
      this.otherSafes.add(methodOf(algorithm));
      this.otherScheme ??= schemeOf(algorithm);
    }
  }

  /** Certificates that lie partly open count as encrypted: a save never opens what was closed. */
  protection(): Omit<Protection, 'mac'> {
    const { safes, otherSafes } = this;
    const isOpen = this.hasOpenCertificates && !this.hasEncryptedCertificates;
    // One part for everything, unless certificates lie otherwise than the rest.
    const scheme = isOpen ? undefined : (this.scheme ?? this.otherScheme);
    const otherScheme = JSON.stringify(scheme) === JSON.stringify(this.otherScheme) ? undefined : this.otherScheme;
    return {
      certificates: isOpen ? 'plain' : 'encrypted',
      ...(safes.list.length && { safes: safes.list }),
      ...(otherSafes.list.length && { otherSafes: otherSafes.list }),
      ...(scheme && { scheme }),
      ...(otherScheme && { otherScheme }),
    };
  }
}

/** The bags of a file, safe by safe. Nested SafeContents are taken apart: what is in them is as much in the store as the rest. */
class BagCollector {
  readonly safes: SafeBag[][] = [];
  private count = 0;

  constructor(private readonly pace: Pace) {}

  async add(list: Node): Promise<readonly SafeBag[]> {
    const safe: SafeBag[] = [];
    await this.collect(list, safe);
    this.safes.push(safe);
    return safe;
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
