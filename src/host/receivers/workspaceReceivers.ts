import * as vscode from 'vscode';
import type { CheckOptions } from '../../core/checks/context';
import type { KeystoreView } from '../../core/checks/keystoreView';
import { archivedPlace } from '../../core/flow/archivedPlace';
import { FileIndex } from '../../core/flow/fileIndex';
import { nodeFiles } from '../../core/flow/nodeFiles';
import { loadFlows } from '../../core/flow/project';
import { receiverRows, type ReceiverRow } from '../../core/report/receivers';
import { receiverStates, type ReceiverState, type TestRecord } from '../editors/editorModel';
import type { ModelTexts } from '../editors/fieldModel';
import type { TestRecords } from '../editors/testRecords';
import { archiveUri } from '../archives/archiveFiles';
import { WatchedFlows } from '../services/watchedFlows';

/** A receiver channel of the workspace, as it is on disk. */
export interface WorkspaceReceiver extends ReceiverRow, ReceiverState {
  /** Of the flow. */
  readonly uri: vscode.Uri;
  /** The last test of it as it is set now, in this session. */
  readonly test: TestRecord | undefined;
}

type Known = Omit<WorkspaceReceiver, 'test'>;

export interface ReceiverServices {
  readonly keystores: { views(): readonly KeystoreView[]; readonly onDidChange: vscode.Event<unknown> };
  readonly tests: TestRecords;
  /** For the checks. */
  readonly options: () => CheckOptions;
  readonly onDidChangeOptions: (listener: () => void) => vscode.Disposable;
  readonly texts: ModelTexts;
  readonly log: vscode.LogOutputChannel;
}

/** Milliseconds: a keystore that is opened changes several times. */
const settleTime = 300;

/** All receiver channels of the workspace's flows, in folders and in archives. Nothing is read before somebody asks. */
export class WorkspaceReceivers implements vscode.Disposable {
  private readonly flows: WatchedFlows<FileIndex<readonly Known[]>>;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly resources: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly services: ReceiverServices) {
    const { keystores, tests, log, onDidChangeOptions } = services;
    this.flows = new WatchedFlows(
      () => new FileIndex<readonly Known[]>(nodeFiles, { read: (path) => this.read(path) }),
      (error) => log.warn(`Looking for receivers: ${String(error)}`),
    );
    const judgeAnew = (): void => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flows.change((index, signal) => index.reread(signal)), settleTime);
    };
    this.resources = vscode.Disposable.from(
      this.flows,
      this.changed,
      this.flows.onDidChange(() => this.changed.fire()),
      tests.onDidChange(({ fsPath }) => {
        this.changed.fire();
        // What a test says of trust is a finding, or the end of one.
        this.flows.change((index) => index.update(archivedPlace(fsPath)?.archive ?? fsPath));
      }),
      keystores.onDidChange(judgeAnew),
      onDidChangeOptions(judgeAnew),
    );
  }

  /** In the order of their flows' names. What is known by now: the first call starts reading. */
  get known(): readonly WorkspaceReceiver[] {
    return [...this.flows.index.values()]
      .flat()
      .map((each) => ({ ...each, test: this.testOf(each) }))
      .sort((a, b) => a.flow.localeCompare(b.flow) || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  }

  /** The same, when all files are read. */
  async all(): Promise<readonly WorkspaceReceiver[]> {
    this.flows.begin();
    await this.flows.settled;
    return this.known;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.resources.dispose();
  }

  private testOf({ uri, channel, settings }: Known): TestRecord | undefined {
    const test = this.services.tests.of(uri, channel);
    return test?.settings === settings ? test : undefined;
  }

  private async read(path: string): Promise<readonly Known[]> {
    try {
      const { flows } = await loadFlows([path], nodeFiles);
      const { keystores, options, texts } = this.services;
      return flows.flatMap((source) => {
        const uri = source.archived ? archiveUri(source.file) : vscode.Uri.file(source.file);
        // The checks know a flow by its address.
        const addressed = { ...source, file: uri.toString() };
        const states = receiverStates({ source: addressed, keystores: keystores.views(), options: options(), texts });
        return receiverRows([source]).flatMap((row) => {
          const state = states.get(row.channel);
          return state ? [{ ...row, ...state, uri }] : [];
        });
      });
    } catch {
      // What is broken says so where it is looked at.
      return [];
    }
  }
}
