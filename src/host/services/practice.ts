import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  acceptedIn,
  makePracticeKeystore,
  practiceAuthoritiesOf,
  type PracticeAuthorities,
} from '../../core/connectivity/practice/identities';
import {
  startPracticeReceiver,
  type PracticeFault,
  type PracticeReceiver,
} from '../../core/connectivity/practice/receiver';
import { FlowKeystoreError } from '../../core/errors';
import { writeKeystoreFile } from '../../core/keystore/file';
import { writeKeystore } from '../../core/keystore/store';
import type { PasswordStore } from '../storage/passwords';
import type { KeystoreRegistry } from './keystoreRegistry';
import type { KeystoreSession } from './keystoreSession';
import { isPasswordError } from './sessionState';

const { t } = vscode.l10n;

/** That of the example flows, and a usual one for HTTPS beside others. */
const usualPort = 8443;

interface Parts {
  readonly registry: KeystoreRegistry;
  readonly passwords: PasswordStore;
  readonly log: vscode.LogOutputChannel;
  /** Where its keystore lies: outside every workspace, so that it is committed nowhere. */
  readonly folder: vscode.Uri;
  readonly now: () => Date;
}

export interface RunningPractice {
  readonly receiver: PracticeReceiver;
  readonly faults: readonly PracticeFault[];
  readonly keystore: KeystoreSession;
}

/**
 * The practice receiver of this window. Its keystore is listed as long as it runs: whose certificates are imported there is accepted. It ends with the
 * window.
 */
export class PracticeService implements vscode.Disposable {
  private current: RunningPractice | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  /** It was started or stopped. */
  readonly onDidChange = this.changed.event;
  private readonly watch: vscode.Disposable;

  constructor(private readonly parts: Parts) {
    this.watch = parts.registry.onDidChange((session) => {
      if (!this.current || session !== this.current.keystore) return;
      const { keystore } = session;
      if (keystore) this.current.receiver.accept(acceptedIn(keystore));
    });
  }

  get running(): RunningPractice | undefined {
    return this.current;
  }

  /**
   * Starts it, or starts it anew with other faults, at the same address.
   * @param port of the loopback addresses; a usual one, or a free one, where absent
   * @throws FlowKeystoreError `arguments` where the port is taken; errors of writing and reading its keystore
   */
  async start(faults: readonly PracticeFault[], port?: number): Promise<RunningPractice> {
    const wanted = port ?? this.current?.receiver.port;
    await this.end();
    const { session, authorities } = await this.open();
    const begin = (at: number): Promise<PracticeReceiver> =>
      startPracticeReceiver({
        ...authorities,
        ...{ faults, port: at, now: this.parts.now() },
        accepts: session.keystore ? acceptedIn(session.keystore) : [],
        onClient: (line) => this.parts.log.info(`Practice receiver: ${line}`),
      });
    const receiver = await begin(wanted ?? usualPort).catch(async (error: unknown) => {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (taken && port === undefined) return begin(0);
      await this.parts.registry.remove(session);
      if (!taken || port === undefined) throw error;
      throw new FlowKeystoreError('arguments', t('Port {0} is taken.', port), {}, t('Name another one, or none.'));
    });
    this.current = { receiver, faults, keystore: session };
    this.changed.fire();
    return this.current;
  }

  /** Does nothing where it does not run. Its keystore goes off the list; the file stays for the next time. */
  async stop(): Promise<void> {
    const ended = this.current;
    if (!ended) return;
    await this.end();
    await this.parts.registry.remove(ended.keystore);
  }

  dispose(): void {
    this.watch.dispose();
    this.changed.dispose();
    void this.end();
  }

  private async end(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    if (!current) return;
    this.changed.fire();
    await current.receiver.stop();
  }

  /** Its keystore, made where there is none that can be used: one whose password is forgotten, or that lacks an authority, is left alone. */
  private async open(): Promise<{ readonly session: KeystoreSession; readonly authorities: PracticeAuthorities }> {
    const { folder, registry, passwords } = this.parts;
    await mkdir(folder.fsPath, { recursive: true });
    for (let number = 1; ; number++) {
      const name = number === 1 ? 'practice-receiver.p12' : `practice-receiver-${number}.p12`;
      const uri = vscode.Uri.joinPath(folder, name);
      const fresh = existsSync(uri.fsPath) ? undefined : await this.make(uri);
      const session = await registry.addForNow(uri);
      const password = fresh ?? (session.keystore ? session.passwords().store : await passwords.get(uri));
      const authorities = password === undefined ? undefined : await authoritiesIn(session, password);
      if (authorities) return { session, authorities };
      await registry.remove(session);
    }
  }

  /** @returns its password */
  private async make(uri: vscode.Uri): Promise<string> {
    // Whoever trusts its root should not trust everybody who has read this line.
    const password = randomBytes(18).toString('base64url');
    const keystore = await makePracticeKeystore(password, this.parts.now());
    await writeKeystoreFile(uri.fsPath, await writeKeystore(keystore, password), null);
    try {
      await this.parts.passwords.keep(uri, password, 'yes');
    } catch (error) {
      // It is good for this window: the next one makes a keystore of its own.
      this.parts.log.warn(String(error));
    }
    this.parts.log.info(`The keystore of the practice receiver was made: ${path.basename(uri.fsPath)}`);
    return password;
  }
}

/** Undefined where the password does not open it, or an authority was deleted or renamed. */
async function authoritiesIn(session: KeystoreSession, password: string): Promise<PracticeAuthorities | undefined> {
  try {
    return await practiceAuthoritiesOf(session.keystore ?? (await session.open(password)), password);
  } catch (error) {
    const lacksOne = error instanceof FlowKeystoreError && /^(alias-unknown|not-a-key-pair)$/.test(error.code);
    if (lacksOne || isPasswordError(error)) return undefined;
    throw error;
  }
}
