import path from 'node:path';
import * as vscode from 'vscode';
import { writeKeystoreFile } from '../../core/keystore/file';
import type { StoreType } from '../../core/keystore/model';
import { emptyKeystore, writeKeystore } from '../../core/keystore/store';
import { askNewPassword } from '../input/newPassword';
import { askChoice, type Choice } from '../input/quickInput';
import type { Host } from '../services/host';
import { GaveUp, mayAsk, offerToRemember, unlock } from './choosing';
import type { CreateKeystoreArgument } from './commandMap';

const { t } = vscode.l10n;

/** By extension, lower case, without the dot. `.keystore` may be any of Java's. */
const typeOfExtension: Readonly<Record<string, StoreType>> = {
  p12: 'PKCS12',
  pfx: 'PKCS12',
  jks: 'JKS',
  jceks: 'JCEKS',
  pem: 'PEM',
  crt: 'PEM',
};

export const extensionOf: Readonly<Record<StoreType, string>> = {
  PKCS12: 'p12',
  JKS: 'jks',
  JCEKS: 'jceks',
  PEM: 'pem',
};

export async function createKeystore(host: Host, argument: CreateKeystoreArgument): Promise<string | undefined> {
  const title = t('Create Keystore');
  const chosen = argument.file === undefined ? await askForNewFile(argument) : vscode.Uri.file(argument.file);
  const extension = path.extname(chosen.path).slice(1).toLowerCase();
  const type = argument.type ?? typeOfExtension[extension] ?? (await askType(argument, title));
  const uri = extension === '' ? chosen.with({ path: `${chosen.path}.${extensionOf[type]}` }) : chosen;
  const password = argument.password ?? (await askForNewPassword(argument, title));
  const bytes = await writeKeystore(emptyKeystore(type), password);
  // A file of that name is not replaced: a keystore in it would be lost.
  await writeKeystoreFile(uri.fsPath, bytes, null);
  const session = await host.registry.add(uri);
  // A PEM bundle opens without one; its private keys are sealed with it.
  if (type === 'PEM') await session.open(password);
  else await unlock(host, session, { password, ...(argument.remember ? { remember: argument.remember } : {}) });
  if (!argument.silent) {
    await vscode.commands.executeCommand('flowKeystore.keystores.focus');
    if (type !== 'PEM' && !argument.remember) await offerToRemember(host, session, password);
    await host.tree.expand(session);
  }
  return session.uri.toString();
}

/** What each format is good for. */
export function typeChoices(): Choice<StoreType>[] {
  return [
    { label: 'PKCS#12', description: t('.p12: understood everywhere; SAP takes key pairs so'), value: 'PKCS12' },
    { label: 'JKS', description: t('.jks: what SAP takes for a whole keystore; certificates lie open'), value: 'JKS' },
    { label: 'JCEKS', description: t('.jceks: like JKS, with secret keys too'), value: 'JCEKS' },
    { label: 'PEM', description: t('.pem: text; each private key encrypted for itself'), value: 'PEM' },
  ];
}

async function askType(argument: CreateKeystoreArgument, title: string): Promise<StoreType> {
  if (argument.silent) return 'PKCS12';
  const asked = await askChoice({ title, placeholder: t('Which kind of keystore?'), items: typeChoices() });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function askForNewFile(argument: CreateKeystoreArgument): Promise<vscode.Uri> {
  mayAsk(argument, 'file');
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: t('Create Keystore'),
    saveLabel: t('Create'),
    filters: {
      [t('PKCS#12 keystore')]: ['p12', 'pfx'],
      [t('JKS keystore')]: ['jks'],
      [t('JCEKS keystore')]: ['jceks'],
      [t('PEM bundle')]: ['pem'],
      [t('All files')]: ['*'],
    },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, 'keystore.p12') } : {}),
  });
  if (!uri) throw new GaveUp();
  return uri;
}

async function askForNewPassword(argument: CreateKeystoreArgument, title: string): Promise<string> {
  mayAsk(argument, 'password');
  const asked = await askNewPassword(title, t('Password of the new keystore'));
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}
