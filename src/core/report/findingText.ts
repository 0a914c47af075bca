import type { Finding, FindingParameters, Fix } from '../checks/finding';

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
    sentences.push(
      parameters.inMessage
        ? say('Whether the alias is used is set elsewhere, so it may not be.')
        : say('The authentication of the channel is not known here, so the alias may not be used.'),
    );
  }
  if (alsoIn?.length === 1) sentences.push(say('One more channel or step uses the same value.'));
  else if (alsoIn?.length) {
    sentences.push(say('{count} more channels or steps use the same value.', { count: alsoIn.length }));
  }
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
    case 'alias-not-a-certificate':
      return say('The entry "{alias}" of {keystore} has no certificate.', args);
    case 'alias-without-certificate':
      return say(
        'The entry "{alias}" of {keystore} has a private key but no certificate: it cannot authenticate a client.',
        args,
      );
    case 'alias-empty':
      return parameters.count === undefined
        ? say('No private key alias is set: any key pair of the tenant that the server accepts may be sent.')
        : say(
            'No private key alias is set, and {count} key pairs could be sent: of those that the server accepts one is chosen at random.',
            { count: parameters.count },
          );
    case 'alias-too-long':
      return say('The alias has {count} characters; an alias has at most 250.', { count: parameters.count ?? 0 });
    case 'alias-left-over':
    case 'credential-left-over':
      return say('{field} "{alias}" is left over: the authentication {method} does not read it.', {
        ...args,
        field: parameters.field ?? '',
        method: parameters.needed ?? '',
      });
    case 'alias-dynamic':
      return say('The alias is set at run time, which SAP does not document for the {adapter} adapter.', { adapter });
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
    case 'certificate-self-signed':
      return say(
        'The certificate of "{alias}" in {keystore} is self-signed: the receiver has to import it itself.',
        args,
      );
    case 'certificate-not-for-clients':
      return say(
        'The certificate of "{alias}" in {keystore} is not meant for client authentication (its extended key usage): many servers refuse it.',
        args,
      );
    case 'chain-incomplete':
      return parameters.count === undefined
        ? say(
            'The chain of "{alias}" in {keystore} lacks the intermediate certificate {issuer}: a server that knows the root alone refuses it.',
            { ...args, issuer: shorten(parameters.issuer ?? '') },
          )
        : say(
            'The key pair "{alias}" in {keystore} has its own certificate alone: if {issuer} is an intermediate, a server that knows the root alone refuses it.',
            { ...args, issuer: shorten(parameters.issuer ?? '') },
          );
    case 'key-unsuited':
      return say('The key of "{alias}" in {keystore} is {keyType}; here it has to be {needed}.', {
        ...args,
        keyType: parameters.keyType ?? '',
        needed: parameters.needed ?? '',
      });
    case 'password-over-http':
      return say('The channel sends a password to {address}: over plain HTTP everyone on the way can read it.', {
        address: shorten(parameters.address ?? ''),
      });
    case 'https-on-premise':
      return say('{address} is called through the Cloud Connector: its virtual host is addressed with http://.', {
        address: shorten(parameters.address ?? ''),
      });
    case 'oauth-on-premise':
      return say(
        'The {adapter} adapter gets OAuth2 tokens over the Internet alone, not with the proxy type On-Premise.',
        {
          adapter,
        },
      );
    case 'principal-propagation-on-internet':
      return say('Principal propagation needs the proxy type On-Premise.');
    case 'address-is-ip':
      return say('{address} names an IP address: the certificate of the server has to name it too.', {
        address: shorten(parameters.address ?? ''),
      });
    case 'receiver-not-trusted':
      return say('The last connectivity test found no certificate in the keystore that makes {address} trusted.', {
        address: shorten(parameters.address ?? ''),
      });
    case 'externalization-incomplete':
      return say('The authentication is externalized ({parameter}), but not: {field}.', {
        parameter: shorten(parameters.parameter ?? ''),
        field: parameters.field ?? '',
      });
    case 'parameter-name':
      return say('SAP\'s editor does not take {characters} in the name of a parameter: "{parameter}".', {
        characters: parameters.needed ?? '',
        parameter: shorten(parameters.parameter ?? ''),
      });
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
    case 'alias-not-a-certificate':
      if (first === undefined && code === 'alias-not-a-certificate') {
        return say('Use the alias of a certificate or of a key pair.');
      }
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
    case 'alias-too-long':
      return say('Use a shorter alias.');
    case 'alias-left-over':
    case 'credential-left-over':
      return say('Clear it, unless the authentication is going to be changed back.');
    case 'certificate-self-signed':
      return say('Hand its certificate to the receiver, or have it signed by an authority that the receiver trusts.');
    case 'certificate-not-for-clients':
      return say(
        'Request a certificate with the usage client authentication; many public authorities no longer issue it.',
      );
    case 'chain-incomplete':
      return say('Import the signing response with its whole chain into the entry.');
    case 'key-unsuited':
      return say('Use another key pair.');
    case 'password-over-http':
      return say('Use an https:// address.');
    case 'https-on-premise':
      return say('Use an http:// address, as the virtual host in the Cloud Connector has it.');
    case 'oauth-on-premise':
      return say('Use the proxy type Internet, or another authentication.');
    case 'principal-propagation-on-internet':
      return say('Use the proxy type On-Premise, or another authentication.');
    case 'address-is-ip':
      return say('Use the name that the certificate of the server has.');
    case 'receiver-not-trusted':
      return say('Test the channel again, and add the root it names to the keystore.');
    case 'externalization-incomplete':
      return say('Externalize these too, or set the authentication in the flow.');
    case 'parameter-name':
      return say('Rename the parameter before it is externalized anew.');
    case 'alias-dynamic':
    case 'alias-sap-owned':
    case 'certificate-not-yet-valid':
      return undefined;
  }
}

/** What a fix does, as the label of a button. */
export function fixSentence({ code, value }: Fix): Sentence {
  switch (code) {
    case 'use-alias':
      return say('Use the alias "{alias}"', { alias: value });
    case 'clear':
      return say('Clear the value');
    case 'use-https':
      return say('Use https://');
    case 'use-http':
      return say('Use http://');
    case 'use-internet':
      return say('Use the proxy type Internet');
    case 'add-parameter':
      return say('Add "{parameter}" to parameters.prop', { parameter: shorten(value) });
  }
}

const say = (text: string, args: Sentence['args'] = {}): Sentence => ({ text, args });
const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text);

/** Names in a row; of many keystores the first three and how many more. */
function named(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')}, +${names.length - 3}`;
}
