import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import type { AskPassword } from '../../core/keystore/import/items';
import { askText } from '../input/quickInput';
import type { KeystoreSession } from '../services/keystoreSession';
import { GaveUp } from './choosing';
import type { FromCode } from './commandMap';

const { t } = vscode.l10n;

export interface ImportPasswordArgument extends FromCode {
  /** Tried before anybody is asked. */
  readonly password?: string;
}

/** Passwords of what is imported: the one that was given, that of the keystore it is imported into, then what a person types. */
export function importPasswords(session: KeystoreSession, { password, silent }: ImportPasswordArgument): AskPassword {
  return async ({ of, from, alias, wrong }) => {
    const known = [password, session.passwords().store].filter((each) => each !== undefined);
    const next = known[wrong];
    if (next !== undefined) return next;
    if (silent) {
      throw new FlowKeystoreError(
        password === undefined ? 'password-required' : 'wrong-password',
        password === undefined
          ? t('{0} needs its password.', alias ?? from)
          : t('This is not the password of {0}.', alias ?? from),
        { file: from },
        t('Give its password in the argument "password".'),
      );
    }
    const what =
      of === 'keystore'
        ? t('Password of {0}', from)
        : alias === undefined
          ? t('Password of the private key in {0}', from)
          : t('Password of the private key "{0}" in {1}', alias, from);
    const asked = await askText({
      title: t('Import into {0}', session.name),
      prompt: wrong > known.length ? t('{0}: that was not it. Try again.', what) : what,
      password: true,
    });
    if (asked.kind !== 'answer') throw new GaveUp();
    return asked.value;
  };
}
