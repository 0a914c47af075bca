import * as vscode from 'vscode';

/** What is done before is done at once to a person; a notification would come up for it after all and stand before the next question. */
const quickMilliseconds = 300;

/**
 * Work with a progress notification that can be cancelled, unless it is done at once.
 * @param report takes the step that is going on, in a few words
 */
export async function withProgress<T>(
  title: string,
  work: (signal: AbortSignal, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let message: string | undefined;
  let show = (): void => undefined;
  const going = work(controller.signal, (text) => {
    message = text;
    show();
  });
  if (await isQuick(going)) return going;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const listener = token.onCancellationRequested(() => controller.abort());
    show = () => message !== undefined && progress.report({ message });
    show();
    try {
      return await going;
    } finally {
      listener.dispose();
    }
  });
}

async function isQuick(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), quickMilliseconds);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
