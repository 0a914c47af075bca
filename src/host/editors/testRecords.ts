import * as vscode from 'vscode';
import type { Channel, ChannelFields } from '../../core/flow/model';
import type { ConnectivityReport } from '../../core/connectivity/report';
import { headlineOf } from '../../core/report/connectivityText';
import { testedSettings, type TestRecord } from './editorModel';

/** The last connectivity test of each channel, for this session: what was true yesterday need not be today. */
export class TestRecords implements vscode.Disposable {
  private readonly records = new Map<string, TestRecord>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  /** Of a flow. */
  readonly onDidChange = this.changed.event;

  of(flow: vscode.Uri, channel: string): TestRecord | undefined {
    return this.records.get(keyOf(flow, channel));
  }

  /** Whether the last test of a channel, as it is set now, trusted the receiver; undefined where there is none. */
  trusted(flow: vscode.Uri, channel: Channel, fields: ChannelFields): boolean | undefined {
    const record = this.of(flow, channel.id);
    return record?.settings === testedSettings(channel, fields) ? record.trusted : undefined;
  }

  set(flow: vscode.Uri, channel: string, record: TestRecord): void {
    this.records.set(keyOf(flow, channel), record);
    this.changed.fire(flow);
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/** What is kept of a test. @param settings of the channel, from before the test: it may be changed while it runs */
export function recordOf(report: ConnectivityReport, settings: string, show?: TestRecord['show']): TestRecord {
  const trust = report.steps.find(({ step }) => step === 'serverTrust')?.status;
  return {
    at: report.at,
    ok: report.ok,
    headline: headlineOf(report),
    settings,
    ...(trust === undefined || trust === 'skipped' ? {} : { trusted: trust !== 'failed' }),
    ...(show && { show }),
  };
}

const keyOf = (flow: vscode.Uri, channel: string): string => `${flow.toString()}#${channel}`;
