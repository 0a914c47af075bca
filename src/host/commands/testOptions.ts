import * as vscode from 'vscode';
import {
  askable,
  requireAskable,
  type Contents,
  type LoginWay,
  type ServiceAsk,
} from '../../core/connectivity/protocols/ask';
import { protocols } from '../../core/connectivity/protocols/protocols';
import { parseTarget, targetText, type Target } from '../../core/connectivity/target';
import { describeError } from '../../core/errors';
import { askChoice, askText, type Asked, type Choice } from '../input/quickInput';
import type { KnownHostsFile } from '../services/connectivity';
import { settings } from '../services/settings';
import { givenInput, type Given } from './fileOrClipboard';
import { GaveUp } from './choosing';

const { t } = vscode.l10n;

/** How a test goes beyond its target. */
export interface TestOptions {
  readonly target: Target;
  readonly ask?: ServiceAsk;
  readonly knownHosts?: KnownHostsFile | undefined;
  /** Milliseconds. */
  readonly timeoutMs?: number;
}

type Option = 'go' | 'serverName' | 'login' | 'knownHosts' | 'timeout' | keyof Contents;

/** A list of what can be set, shown until the test is started. @throws GaveUp */
export async function askTestOptions(target: Target, title: string): Promise<TestOptions> {
  let options: TestOptions = { target };
  let active: Option = 'go';
  for (;;) {
    const asked: Asked<Option> = await askChoice<Option>({
      title,
      placeholder: t('Start the test, or set what it is to look at'),
      items: rowsOf(options),
      active,
    });
    if (asked.kind !== 'answer') throw new GaveUp();
    if (asked.value === 'go') return options;
    active = asked.value;
    options = await change(options, asked.value, title);
  }
}

function rowsOf(options: TestOptions): Choice<Option>[] {
  const { target, ask = {}, knownHosts, timeoutMs } = options;
  const { contents = {}, login } = ask;
  const can = askable[target.protocol];
  const none = t('not checked');
  const row = (value: Option, icon: string, label: string, description: string): Choice<Option> => ({
    value,
    label,
    description,
    iconPath: new vscode.ThemeIcon(icon),
  });
  const rows = [row('go', 'play', t('Test {0}', targetText(target)), protocols[target.protocol].label)];
  if (target.protocol !== 'ssh') rows.push(row('serverName', 'tag', t('Server name'), target.serverName));
  else rows.push(row('knownHosts', 'law', t('Host key held against'), knownHosts?.name ?? t('nothing: it is shown')));
  if (can.logins.length) {
    rows.push(row('login', 'account', t('Login'), login ? `${login.user}, ${wayText(login.way)}` : t('none')));
  }
  for (const each of can.contents) {
    // Both addresses are asked for together.
    if (each === 'to') continue;
    rows.push(row(each, 'search', contentLabel(each), contentText(each, contents) ?? none));
  }
  const seconds = (timeoutMs ?? settings.timeoutMilliseconds()) / 1000;
  rows.push(row('timeout', 'watch', t('Time-out'), t('{0} seconds', seconds)));
  return rows;
}

function contentLabel(which: keyof Contents): string {
  switch (which) {
    case 'from':
    case 'to':
      return t('Mail addresses');
    case 'folders':
      return t('List of folders');
    case 'mailbox':
      return t('Mails in a folder');
    case 'directory':
      return t('Directory');
    case 'topics':
      return t('List of topics');
  }
}

function contentText(which: keyof Contents, contents: Contents): string | undefined {
  switch (which) {
    case 'from':
    case 'to':
      return contents.from === undefined ? undefined : `${contents.from} \u2192 ${contents.to ?? ''}`;
    case 'folders':
    case 'topics':
      return contents[which] ? t('yes') : undefined;
    case 'directory':
      return contents.directory === '' ? t('where the login leads to') : contents.directory;
    case 'mailbox':
      return contents.mailbox;
  }
}

/** As SAP's forms name them. */
function wayText(way: LoginWay): string {
  switch (way) {
    case 'plain':
      return t('plain user and password');
    case 'encrypted':
      return t('encrypted user and password');
    case 'scram-sha-256':
      return 'SCRAM-SHA-256';
    case 'scram-sha-512':
      return 'SCRAM-SHA-512';
    case 'key':
      return t('public key');
    case 'dual':
      return t('dual: public key, then password');
  }
}

async function change(options: TestOptions, option: Exclude<Option, 'go'>, title: string): Promise<TestOptions> {
  const { target, ask = {} } = options;
  switch (option) {
    case 'serverName': {
      const name = await text(
        title,
        t('The name that is asked for and that the certificate has to be for'),
        target.serverName,
        (value) => {
          parseTarget(targetText(target), value.trim() || undefined);
        },
      );
      if (name === undefined) return options;
      const { serverName } = parseTarget(targetText(target), name.trim() || undefined);
      return { ...options, target: { ...target, serverName } };
    }
    case 'timeout': {
      const value = await text(title, t('Seconds for each of DNS, TCP, TLS and what is said then'), '10', (typed) => {
        if (!/^\d{1,3}$/.test(typed.trim()) || Number(typed) < 1 || Number(typed) > 600) {
          throw new Error(t('A whole number from 1 to 600.'));
        }
      });
      return value === undefined ? options : { ...options, timeoutMs: Number(value) * 1000 };
    }
    case 'knownHosts':
      return chooseKnownHosts(options, title);
    case 'login':
      return askLogin(options, title);
    default:
      return withAsk(options, { ...ask, contents: await askContents(options, option, title) });
  }
}

function withAsk(options: TestOptions, { login, contents = {} }: ServiceAsk): TestOptions {
  return { ...options, ask: { ...(login && { login }), ...(Object.keys(contents).length && { contents }) } };
}

async function chooseKnownHosts(options: TestOptions, title: string): Promise<TestOptions> {
  const asked = await askChoice<'file' | 'none'>({
    title,
    placeholder: t('What is the host key of the server held against?'),
    items: [
      {
        value: 'file',
        label: t('A known hosts file...'),
        description: t('as it is deployed on the tenant'),
        iconPath: new vscode.ThemeIcon('file'),
      },
      { value: 'none', label: t('Nothing: it is shown'), iconPath: new vscode.ThemeIcon('circle-slash') },
    ],
  });
  if (asked.kind !== 'answer') return options;
  if (asked.value === 'none') return { ...options, knownHosts: undefined };
  const given = await givenInput(
    {},
    { title, filters: {}, isIn: (typed) => /^\S+ (?:ssh-|ecdsa-sha2-)\S+ AAAA/m.test(typed) },
  );
  return { ...options, knownHosts: knownHostsOf(given) };
}

export const knownHostsOf = ({ content, ...given }: Given): KnownHostsFile => ({
  ...given,
  text: Buffer.from(content).toString('utf8'),
});

async function askLogin(options: TestOptions, title: string): Promise<TestOptions> {
  const { ask = {}, target } = options;
  const { login: before, ...others } = ask;
  const chosen = await askChoice<LoginWay | 'none'>({
    title,
    placeholder: t('How to log in?'),
    items: [
      ...askable[target.protocol].logins.map((way) => ({ value: way, label: wayText(way) })),
      { value: 'none', label: t('No login') },
    ],
    ...(before ? { active: before.way } : {}),
  });
  if (chosen.kind !== 'answer') return options;
  if (chosen.value === 'none') return withAsk(options, others);
  const way = chosen.value;
  const user = await text(title, t('User'), before?.user ?? '', (typed) => {
    if (typed === '') throw new Error(t('The user is missing.'));
    requireAskable(target.protocol, { login: { user: typed, password: '', way } });
  });
  if (user === undefined) return options;
  if (way === 'key') return withAsk(options, { ...ask, login: { user, password: '', way } });
  const password = await askText({
    title,
    prompt: t('Password of {0}. It stays in memory, and is shown to nobody who is not trusted.', user),
    password: true,
  });
  if (password.kind !== 'answer') return options;
  return withAsk(options, { ...ask, login: { user, password: password.value, way } });
}

async function askContents(options: TestOptions, which: keyof Contents, title: string): Promise<Contents> {
  const { target, ask } = options;
  const contents = ask?.contents ?? {};
  const { [which]: before, ...others } = contents;
  switch (which) {
    case 'folders':
    case 'topics':
      return before === undefined ? { ...contents, [which]: true } : others;
    case 'from':
    case 'to': {
      const address = (prompt: string, value: string): Promise<string | undefined> =>
        text(title, prompt, value, (typed) => {
          if (typed !== '') requireAskable(target.protocol, { contents: { from: typed, to: typed } });
        });
      const from = await address(t('Sender; nothing is sent'), contents.from ?? '');
      if (from === undefined) return contents;
      if (from === '') return {};
      const to = await address(t('Recipient; nothing is sent'), contents.to ?? '');
      return to === undefined ? contents : to === '' ? {} : { from, to };
    }
    case 'mailbox':
    case 'directory': {
      const isMail = which === 'mailbox';
      const prompt = isMail
        ? t('Folder; empty: not checked')
        : t('Directory; "." is where the login leads to, empty: not checked');
      const value = await text(title, prompt, typeof before === 'string' ? before : isMail ? 'INBOX' : '.', (typed) =>
        requireAskable(target.protocol, { contents: { [which]: typed } }),
      );
      if (value === undefined) return contents;
      return value === '' ? others : { ...contents, [which]: value };
    }
  }
}

/** @param check throws what is wrong. @returns undefined where the person gave up */
async function text(
  title: string,
  prompt: string,
  value: string,
  check: (typed: string) => void,
): Promise<string | undefined> {
  const asked = await askText({
    title,
    prompt,
    value,
    check: (typed) => {
      try {
        check(typed);
        return undefined;
      } catch (error) {
        return { severity: 'error', text: describeError(error) };
      }
    },
  });
  return asked.kind === 'answer' ? asked.value : undefined;
}
