import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { backupsOf } from '../../core/keystore/backups';
import { readKeystoreFile } from '../../core/keystore/file';
import type { Keystore } from '../../core/keystore/model';
import { openForText, showsAllCertificates } from '../../core/keystore/openForText';
import { stableText } from '../../core/keystore/stableText';
import { readKeystore } from '../../core/keystore/store';
import { askChoice, askText, separator, type Choice, type Separator } from '../input/quickInput';
import { documentUri } from '../services/entryDocuments';
import { lastCommitted } from '../services/gitVersions';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { isPasswordError } from '../services/sessionState';
import type { VersionDocuments } from '../services/versionDocuments';
import { chooseKeystore, GaveUp, mayAsk, unlock } from './choosing';
import type { CompareKeystoresArgument } from './commandMap';

const { t } = vscode.l10n;

/** What a keystore is compared with. */
type Other =
  | { readonly kind: 'keystore'; readonly session: KeystoreSession }
  | { readonly kind: 'file'; readonly file: string; readonly label: string }
  | { readonly kind: 'commit'; readonly bytes: Uint8Array }
  | { readonly kind: 'ask-for-file' };

/** Shows two versions of a keystore, or two keystores, side by side: the older or other one to the left. */
export async function compareKeystores(
  host: Host,
  versions: VersionDocuments,
  argument: CompareKeystoresArgument,
): Promise<void> {
  const session = await chooseKeystore(host, argument, { title: t('Compare Keystore') });
  const other = await chooseOther(host, session, argument);
  await makeVisible(host, session, argument);
  const left = await leftSide(host, versions, session, other, argument);
  const right = documentUri({ keystore: session.uri.toString(), stable: true }, session.name);
  const title = `${left.label} \u2194 ${session.name}`;
  await vscode.commands.executeCommand('vscode.diff', left.uri, right, title, { preview: true });
}

/** Without the password where all certificates can be seen without. */
async function makeVisible(host: Host, session: KeystoreSession, argument: CompareKeystoresArgument): Promise<void> {
  if (session.seen && showsAllCertificates(session.seen)) return;
  if (!(await unlock(host, session, argument.silent ? { silent: true } : {}))) throw new GaveUp();
}

async function leftSide(
  host: Host,
  versions: VersionDocuments,
  session: KeystoreSession,
  other: Other,
  argument: CompareKeystoresArgument,
): Promise<{ uri: vscode.Uri; label: string }> {
  if (other.kind === 'keystore') {
    await makeVisible(host, other.session, argument);
    const { name, uri } = other.session;
    return { uri: documentUri({ keystore: uri.toString(), stable: true }, name), label: name };
  }
  const { bytes, label, file } = await contentOf(session, other);
  const passwords = [argument.password, session.passwords().store, await host.passwords.get(session.uri)];
  try {
    const keystore = await openVersion(bytes, passwords, label, argument);
    return { uri: versions.add(label, await stableText(keystore)), label };
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file }) : error;
  }
}

async function contentOf(
  session: KeystoreSession,
  other: Exclude<Other, { kind: 'keystore' }>,
): Promise<{ bytes: Uint8Array; label: string; file: string }> {
  switch (other.kind) {
    case 'commit':
      return { bytes: other.bytes, label: t('{0} (last commit)', session.name), file: session.file };
    case 'file': {
      const { bytes } = await readKeystoreFile(other.file);
      return { bytes, label: other.label, file: other.file };
    }
    case 'ask-for-file': {
      const [uri] =
        (await vscode.window.showOpenDialog({ title: t('Compare Keystore'), openLabel: t('Compare') })) ?? [];
      if (!uri) throw new GaveUp();
      const { bytes } = await readKeystoreFile(uri.fsPath);
      return { bytes, label: path.basename(uri.fsPath), file: uri.fsPath };
    }
  }
}

/** With one of the passwords, else with one that a person knows. */
async function openVersion(
  bytes: Uint8Array,
  passwords: readonly (string | undefined)[],
  label: string,
  argument: CompareKeystoresArgument,
): Promise<Keystore> {
  const opened = await openForText(bytes, passwords);
  if (opened && showsAllCertificates(opened)) return opened;
  if (argument.silent) {
    throw new FlowKeystoreError('wrong-password', t('{0} has another password.', label));
  }
  let failure: unknown;
  let keystore: Keystore | undefined;
  const asked = await askText({
    title: t('Password of {0}', label),
    prompt: t('This version has another password. It is asked for to read it, and not kept.'),
    password: true,
    tryOut: async (password, signal) => {
      try {
        keystore = await readKeystore(bytes, password, { signal });
      } catch (error) {
        if (isPasswordError(error)) return { severity: 'error', text: t('This is not the password. Try again.') };
        failure = error;
      }
      return undefined;
    },
  });
  if (failure !== undefined) throw failure as Error;
  if (asked.kind !== 'answer' || !keystore) throw new GaveUp();
  return keystore;
}

async function chooseOther(host: Host, session: KeystoreSession, argument: CompareKeystoresArgument): Promise<Other> {
  const wanted = argument.with;
  const backups = await backupsOf(session.file);
  if (wanted === 'head') {
    const bytes = await lastCommitted(session.uri);
    if (bytes) return { kind: 'commit', bytes };
    throw new FlowKeystoreError(
      'not-found',
      t('{0} is in no commit that VS Code knows of.', session.name),
      { file: session.file },
      t('Commit it first, or compare it with a backup.'),
    );
  }
  if (wanted === 'backup') {
    const [first] = backups;
    if (first) return { kind: 'file', file: first.file, label: path.basename(first.file) };
    throw new FlowKeystoreError('not-found', t('There is no backup of {0} yet.', session.name), { file: session.file });
  }
  if (wanted !== undefined) {
    const known = host.registry.find(wanted);
    return known ? { kind: 'keystore', session: known } : { kind: 'file', file: wanted, label: path.basename(wanted) };
  }
  mayAsk(argument, 'with');
  const items: (Choice<Other> | Separator)[] = [];
  const bytes = await lastCommitted(session.uri);
  if (bytes) {
    items.push({
      label: t('Last commit'),
      iconPath: new vscode.ThemeIcon('git-commit'),
      description: t('what changed since then'),
      value: { kind: 'commit', bytes },
    });
  }
  for (const { file, replaced } of backups) {
    items.push({
      label: path.basename(file),
      iconPath: new vscode.ThemeIcon('history'),
      description: t('backup, in use until {0}', replaced.toLocaleString()),
      value: { kind: 'file', file, label: path.basename(file) },
    });
  }
  const others = host.registry.sessions().filter((each) => each !== session && each.state.kind !== 'error');
  if (others.length) items.push(separator(t('keystores')));
  for (const each of others) {
    items.push({
      label: each.name,
      iconPath: new vscode.ThemeIcon(each.state.kind === 'locked' ? 'lock' : 'archive'),
      description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(each.uri, '..')),
      value: { kind: 'keystore', session: each },
    });
  }
  items.push(separator(''), {
    label: t('Another file...'),
    iconPath: new vscode.ThemeIcon('folder-opened'),
    value: { kind: 'ask-for-file' },
  });
  const asked = await askChoice({ title: t('Compare {0}', session.name), placeholder: t('With what?'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}
