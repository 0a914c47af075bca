import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import type { EntryDocuments } from '../services/entryDocuments';
import type { ExpiryWatch } from '../services/expiryWatch';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import type { VersionDocuments } from '../services/versionDocuments';
import { conflictActions } from '../ui/errors';
import { argumentOf } from './argumentOf';
import type { CommandId, Commands, FromCode } from './commandMap';
import { compareEntries } from './compareEntries';
import { compareKeystores } from './compareKeystores';
import { browseCommands } from './browseCommands';
import { copyCommands } from './copyCommands';
import { entryCommands } from './entryCommands';
import { externalizeCommands } from './externalizeCommands';
import { expiryCommands } from './expiryCommands';
import { exportCommands } from './exportCommands';
import { findCertificate } from './findCertificate';
import { flowCommands, type ChannelEditor } from './flowCommands';
import { generateKeyPair } from './generateKeyPair';
import { convertKeystoreFile } from './convertKeystore';
import { createKeystore } from './createKeystore';
import { writeHandOverKit } from './handOver';
import { historyCommands } from './historyCommands';
import { practiceCommands } from './practiceCommands';
import { changePassword, modernise } from './protectionCommands';
import { importFromReceiver } from './importFromReceiver';
import { renewKeyPair } from './renewKeyPair';
import { addServerCertificate, importEntries } from './importEntries';
import { importResponse } from './importResponse';
import { keystoreCommands } from './keystoreCommands';
import { openInArchive } from './openInArchive';
import { receiverCommands } from './receiverCommands';
import { createRequest, showRequest } from './requestCommands';
import { copySshPublicKey, createSshKey, importSshKey } from './sshCommands';
import { createTestCa, signRequest } from './testCaCommands';
import { tenantFlowCommands } from './tenantFlows';
import { tenantCommands } from './tenantCommands';
import { testCommands } from './testCommands';

/** Registers every command of the map: a missing one does not compile. */
export function registerCommands(
  host: Host,
  documents: EntryDocuments,
  versions: VersionDocuments,
  watch: ExpiryWatch,
  editor: ChannelEditor,
): vscode.Disposable {
  const commands: Commands = {
    ...keystoreCommands(host),
    ...browseCommands(host),
    ...entryCommands(host, documents, versions),
    ...expiryCommands(host, watch),
    'flowKeystore.compareKeystores': (argument = {}) => compareKeystores(host, versions, argument),
    'flowKeystore.compareEntries': (argument = {}) => compareEntries(host, argument),
    'flowKeystore.findCertificate': (argument = {}) => findCertificate(host, argument),
    ...copyCommands(host),
    ...exportCommands(host),
    ...testCommands(host),
    ...receiverCommands(host),
    ...practiceCommands(host),
    ...tenantCommands(host),
    ...tenantFlowCommands(host, versions),
    'flowKeystore.openInArchive': (argument = {}) => openInArchive(argument),
    ...flowCommands(editor),
    ...externalizeCommands(host),
    ...historyCommands(host),
    'flowKeystore.createKeystore': (argument = {}) => createKeystore(host, argument),
    'flowKeystore.convertKeystore': (argument = {}) => convertKeystoreFile(host, argument),
    'flowKeystore.changePassword': (argument = {}) => changePassword(host, argument),
    'flowKeystore.modernise': (argument = {}) => modernise(host, argument),
    'flowKeystore.handOverKit': (argument = {}) => writeHandOverKit(host, argument),
    'flowKeystore.importFromReceiver': (argument = {}) => importFromReceiver(host, argument),
    'flowKeystore.renewKeyPair': (argument = {}) => renewKeyPair(host, argument),
    'flowKeystore.generateKeyPair': (argument = {}) => generateKeyPair(host, argument),
    'flowKeystore.import': (argument = {}) => importEntries(host, argument),
    'flowKeystore.importFromClipboard': async (argument = {}) =>
      importEntries(host, { ...argument, text: await vscode.env.clipboard.readText() }),
    'flowKeystore.addServerCertificate': (argument = {}) => addServerCertificate(host, argument),
    'flowKeystore.createRequest': (argument = {}) => createRequest(host, argument),
    'flowKeystore.importResponse': (argument = {}) => importResponse(host, argument),
    'flowKeystore.showRequest': (argument = {}) => showRequest(host, argument),
    'flowKeystore.createTestCa': (argument = {}) => createTestCa(host, argument),
    'flowKeystore.signRequest': (argument = {}) => signRequest(host, argument),
    'flowKeystore.createSshKey': (argument = {}) => createSshKey(host, argument),
    'flowKeystore.importSshKey': (argument = {}) => importSshKey(host, argument),
    'flowKeystore.copySshPublicKey': (argument = {}) => copySshPublicKey(host, argument),
    'flowKeystore.showLog': () => {
      host.log.show();
      return Promise.resolve();
    },
  };
  // Which argument belongs to which command is checked above; here they are all alike.
  const handlers = Object.entries(commands) as [CommandId, (argument?: FromCode) => Promise<unknown>][];
  return vscode.Disposable.from(
    ...handlers.map(([id, run]) =>
      vscode.commands.registerCommand(id, (first?: unknown, others?: unknown) =>
        runShowingErrors(host, run, () => argumentOf(host, id, first, others)),
      ),
    ),
  );
}

async function runShowingErrors(
  host: Host,
  run: (argument?: FromCode) => Promise<unknown>,
  argumentFor: () => FromCode | undefined,
): Promise<unknown> {
  let argument: FromCode | undefined;
  try {
    argument = argumentFor();
    return await run(argument);
  } catch (error) {
    if (argument?.silent) throw error;
    const session = conflicting(host, error);
    host.errors
      .show(error, undefined, session ? conflictActions(session) : [])
      .catch((failed: unknown) => host.log.error(String(failed)));
    return undefined;
  }
}

/** The keystore that another program saved in the meantime. */
function conflicting(host: Host, error: unknown): KeystoreSession | undefined {
  if (!(error instanceof FlowKeystoreError) || error.code !== 'changed-on-disk') return undefined;
  return host.registry.sessions().find(({ file }) => file === error.place.file);
}
