import * as vscode from 'vscode';
import { reportData, type ConnectivityReport, type Extent, type Step } from '../../core/connectivity/report';
import { targetText, type Target } from '../../core/connectivity/target';
import { describeError } from '../../core/errors';
import { fieldsOf } from '../../core/flow/fields';
import { reportMarkdown } from '../../core/report/connectivityText';
import { nextSteps, type NextStep, type Surroundings } from '../../core/report/nextSteps';
import { proofCommands } from '../../core/report/proofCommands';
import type {
  CopyFormat,
  FromConnectivityReport,
  ReportView,
  ToConnectivityReport,
} from '../../protocol/connectivityReport';
import { isFromConnectivityReport } from '../../protocol/connectivityReport';
import { Port } from '../../protocol/rpc';
import type { FlowDocuments } from '../language/flowDocuments';
import { testedSettings } from './editorModel';
import { modelTexts } from './editorTexts';
import { addableCertificates, reportView, runningView } from './reportModel';
import { recordOf, type TestRecords } from './testRecords';
import { reportStrings } from './viewStrings';
import { showPage } from './webviewPage';

const { t } = vscode.l10n;

/** A test that is about to run. */
export interface ReportRequest {
  readonly target: Target;
  readonly extent: Extent;
  /** URI, as a string, of the keystore that is asked for trust: what is added goes there. */
  readonly keystore?: string;
  /** The channel that is tested, where it is one. */
  readonly channel?: { readonly flow: vscode.Uri; readonly id: string; readonly alias?: string };
  /** The test can be kept in the workspace. */
  readonly keeps: boolean;
  /** Does what the report offers; resolves to the report, where more is known then. */
  readonly act: (step: NextStep, report: ConnectivityReport) => Promise<ConnectivityReport | undefined>;
  /** Runs the same test anew; it begins a new run on the same panel. */
  readonly again: () => unknown;
  /** Stops the test. */
  readonly cancel: () => void;
}

/** A running test, as its report follows it. */
export interface ReportRun {
  step(step: Step): void;
  finish(report: ConnectivityReport): void;
  /** The test was stopped by the person. */
  cancelled(): void;
  /** The test could not be done. */
  failed(error: unknown): void;
}

export interface ReportServices {
  readonly extensionUri: vscode.Uri;
  readonly tests: TestRecords;
  readonly flows: FlowDocuments;
  readonly log: vscode.LogOutputChannel;
  now(): Date;
}

/**
 * The connectivity reports: one panel for each target, filled while its test runs. They are not restored when the window is reloaded: a
 * test speaks of its moment.
 */
export class ConnectivityReports implements vscode.Disposable {
  static readonly viewType = 'flowKeystore.connectivityReport';
  private readonly panels = new Map<string, ReportPanel>();

  constructor(private readonly services: ReportServices) {}

  /** Shows the report of a test that begins now. */
  async begin(request: ReportRequest): Promise<ReportRun> {
    const panel = this.panelOf(request);
    // What is tested, noted before the test: it may be changed while it runs.
    const { channel } = request;
    const settings = channel && (await this.settingsOf(channel));
    return panel.begin(request, (report) => {
      if (!channel || settings === undefined) return;
      const show = (): void => this.show(request, report);
      this.services.tests.set(channel.flow, channel.id, recordOf(report, settings, show));
    });
  }

  /** Shows the report of a test that is over. */
  show(request: ReportRequest, report: ConnectivityReport): void {
    this.panelOf(request)
      .begin(request, () => undefined)
      .finish(report);
  }

  private panelOf({ target }: ReportRequest): ReportPanel {
    const key = targetText(target);
    let panel = this.panels.get(key);
    if (!panel) {
      panel = new ReportPanel(key, this.services, () => this.panels.delete(key));
      this.panels.set(key, panel);
    }
    return panel;
  }

  dispose(): void {
    for (const panel of [...this.panels.values()]) panel.dispose();
  }

  private async settingsOf({ flow: uri, id }: NonNullable<ReportRequest['channel']>): Promise<string | undefined> {
    try {
      const source = await this.services.flows.checkedFlow(await vscode.workspace.openTextDocument(uri));
      const channel = source.flow.channels.find((each) => each.id === id);
      return channel && testedSettings(channel, fieldsOf(channel, source.parametersFile?.parameters));
    } catch {
      // The report does not depend on it.
      return undefined;
    }
  }
}

class ReportPanel implements vscode.Disposable {
  private readonly panel: vscode.WebviewPanel;
  private readonly port: Port<FromConnectivityReport, ToConnectivityReport>;
  private readonly added = new Set<string>();
  private request: ReportRequest | undefined;
  private report: ConnectivityReport | undefined;
  /** The test before. */
  private before: ConnectivityReport | undefined;
  private view: ReportView | undefined;
  private run = 0;

  constructor(
    private readonly where: string,
    private readonly services: ReportServices,
    onClosed: () => void,
  ) {
    const title = t('Connectivity: {0}', where);
    this.panel = vscode.window.createWebviewPanel(
      ConnectivityReports.viewType,
      title,
      { viewColumn: vscode.ViewColumn.Active, preserveFocus: false },
      { enableFindWidget: true },
    );
    const { webview } = this.panel;
    this.port = new Port<FromConnectivityReport, ToConnectivityReport>({
      post: (envelope) => void webview.postMessage(envelope),
      accept: isFromConnectivityReport,
      handle: (message) => this.handle(message),
      log: (problem) => services.log.warn(`Connectivity report: ${problem}`),
      describe: describeError,
    });
    webview.onDidReceiveMessage((envelope) => this.port.receive(envelope));
    this.panel.onDidChangeViewState(() => {
      if (!this.panel.visible) this.port.setOpen(false);
    });
    this.panel.onDidDispose(() => {
      this.run++;
      this.port.dispose();
      this.request?.cancel();
      onClosed();
    });
    showPage(webview, services.extensionUri, 'connectivityReport', title);
  }

  begin(request: ReportRequest, onFinished: (report: ConnectivityReport) => void): ReportRun {
    const run = ++this.run;
    // What ran before for this target would report to nobody.
    this.request?.cancel();
    const steps: Step[] = [];
    this.request = request;
    this.before = this.report ?? this.before;
    this.report = undefined;
    this.added.clear();
    this.panel.reveal(this.panel.viewColumn, false);
    const texts = modelTexts(() => this.services.now());
    const show = (state: { cancelled?: boolean; failure?: string } = {}): void => {
      if (run !== this.run) return;
      const { cancelled = false, failure } = state;
      const { target, extent } = request;
      const more = failure === undefined ? {} : { failure };
      this.show(runningView({ target, extent, steps: [...steps], cancelled, ...more }, texts));
    };
    show();
    return {
      step: (step) => {
        steps.push(step);
        show();
      },
      finish: (report) => {
        onFinished(report);
        if (run !== this.run) return;
        this.report = report;
        this.showReport(report);
      },
      cancelled: () => show({ cancelled: true }),
      failed: (error) => show({ failure: describeError(error) }),
    };
  }

  dispose(): void {
    this.panel.dispose();
  }

  private show(view: ReportView): void {
    this.view = view;
    this.port.send({ type: 'report', report: view });
  }

  private async handle(message: FromConnectivityReport): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.port.setOpen(true);
        this.port.send({
          type: 'strings',
          strings: reportStrings((text, args) => modelTexts(() => this.services.now()).say(text, args)),
        });
        if (this.view) this.port.send({ type: 'report', report: this.view });
        return;
      case 'testAgain':
        await this.request?.again();
        return;
      case 'cancel':
        this.request?.cancel();
        return;
      case 'addToKeystore':
        await this.addToKeystore(message.certificate);
        return;
      case 'act':
        await this.act(message.action);
        return;
      case 'copy':
        await this.copy(message.format);
        return;
      case 'copyCommand':
        await this.copyText(this.report && proofCommands(this.report)[message.command]?.command);
    }
  }

  /** The command shows the fingerprint and asks; nothing is trusted by a click here alone. */
  private async addToKeystore(number: number): Promise<void> {
    const { report, request } = this;
    const certificate = report && addableCertificates(report)[number];
    if (!certificate) return;
    const alias = await vscode.commands.executeCommand('flowKeystore.addServerCertificate', {
      der: certificate.der,
      server: this.where,
      ...(request?.keystore === undefined ? {} : { keystore: request.keystore }),
    });
    if (typeof alias !== 'string' || report !== this.report) return;
    this.added.add(certificate.sha256);
    this.showReport(report);
  }

  /** What the report offers beside certificates. */
  private async act(action: string): Promise<void> {
    const { report, request } = this;
    const step = report && nextSteps(report, this.surroundings).find((each) => each === action);
    if (!report || !request || !step) return;
    const more = await request.act(step, report);
    if (!more || report !== this.report) return;
    this.report = more;
    this.showReport(more);
  }

  private get surroundings(): Surroundings {
    const { channel, keeps = false } = this.request ?? {};
    return {
      keeps,
      ...(channel ? { channel: channel.alias === undefined ? {} : { alias: channel.alias } } : {}),
    };
  }

  private showReport(report: ConnectivityReport): void {
    const { added, before, surroundings } = this;
    this.show(
      reportView(
        report,
        modelTexts(() => this.services.now()),
        { added, before, surroundings },
      ),
    );
  }

  private async copy(format: CopyFormat): Promise<void> {
    const { report } = this;
    if (!report) return;
    await this.copyText(
      format === 'markdown' ? reportMarkdown(report) : `${JSON.stringify(reportData(report), undefined, 2)}\n`,
    );
  }

  private async copyText(text: string | undefined): Promise<void> {
    if (text === undefined) return;
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(t('Copied'), 3000);
  }
}
