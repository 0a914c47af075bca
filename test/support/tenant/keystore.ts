import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Certificate } from '../../../src/core/certificates/certificate';
import { issueCertificate } from '../../../src/core/certificates/issue';
import { checkSignature } from '../../../src/core/certificates/signature';
import { keyObjectOf, openSealedKey } from '../../../src/core/keys/sealedKey';
import { addCertificates } from '../../../src/core/keystore/edit';
import type { Entry, Keystore } from '../../../src/core/keystore/model';
import { requestFor } from '../../../src/core/keystore/requestFor';
import { emptyKeystore, readKeystore, sealFor, writeKeystore } from '../../../src/core/keystore/store';
import { Refused } from './replies';

/** An entry of the tenant's keystore. */
export interface SimulatedEntry {
  readonly alias: string;
  /** Leaf first; a certificate alone for a certificate entry. */
  readonly chain: readonly Certificate[];
  readonly kind: 'keyPair' | 'certificate';
  readonly owner?: 'SAP' | 'Tenant Administrator';
  readonly modifiedBy?: string;
  readonly modified?: Date;
  /** The API never hands it out; certification requests are made with it. */
  readonly key?: KeyObject;
  /** Of a key in the history. */
  readonly originalAlias?: string;
}

const reserved = /^(sap_|hcicertificate\d*$|hcimsgcertificate$)/i;
/** Octets: "Uploading a Certificate", and the error text of the API. */
const limits = { certificate: 10_240, keyPair: 30_072 } as const;

/** What a tenant keeps, and its rules. Changes are what the documentation says, word for word where it gives the words. */
export class SimulatedKeystore {
  entries: SimulatedEntry[];
  renewal: SimulatedEntry[] = [];
  history: SimulatedEntry[] = [];
  backup: SimulatedEntry[] | undefined;
  lastModifiedBy = 'Tester';
  lastModified = new Date('2026-11-01T08:00:00Z');
  /** Roots of public authorities, say: what is below them needs no confirmation. */
  trusted: Certificate[] = [];

  constructor(
    entries: readonly SimulatedEntry[],
    /** A PKCS#12 file that has it all, for other programs to look at. */
    private readonly file?: { readonly path: string; readonly password: string },
  ) {
    this.entries = [...entries];
  }

  get(alias: string): SimulatedEntry | undefined {
    return this.entries.find((entry) => entry.alias.toLowerCase() === alias.toLowerCase());
  }

  known(alias: string): SimulatedEntry {
    const entry = this.get(alias);
    if (!entry) throw new Refused(404, 'Not Found', `Alias '${alias}' not found in the keystore`);
    return entry;
  }

  own(alias: string): SimulatedEntry {
    const entry = this.known(alias);
    if (entry.owner === 'SAP') throw new Refused(403, 'Forbidden', '');
    return entry;
  }

  /** @param verified the fingerprint was compared */
  async putCertificate(alias: string, der: Uint8Array, update: boolean, verified: boolean, by: string): Promise<void> {
    if (der.length > limits.certificate) throw new Refused(413, 'Request Entity Too Large', 'More than 10 kB');
    let certificate: Certificate;
    try {
      certificate = Certificate.parse(der);
    } catch {
      throw new Refused(415, 'Unsupported Media Type', 'The certificate could not be read');
    }
    this.mayPut(alias, update);
    this.mustTrust([certificate], verified);
    await this.put({ alias, kind: 'certificate', chain: [certificate] }, by);
  }

  async putKeyPair(
    alias: string,
    pkcs12: Uint8Array,
    password: string,
    update: boolean,
    verified: boolean,
    by: string,
  ): Promise<void> {
    if (pkcs12.length > limits.keyPair) throw new Refused(413, 'Request Entity Too Large', 'More than 30072 bytes');
    this.mayPut(alias, update);
    const { chain, key } = await keyPairIn(pkcs12, password);
    this.mustTrust(chain, verified);
    await this.put({ alias, kind: 'keyPair', chain, key }, by);
  }

  async putChain(alias: string, chain: readonly Certificate[], verified: boolean, by: string): Promise<void> {
    const entry = this.own(alias);
    if (entry.kind !== 'keyPair') {
      throw new Refused(400, 'Bad Request', `Alias "${alias}" does not represent a Key Pair`);
    }
    const spki = entry.chain[0]?.spki;
    const leaf = chain.find((each) => spki && Buffer.compare(each.spki, spki) === 0);
    if (!leaf) {
      const message = 'The public key of the CA Reply is different from the public key of the keystore entry';
      throw new Refused(400, 'Bad Request', message);
    }
    const ordered = [leaf];
    for (let next: Certificate | undefined = leaf; next && !next.selfIssued;) {
      next = chain.find((each) => each !== next && next?.mayBeIssuedBy(each));
      if (next) ordered.push(next);
    }
    this.mustTrust(ordered, verified);
    await this.put({ ...entry, chain: ordered }, by);
  }

  async rename(from: string, to: string, by: string): Promise<void> {
    const entry = this.own(from);
    if (reserved.test(to)) throw new Refused(403, 'Forbidden', '');
    if (this.get(to) && this.get(to) !== entry) throw taken(to);
    this.entries = this.entries.map((each) => (each === entry ? { ...entry, alias: to } : each));
    await this.changed(by);
  }

  async delete(aliases: readonly string[], by: string): Promise<void> {
    for (const alias of aliases) if (this.get(alias)?.owner === 'SAP') throw new Refused(403, 'Forbidden', '');
    const doomed = new Set(aliases.map((alias) => this.get(alias)));
    this.entries = this.entries.filter((entry) => !doomed.has(entry));
    await this.changed(by);
  }

  async generate(fields: Readonly<Record<string, unknown>>, by: string): Promise<void> {
    const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
    const alias = text('Alias');
    if (!alias) throw new Refused(400, 'Bad Request', 'The alias is empty');
    this.mayPut(alias, false);
    if (!text('CommonName') || !/^[A-Z]{2}$/i.test(text('Country'))) {
      throw new Refused(400, 'Bad Request', 'The common name or the country is empty');
    }
    const { privateKey, publicKey } = generatedKeys(fields);
    const labels = {
      CN: 'CommonName',
      OU: 'OrganizationUnit',
      O: 'Organization',
      L: 'Locality',
      ST: 'State',
      C: 'Country',
    };
    const subject = Object.entries(labels).flatMap(([label, name]) =>
      text(name) ? [{ label, value: text(name) }] : [],
    );
    const date = (name: string): Date | undefined => {
      const ticks = /\((\d+)\)/.exec(text(name))?.[1];
      return ticks === undefined ? undefined : new Date(Number(ticks));
    };
    const certificate = await issueCertificate({
      subject,
      publicKey,
      signingKey: privateKey,
      notBefore: date('ValidNotBefore') ?? new Date(),
      notAfter: date('ValidNotAfter') ?? new Date(Date.now() + 3 * 365 * 86_400_000),
    });
    await this.put({ alias, kind: 'keyPair', chain: [certificate], key: privateKey }, by);
  }

  /** @returns by alias, what became of each */
  async import(keystore: Keystore, password: string, option: string, by: string): Promise<ReadonlyMap<string, string>> {
    const status = new Map<string, string>();
    const kept = option === 'replace' ? this.entries.filter(({ owner }) => owner === 'SAP') : [...this.entries];
    for (const { alias } of this.entries) {
      status.set(alias, kept.some((each) => each.alias === alias) ? 'unchanged' : 'removed');
    }
    const find = (alias: string): SimulatedEntry | undefined =>
      kept.find((each) => each.alias.toLowerCase() === alias.toLowerCase());
    for (const entry of keystore.entries) {
      const { alias } = entry;
      const old = find(alias);
      if (reserved.test(alias)) {
        status.set(alias, "notImported: The alias is not allowed. Aliases starting with 'sap_' are reserved for SAP.");
      } else if (old && option === 'merge') {
        status.set(alias, 'notImported: An entry with the same alias already exists');
      } else if (old?.kind === 'keyPair' && entry.kind === 'certificate') {
        status.set(alias, 'notImported :Key Pair entry cannot be overwritten by a certificate entry.');
      } else if (entry.kind === 'keyPair' || entry.kind === 'certificate') {
        const made = await simulatedOf(entry, password, by);
        if (old) kept.splice(kept.indexOf(old), 1);
        kept.push(made);
        status.delete(old?.alias ?? '');
        status.set(alias, old ? 'changed' : 'new');
      }
    }
    this.entries = kept;
    await this.changed(by);
    return status;
  }

  backUp(): void {
    this.backup = this.entries.filter(({ owner }) => owner !== 'SAP');
  }

  async restore(option: string, by: string): Promise<void> {
    const { backup } = this;
    if (!backup) throw new Refused(404, 'Not Found', 'There is no backup');
    const named = (alias: string): boolean => backup.some((each) => each.alias === alias);
    const kept = this.entries.filter(({ owner, alias }) => owner === 'SAP' || (option !== 'replace' && !named(alias)));
    this.entries = [...kept, ...backup];
    await this.changed(by);
  }

  async activate(alias: string): Promise<void> {
    const next = this.renewal.find((each) => each.alias === alias);
    if (!next) throw new Refused(404, 'Not Found', `Alias '${alias}' not found in the keystore`);
    const old = this.get(alias);
    if (old) this.history.push({ ...old, alias: `[${this.history.length + 1}]_${alias}`, originalAlias: alias });
    this.renewal = this.renewal.filter((each) => each !== next);
    this.entries = [...this.entries.filter((each) => each !== old), next];
    await this.changed('SAP');
  }

  copyFromHistory(alias: string, destination: string | null): void {
    if (!alias.startsWith('[')) {
      throw new Refused(
        400,
        'Bad Request',
        `The alias "${alias}" is invalid: Alias '${alias}' does not start with '['`,
      );
    }
    const entry = this.history.find((each) => each.alias === alias);
    if (!entry) throw new Refused(404, 'Not Found', `Alias '${alias}' not found in the keystore`);
    const to = destination ?? entry.originalAlias ?? alias;
    if (this.renewal.some((each) => each.alias === to)) throw taken(to);
    const { chain, kind, owner, key } = entry;
    this.renewal.push({ alias: to, chain, kind, ...(owner && { owner }), ...(key && { key }) });
  }

  /** PKCS#10, DER. */
  async request(alias: string): Promise<Uint8Array> {
    const { key, chain } = this.own(alias);
    if (!key) throw new Refused(400, 'Bad Request', `Alias "${alias}" does not represent a Key Pair`);
    return requestFor({ kind: 'keyPair', alias, chain, key: { form: 'elsewhere', where: '' } }, key, {});
  }

  private mayPut(alias: string, update: boolean): void {
    if (reserved.test(alias)) throw new Refused(403, 'Forbidden', '');
    // eslint-disable-next-line no-control-regex -- control characters are just what is refused
    if (/[\u0000-\u001f]/.test(alias)) throw new Refused(400, 'Bad Request', 'The alias contains invalid character');
    const old = this.get(alias);
    if (old && !update) throw taken(alias);
    if (!old && update) throw new Refused(400, 'Bad Request', `Alias '${alias}' not found in the keystore`);
  }

  private mustTrust(chain: readonly Certificate[], verified: boolean): void {
    if (verified) return;
    const top = chain.at(-1);
    const anchors = [...this.trusted, ...this.entries.flatMap((entry) => entry.chain)];
    const vouches = (anchor: Certificate): boolean =>
      top !== undefined &&
      (anchor.equals(top) || (top.mayBeIssuedBy(anchor) && checkSignature(top, anchor) === 'good'));
    if (!anchors.some(vouches)) throw new Refused(409, 'Conflict', 'The certificate is not trusted');
  }

  private async put(entry: SimulatedEntry, by: string): Promise<void> {
    const old = this.get(entry.alias);
    const fresh = { ...entry, modifiedBy: by, modified: new Date() };
    this.entries = old ? this.entries.map((each) => (each === old ? fresh : each)) : [...this.entries, fresh];
    await this.changed(by);
  }

  /** A real keystore, which any program can look at. */
  private async changed(by: string): Promise<void> {
    this.lastModifiedBy = by;
    this.lastModified = new Date(Math.max(Date.now(), this.lastModified.getTime() + 1));
    if (this.file) writeFileSync(this.file.path, await this.asFile(this.file.password));
  }

  private async asFile(password: string): Promise<Uint8Array> {
    const entries: Entry[] = [];
    for (const { alias, chain, key } of this.entries) {
      const [certificate] = chain;
      if (key) {
        const info = key.export({ format: 'der', type: 'pkcs8' });
        entries.push({ kind: 'keyPair', alias, chain, key: await sealFor('PKCS12', info, password) });
      } else if (certificate) entries.push({ kind: 'certificate', alias, certificate });
    }
    return writeKeystore({ ...emptyKeystore('PKCS12'), entries }, password);
  }
}

/** The public content of some entries: JCEKS without a password; the chain of a key pair flattened behind its alias. */
export async function publicContentOf(entries: readonly SimulatedEntry[]): Promise<string> {
  const used = new Set(entries.map(({ alias }) => alias));
  const flat: { alias: string; certificate: Certificate }[] = [];
  for (const { alias, chain } of entries) {
    chain.forEach((certificate, at) => {
      let name = at ? `${alias}_${at}` : alias;
      while (at && used.has(name)) name += '_';
      used.add(name);
      flat.push({ alias: name, certificate });
    });
  }
  const { keystore } = addCertificates(emptyKeystore('JCEKS'), flat);
  return Buffer.from(await writeKeystore(keystore, 'unknown')).toString('base64');
}

async function keyPairIn(
  pkcs12: Uint8Array,
  password: string,
): Promise<{ chain: readonly Certificate[]; key: KeyObject }> {
  try {
    const keystore = await readKeystore(pkcs12, password);
    const entry = keystore.entries.find((each) => each.kind === 'keyPair');
    if (entry?.kind !== 'keyPair') throw new Error('no key pair');
    return { chain: entry.chain, key: keyObjectOf(await openSealedKey(entry.key, password)) };
  } catch {
    throw new Refused(400, 'Bad Request', 'The key pair could not be read; the password may be wrong');
  }
}

async function simulatedOf(entry: Entry, password: string, by: string): Promise<SimulatedEntry> {
  const made = { alias: entry.alias, modifiedBy: by, modified: new Date() };
  if (entry.kind === 'certificate') return { ...made, kind: 'certificate', chain: [entry.certificate] };
  if (entry.kind !== 'keyPair') throw new Error(`${entry.alias} is no entry for a tenant`);
  try {
    const key = keyObjectOf(await openSealedKey(entry.key, password));
    return { ...made, kind: 'keyPair', chain: entry.chain, key };
  } catch {
    throw new Refused(400, 'Bad Request', 'The password of a private key is wrong');
  }
}

function generatedKeys(fields: Readonly<Record<string, unknown>>): { privateKey: KeyObject; publicKey: KeyObject } {
  const size = typeof fields['KeySize'] === 'number' ? fields['KeySize'] : 4096;
  switch (fields['KeyType'] ?? 'RSA') {
    case 'RSA': {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: size });
      return { privateKey, publicKey: createPublicKey(privateKey) };
    }
    case 'EC':
      return generateKeyPairSync('ec', { namedCurve: size <= 256 ? 'P-256' : size <= 384 ? 'P-384' : 'P-521' });
    default:
      throw new Refused(400, 'Bad Request', 'The key type is not supported');
  }
}

const taken = (alias: string): Refused =>
  new Refused(400, 'Bad Request', `Keystore entry with alias "${alias}" already exists`);
