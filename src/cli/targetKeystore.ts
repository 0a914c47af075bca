import { FlowKeystoreError } from '../core/errors';
import { writeKeystoreFile } from '../core/keystore/file';
import type { Keystore, StoreType } from '../core/keystore/model';
import { emptyKeystore, writeChecked } from '../core/keystore/store';
import { storeTypes, typeOfName } from '../core/keystore/typeOfName';
import { requireFileName } from '../core/replaceFile';
import { inFile } from './inFile';
import {
  emptyPassword,
  notePassword,
  saveKeystore,
  type KeystoreOpener,
  type OpenKeystore,
  type Saving,
} from './keystores';
import { badArguments } from './options';
import { checkForTenant } from './tenant';
import { askNewSecret, type Terminal } from './terminal';

/** @throws FlowKeystoreError `arguments` for a type that there is not */
export function readStoreType(text: string): StoreType {
  const found = storeTypes.find((type) => type === text.toUpperCase().replace('#', ''));
  if (found) return found;
  throw badArguments(`--type takes ${storeTypes.join(', ')}, not "${text}".`);
}

/** The keystore that something is put into: the one that is there, or a new one. */
export interface TargetKeystore {
  /** The file that was there; undefined where a new one is made. */
  readonly opened: OpenKeystore | undefined;
  readonly keystore: Keystore;
  readonly password: string | undefined;
  /** Refuses what `save` would refuse of its contents, and writes nothing. */
  readonly check: (edited: Keystore) => Promise<void>;
  readonly save: (edited: Keystore, saving?: Pick<Saving, 'trusts'>) => Promise<void>;
}

/**
 * @param type asked for; of a new keystore, after its name where absent. Its password is the first that was named, or asked for.
 * @throws FlowKeystoreError as the opener does; `arguments` where the keystore that is there is of another type
 */
export async function openOrCreate(
  file: string,
  type: StoreType | undefined,
  opener: KeystoreOpener,
  terminal: Terminal,
): Promise<TargetKeystore> {
  let opened: OpenKeystore;
  try {
    opened = await opener.open(file);
  } catch (error) {
    if (!(error instanceof FlowKeystoreError) || error.code !== 'not-found') throw error;
    await requireFileName(file);
    const newType = type ?? typeOfName(file) ?? 'PKCS12';
    // A PEM file has no password of its own, only its keys have.
    const [given] = opener.passwords;
    if (given === '' && newType !== 'PEM') throw emptyPassword(opener.firstVariable ?? '', file);
    const asked = (): Promise<string | undefined> => askNewSecret(terminal, `Password of the new keystore ${file}: `);
    const password = given ?? (newType === 'PEM' ? undefined : await asked());
    if (password !== undefined) notePassword(password, newType, `the password of ${file}`, terminal);
    return created(file, newType, password);
  }
  const { keystore, password } = opened;
  if (type && type !== keystore.type) {
    throw badArguments(`${file} is a ${keystore.type} keystore, not ${type}.`, 'Leave --type out, or convert it.');
  }
  return {
    ...{ opened, keystore, password },
    check: (edited) => (opened.tenant ? checkForTenant(opened, edited) : checkWritable(file, edited, password)),
    save: (edited, saving) => saveKeystore(opened, edited, { ...saving, signal: terminal.signal }),
  };
}

function created(file: string, type: StoreType, password: string | undefined): TargetKeystore {
  if (password === undefined && type !== 'PEM') {
    throw new FlowKeystoreError(
      'password-required',
      'The new keystore needs a password.',
      { file },
      'Put it into an environment variable and name that with --password-env NAME.',
    );
  }
  return {
    opened: undefined,
    keystore: emptyKeystore(type),
    password,
    check: (edited) => checkWritable(file, edited, password),
    save: (edited) =>
      inFile(file, async () => {
        await writeKeystoreFile(file, (await writeChecked(edited, password)).bytes, null);
      }),
  };
}

async function checkWritable(file: string, edited: Keystore, password: string | undefined): Promise<void> {
  await inFile(file, () => writeChecked(edited, password));
}

/** The values of environment variables that an option names. @throws FlowKeystoreError `arguments` where one is not set */
export function secretsOf(names: readonly string[], option: string, terminal: Terminal): string[] {
  return names.map((name) => {
    const value = terminal.env[name];
    if (value !== undefined) return value;
    throw badArguments(`The environment variable ${name} (--${option}) is not set.`);
  });
}
