import * as vscode from 'vscode';

type Api = Record<string, (...parts: never[]) => unknown>;

/**
 * Notes down what the extension says to the outside of its host: notifications, progress, the texts of input boxes and picks, status bar
 * messages, messages to webviews and their pages, the clipboard and documents. Questions of the extension are answered by their first button.
 * Tests share the extension's own copy of the API, and its webviews their prototype: what is put in their place is what the extension calls.
 */
export class Recorder implements vscode.Disposable {
  /** By place, in the order of their coming. */
  readonly said = new Map<string, string[]>();
  /** The input box that was opened last. */
  box: vscode.InputBox | undefined;
  private readonly restore: (() => void)[] = [];

  constructor() {
    for (const name of ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const) {
      this.replace(vscode.window, name, () => (...parts: unknown[]) => {
        this.note('notifications', parts);
        const modal = typeof parts[1] === 'object';
        return Promise.resolve(modal ? parts[2] : undefined);
      });
    }
    this.replace(vscode.window, 'setStatusBarMessage', (real) => (...parts: unknown[]) => {
      this.note('status bar', parts);
      return real(...(parts as never[]));
    });
    this.replace(vscode.window, 'withProgress', (real) => (options: object, work: (...more: unknown[]) => unknown) => {
      this.note('progress', options);
      const reporting =
        (progress: vscode.Progress<unknown>) =>
        (value: unknown): void => {
          this.note('progress', value);
          progress.report(value);
        };
      const following = (progress: vscode.Progress<unknown>, token: unknown): unknown =>
        work({ report: reporting(progress) }, token);
      return real(...([options, following] as never[]));
    });
    for (const name of ['createInputBox', 'createQuickPick'] as const) {
      this.replace(vscode.window, name, (real) => () => {
        const input = real() as vscode.InputBox;
        if (name === 'createInputBox') this.box = input;
        return this.followed(input);
      });
    }
    this.followWebviews();
    this.listen(vscode.workspace.onDidOpenTextDocument((document) => this.note('documents', document.getText())));
    this.listen(vscode.workspace.onDidChangeTextDocument(({ document }) => this.note('documents', document.getText())));
  }

  note(place: string, what: unknown): void {
    const text = typeof what === 'string' ? what : ((JSON.stringify(what, plainly) as string | undefined) ?? '');
    this.said.set(place, [...(this.said.get(place) ?? []), text]);
  }

  /** Notes the clipboard too, which tells nobody of its changes. */
  async noteClipboard(): Promise<void> {
    this.note('clipboard', await vscode.env.clipboard.readText());
  }

  dispose(): void {
    for (const each of this.restore.reverse()) each();
  }

  private replace(owner: object, name: string, make: (real: Api[string]) => (...parts: never[]) => unknown): void {
    const api = owner as Api;
    const real = api[name]!;
    api[name] = make(real.bind(owner));
    this.restore.push(() => (api[name] = real));
  }

  private listen(listener: vscode.Disposable): void {
    this.restore.push(() => void listener.dispose());
  }

  /** What an input shows is noted, all but a password. */
  private followed<I extends vscode.QuickInput>(input: I): I {
    const isPassword = (): boolean => (input as { password?: boolean }).password === true;
    return new Proxy(input, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
      set: (target, name, value: unknown) => {
        if (name !== 'value' || !isPassword()) this.note('input boxes', [String(name), value]);
        return Reflect.set(target, name, value, target);
      },
    });
  }

  private followWebviews(): void {
    const panel = vscode.window.createWebviewPanel('recorder', 'Recorder', {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
    });
    const prototype = Object.getPrototypeOf(panel.webview) as object;
    panel.dispose();
    const note = this.note.bind(this);
    const post = Object.getOwnPropertyDescriptor(prototype, 'postMessage')!;
    const html = Object.getOwnPropertyDescriptor(prototype, 'html')!;
    Object.defineProperty(prototype, 'postMessage', {
      ...post,
      value(this: unknown, message: unknown) {
        note('webviews', message);
        return (post.value as (message: unknown) => unknown).call(this, message);
      },
    });
    Object.defineProperty(prototype, 'html', {
      ...html,
      set(this: unknown, page: string) {
        note('webviews', page);
        html.set?.call(this, page);
      },
    });
    this.restore.push(() => Object.defineProperties(prototype, { postMessage: post, html }));
  }
}

/** Octets as the numbers that they are; what refers to itself is left out. */
function plainly(this: unknown, _name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value;
}
