import * as vscode from 'vscode';
import type { CheckOptions } from './core/checks/context';
import { ArchiveFiles } from './host/archives/archiveFiles';
import { showPractice } from './host/commands/practiceCommands';
import { registerCommands } from './host/commands/register';
import { openForRename } from './host/commands/renameInFlows';
import { AdapterEditors } from './host/editors/adapterEditor';
import { ConnectivityReports } from './host/editors/connectivityReports';
import { modelTexts } from './host/editors/editorTexts';
import { TestRecords } from './host/editors/testRecords';
import { workspaceEdit } from './host/language/documentEdits';
import { FlowDocuments } from './host/language/flowDocuments';
import { registerLanguageFeatures } from './host/language/register';
import { ReceiversTree } from './host/receivers/receiversTree';
import { WorkspaceReceivers } from './host/receivers/workspaceReceivers';
import { documentUri, EntryDocuments } from './host/services/entryDocuments';
import { ExpiryWatch } from './host/services/expiryWatch';
import { FlowUses } from './host/services/flowUses';
import type { Host } from './host/services/host';
import { KeystoreRegistry } from './host/services/keystoreRegistry';
import { PracticeService } from './host/services/practice';
import { RequestDocuments } from './host/services/requestDocuments';
import { RequestsOut } from './host/services/requestsOut';
import { settings } from './host/services/settings';
import { VersionDocuments } from './host/services/versionDocuments';
import { Memory } from './host/storage/memory';
import { PasswordStore } from './host/storage/passwords';
import { Arrangement } from './host/tree/arrangement';
import { watchPulledFlows } from './host/tenants/pulledContext';
import { userGate } from './host/tenants/tenantGate';
import { Tenants } from './host/tenants/tenants';
import { KeystoreTree } from './host/tree/keystoreTree';
import { ErrorDisplay } from './host/ui/errors';

/** Builds the services and registers the parts of the host. Nothing is read and nothing is opened here. */
export function activate(context: vscode.ExtensionContext): Host | undefined {
  const log = vscode.window.createOutputChannel('Flow Keystore', { log: true });
  context.subscriptions.push(log);
  const errors = new ErrorDisplay(log);
  try {
    const host = build(context, log, errors);
    // What the tests inside the extension host look at; nobody else gets hold of it.
    return context.extensionMode === vscode.ExtensionMode.Test ? host : undefined;
  } catch (error) {
    // VS Code itself says nothing when an extension fails to start.
    void errors.show(error, vscode.l10n.t('Flow Keystore could not start.'));
    throw error;
  }
}

function build(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, errors: ErrorDisplay): Host {
  const now = (): Date => new Date();
  const memory = new Memory(context.globalState, context.workspaceState);
  const passwords = new PasswordStore(context.secrets, context.workspaceState);
  const tenants = new Tenants({
    ...{ memory, now, gate: userGate, secrets: context.secrets },
    folder: vscode.Uri.joinPath(context.globalStorageUri, 'tenants'),
  });
  const registry = new KeystoreRegistry(memory, passwords, log, tenants);
  const requests = new RequestsOut(memory);
  const uses = new FlowUses(log);
  const arrangement = new Arrangement(memory, uses, now);
  const tree = new KeystoreTree(registry, arrangement, uses, requests, now, errors);
  const documents = new EntryDocuments(registry, now, requests, uses);
  const requestDocuments = new RequestDocuments(registry);
  const versions = new VersionDocuments();
  const watch = new ExpiryWatch({ registry, tree, memory, log, now });
  const tests = new TestRecords();
  const checksChanged = new vscode.EventEmitter<void>();
  const flows = new FlowDocuments();
  const { extensionUri } = context;
  const reports = new ConnectivityReports({ extensionUri, tests, flows, log, now });
  const editors = new AdapterEditors({ extensionUri, keystores: registry, tests, flows, log, now });
  const checks = (): Pick<CheckOptions, 'severities' | 'trustedByTest'> => ({
    severities: settings.checkSeverities(),
    trustedByTest: (file, channel, fields) => tests.trusted(vscode.Uri.parse(file, true), channel, fields),
  });
  const texts = modelTexts(now);
  const workspaceReceivers = new WorkspaceReceivers({
    keystores: registry,
    tests,
    options: () => ({ now: now(), days: settings.expiryThresholds(), ...checks() }),
    onDidChangeOptions: (listener) => settings.onDidChange(listener),
    texts,
    log,
  });
  const receivers = new ReceiversTree(workspaceReceivers, memory, texts);
  const folder = vscode.Uri.joinPath(context.globalStorageUri, 'practice');
  const practice = new PracticeService({ registry, passwords, log, folder, now });
  const host: Host = {
    receivers,
    registry,
    passwords,
    tenants,
    memory,
    tree,
    reports,
    tests,
    requests,
    requestDocuments,
    practice,
    flows,
    errors,
    log,
    now,
  };
  context.subscriptions.push(
    practice,
    showPractice(host),
    watchPulledFlows(),
    registry,
    tenants,
    requests,
    uses,
    arrangement,
    tree,
    documents,
    versions,
    watch,
    requestDocuments,
    flows,
    tests,
    new ArchiveFiles(),
    workspaceReceivers,
    receivers,
    reports,
    editors,
    checksChanged,
    settings.onDidChange(() => checksChanged.fire()),
    tests.onDidChange(() => checksChanged.fire()),
    registerLanguageFeatures({
      keystores: registry,
      flows,
      now,
      warnFrom: () => settings.expiryThresholds(),
      checks,
      onDidChangeChecks: checksChanged.event,
      entryUri: (keystore, alias) => documentUri({ keystore, alias }, registry.find(keystore)?.name),
      renameEntry: async (alias, newAlias) => {
        await vscode.commands.executeCommand('flowKeystore.renameEntry', { alias, newAlias });
      },
      renameInFlows: async (from, to) => workspaceEdit((await openForRename(host, from, to)).edits),
    }),
    registerCommands(host, documents, versions, watch, editors),
  );
  return host;
}
