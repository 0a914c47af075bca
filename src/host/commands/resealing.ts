import * as vscode from 'vscode';
import type { ConvertOptions } from '../../core/keystore/convert';
import { askText } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { GaveUp } from './choosing';
import type { FromCode } from './commandMap';

const { t } = vscode.l10n;

/** What a conversion needs while it runs: it says how far it is, and asks for passwords of keys that have others than the keystore. */
export function conversionOptions(
  argument: FromCode,
  signal: AbortSignal,
  report: (message: string) => void,
): ConvertOptions {
  let shown = 0;
  return {
    signal,
    onProgress: (done, total) => {
      const now = Date.now();
      if (now - shown < 100) return;
      shown = now;
      report(t('private key {0} of {1}', done + 1, total));
    },
    ...(argument.silent
      ? {}
      : {
          passwordFor: async (entry, again) => {
            const asked = await askText({
              title: t('Password of the Private Key "{0}"', entry.alias),
              prompt: again
                ? t('That was not its password. Try again.')
                : t('The private key has a password of its own, which is not that of the keystore.'),
              password: true,
            });
            if (asked.kind !== 'answer') throw new GaveUp();
            return asked.value;
          },
        }),
  };
}

/** Where the password of a keystore is remembered, the new one is from now on. */
export async function rememberNewPassword(host: Host, session: KeystoreSession): Promise<void> {
  if (session.state.kind !== 'open') return;
  const password = session.passwords().store;
  const remembered = await host.passwords.get(session.uri);
  if (remembered === undefined || password === undefined || remembered === password) return;
  await host.passwords.keep(session.uri, password, 'yes');
}
