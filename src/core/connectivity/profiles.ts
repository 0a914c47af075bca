import { FlowKeystoreError } from '../errors';
import { isObject } from '../jsonObject';
import { askable, requireAskable, type Contents, type LoginWay, type ServiceAsk } from './protocols/ask';
import { protocols, type ProtocolName, type Protection } from './protocols/protocols';
import { parseTarget, type Target } from './target';

/** The file of a workspace that keeps tests; it has no secret, and is meant for the repository. */
export const profilesFile = 'flow-keystore.tests.json';

/** A test that is kept, to be repeated. Paths start at the folder of the file. */
export interface TestProfile {
  readonly name: string;
  readonly host: string;
  readonly port?: number;
  readonly protocol?: ProtocolName;
  readonly protection?: Protection;
  readonly path?: string;
  readonly serverName?: string;
  /** Whom to trust, and where the key pair is. */
  readonly keystore?: string;
  /** Of the key pair to authenticate with. */
  readonly alias?: string;
  readonly login?: ProfileLogin;
  readonly contents?: Contents;
  readonly knownHosts?: string;
  readonly timeoutSeconds?: number;
}

export interface ProfileLogin {
  readonly user: string;
  /** The protocol's first where absent. */
  readonly way?: LoginWay;
  /** The environment variable that has the password, for the command line. */
  readonly passwordEnv?: string;
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string' && value.trim() !== '';
const isAnyText: Check = (value) => typeof value === 'string';
const isTrue: Check = (value) => value === true;
const isNumber =
  (least: number, most: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
const isOneOf =
  (words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);

type Shape = Readonly<Record<string, readonly [check: Check, expected: string]>>;

const text = [isText, 'a text'] as const;
const profileShape: Shape = {
  name: text,
  host: text,
  port: [isNumber(1, 65_535), 'a whole number from 1 to 65535'],
  protocol: [isOneOf(Object.keys(protocols)), `one of ${Object.keys(protocols).join(', ')}`],
  protection: [
    isOneOf(['tls', 'starttls', 'starttls-optional', 'off', 'ssh']),
    'tls, starttls, starttls-optional or off',
  ],
  path: [isAnyText, 'a text'],
  serverName: text,
  keystore: text,
  alias: text,
  login: [isObject, 'an object with a user'],
  contents: [isObject, 'an object'],
  knownHosts: text,
  timeoutSeconds: [isNumber(1, 600), 'a whole number from 1 to 600'],
};
const loginShape: Shape = { user: text, way: text, passwordEnv: text };
const contentsShape: Shape = {
  from: text,
  to: text,
  folders: [isTrue, 'true'],
  mailbox: text,
  directory: [isAnyText, 'a text'],
  topics: [isTrue, 'true'],
};

/**
 * Reads the file: `{ "tests": [ { "name": ..., "host": ... } ] }`.
 * @throws FlowKeystoreError `value-invalid`, which names the place: `tests[1].port`
 */
export function readProfiles(content: string): TestProfile[] {
  let data: unknown;
  try {
    data = JSON.parse(content.replace(/^\ufeff/, ''));
  } catch (error) {
    throw invalid(`The file is no JSON: ${(error as Error).message}.`, '');
  }
  const tests = isObject(data) ? data['tests'] : undefined;
  if (!Array.isArray(tests)) throw invalid('The file has no list "tests".', 'tests');
  const names = new Set<string>();
  return tests.map((test: unknown, at) => {
    const place = `tests[${at}]`;
    requireShape(test, profileShape, place);
    for (const key of ['name', 'host']) if (!(key in test)) throw invalid(`${place} has no "${key}".`, place);
    if ('login' in test) {
      requireShape(test['login'], loginShape, `${place}.login`);
      if (!('user' in test['login'])) throw invalid(`${place}.login has no "user".`, place);
    }
    if ('contents' in test) requireShape(test['contents'], contentsShape, `${place}.contents`);
    const profile = test as unknown as TestProfile;
    if (names.has(profile.name)) throw invalid(`There are two tests named "${profile.name}".`, place);
    names.add(profile.name);
    try {
      const { protocol } = targetOfProfile(profile);
      requireAskable(protocol, askOfProfile(profile, '') ?? {});
    } catch (error) {
      throw error instanceof FlowKeystoreError
        ? invalid(`"${profile.name}": ${error.message}`, place, error.next)
        : error;
    }
    return profile;
  });
}

function requireShape(value: unknown, shape: Shape, place: string): asserts value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw invalid(`${place} is no object.`, place);
  for (const [key, each] of Object.entries(value)) {
    const rule = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (/password|secret|passphrase/i.test(key) && key !== 'passwordEnv') {
      throw invalid(
        `${place}.${key}: secrets do not belong into this file.`,
        place,
        'Take it out, change the password if the file was shared, and name an environment variable as "passwordEnv".',
      );
    }
    if (!rule) throw invalid(`${place}.${key} is not known. There are: ${Object.keys(shape).join(', ')}.`, place);
    if (!rule[0](each)) throw invalid(`${place}.${key} is not ${rule[1]}.`, place);
  }
}

/** @throws FlowKeystoreError `address-invalid` */
export function targetOfProfile({ host, port, serverName, protocol, protection, path }: TestProfile): Target {
  const address = port === undefined ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return parseTarget(address, serverName, {
    ...(protocol === undefined ? {} : { protocol }),
    ...(protection === undefined ? {} : { protection }),
    ...(path === undefined ? {} : { path }),
  });
}

export function askOfProfile(
  { protocol = 'tls', login, contents }: TestProfile,
  password: string,
): ServiceAsk | undefined {
  if (!login && !contents) return undefined;
  const way = login?.way ?? askable[protocol].logins[0] ?? 'plain';
  return {
    ...(login && { login: { user: login.user, password, way } }),
    ...(contents && { contents }),
  };
}

/** The file with a test more, or in place of the one of that name. */
export function withProfile(profiles: readonly TestProfile[], profile: TestProfile): TestProfile[] {
  const at = profiles.findIndex(({ name }) => name === profile.name);
  return at < 0 ? [...profiles, profile] : profiles.map((each, i) => (i === at ? profile : each));
}

export const profilesText = (profiles: readonly TestProfile[]): string =>
  `${JSON.stringify({ tests: profiles }, undefined, 2)}\n`;

const invalid = (message: string, detail: string, next?: string): FlowKeystoreError =>
  new FlowKeystoreError('value-invalid', message, detail === '' ? {} : { detail }, next);
