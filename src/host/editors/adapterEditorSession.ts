import * as vscode from 'vscode';
import { isTestable } from '../../core/checks/channelTarget';
import { describeError } from '../../core/errors';
import type { Channel, ChannelFields } from '../../core/flow/model';
import { parameterOf } from '../../core/flow/parameters';
import { parametersPathsOf } from '../../core/flow/project';
import {
  isFromAdapterEditor,
  type FieldDraft,
  type FromAdapterEditor,
  type ToAdapterEditor,
} from '../../protocol/adapterEditor';
import { nothing } from '../../protocol/guards';
import { Port } from '../../protocol/rpc';
import { isChangeable, type FlowDocuments } from '../language/flowDocuments';
import { settings } from '../services/settings';
import { showInformation } from '../ui/messages';
import type { AdapterEditorServices } from './adapterEditor';
import { certificateViews, editorState, fieldOf, keyPairsNote, keyPairViews } from './editorModel';
import { modelTexts } from './editorTexts';
import type { ModelTexts } from './fieldModel';
import type { FlowEdits } from './flowEdits';
import { editorStrings } from './viewStrings';
import { showPage } from './webviewPage';

const { t } = vscode.l10n;
type MoveRequest = Extract<FromAdapterEditor, { readonly type: 'externalize' | 'internalize' }>;
type GenerateRequest = Extract<FromAdapterEditor, { readonly type: 'generateKeyPair' }>;
/** Milliseconds that a save waits for what was typed; VS Code itself gives up after 1,750. */
const saveTimeout = 1000;

/** One adapter editor: keeps its view in step with the flow, and writes what the view asks for. */
export class AdapterEditorSession implements vscode.Disposable {
  private readonly port: Port<FromAdapterEditor, ToAdapterEditor>;
  private readonly resources: vscode.Disposable;
  private readonly texts: ModelTexts;
  private readonly files: ReadonlySet<string>;
  private wantedChannel: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private turn = 0;
  /** What is typed in the view and not written. */
  drafts: readonly FieldDraft[] = [];

  constructor(
    private readonly document: vscode.TextDocument,
    private readonly panel: vscode.WebviewPanel,
    private readonly services: AdapterEditorServices,
    private readonly documents: FlowDocuments,
    private readonly edits: FlowEdits,
  ) {
    const { uri } = document;
    const { webview } = panel;
    this.texts = modelTexts(() => services.now());
    this.files = new Set([uri, ...parametersPathsOf(uri.path).map((path) => uri.with({ path }))].map(String));
    this.port = new Port<FromAdapterEditor, ToAdapterEditor>({
      post: (envelope) => void webview.postMessage(envelope),
      accept: isFromAdapterEditor,
      handle: (message) => this.handle(message),
      log: (problem) => services.log.warn(`Adapter editor: ${problem}`),
      describe: describeError,
      timeout: saveTimeout,
    });
    this.resources = vscode.Disposable.from(
      webview.onDidReceiveMessage((envelope) => this.port.receive(envelope)),
      // A hidden view is thrown away; when it is shown again it says "ready" anew.
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.port.setOpen(false);
      }),
    );
    showPage(webview, services.extensionUri, 'adapterEditor', t('Adapter Editor'));
  }

  get uri(): vscode.Uri {
    return this.document.uri;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.port.dispose();
    this.resources.dispose();
  }

  /** Whether a file is the flow or may be its parameters.prop. */
  dependsOn(uri: vscode.Uri): boolean {
    return this.files.has(uri.toString());
  }

  /** Shows the state as it is soon: many changes in a row are shown once. */
  refresh(): void {
    if (!this.port.open) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.show().catch((error: unknown) => this.services.log.error(`Adapter editor: ${describeError(error)}`));
    }, 20);
  }

  /** 2: in front and active, 1: in front of its group, 0: behind. */
  get standing(): number {
    return Number(this.panel.active) + Number(this.panel.visible);
  }

  /** Brings it to the front, and the channel in it. */
  reveal(channel: string | undefined): void {
    if (channel !== undefined && this.port.open) this.port.send({ type: 'reveal', channel });
    else this.wantedChannel = channel;
    // Without its column VS Code would show it a second time, in the active one.
    this.panel.reveal(this.panel.viewColumn);
  }

  /** The channel that the view shows when it is ready. */
  want(channel: string): void {
    this.wantedChannel = channel;
  }

  /** Has the view write what was typed (before a save by hand alone) and saves parameters.prop. Never throws: the save of the flow goes on. */
  async beforeSave(byHand: boolean): Promise<void> {
    try {
      if (byHand && this.port.open) await this.port.request({ type: 'commitDrafts' }, nothing);
      await this.edits.saveParameters();
    } catch (error) {
      this.services.log.warn(`Before the save of a flow: ${describeError(error)}`);
    }
  }

  private async handle(message: FromAdapterEditor): Promise<void> {
    const flow = this.document.uri.toString();
    switch (message.type) {
      case 'ready':
        this.port.setOpen(true);
        this.port.send({ type: 'strings', strings: editorStrings((text, args) => this.texts.say(text, args)) });
        await this.show();
        if (this.wantedChannel !== undefined) this.port.send({ type: 'reveal', channel: this.wantedChannel });
        this.wantedChannel = undefined;
        return;
      case 'setField':
        await this.edits.setField(message);
        // An edit that changes nothing brings no event.
        this.refresh();
        return;
      case 'addRow':
        await this.edits.addRow(message.channel, message.field, message.value);
        this.refresh();
        return;
      case 'removeRow':
        await this.edits.removeRow(message.channel, message.field);
        this.refresh();
        return;
      case 'externalize':
      case 'internalize':
        await this.moveParameter(message);
        return;
      case 'undoParameters':
        await this.edits.undo();
        this.refresh();
        return;
      case 'redoParameters':
        await this.edits.redo();
        this.refresh();
        return;
      case 'saveParameters':
        await this.edits.saveParameters();
        return;
      case 'openParameters':
        await this.openParameters(message.parameter);
        return;
      case 'test':
        await this.test([message.channel]);
        return;
      case 'testAll':
        await this.testAll();
        return;
      case 'generateKeyPair':
        await this.generateKeyPair(message);
        return;
      case 'drafts':
        this.drafts = message.drafts;
        return;
      case 'openAsText':
        await vscode.commands.executeCommand('flowKeystore.openAsText', { flow, ...pick(message.channel) });
    }
  }

  private async show(): Promise<void> {
    const turn = ++this.turn;
    await this.edits.settled();
    const source = await this.documents.checkedFlow(this.document);
    const parameters = await this.edits.parametersDocument();
    // A newer state is on its way, or an edit has begun that brings one.
    if (turn !== this.turn) return;
    const keystores = this.services.keystores.views();
    const options = {
      now: this.services.now(),
      days: settings.expiryThresholds(),
      severities: settings.checkSeverities(),
      trustedByTest: (_: string, channel: Channel, fields: ChannelFields) =>
        this.services.tests.trusted(this.uri, channel, fields),
    };
    this.port.send({
      type: 'keyPairs',
      keyPairs: keyPairViews(keystores, options, this.texts),
      certificates: certificateViews(keystores, options, this.texts),
      note: keyPairsNote(keystores, this.texts),
    });
    this.port.send({
      type: 'state',
      state: editorState({
        source,
        keystores,
        options,
        texts: this.texts,
        testOf: (channel) => this.services.tests.of(this.uri, channel),
        parametersUnsaved: parameters?.isDirty === true,
        undoParameters: this.edits.canUndo(parameters),
        redoParameters: this.edits.canRedo(parameters),
        frozen: !isChangeable(this.uri),
      }),
    });
  }

  private async testAll(): Promise<void> {
    const { flow, parametersFile } = await this.documents.checkedFlow(this.document);
    await this.test(
      flow.channels
        .filter((channel) => channel.direction === 'Receiver' && isTestable(channel, parametersFile?.parameters))
        .map(({ id }) => id),
    );
  }

  private async test(channels: readonly string[]): Promise<void> {
    await this.edits.settled();
    const flow = this.document.uri.toString();
    for (const channel of channels) {
      const verdict = await vscode.commands.executeCommand('flowKeystore.testChannel', { flow, channel });
      // The person gave up, or it could not be tested: the others are not to be pressed on them.
      if (verdict === undefined) return;
    }
  }

  /** Makes a key pair and, where that was asked for or the field is empty, names it in the channel. */
  private async generateKeyPair({ channel, use, alias: proposed }: GenerateRequest): Promise<void> {
    const alias = await vscode.commands.executeCommand(
      'flowKeystore.generateKeyPair',
      proposed ? { alias: proposed } : {},
    );
    if (typeof alias !== 'string') return;
    const field = fieldOf(await this.documents.checkedFlow(this.document), channel, 'privateKeyAlias');
    if (!field?.property || field.used === 'no' || field.resolved === alias) return;
    if (!use && field.resolved !== '') {
      const answer = t('Use It Here');
      const chosen = await showInformation(
        t('The key pair "{0}" was generated. The channel goes on using "{1}".', alias, field.resolved),
        answer,
      );
      if (chosen !== answer) return;
    }
    const place = field.parameter === undefined ? 'flow' : 'parameters';
    await this.edits.setField({ channel, field: 'privateKeyAlias', value: alias, place, add: false });
  }

  /** The command asks for the name, and changes all files of the project in one step. */
  private async moveParameter({ type, channel, field: id }: MoveRequest): Promise<void> {
    await this.edits.settled();
    const field = fieldOf(await this.documents.checkedFlow(this.document), channel, id);
    if (!field) return;
    const argument = { flow: this.document.uri.toString(), part: channel, field: field.id };
    await vscode.commands.executeCommand(`flowKeystore.${type}`, argument);
    this.refresh();
  }

  private async openParameters(name: string): Promise<void> {
    const { parametersFile } = await this.documents.checkedFlow(this.document);
    if (!parametersFile) return;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(parametersFile.file, true));
    const span = parameterOf(this.documents.parametersOf(document), name)?.valueSpan;
    const from = document.positionAt(span?.offset ?? document.getText().length);
    const to = span ? document.positionAt(span.offset + span.length) : from;
    await vscode.window.showTextDocument(document, {
      selection: new vscode.Range(from, to),
      viewColumn: vscode.ViewColumn.Beside,
      preview: true,
    });
  }
}

function pick(channel: string | undefined): { readonly channel?: string } {
  return channel === undefined ? {} : { channel };
}
