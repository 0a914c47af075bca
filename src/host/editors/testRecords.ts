import * as vscode from 'vscode';
import type { TestRecord } from './editorModel';

/** The last connectivity test of each channel, for this session: what was true yesterday need not be today. */
export class TestRecords implements vscode.Disposable {
  private readonly records = new Map<string, TestRecord>();
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  of(flow: vscode.Uri, channel: string): TestRecord | undefined {
    return this.records.get(keyOf(flow, channel));
  }

  set(flow: vscode.Uri, channel: string, record: TestRecord): void {
    this.records.set(keyOf(flow, channel), record);
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}

const keyOf = (flow: vscode.Uri, channel: string): string => `${flow.toString()}#${channel}`;
