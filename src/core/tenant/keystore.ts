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
}

export interface TenantKeystore {
  /** Private keys stay on the tenant: `elsewhere`. */
  readonly keystore: Keystore;
  /** By alias, in the order of the entries. */
  readonly facts: ReadonlyMap<string, TenantEntryFacts>;
  /** Entries whose certificate the tenant did not hand out. */
  readonly withoutCertificate: readonly string[];
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
  const [listed, content] = await Promise.all([
    session.collection(`/KeystoreEntries?keystoreName=${name}`, signal),
    publicContent(session, name, signal),
  ]);
  const pool = new CertificatePool(content);
  const entries: Entry[] = [];
  const facts = new Map<string, TenantEntryFacts>();
  const withoutCertificate: string[] = [];
  for (const entity of listed) {
    const fact = factsOf(entity);
    const { alias } = fact;
    facts.set(alias, fact);
    const certificate = pool.certificateOf(alias, fingerprintOf(entity));
    const dated = fact.created ? { created: fact.created } : {};
    if (!certificate) withoutCertificate.push(alias);
    if (textOf(entity, 'Type') === 'Key Pair') {
      const chain = certificate ? pool.chainOf(alias, certificate) : [];
      entries.push({ kind: 'keyPair', alias, chain, key: { form: 'elsewhere', where: session.host }, ...dated });
    } else if (certificate) entries.push({ kind: 'certificate', alias, certificate, ...dated });
    else entries.push({ kind: 'unknown', alias, what: 'a certificate that was not handed out', ...dated });
  }
  return { keystore: { type: 'JCEKS', entries, notes: [], carried: [] }, facts, withoutCertificate };
}

async function publicContent(session: TenantSession, name: string, signal?: AbortSignal): Promise<Keystore> {
  const resource = textOf(entityOf(await session.json(`/KeystoreResources('${name}')`, signal)), 'Resource');
  const bytes = Buffer.from(resource ?? '', 'base64');
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
  return {
    alias,
    ownedBySap: textOf(entity, 'Owner') === 'SAP',
    ...(lastModifiedBy !== undefined && { lastModifiedBy }),
    ...(lastModified && { lastModified }),
    ...(createdBy !== undefined && { createdBy }),
    ...(created && { created }),
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
