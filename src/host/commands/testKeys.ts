import * as vscode from 'vscode';
import type { Candidate } from '../../core/connectivity/report';
import { FlowKeystoreError } from '../../core/errors';
import { findEntry } from '../../core/keystore/edit';
import { askChoice, type Choice } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { chooseKeystore, entryChoice, GaveUp, mayAsk, unlock } from './choosing';
import type { FromCode } from './commandMap';
import { unlockKey } from './keyPassword';

const { t } = vscode.l10n;

/** Asks for the password of the key, where it has one of its own. What else is wrong with it the test says. */
export async function readyKey(
  session: KeystoreSession | undefined,
  alias: string | null,
  argument: FromCode,
): Promise<void> {
  const entry = alias === null ? undefined : session?.keystore && findEntry(session.keystore, alias);
  if (!session || entry?.kind !== 'keyPair' || argument.silent) return;
  try {
    await unlockKey(session, entry, argument);
  } catch (error) {
    if (!(error instanceof FlowKeystoreError)) throw error;
  }
}

/** The keystore for a test, open. Undefined where there is none at all: the test says then whom one would have to trust. */
export async function keystoreForTest(
  host: Host,
  argument: FromCode & { readonly keystore?: string },
  { title, flow, alias }: { readonly title: string; readonly flow?: vscode.Uri; readonly alias?: string },
): Promise<KeystoreSession | undefined> {
  const clear =
    argument.keystore === undefined ? ((await host.registry.keystoreFor(flow)) ?? onlyHolder(host, alias)) : undefined;
  if (
    !clear &&
    argument.keystore === undefined &&
    !host.registry.sessions().some(({ state }) => state.kind !== 'error')
  ) {
    return undefined;
  }
  const session = clear ?? (await chooseKeystore(host, argument, { title }));
  if (!(await unlock(host, session, argument))) throw new GaveUp();
  return session;
}

/** The one open keystore that has the key pair. */
function onlyHolder(host: Host, alias: string | undefined): KeystoreSession | undefined {
  if (alias === undefined) return undefined;
  const [holder, ...more] = host.registry
    .sessions()
    .filter(({ keystore }) => keystore && findEntry(keystore, alias)?.kind === 'keyPair');
  return more.length ? undefined : holder;
}

/** @param candidates what a test before found of each key pair */
export async function askAlias(
  host: Host,
  session: KeystoreSession | undefined,
  argument: FromCode,
  title: string,
  candidates: readonly Candidate[] = [],
): Promise<string | null> {
  const pairs = (session?.keystore?.entries ?? []).filter(({ kind }) => kind === 'keyPair');
  if (!pairs.length) return null;
  mayAsk(argument, 'alias');
  const { alias: last } = host.memory.lastTest;
  const items: Choice<string | null>[] = [
    ...pairs.map((entry) => {
      const choice = entryChoice(entry, host.now());
      const found = candidates.find(({ alias }) => alias === entry.alias);
      // In the place of the name that is in its certificate.
      const why = found && (found.why ?? t('the server would take it'));
      return { ...choice, ...(why && { detail: why }), value: entry.alias };
    }),
    {
      label: t('No client certificate'),
      description: t('only the server is tested'),
      iconPath: new vscode.ThemeIcon('circle-slash'),
      value: null,
    },
  ];
  const asked = await askChoice<string | null>({
    title,
    placeholder: t('Which key pair is to be shown to the server?'),
    items,
    ...(last === undefined ? {} : { active: last }),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}
