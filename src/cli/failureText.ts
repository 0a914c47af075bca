import { describeError, FlowKeystoreError, isAbort, type Remedy } from '../core/errors';

/**
 * The commands that do what the core's errors advise. The core has no word for them: its errors are shown in the editor too.
 * Each is told the file that the error is about.
 */
const commands: Readonly<Record<Remedy, (file: string | undefined) => string>> = {
  import: (file = 'FILE') => `import KEYSTORE ${file}`,
  'import-ssh-key': (file = 'KEY-FILE') => `import KEYSTORE ${file} --ssh`,
  'set-password': (file = 'KEYSTORE') => `convert ${file} NEW-KEYSTORE --new-password-env NAME`,
  'make-authority': (file = 'KEYSTORE') => `generate ${file} --alias ALIAS --subject NAME --ca`,
  respond: () => 'respond KEYSTORE RESPONSE',
};

/** What went wrong, in one line, with the command that helps. */
export function failureText(error: unknown): string {
  if (isAbort(error)) return 'cancelled';
  const isKnown = error instanceof FlowKeystoreError;
  const command = isKnown && error.remedy ? commandText(error.remedy, error.place.file) : '';
  return `${isKnown ? '' : 'unexpected error: '}${describeError(error)}${command}`.replace(/\s*[\r\n]+\s*/g, ' ');
}

function commandText(remedy: Remedy, file: string | undefined): string {
  return ` The command: flow-keystore ${commands[remedy](file === undefined ? undefined : asWord(file))}`;
}

/** A name as one word of a command line, that it can be copied. */
export function asWord(text: string): string {
  return /^[\w./\\:@%+=,-]+$/.test(text) ? text : `"${text}"`;
}
