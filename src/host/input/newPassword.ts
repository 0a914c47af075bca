import * as vscode from 'vscode';
import { passwordProblem } from '../../core/keystore/password';
import { askText, type Asked, type Verdict } from './quickInput';

const { t } = vscode.l10n;

/** A new password, typed twice; judged by SAP's rule while it is typed. */
export async function askNewPassword(title: string, prompt: string): Promise<Asked<string>> {
  for (;;) {
    const first = await askText({
      title,
      prompt,
      password: true,
      place: { step: 1, total: 2, canGoBack: false },
      check: judgePassword,
    });
    if (first.kind !== 'answer') return first;
    const second = await askText({
      title,
      prompt: t('The password once more'),
      password: true,
      place: { step: 2, total: 2, canGoBack: true },
      tryOut: (value) =>
        Promise.resolve(
          value === first.value
            ? undefined
            : { severity: 'error', text: t('The two are not the same. Type it again, or go back.') },
        ),
    });
    if (second.kind !== 'back') return second;
  }
}

/** SAP's rule for keystore passwords is said, not enforced: a file need not be for a tenant. */
function judgePassword(password: string): Verdict | undefined {
  if (password === '') return { severity: 'error', text: t('A keystore needs a password.') };
  switch (passwordProblem(password)) {
    case undefined:
      return undefined;
    case 'too-short':
      return { severity: 'warning', text: t('SAP asks for at least 8 characters.') };
    case 'not-ascii':
      return { severity: 'warning', text: t('SAP takes ASCII characters only in the password of a keystore.') };
    case 'too-simple':
      return {
        severity: 'warning',
        text: t('SAP asks for three of: upper case, lower case, digits, other characters.'),
      };
  }
}
