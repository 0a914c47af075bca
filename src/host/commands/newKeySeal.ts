import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { findEntry } from '../../core/keystore/edit';
import { needsKeyPassword } from '../../core/keystore/newKeyPassword';
import { askNewPassword } from '../input/newPassword';
import type { KeystoreSession } from '../services/keystoreSession';
import { GaveUp } from './choosing';
import type { NewKeyArgument } from './commandMap';

const { t } = vscode.l10n;

/** Under which password a new private key is sealed. */
export interface NewKeySeal {
  /** @param keystorePassword as an edit is told it */
  passwordWith(keystorePassword: string): string;
  /** Keeps a password of the key's own in memory once the key is in the keystore, as long as that is open. */
  remember(alias: string): Promise<void>;
}

/**
 * The password of the keystore; for a PEM file without one, that of the argument, or one that is asked for. It is asked before the work begins.
 * @param count of private keys that it is for
 * @throws FlowKeystoreError `password-required` where code gave none; as `needsKeyPassword` does; GaveUp
 */
export async function sealForNewKey(
  session: KeystoreSession,
  alias: string,
  argument: NewKeyArgument,
  count = 1,
): Promise<NewKeySeal> {
  const { keystore } = session;
  if (!keystore) throw new GaveUp();
  if (!isNeeded(session, keystore)) {
    return { passwordWith: (keystorePassword) => keystorePassword, remember: () => Promise.resolve() };
  }
  const password = argument.keyPassword ?? (await askKeyPassword(session, alias, argument, count));
  return {
    passwordWith: () => password,
    remember: async (stored) => {
      const entry = session.keystore && findEntry(session.keystore, stored);
      if (entry?.kind === 'keyPair') await session.useKeyPassword(entry, password);
    },
  };
}

function isNeeded(session: KeystoreSession, keystore: NonNullable<KeystoreSession['keystore']>): boolean {
  try {
    return needsKeyPassword(keystore, session.passwords().store);
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file: session.file }) : error;
  }
}

async function askKeyPassword(
  session: KeystoreSession,
  alias: string,
  argument: NewKeyArgument,
  count: number,
): Promise<string> {
  if (argument.silent) {
    throw new FlowKeystoreError(
      'password-required',
      t('The PEM file has no password that the private key could be encrypted with.'),
      { file: session.file, detail: alias },
      t('Give one for the key with the argument "keyPassword".'),
    );
  }
  const asked = await askNewPassword(
    count === 1 ? t('Password of the Private Key "{0}"', alias) : t('Password of {0} Private Keys', count),
    count === 1
      ? t('{0} is a PEM file without a password: the key is encrypted with one of its own', session.name)
      : t('{0} is a PEM file without a password: the keys are encrypted with one of their own', session.name),
  );
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}
