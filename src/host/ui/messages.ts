import * as vscode from 'vscode';

/**
 * Words for a notification or the line below an input box. VS Code makes links of `[text](command:...)` there, and a click runs any command:
 * what files and servers say must not get that far. A word joiner, which nobody sees, takes it apart.
 */
export function plain(text: string): string {
  return text.replaceAll('](', ']\u2060(');
}

/** @returns the button that was pressed */
export function showInformation(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return Promise.resolve(vscode.window.showInformationMessage(plain(text), ...buttons));
}

/** @returns the button that was pressed */
export function showError(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return Promise.resolve(vscode.window.showErrorMessage(plain(text), ...buttons));
}

/** @returns the button that was pressed */
export function showWarning(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return Promise.resolve(vscode.window.showWarningMessage(plain(text), ...buttons));
}

/** A question that has to be answered before anything else. @returns whether it was answered with `yes` */
export async function confirmed(question: string, detail: string, yes: string): Promise<boolean> {
  return (await askModal(question, detail, yes)) === yes;
}

/** The same with several answers. @returns the button that was pressed; undefined where the person gave up */
export async function askModal(
  question: string,
  detail: string,
  ...buttons: readonly string[]
): Promise<string | undefined> {
  return vscode.window.showWarningMessage(plain(question), { modal: true, detail: plain(detail) }, ...buttons);
}
