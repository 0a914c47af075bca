import path from 'node:path';
import * as vscode from 'vscode';
import { serverChain } from '../../core/connectivity/serverChain';
import { parseTarget, targetText } from '../../core/connectivity/target';
import { describeError, FlowKeystoreError } from '../../core/errors';
import { readKeystoreFile } from '../../core/keystore/file';
import { itemsOfKeystore } from '../../core/keystore/import/fromKeystore';
import type { ImportSource, Recognised } from '../../core/keystore/import/items';
import { areKeysAlone, piecesInText } from '../../core/keystore/import/pieces';
import { recognise } from '../../core/keystore/import/recognise';
import { askChoice, askChoices, askText, type Choice, type Verdict } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { proxyOf } from '../services/connectivity';
import { settings } from '../services/settings';
import { withProgress } from '../ui/progress';
import { chooseKeystore, entryChoice, GaveUp, mayAsk, unlock } from './choosing';
import type { FromCode, ImportArgument } from './commandMap';
import { importPasswords } from './importPasswords';
import { refuseUntrusted } from '../services/connectivity';

const { t } = vscode.l10n;

export type Source =
  | { readonly kind: 'files'; readonly files: readonly string[]; readonly contents?: readonly ImportSource[] }
  | { readonly kind: 'text'; readonly text: string; readonly name: string }
  | { readonly kind: 'server'; readonly server: string }
  | { readonly kind: 'keystore'; readonly session: KeystoreSession; readonly aliases?: readonly string[] };

/** Where from: as the argument says, else as a person does. */
export async function chooseSource(
  host: Host,
  session: KeystoreSession,
  argument: ImportArgument,
  title: string,
): Promise<Source> {
  const { files, contents, text, server, from } = argument;
  if (files ?? contents) return { kind: 'files', files: files ?? [], ...(contents && { contents }) };
  if (text !== undefined) return { kind: 'text', text, name: t('the clipboard') };
  if (server !== undefined) return { kind: 'server', server };
  if (from) {
    const source = await openSource(host, session, argument, from.keystore, title);
    return { kind: 'keystore', session: source, ...(from.aliases && { aliases: from.aliases }) };
  }
  mayAsk(argument, 'files');
  return askSource(host, session, title);
}

/** Reads the source, and finds what can be imported in it. */
export async function whatToImport(
  session: KeystoreSession,
  source: Source,
  argument: ImportArgument,
): Promise<Recognised> {
  switch (source.kind) {
    case 'files':
      return recognised(session, argument, async (signal) => [
        ...(await readFiles(source.files, signal)),
        ...(source.contents ?? []),
      ]);
    case 'text': {
      const { name, text } = source;
      if (!text.trim()) {
        throw new FlowKeystoreError(
          'not-a-certificate',
          t('There is no text in {0}.', name),
          {},
          t('Copy a certificate in PEM form first, with the lines that begin with -----.'),
        );
      }
      return recognised(session, argument, () => Promise.resolve([{ name, bytes: Buffer.from(text, 'utf8') }]));
    }
    case 'server':
      return certificatesOfServer(source.server);
    case 'keystore': {
      const { keystore } = source.session;
      if (!keystore) throw new GaveUp();
      return itemsOfKeystore(keystore, source.session.name, source.session.passwords(), source.aliases);
    }
  }
}

async function recognised(
  session: KeystoreSession,
  argument: ImportArgument,
  read: (signal: AbortSignal) => Promise<ImportSource[]>,
): Promise<Recognised> {
  const title = t('Reading what is to be imported');
  const sources = await withProgress(title, read);
  const more = argument.silent || !areKeysAlone(sources) ? {} : await askAboutLoneKeys(session);
  return withProgress(title, async (signal) => {
    const others = await readFiles(more.files ?? [], signal);
    const options = { signal, ...(more.certifyAll && { certifyAll: true }) };
    return shortened(await recognise([...sources, ...others], importPasswords(session, argument), options));
  });
}

interface MoreForKeys {
  readonly files?: readonly string[];
  readonly certifyAll?: true;
}

/** A keystore wants a certificate with a private key. */
async function askAboutLoneKeys(session: KeystoreSession): Promise<MoreForKeys> {
  const asked = await askChoice<'files' | 'ssh'>({
    title: t('Import a Private Key into {0}', session.name),
    placeholder: t('There is no certificate with the private key'),
    items: [
      {
        label: t('With Its Certificate...'),
        description: t('choose the file, and those of the chain above'),
        iconPath: new vscode.ThemeIcon('verified'),
        value: 'files',
      },
      {
        label: t('As an SSH Key'),
        description: t('a self-signed certificate is made for it'),
        iconPath: new vscode.ThemeIcon('terminal'),
        value: 'ssh',
      },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  if (asked.value === 'ssh') return { certifyAll: true };
  const chosen = await askFiles(session, t('The Certificate of the Private Key'));
  return { files: chosen.files };
}

function readFiles(files: readonly string[], signal: AbortSignal): Promise<ImportSource[]> {
  return Promise.all(files.map(async (name) => ({ name, bytes: (await readKeystoreFile(name, signal)).bytes })));
}

/** With names of files instead of their paths, which would fill the list. */
function shortened({ items, passedOver }: Recognised): Recognised {
  const short = <T extends { readonly from: string }>(each: T): T => ({ ...each, from: path.basename(each.from) });
  return { items: items.map(short), passedOver: passedOver.map(short) };
}

function certificatesOfServer(server: string): Promise<Recognised> {
  refuseUntrusted();
  const target = parseTarget(server);
  const from = targetText(target);
  return withProgress(t('Asking {0} for its certificates', from), async (signal) => {
    const proxy = proxyOf(target);
    const timeoutMs = settings.timeoutMilliseconds();
    const chain = await serverChain(target, { timeoutMs, signal, ...(proxy && { proxy }) });
    return { items: chain.map((certificate) => ({ kind: 'certificate', from, certificate })), passedOver: [] };
  });
}

async function openSource(
  host: Host,
  target: KeystoreSession,
  argument: FromCode,
  keystore: string | undefined,
  title: string,
): Promise<KeystoreSession> {
  const silent = argument.silent && ({ silent: true } as const);
  const source = await chooseKeystore(
    host,
    { ...silent, ...(keystore !== undefined && { keystore }) },
    { title, fits: (each) => each !== target },
  );
  if (source === target) {
    throw new FlowKeystoreError(
      'arguments',
      t('The entries are in {0} already.', target.name),
      { file: target.file },
      t('Choose another keystore.'),
    );
  }
  if (!(await unlock(host, source, { ...silent }))) throw new GaveUp();
  return source;
}

async function askSource(host: Host, session: KeystoreSession, title: string): Promise<Source> {
  const clipboard = await vscode.env.clipboard.readText();
  const others = host.registry.sessions().some((each) => each !== session && each.state.kind !== 'error');
  const items: Choice<Source['kind'] | 'clipboard'>[] = [
    {
      label: t('Files...'),
      description: t('certificates, key pairs, keystores; several at once'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      value: 'files',
    },
    {
      label: t('Clipboard'),
      description: clipboardText(clipboard),
      iconPath: new vscode.ThemeIcon('clippy'),
      value: 'clipboard',
    },
    {
      label: t('Text...'),
      description: t('PEM or an SSH key, pasted'),
      iconPath: new vscode.ThemeIcon('edit'),
      value: 'text',
    },
    {
      label: t('TLS Server...'),
      description: t('the certificates that it sends'),
      iconPath: new vscode.ThemeIcon('globe'),
      value: 'server',
    },
    ...(others
      ? [
          {
            label: t('Another Keystore...'),
            description: t('entries of it, with their keys'),
            iconPath: new vscode.ThemeIcon('archive'),
            value: 'keystore' as const,
          },
        ]
      : []),
  ];
  const asked = await askChoice({ title, placeholder: t('Where from?'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  switch (asked.value) {
    case 'files':
      return askFiles(session, title);
    case 'clipboard':
      return { kind: 'text', text: clipboard, name: t('the clipboard') };
    case 'text':
      return {
        kind: 'text',
        text: await askLine(
          title,
          t('Paste certificates or private keys in PEM form, or the base64 of one'),
          judgeText,
        ),
        name: t('the text'),
      };
    case 'server':
      return {
        kind: 'server',
        server: await askLine(title, t('The server: host, or host:port where it is not 443'), judgeServer),
      };
    case 'keystore':
      return askEntries(host, session, title);
  }
}

function clipboardText(text: string): string {
  const pieces = piecesInText(text);
  if (!pieces) return t('nothing in it that could be imported');
  const { certificates, keys, sshKeys } = pieces;
  return [
    certificates ? (certificates === 1 ? t('1 certificate') : t('{0} certificates', certificates)) : '',
    keys ? (keys === 1 ? t('1 private key') : t('{0} private keys', keys)) : '',
    sshKeys ? (sshKeys === 1 ? t('1 SSH key') : t('{0} SSH keys', sshKeys)) : '',
  ]
    .filter(Boolean)
    .join(', ');
}

async function askFiles({ uri }: KeystoreSession, title: string): Promise<Extract<Source, { kind: 'files' }>> {
  const uris = await vscode.window.showOpenDialog({
    title,
    openLabel: t('Import'),
    canSelectMany: true,
    defaultUri: vscode.Uri.joinPath(uri, '..'),
    filters: {
      [t('Certificates, key pairs and keystores')]: [
        ...['pem', 'crt', 'cer', 'der', 'p7b', 'p7c', 'p7', 'cert', 'spc', 'pkipath', 'txt'],
        ...['key', 'p8', 'pk8', 'p12', 'pfx', 'jks', 'jceks', 'keystore'],
      ],
      [t('All files')]: ['*'],
    },
  });
  if (!uris) throw new GaveUp();
  return { kind: 'files', files: uris.map(({ fsPath }) => fsPath) };
}

async function askLine(title: string, prompt: string, check: (text: string) => Verdict | undefined): Promise<string> {
  const asked = await askText({ title, prompt, check });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

function judgeText(text: string): Verdict | undefined {
  const pieces = piecesInText(text);
  if (!pieces) return { severity: 'error', text: t('There is no certificate and no key in it.') };
  return { severity: 'information', text: clipboardText(text) };
}

function judgeServer(text: string): Verdict | undefined {
  try {
    parseTarget(text);
    return undefined;
  } catch (error) {
    return { severity: 'error', text: describeError(error) };
  }
}

async function askEntries(host: Host, target: KeystoreSession, title: string): Promise<Source> {
  const source = await openSource(host, target, {}, undefined, title);
  const entries = source.keystore?.entries ?? [];
  const asked = await askChoices({
    title,
    placeholder: t('Which entries of {0}?', source.name),
    items: entries.map((entry) => entryChoice(entry, host.now())),
    selected: [],
  });
  if (asked.kind !== 'answer' || !asked.value.length) throw new GaveUp();
  return { kind: 'keystore', session: source, aliases: asked.value.map(({ alias }) => alias) };
}
