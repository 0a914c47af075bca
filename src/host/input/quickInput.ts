import * as vscode from 'vscode';
import { plain } from '../ui/messages';
import type { StepPlace } from './steps';

/** What a person did: an answer, a step back, or closing it. */
export type Asked<T> =
  { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'back' } | { readonly kind: 'cancel' };

interface Framed {
  readonly title: string;
  readonly place?: StepPlace;
}

export interface Verdict {
  /** `error` keeps the answer from being accepted. */
  readonly severity: 'error' | 'warning' | 'information';
  readonly text: string;
}

export interface AskText extends Framed {
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value?: string;
  /** What is selected of the value at first: start and end. All of it when absent. */
  readonly selection?: readonly [number, number];
  readonly password?: boolean;
  /** Judged while typing. */
  readonly check?: (value: string) => Verdict | undefined;
  /** Judged when accepted; the box stays open, busy, and says what is wrong. The signal: the box was closed meanwhile. */
  readonly tryOut?: (value: string, signal: AbortSignal) => Promise<Verdict | undefined>;
}

/** A line of text, in VS Code's input box. */
export function askText(options: AskText): Promise<Asked<string>> {
  const box = vscode.window.createInputBox();
  frame(box, options);
  box.prompt = plain(options.prompt);
  box.placeholder = options.placeholder ?? '';
  box.password = options.password ?? false;
  box.value = options.value ?? '';
  if (options.selection) box.valueSelection = options.selection;
  const judge = (): Verdict | undefined => {
    const verdict = options.check?.(box.value);
    box.validationMessage = messageOf(verdict);
    return verdict;
  };
  // An empty box is not reproached before anything was typed.
  if (box.value) judge();
  const closed = new AbortController();
  return shown(box, (answer) => [
    box.onDidHide(() => closed.abort()),
    box.onDidChangeValue(judge),
    box.onDidAccept(async () => {
      if (judge()?.severity === 'error' || box.busy) return;
      const { value } = box;
      if (options.tryOut) {
        box.busy = true;
        box.enabled = false;
        const verdict = await options.tryOut(value, closed.signal).finally(() => {
          box.busy = false;
          box.enabled = true;
        });
        if (verdict) {
          box.validationMessage = messageOf(verdict);
          // What was typed is selected, so that the next try replaces it.
          box.valueSelection = [0, value.length];
          return;
        }
      }
      answer(value);
    }),
  ]);
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export interface AskChoice<T> extends Framed {
  readonly placeholder: string;
  readonly items: readonly (Choice<T> | Separator)[];
  /** The value that is chosen when nothing is done. */
  readonly active?: T;
}

export interface Separator extends vscode.QuickPickItem {
  readonly kind: vscode.QuickPickItemKind.Separator;
}

export function separator(label: string): Separator {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

/** One of several, in VS Code's quick pick. */
export async function askChoice<T>(options: AskChoice<T>): Promise<Asked<T>> {
  const pick = quickPick<T>(options);
  const active = pick.items.find((item) => isChoice(item) && item.value === options.active);
  if (active) pick.activeItems = [active];
  return shown(pick, (answer) => [
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen && isChoice(chosen)) answer(chosen.value);
    }),
  ]);
}

export interface AskChoices<T> extends Framed {
  readonly placeholder: string;
  readonly items: readonly Choice<T>[];
  readonly selected: readonly T[];
}

/** Any of several; none is an answer too. */
export async function askChoices<T>(options: AskChoices<T>): Promise<Asked<readonly T[]>> {
  const pick = quickPick<T>(options);
  pick.canSelectMany = true;
  pick.selectedItems = pick.items.filter((item) => isChoice(item) && options.selected.includes(item.value));
  return shown(pick, (answer) => [
    pick.onDidAccept(() => answer(pick.selectedItems.filter(isChoice).map(({ value }) => value))),
  ]);
}

/** A row that can also be answered by one of its buttons. */
export interface ListRow<T> extends Choice<T> {
  /** Stays the same when the list is shown again. */
  readonly id: string;
  readonly buttons?: readonly ListButton<T>[];
}

export interface ListButton<T> extends vscode.QuickInputButton {
  readonly value: T;
}

export interface AskList<T> extends Framed {
  readonly placeholder: string;
  readonly items: readonly (ListRow<T> | Separator)[];
  /** What was typed to filter the list when it was shown last. */
  readonly filter: string;
  /** Id of the row that is active at first. */
  readonly active: string | undefined;
}

export interface ListAnswer<T> {
  readonly value: T;
  /** Of the row. */
  readonly id: string;
  readonly filter: string;
}

/** A row of a list, or a button of a row: for lists that are shown again after each answer, as they were left. */
export async function askList<T>(options: AskList<T>): Promise<Asked<ListAnswer<T>>> {
  const pick = quickPick<T>(options);
  pick.value = options.filter;
  const isRow = (item: object | undefined): item is ListRow<T> => item !== undefined && 'id' in item;
  const active = pick.items.find((item) => isRow(item) && item.id === options.active);
  if (active) pick.activeItems = [active];
  return shown(pick, (answer) => [
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (isRow(chosen)) answer({ value: chosen.value, id: chosen.id, filter: pick.value });
    }),
    pick.onDidTriggerItemButton(({ item, button }) => {
      if (isRow(item) && 'value' in button) {
        answer({ value: (button as ListButton<T>).value, id: item.id, filter: pick.value });
      }
    }),
  ]);
}

function quickPick<T>(
  options: Framed & { readonly placeholder: string; readonly items: readonly (Choice<T> | Separator)[] },
): vscode.QuickPick<Choice<T> | Separator> {
  const pick = vscode.window.createQuickPick<Choice<T> | Separator>();
  frame(pick, options);
  pick.placeholder = options.placeholder;
  pick.items = options.items;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  return pick;
}

function isChoice<T>(item: Choice<T> | Separator): item is Choice<T> {
  return 'value' in item;
}

function frame(
  input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] },
  { title, place }: Framed,
): void {
  input.title = title;
  // What was typed survives a look at another window.
  input.ignoreFocusOut = true;
  if (!place) return;
  if (place.total > 1) {
    input.step = place.step;
    input.totalSteps = place.total;
  }
  if (place.canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
}

function messageOf(verdict: Verdict | undefined): string | vscode.InputBoxValidationMessage | undefined {
  const { Error, Warning, Info } = vscode.InputBoxValidationSeverity;
  return (
    verdict && {
      message: plain(verdict.text),
      severity: { error: Error, warning: Warning, information: Info }[verdict.severity],
    }
  );
}

function shown<T>(
  input: (vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>) & vscode.QuickInput,
  listen: (answer: (value: T) => void) => vscode.Disposable[],
): Promise<Asked<T>> {
  return new Promise((resolve) => {
    const listeners: vscode.Disposable[] = [];
    const done = (result: Asked<T>): void => {
      resolve(result);
      vscode.Disposable.from(...listeners).dispose();
      input.dispose();
    };
    listeners.push(
      ...listen((value) => done({ kind: 'answer', value })),
      input.onDidTriggerButton((button) => {
        if (button === vscode.QuickInputButtons.Back) done({ kind: 'back' });
      }),
      input.onDidHide(() => done({ kind: 'cancel' })),
    );
    input.show();
  });
}
