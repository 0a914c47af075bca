import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';

/** What is to happen with the password of a keystore: kept in VS Code's secret storage, asked each session, or that and never offered again. */
export type Remember = 'yes' | 'session' | 'never';

const neverKey = 'passwords.neverRemember';

/** Passwords of keystores in the platform's secret storage, by the URI of the file. Not synced to other machines. */
export class PasswordStore {
  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly memory: vscode.Memento,
  ) {}

  /** Undefined also where the secret storage is out of order (no keyring, say): the person is asked then. */
  async get(keystore: vscode.Uri): Promise<string | undefined> {
    try {
      return await this.secrets.get(keyOf(keystore));
    } catch {
      return undefined;
    }
  }

  /** Whether the person is to be asked what to do with the password. */
  mayOffer(keystore: vscode.Uri): boolean {
    return !this.memory.get<readonly string[]>(neverKey, []).includes(keystore.toString());
  }

  /** @throws FlowKeystoreError `unwritable` where it is to be kept and the secret storage does not take it */
  async keep(keystore: vscode.Uri, password: string, remember: Remember): Promise<void> {
    await this.setNever(keystore, remember === 'never');
    if (remember !== 'yes') {
      // Where the secret storage is out of order there is nothing in it.
      await this.secrets.delete(keyOf(keystore)).then(undefined, () => undefined);
      return;
    }
    try {
      await this.secrets.store(keyOf(keystore), password);
    } catch (cause) {
      throw new FlowKeystoreError(
        'unwritable',
        vscode.l10n.t('VS Code could not keep the password in its secret storage.'),
        { file: keystore.fsPath },
        vscode.l10n.t('It is known until the window closes.'),
        { cause },
      );
    }
  }

  /** Forgets the password, and that it was never to be remembered. */
  async forget(keystore: vscode.Uri): Promise<void> {
    await this.setNever(keystore, false);
    await this.secrets.delete(keyOf(keystore));
  }

  private async setNever(keystore: vscode.Uri, never: boolean): Promise<void> {
    const uri = keystore.toString();
    const before = this.memory.get<readonly string[]>(neverKey, []);
    if (before.includes(uri) === never) return;
    await this.memory.update(neverKey, never ? [...before, uri] : before.filter((other) => other !== uri));
  }
}

function keyOf(keystore: vscode.Uri): string {
  return `keystore:${keystore.toString()}`;
}
