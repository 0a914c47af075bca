import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { describeError, FlowKeystoreError, isAbort } from '../../core/errors';
import { readTenantKeystore } from '../../core/tenant/keystore';
import { readServiceKey } from '../../core/tenant/serviceKey';
import { askChoice, askText, type Asked, type Choice } from '../input/quickInput';
import type { Step, StepAnswer } from '../input/steps';
import type { Host } from '../services/host';
import { tenantColours, type TenantColour } from '../tenants/profile';
import { tenantIcon } from '../tree/tenantRows';
import { showWarning } from '../ui/messages';

const { t } = vscode.l10n;

type Way = 'clipboard' | 'paste' | 'file' | 'client' | 'basic';

/** What a tenant is connected by. */
export interface Answers {
  readonly way: Way;
  /** As `readServiceKey` takes it. */
  readonly key: string;
  readonly url: string;
  readonly tokenUrl: string;
  readonly user: string;
  readonly name: string;
  readonly colour: TenantColour | 'none';
  readonly protected: boolean;
}

/** The steps of Connect Tenant: credentials, which are tried out, then its name, colour and protection. */
export function connectSteps(host: Host, onClipboard: string | undefined): Step<Answers>[] {
  const title = t('Connect Tenant');
  const byHand = (way: Way | undefined): boolean => way === 'client' || way === 'basic';
  return [
    {
      id: 'way',
      ask: async (_, place) => toAnswer(await askWay(title, place, onClipboard), (way) => ({ way })),
    },
    {
      id: 'clipboard',
      when: ({ way }) => way === 'clipboard' || way === 'file',
      ask: async ({ way }) => {
        const key = way === 'file' ? await keyFromFile(title) : onClipboard;
        if (key === undefined) return { kind: 'back' };
        const wrong = await tryOut(host, key);
        if (wrong === undefined) return { kind: 'next', answer: { key } };
        await showWarning(wrong);
        return { kind: 'back' };
      },
    },
    {
      id: 'paste',
      when: ({ way }) => way === 'paste',
      ask: async (_, place) =>
        toAnswer(
          await askText({
            ...{ title, place, password: true },
            prompt: t('The service key, from the first { to the last }. It is kept in the secret storage of VS Code.'),
            check: keyVerdict,
            tryOut: (value) => verdictOf(host, value),
          }),
          (key) => ({ key }),
        ),
    },
    {
      id: 'url',
      when: ({ way }) => byHand(way),
      ask: async ({ url = '' }, place) =>
        toAnswer(
          await askText({
            ...{ title, place, value: url },
            prompt: t('Address of the API, or of the web page of a Neo tenant'),
            placeholder: 'https://12345abc.it-cpi001.cfapps.eu10.hana.ondemand.com',
            check: addressVerdict,
          }),
          (answer) => ({ url: answer }),
        ),
    },
    {
      id: 'tokenUrl',
      when: ({ way }) => way === 'client',
      ask: async ({ tokenUrl = '' }, place) =>
        toAnswer(
          await askText({
            ...{ title, place, value: tokenUrl },
            prompt: t('Address of the token end point'),
            placeholder: 'https://subaccount.authentication.eu10.hana.ondemand.com/oauth/token',
            check: addressVerdict,
          }),
          (answer) => ({ tokenUrl: answer }),
        ),
    },
    {
      id: 'user',
      when: ({ way }) => byHand(way),
      ask: async ({ user = '', way }, place) =>
        toAnswer(
          await askText({
            ...{ title, place, value: user },
            prompt: way === 'client' ? t('Client id') : t('User'),
            check: (value) => (value.trim() ? undefined : { severity: 'error', text: t('This is needed.') }),
          }),
          (answer) => ({ user: answer }),
        ),
    },
    {
      id: 'secret',
      when: ({ way }) => byHand(way),
      ask: async (state, place) => {
        const keyWith = (secret: string): string => keyOf(state, secret);
        return toAnswer(
          await askText({
            ...{ title, place, password: true },
            prompt: state.way === 'client' ? t('Client secret') : t('Password'),
            tryOut: (value) => verdictOf(host, keyWith(value)),
          }),
          (answer) => ({ key: keyWith(answer) }),
        );
      },
    },
    {
      id: 'name',
      ask: async ({ key = '', name }, place) =>
        toAnswer(await askName(host, name ?? proposedName(key), title, undefined, place), (answer) => ({
          name: answer,
        })),
    },
    {
      id: 'colour',
      ask: async ({ colour }, place) =>
        toAnswer(await askColour(title, colour === 'none' ? undefined : colour, place), (answer) => ({
          colour: answer,
        })),
    },
    {
      id: 'protected',
      ask: async ({ name = '' }, place) =>
        toAnswer(
          await askChoice<boolean>({
            ...{ title, place },
            placeholder: t('May {0} be changed from here?', name),
            items: [
              { label: t('Yes'), iconPath: new vscode.ThemeIcon('edit'), value: false },
              {
                label: t('Only once its name was typed (production)'),
                description: t('a backup is taken first'),
                iconPath: new vscode.ThemeIcon('shield'),
                value: true,
              },
            ],
          }),
          (answer) => ({ protected: answer }),
        ),
    },
  ];
}

function toAnswer<T>(asked: Asked<T>, answer: (value: T) => Partial<Answers>): StepAnswer<Answers> {
  return asked.kind === 'answer' ? { kind: 'next', answer: answer(asked.value) } : asked;
}

type Place = Parameters<Step<Answers>['ask']>[1];

function askWay(title: string, place: Place, onClipboard: string | undefined): Promise<Asked<Way>> {
  const host = onClipboard === undefined ? '' : hostIn(onClipboard);
  const clipboard: Choice<Way>[] =
    onClipboard === undefined
      ? []
      : [
          {
            label: t('Service key on the clipboard'),
            description: host,
            iconPath: new vscode.ThemeIcon('clippy'),
            value: 'clipboard',
          },
        ];
  return askChoice<Way>({
    ...{ title, place },
    placeholder: t('How is the tenant reached?'),
    items: [
      ...clipboard,
      {
        label: t('Paste a service key...'),
        description: t('Process Integration Runtime, plan "api"'),
        iconPath: new vscode.ThemeIcon('json'),
        value: 'paste',
      },
      { label: t('Service key in a file...'), iconPath: new vscode.ThemeIcon('file'), value: 'file' },
      {
        label: t('Host, client id and secret...'),
        description: 'OAuth',
        iconPath: new vscode.ThemeIcon('key'),
        value: 'client',
      },
      {
        label: t('Host, user and password...'),
        description: 'Neo',
        iconPath: new vscode.ThemeIcon('person'),
        value: 'basic',
      },
    ],
  });
}

/** @param own the name that it has */
export function askName(
  host: Host,
  value: string,
  title: string,
  own: string | undefined,
  place?: Place,
): Promise<Asked<string>> {
  return askText({
    ...{ title, value, ...(place && { place }) },
    prompt: t('What is it called here? Flows name it so in their settings, and it is typed to change a protected one.'),
    check: (name) => {
      const problem = nameProblem(host, name, own);
      return problem === undefined ? undefined : { severity: 'error', text: problem };
    },
  });
}

function nameProblem(host: Host, name: string, own?: string): string | undefined {
  if (name.trim() === '' || name !== name.trim()) return t('A name does not begin or end with white space.');
  const taken = host.tenants.profiles.some(
    (profile) => profile.name !== own && profile.name.toLowerCase() === name.toLowerCase(),
  );
  return taken ? t('There is a tenant of that name already.') : undefined;
}

/** @throws FlowKeystoreError `value-invalid` */
export function refuseName(host: Host, name: string): void {
  const problem = nameProblem(host, name);
  if (problem !== undefined) throw new FlowKeystoreError('value-invalid', problem, { detail: name });
}

export function askColour(
  title: string,
  active: TenantColour | undefined,
  place?: Place,
): Promise<Asked<TenantColour | 'none'>> {
  const names: Readonly<Record<TenantColour, string>> = {
    red: t('Red'),
    orange: t('Orange'),
    yellow: t('Yellow'),
    green: t('Green'),
    blue: t('Blue'),
    purple: t('Purple'),
  };
  return askChoice<TenantColour | 'none'>({
    ...{ title, ...(place && { place }), active: active ?? 'none' },
    placeholder: t('A colour to tell it by'),
    items: [
      { label: t('None'), iconPath: new vscode.ThemeIcon('cloud'), value: 'none' },
      ...tenantColours.map((colour) => ({ label: names[colour], iconPath: tenantIcon(colour), value: colour })),
    ],
  });
}

async function keyFromFile(title: string): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title,
      filters: { [t('Service keys')]: ['json', 'txt'], [t('All files')]: ['*'] },
    })) ?? [];
  return file && readFile(file.fsPath, 'utf8');
}

/** As `readServiceKey` takes it. */
function keyOf({ way, url = '', tokenUrl = '', user = '' }: Readonly<Partial<Answers>>, secret: string): string {
  return JSON.stringify(
    way === 'basic'
      ? { url, user, password: secret }
      : { url, tokenurl: tokenUrl, clientid: user, clientsecret: secret },
  );
}

/** A service key that a text is. Undefined where it is none. */
export function serviceKeyIn(text: string): string | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    readServiceKey(text);
    return text;
  } catch {
    return undefined;
  }
}

const hostIn = (key: string): string => new URL(readServiceKey(key).api).host;

/** The first part of the host mostly names the subaccount. */
const proposedName = (key: string): string => hostIn(key).split('.')[0] ?? '';

function keyVerdict(value: string): { severity: 'error'; text: string } | undefined {
  try {
    readServiceKey(value);
    return undefined;
  } catch (error) {
    return { severity: 'error', text: describeError(error) };
  }
}

function addressVerdict(value: string): { severity: 'error'; text: string } | undefined {
  const url = URL.canParse(/^[a-z]+:\/\//i.test(value) ? value : `https://${value}`);
  return url && value.trim() !== '' ? undefined : { severity: 'error', text: t('This is no address.') };
}

async function verdictOf(host: Host, key: string): Promise<{ severity: 'error'; text: string } | undefined> {
  const text = await tryOut(host, key);
  return text === undefined ? undefined : { severity: 'error', text };
}

/** Gets in and reads the keystore. @throws FlowKeystoreError why it cannot */
export async function readThrough(host: Host, key: string): Promise<void> {
  const session = host.tenants.tryOut(key);
  await session.scopes();
  await readTenantKeystore(session);
}

/** The same. @returns what is wrong, in words */
async function tryOut(host: Host, key: string): Promise<string | undefined> {
  try {
    await readThrough(host, key);
    return undefined;
  } catch (error) {
    if (isAbort(error)) throw error;
    return describeError(error);
  }
}
