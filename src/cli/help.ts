import { keySpecs, keySpecText } from '../core/keys/generate';

export interface Described {
  readonly usage: string;
  /** In a few words. */
  readonly what: string;
}

/** What an option takes, where its name does not say it. Shown with the commands that have it. */
const values: readonly (readonly [option: string, text: string])[] = [
  ['--key', `${keySpecs.map(keySpecText).join(', ')}; without it RSA 3072`],
  ['--validity', 'a length ("2 years", "18 months", "90 days") or the last day ("2028-12-31"); without it 2 years'],
  ['--subject', 'an X.500 name: "CN=Partner A, O=Example, C=DE"'],
  [
    '--san',
    'further names, separated by commas: host names, IP addresses, e-mail addresses, URIs ("a.example, 10.0.0.1"); the kind is told by the form, or as dns:, ip:, email:, uri:',
  ],
  ['--usage', 'what the certificate is for: clientAuth, serverAuth or both, with a comma between'],
  ['--rule', 'another severity for a rule of the checks: "alias-empty=error", "parameter-name=off"'],
  ['--protocol', 'what the server speaks; without it tls. The usual port goes with it'],
  [
    '--protection',
    'tls: from the first octet on; starttls: begun in the clear; starttls-optional: where the server has it; off',
  ],
  ['--path', 'of the WebSocket of amqp-ws'],
  ['--proxy', 'http://host:port, socks5://host:port or socks4://host:port; without it the connection is direct'],
  ['--proxy-env', 'the environment variable that has the address of the proxy, with its login'],
  ['--user', 'to log in as; its password is asked for, or in --login-env. It is shown to nobody who is not trusted'],
  [
    '--login',
    'encrypted or plain (mail), plain, scram-sha-256 or scram-sha-512 (Kafka), key, plain or dual (SSH: with the key pair of --alias)',
  ],
  ['--login-env', 'the environment variable that has the password of --user'],
  ['--from', 'with --to: whether the mail server takes mail from here to there; nothing is sent'],
  ['--folders', 'the folders of an IMAP server'],
  ['--mailbox', 'how many mails are in it'],
  ['--directory', 'whether it is there, on FTP and SSH servers; an empty one is where the login leads to'],
  ['--topics', 'the topics of a Kafka broker'],
  ['--known-hosts', "a known_hosts file that the SSH server's host key is held against"],
  ['--profiles', 'kept tests: all, or those that are named'],
  ['--parallel', 'so many receivers at a time'],
  [
    '--tenant',
    'a service key of the plan api: the environment variable that has it, or its file; tenant:KEY in the place of a KEYSTORE says the same. Private keys stay on the tenant',
  ],
  ['--password-env', 'the environment variable that has the password'],
  ['--from-password-env', 'the environment variable that has the password of what is imported'],
  ['--new-password-env', 'the environment variable that has the password of what is written'],
];

const passwords = `Passwords are never arguments: others would see them. Put one into an environment variable and name that, or type it when asked:
  export STORE_PASSWORD=...
  flow-keystore list keystore.p12 --password-env STORE_PASSWORD
--password-env can be given several times: each is tried. Without it the password is asked for on a terminal.
`;

const exitCodes = `Exit codes:
  0  fine
  1  findings of severity error, a failed test, or a difference (diff)
  2  could not do it: wrong arguments, a file that cannot be read or written, a wrong password
`;

export function helpOfAll(commands: readonly Described[]): string {
  const list = commands.map(({ usage, what }) => `  ${usage}\n      ${what}\n`).join('');
  return `flow-keystore COMMAND ...\n\n${list}\n${valuesText(values)}\n${passwords}\n${exitCodes}`;
}

export function helpOf({ usage, what }: Described): string {
  const own = values.filter(([option]) => new RegExp(`(^|[\\[ ])${option} `).test(usage));
  const needsPassword = own.some(([option]) => option.endsWith('password-env'));
  return [
    `flow-keystore ${usage}\n    ${what}\n`,
    ...(own.length ? [valuesText(own)] : []),
    ...(needsPassword ? [passwords] : []),
    exitCodes,
  ].join('\n');
}

function valuesText(shown: typeof values): string {
  return `Values:\n${shown.map(([option, text]) => `  ${option.padEnd(20)} ${text}\n`).join('')}`;
}
