import * as vscode from 'vscode';
import type { KeystoreView } from '../../core/checks/keystoreView';
import { nearestKeystore } from '../../core/keystore/nearest';
import type { Memory } from '../storage/memory';
import type { PasswordStore } from '../storage/passwords';
import { BundleSearch, bundlePattern } from './bundleSearch';
import { FileSession } from './fileSession';
import type { KeystoreSession } from './keystoreSession';
import { settings } from './settings';

const pattern = '**/*.{p12,pfx,jks,jceks,keystore,P12,PFX,JKS,JCEKS,KEYSTORE}';
const excluded = '**/node_modules/**';
const maximumFiles = 1000;
/** Milliseconds: programs write a file in several steps. */
const settleTime = 200;

/** Keystores that are no files. */
export interface KeystoresElsewhere {
  /** A keystore changed; undefined: the list. */
  readonly onDidChange: vscode.Event<KeystoreSession | undefined>;
  sessions(): readonly KeystoreSession[];
  find(keystore: string): KeystoreSession | undefined;
}

/**
 * The keystores that the extension knows: those found in the workspace and those added by hand. Nothing is looked for before somebody
 * asks, which the watch over expiry does a few seconds after the start; keystores with a remembered password open then by themselves.
 */
export class KeystoreRegistry implements vscode.Disposable {
  private readonly known = new Map<string, { session: FileSession; resources: vscode.Disposable }>();
  private readonly changed = new vscode.EventEmitter<KeystoreSession | undefined>();
  /** A keystore came, went, opened, was locked or changed. `undefined`: the list itself changed. */
  readonly onDidChange = this.changed.event;
  private loading: Promise<void> | undefined;
  private watching = false;
  /** Of this window alone. */
  private readonly forNow = new Set<string>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly resources: { dispose(): unknown }[] = [this.changed];
  private readonly bundles = new BundleSearch();
  private disposed = false;
  private loaded = false;

  constructor(
    private readonly memory: Memory,
    private readonly passwords: PasswordStore,
    private readonly log: vscode.LogOutputChannel,
    /** The keystores of tenants, and those beside them that are asked for by their address alone. */
    private readonly elsewhere: KeystoresElsewhere,
  ) {
    this.resources.push(elsewhere.onDidChange((session) => this.changed.fire(session)));
  }

  private tenants(): readonly KeystoreSession[] {
    return this.loaded ? this.elsewhere.sessions() : [];
  }

  /** By name, then by path, and the tenants after them. Empty until `load` has ended. */
  sessions(): readonly KeystoreSession[] {
    const files = [...this.known.values()].map(({ session }) => session);
    return [...sorted(files), ...sorted(this.tenants())];
  }

  /** @param keystore URI as a string, or path of the file; `tenant:` and the name of a tenant */
  find(keystore: string): KeystoreSession | undefined {
    return (
      this.known.get(keystore)?.session ??
      this.elsewhere.find(keystore) ??
      this.sessions().find(({ uri, file, tenant }) => uri.toString() === keystore || (!tenant && file === keystore))
    );
  }

  /** Finds the keystores, once. */
  load(): Promise<void> {
    if (!this.watching) this.watchWorkspace();
    this.watching = true;
    // A search that failed is made again.
    this.loading ??= this.discover().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  /** Looks for keystores again and reads those that are open again. */
  async refresh(): Promise<void> {
    await this.load();
    await this.discover();
    await Promise.all(this.sessions().map((session) => session.reload()));
  }

  /** Puts a file on the list as long as the window is open, or until it is removed. */
  async addForNow(uri: vscode.Uri): Promise<KeystoreSession> {
    await this.load();
    this.forNow.add(uri.toString());
    return this.find(uri.toString()) ?? this.begin(uri, true);
  }

  /** Puts a file on the list, outside the workspace too; it stays there. */
  async add(uri: vscode.Uri): Promise<KeystoreSession> {
    await this.load();
    await this.memory.setHidden(this.memory.hidden.filter((other) => other !== uri.toString()));
    const before = this.find(uri.toString()) ?? this.find(uri.fsPath);
    if (before) return before;
    const inWorkspace =
      vscode.workspace.getWorkspaceFolder(uri) !== undefined &&
      (await this.search()).some((other) => other.toString() === uri.toString());
    if (!inWorkspace) await this.memory.setAdded([...this.memory.added, uri.toString()]);
    return this.begin(uri, !inWorkspace);
  }

  /** Takes a keystore off the list. The file stays. */
  async remove(session: KeystoreSession): Promise<void> {
    const uri = session.uri.toString();
    await this.memory.setAdded(this.memory.added.filter((other) => other !== uri));
    this.forNow.delete(uri);
    if (!session.added) await this.memory.setHidden([...new Set([...this.memory.hidden, uri])]);
    this.stop(uri);
    this.changed.fire(undefined);
  }

  /**
   * What flows are checked against: the keystore of the setting `flowKeystore.keystore`, else all that are known. Locked ones are among them.
   * The first call starts looking for them; `onDidChange` tells when they are there.
   */
  views(): readonly KeystoreView[] {
    this.load().catch((error: unknown) => this.log.error(`Looking for keystores: ${String(error)}`));
    const set = this.fromSetting();
    return set ? [set.view] : this.sessions().map(({ view }) => view);
  }

  /** The keystore for a flow: the setting's, else the only one, else the one nearest to it. Undefined where that is not clear. */
  async keystoreFor(flow?: vscode.Uri): Promise<KeystoreSession | undefined> {
    await this.load();
    const set = this.fromSetting();
    if (set) return set;
    const all = this.sessions().filter(({ state }) => state.kind !== 'error');
    // A chain that was exported beside a flow is not what the flow runs with, as long as there is a keystore.
    const files = all.filter(({ tenant }) => !tenant);
    const stores = files.filter(({ type, added }) => added || type !== 'PEM');
    const usable = stores.length ? stores : files.length ? files : all;
    if (usable.length <= 1) return usable[0];
    return (
      flow &&
      nearestKeystore(
        flow.path,
        usable.map((session) => ({ path: session.uri.path, session })),
      )?.session
    );
  }

  dispose(): void {
    this.disposed = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const uri of [...this.known.keys()]) this.stop(uri);
    vscode.Disposable.from(...this.resources).dispose();
  }

  private fromSetting(): KeystoreSession | undefined {
    const tenant = settings.keystoreOfTenant();
    if (tenant !== undefined) return this.find(tenant);
    const uri = settings.keystore();
    return uri && (this.find(uri.toString()) ?? this.find(uri.fsPath));
  }

  private async discover(): Promise<void> {
    // What is added while the search runs is not in its result.
    const before = [...this.known.keys()];
    const found = await this.search();
    if (this.disposed) return;
    const wanted = new Map<string, { uri: vscode.Uri; added: boolean }>();
    for (const uri of found) wanted.set(uri.toString(), { uri, added: false });
    const hidden = this.memory.hidden;
    for (const uri of hidden) wanted.delete(uri);
    const set = settings.keystore();
    const byHand = [...this.memory.added, ...this.forNow].flatMap((uri) => this.parsed(uri));
    for (const uri of set ? [...byHand, set] : byHand) {
      if (!wanted.has(uri.toString())) wanted.set(uri.toString(), { uri, added: true });
    }
    for (const uri of before) if (!wanted.has(uri)) this.stop(uri);
    const fresh = [...wanted.values()].filter(({ uri }) => !this.known.has(uri.toString()));
    const sessions = fresh.map(({ uri, added }) => this.start(uri, added));
    const known = this.elsewhere.sessions().filter(() => !this.loaded);
    await Promise.all([...sessions, ...known].map((session) => session.inspect()));
    this.loaded = true;
    this.changed.fire(undefined);
    void this.openRemembered(sessions);
  }

  /** Keystore files of the workspace, by their names, and PEM bundles by what is in them. */
  private async search(): Promise<vscode.Uri[]> {
    if (!vscode.workspace.workspaceFolders?.length) return [];
    const stores = vscode.workspace.findFiles(pattern, excluded, maximumFiles);
    return [...(await stores), ...(await this.bundles.find())];
  }

  private parsed(uri: string): vscode.Uri[] {
    try {
      return [vscode.Uri.parse(uri, true)];
    } catch (error) {
      this.log.warn(`A remembered keystore is left out: ${String(error)}`);
      return [];
    }
  }

  /** One after the other: each costs a key derivation. */
  private async openRemembered(sessions: readonly KeystoreSession[]): Promise<void> {
    for (const session of sessions) {
      if (session.state.kind !== 'locked' || session.lockedByHand) continue;
      await this.openWithRemembered(session);
    }
  }

  /**
   * Opens a keystore with its remembered password, if there is one. One that does not fit any longer stays until another is kept: the file may
   * be back tomorrow.
   * @returns whether it is open now
   */
  async openWithRemembered(session: KeystoreSession): Promise<boolean> {
    try {
      const password = await this.passwords.get(session.uri);
      if (password !== undefined && session.state.kind !== 'open') await session.open(password);
    } catch (error) {
      this.log.info(`The remembered password does not open ${session.file}: ${String(error)}`);
    }
    return session.state.kind === 'open';
  }

  private async begin(uri: vscode.Uri, added: boolean): Promise<KeystoreSession> {
    const session = this.start(uri, added);
    await session.inspect();
    this.changed.fire(undefined);
    return session;
  }

  private start(uri: vscode.Uri, added: boolean): FileSession {
    const session = new FileSession(uri, added, () => settings.backups());
    const resources: { dispose(): unknown }[] = [session, session.onDidChange(() => this.changed.fire(session))];
    if (added) resources.push(this.watchFile(session));
    this.known.set(uri.toString(), { session, resources: vscode.Disposable.from(...resources) });
    return session;
  }

  private stop(uri: string): void {
    const entry = this.known.get(uri);
    this.known.delete(uri);
    entry?.resources.dispose();
  }

  private watchWorkspace(): void {
    const look = (): void => this.later('*', () => this.discover());
    const lookAt = (uri: vscode.Uri): void => {
      if (this.known.has(uri.toString())) this.fileChanged(uri);
      else look();
    };
    for (const each of [pattern, bundlePattern]) {
      const watcher = vscode.workspace.createFileSystemWatcher(each);
      this.resources.push(
        watcher,
        // A certificate or a key more makes a bundle of a PEM file.
        watcher.onDidChange((uri) => (each === bundlePattern ? lookAt(uri) : this.fileChanged(uri))),
        watcher.onDidCreate(lookAt),
        watcher.onDidDelete((uri) => {
          if (this.known.has(uri.toString())) this.later(uri.toString(), () => this.fileGone(uri));
        }),
      );
    }
    // Of a folder that goes VS Code tells that alone, not the files in it.
    const folders = vscode.workspace.createFileSystemWatcher('**/*', true, true);
    this.resources.push(
      folders,
      folders.onDidDelete((uri) => {
        const start = `${uri.toString()}/`;
        if ([...this.known.keys()].some((each) => each.startsWith(start))) look();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(look),
      vscode.workspace.onDidGrantWorkspaceTrust(look),
      settings.onDidChange(look),
    );
  }

  /** A file outside the workspace is watched on its own, in its folder: it may be replaced rather than written. */
  private watchFile({ uri }: KeystoreSession): vscode.Disposable {
    // Its name may have characters that mean something in a pattern.
    const folder = vscode.Uri.joinPath(uri, '..');
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
    const changed = (other: vscode.Uri): void => {
      if (other.toString() === uri.toString()) this.fileChanged(uri);
    };
    return vscode.Disposable.from(
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(changed),
    );
  }

  private fileChanged(uri: vscode.Uri): void {
    this.later(uri.toString(), async () => this.known.get(uri.toString())?.session.reload());
  }

  /** Many programs delete a file and write it anew: it is gone only if it still is. */
  private async fileGone(uri: vscode.Uri): Promise<void> {
    const exists = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (exists) await this.known.get(uri.toString())?.session.reload();
    else await this.discover();
  }

  private later(key: string, work: () => Promise<void>): void {
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        work().catch((error: unknown) => this.log.error(`Watching keystores: ${String(error)}`));
      }, settleTime),
    );
  }
}

const sorted = (sessions: readonly KeystoreSession[]): KeystoreSession[] =>
  [...sessions].sort((a, b) => a.name.localeCompare(b.name) || (a.file < b.file ? -1 : 1));
