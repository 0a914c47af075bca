import type { Certificate } from '../core/certificates/certificate';
import { FlowKeystoreError } from '../core/errors';
import { openSealedKey } from '../core/keys/sealedKey';
import { usualBackups } from '../core/keystore/backups';
import { readKeystoreFile, writeKeystoreFile, type FileStamp } from '../core/keystore/file';
import type { Keystore, KeyPairEntry, StoreType } from '../core/keystore/model';
import { showsAllCertificates } from '../core/keystore/openForText';
import { passwordProblem, type PasswordProblem } from '../core/keystore/password';
import { readKeystore, readWithoutPassword, writeChecked } from '../core/keystore/store';
import { inFile } from './inFile';
import { badArguments } from './options';
import { isTenant, openTenant, saveToTenant, type OpenTenant } from './tenant';
import { note, type Terminal } from './terminal';

export interface OpenKeystore {
  readonly file: string;
  readonly keystore: Keystore;
  /** Undefined for a file that needs none. */
  readonly password: string | undefined;
  readonly stamp: FileStamp;
  /** It is that of a tenant: `file` is the host of its API then. */
  readonly tenant?: OpenTenant;
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
      opening = isTenant(file) ? openTenant(file, this.terminal) : this.read(file);
      this.opened.set(file, opening);
    }
    return opening;
  }

  /**
   * For looking alone: without a password where none was named and all that is in the file lies open, as in JKS. Else as `open`.
   * @throws FlowKeystoreError as `open` does
   */
  async openToLook(file: string): Promise<Keystore> {
    if (!this.passwordVariables.length && !isTenant(file)) {
      const { signal } = this.terminal;
      const { bytes } = await readKeystoreFile(file, signal);
      const seen = await inFile(file, () => readWithoutPassword(bytes, { signal }));
      if (seen && showsAllCertificates(seen)) return seen;
    }
    return (await this.open(file)).keystore;
  }

  /** The variable that was named first. */
  get firstVariable(): string | undefined {
    return this.passwordVariables[0];
  }

  /** Passwords that were named; each may be that of any file. */
  get passwords(): readonly string[] {
    return this.passwordVariables.map((name) => this.terminal.env[name] ?? '');
  }

  /**
   * Opens a private key: with the keystore's password, else with the others that were named (a key may have one of its own).
   * @returns PrivateKeyInfo (PKCS#8, DER)
   * @throws FlowKeystoreError `wrong-password`, `unsupported`, with file and alias
   */
  async privateKeyOf({ file, password }: OpenKeystore, entry: KeyPairEntry): Promise<Uint8Array> {
    const passwords = [...new Set([password ?? '', ...this.passwords])];
    try {
      return await firstThatFits(passwords, (each) => openSealedKey(entry.key, each, this.terminal.signal));
    } catch (error) {
      if (!(error instanceof FlowKeystoreError)) throw error;
      throw error.code === 'wrong-password'
        ? keyPasswordMissing(file, entry.alias, error)
        : error.at({ file, detail: entry.alias });
    }
  }

  /** The passwords that were named, one after the other: for private keys that have passwords of their own. */
  otherPasswords(): (entry: KeyPairEntry) => Promise<string | undefined> {
    const next = new Map<string, number>();
    return ({ alias }) => {
      const at = next.get(alias) ?? 0;
      next.set(alias, at + 1);
      const name = this.passwordVariables[at];
      return Promise.resolve(name === undefined ? undefined : this.terminal.env[name]);
    };
  }

  private async read(file: string): Promise<OpenKeystore> {
    const { bytes, stamp } = await readKeystoreFile(file, this.terminal.signal);
    const attempt = async (password: string | undefined): Promise<OpenKeystore> => ({
      file,
      keystore: await readKeystore(bytes, password, { signal: this.terminal.signal }),
      password,
      stamp,
    });
    return inFile(file, async () => {
      try {
        return await attempt(undefined);
      } catch (error) {
        if (!(error instanceof FlowKeystoreError && error.code === 'password-required')) throw error;
      }
      const passwords = this.passwords.length ? this.passwords : [await this.ask(file)];
      return firstThatFits(passwords, attempt);
    });
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

/** How a keystore is saved. */
export interface Saving {
  /** That of the keystore where absent. */
  readonly password?: string | undefined;
  /** Whether a certificate that a tenant does not trust by itself was confirmed; none where absent. */
  readonly trusts?: (certificate: Certificate) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Saves an edited keystore in place of the one that was opened, which is kept as a backup; what was written is read back first. A tenant is asked for each
 * change.
 * @throws FlowKeystoreError `changed-on-disk` where another program saved it meanwhile, `unwritable`; as `saveToTenant`
 */
export async function saveKeystore(
  opened: OpenKeystore,
  edited: Keystore,
  { password = opened.password, trusts = () => false, signal }: Saving = {},
): Promise<void> {
  const { file, stamp, tenant } = opened;
  if (tenant) return saveToTenant({ ...opened, tenant }, edited, trusts, signal);
  await inFile(file, async () => {
    const { bytes } = await writeChecked(edited, password);
    await writeKeystoreFile(file, bytes, stamp, { backups: usualBackups });
  });
}

/** Said of a new keystore: SAP's tenant refuses some passwords, and takes no PEM at all. */
export function notePassword(password: string, type: StoreType, what: string, terminal: Terminal): void {
  const problem = type === 'PEM' ? undefined : passwordProblem(password);
  if (problem) note(terminal, `SAP would refuse ${what}: ${problemTexts[problem]}.`);
}

/**
 * The password for a keystore or a key that is yet to be written.
 * @param variable the environment variable that has it, as an option names it
 * @param type of the keystore, where it is for one
 * @returns undefined where none is named
 */
export function newPassword(
  variable: string | undefined,
  terminal: Terminal,
  type: StoreType = 'PKCS12',
): string | undefined {
  if (variable === undefined) return undefined;
  const password = terminal.env[variable];
  if (password === undefined) {
    throw badArguments(`The environment variable ${variable} is not set.`, 'Set it to the new password.');
  }
  if (password === '') throw emptyPassword(variable);
  notePassword(password, type, 'the new password', terminal);
  return password;
}

const problemTexts: Readonly<Record<PasswordProblem, string>> = {
  'too-short': 'it has fewer than 8 characters',
  'not-ascii': 'it has characters outside ASCII',
  'too-simple': 'it needs three of upper case, lower case, digits and others',
};

/** For something new that would be open to all. */
export function emptyPassword(variable: string, file?: string): FlowKeystoreError {
  return new FlowKeystoreError(
    'password-required',
    `The password in ${variable} is empty.`,
    file === undefined ? {} : { file },
    `Set the environment variable ${variable} to the new password.`,
  );
}

/** For a private key that none of the named passwords opens. */
export function keyPasswordMissing(file: string, alias: string, cause: unknown): FlowKeystoreError {
  return new FlowKeystoreError(
    'wrong-password',
    'The private key has a password of its own.',
    { file, detail: alias },
    'Name the variable that has it with another --password-env.',
    { cause },
  );
}
