import * as vscode from 'vscode';

const { t } = vscode.l10n;

/** Milliseconds: of fast typing only the last letter is looked for. */
const typingPause = 60;

export interface FilterQuestion {
  readonly title: string;
  /** What can be typed. */
  readonly placeholder: string;
  readonly before: string;
  readonly set: (text: string) => void;
}

/** Filters while one types. Enter keeps it, Escape brings back what was shown before. */
export function askForFilter({ title, placeholder, before, set }: FilterQuestion): Promise<void> {
  const box = vscode.window.createInputBox();
  box.title = title;
  box.placeholder = placeholder;
  box.prompt = t('Every word has to match. Enter keeps the filter, Escape takes it back.');
  box.value = before;
  box.ignoreFocusOut = true;
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let kept = false;
    const listeners = vscode.Disposable.from(
      box.onDidChangeValue((value) => {
        clearTimeout(timer);
        timer = setTimeout(() => set(value), typingPause);
      }),
      box.onDidAccept(() => {
        kept = true;
        box.hide();
      }),
      box.onDidHide(() => {
        clearTimeout(timer);
        set(kept ? box.value : before);
        listeners.dispose();
        box.dispose();
        resolve();
      }),
    );
    box.show();
  });
}
