import type * as vscode from 'vscode';
import type { CheckOptions } from '../../core/checks/context';
import type { WarnFrom } from '../../core/keystore/expiry';
import type { KeystoreView } from '../../core/checks/keystoreView';
import type { FlowDocuments } from './flowDocuments';

/** The keystores as the language features see them. Locked ones are in the list too, marked as such. */
export interface KeystoreViews {
  views(): readonly KeystoreView[];
  /** A keystore was opened, changed, locked or closed. */
  readonly onDidChange: vscode.Event<unknown>;
}

export interface LanguageServices {
  readonly keystores: KeystoreViews;
  readonly flows: FlowDocuments;
  now(): Date;
  /** From how many days before its end a certificate counts as expiring. */
  warnFrom(): WarnFrom;
  /** What else the checks depend on. */
  checks(): Pick<CheckOptions, 'severities' | 'trustedByTest'>;
  /** The document with the details of an entry. @param keystore the `file` of its view */
  entryUri(keystore: string, alias: string): vscode.Uri;
  /** Renames the entry of an alias, in the keystores that have it, and, after a question that lists them, the flows that name it. */
  renameEntry(alias: string, newAlias: string): Promise<void>;
  /** What a new alias changes in the flows and parameters of the workspace alone. */
  renameInFlows(alias: string, newAlias: string): Promise<vscode.WorkspaceEdit>;
  /** The settings of the checks changed, or a connectivity test has ended. */
  readonly onDidChangeChecks: vscode.Event<unknown>;
}

/** Command ids of the lenses; both take a `ChannelArgument`. */
export const editChannelCommand = 'flowKeystore.editChannel';
export const testChannelCommand = 'flowKeystore.testChannel';

export interface ChannelArgument {
  /** URI of the flow, as a string. */
  readonly flow: string;
  /** Id of its messageFlow. */
  readonly channel: string;
}

export const flowPattern: vscode.DocumentFilter = { pattern: '**/*.iflw' };
export const parametersPattern: vscode.DocumentFilter = { pattern: '**/parameters.prop' };
export const definitionsPattern: vscode.DocumentFilter = { pattern: '**/parameters.propdef' };
