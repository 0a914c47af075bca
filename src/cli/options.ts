import { parseArgs, type ParseArgsConfig } from 'node:util';
import { FlowKeystoreError } from '../core/errors';
import { nearestWord } from './nearestWord';

type OptionSpecs = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends OptionSpecs> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>;

/**
 * Reads a command's options.
 * @throws FlowKeystoreError `arguments`, in one line, for an option that the command does not have
 */
export function readOptions<O extends OptionSpecs>(args: readonly string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw unreadable(error, Object.keys(options));
  }
}

/** Node's texts have several lines, and speak of what is needed for a program to allow it. */
function unreadable(error: unknown, options: readonly string[]): FlowKeystoreError {
  const { code, message } = error as NodeJS.ErrnoException;
  const option = /--[\w-]+/.exec(message)?.[0];
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && option !== undefined) {
    if (message.includes('does not take')) return badArguments(`${option} takes no value.`);
    if (!message.includes('ambiguous')) return badArguments(`${option} needs a value.`);
    return badArguments(
      `${option} needs a value, and what follows it starts with a dash.`,
      `Write ${option}=VALUE where the value starts so.`,
    );
  }
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && option !== undefined) {
    const meant = nearestWord(option.slice(2), options);
    return badArguments(
      `There is no option ${option} here.`,
      meant === undefined ? undefined : `Did you mean --${meant}?`,
    );
  }
  const [first = message] = message.split(/\. |[\r\n]/);
  return badArguments(`${first.replace(/\.$/, '')}.`);
}

export function badArguments(message: string, next = 'See flow-keystore --help.'): FlowKeystoreError {
  return new FlowKeystoreError('arguments', message, {}, next);
}

/** The one of several forms of output that `--format` names. */
export function readFormat<F extends object>(formats: F, text: string): keyof F {
  if (Object.hasOwn(formats, text)) return text as keyof F;
  throw badArguments(`--format takes ${Object.keys(formats).join(', ')}, not "${text}".`);
}

/** A whole number within bounds. */
export function readNumber(text: string, option: string, min: number, max: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw badArguments(`--${option} takes a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}
