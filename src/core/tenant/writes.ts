import type { Certificate } from '../certificates/certificate';
import { pkcs7Of } from '../certificates/pkcs7';
import { isObject } from '../jsonObject';
import { textOf } from './odata';
import type { TenantSession } from './session';

/** The key of an entry: its alias as UTF-8, in hex ("Keystore Entries" of the API's description). */
export const hexAlias = (alias: string): string => Buffer.from(alias, 'utf8').toString('hex').toUpperCase();

export const entryPath = (alias: string): string => `/KeystoreEntries('${hexAlias(alias)}')`;

/** What a tenant asks a person of what it does not trust by itself: to have compared the fingerprint. */
export interface Trusting {
  /** The answer is yes. */
  readonly fingerprintVerified: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** @param update an entry of that alias is there, and is replaced @throws as `TenantSession.send`, `tenant-untrusted` */
export async function putCertificate(
  session: TenantSession,
  alias: string,
  { der }: Certificate,
  { update, fingerprintVerified, signal }: Trusting & { readonly update: boolean },
): Promise<void> {
  const query = `fingerprintVerified=${fingerprintVerified}&returnKeystoreEntries=false&update=${update}`;
  await session.send({
    method: 'PUT',
    path: `/CertificateResources('${hexAlias(alias)}')/$value?${query}`,
    headers: { 'content-type': 'application/pkix-cert', accept: 'application/json' },
    body: Buffer.from(der).toString('base64'),
    signal,
  });
}

export interface KeyPairUpload {
  readonly alias: string;
  /** With this key pair alone. */
  readonly pkcs12: Uint8Array;
  readonly password: string;
  readonly update: boolean;
}

/** @throws as `TenantSession.send`, `tenant-untrusted` */
export async function postKeyPair(
  session: TenantSession,
  { alias, pkcs12, password, update }: KeyPairUpload,
  { fingerprintVerified, signal }: Trusting,
): Promise<void> {
  await session.sendJson(
    'POST',
    `/KeyPairResources?fingerprintVerified=${fingerprintVerified}&returnKeystoreEntries=false&update=${update}`,
    // The key of the entity has to be there; which it is, the tenant says.
    { Hexalias: '00', Alias: alias, Password: password, Resource: Buffer.from(pkcs12).toString('base64') },
    signal,
  );
}

/** Gives a key pair of the tenant another chain: a signing response. @throws as `TenantSession.send`, `tenant-untrusted` */
export async function putChain(
  session: TenantSession,
  alias: string,
  chain: readonly Certificate[],
  { fingerprintVerified, signal }: Trusting,
): Promise<void> {
  await session.send({
    method: 'PUT',
    path: `/CertificateChainResources('${hexAlias(alias)}')/$value?fingerprintVerified=${fingerprintVerified}&returnKeystoreEntries=false`,
    headers: { 'content-type': 'application/pkcs7-mime', accept: 'application/json' },
    body: pkcs7Of(chain),
    signal,
  });
}

/** @throws as `TenantSession.send` */
export async function rename(session: TenantSession, from: string, to: string, signal?: AbortSignal): Promise<void> {
  await session.sendJson(
    'PUT',
    `${entryPath(from)}?renameAlias=${encodeURIComponent(to)}&returnKeystoreEntries=false`,
    { Status: null },
    signal,
  );
}

/** One or many, in one request. @throws as `TenantSession.send` */
export async function deleteEntries(
  session: TenantSession,
  aliases: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const [only] = aliases;
  if (only !== undefined && aliases.length === 1) {
    const path = `${entryPath(only)}?returnKeystoreEntries=false`;
    await session.send({ method: 'DELETE', path, headers: { accept: 'application/json' }, signal });
    return;
  }
  const escaped = aliases.map((alias) => alias.replace(/[\\;]/g, '\\$&')).join(';');
  await session.sendJson(
    'PUT',
    "/KeystoreResources('system')?deleteEntries=true&returnKeystoreEntries=false",
    { Aliases: escaped },
    signal,
  );
}

/** What a tenant did with an entry of an upload. */
export interface UploadedEntry {
  readonly alias: string;
  /** `new`, `changed`, `unchanged`, `removed`, or `notImported: ...` with a reason. */
  readonly status: string;
}

export type ImportOption = 'overwrite' | 'merge' | 'replace';

/**
 * Uploads a whole keystore.
 * @param resource JKS or JCEKS, its private keys under its own password
 * @returns what became of each entry
 * @throws as `TenantSession.send`
 */
export async function uploadKeystore(
  session: TenantSession,
  resource: Uint8Array,
  password: string,
  importOption: ImportOption,
  signal?: AbortSignal,
): Promise<readonly UploadedEntry[]> {
  const { body } = await session.sendJson(
    'POST',
    `/KeystoreResources?importOption=${importOption}&returnKeystoreEntries=true`,
    { Name: 'system', Resource: Buffer.from(resource).toString('base64'), Password: password },
    signal,
  );
  return uploadedIn(Buffer.from(body).toString('utf8'));
}

/** Copies the entries of the administrator into the backup; the one before is gone then. @throws as `TenantSession.send` */
export async function backUp(session: TenantSession, signal?: AbortSignal): Promise<void> {
  await session.sendJson(
    'POST',
    '/KeystoreResources?returnKeystoreEntries=false',
    { Name: 'backup_admin_system' },
    signal,
  );
}

/**
 * Takes the backup back.
 * @param importOption `replace`: all entries of the administrator are those of the backup then; `overwrite`: what is not in the backup stays
 * @throws as `TenantSession.send`; `not-found` where there is no backup
 */
export async function restoreBackup(
  session: TenantSession,
  importOption: 'overwrite' | 'replace',
  signal?: AbortSignal,
): Promise<void> {
  await session.sendJson(
    'PUT',
    `/KeystoreResources('system')?retrieveBackup=backup_admin_system&importOption=${importOption}&returnKeystoreEntries=false`,
    { Resource: null },
    signal,
  );
}

/** A new key of SAP takes the place of the current one, which goes to the history. @throws as `TenantSession.send` */
export async function activateSapKey(session: TenantSession, alias: string, signal?: AbortSignal): Promise<void> {
  const path = `${entryPath(alias)}?keystoreName=KeyRenewal&activate=true&returnKeystoreEntries=false`;
  await session.send({ method: 'DELETE', path, headers: { accept: 'application/json' }, signal });
}

/**
 * A key of the history becomes a new key of SAP again, to be activated.
 * @param destination its original alias where absent
 * @throws as `TenantSession.send`
 */
export async function copyFromHistory(
  session: TenantSession,
  alias: string,
  destination?: string,
  signal?: AbortSignal,
): Promise<void> {
  const named = destination === undefined ? '' : `&destinationAlias=${encodeURIComponent(destination)}`;
  await session.sendJson(
    'PUT',
    `/HistoryKeystoreEntries('${hexAlias(alias)}')?copy=true${named}`,
    { Status: null },
    signal,
  );
}

/** A certification request that the tenant makes of a key pair. @returns PKCS#10, PEM @throws as `TenantSession.send` */
export async function signingRequest(session: TenantSession, alias: string, signal?: AbortSignal): Promise<string> {
  const { body } = await session.send({ path: `${entryPath(alias)}/SigningRequest/$value`, signal });
  return Buffer.from(body).toString('utf8');
}

/** Some answers have nothing in them. */
function uploadedIn(body: string): UploadedEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return [];
  }
  const d = isObject(value) ? value['d'] : undefined;
  const results = isObject(d) ? d['results'] : d;
  return (Array.isArray(results) ? results : []).filter(isObject).flatMap((entity) => {
    const alias = textOf(entity, 'Alias');
    const status = textOf(entity, 'Status');
    return alias === undefined || status === undefined ? [] : [{ alias, status }];
  });
}
