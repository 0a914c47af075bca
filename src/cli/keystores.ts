import { FlowKeystoreError } from '../core/errors';
import { readKeystoreFile } from '../core/keystore/file';
import type { Keystore } from '../core/keystore/model';
import { readKeystore } from '../core/keystore/store';
import { badArguments } from './options';
import type { Terminal } from './terminal';

export interface OpenKeystore {
  readonly file: string;
  readonly keystore: Keystore;
  /** Undefined for a file that needs none. */
  readonly password: string | undefined;
}

/**
 * Opens keystore files with the passwords of the environment variables named; of several variables each is tried. Without one, the
 * password is asked for on a terminal.
 */
export class KeystoreOpener {
  private readonly opened = new Map<string, Promise<OpenKeystore>>();

  constructor(
    private readonly passwordVariables: readonly string[],
    private readonly terminal: Terminal,
  ) {
    for (const name of passwordVariables) {
      if (terminal.env[name] === undefined) {
        throw badArguments(
          `The environment variable ${name} (--password-env) is not set.`,
          'Set it to the password of the keystore.',
        );
      }
    }
  }

  /** @throws FlowKeystoreError with the file's name, as `readKeystoreFile` and `readKeystore` do */
  open(file: string): Promise<OpenKeystore> {
    let opening = this.opened.get(file);
    if (!opening) {
      opening = this.read(file);
      this.opened.set(file, opening);
    }
    return opening;
  }

  private async read(file: string): Promise<OpenKeystore> {
    const { bytes } = await readKeystoreFile(file, this.terminal.signal);
    const attempt = async (password: string | undefined): Promise<OpenKeystore> => ({
      file,
      keystore: await readKeystore(bytes, password, { signal: this.terminal.signal }),
      password,
    });
    try {
      try {
        return await attempt(undefined);
      } catch (error) {
        if (!(error instanceof FlowKeystoreError && error.code === 'password-required')) throw error;
      }
      const passwords = this.passwordVariables.map((name) => this.terminal.env[name] ?? '');
      if (!passwords.length) passwords.push(await this.ask(file));
      return await firstThatFits(passwords, attempt);
    } catch (error) {
      throw error instanceof FlowKeystoreError ? error.at({ file }) : error;
    }
  }

  private async ask(file: string): Promise<string> {
    const password = await this.terminal.askSecret(`Password of ${file}: `);
    if (password !== undefined) return password;
    throw new FlowKeystoreError(
      'password-required',
      'The keystore needs its password.',
      { file },
      'Put it into an environment variable and name that with --password-env NAME.',
    );
  }
}

async function firstThatFits<T>(passwords: readonly string[], attempt: (password: string) => Promise<T>): Promise<T> {
  for (const [i, password] of passwords.entries()) {
    try {
      return await attempt(password);
    } catch (error) {
      const last = i === passwords.length - 1;
      if (last || !(error instanceof FlowKeystoreError && error.code === 'wrong-password')) throw error;
    }
  }
  throw new FlowKeystoreError('password-required', 'The keystore needs its password.');
}
