import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { writeKeystoreFile } from '../../core/keystore/file';
import { passwordProblem } from '../../core/keystore/password';
import { emptyKeystore, writeKeystore } from '../../core/keystore/store';
import { showInformation } from '../ui/messages';
import { askText, type Verdict } from '../input/quickInput';
import type { Host } from '../services/host';
import { chooseKeystore, GaveUp, mayAsk, offerToRemember, unlock } from './choosing';
import type { Commands, CreateKeystoreArgument } from './commandMap';

const { t } = vscode.l10n;

type KeystoreCommands = Pick<
  Commands,
  | 'flowKeystore.createKeystore'
  | 'flowKeystore.addKeystore'
  | 'flowKeystore.removeKeystore'
  | 'flowKeystore.unlockKeystore'
  | 'flowKeystore.lockKeystore'
  | 'flowKeystore.forgetPassword'
  | 'flowKeystore.refresh'
  | 'flowKeystore.showMore'
>;

export function keystoreCommands(host: Host): KeystoreCommands {
  const { registry, passwords } = host;
  return {
    'flowKeystore.createKeystore': (argument = {}) => createKeystore(host, argument),

    async 'flowKeystore.addKeystore'(argument = {}) {
      const uris = argument.files?.map((file) => vscode.Uri.file(file)) ?? (await askForKeystores());
      if (!uris) return undefined;
      const sessions = await Promise.all(uris.map((uri) => registry.add(uri)));
      const [first] = sessions;
      if (first && !argument.silent) {
        // VS Code shows the view, and with it the new row.
        await vscode.commands.executeCommand('flowKeystore.keystores.focus');
        if (first.state.kind === 'locked') await unlock(host, first);
      }
      return sessions.map(({ uri }) => uri.toString());
    },

    async 'flowKeystore.removeKeystore'(argument = {}) {
      const session = await chooseKeystore(host, argument, { title: t('Remove Keystore from the List'), any: true });
      const remembered = await passwords.get(session.uri);
      await passwords.forget(session.uri);
      await registry.remove(session);
      if (argument.silent) return;
      const undo = t('Undo');
      const chosen = await showInformation(t('{0} is off the list. The file is untouched.', session.name), undo);
      if (chosen !== undo) return;
      const back = await registry.add(session.uri);
      if (remembered === undefined) return;
      await passwords.keep(back.uri, remembered, 'yes');
      await registry.openWithRemembered(back);
    },

    async 'flowKeystore.unlockKeystore'(argument = {}) {
      const session = await chooseKeystore(host, argument, { title: t('Unlock Keystore'), state: 'locked' });
      const opened = await unlock(host, session, argument);
      if (opened && !argument.silent) await host.tree.expand(session);
      return opened;
    },

    async 'flowKeystore.lockKeystore'(argument = {}) {
      const session = await chooseKeystore(host, argument, { title: t('Lock Keystore'), state: 'open' });
      session.lock();
    },

    async 'flowKeystore.forgetPassword'(argument = {}) {
      const session = await chooseKeystore(host, argument, {
        title: t('Forget the Password of a Keystore'),
        any: true,
      });
      await passwords.forget(session.uri);
      session.lock();
      if (!argument.silent) {
        void showInformation(t('The password of {0} is forgotten.', session.name));
      }
    },

    'flowKeystore.refresh': () => registry.refresh(),

    async 'flowKeystore.showMore'(argument = {}) {
      const session = await chooseKeystore(host, argument, { title: t('Show More Entries') });
      host.tree.showMore(session);
    },
  };
}

async function createKeystore(host: Host, argument: CreateKeystoreArgument): Promise<string | undefined> {
  const title = t('Create Keystore');
  const uri = argument.file === undefined ? await askForNewFile(argument) : vscode.Uri.file(argument.file);
  const password = argument.password ?? (await askForNewPassword(argument, title));
  const bytes = await writeKeystore(emptyKeystore(), password);
  // A file of that name is not replaced: a keystore in it would be lost.
  await writeKeystoreFile(uri.fsPath, bytes, null);
  const session = await host.registry.add(uri);
  await unlock(host, session, { password, ...(argument.remember ? { remember: argument.remember } : {}) });
  if (!argument.silent) {
    await vscode.commands.executeCommand('flowKeystore.keystores.focus');
    if (!argument.remember) await offerToRemember(host, session, password);
    await host.tree.expand(session);
  }
  return session.uri.toString();
}

async function askForNewFile(argument: CreateKeystoreArgument): Promise<vscode.Uri> {
  mayAsk(argument, 'file');
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: t('Create Keystore'),
    saveLabel: t('Create'),
    filters: { [t('PKCS#12 keystore')]: ['p12', 'pfx'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, 'keystore.p12') } : {}),
  });
  if (!uri) throw new GaveUp();
  if (path.extname(uri.path) === '') return uri.with({ path: `${uri.path}.p12` });
  return uri;
}

async function askForNewPassword(argument: CreateKeystoreArgument, title: string): Promise<string> {
  mayAsk(argument, 'password');
  for (;;) {
    const first = await askText({
      title,
      prompt: t('Password of the new keystore'),
      password: true,
      place: { step: 1, total: 2, canGoBack: false },
      check: judgePassword,
    });
    if (first.kind !== 'answer') throw new GaveUp();
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
    if (second.kind === 'answer') return second.value;
    if (second.kind === 'cancel') throw new GaveUp();
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

async function askForKeystores(): Promise<vscode.Uri[] | undefined> {
  const uris = await vscode.window.showOpenDialog({
    title: t('Add Keystore'),
    openLabel: t('Add'),
    canSelectMany: true,
    filters: {
      [t('Keystores')]: ['p12', 'pfx', 'jks', 'jceks', 'keystore', 'pem', 'crt'],
      [t('All files')]: ['*'],
    },
  });
  const wrong = uris?.find(({ scheme }) => scheme !== 'file' && scheme !== 'vscode-remote');
  if (wrong) {
    throw new FlowKeystoreError('unsupported', t('Only files on this machine can be added.'), { file: wrong.path });
  }
  return uris;
}
