import type * as vscode from 'vscode';
import type { Memory } from '../storage/memory';
import type { PasswordStore } from '../storage/passwords';
import type { ConnectivityReports } from '../editors/connectivityReports';
import type { TestRecords } from '../editors/testRecords';
import type { FlowDocuments } from '../language/flowDocuments';
import type { ReceiversTree } from '../receivers/receiversTree';
import type { Tenants } from '../tenants/tenants';
import type { KeystoreTree } from '../tree/keystoreTree';
import type { ErrorDisplay } from '../ui/errors';
import type { KeystoreRegistry } from './keystoreRegistry';
import type { PracticeService } from './practice';
import type { RequestDocuments } from './requestDocuments';
import type { RequestsOut } from './requestsOut';

/** What the commands work with; made once in `extension.ts`. */
export interface Host {
  readonly registry: KeystoreRegistry;
  readonly passwords: PasswordStore;
  readonly tenants: Tenants;
  readonly memory: Memory;
  readonly tree: KeystoreTree;
  readonly receivers: ReceiversTree;
  readonly reports: ConnectivityReports;
  readonly tests: TestRecords;
  readonly requests: RequestsOut;
  readonly requestDocuments: RequestDocuments;
  readonly practice: PracticeService;
  readonly flows: FlowDocuments;
  readonly errors: ErrorDisplay;
  readonly log: vscode.LogOutputChannel;
  now(): Date;
}
