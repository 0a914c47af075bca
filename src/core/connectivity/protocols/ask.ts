import { FlowKeystoreError } from '../../errors';
import type { ProtocolName } from './protocols';

/**
 * How a password is proved. `plain`: it is sent as it is, inside TLS; `encrypted`: a hash of it and of what the server says (CRAM-MD5, APOP), SAP's
 * "Encrypted User/Password"; `scram-...`: Kafka's (RFC 5802, RFC 7677); `key`: SSH by a key pair, `dual`: by both.
 */
export type LoginWay = 'plain' | 'encrypted' | 'scram-sha-256' | 'scram-sha-512' | 'key' | 'dual';

export interface Login {
  readonly user: string;
  /** In memory alone; never in a report. Empty where a key pair is all. */
  readonly password: string;
  readonly way: LoginWay;
}

/** What is looked for on a server, as in SAP's forms. */
export interface Contents {
  /** SMTP: whether mail from here to there is taken; nothing is sent. */
  readonly from?: string;
  readonly to?: string;
  /** IMAP: the names of the folders. */
  readonly folders?: boolean;
  /** IMAP: the folder whose mails are counted; POP3 has but the inbox. */
  readonly mailbox?: string;
  /** FTP, SSH: whether it can be entered. */
  readonly directory?: string;
  /** Kafka: the names of the topics. */
  readonly topics?: boolean;
}

/** What is wanted of a server beyond its greeting. */
export interface ServiceAsk {
  readonly login?: Login;
  readonly contents?: Contents;
}

export interface Askable {
  /** The first is what is meant when nothing is said; none: there is no login by a password. */
  readonly logins: readonly LoginWay[];
  readonly contents: readonly (keyof Contents)[];
}

/** SAP Help, "Connectivity Tests": what each form has. */
export const askable: Readonly<Record<ProtocolName, Askable>> = {
  tls: { logins: [], contents: [] },
  smtp: { logins: ['encrypted', 'plain'], contents: ['from', 'to'] },
  imap: { logins: ['encrypted', 'plain'], contents: ['folders', 'mailbox'] },
  pop3: { logins: ['encrypted', 'plain'], contents: ['mailbox'] },
  ftp: { logins: ['plain'], contents: ['directory'] },
  ssh: { logins: ['key', 'plain', 'dual'], contents: ['directory'] },
  amqp: { logins: [], contents: [] },
  'amqp-ws': { logins: [], contents: [] },
  kafka: { logins: ['plain', 'scram-sha-256', 'scram-sha-512'], contents: ['topics'] },
};

/**
 * Holds what is wanted against what the protocol has.
 * @throws FlowKeystoreError `arguments`: no such login or check, one without the other, line breaks in what goes into a line
 */
export function requireAskable(protocol: ProtocolName, { login, contents = {} }: ServiceAsk): void {
  const { logins, contents: checks } = askable[protocol];
  if (login && !logins.includes(login.way)) {
    throw wrong(
      logins.length
        ? `There is no such login: ${login.way}. There are: ${logins.join(', ')}.`
        : 'No login by user and password is tested for this kind of server.',
    );
  }
  const strange = Object.keys(contents).find((each) => !checks.includes(each as keyof Contents));
  if (strange !== undefined) throw wrong(`"${strange}" cannot be checked on this kind of server.`);
  if ((contents.from === undefined) !== (contents.to === undefined)) {
    throw wrong('Mail addresses are checked in pairs: name the sender and the recipient.');
  }
  const texts = [login?.user, login?.password, contents.from, contents.to, contents.mailbox, contents.directory];
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  if (texts.some((text) => text !== undefined && /[\u0000-\u001f\u007f]/.test(text))) {
    throw wrong('User, password, addresses and folders cannot have control characters.');
  }
  if ([contents.from, contents.to].some((address) => address !== undefined && !/^[^\s<>]+@[^\s<>]+$/.test(address))) {
    throw wrong('A mail address has the form name@partner.example.');
  }
}

const wrong = (message: string): FlowKeystoreError => new FlowKeystoreError('arguments', message);
