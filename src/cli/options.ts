import { parseArgs, type ParseArgsConfig } from 'node:util';
import { FlowKeystoreError } from '../core/errors';

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
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error);
    throw badArguments(`${message}.`);
  }
}

export function badArguments(message: string, next = 'See flow-keystore --help.'): FlowKeystoreError {
  return new FlowKeystoreError('arguments', message, {}, next);
}

/** A whole number within bounds. */
export function readNumber(text: string, option: string, min: number, max: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw badArguments(`--${option} takes a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}
