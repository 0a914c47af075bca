import type { Certificate } from '../certificates/certificate';
import { checkSignature } from '../certificates/signature';
import { FlowKeystoreError } from '../errors';
import type { Entry, Keystore } from '../keystore/model';
import { readWithoutPassword } from '../keystore/store';
import { dateOf, entityOf, textOf, type Entity } from './odata';
import type { TenantSession } from './session';

/** What a tenant says of an entry beside its certificate. */
export interface TenantEntryFacts {
  readonly alias: string;
  /** SAP's own: nobody else changes it. */
  readonly ownedBySap: boolean;
  readonly lastModifiedBy?: string;
  readonly lastModified?: Date;
  readonly createdBy?: string;
  readonly created?: Date;
  /** Of a key in the history: the alias that it had, and when it was in use. */
  readonly originalAlias?: string;
  readonly activeFrom?: Date;
  readonly activeUntil?: Date;
}

export interface TenantKeystore {
  /** Private keys stay on the tenant: `elsewhere`. */
  readonly keystore: Keystore;
  /** By alias, in the order of the entries. */
  readonly facts: ReadonlyMap<string, TenantEntryFacts>;
  /** Entries whose certificate the tenant did not hand out. */
  readonly withoutCertificate: readonly string[];
}

/** What a tenant answered, as it is kept for when it cannot be reached. Nothing secret. */
export interface TenantListing {
  readonly host: string;
  readonly name: 'system' | 'backup_admin_system';
  /** As the API lists them. */
  readonly entries: readonly Entity[];
  /** The public content: JCEKS, base64. */
  readonly content: string;
}

/**
 * Reads a keystore of a tenant in two requests, however many entries it has: the list, which knows what is a key pair and whose it is, and the public
 * content, which has the certificates (JCEKS; chains of key pairs flattened to `alias_1`, `alias_2` ...).
 * @param name the current one, or the backup of the administrator
 * @throws FlowKeystoreError as `TenantSession.send`, `tenant-answer`
 */
export async function readTenantKeystore(
  session: TenantSession,
  name: 'system' | 'backup_admin_system' = 'system',
  signal?: AbortSignal,
): Promise<TenantKeystore> {
  return tenantKeystoreOf(await listTenantKeystore(session, name, signal), signal);
}

/** Those that SAP puts into each tenant: the one of today, and its predecessors. */
const sapKeyPair = /^(sap_cloudintegrationcertificate|hcicertificate1?)$/i;

/** The two requests of `readTenantKeystore`. @throws as that */
export async function listTenantKeystore(
  session: TenantSession,
  name: 'system' | 'backup_admin_system' = 'system',
  signal?: AbortSignal,
): Promise<TenantListing> {
  const [entries, content] = await Promise.all([
    session.collection(`/KeystoreEntries?keystoreName=${name}`, signal),
    session.json(`/KeystoreResources('${name}')`, signal),
  ]);
  return { host: session.host, name, entries, content: textOf(entityOf(content), 'Resource') ?? '' };
}

/** The keystore that a tenant listed. @throws FlowKeystoreError `tenant-answer`, `damaged` */
export async function tenantKeystoreOf(listing: TenantListing, signal?: AbortSignal): Promise<TenantKeystore> {
  const pool = new CertificatePool(await publicContent(listing.content, signal));
  const made = assembled(listing, (fact, fingerprint, isPair) => {
    const certificate = pool.certificateOf(fact.alias, fingerprint);
    if (!certificate) return [];
    return isPair ? pool.chainOf(fact.alias, certificate) : [certificate];
  });
  const hasSapKey = made.keystore.entries.some(({ kind, alias }) => kind === 'keyPair' && sapKeyPair.test(alias));
  if (hasSapKey || listing.name !== 'system') return made;
  return { ...made, keystore: { ...made.keystore, notes: [{ code: 'no-sap-key-pair' }] } };
}

/** @param chainOf leaf first; of a certificate it alone; empty where it was not handed out */
export function assembled(
  { entries: listed, host }: Pick<TenantListing, 'entries' | 'host'>,
  chainOf: (fact: TenantEntryFacts, fingerprint: string | undefined, isPair: boolean) => readonly Certificate[],
): TenantKeystore {
  const entries: Entry[] = [];
  const facts = new Map<string, TenantEntryFacts>();
  const withoutCertificate: string[] = [];
  for (const entity of listed) {
    const fact = factsOf(entity);
    const { alias } = fact;
    facts.set(alias, fact);
    const isPair = textOf(entity, 'Type') === 'Key Pair';
    const chain = chainOf(fact, fingerprintOf(entity), isPair);
    const [certificate] = chain;
    if (!certificate) withoutCertificate.push(alias);
    if (isPair) entries.push({ kind: 'keyPair', alias, chain, key: { form: 'elsewhere', where: host } });
    else if (certificate) entries.push({ kind: 'certificate', alias, certificate });
    else entries.push({ kind: 'unknown', alias, what: 'a certificate that was not handed out' });
  }
  // As PKCS#12 has them: aliases as they are, and what is sent to the tenant is sealed as in such a file.
  return { keystore: { type: 'PKCS12', ofTenant: true, entries, notes: [], carried: [] }, facts, withoutCertificate };
}

async function publicContent(content: string, signal?: AbortSignal): Promise<Keystore> {
  const bytes = Buffer.from(content, 'base64');
  // Nothing is seen of one without entries either.
  const seen = bytes.length ? await readWithoutPassword(bytes, signal ? { signal } : {}) : undefined;
  return seen ?? { type: 'JCEKS', entries: [], notes: [], carried: [] };
}

function factsOf(entity: Entity): TenantEntryFacts {
  const alias = textOf(entity, 'Alias');
  if (alias === undefined) throw new FlowKeystoreError('tenant-answer', 'The tenant lists an entry without an alias.');
  const lastModifiedBy = textOf(entity, 'LastModifiedBy');
  const lastModified = dateOf(entity, 'LastModifiedTime');
  const createdBy = textOf(entity, 'CreatedBy');
  const created = dateOf(entity, 'CreatedTime');
  const originalAlias = textOf(entity, 'OriginalAlias');
  const activeFrom = dateOf(entity, 'ActiveFrom');
  const activeUntil = dateOf(entity, 'ActiveUntil');
  return {
    alias,
    ownedBySap: textOf(entity, 'Owner') === 'SAP',
    ...(lastModifiedBy !== undefined && { lastModifiedBy }),
    ...(lastModified && { lastModified }),
    ...(createdBy !== undefined && { createdBy }),
    ...(created && { created }),
    ...(originalAlias !== undefined && { originalAlias }),
    ...(activeFrom && { activeFrom }),
    ...(activeUntil && { activeUntil }),
  };
}

/** Lower-case hex, as certificates have it here; undefined where it is absent or shortened. */
function fingerprintOf(entity: Entity): string | undefined {
  const hex = textOf(entity, 'FingerprintSha256')?.replaceAll(':', '').toLowerCase();
  return hex !== undefined && /^[0-9a-f]{64}$/.test(hex) ? hex : undefined;
}

/** The certificates of the public content. */
class CertificatePool {
  private readonly byAlias = new Map<string, Certificate>();
  private readonly byFingerprint = new Map<string, Certificate>();

  constructor({ entries }: Keystore) {
    for (const entry of entries) {
      if (entry.kind !== 'certificate') continue;
      const { alias, certificate } = entry;
      this.byAlias.set(alias.toLowerCase(), certificate);
      this.byFingerprint.set(certificate.sha256, certificate);
    }
  }

  /** What the list says by its fingerprint counts before the alias. */
  certificateOf(alias: string, fingerprint: string | undefined): Certificate | undefined {
    return fingerprint === undefined ? this.byAlias.get(alias.toLowerCase()) : this.byFingerprint.get(fingerprint);
  }

  /**
   * Leaf first: what was flattened under the alias (`x_1`, with further underscores where that is taken) and whose key made the signature. Certificates of
   * other entries are no part of the key pair.
   */
  chainOf(alias: string, leaf: Certificate): Certificate[] {
    const chain = [leaf];
    for (;;) {
      const top = chain.at(-1) ?? leaf;
      const issuer = this.under(alias, chain.length).find(
        (each) => top.mayBeIssuedBy(each) && checkSignature(top, each) !== 'bad',
      );
      if (top.selfIssued || !issuer) return chain;
      chain.push(issuer);
    }
  }

  private under(alias: string, number: number): Certificate[] {
    const found: Certificate[] = [];
    for (let more = 0; more < 8; more++) {
      const further = '_'.repeat(more);
      for (const name of new Set([`${alias}_${number}${further}`, `${alias}_${further}${number}`])) {
        const certificate = this.byAlias.get(name.toLowerCase());
        if (certificate) found.push(certificate);
      }
    }
    return found;
  }
}
