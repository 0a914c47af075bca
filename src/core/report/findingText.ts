import type { Finding, FindingParameters } from '../checks/finding';

/** An English sentence with `{named}` places: fill it in with `fillIn`, or hand it to a translator (`vscode.l10n.t`) with its arguments. */
export interface Sentence {
  readonly text: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** A finding in English: what is wrong, and where the wrong value comes from. */
export function messageOf(finding: Finding): string {
  return messageSentences(finding).map(fillIn).join(' ');
}

/** What to do about it, in English; undefined where the message says it all. */
export function helpOf(finding: Finding): string | undefined {
  const sentence = helpSentence(finding);
  return sentence && fillIn(sentence);
}

export function fillIn({ text, args }: Sentence): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(args[name] ?? place));
}

/** The message as sentences, to be joined by a space. */
export function messageSentences(finding: Finding): Sentence[] {
  const { parameters, alsoIn } = finding;
  const sentences = [mainSentence(finding)];
  if (parameters.certain === false) {
    sentences.push(say('The authentication of the channel is not known here, so the alias may not be used.'));
  }
  if (alsoIn?.length === 1) sentences.push(say('One more channel uses the same value.'));
  else if (alsoIn?.length) sentences.push(say('{count} more channels use the same value.', { count: alsoIn.length }));
  return sentences;
}

function mainSentence({ code, parameters }: Finding): Sentence {
  const { adapter = '', date = '', days = 0, storedAlias = '', locked } = parameters;
  const args = { alias: shorten(parameters.alias ?? ''), keystore: named(parameters.keystores ?? []), date };
  switch (code) {
    case 'alias-missing':
      if (!locked) return say('There is no entry "{alias}" in {keystore}.', args);
      return args.keystore
        ? say('There is no entry "{alias}" in {keystore}; locked, it may be in: {locked}.', {
            ...args,
            locked: named(locked),
          })
        : say('The entry "{alias}" cannot be looked up; locked, it may be in: {locked}.', {
            ...args,
            locked: named(locked),
          });
    case 'alias-case':
      return say(
        'There is no entry "{alias}" in {keystore}, but "{storedAlias}": Java ignores case in an alias, other tools do not.',
        {
          ...args,
          storedAlias,
        },
      );
    case 'alias-not-a-key-pair':
      return notAKeyPair(parameters, args);
    case 'alias-without-certificate':
      return say(
        'The entry "{alias}" of {keystore} has a private key but no certificate: it cannot authenticate a client.',
        args,
      );
    case 'alias-empty':
      return say('No private key alias is set: any key pair of the tenant that the server accepts may be sent.');
    case 'alias-not-supported':
      return say('The {adapter} adapter does not support the alias "{alias}".', { ...args, adapter });
    case 'alias-sap-owned':
      return say(
        'The alias "{alias}" belongs to SAP: its key pair is in the tenant alone and cannot be checked here.',
        args,
      );
    case 'certificate-expired':
      if (days >= -1) {
        return say('The certificate of "{alias}" in {keystore} expired on {date}, within the last day.', args);
      }
      if (days === -2) return say('The certificate of "{alias}" in {keystore} expired on {date}, 1 day ago.', args);
      return say('The certificate of "{alias}" in {keystore} expired on {date}, {days} days ago.', {
        ...args,
        days: -days - 1,
      });
    case 'certificate-expiring':
      if (days <= 0) return say('The certificate of "{alias}" in {keystore} expires on {date}, within a day.', args);
      if (days === 1) return say('The certificate of "{alias}" in {keystore} expires on {date}, in 1 day.', args);
      return say('The certificate of "{alias}" in {keystore} expires on {date}, in {days} days.', { ...args, days });
    case 'certificate-not-yet-valid':
      return say('The certificate of "{alias}" in {keystore} is not valid before {date}.', args);
    case 'client-certificate-over-http':
      return say(
        'The channel authenticates with a client certificate, but {address} is plain HTTP: no certificate is ever sent.',
        {
          address: shorten(parameters.address ?? ''),
        },
      );
    case 'client-certificate-on-premise':
      return say(
        'The {adapter} adapter cannot use a client certificate with the proxy type On-Premise: the check or the deployment of the flow fails.',
        { adapter },
      );
    case 'parameter-undefined':
      return say('There is no parameter "{parameter}" in parameters.prop.', {
        parameter: shorten(parameters.parameter ?? ''),
      });
  }
}

function notAKeyPair({ entryKind }: FindingParameters, args: Sentence['args']): Sentence {
  switch (entryKind) {
    case 'certificate':
      return say(
        'The entry "{alias}" of {keystore} is a certificate, not a key pair: it cannot authenticate a client.',
        args,
      );
    case 'secretKey':
      return say(
        'The entry "{alias}" of {keystore} is a secret key, not a key pair: it cannot authenticate a client.',
        args,
      );
    default:
      return say('The entry "{alias}" of {keystore} is not a key pair: it cannot authenticate a client.', args);
  }
}

export function helpSentence({ code, fixes = [] }: Finding): Sentence | undefined {
  const [first, second, third] = fixes.map(({ value }) => value);
  switch (code) {
    case 'alias-missing':
    case 'alias-not-a-key-pair':
      if (first === undefined) return say('Use the alias of a key pair, or generate or import one under this alias.');
      if (second === undefined) return say('Did you mean "{first}"?', { first });
      return third === undefined
        ? say('Did you mean "{first}" or "{second}"?', { first, second })
        : say('Did you mean "{first}", "{second}" or "{third}"?', { first, second, third });
    case 'alias-case':
      return first === undefined ? undefined : say('Write "{first}".', { first });
    case 'alias-without-certificate':
      return say('Import the certificate, or the signing response of its authority, into the entry.');
    case 'alias-empty':
      return say('Name the key pair, so that it does not depend on what else is in the keystore.');
    case 'alias-not-supported':
      return say('Rename the key pair in the keystore and use the new alias.');
    case 'certificate-expired':
    case 'certificate-expiring':
      return say('Renew the certificate and hand the new one to the receiver before the change.');
    case 'client-certificate-over-http':
      return say('Use an https:// address.');
    case 'client-certificate-on-premise':
      return say('Use another authentication, or the proxy type Internet.');
    case 'parameter-undefined':
      return say('Add it to parameters.prop, or replace the placeholder by a value.');
    case 'alias-sap-owned':
    case 'certificate-not-yet-valid':
      return undefined;
  }
}

const say = (text: string, args: Sentence['args'] = {}): Sentence => ({ text, args });
const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text);

/** Names in a row; of many keystores the first three and how many more. */
function named(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')}, +${names.length - 3}`;
}
