import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { showInformation } from '../ui/messages';
import type { Host } from '../services/host';
import { chooseKeystore, mayAsk, unlock } from './choosing';
import type { AddKeystoreArgument, Commands } from './commandMap';

const { t } = vscode.l10n;

type KeystoreCommands = Pick<
  Commands,
  | 'flowKeystore.addKeystore'
  | 'flowKeystore.openAsKeystore'
  | 'flowKeystore.removeKeystore'
  | 'flowKeystore.unlockKeystore'
  | 'flowKeystore.lockKeystore'
  | 'flowKeystore.forgetPassword'
  | 'flowKeystore.refresh'
>;

export function keystoreCommands(host: Host): KeystoreCommands {
  const { registry, passwords } = host;
  return {
    'flowKeystore.addKeystore': (argument = {}) => addKeystores(host, argument),
    'flowKeystore.openAsKeystore': (argument = {}) => addKeystores(host, argument),

    async 'flowKeystore.removeKeystore'(argument = {}) {
      const session = await chooseKeystore(host, argument, {
        ...{ title: t('Remove Keystore from the List'), any: true, where: 'file' },
      });
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
      const session = await chooseKeystore(host, argument, { title: t('Lock Keystore'), state: 'open', where: 'file' });
      session.lock();
    },

    async 'flowKeystore.forgetPassword'(argument = {}) {
      const session = await chooseKeystore(host, argument, {
        title: t('Forget the Password of a Keystore'),
        any: true,
        where: 'file',
      });
      await passwords.forget(session.uri);
      session.lock();
      if (!argument.silent) {
        void showInformation(t('The password of {0} is forgotten.', session.name));
      }
    },

    'flowKeystore.refresh': () => registry.refresh(),
  };
}

async function addKeystores(host: Host, argument: AddKeystoreArgument): Promise<readonly string[] | undefined> {
  if (!argument.files) mayAsk(argument, 'files');
  const uris = argument.files?.map((file) => vscode.Uri.file(file)) ?? (await askForKeystores());
  if (!uris) return undefined;
  const sessions = await Promise.all(uris.map((uri) => host.registry.add(uri)));
  const [first] = sessions;
  if (first && !argument.silent) {
    // VS Code shows the view, and with it the new row.
    await vscode.commands.executeCommand('flowKeystore.keystores.focus');
    if (first.state.kind === 'locked') await unlock(host, first);
    if (first.state.kind === 'open') await host.tree.expand(first, { show: true });
  }
  return sessions.map(({ uri }) => uri.toString());
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
