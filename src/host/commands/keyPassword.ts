import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import type { KeyPairEntry } from '../../core/keystore/model';
import { askText } from '../input/quickInput';
import type { KeystoreSession } from '../services/keystoreSession';
import { isPasswordError } from '../services/sessionState';
import { GaveUp, mayAsk } from './choosing';
import type { FromCode } from './commandMap';

const { t } = vscode.l10n;

/**
 * Makes sure that the private key of an entry can be opened. Where its password is not that of the keystore, it is asked for, and kept in memory as
 * long as the keystore is open.
 * @param session open
 * @returns the password of the key
 * @throws FlowKeystoreError `arguments` where code would have to be asked; what is wrong with the key
 */
export async function unlockKey(session: KeystoreSession, entry: KeyPairEntry, argument: FromCode): Promise<string> {
  if (!(await session.canUseKey(entry))) await askKeyPassword(session, entry, argument);
  return session.passwordForUse(entry.alias);
}

async function askKeyPassword(session: KeystoreSession, entry: KeyPairEntry, argument: FromCode): Promise<void> {
  mayAsk(argument, 'keyPassword');
  let failure: unknown;
  const asked = await askText({
    title: t('Password of the Private Key "{0}"', entry.alias),
    prompt: t('The private key has a password of its own, which is not that of {0}.', session.name),
    password: true,
    tryOut: async (password) => {
      try {
        if (await session.useKeyPassword(entry, password)) return undefined;
        return { severity: 'error', text: t('This is not the password. Try again.') };
      } catch (error) {
        // Something else is wrong with the key: another password would not help.
        if (isPasswordError(error)) throw error;
        failure = error;
        return undefined;
      }
    },
  });
  if (failure !== undefined) {
    throw failure instanceof FlowKeystoreError
      ? failure.at({ file: session.file, detail: entry.alias })
      : (failure as Error);
  }
  if (asked.kind !== 'answer') throw new GaveUp();
}
