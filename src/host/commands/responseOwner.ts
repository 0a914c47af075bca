import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { openKeyOf } from '../../core/keystore/convert';
import { findEntry } from '../../core/keystore/edit';
import { isLoneKey, lonePublicKeys } from '../../core/keystore/lonePublicKeys';
import type { Keystore } from '../../core/keystore/model';
import {
  matchFor,
  matchingKeyPairs,
  requireMatches,
  type Match,
  type SearchedStore,
  type SigningResponse,
} from '../../core/keystore/signingResponse';
import { askChoice } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { withProgress } from '../ui/progress';
import { chooseKeystore, GaveUp } from './choosing';
import type { ImportResponseArgument } from './commandMap';
import { unlockKey } from './keyPassword';

const { t } = vscode.l10n;

export interface Owner {
  readonly session: KeystoreSession;
  readonly alias: string;
}

/** The entry that a response belongs to: the one that is named, else found by its public key in any keystore that can be looked into. */
export async function belongingTo(
  host: Host,
  response: SigningResponse,
  argument: ImportResponseArgument,
  title: string,
): Promise<Owner> {
  await host.registry.load();
  if (argument.keystore !== undefined && argument.alias !== undefined) {
    const session = await chooseKeystore(host, argument, { title });
    const { alias } = argument;
    // With the reason, before anything is asked.
    if (session.seen && !isLoneKey(findEntry(session.seen, alias))) {
      matchFor(response, { keystore: session.seen }, alias);
    }
    return { session, alias };
  }
  const all =
    argument.keystore === undefined ? host.registry.sessions() : [await chooseKeystore(host, argument, { title })];
  const stores = all.flatMap((session): { session: KeystoreSession; keystore: Keystore }[] =>
    session.seen ? [{ session, keystore: session.seen }] : [],
  );
  const byCertificate = matchingKeyPairs(response, stores);
  const matches = byCertificate.length ? byCertificate : await loneMatches(response, all);
  const [only] = matches;
  if (!only) throw notFound(response, stores, all);
  if (matches.length === 1 || argument.silent) return { session: only.store.session, alias: only.entry.alias };
  const asked = await askChoice<Owner>({
    title,
    placeholder: t('Several entries have this key. Which one gets the certificate?'),
    items: matches.map(({ store, entry }) => ({
      label: entry.alias,
      description: store.session.name,
      iconPath: new vscode.ThemeIcon('key'),
      value: { session: store.session, alias: entry.alias },
    })),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** A keystore to match a response in; where the entry has no certificate its key is opened, and asked for its password if need be. */
export async function withPublicKey(
  session: KeystoreSession,
  keystore: Keystore,
  alias: string,
  argument: ImportResponseArgument,
): Promise<SearchedStore> {
  const entry = findEntry(keystore, alias);
  if (!isLoneKey(entry)) return { keystore };
  await unlockKey(session, entry, argument);
  const publicKeys = await lonePublicKeys({ entries: [entry] }, (each) => openKeyOf(each, session.passwords()));
  return { keystore, publicKeys };
}

/** Among the private keys without certificates of keystores that are open. Those that do not open with what is known are passed over. */
async function loneMatches(
  response: SigningResponse,
  sessions: readonly KeystoreSession[],
): Promise<Match<SearchedStore & { readonly session: KeystoreSession }>[]> {
  const open = sessions.flatMap((session) =>
    session.keystore?.entries.some(isLoneKey) ? [{ session, keystore: session.keystore }] : [],
  );
  if (!open.length) return [];
  return withProgress(t('Looking for the private key that the certificate belongs to'), async (signal) => {
    const stores: (SearchedStore & { readonly session: KeystoreSession })[] = [];
    for (const { session, keystore } of open) {
      const passwords = session.passwords();
      const publicKeys = await lonePublicKeys(keystore, (entry) => openKeyOf(entry, passwords, signal), signal);
      stores.push({ session, keystore, publicKeys });
    }
    return matchingKeyPairs(response, stores);
  });
}

function notFound(
  response: SigningResponse,
  stores: readonly { keystore: Keystore }[],
  all: readonly KeystoreSession[],
): unknown {
  const locked = all.filter((session) => session.state.kind === 'locked' && !session.seen).map(({ name }) => name);
  try {
    return requireMatches(response, stores);
  } catch (error) {
    if (!(error instanceof FlowKeystoreError) || !locked.length) return error;
    return new FlowKeystoreError(
      error.code,
      error.message,
      error.place,
      t('Keystores that are locked were not looked into: {0}. Unlock them, and import it again.', locked.join(', ')),
    );
  }
}
