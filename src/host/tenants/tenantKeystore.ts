import * as vscode from 'vscode';
import { lockedKeystore, viewOfKeystore, type KeystoreView } from '../../core/checks/keystoreView';
import { FlowKeystoreError, isAbort } from '../../core/errors';
import type { Change } from '../../core/keystore/changes';
import type { KeystorePasswords } from '../../core/keystore/convert';
import type { Keystore, StoreType } from '../../core/keystore/model';
import { applyTenantEdit, type Untrusted } from '../../core/tenant/applyEdit';
import { describeStep, planTenantEdit, type TenantStep } from '../../core/tenant/editPlan';
import { lastChangeOf } from '../../core/tenant/lastChange';
import {
  listTenantKeystore,
  tenantKeystoreOf,
  type TenantEntryFacts,
  type TenantKeystore,
} from '../../core/tenant/keystore';
import { roleFor, tasksMissing, type TenantTask } from '../../core/tenant/roles';
import type { TenantSession } from '../../core/tenant/session';
import { readShelf, shelfNames, type ShelfName } from '../../core/tenant/shelves';
import { transferPassword } from '../../core/tenant/transferPassword';
import { backUp } from '../../core/tenant/writes';

import { InTurn } from '../services/inTurn';
import type { SessionEdit, SessionState } from '../services/sessionState';
import { withProgress } from '../ui/progress';
import type { AuditRecord } from './audit';
import type { KeptListing } from './listingCache';
import { TenantContent } from './tenantContent';
import type { TenantProfile } from './profile';
import { fingerprintsOf, refuseChanged } from './touched';

const { t } = vscode.l10n;

/** What stands between a person and a tenant. */
export interface TenantGate {
  /** Shows fingerprints. @returns whether it is to be trusted */
  confirmTrust(tenant: TenantKeystoreSession, untrusted: readonly Untrusted[]): Promise<boolean>;
  /** Has the name of a protected tenant typed. @returns whether it was */
  confirmName(tenant: TenantKeystoreSession): Promise<boolean>;
}

/** What a tenant's keystore needs of the rest. */
export interface TenantPorts {
  /** The one session with the API that all of a tenant go by. @throws FlowKeystoreError `tenant-unauthorized` without credentials */
  connect(): Promise<TenantSession>;
  readonly gate: () => TenantGate;
  /** What it listed last, as it is kept on this machine. */
  lastListing(): Promise<KeptListing | undefined>;
  keepListing(listing: KeptListing): Promise<void>;
  audit(record: AuditRecord): Promise<void>;
  readonly now: () => Date;
}

/**
 * The keystore of a tenant: what it listed last, until it is read. Every change is a plan of calls, carried out one after the other and read back. A shelf (new
 * SAP keys, their history, the backup) is one too, and is only read.
 */
export class TenantKeystoreSession implements vscode.Disposable {
  readonly added = true;
  readonly type: StoreType | undefined = undefined;
  readonly lockedByHand = false;
  readonly fileSize = undefined;
  readonly undoLabel = undefined;
  readonly redoLabel = undefined;
  readonly shelves: readonly TenantKeystoreSession[];
  readonly uri: vscode.Uri;
  /** Its packages and flows. */
  readonly content: TenantContent;
  #state: SessionState = { kind: 'locked' };
  #view: KeystoreView | undefined;
  #facts: ReadonlyMap<string, TenantEntryFacts> = new Map();
  /** When the tenant last changed, by itself: what is read then is read anew. */
  #changedAt: string | undefined;
  #seenAt: Date | undefined;
  #missing: readonly TenantTask[] = [];
  /** Of a protected one: its name was typed. */
  #named = false;
  #backedUp = false;
  private readonly turn = new InTurn();
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** What is sent is sealed under it, and only then. */
  readonly #transferPassword = transferPassword();

  constructor(
    private readonly profileNow: () => TenantProfile,
    private readonly ports: TenantPorts,
    readonly shelf?: ShelfName,
    /** Of a shelf: the keystore that it stands beside. */
    readonly beside?: TenantKeystoreSession,
  ) {
    const { id } = profileNow();
    this.content = beside?.content ?? new TenantContent(() => ports.connect());
    this.uri = tenantUri(id, shelf);
    this.shelves = shelf ? [] : shelfNames.map((name) => new TenantKeystoreSession(profileNow, ports, name, this));
  }

  get tenant(): this {
    return this;
  }

  /** Rows of the tree have it in their arguments: it says where it is, and nothing else. */
  toJSON(): object {
    return { uri: this.uri.toString() };
  }

  get profile(): TenantProfile {
    return this.profileNow();
  }

  get name(): string {
    const { name } = this.profile;
    switch (this.shelf) {
      case undefined:
        return name;
      case 'KeyRenewal':
        return t('{0}: New SAP Keys', name);
      case 'KeyHistory':
        return t('{0}: SAP Key History', name);
      case 'backup_admin_system':
        return t('{0}: Backup', name);
    }
  }

  /** The host of the API. */
  get file(): string {
    return new URL(this.profile.api).host;
  }

  get state(): SessionState {
    return this.#state;
  }

  get keystore(): Keystore | undefined {
    return this.#state.kind === 'open' ? this.#state.keystore : undefined;
  }

  get seen(): Keystore | undefined {
    return this.#state.kind === 'locked' ? this.#state.seen : this.keystore;
  }

  /** When the tenant was read that is shown. */
  get seenAt(): Date | undefined {
    return this.#seenAt;
  }

  get view(): KeystoreView {
    const { seen } = this;
    const at = this.uri.toString();
    this.#view ??= seen ? viewOfKeystore(seen, this.name, at) : lockedKeystore(this.name, at);
    return this.#view;
  }

  factsOf(alias: string): TenantEntryFacts | undefined {
    return this.#facts.get(alias);
  }

  /** For the details of an entry, in English as they are. */
  describe(alias: string): readonly (readonly [label: string, text: string])[] {
    const facts = this.#facts.get(alias);
    if (!facts) return [];
    const { ownedBySap, lastModified, lastModifiedBy, created, createdBy } = facts;
    const { originalAlias, activeFrom, activeUntil } = facts;
    const day = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    const by = (who: string | undefined): string => (who === undefined ? '' : ` by ${who}`);
    return [
      ['Owner', ownedBySap ? 'SAP' : 'tenant administrator'],
      ...(lastModified ? [['Last modified', day(lastModified) + by(lastModifiedBy)] as const] : []),
      ...(created ? [['Created', day(created) + by(createdBy)] as const] : []),
      ...(originalAlias !== undefined ? [['Was', originalAlias] as const] : []),
      ...(activeFrom ? [['In use', `${day(activeFrom)} to ${activeUntil ? day(activeUntil) : 'now'}`] as const] : []),
    ];
  }

  isSapOwned(alias: string): boolean {
    return this.#facts.get(alias)?.ownedBySap === true;
  }

  /** What its client may not do, as far as its token says. */
  get missing(): readonly TenantTask[] {
    return this.beside?.missing ?? this.#missing;
  }

  get mayChange(): boolean {
    return !this.missing.includes('changeKeystore');
  }

  /** Whether its name has to be typed before it is changed. */
  get guarded(): boolean {
    return this.beside ? this.beside.guarded : this.profile.protected && !this.#named;
  }

  /** For calls that are no edit of the keystore. @throws FlowKeystoreError `tenant-unauthorized` */
  connect(): Promise<TenantSession> {
    return this.ports.connect();
  }

  /** Shows what the tenant listed last; it is not asked for this. */
  async inspect(): Promise<void> {
    if (this.shelf) return;
    const kept = await this.ports.lastListing();
    if (!kept || this.#state.kind !== 'locked') return;
    try {
      const tenant = await tenantKeystoreOf(kept.listing);
      this.#facts = tenant.facts;
      this.#seenAt = kept.at;
      this.set({ kind: 'locked', seen: tenant.keystore });
    } catch {
      // It is read anew then.
    }
  }

  /** Reads it. @throws FlowKeystoreError as `TenantSession.send`; what was listed last stays shown */
  open(_password?: string, signal?: AbortSignal): Promise<Keystore> {
    return this.turn.run(() => this.read(signal));
  }

  /** Shown as it was; asks no more until it is opened again. A protected one is guarded again. */
  lock(): void {
    this.#named = false;
    this.#backedUp = false;
    const { seen } = this;
    this.set({ kind: 'locked', ...(seen && { seen }) });
  }

  /** It is guarded again, and whoever has another token has other roles. */
  forget(): void {
    this.#named = false;
    this.#backedUp = false;
    this.#missing = [];
    this.changed.fire();
  }

  async reload(): Promise<void> {
    if (this.#state.kind === 'locked' && !this.#seenAt && !this.#state.reason) return;
    await this.open().catch(() => undefined);
  }

  /**
   * Plans what the edit means for the tenant, asks what it asks, carries it out and reads the tenant again. Where somebody else changed it since it was read, it
   * is read first, and what they changed is not overwritten.
   * @throws FlowKeystoreError `tenant-changed`, `tenant-forbidden`, `tenant-partly`, and what planning and sending throw; CancellationError
   */
  edit(
    change: (keystore: Keystore, password: string, passwords: KeystorePasswords) => SessionEdit | Promise<SessionEdit>,
  ): Promise<readonly Change[]> {
    return this.turn.run(async () => {
      if (this.#state.kind !== 'open') throw this.notRead();
      const before = this.#state.keystore;
      this.mustBeWritable();
      const session = await this.connect();
      if ((await lastChangeOf(session)) !== this.#changedAt) await this.read();
      const now = this.keystore ?? before;
      const edited = await change(now, this.#transferPassword, this.passwords());
      if (!edited.changes.length) return [];
      const steps = planTenantEdit(now, edited.keystore, (alias) => this.isSapOwned(alias));
      refuseChanged(steps, before, now);
      await this.passGuard(session, true);
      const done = await this.carryOut(session, steps, now);
      if (!done.length) throw new vscode.CancellationError();
      return edited.changes;
    });
  }

  /**
   * Does something to the tenant that is no edit of its entries, guarded and noted as one; the tenant is read again.
   * @param what in a few words, for the audit: `generate "x"`
   * @param aboutBackup it takes or restores the backup: none is taken before it, which would take the place of the one that is meant
   * @throws as `edit`, and what the work throws
   */
  async act<T>(
    title: string,
    what: string,
    work: (session: TenantSession, signal: AbortSignal) => Promise<T>,
    { aboutBackup = false }: { readonly aboutBackup?: boolean } = {},
  ): Promise<T> {
    const keystore = this.beside ?? this;
    return keystore.turn.run(async () => {
      keystore.mustBeWritable();
      const session = await keystore.connect();
      await keystore.passGuard(session, !aboutBackup);
      const before = keystore.keystore;
      try {
        const result = await withProgress(title, (signal) => work(session, signal));
        await keystore.readAgain();
        await keystore.note([{ what }], before);
        return result;
      } catch (error) {
        await keystore.readAgain();
        await keystore.note([{ what, failed: String(error) }], before);
        throw error;
      }
    });
  }

  /**
   * The same with its flows: the keystore is not read again for it.
   * @throws FlowKeystoreError `tenant-forbidden` where the client has not the role, and what the work throws; CancellationError
   */
  async actOnFlows<T>(
    task: TenantTask,
    title: string,
    what: string,
    work: (session: TenantSession, signal: AbortSignal, report: (message: string) => void) => Promise<T>,
  ): Promise<T> {
    return this.turn.run(async () => {
      const session = await this.connect();
      this.#missing = tasksMissing(await session.scopes());
      this.mustMay(task);
      await this.passGuard(session, false);
      try {
        const result = await withProgress(title, (signal, report) => work(session, signal, report));
        this.content.forget();
        this.changed.fire();
        await this.note([{ what }], undefined);
        return result;
      } catch (error) {
        await this.note([{ what, failed: String(error) }], undefined);
        throw error;
      }
    });
  }

  undo(): Promise<undefined> {
    return Promise.reject(noUndo());
  }

  redo(): Promise<undefined> {
    return Promise.reject(noUndo());
  }

  restore(): Promise<void> {
    return Promise.reject(noUndo());
  }

  passwordForUse(): string {
    return this.#transferPassword;
  }

  passwords(): KeystorePasswords {
    return { store: this.#transferPassword };
  }

  /** They stay on the tenant. */
  canUseKey(): Promise<boolean> {
    return Promise.resolve(true);
  }

  useKeyPassword(): Promise<boolean> {
    return Promise.resolve(false);
  }

  dispose(): void {
    for (const shelf of this.shelves) shelf.dispose();
    this.changed.dispose();
  }

  private async read(signal?: AbortSignal): Promise<Keystore> {
    try {
      const session = await this.connect();
      const tenant = this.shelf
        ? await readShelf(session, this.shelf, signal)
        : await this.readCurrent(session, signal);
      this.#facts = tenant.facts;
      this.#seenAt = this.ports.now();
      this.set({ kind: 'open', keystore: tenant.keystore });
      return tenant.keystore;
    } catch (error) {
      if (!isAbort(error)) this.fail(error);
      throw error instanceof FlowKeystoreError ? error.at({ file: this.name }) : error;
    }
  }

  private async readCurrent(session: TenantSession, signal?: AbortSignal): Promise<TenantKeystore> {
    const changedAt = await lastChangeOf(session, signal);
    const listing = await listTenantKeystore(session, 'system', signal);
    this.#missing = tasksMissing(await session.scopes(signal));
    this.content.forget();
    const tenant = await tenantKeystoreOf(listing, signal);
    this.#changedAt = changedAt;
    // That it cannot be kept is no reason not to show it.
    await this.ports.keepListing({ listing, at: this.ports.now() }).catch(() => undefined);
    return tenant;
  }

  /** After a change; what is wrong then becomes the state. */
  private async readAgain(): Promise<void> {
    await this.read().catch(() => undefined);
    for (const shelf of this.shelves) if (shelf.state.kind === 'open') void shelf.reload();
  }

  /** @param backsUp whether the keystore is about to change, so that it has to be backed up first */
  private async passGuard(session: TenantSession, backsUp: boolean): Promise<void> {
    if (this.guarded) {
      if (!(await this.ports.gate().confirmName(this))) throw new vscode.CancellationError();
      this.#named = true;
    }
    if (!backsUp || !this.profile.protected || this.#backedUp) return;
    await backUp(session);
    this.#backedUp = true;
    await this.note([{ what: 'back up the entries of the administrator' }], this.keystore);
  }

  private async carryOut(
    session: TenantSession,
    steps: readonly TenantStep[],
    before: Keystore,
  ): Promise<readonly TenantStep[]> {
    const password = this.#transferPassword;
    const confirm = (untrusted: readonly Untrusted[]): Promise<boolean> =>
      this.ports.gate().confirmTrust(this, untrusted);
    const tried: TenantStep[] = [];
    try {
      const done = await withProgress(t('Changing {0}', this.name), (signal, report) =>
        applyTenantEdit(session, steps, {
          password,
          confirm,
          signal,
          onStep: (step, at, total) => {
            tried.push(step);
            report(total > 1 ? t('{0} of {1}', at + 1, total) : describeStep(step));
          },
        }),
      );
      await this.readAgain();
      await this.note(
        done.map((step) => ({ what: describeStep(step), step })),
        before,
      );
      return done;
    } catch (error) {
      await this.readAgain();
      const failed = String(error);
      await this.note(
        [...new Set(tried)].map((step) => ({ what: describeStep(step), step, failed })),
        before,
      );
      throw error instanceof FlowKeystoreError ? error.at({ file: this.name }) : error;
    }
  }

  /** What was done, with fingerprints before and after, in the audit file of the tenant. */
  private async note(
    deeds: readonly { readonly what: string; readonly step?: TenantStep; readonly failed?: string }[],
    before: Keystore | undefined,
  ): Promise<void> {
    const at = this.ports.now();
    for (const { what, step, failed } of deeds) {
      await this.ports.audit({
        at: at.toISOString(),
        tenant: this.profile.name,
        host: this.file,
        what,
        ...(step ? { entries: fingerprintsOf(step, before, this.keystore) } : {}),
        ...(failed !== undefined && { failed }),
      });
    }
  }

  /** @throws FlowKeystoreError `tenant-forbidden`, `unsupported` for a shelf */
  private mustBeWritable(): void {
    if (this.shelf) {
      throw new FlowKeystoreError('unsupported', t('What is in {0} is not changed by hand.', this.name));
    }
    this.mustMay('changeKeystore');
  }

  /** @throws FlowKeystoreError `tenant-forbidden` */
  private mustMay(task: TenantTask): void {
    if (!this.missing.includes(task)) return;
    throw new FlowKeystoreError(
      'tenant-forbidden',
      t('The client of {0} may not do this: it has no role {1}.', this.name, roleFor(task)),
      { file: this.name },
      t('Create a service key of an instance with that role, and enter it with Edit Tenant.'),
    );
  }

  private notRead(): FlowKeystoreError {
    return new FlowKeystoreError(
      'tenant-unreachable',
      t('{0} is shown as it was; it is not connected.', this.name),
      { file: this.name },
      t('Connect it first.'),
    );
  }

  /** Where the tenant was listed before, that stays on show. */
  private fail(error: unknown): void {
    if (!(error instanceof FlowKeystoreError)) return;
    const { seen } = this;
    if (error.code === 'tenant-unreachable' && seen) this.set({ kind: 'locked', reason: 'offline', seen });
    else if (error.code === 'tenant-unreachable') this.set({ kind: 'locked', reason: 'offline' });
    else this.set({ kind: 'error', error });
  }

  private set(state: SessionState): void {
    this.#state = state;
    this.#view = undefined;
    this.changed.fire();
  }
}

/** @param id of the profile */
export function tenantUri(id: string, shelf?: ShelfName): vscode.Uri {
  return vscode.Uri.from({ scheme: 'flow-tenant', authority: id, path: `/${shelf ?? 'system'}` });
}

const noUndo = (): FlowKeystoreError =>
  new FlowKeystoreError(
    'unsupported',
    t('What was done on a tenant is not undone.'),
    {},
    t('Its backup can be restored, where one was taken.'),
  );
