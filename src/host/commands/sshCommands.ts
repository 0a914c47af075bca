import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { sapExportsSshKey, sshFingerprint, sshPublicKeyLine } from '../../core/keys/openssh/publicKey';
import { checkAlias } from '../../core/keystore/alias';
import { addKeyPair } from '../../core/keystore/edit';
import { openKeyOf } from '../../core/keystore/convert';
import { isLoneKey } from '../../core/keystore/lonePublicKeys';
import type { Entry } from '../../core/keystore/model';
import {
  certifySshKey,
  maxSshKeyBytes,
  needsPassphrase,
  openPrivateKeyFile,
  readPrivateKeyFile,
  sshKeySpecs,
  sshKeyWish,
  sshSubject,
  type OpenedPrivateKey,
} from '../../core/keystore/sshKeys';
import { publicKeyOfEntry } from '../../core/keystore/sshPublicKeys';
import { sealFor } from '../../core/keystore/store';
import { judgeAlias } from '../input/generateInput';
import { askChoice, askText } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { isPasswordError } from '../services/sessionState';
import { showInformation } from '../ui/messages';
import { aliasProblemText } from '../ui/texts';
import { chooseEntry, chooseOpenKeystore, GaveUp, mayAsk } from './choosing';
import type { CreateSshKeyArgument, EntryArgument, FromCode, ImportSshKeyArgument } from './commandMap';
import { givenInput, readable, readGiven } from './fileOrClipboard';
import { addGenerated, planIn } from './generateKeyPair';
import { unlockKey } from './keyPassword';
import { sealForNewKey } from './newKeySeal';

const { t } = vscode.l10n;

/** @returns the alias */
export async function createSshKey(host: Host, argument: CreateSshKeyArgument): Promise<string | undefined> {
  const title = t('Create SSH Key');
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true });
  const key = argument.key ?? (argument.silent ? 'RSA 3072' : await askKind(title));
  const wish = sshKeyWish(key);
  const alias = argument.alias ?? (argument.silent ? wish.alias : await askAlias(session, wish.alias, title));
  const plan = planIn(
    session,
    {
      alias,
      subject: argument.subject ?? (session.tenant ? await askCountry(argument, alias, title) : sshSubject(alias)),
      key,
      validity: wish.validity,
      usage: [],
      alternativeNames: '',
    },
    host.now(),
  );
  await addGenerated(host, session, plan, argument);
  if (!argument.silent) void offerPublicKey(session, alias, t('The SSH key "{0}" is in {1}.', alias, session.name));
  return alias;
}

/** A tenant makes no certificate without a country; nobody reads it. */
async function askCountry({ silent }: CreateSshKeyArgument, alias: string, title: string): Promise<string> {
  const name = sshSubject(alias);
  if (silent) return name;
  const asked = await askText({
    title,
    prompt: t('Country of two letters: the tenant asks for one in every certificate'),
    placeholder: 'DE',
    check: (value) =>
      /^[A-Za-z]{2}$/.test(value) ? undefined : { severity: 'error', text: t('Write two letters, such as DE.') },
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return `${name}, C=${asked.value.toUpperCase()}`;
}

async function askKind(title: string): Promise<string> {
  const remarks: Readonly<Record<string, string>> = {
    'RSA 3072': t('understood everywhere'),
    'RSA 4096': t('takes a few seconds; what SAP proposes'),
    'EC P-256': t('short and quick; SAP does not export its public key, this does'),
  };
  const asked = await askChoice<string>({
    title,
    placeholder: t('Kind and size of the key'),
    items: sshKeySpecs.map((spec) => ({ label: spec, description: remarks[spec] ?? '', value: spec })),
    active: 'RSA 3072',
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function askAlias(session: KeystoreSession, proposed: string, title: string): Promise<string> {
  const taken = session.keystore?.entries.map(({ alias }) => alias) ?? [];
  const asked = await askText({
    title,
    prompt: t('Alias. SAP takes "{0}" where a channel names none.', proposed),
    value: proposed,
    check: (value) => judgeAlias(value, taken),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function offerPublicKey(session: KeystoreSession, alias: string, done: string): Promise<void> {
  const copy = t('Copy Public Key');
  const chosen = await showInformation(done, copy);
  if (chosen !== copy) return;
  await vscode.commands.executeCommand('flowKeystore.copySshPublicKey', { keystore: session.uri.toString(), alias });
}

/** A private key file of OpenSSH, or PEM; it gets a certificate of its own, for a keystore wants one. @returns the alias */
export async function importSshKey(host: Host, argument: ImportSshKeyArgument): Promise<string | undefined> {
  const title = t('Import SSH Key');
  const given = await givenInput(argument, {
    title,
    filters: { [t('Private keys')]: ['pem', 'key', 'txt'] },
    isIn: readable(readPrivateKeyFile),
  });
  const file = readGiven(given, readPrivateKeyFile);
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true });
  const opened = needsPassphrase(file)
    ? await openWithPassphrase(argument, given.name, (passphrase, signal) =>
        openPrivateKeyFile(file, passphrase, signal),
      )
    : await openPrivateKeyFile(file, '');
  try {
    const alias = argument.alias ?? (argument.silent ? opened.alias : await askAlias(session, opened.alias, title));
    const taken = session.keystore?.entries.map((entry) => entry.alias) ?? [];
    const problem = checkAlias(alias, taken).find(({ severity }) => severity === 'error');
    if (problem) {
      const code = problem.code === 'taken' ? 'alias-exists' : 'alias-invalid';
      throw new FlowKeystoreError(code, aliasProblemText(problem), { file: session.file }, t('Choose another alias.'));
    }
    const chain = await certifySshKey(opened.privateKeyInfo, argument.subject ?? sshSubject(alias), host.now());
    const seal = await sealForNewKey(session, alias, argument);
    await session.edit(async (keystore, password) => {
      const key = await sealFor(keystore.type, opened.privateKeyInfo, seal.passwordWith(password));
      return addKeyPair(keystore, { alias, key, chain, created: host.now() });
    });
    await seal.remember(alias);
    await host.tree.revealEntry(session, alias);
    if (!argument.silent) {
      const large =
        given.content.length > maxSshKeyBytes ? ` ${t('Its file is larger than SAP takes (10,000 octets).')}` : '';
      void offerPublicKey(session, alias, `${t('The SSH key "{0}" is in {1}.', alias, session.name)}${large}`);
    }
    return alias;
  } finally {
    opened.privateKeyInfo.fill(0);
  }
}

async function openWithPassphrase(
  argument: ImportSshKeyArgument,
  name: string,
  open: (passphrase: string, signal?: AbortSignal) => Promise<OpenedPrivateKey>,
): Promise<OpenedPrivateKey> {
  if (argument.passphrase !== undefined) return open(argument.passphrase);
  mayAsk(argument, 'passphrase');
  let opened: OpenedPrivateKey | undefined;
  let failure: unknown;
  const asked = await askText({
    title: t('Import SSH Key'),
    prompt: t('Passphrase of the private key in {0}', name),
    password: true,
    tryOut: async (passphrase, signal) => {
      try {
        opened = await open(passphrase, signal);
        return undefined;
      } catch (error) {
        if (isPasswordError(error)) return { severity: 'error', text: t('This is not the passphrase. Try again.') };
        // Something else is wrong with the file: another passphrase would not help.
        failure = error;
        return undefined;
      }
    },
  });
  if (failure !== undefined) throw failure as Error;
  if (asked.kind !== 'answer' || !opened) throw new GaveUp();
  return opened;
}

/** @returns the line, as `authorized_keys` has it */
export async function copySshPublicKey(host: Host, argument: EntryArgument): Promise<string | undefined> {
  const question = { title: t('Copy SSH Public Key'), kinds: ['keyPair'] } as const;
  const { session, entry } = await chooseEntry(host, argument, question);
  const spki = await publicKeyIn(entry, session, argument);
  try {
    const line = sshPublicKeyLine(spki, entry.alias);
    if (argument.silent) return line;
    await vscode.env.clipboard.writeText(`${line}\n`);
    const note = sapExportsSshKey(spki) ? '' : ` ${t('SAP itself exports only RSA and DSA keys in this form.')}`;
    void showInformation(
      `${t('The public key of "{0}" is in the clipboard: {1}', entry.alias, sshFingerprint(spki))}${note}`,
    );
    return line;
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file: session.file, detail: entry.alias }) : error;
  }
}

/** Where there is no certificate the private key tells it. */
async function publicKeyIn(entry: Entry, session: KeystoreSession, argument: FromCode): Promise<Uint8Array> {
  if (isLoneKey(entry)) await unlockKey(session, entry, argument);
  const spki = await publicKeyOfEntry(entry, (pair) => openKeyOf(pair, session.passwords()));
  if (spki) return spki;
  throw new FlowKeystoreError('not-a-key-pair', t('The public key of "{0}" cannot be told.', entry.alias), {
    file: session.file,
  });
}
