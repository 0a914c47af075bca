import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { certificateOf } from '../../core/keystore/chain';
import type { Entry, Keystore } from '../../core/keystore/model';
import { askChoice, askText, type Choice } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { isPasswordError } from '../services/sessionState';
import type { Remember } from '../storage/passwords';
import { kindText, validityText } from '../ui/texts';
import { settings } from '../services/settings';
import { withProgress } from '../ui/progress';
import type { EntryArgument, FromCode, KeystoreArgument } from './commandMap';

const { t } = vscode.l10n;

/** The person gave up: nothing is said, nothing happens. */
export class GaveUp extends vscode.CancellationError {}

/** @throws FlowKeystoreError `arguments` where code left something out that only a person could be asked */
export function mayAsk({ silent }: FromCode, what: string): void {
  if (silent) throw new FlowKeystoreError('arguments', `The argument "${what}" is missing.`);
}

export interface KeystoreQuestion {
  readonly title: string;
  /** Needs the password; else what can be seen without it will do. */
  readonly toChange?: boolean;
  /** Also keystores that cannot be opened. */
  readonly any?: boolean;
  /** Offers only those, where there are any. */
  readonly state?: 'open' | 'locked';
  /** Offers only those. */
  readonly fits?: (session: KeystoreSession) => boolean;
  /** Only files, or only tenants. */
  readonly where?: 'file' | 'tenant';
}

/** The keystore of an argument, else the only one, else the one a person chooses. It may be locked. */
export async function chooseKeystore(
  host: Host,
  argument: KeystoreArgument,
  question: KeystoreQuestion,
): Promise<KeystoreSession> {
  await host.registry.load();
  if (argument.keystore !== undefined) {
    const found = host.registry.find(argument.keystore);
    if (found && question.where !== undefined && (question.where === 'tenant') !== (found.tenant !== undefined)) {
      throw new FlowKeystoreError(
        'unsupported',
        found.tenant
          ? t('This is for keystore files; {0} is a tenant.', found.name)
          : t('This is for tenants; {0} is a file.', found.name),
        { file: found.file },
      );
    }
    if (found) return found;
    throw new FlowKeystoreError(
      'not-found',
      'This keystore is not on the list.',
      { file: argument.keystore },
      'Add it with Add Keystore.',
    );
  }
  const all = host.registry.sessions();
  const possible = all.filter(
    (session) =>
      (question.any ?? session.state.kind !== 'error') &&
      (question.where === undefined || (question.where === 'tenant') === (session.tenant !== undefined)) &&
      (question.fits?.(session) ?? true),
  );
  const fitting = possible.filter(({ state }) => state.kind === question.state);
  const usable = ownFirst(fitting.length ? fitting : possible);
  const [only, second] = usable;
  if (!only) throw noKeystore(all.length > 0);
  if (!second || (isFoundBundle(second) && !isFoundBundle(only))) return only;
  mayAsk(argument, 'keystore');
  const items = usable.map((session): Choice<KeystoreSession> => ({
    label: session.name,
    description: placeText(session),
    iconPath: new vscode.ThemeIcon(session.tenant ? 'cloud' : session.state.kind === 'locked' ? 'lock' : 'archive'),
    value: session,
  }));
  const asked = await askChoice({ title: question.title, placeholder: t('Which keystore?'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** Where it lies: the folder, or the host of a tenant. */
export function placeText({ tenant, uri, file }: KeystoreSession): string {
  return tenant ? file : vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..'));
}

/**
 * A PEM file with several certificates that lies in the workspace: most are no keystore of anybody's. From its row in the tree all can be done with it; one that
 * was added from elsewhere counts as a keystore.
 */
const isFoundBundle = ({ added, type }: KeystoreSession): boolean => !added && type === 'PEM';

const ownFirst = (sessions: readonly KeystoreSession[]): KeystoreSession[] =>
  [false, true].flatMap((bundle) => sessions.filter((session) => isFoundBundle(session) === bundle));

function noKeystore(unusable: boolean): FlowKeystoreError {
  return unusable
    ? new FlowKeystoreError(
        'unsupported',
        t('None of the keystores can be used for this.'),
        {},
        t('Create a keystore.'),
      )
    : new FlowKeystoreError('not-found', t('There is no keystore yet.'), {}, t('Create one, or add one you have.'));
}

/** Like `chooseKeystore`; a locked one is unlocked, its password asked for where it is not remembered. */
export async function chooseOpenKeystore(
  host: Host,
  argument: KeystoreArgument,
  question: KeystoreQuestion,
): Promise<KeystoreSession> {
  const session = await chooseKeystore(host, argument, question);
  if (!(await unlock(host, session, argument))) throw new GaveUp();
  return session;
}

/** The entry of an argument, else the one a person chooses. */
export async function chooseEntry(
  host: Host,
  argument: EntryArgument,
  question: KeystoreQuestion & {
    readonly kinds?: readonly Entry['kind'][];
    /** The entries that are offered, in that order; those of the kinds in the keystore's order when absent. */
    readonly order?: (keystore: Keystore) => readonly Entry[];
  },
): Promise<{ session: KeystoreSession; entry: Entry }> {
  const chosen = await chooseKeystore(host, argument, question);
  const session =
    chosen.seen && !question.toChange ? chosen : await chooseOpenKeystore(host, keystoreOf(chosen, argument), question);
  const entries = session.seen?.entries ?? [];
  if (argument.alias !== undefined) {
    const wanted = argument.alias;
    const entry =
      entries.find(({ alias }) => alias === wanted) ??
      entries.find(({ alias }) => alias.toLowerCase() === wanted.toLowerCase());
    if (entry) return { session, entry };
    throw new FlowKeystoreError('alias-unknown', t('There is no entry "{0}".', wanted), { file: session.file });
  }
  mayAsk(argument, 'alias');
  const ordered = session.seen && question.order ? question.order(session.seen) : entries;
  const fitting = ordered.filter(({ kind }) => question.kinds?.includes(kind) ?? true);
  if (!fitting.length) {
    throw new FlowKeystoreError('alias-unknown', t('The keystore has no entry for this.'), { file: session.file });
  }
  const items = fitting.map((entry): Choice<Entry> => entryChoice(entry, host.now()));
  const asked = await askChoice({ title: question.title, placeholder: t('Which entry of {0}?', session.name), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return { session, entry: asked.value };
}

function keystoreOf({ uri }: KeystoreSession, argument: KeystoreArgument): KeystoreArgument {
  return { ...argument, keystore: uri.toString() };
}

export function entryChoice(entry: Entry, now: Date): Choice<Entry> {
  const certificate = certificateOf(entry);
  const facts = [
    kindText(entry.kind),
    ...(certificate ? [validityText(certificate, now, settings.expiryThresholds())] : []),
  ];
  return {
    label: entry.alias,
    description: facts.join(' \u00b7 '),
    ...(certificate ? { detail: certificate.subject.toString() } : {}),
    iconPath: new vscode.ThemeIcon(entry.kind === 'keyPair' ? 'key' : 'verified'),
    value: entry,
  };
}

const unlocking = new WeakMap<KeystoreSession, Promise<boolean>>();

export interface UnlockOptions extends FromCode {
  readonly password?: string;
  readonly remember?: Remember;
  /** Of a tenant: read it again where it was read already. */
  readonly again?: true;
}

/**
 * Opens a locked keystore: by its remembered password, else by the one a person enters. Asked for once, however many wait for it.
 * @returns whether it is open
 * @throws FlowKeystoreError what is wrong with the file; `wrong-password` for a password given by code
 */
export function unlock(host: Host, session: KeystoreSession, options: UnlockOptions = {}): Promise<boolean> {
  if (session.state.kind === 'open' && !options.again) return Promise.resolve(true);
  const running = unlocking.get(session);
  if (running) return running;
  const attempt = unlockOnce(host, session, options).finally(() => unlocking.delete(session));
  unlocking.set(session, attempt);
  return attempt;
}

async function unlockOnce(host: Host, session: KeystoreSession, options: UnlockOptions): Promise<boolean> {
  if (session.tenant) {
    await withProgress(t('Reading {0}', session.name), (signal) => session.open(undefined, signal));
    return true;
  }
  if (options.password !== undefined) {
    await session.open(options.password);
    if (options.remember) await host.passwords.keep(session.uri, options.password, options.remember);
    return true;
  }
  const remembered = await host.passwords.get(session.uri);
  if (remembered !== undefined && (await host.registry.openWithRemembered(session))) return true;
  mayAsk(options, 'password');
  return askPassword(host, session, remembered !== undefined);
}

async function askPassword(host: Host, session: KeystoreSession, rememberedFailed: boolean): Promise<boolean> {
  const title = t('Unlock {0}', session.name);
  let failure: unknown;
  const asked = await askText({
    title,
    prompt: rememberedFailed
      ? t('The remembered password no longer opens this keystore. Enter the new one.')
      : t('Password of the keystore'),
    password: true,
    tryOut: async (password, signal) => {
      try {
        await session.open(password, signal);
        return undefined;
      } catch (error) {
        if (isPasswordError(error)) return { severity: 'error', text: t('This is not the password. Try again.') };
        // Something else is wrong with the file: another password would not help.
        failure = error;
        return undefined;
      }
    },
  });
  if (failure !== undefined) throw failure as Error;
  if (asked.kind !== 'answer') return false;
  await offerToRemember(host, session, asked.value);
  return true;
}

/** Asked quietly, and once: closing it means "for this session". */
export async function offerToRemember(host: Host, session: KeystoreSession, password: string): Promise<void> {
  if (!host.passwords.mayOffer(session.uri)) return;
  const asked = await askChoice<Remember>({
    title: t('Remember the password of {0}?', session.name),
    placeholder: t('It would be kept in the secret storage of VS Code on this machine'),
    items: [
      {
        label: t('Yes'),
        iconPath: new vscode.ThemeIcon('save'),
        description: t('opens by itself from now on'),
        value: 'yes',
      },
      { label: t('Only for this session'), iconPath: new vscode.ThemeIcon('history'), value: 'session' },
      { label: t('Never for this keystore'), iconPath: new vscode.ThemeIcon('circle-slash'), value: 'never' },
    ],
  });
  try {
    await host.passwords.keep(session.uri, password, asked.kind === 'answer' ? asked.value : 'session');
  } catch (error) {
    // What needed the password goes on.
    void host.errors.show(error);
  }
}
