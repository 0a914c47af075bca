import path from 'node:path';
import * as vscode from 'vscode';
import type { KeyPairEntry } from '../../core/keystore/model';
import { trustAnchors } from '../../core/keystore/anchors';
import { FlowKeystoreError } from '../../core/errors';
import { fileName, handOverKit, zipKit, type Kit } from '../../core/report/handOverKit';
import { hostsOf, type KeyUse } from '../../core/report/keyUses';
import { askChoice, askText } from '../input/quickInput';
import { besideKeystore } from '../services/besideKeystore';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { usesOfAlias } from '../services/receivers';
import { showInformation, showWarning } from '../ui/messages';
import { chooseEntry, GaveUp, mayAsk } from './choosing';
import type { HandOverKitArgument } from './commandMap';

const { t } = vscode.l10n;

/** Writes what the administrator of a receiver needs to accept a key pair, as a folder or a zip. No private key is opened for it. */
export async function writeHandOverKit(host: Host, argument: HandOverKitArgument): Promise<string | undefined> {
  const title = t('Hand-over Kit for a Receiver');
  const { session, entry } = await chooseEntry(host, argument, { title, kinds: ['keyPair'] });
  if (entry.kind !== 'keyPair') {
    throw new FlowKeystoreError('not-a-key-pair', t('The entry "{0}" has no private key.', entry.alias), {
      file: session.file,
    });
  }
  const uses = await usesOfAlias(argument.usesOf ?? entry.alias);
  const receiver = argument.receiver ?? (argument.silent ? undefined : await askReceiver(uses, title));
  const now = host.now();
  const kit = handOverKit(entry, {
    now,
    uses,
    known: session.seen ? trustAnchors(session.seen).map(({ certificate }) => certificate) : [],
    ...(receiver === undefined ? {} : { receiver }),
  });
  const uri =
    argument.out === undefined ? await askWhere(argument, session, entry, title) : vscode.Uri.file(argument.out);
  if (/\.zip$/i.test(uri.path)) await vscode.workspace.fs.writeFile(uri, zipKit(kit.files, now));
  else {
    await vscode.workspace.fs.createDirectory(uri);
    for (const { name, bytes } of kit.files) {
      await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(uri, name), bytes);
    }
  }
  if (!argument.silent) void tell(uri, kit);
  return uri.fsPath;
}

/** @returns undefined for the hosts of the channels */
async function askReceiver(uses: readonly KeyUse[], title: string): Promise<string | undefined> {
  const hosts = hostsOf(uses).join(', ');
  const asked = await askText({
    title,
    prompt: t('For whom? The name stands in the letter; it may be left empty and filled in there'),
    placeholder: 'Partner A',
    value: hosts,
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value.trim() === '' || asked.value === hosts ? undefined : asked.value.trim();
}

async function askWhere(
  argument: HandOverKitArgument,
  session: KeystoreSession,
  entry: KeyPairEntry,
  title: string,
): Promise<vscode.Uri> {
  mayAsk(argument, 'out');
  const name = `handover-${fileName(entry.alias)}`;
  const asked = await askChoice<'folder' | 'zip'>({
    title,
    placeholder: t('Certificate, chain, root, fingerprints and a letter. In which form?'),
    items: [
      {
        label: t('Folder'),
        description: t('to look at the letter and fill it in'),
        iconPath: new vscode.ThemeIcon('folder'),
        value: 'folder',
      },
      { label: t('Zip file'), description: t('to send'), iconPath: new vscode.ThemeIcon('file-zip'), value: 'zip' },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  const beside = besideKeystore(session);
  if (asked.value === 'zip') {
    const uri = await vscode.window.showSaveDialog({
      title,
      saveLabel: t('Save'),
      filters: { [t('Zip file')]: ['zip'] },
      defaultUri: vscode.Uri.joinPath(beside, `${name}.zip`),
    });
    if (!uri) throw new GaveUp();
    return /\.zip$/i.test(uri.path) ? uri : uri.with({ path: `${uri.path}.zip` });
  }
  const folders = await vscode.window.showOpenDialog({
    title,
    openLabel: t('Put It Here'),
    canSelectFiles: false,
    canSelectFolders: true,
    defaultUri: beside,
  });
  const [folder] = folders ?? [];
  if (!folder) throw new GaveUp();
  return vscode.Uri.joinPath(folder, name);
}

async function tell(uri: vscode.Uri, { files, missing }: Kit): Promise<void> {
  const isZip = /\.zip$/i.test(uri.path);
  const name = path.posix.basename(uri.path);
  if (!isZip) await vscode.window.showTextDocument(vscode.Uri.joinPath(uri, 'letter.md'));
  if (missing) {
    void showWarning(
      t(
        'The kit {0} is without the root: "{1}" is not in the keystore. ROOT-IS-MISSING.txt says where to get it.',
        name,
        missing.short,
      ),
    );
  } else void showInformation(t('The kit {0} has {1} files; fill in the letter.', name, files.length));
}
