import {
  askable,
  requireAskable,
  type Contents,
  type LoginWay,
  type ServiceAsk,
} from '../../core/connectivity/protocols/ask';
import { protocols, type ProtocolName } from '../../core/connectivity/protocols/protocols';
import { FlowKeystoreError } from '../../core/errors';
import { badArguments } from '../options';
import type { Terminal } from '../terminal';

export const askUsage =
  '[--user NAME [--login WAY] [--login-env NAME]] [--from ADDRESS --to ADDRESS] [--folders] [--mailbox FOLDER] [--directory PATH] [--topics]';

export const askOptions = {
  user: { type: 'string' },
  login: { type: 'string' },
  'login-env': { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  folders: { type: 'boolean' },
  mailbox: { type: 'string' },
  directory: { type: 'string' },
  topics: { type: 'boolean' },
} as const;

type AskValues = {
  readonly [K in keyof typeof askOptions]?:
    ((typeof askOptions)[K]['type'] extends 'boolean' ? boolean : string) | undefined;
};

/**
 * What is wanted of a server beyond its greeting.
 * @throws FlowKeystoreError `arguments` for what the protocol does not have, `password-required` where nobody can be asked for it
 */
export async function askOf(
  values: AskValues,
  protocol: ProtocolName,
  terminal: Terminal,
): Promise<ServiceAsk | undefined> {
  const { user, login: way, 'login-env': variable, from, to, folders, mailbox, directory, topics } = values;
  if (user === undefined && (way ?? variable) !== undefined) throw badArguments('A login needs --user NAME.');
  const contents: Contents = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(folders ? { folders } : {}),
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(directory === undefined ? {} : { directory }),
    ...(topics ? { topics } : {}),
  };
  if (user === undefined && !Object.keys(contents).length) return undefined;
  const wanted: ServiceAsk = {
    ...(user === undefined ? {} : { login: { user, password: '', way: wayOf(protocol, way) } }),
    ...(Object.keys(contents).length ? { contents } : {}),
  };
  // Before anybody is asked for a password.
  requireAskable(protocol, wanted);
  const { login } = wanted;
  if (!login || login.way === 'key') return wanted;
  return { ...wanted, login: { ...login, password: await passwordOf(login.user, variable, terminal) } };
}

function wayOf(protocol: ProtocolName, given: string | undefined): LoginWay {
  const ways = askable[protocol].logins;
  const [usual] = ways;
  if (usual === undefined) {
    throw badArguments(`No login is tested with ${protocols[protocol].label}: leave --user out.`);
  }
  if (given === undefined) return usual;
  const way = ways.find((each) => each === given);
  if (way !== undefined) return way;
  throw badArguments(`${protocols[protocol].label} has no login "${given}".`, `It has: ${ways.join(', ')}.`);
}

/** @throws FlowKeystoreError `password-required` where nobody can be asked */
export async function passwordOf(user: string, variable: string | undefined, terminal: Terminal): Promise<string> {
  if (variable !== undefined) {
    const value = terminal.env[variable];
    if (value !== undefined) return value;
    throw badArguments(
      `The environment variable ${variable} for the password of ${user} is not set.`,
      'Put the password of the login into it.',
    );
  }
  const asked = await terminal.askSecret(`Password of ${user}: `);
  if (asked !== undefined) return asked;
  throw new FlowKeystoreError(
    'password-required',
    `The login of ${user} needs a password.`,
    {},
    'Put it into an environment variable and name that with --login-env.',
  );
}
