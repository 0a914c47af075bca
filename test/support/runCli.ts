import { run } from '../../src/cli/main';
import type { Terminal } from '../../src/cli/terminal';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs the command line in this process, where nobody sits at a terminal.
 * @param terminal the environment variables, and what else is to be otherwise
 */
export async function runCli(
  args: readonly string[],
  terminal: Partial<Terminal> & Pick<Terminal, 'env'>,
): Promise<Answer> {
  let out = '';
  let err = '';
  const code = await run(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    now: () => new Date(),
    askSecret: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
    ...terminal,
  });
  return { code, out, err };
}
