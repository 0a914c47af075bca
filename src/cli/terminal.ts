import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { FlowKeystoreError } from '../core/errors';

/** What a command may use of the world; tests give their own. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Asks for a secret without showing it; undefined where nobody sits at a terminal. */
  readonly askSecret: (question: string) => Promise<string | undefined>;
  readonly signal: AbortSignal;
}

/** What is worth knowing and does not stop the command. */
export function note(terminal: Terminal, text: string): void {
  terminal.err(`flow-keystore: note: ${text}\n`);
}

/**
 * Asks for a secret that something is to be sealed under, twice: what is mistyped once would never be opened again.
 * @returns undefined where nobody sits at a terminal
 * @throws FlowKeystoreError `password-required` for an empty one, `wrong-password` where the two are not the same
 */
export async function askNewSecret(terminal: Terminal, question: string): Promise<string | undefined> {
  const first = await terminal.askSecret(question);
  if (first === undefined) return undefined;
  if (first === '') throw new FlowKeystoreError('password-required', 'The password is empty; nothing was written.');
  if ((await terminal.askSecret('The same once more: ')) === first) return first;
  throw new FlowKeystoreError('wrong-password', 'The two passwords are not the same; nothing was written.');
}

/** Asks on a terminal without echo. */
export async function askHidden(
  question: string,
  input: Readable & { isTTY?: boolean },
  output: Writable,
): Promise<string | undefined> {
  if (!input.isTTY) return undefined;
  output.write(question);
  const silent = createInterface({ input, terminal: true });
  // readline would echo through its output; it has none, so what is typed stays unseen.
  try {
    return await new Promise<string | undefined>((resolve) => {
      silent.once('line', resolve);
      silent.once('close', () => resolve(undefined));
      silent.once('SIGINT', () => resolve(undefined));
    });
  } finally {
    silent.close();
    output.write('\n');
  }
}

/**
 * Keeps a broken output from ending the process with a stack trace. A reader that has seen enough (`| head`) is no failure: the command goes on and
 * its exit code counts. Anything else (a full disk) is.
 */
export function watchOutput(output: Writable, messages: Writable, exit: (code: number) => void): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    messages.write(`flow-keystore: the output could not be written: ${error.message}\n`);
    exit(2);
  });
  // There is nowhere left to say it.
  messages.on('error', () => undefined);
}
