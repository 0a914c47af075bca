import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { readServiceKey } from '../../core/tenant/serviceKey';
import { nodePorts, TenantSession, type SessionPorts } from '../../core/tenant/session';
import { httpsTransport } from '../../core/tenant/transport';
import type { KeystoresElsewhere } from '../services/keystoreRegistry';
import type { KeystoreSession } from '../services/keystoreSession';
import { tenantPrefix } from '../services/settings';
import type { Memory } from '../storage/memory';
import { AuditFile } from './audit';
import { ListingCache } from './listingCache';
import type { TenantColour, TenantProfile } from './profile';
import { TenantKeystoreSession, type TenantGate, type TenantPorts } from './tenantKeystore';

const { t } = vscode.l10n;

export interface TenantChange extends Partial<Omit<TenantProfile, 'id' | 'api' | 'colour'>> {
  readonly colour?: TenantColour | 'none';
}

export interface TenantServices {
  readonly memory: Memory;
  readonly secrets: vscode.SecretStorage;
  /** A folder of the extension's own. */
  readonly folder: vscode.Uri;
  readonly now: () => Date;
  readonly gate: TenantGate;
}

/** The tenants that a person connected, in all windows; their credentials lie in the secret storage. */
export class Tenants implements KeystoresElsewhere, vscode.Disposable {
  private readonly known = new Map<string, TenantKeystoreSession>();
  private readonly connections = new Map<string, Promise<TenantSession>>();
  private readonly listeners = new Map<string, vscode.Disposable>();
  private readonly changed = new vscode.EventEmitter<KeystoreSession | undefined>();
  readonly onDidChange = this.changed.event;
  readonly audit: AuditFile;
  /** A folder with flows as they were before they were pushed over. */
  readonly backups: vscode.Uri;
  private readonly listings: ListingCache;
  /** Tests: trusted in the place of the platform's. PEM. */
  ca: string | undefined;
  /** Tests skip time instead of waiting. */
  ports: (ports: SessionPorts) => SessionPorts = (ports) => ports;
  /** SHA-256 of certificates whose fingerprint a person confirmed in this window: a tenant that asks is told so. */
  readonly confirmed = new Set<string>();
  /** Tests answer for a person. */
  gate: TenantGate;

  constructor(private readonly services: TenantServices) {
    this.gate = services.gate;
    this.backups = vscode.Uri.joinPath(services.folder, 'flows');
    this.audit = new AuditFile(vscode.Uri.joinPath(services.folder, 'audit'));
    this.listings = new ListingCache(vscode.Uri.joinPath(services.folder, 'listings'));
  }

  get profiles(): readonly TenantProfile[] {
    return this.services.memory.tenants;
  }

  sessions(): readonly TenantKeystoreSession[] {
    const wanted = new Set(this.profiles.map(({ id }) => id));
    for (const id of [...this.known.keys()]) if (!wanted.has(id)) this.stop(id);
    return this.profiles.map(({ id }) => this.session(id));
  }

  /** @param keystore `tenant:` and a name, or the URI of a keystore or shelf */
  find(keystore: string): TenantKeystoreSession | undefined {
    const sessions = this.sessions();
    if (keystore.startsWith(tenantPrefix)) {
      const name = keystore.slice(tenantPrefix.length).toLowerCase();
      return sessions.find((session) => session.profile.name.toLowerCase() === name);
    }
    return sessions.flatMap((session) => [session, ...session.shelves]).find(({ uri }) => uri.toString() === keystore);
  }

  /**
   * @param key as `readServiceKey` takes it
   * @throws FlowKeystoreError `value-invalid`; `unwritable` where the secret storage does not take it
   */
  async add(
    wish: Omit<TenantProfile, 'id' | 'api'>,
    key: string,
    id: string = randomUUID(),
  ): Promise<TenantKeystoreSession> {
    const { api } = readServiceKey(key);
    const profile: TenantProfile = { ...wish, id, api };
    await this.keepSecret(profile.id, key);
    await this.services.memory.setTenants([...this.profiles, profile]);
    this.changed.fire(undefined);
    return this.session(profile.id);
  }

  /** @param key other credentials, where there are any */
  async update(id: string, change: TenantChange, key?: string): Promise<void> {
    const api = key === undefined ? undefined : readServiceKey(key).api;
    if (key !== undefined) await this.keepSecret(id, key);
    const profiles = this.profiles.map((profile) => (profile.id === id ? changed(profile, change, api) : profile));
    await this.services.memory.setTenants(profiles);
    if (key !== undefined) this.connections.delete(id);
    this.known.get(id)?.forget();
    this.changed.fire(undefined);
  }

  /** The tenant itself stays as it is; the audit file too. */
  async remove(id: string): Promise<void> {
    await this.services.memory.setTenants(this.profiles.filter((profile) => profile.id !== id));
    await this.services.secrets.delete(secretOf(id));
    await this.listings.forget(id);
    this.stop(id);
    this.changed.fire(undefined);
  }

  /** A session with an API that is not (yet) on the list. VS Code's settings for proxies and certificates apply. @throws FlowKeystoreError `value-invalid` */
  tryOut(key: string): TenantSession {
    const transport = httpsTransport(this.ca === undefined ? {} : { ca: this.ca });
    return new TenantSession(readServiceKey(key), this.ports(nodePorts(transport)));
  }

  dispose(): void {
    for (const id of [...this.known.keys()]) this.stop(id);
    this.changed.dispose();
  }

  private session(id: string): TenantKeystoreSession {
    const before = this.known.get(id);
    if (before) return before;
    const session = new TenantKeystoreSession(() => this.profile(id), this.portsOf(id));
    const all = [session, ...session.shelves];
    const listeners = all.map((each) => each.onDidChange(() => this.changed.fire(session)));
    this.known.set(id, session);
    this.listeners.set(id, vscode.Disposable.from(...listeners));
    return session;
  }

  private portsOf(id: string): TenantPorts {
    return {
      connect: () => this.connect(id),
      gate: () => ({
        confirmTrust: async (tenant, untrusted) => {
          const open = untrusted.filter(({ certificates }) =>
            certificates.some(({ sha256 }) => !this.confirmed.has(sha256)),
          );
          return !open.length || this.gate.confirmTrust(tenant, open);
        },
        confirmName: (tenant) => this.gate.confirmName(tenant),
      }),
      lastListing: () => this.listings.get(id),
      keepListing: (listing) => this.listings.keep(id, listing),
      audit: (record) => this.audit.add(id, record),
      now: this.services.now,
    };
  }

  private profile(id: string): TenantProfile {
    const found = this.profiles.find((profile) => profile.id === id);
    if (found) return found;
    // Whoever still holds its session.
    return { id, name: t('(removed)'), api: 'https://removed.invalid/api/v1', protected: true };
  }

  /** One for all that is done with a tenant: it has the token, and keeps to the rate. */
  private connect(id: string): Promise<TenantSession> {
    let connection = this.connections.get(id);
    if (!connection) {
      connection = this.open(id);
      this.connections.set(id, connection);
      connection.catch(() => this.connections.delete(id));
    }
    return connection;
  }

  private async open(id: string): Promise<TenantSession> {
    const key = await this.services.secrets.get(secretOf(id));
    if (key !== undefined) return this.tryOut(key);
    const { name } = this.profile(id);
    throw new FlowKeystoreError(
      'tenant-unauthorized',
      t('The credentials of {0} are not in the secret storage of this machine.', name),
      { file: name },
      t('Enter them with Edit Tenant.'),
    );
  }

  private async keepSecret(id: string, key: string): Promise<void> {
    try {
      await this.services.secrets.store(secretOf(id), key);
    } catch (cause) {
      throw new FlowKeystoreError(
        'unwritable',
        t('VS Code could not keep the credentials in its secret storage.'),
        {},
        t('Without them the tenant cannot be connected.'),
        { cause },
      );
    }
  }

  private stop(id: string): void {
    this.listeners.get(id)?.dispose();
    this.listeners.delete(id);
    this.known.get(id)?.dispose();
    this.known.delete(id);
    this.connections.delete(id);
  }
}

function changed(profile: TenantProfile, change: TenantChange, api: string | undefined): TenantProfile {
  const { colour: before, ...rest } = profile;
  const { colour = before ?? 'none', ...others } = change;
  return { ...rest, ...others, ...(colour !== 'none' && { colour }), ...(api !== undefined && { api }) };
}

const secretOf = (id: string): string => `tenant.${id}`;
